"""Bundle: an ordered, grouped set of articles with their assets and a title. It is what a writer prints."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from .assets import Asset
from .model import Article


class Group(msgspec.Struct, frozen=True):
    """Articles under one heading of the contents. ``title`` is empty when there is no grouping."""

    title: str
    articles: tuple[Article, ...]


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

    @property
    def articles(self) -> tuple[Article, ...]:
        """All articles in reading order."""
        return tuple(article for group in self.groups for article in group.articles)
