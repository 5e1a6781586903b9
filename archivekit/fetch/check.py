"""Check: whether bytes that came from the web are the image they are said to be. Only the bytes are asked."""

from __future__ import annotations

import re
import threading

import msgspec

from .. import images
from ..images.store import EXTENSIONS
from ..limits import DEFAULT
from .transport import Failed

_HTML = re.compile(rb"\s*+(?:(?><!--.*?-->)\s*+)*+<(!doctype\s+html|html|head|body|title|meta|script)\b", re.I | re.S)
_REASONS = {"asset.too-large": "too-many-pixels", "asset.refused": "unsafe-svg", "asset.broken": "broken"}
_one_at_a_time = threading.Lock()
"""Decoded images are large, and Pillow's warnings belong to the process."""


class Checked(msgspec.Struct, frozen=True):
    """An image that can be decoded to its end."""

    media_type: str
    width: int
    height: int


def check(data: bytes, pixels: int) -> Checked | Failed:
    """Decode an image; says what is wrong with bytes that are another thing, broken, cut short or of more ``pixels``."""
    if _HTML.match(data[:4096].removeprefix(b"\xef\xbb\xbf")):
        return Failed(reason="not-an-image", message="the server sent an HTML page")
    with _one_at_a_time:
        kind = images.kind(data)
        if kind not in EXTENSIONS:
            return Failed(reason="not-an-image", message="the server sent what is not an image of a known kind")
        made = images.make(data, msgspec.structs.replace(DEFAULT, image_pixels=pixels))
    if made.asset is None:
        return Failed(reason=_REASONS[made.notice], message=made.message)
    return Checked(kind, made.asset.width, made.asset.height)
