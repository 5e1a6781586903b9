"""Limits: how much a fetch takes from any server, how long it waits, and how polite it is."""

from __future__ import annotations

import msgspec

from .. import limits
from ..limits import DEFAULT

FALLBACKS = ("none", "wayback")
"""Where else an image may be asked for when every address the source gives has failed."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a fetch can be told about manners and safety."""

    max_bytes: int = DEFAULT.image_bytes
    """Of one image, unpacked; what a server says of its length is not believed."""
    max_pixels: int = DEFAULT.image_pixels
    """Of one image, width times height."""
    seconds: float = 60.0
    """For one spelling of an address, its redirects included, its repeats not."""
    quiet_seconds: float = 15.0
    """For which a server may say nothing, and in which a connection must be made."""
    redirects: int = 5
    """Followed from one address."""
    repeats: int = 2
    """Of a request that failed for a reason that may pass."""
    backoff: float = 1.0
    """Seconds before the first repeat, doubled for each further one; Retry-After goes before it."""
    longest_wait: float = 120.0
    """A server that asks for more patience than this is left for another day."""
    at_once: int = 8
    """Requests under way at one time."""
    per_host: int = 2
    """Of those, to one host."""
    interval: float = 0.2
    """Seconds between the starts of two requests to one host."""
    allow_private: bool = False
    """Whether private, loopback and link-local addresses may be connected to."""
    web_archive: str = "https://web.archive.org"
    """Where ``--fallback wayback`` asks: a Wayback Machine."""


def ambient() -> Limits:
    """The defaults with what ``ARCHIVEKIT_LIMITS`` says of images; raises UsageError when that cannot be meant."""
    most = limits.ambient()
    return Limits(max_bytes=most.image_bytes, max_pixels=most.image_pixels)
