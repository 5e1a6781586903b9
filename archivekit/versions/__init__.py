"""Versions: which records are of one work, by address or by text, and which of them is the reading copy.

Two records are versions of one work when they have one canonical address, the same text, or texts whose estimated
Jaccard similarity is at least ``NEAR``. Under unlike titles more is asked: channels repeat one description below every
item, and what three or more unlike titles share is no work. What is compared is in :mod:`.fingerprint`.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, combinations
from typing import Literal, NamedTuple

import msgspec

from ..model import Article
from ..terminal import safe
from .cards import Carded, carded
from .fingerprint import address, hashed, normal, similarity

NEAR = 0.8
"""The least estimated Jaccard similarity of texts that are versions of one another."""

_KEYS = 16
"""How many of the smallest hashes a record is looked up by, and how many of them a near-duplicate must share."""
SHARED = 7
COMMON = 64
"""How many records may share a hash before it is not looked at which they all are."""
FAMILY = 10
"""How many of the hashes that more have a record must share with one and the same other, for in a large archive most are
shared with some other. Of those that fewer have it must be half."""
_LATEST = 16
"""With how many records before it that share a hash a record is compared."""
_SHORT = 40
"""A text of fewer characters says too little to tell one work from another: it needs the same title beside it."""
_UNLIKE = 0.9
_UNLIKE_LEAST = 500
"""The least similarity, and the least characters, of texts that are versions of one another under unlike titles."""
_SHORT_NEAR = 200
"""A text of fewer characters is compared exactly only: forecasts and tables differ in the figures that matter."""
_WORKS = 4
"""An address that more different works than this share is the address of a page that lists them."""

Bond = Literal["record", "address", "text", "near"]


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One record of a group."""

    id: str
    path: str
    title: str | None
    url: str | None
    similarity: float
    """Estimated Jaccard similarity of its text to the reading copy's, 0 to 1; 1 for the reading copy."""
    characters: int
    """Of its text, white space aside."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Records of one work. The first version is the reading copy."""

    bonds: tuple[Bond, ...]
    """What binds them: one record, one address, one text, near-duplicate texts."""
    versions: tuple[Version, ...]


class _Card(msgspec.Struct, frozen=True):
    """What is kept of a record."""

    at: int
    """Its place among all records."""
    version: Version
    title: str
    url: str
    digest: bytes
    sketch: array[int]
    moment: datetime


def groups(articles: Iterable[Article]) -> tuple[Group, ...]:
    """Every group of two or more versions, in the order of their first record. The articles are read once."""
    records = [carded(article) for article in articles]
    found = [records[number] for number in alike(map(marks, records))]
    return tuple(_group(cards, why) for cards, why in _works(found))


def works(records: Iterable[Carded]) -> Iterator[tuple[int, ...]]:
    """The places of the records of each work of which there are several, the reading copy first.

    The reading copy has the longest text, then the latest date of change or publication, then the first path.
    """
    for cards, _ in _works(records):
        yield tuple(card.at for card in cards)


class Marks(NamedTuple):
    """Numbers by which records that may be versions of one another are found among very many."""

    whole: tuple[int, ...]
    """Of its id, its address and its text, 64 bits each: to share one is enough to be looked at."""
    parts: tuple[int, ...]
    """The smallest hashes of its text."""


def marks(record: Carded) -> Marks:
    """The marks of a record."""
    card = record.card
    whole = [b"i" + card.id.encode("utf-8", "replace")]
    whole += [b"u" + place.encode("utf-8", "replace")] if (place := address(card.url)) else []
    whole += [b"t" + card.digest] if card.characters else []
    parts = tuple(record.sketch[:_KEYS]) if card.characters >= _SHORT_NEAR else ()
    return Marks(tuple(hashed(mark) for mark in whole), parts)


def alike(all_marks: Iterable[Marks]) -> list[int]:
    """The places of the records that may be versions of another: they share one of ``whole``; or ``SHARED`` of ``parts`` with
    ``COMMON`` records at most, half of these with one of them; or ``FAMILY`` that more have with one of the latest."""
    records = list(all_marks)
    whole = Counter(chain.from_iterable(record.whole for record in records))
    parts = Counter(chain.from_iterable(record.parts for record in records))
    same = {mark for mark, count in whole.items() if count > 1}
    rare = {mark for mark, count in parts.items() if 1 < count <= COMMON}
    common = {mark for mark, count in parts.items() if count > COMMON}
    holders: defaultdict[int, list[int]] = defaultdict(list)
    sizes: list[int] = []
    for place, record in enumerate(records):
        held = rare.intersection(record.parts)
        for mark in held if len(held) >= SHARED else ():
            holders[mark].append(place)
        sizes.append(len(held))
    pairs = Counter(chain.from_iterable(combinations(places, 2) for places in holders.values()))
    near = {place for (a, b), count in pairs.items() if count * 2 >= min(sizes[a], sizes[b]) for place in (a, b)}
    near.update(families((place, common.intersection(record.parts)) for place, record in enumerate(records)))
    return [place for place, record in enumerate(records) if place in near or not same.isdisjoint(record.whole)]


def families(records: Iterable[tuple[int, Collection[int]]]) -> Iterator[int]:
    """Of records with those of their hashes that many have, the places of such as share ``FAMILY`` of them with one of the
    ``_LATEST`` that had a hash before, and of these. What many have may be boilerplate, or a text that stands very often."""
    holders: dict[int, array[int]] = {}
    for place, held in records:
        if len(held) < FAMILY:
            continue
        before = [holders.setdefault(mark, array("I")) for mark in held]
        related = [other for other, count in Counter(chain.from_iterable(before)).items() if count >= FAMILY]
        yield from (place, *related) if related else ()
        for known in before:
            known.append(place)
            del known[:-_LATEST]


def describe(found: Iterable[Group]) -> Iterator[str]:
    """Groups as lines for a person: what binds them, the reading copy marked with ``*``, similarity, id, path, title."""
    count = 0
    for count, group in enumerate(found, 1):
        yield f"group {count}: {', '.join(_SAID[bond] for bond in group.bonds)}"
        for number, version in enumerate(group.versions):
            mark = " " if number else "*"
            yield f"  {mark} {version.similarity:4.2f}  {version.id}  {safe(version.path)}  {safe(version.title or '–')}"
    if not count:
        yield "no versions and no duplicates"


_SAID: Mapping[Bond, str] = {
    "record": "one record",
    "address": "one address",
    "text": "one text",
    "near": "near-duplicate texts",
}


# --- grouping ---------------------------------------------------------------------------------------------------


def _works(records: Iterable[Carded]) -> Iterator[tuple[list[_Card], set[Bond]]]:
    """The records of each work of which there are several, the reading copy first, and what binds them."""
    cards: list[_Card] = []
    bonds: list[tuple[int, int, Bond]] = []
    buckets: defaultdict[int, list[int]] = defaultdict(list)
    for card in (_placed(at, record) for at, record in enumerate(records)):
        bonds.extend((other, card.at, "near") for other in _near(card, cards, buckets))
        cards.append(card)
    bonds.extend(_same_text(cards))
    bonds = [*_of_one_work(cards, bonds), *_same_record(cards)]
    roots = _joined(len(cards), bonds)
    members: defaultdict[int, list[_Card]] = defaultdict(list)
    for card in cards:
        members[roots[card.at]].append(card)
    why: defaultdict[int, set[Bond]] = defaultdict(set)
    for a, _, bond in bonds:
        why[roots[a]].add(bond)
    for root, several in members.items():
        if len(several) > 1:
            yield sorted(several, key=_rank), why[root]


def _rank(card: _Card) -> tuple[int, float, str, int]:
    """What the least of is the reading copy's."""
    return -card.version.characters, -card.moment.timestamp(), card.version.path, card.at


def _group(ranked: list[_Card], why: set[Bond]) -> Group:
    first = ranked[0]
    versions = tuple(
        msgspec.structs.replace(card.version, similarity=1.0 if card is first else round(_likeness(first, card), 3))
        for card in ranked
    )
    order: tuple[Bond, ...] = ("record", "address", "text", "near")
    return Group(bonds=tuple(bond for bond in order if bond in why), versions=versions)


def _near(card: _Card, cards: list[_Card], buckets: defaultdict[int, list[int]]) -> Iterator[int]:
    """Earlier records with a near-duplicate text that is not the same; the record is entered in the buckets."""
    if card.version.characters < _SHORT_NEAR:
        return
    shared = Counter(chain.from_iterable(buckets[key][-_LATEST:] for key in card.sketch[:_KEYS]))
    for at, count in shared.items():
        other = cards[at]
        sizes = sorted((card.version.characters, other.version.characters))
        if count < SHARED or sizes[0] < 0.5 * sizes[1] or card.digest == other.digest:
            continue
        likeness = similarity(card.sketch, other.sketch, NEAR)
        if (likeness >= _UNLIKE and sizes[0] >= _UNLIKE_LEAST) or (likeness >= NEAR and _alike(card, other)):
            yield at
    for key in card.sketch[:_KEYS]:
        buckets[key].append(card.at)


def _same_text(cards: list[_Card]) -> Iterator[tuple[int, int, Bond]]:
    """Pairs with one text: each record with the first whose title is like its own, else with the first."""
    by_text: defaultdict[bytes, list[_Card]] = defaultdict(list)
    for card in cards:
        if not card.version.characters:
            continue
        seen = by_text[card.digest]
        first = next((other for other in seen if _alike(card, other)), None)
        if first is None:
            first = seen[0] if seen and card.version.characters >= _UNLIKE_LEAST else None
            seen.append(card)
        if first is not None:
            yield first.at, card.at, "text"


def _same_record(cards: list[_Card]) -> Iterator[tuple[int, int, Bond]]:
    """Pairs with one id or one address."""
    by_id: dict[str, int] = {}
    by_url: defaultdict[str, list[_Card]] = defaultdict(list)
    for card in cards:
        first = by_id.setdefault(card.version.id, card.at)
        if first != card.at:
            yield first, card.at, "record"
        if card.url:
            by_url[card.url].append(card)
    for several in by_url.values():
        if _one_work(several):
            yield from ((several[0].at, card.at, "address") for card in several[1:])


def _of_one_work(cards: list[_Card], bonds: list[tuple[int, int, Bond]]) -> list[tuple[int, int, Bond]]:
    """The bonds of text without those between unlike titles where three or more unlike titles share it."""
    roots = _joined(len(cards), bonds)
    titles: defaultdict[int, list[_Card]] = defaultdict(list)
    for at in dict.fromkeys(place for a, b, _ in bonds for place in (a, b)):
        known = titles[roots[at]]
        if len(known) < 3 and not any(_alike(cards[at], other) for other in known):
            known.append(cards[at])
    return [bond for bond in bonds if len(titles[roots[bond[0]]]) < 3 or _alike(cards[bond[0]], cards[bond[1]])]


def _alike(a: _Card, b: _Card) -> bool:
    """Whether two titles may be of one work: most of the shorter one's pairs of characters, and no other numbers."""
    if a.title == b.title:
        return True
    least = min(a.version.characters, b.version.characters)
    if not a.title or not b.title or least < _SHORT:
        return least >= _SHORT_NEAR
    numbers = set(re.findall(r"\d+", a.title)), set(re.findall(r"\d+", b.title))
    if all(numbers) and numbers[0].isdisjoint(numbers[1]):
        return False
    pairs = [{title[at : at + 2] for at in range(max(1, len(title) - 1))} for title in (a.title, b.title)]
    return len(pairs[0] & pairs[1]) >= 0.4 * min(map(len, pairs))


def _one_work(cards: list[_Card]) -> bool:
    """Whether an address is a work's and not that of a page which lists many."""
    works: list[_Card] = []
    for card in cards:
        if not any(card.title == work.title or _likeness(card, work) >= 0.2 for work in works):
            works.append(card)
        if len(works) > _WORKS:
            return False
    return len(cards) > 1


def _joined(size: int, bonds: Iterable[tuple[int, int, Bond]]) -> list[int]:
    """For each place the first place it is bound to, directly or through others."""
    parent = list(range(size))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for a, b, _ in bonds:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return [root(at) for at in range(size)]


# --- cards ------------------------------------------------------------------------------------------------------


def _placed(at: int, record: Carded) -> _Card:
    card = record.card
    version = Version(id=card.id, path=card.path, title=card.title, url=card.url, similarity=1.0, characters=card.characters)
    title = normal(card.title or "").casefold()
    return _Card(at, version, title, address(card.url), card.digest, record.sketch, card.moment)


def _likeness(a: _Card, b: _Card) -> float:
    return 1.0 if a.digest == b.digest else similarity(a.sketch, b.sketch)
