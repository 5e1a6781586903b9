"""Paper: the sizes a page may have and the text block that suits each, a whole number of characters wide."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from .errors import UsageError

_MM: Final = 96 / 25.4
"""CSS pixels in a millimetre."""

_SIZES: Final = {"a5": (148.0, 210.0), "a4": (210.0, 297.0), "b5": (176.0, 250.0), "6x9in": (152.4, 228.6)}
"""Width and height in millimetres, by name."""

_CUSTOM: Final = re.compile(r"(\d{2,3}(?:\.\d{1,2})?)x(\d{2,3}(?:\.\d{1,2})?)(mm|in)?")
_LEAST: Final = (100.0, 140.0)
_MOST: Final = (300.0, 420.0)


class Paper(NamedTuple):
    """A page and its text block. Lengths are CSS pixels, 96 to the inch, unless a name says otherwise."""

    width_mm: float
    height_mm: float
    size: int
    """Of a character."""
    leading: int
    """From line to line."""
    measure: int
    """Characters in a full line."""
    lines: int
    """On a full page."""

    @property
    def block(self) -> tuple[int, int]:
        """Width and height of the text block."""
        return self.measure * self.size, self.lines * self.leading

    @property
    def margins(self) -> tuple[float, float, float, float]:
        """Top, outer, bottom, inner. They leave half a pixel more than the measure, so that a full line never breaks a
        character early; the inner one is a little wider, for the fold."""
        across = self.width_mm * _MM - self.block[0] - 0.5
        down = self.height_mm * _MM - self.block[1]
        return down * 0.53, across / 2 - 2.5, down * 0.47 - 0.5, across / 2 + 2.5


def paper(name: str) -> Paper:
    """The paper of a name (``a4``, ``a5``, ``b5``, ``6x9in``) or of a size such as ``170x240mm``; raises UsageError."""
    custom = _CUSTOM.fullmatch(name)
    if name in _SIZES:
        width, height = _SIZES[name]
    elif custom:
        unit = 25.4 if custom[3] == "in" else 1.0
        width, height = float(custom[1]) * unit, float(custom[2]) * unit
    else:
        raise UsageError(f"page {name!r} is not one of {', '.join(_SIZES)} or a size such as 170x240mm")
    if not (_LEAST[0] <= width <= _MOST[0] and _LEAST[1] <= height <= _MOST[1] and width <= height):
        raise UsageError(f"page {name!r}: from 100x140mm to 300x420mm, upright")
    large = width > 160
    size, leading = (15, 26) if large else (14, 24)
    measure = int(width * _MM * 0.757 / size)
    return Paper(width, height, size, leading, min(measure, 44), int(height * _MM * 0.834 / leading))
