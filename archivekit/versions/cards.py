"""Cards: what has to be known of every record to put an archive in order, which is little beside the record itself."""

from __future__ import annotations

import hashlib
from array import array
from datetime import UTC, datetime

import msgspec

from ..config import Settings
from ..dates import instant
from ..model import Article, Moment
from ..page_estimate import Measure, measure
from .fingerprint import normal, sketch


class Card(msgspec.Struct, frozen=True, array_like=True):
    """What ordering, grouping, comparing and cutting into volumes ask of a record."""

    id: str
    path: str
    """Of its source."""
    place: int
    """In its source."""
    title: str | None
    url: str | None
    publisher: str | None
    category: str | None
    """The first of its categories."""
    published: Moment | None
    modified: Moment | None
    language: str
    characters: int
    """Of its text, white space aside."""
    digest: bytes
    """SHA-256 of its text, white space aside."""
    size: int
    """Bytes of its text."""
    measure: Measure
    """What of it takes space on paper."""

    @property
    def moment(self) -> datetime:
        """When it was changed or, not changed, published; the year 2 when nobody knows."""
        return instant(self.modified) or instant(self.published) or datetime.min.replace(tzinfo=UTC, year=2)


class Carded(msgspec.Struct, frozen=True):
    """A card with the sketch of its record's text."""

    card: Card
    sketch: array[int]
    """See :func:`archivekit.versions.fingerprint.sketch`."""


def carded(article: Article) -> Carded:
    """The card of a record, and the sketch of its text."""
    text = normal(article.text)
    source = article.provenance.source
    card = Card(
        id=article.id,
        path=source.path,
        place=article.provenance.place,
        title=article.title,
        url=article.url,
        publisher=article.publisher,
        category=article.categories[0] if article.categories else None,
        published=article.published,
        modified=article.modified,
        language=article.language,
        characters=len(text),
        digest=hashlib.sha256(text.encode("utf-8", "replace")).digest(),
        size=len(article.text.encode("utf-8", "replace")),
        measure=measure(article),
    )
    return Carded(card, sketch(text))


def sort_key(card: Card, settings: Settings) -> bytes:
    """A total order that does not depend on the order given: by publication (undated last), title or path; ties are
    settled by title, then path, then place in the source. Compared code point by code point."""
    at = instant(card.published) if settings.order == "date" else None
    dated = f"0{at.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%f').zfill(26)}" if at is not None else "1"
    title = "" if settings.order == "path" else "1" if card.title is None else f"0{card.title}"
    key = "\0".join((dated, title, card.path.replace("/", "\0"), f"{card.place:09}", card.id))
    return key.encode("utf-8", "surrogatepass")
