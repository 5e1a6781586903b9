"""Arrangement: all records of an archive in order, in groups, each with the other versions of its work. Numbers, not records.

It takes little memory, however many records there are; a :class:`.bundle.Bundle` of all of them, or of one volume, is
made from it when it is printed.
"""

from __future__ import annotations

import uuid
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain

import msgspec

from ..config import Settings
from ..dates import instant
from ..images.assets import Asset
from ..model import Article, Image, Provenance, walk
from ..versions import works
from ..versions.cards import Card, sort_key
from .bundle import Bundle, Dress, Group, Volume
from .shelf import Held, Shelf

EARLIEST = "1980-01-01T00:00:00Z"
"""What ``modified`` is when no article has a date: the first moment a ZIP file can hold."""

_NAMESPACE = uuid.UUID("6d6e0cf5-3b54-5b2c-9d0a-5f2f3a0c7a51")

_LEFT_OVER = {
    "publisher": {"en": "Publisher not stated", "zh": "未注明出处", "zh-hant": "未註明出處"},
    "month": {"en": "Not dated", "zh": "未注明日期", "zh-hant": "未註明日期"},
    "category": {"en": "Without a category", "zh": "未分类", "zh-hant": "未分類"},
}
"""Headings of the last group, for what has no publisher, date or category, by language."""


class Numbered(msgspec.Struct, frozen=True):
    """A group: its heading, empty where there is no grouping, and the numbers of its printed records in reading order."""

    title: str
    numbers: array[int]


class Part(msgspec.Struct, frozen=True):
    """A volume of a series: which one, and what is in it."""

    number: int
    """From 1."""
    groups: tuple[Numbered, ...]
    series: tuple[tuple[Numbered, ...], ...] = ()
    """In the last volume, which has the index of all, the groups of every one."""


class Arrangement(msgspec.Struct, frozen=True, kw_only=True):
    """Which records there are, in which order, and what the whole is called."""

    shelf: Shelf
    identifier: str
    """A ``urn:uuid:`` derived from the records' ids and the title."""
    series: str
    """A ``urn:uuid:`` derived from the title alone: a series stays the same when records come."""
    title: str
    subtitle: str | None
    language: str
    """BCP 47 tag of the furniture."""
    cover_text: str | None
    epoch: int | None
    groups: tuple[Numbered, ...]
    versions: Mapping[int, tuple[int, ...]]
    """Other versions of a work by the number of its reading copy."""
    dress: Dress = Dress()

    @property
    def printed(self) -> Iterator[int]:
        """The numbers of the records that are printed, in reading order."""
        return chain.from_iterable(group.numbers for group in self.groups)

    def lines(self) -> Iterator[bytes]:
        """Every record as JSON, in reading order, each followed by the other versions of its work."""
        return self.shelf.lines(each for number in self.printed for each in (number, *self.versions.get(number, ())))

    def bundle(self, part: Part | None = None) -> Bundle:
        """The articles of one volume, or all of them, with their images: what a writer prints."""
        chosen = self.groups if part is None else part.groups
        read = {number: self.shelf.article(number) for group in chosen for number in group.numbers}
        groups = tuple(Group(group.title, tuple(map(read.__getitem__, group.numbers))) for group in chosen)
        versions = {
            article.id: tuple(map(self.shelf.article, self.versions[number]))
            for number, article in read.items()
            if number in self.versions
        }
        records = [*read.values(), *chain.from_iterable(versions.values())]
        used = {node.asset for article in records for node in walk(article.body) if isinstance(node, Image) and node.asset}
        volume = None
        if part is not None:
            shared = tuple(tuple(self._listed(group) for group in groups) for groups in part.series)
            volume = Volume(number=part.number, series=self.series, all=shared)
        ids = (article.id for article in records)
        moments = (at for article in records for at in (instant(article.published), instant(article.modified)) if at)
        return Bundle(
            identifier=self.identifier if part is None else identity(f"{self.title}\n{part.number}", ids),
            title=self.title,
            subtitle=self.subtitle,
            language=self.language,
            cover_text=self.cover_text,
            modified=_stamp(datetime.fromtimestamp(self.epoch, UTC)) if self.epoch is not None else _modified(moments),
            groups=groups,
            assets=dict(sorted(self.shelf.assets(used).items())),
            versions=versions,
            volume=volume,
            dress=self.dress,
        )

    def _listed(self, group: Numbered) -> Group:
        """The group with as much of its articles as an index of all volumes needs."""
        return Group(group.title, tuple(_stub(self.shelf.article(number)) for number in group.numbers))


def make(
    articles: Iterable[Article], assets: Mapping[str, Asset], settings: Settings, *, title: str, epoch: int | None = None
) -> Bundle:
    """The bundle of articles that are all at hand, as ``arrange`` has it."""
    return arrange(Held(articles, assets), settings, title=title, epoch=epoch).bundle()


def _shows(title: str | None) -> bool:
    """Whether a title is more than white space and controls."""
    return title is not None and any(char.isprintable() and not char.isspace() for char in title)


def arrange(
    shelf: Shelf, settings: Settings, *, title: str, epoch: int | None = None, dress: Dress | None = None
) -> Arrangement:
    """Order and group records, whatever order they come in; of several versions of a work one is printed. ``title`` is
    used when the settings have none that shows anything, ``epoch`` (seconds since 1970, UTC) instead of the latest moment in
    the articles."""
    headings: list[str] = []
    names: dict[str, str] = {}
    languages: Counter[str] = Counter()
    ids: list[str] = []

    def keys() -> Iterator[bytes]:
        """Each card is decoded once: what else is wanted of it is noted on the way."""
        for card in shelf.cards():
            heading = _heading(card, settings.group)
            headings.append(names.setdefault(heading, heading))
            languages[card.language] += 1
            ids.append(card.id)
            yield sort_key(card, settings)

    ordered = array("L", shelf.ordered(keys()))
    versions = _versions(shelf, ordered)
    dropped = {number for others in versions.values() for number in others}
    language = settings.language or min(languages, key=lambda tag: (-languages[tag], tag == "und", tag), default="und")
    shown = next(filter(_shows, (settings.title, title)), None) or settings.name
    return Arrangement(
        shelf=shelf,
        identifier=identity(shown, ids),
        series=identity(f"{shown}\n{settings.name}", ()),
        title=shown,
        subtitle=settings.subtitle,
        language=language,
        cover_text=settings.cover_text,
        epoch=epoch,
        groups=_grouped((number for number in ordered if number not in dropped), headings, settings.group, language),
        versions=versions,
        dress=dress or Dress(),
    )


def identity(title: str, ids: Iterable[str]) -> str:
    """A ``urn:uuid:`` that is the same for the same title and records, in whatever order."""
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, chr(10).join([title, *sorted(ids)]))}"


def _versions(shelf: Shelf, ordered: array[int]) -> dict[int, tuple[int, ...]]:
    """The other versions of each work, by its reading copy."""
    candidates = frozenset(shelf.alike())
    alike = [number for number in ordered if number in candidates]
    found = works(shelf.carded(alike))
    return {alike[first]: tuple(alike[place] for place in others) for first, *others in found}


def _grouped(numbers: Iterable[int], headings: list[str], group: str, language: str) -> tuple[Numbered, ...]:
    """Groups in the order of their first record; what belongs to none comes last."""
    if group == "none":
        return (Numbered("", array("L", numbers)),)
    groups: dict[str, array[int]] = {}
    for number in numbers:
        groups.setdefault(headings[number], array("L")).append(number)
    rest = groups.pop("", None)
    named = [Numbered(_shown(title, group, language), members) for title, members in groups.items()]
    if rest is None:
        return tuple(named)
    words = _LEFT_OVER[group]
    left_over = words.get(_script(language), words["en"])
    return (*named, Numbered(left_over if named else "", rest))


def _heading(card: Card, group: str) -> str:
    """What a record is grouped by; empty when it has none."""
    if group == "publisher":
        return card.publisher or ""
    if group == "category":
        return card.category or ""
    return card.published.value[:7] if group == "month" and card.published else ""


def _shown(heading: str, group: str, language: str) -> str:
    if group != "month" or len(heading) < 7 or _script(language) == "en":
        return heading
    return f"{heading[:4]}年{heading[5:].lstrip('0')}月"


def _script(language: str) -> str:
    """The key of ``_LEFT_OVER`` for a language tag."""
    tag = language.lower()
    if tag.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo")):
        return "zh-hant"
    return "zh" if tag.startswith("zh") else "en"


def _stub(article: Article) -> Article:
    """The metadata of an article."""
    made = article.provenance
    bare = Provenance(source=made.source, reader=made.reader, version=made.version, place=made.place)
    return msgspec.structs.replace(article, body=(), text="", extra={}, links=(), provenance=bare)


def _modified(moments: Iterable[datetime]) -> str:
    latest = max(moments, default=None)
    return max(_stamp(latest), EARLIEST) if latest is not None else EARLIEST


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at.year >= 1000 else EARLIEST
