"""Bundle: an ordered, grouped set of articles with their assets and a title. It is what a writer prints."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..images.assets import Asset
from ..model import Article


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
    all: tuple[tuple[Group, ...], ...] = ()
    """In the last volume the groups of every one, for the index and the list of the whole: articles without their body. The
    other volumes say nothing of one another, so that they stay as they are when one changes."""


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
    sources: Mapping[str, bytes] = {}
    """Sources of the records by their path, where a book is to carry them."""

    @property
    def articles(self) -> tuple[Article, ...]:
        """The articles that are printed, in reading order."""
        return tuple(article for group in self.groups for article in group.articles)

    @property
    def records(self) -> tuple[Article, ...]:
        """Every record: each article in reading order, followed by the other versions of its work."""
        return tuple(record for article in self.articles for record in (article, *self.versions.get(article.id, ())))
