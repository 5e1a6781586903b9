"""Entries: what a build keeps of one source, and all it depends on beside the source's bytes."""

from __future__ import annotations

import msgspec

from .profile import Profile, Signals
from .report import Document
from .sites import Profiles
from .versions import Marks
from .versions.cards import Card


class Record(msgspec.Struct, frozen=True):
    """One record, ready to be put in order, compared and printed."""

    card: Card
    marks: Marks
    sketch: bytes
    """The sketch of its text, as 32-bit numbers of this machine."""
    digest: bytes
    """The sha256 of the record as JSON."""
    line: bytes
    """The record as JSON, without a newline, as :func:`.compressed.compress` makes it."""


class Choice(msgspec.Struct, frozen=True, array_like=True):
    """Which site profile one article was read with, and by what it was chosen."""

    signals: Signals
    profile: str | None
    digest: str
    """Of the profile's facts; empty for none."""


def choice(signals: Signals, profile: Profile | None, profiles: Profiles) -> Choice:
    """The choice of a profile, or of none, as it is known again."""
    return Choice(signals, None, "") if profile is None else Choice(signals, profile.name, profiles.digests[profile.name])


class Conditions(msgspec.Struct, frozen=True, array_like=True):
    """What has to be as it was for an entry to hold."""

    profiles: str = ""
    """The digest of all profiles together; while it is the same, so are the choices."""
    common: str = ""
    """The digest of the profile that applies to every article."""
    looked: dict[str, str] = {}
    """Where images were looked for, and what was there; see :class:`.assets.Finder`."""
    images: tuple[str, ...] = ()
    """The hashes of the images the records name."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What was made of a source that could be read."""

    document: Document
    conditions: Conditions = Conditions()
    choices: tuple[Choice, ...] = ()
    """Of each article; none for records that were finished before."""
    records: tuple[Record, ...] = ()
