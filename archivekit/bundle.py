"""Bundle: an ordered, grouped set of articles with their assets and a title. It is what a writer prints."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from .assets import Asset
from .config import Settings
from .dates import instant
from .model import Article, Image, walk
from .versions import reading_copies

EARLIEST = "1980-01-01T00:00:00Z"
"""What ``modified`` is when no article has a date: the first moment a ZIP file can hold."""

_NAMESPACE = uuid.UUID("6d6e0cf5-3b54-5b2c-9d0a-5f2f3a0c7a51")

_LEFT_OVER = {
    "publisher": {"en": "Publisher not stated", "zh": "未注明出处", "zh-hant": "未註明出處"},
    "month": {"en": "Not dated", "zh": "未注明日期", "zh-hant": "未註明日期"},
    "category": {"en": "Without a category", "zh": "未分类", "zh-hant": "未分類"},
}
"""Headings of the last group, for what has no publisher, date or category, by language."""


class Group(msgspec.Struct, frozen=True):
    """Articles under one heading of the contents. ``title`` is empty when there is no grouping."""

    title: str
    articles: tuple[Article, ...]


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a series a bundle is. Its ``title`` is then the series'."""

    number: int
    """From 1."""
    series: str
    """The identifier of the whole."""
    all: tuple[tuple[Group, ...], ...]
    """The groups of every volume, for the index they share."""


class Dress(msgspec.Struct, frozen=True, kw_only=True):
    """What a person gave for the looks of a book."""

    cover: Asset | None = None
    """A JPEG or PNG to stand for the cover that would be drawn."""
    style: str = ""
    """A style sheet that has been checked."""


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """What a writer prints. Two bundles made of the same articles and settings are equal."""

    identifier: str
    """A ``urn:uuid:`` derived from the records' ids and the title."""
    title: str
    subtitle: str | None
    language: str
    """BCP 47 tag of the furniture: contents, running heads, colophon."""
    cover_text: str | None
    modified: str
    """``YYYY-MM-DDThh:mm:ssZ``: SOURCE_DATE_EPOCH, else the latest moment in the articles; never the clock."""
    groups: tuple[Group, ...]
    assets: Mapping[str, Asset]
    """By sha256; ``Image.asset`` names its key."""
    versions: Mapping[str, tuple[Article, ...]] = {}
    """Other versions of a work by the id of the article that is its reading copy: kept as records, not printed."""
    volume: Volume | None = None
    dress: Dress = Dress()

    @property
    def articles(self) -> tuple[Article, ...]:
        """The articles that are printed, in reading order."""
        return tuple(article for group in self.groups for article in group.articles)

    @property
    def records(self) -> tuple[Article, ...]:
        """Every record: each article in reading order, followed by the other versions of its work."""
        return tuple(record for article in self.articles for record in (article, *self.versions.get(article.id, ())))


def make(
    articles: Iterable[Article], assets: Mapping[str, Asset], settings: Settings, *, title: str, epoch: int | None = None
) -> Bundle:
    """Order and group articles, whatever order they come in; of several versions of a work one is printed. ``title`` is
    used when the settings have none, ``epoch`` (seconds since 1970, UTC) instead of the latest moment in the articles."""
    ordered = order(articles, settings)
    printed, versions = reading_copies(ordered)
    shown = settings.title or title
    language = settings.language or _commonest(article.language for article in ordered)
    used = {node.asset for article in ordered for node in walk(article.body) if isinstance(node, Image) and node.asset}
    return Bundle(
        identifier=identity(shown, ordered),
        title=shown,
        subtitle=settings.subtitle,
        language=language,
        cover_text=settings.cover_text,
        modified=_modified(ordered) if epoch is None else _stamp(datetime.fromtimestamp(epoch, UTC)),
        groups=_grouped(printed, settings, language),
        assets={key: assets[key] for key in sorted(used & assets.keys())},
        versions=versions,
    )


def order(articles: Iterable[Article], settings: Settings) -> tuple[Article, ...]:
    """A total order that does not depend on the order given: by publication (undated last), title or path; ties are
    settled by title, then path, then place in the source."""

    def key(article: Article) -> tuple[object, ...]:
        at = instant(article.published)
        dated = (at is None, at or datetime.min.replace(tzinfo=UTC)) if settings.order == "date" else ()
        title = () if settings.order == "path" else (article.title is None, article.title or "")
        source = article.provenance.source
        return (dated, title, source.path.split("/"), article.provenance.place, article.id)

    return tuple(sorted(articles, key=key))


def _grouped(ordered: tuple[Article, ...], settings: Settings, language: str) -> tuple[Group, ...]:
    """Groups in the order of their first article; what belongs to none comes last."""
    if settings.group == "none":
        return (Group("", ordered),)
    groups: dict[str, list[Article]] = {}
    for article in ordered:
        groups.setdefault(_heading(article, settings.group, language), []).append(article)
    rest = groups.pop("", None)
    named = [Group(title, tuple(members)) for title, members in groups.items()]
    if rest is None:
        return tuple(named)
    words = _LEFT_OVER[settings.group]
    left_over = words.get(_script(language), words["en"])
    return (*named, Group(left_over if named else "", tuple(rest)))


def _heading(article: Article, group: str, language: str) -> str:
    if group == "publisher":
        return article.publisher or ""
    if group == "category":
        return article.categories[0] if article.categories else ""
    value = article.published.value[:7] if article.published else ""
    if len(value) < 7 or _script(language) == "en":
        return value
    return f"{value[:4]}年{value[5:].lstrip('0')}月"


def _script(language: str) -> str:
    """The key of ``_LEFT_OVER`` for a language tag."""
    tag = language.lower()
    if tag.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo")):
        return "zh-hant"
    return "zh" if tag.startswith("zh") else "en"


def _commonest(languages: Iterable[str]) -> str:
    counts = Counter(languages)
    return min(counts, key=lambda tag: (-counts[tag], tag == "und", tag), default="und")


def identity(title: str, articles: tuple[Article, ...]) -> str:
    """A ``urn:uuid:`` that is the same for the same title and records, in whatever order."""
    name = "\n".join([title, *sorted(article.id for article in articles)])
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, name)}"


def _modified(articles: tuple[Article, ...]) -> str:
    moments = [at for article in articles for at in (instant(article.published), instant(article.modified)) if at]
    return max(_stamp(max(moments)), EARLIEST) if moments else EARLIEST


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at.year >= 1000 else EARLIEST
