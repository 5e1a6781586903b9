"""Assets: images by content hash. Opens no socket."""

from __future__ import annotations

import msgspec


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of one image, as they are embedded, and what is known of them."""

    sha256: str
    media_type: str
    """Decided by the bytes: ``image/jpeg``, ``image/png``, ``image/gif``, ``image/webp`` or ``image/svg+xml``."""
    width: int
    """In pixels."""
    height: int
    """In pixels."""
    data: bytes
