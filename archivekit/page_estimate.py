"""How many pages an article will take, guessed without laying it out."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final

import msgspec

from .model import Article, CodeBlock, Heading, Image, ListItem, Paragraph, Row, Text, walk
from .paper import Paper

_NARROW: Final = re.compile("[\x20-\u02ff]")
"""Characters that take about half the width of a Chinese one."""

_HEAD: Final = 9
"""Lines that title, byline, date and address take."""
_FOOT: Final = 7
"""Lines that rights and provenance take."""
_LISTED: Final = 0.2
"""Pages of contents and indexes an article takes."""
_TALLEST: Final = 21
"""Lines of the tallest image."""


class Measure(msgspec.Struct, frozen=True, array_like=True):
    """What of an article takes space, whatever the paper."""

    words: float
    """Width of its words set in one line; a Chinese character is 1 wide."""
    ends: int
    """Paragraphs, items and rows. Each ends a line, on average half a line early."""
    lines: int
    """Lines that headings and code take."""
    images: tuple[str, ...]
    """The asset of each image, empty for one that is not there."""


def measure(article: Article) -> Measure:
    """What of the article takes space."""
    words, ends, lines = 0.0, 0, 0
    images: list[str] = []
    for node in walk(article.body):
        if isinstance(node, Text | CodeBlock):
            words += _width(node.text)
        if isinstance(node, Paragraph | ListItem | Row):
            ends += 1
        elif isinstance(node, Heading):
            lines += 2
        elif isinstance(node, Image):
            images.append(node.asset)
        elif isinstance(node, CodeBlock):
            lines += node.text.count("\n") + 2
    return Measure(words, ends, lines, tuple(images))


def pages(measured: Measure, pixels: Callable[[str], tuple[int, int] | None], sheet: Paper) -> float:
    """About how many pages an article takes on the paper; it begins a page of its own. ``pixels`` gives the width and
    height of an asset."""
    lines = _HEAD + _FOOT + measured.words / sheet.measure + measured.ends * 0.55 + measured.lines
    lines += sum(_image(pixels(asset), sheet) for asset in measured.images)
    return max(1, math.ceil(lines / sheet.lines)) + _LISTED


def _image(pixels: tuple[int, int] | None, sheet: Paper) -> float:
    if pixels is None:
        return 6
    width, height = max(pixels[0], 1), max(pixels[1], 1)
    shown = height * min(1.0, sheet.block[0] / width)
    return min(shown / sheet.leading, _TALLEST) + 3


def _width(text: str) -> float:
    return len(text) - len(_NARROW.findall(text)) / 2
