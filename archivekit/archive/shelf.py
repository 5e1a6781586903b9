"""Shelves: where the records of an archive are while it is put in order and printed. Each has a number, from 0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from ..images.assets import Asset
from ..model import Article, encode
from ..versions import alike, marks
from ..versions.cards import Card, Carded, carded


class Extent(NamedTuple):
    """How large an image is as a book carries it."""

    width: int
    height: int
    """In pixels."""
    size: int
    """In bytes."""


class Shelf(Protocol):
    """Records by number, and the images they name by hash. What is asked for is made when it is asked for."""

    def cards(self) -> Iterator[Card]:
        """Of every record, in the order of their numbers."""

    def ordered(self, keys: Iterable[bytes]) -> Iterable[int]:
        """The numbers of the records in the order of their keys, of which there is one for each; ties as they are numbered."""

    def alike(self) -> Iterable[int]:
        """The numbers of the records that may be versions of another, at least."""

    def carded(self, numbers: Iterable[int]) -> Iterator[Carded]:
        """Cards with the sketches of their texts."""

    def article(self, number: int) -> Article:
        """One record."""

    def lines(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """Records as JSON, without newlines."""

    def digest(self, number: int) -> bytes:
        """What changes when the record, or an image of it, does."""

    def images(self, number: int) -> tuple[str, ...]:
        """The hashes of the images a record names."""

    def extent(self, sha256: str) -> Extent | None:
        """Of an image that is there."""

    def assets(self, wanted: Iterable[str]) -> dict[str, Asset]:
        """Those of the images that are there."""


def in_order(keys: Iterable[bytes]) -> list[int]:
    """The places of keys in their order; ties as they stand."""
    known = list(keys)
    return sorted(range(len(known)), key=known.__getitem__)


class Held:
    """A shelf in memory."""

    def __init__(self, articles: Iterable[Article], assets: Mapping[str, Asset]) -> None:
        self._articles: Sequence[Article] = tuple(articles)
        self._assets = assets
        self._cards = [carded(article) for article in self._articles]

    def cards(self) -> Iterator[Card]:
        """See :class:`Shelf`."""
        return (each.card for each in self._cards)

    def ordered(self, keys: Iterable[bytes]) -> Iterable[int]:
        """See :class:`Shelf`."""
        return in_order(keys)

    def alike(self) -> Iterable[int]:
        """See :class:`Shelf`."""
        return alike(map(marks, self._cards))

    def carded(self, numbers: Iterable[int]) -> Iterator[Carded]:
        """See :class:`Shelf`."""
        return map(self._cards.__getitem__, numbers)

    def article(self, number: int) -> Article:
        """See :class:`Shelf`."""
        return self._articles[number]

    def lines(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """See :class:`Shelf`."""
        return (encode(self._articles[number]) for number in numbers)

    def digest(self, number: int) -> bytes:
        """See :class:`Shelf`."""
        return encode(self._articles[number])

    def images(self, number: int) -> tuple[str, ...]:
        """See :class:`Shelf`."""
        return self._cards[number].card.measure.images

    def extent(self, sha256: str) -> Extent | None:
        """See :class:`Shelf`."""
        asset = self._assets.get(sha256)
        return Extent(asset.width, asset.height, len(asset.data)) if asset is not None else None

    def assets(self, wanted: Iterable[str]) -> dict[str, Asset]:
        """See :class:`Shelf`."""
        return {sha256: self._assets[sha256] for sha256 in wanted if sha256 in self._assets}
