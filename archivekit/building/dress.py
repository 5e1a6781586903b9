"""Dress: the cover and the style sheet a person gives for a book, read and checked before anything is built."""

from __future__ import annotations

from pathlib import Path

from .. import images, stylesheet
from ..archive.bundle import Dress
from ..config import Settings
from ..errors import ConfigError
from ..files.within import is_within
from ..images import Asset
from ..limits import Limits, over


def load(settings: Settings, root: Path | None) -> Dress:
    """What ``cover`` and ``css`` name, in the corpus at ``root`` or else in the current folder; raises ConfigError."""
    cover = _cover(settings.cover, root, settings.limits) if settings.cover is not None else None
    style = stylesheet.checked(_read(settings.css, root), settings.css) if settings.css is not None else ""
    return Dress(cover=cover, style=style)


def _cover(name: str, root: Path | None, limits: Limits) -> Asset:
    """A JPEG or PNG: the cover picture of an EPUB that every reading system shows."""
    data = _read(name, root)
    if len(data) > limits.image_bytes:
        raise ConfigError(f"{len(data)} bytes, {over('image_bytes', limits.image_bytes)}", path=name)
    made = images.make(data, limits)
    if made.asset is None:
        raise ConfigError(made.message, path=name)
    if made.asset.media_type not in ("image/jpeg", "image/png"):
        raise ConfigError(f"a cover is a JPEG or PNG, this is {made.asset.media_type}", path=name)
    return made.asset


def _read(name: str, root: Path | None) -> bytes:
    try:
        return _place(name, root).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise ConfigError(f"cannot be read: {reason or error}", path=name) from None


def _place(name: str, root: Path | None) -> Path:
    """The file in the corpus, if it is there and no link leads out of it, else the one in the current folder."""
    if root is not None and not Path(name).is_absolute():
        place = root / name
        if is_within(place, root) and place.is_file():
            return place
    return Path(name)
