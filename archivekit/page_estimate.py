"""How many pages an article will take, guessed without laying it out."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final

from .assets import Asset
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


def pages(article: Article, assets: Mapping[str, Asset], sheet: Paper) -> float:
    """About how many pages the article takes on the paper; it begins a page of its own."""
    lines = _HEAD + _FOOT + _text(article, sheet)
    for node in walk(article.body):
        if isinstance(node, Heading):
            lines += 2
        elif isinstance(node, Image):
            lines += _image(assets.get(node.asset), sheet)
        elif isinstance(node, CodeBlock):
            lines += node.text.count("\n") + 2
    return max(1, math.ceil(lines / sheet.lines)) + _LISTED


def _text(article: Article, sheet: Paper) -> float:
    """Lines of the body's words. Each paragraph, item and row ends a line, on average half a line early."""
    ends = sum(isinstance(node, Paragraph | ListItem | Row) for node in walk(article.body))
    words = sum(_width(node.text) for node in walk(article.body) if isinstance(node, Text | CodeBlock))
    return words / sheet.measure + ends * 0.55


def _image(asset: Asset | None, sheet: Paper) -> float:
    if asset is None:
        return 6
    width, height = max(asset.width, 1), max(asset.height, 1)
    shown = height * min(1.0, sheet.block[0] / width)
    return min(shown / sheet.leading, _TALLEST) + 3


def _width(text: str) -> float:
    return len(text) - len(_NARROW.findall(text)) / 2
