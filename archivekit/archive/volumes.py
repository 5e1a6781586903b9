"""Volumes: an archive that is too large for one book as several, numbered, of one series. Pure; order and groups stay.

A volume ends where a group ends if one does in its second half, else between two articles. Which of the places that may
be is chosen by a hash of the article before it (as content-defined chunking does: Muthitacharoen, Chen and Mazières
2001). So the same archive is always cut at the same places, and an article more or less moves the nearest cut at most.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from .. import page_estimate
from ..config import Settings
from ..paper import paper
from ..versions.cards import Card
from ..versions.fingerprint import hashed
from .arrangement import Arrangement, Numbered, Part
from .shelf import Shelf

LEAST: Final = 0.5
"""How full a volume is at least, unless the next article is too much for it; the last one may have less."""


class Limits(NamedTuple):
    """What one volume may hold."""

    articles: float
    """The most articles, at least 1; infinity for no limit."""
    load: float
    """The most of what is weighed; an article that alone has more gets a volume of its own."""


class Weighed(NamedTuple):
    """An article as the cutting sees it."""

    id: str
    load: float


def of_format(arrangement: Arrangement, format: str, settings: Settings) -> tuple[Part | None, ...]:
    """The volumes of the books of a format; a single None when one book holds everything, as records always do."""
    articles = settings.volume_articles or math.inf
    if format == "epub":
        return split(arrangement, _bytes(arrangement), Limits(articles, settings.volume_mb * 1_000_000 or math.inf))
    if format == "pdf":
        return split(arrangement, _pages(arrangement, settings), Limits(articles, settings.volume_pages or math.inf))
    return (None,)


def file_name(settings: Settings, format: str, part: Part | None) -> str:
    """``NAME.epub``, or ``NAME-2.epub`` for the second volume of a series."""
    number = f"-{part.number}" if part is not None else ""
    return f"{settings.name}{number}.{format}"


def split(arrangement: Arrangement, weighed: Sequence[Weighed], limits: Limits) -> tuple[Part | None, ...]:
    """The volumes, each within the limits; a single None when all is within them. No article is lost, doubled or moved."""
    edges = list(accumulate(len(group.numbers) for group in arrangement.groups))
    cuts = ends(weighed, edges, limits)
    if len(cuts) < 2:
        return (None,)
    starts = (0, *cuts[:-1])
    series = tuple(_cut(arrangement.groups, start, end) for start, end in zip(starts, cuts, strict=True))
    last = len(series)
    return tuple(Part(number, groups, series if number == last else ()) for number, groups in enumerate(series, 1))


def ends(weighed: Sequence[Weighed], edges: Sequence[int], limits: Limits) -> list[int]:
    """How many articles stand before the end of each volume; ``edges`` is the same of each group."""
    total = len(weighed)
    loads = [0.0, *accumulate(each.load for each in weighed)]
    found: list[int] = []
    start = 0
    while start < total:
        if total - start <= limits.articles and loads[-1] - loads[start] <= limits.load * (1 + 1e-9):
            start = total
        else:
            first, last = _reach(start, LEAST, loads, limits), _reach(start, 1, loads, limits)
            near = edges[bisect_left(edges, first) : bisect_right(edges, last)]
            start = min(near or range(first, last + 1), key=lambda at: (hashed(weighed[at - 1].id.encode()), at))
        found.append(start)
    return found


def _reach(start: int, part: float, loads: list[float], limits: Limits) -> int:
    """Where a volume ends that begins at ``start`` and is full to a part, with one article at least."""
    heavy = bisect_right(loads, loads[start] + part * limits.load * (1 + 1e-9)) - 1
    many = start + int(min(part * limits.articles, len(loads)) + 1e-9)
    return max(start + 1, min(many, heavy))


def _cut(groups: tuple[Numbered, ...], start: int, end: int) -> tuple[Numbered, ...]:
    """The groups of the articles from ``start`` to ``end``; a group that is cut keeps its title in both volumes."""
    kept: list[Numbered] = []
    first = 0
    for group in groups:
        numbers = group.numbers[max(0, start - first) : max(0, end - first)]
        first += len(group.numbers)
        if numbers:
            kept.append(Numbered(group.title, array("L", numbers)))
    return tuple(kept)


# --- how much an article is -------------------------------------------------------------------------------------


def _bytes(arrangement: Arrangement) -> list[Weighed]:
    """About how many bytes each article and the other versions of its work take in an EPUB. Text is there as a page and as
    a record, both compressed, which is about its own size again; images are as large as they are."""
    shelf, versions = arrangement.shelf, arrangement.versions
    each = [Weighed(card.id, card.size + _pictures(card, shelf)) for card in shelf.cards()]
    return [
        Weighed(each[number].id, 2000 + each[number].load + sum(each[other].load for other in versions.get(number, ())))
        for number in arrangement.printed
    ]


def _pictures(card: Card, shelf: Shelf) -> int:
    extents = map(shelf.extent, {sha256 for sha256 in card.measure.images if sha256})
    return sum(extent.size for extent in extents if extent is not None)


def _pages(arrangement: Arrangement, settings: Settings) -> list[Weighed]:
    sheet = paper(settings.page)

    def pixels(sha256: str) -> tuple[int, int] | None:
        extent = arrangement.shelf.extent(sha256) if sha256 else None
        return extent[:2] if extent is not None else None

    weighed = [Weighed(card.id, page_estimate.pages(card.measure, pixels, sheet)) for card in arrangement.shelf.cards()]
    return [weighed[number] for number in arrangement.printed]
