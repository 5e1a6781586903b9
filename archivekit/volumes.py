"""Volumes: a bundle that is too large for one book as several, numbered, of one series. Pure; order and groups stay.

A volume ends where a group ends when that is near the place where volumes of even length would end, else between two
articles. So the same archive is always cut at the same places.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import Final, NamedTuple

import msgspec

from . import page_estimate
from .bundle import Bundle, Group, Volume, identity
from .config import Settings
from .model import Article, Image, walk
from .paper import paper

NEAR: Final = 0.25
"""A group's end is near when no more than this share of a volume is lost by ending there."""


class Limits(NamedTuple):
    """What one volume may hold."""

    articles: float
    """The most articles, at least 1; infinity for no limit."""
    load: float
    """The most of what ``weigh`` measures; an article that alone has more gets a volume of its own."""
    weigh: Callable[[Article], float]


def of_format(bundle: Bundle, format: str, settings: Settings) -> tuple[Bundle, ...]:
    """The bundles a format prints: itself alone, or its volumes. JSON Lines are never cut."""
    articles = settings.volume_articles or math.inf
    if format == "epub":
        size = settings.volume_mb * 1_000_000 or math.inf
        return split(bundle, Limits(articles, size, lambda article: _bytes(article, bundle)))
    if format == "pdf":
        sheet = paper(settings.page)
        most = settings.volume_pages or math.inf
        return split(bundle, Limits(articles, most, lambda article: page_estimate.pages(article, bundle.assets, sheet)))
    return (bundle,)


def file_name(settings: Settings, format: str, bundle: Bundle) -> str:
    """``NAME.epub``, or ``NAME-2.epub`` for the second volume of a series."""
    number = f"-{bundle.volume.number}" if bundle.volume is not None else ""
    return f"{settings.name}{number}.{format}"


def split(bundle: Bundle, limits: Limits) -> tuple[Bundle, ...]:
    """The volumes of a bundle, each within the limits and as even as groups allow; the bundle itself when it is within
    them. No article is lost, doubled or moved."""
    ends = _ends(bundle, limits)
    if len(ends) < 2:
        return (bundle,)
    starts = (0, *ends[:-1])
    series = tuple(_cut(bundle.groups, start, end) for start, end in zip(starts, ends, strict=True))
    return tuple(_volume(bundle, series, number) for number in range(1, len(series) + 1))


def _ends(bundle: Bundle, limits: Limits) -> list[int]:
    """How many articles stand before the end of each volume."""
    total = len(bundle.articles)
    loads = [0.0, *accumulate(limits.weigh(article) for article in bundle.articles)]
    edges = list(accumulate(len(group.articles) for group in bundle.groups))
    ends: list[int] = []
    start = 0
    while start < total:
        left = max((total - start) / limits.articles, (loads[-1] - loads[start]) / limits.load)
        start = total if left <= 1 else _end(start, left, loads, edges, limits)
        ends.append(start)
    return ends


def _end(start: int, left: float, loads: list[float], edges: list[int], limits: Limits) -> int:
    """Where the volume that begins at ``start`` ends, when ``left`` full volumes remain."""
    share = 1 / math.ceil(left) * left

    def reach(part: float) -> int:
        """The most articles that ``part`` of a full volume holds, at least one."""
        heavy = bisect_right(loads, loads[start] + part * limits.load * (1 + 1e-9)) - 1
        many = start + int(min(part * limits.articles, len(loads)) + 1e-9)
        return max(start + 1, min(many, heavy))

    aim, first, last = reach(share), reach(share * (1 - NEAR)), reach(1)
    near = edges[bisect_left(edges, first) : bisect_right(edges, last)]
    return min(near, key=lambda edge: (abs(edge - aim), edge), default=aim)


def _cut(groups: tuple[Group, ...], start: int, end: int) -> tuple[Group, ...]:
    """The groups of the articles from ``start`` to ``end``; a group that is cut keeps its title in both volumes."""
    kept: list[Group] = []
    first = 0
    for group in groups:
        articles = group.articles[max(0, start - first) : max(0, end - first)]
        first += len(group.articles)
        if articles:
            kept.append(Group(group.title, articles))
    return tuple(kept)


def _volume(bundle: Bundle, series: tuple[tuple[Group, ...], ...], number: int) -> Bundle:
    groups = series[number - 1]
    printed = tuple(article for group in groups for article in group.articles)
    versions = {article.id: bundle.versions[article.id] for article in printed if article.id in bundle.versions}
    records = (*printed, *(other for others in versions.values() for other in others))
    used = {node.asset for record in records for node in walk(record.body) if isinstance(node, Image)}
    return msgspec.structs.replace(
        bundle,
        identifier=identity(f"{bundle.title}\n{number}", records),
        groups=groups,
        assets={key: asset for key, asset in bundle.assets.items() if key in used},
        versions=versions,
        volume=Volume(number=number, series=bundle.identifier, all=series),
    )


# --- how much an article is -------------------------------------------------------------------------------------


def _bytes(article: Article, bundle: Bundle) -> float:
    """About how many bytes an article and the other versions of its work take in an EPUB. Text is there as a page and as
    a record, both compressed, which is about its own size again; images are as large as they are."""
    size = 2000
    for record in (article, *bundle.versions.get(article.id, ())):
        images = {node.asset for node in walk(record.body) if isinstance(node, Image) and node.asset in bundle.assets}
        size += len(record.text.encode("utf-8", "replace")) + sum(len(bundle.assets[key].data) for key in images)
    return size
