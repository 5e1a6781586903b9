"""Versions: which records are of one work, by address or by text, and which of them is the reading copy.

Two records are versions of one work when they have one canonical address, the same text, or texts whose estimated
Jaccard similarity is at least ``NEAR``. Under unlike titles more is asked: channels repeat one description below every
item, and what three or more unlike titles share is no work. Texts are compared as NFC without white space. The
estimate is a bottom-k MinHash over runs of five characters (Broder 1997; Cohen and Kaplan 2007) with BLAKE2b for the
random order, so that it is the same on every machine. What is kept of a record does not grow with its text.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import unquote, urlsplit

import msgspec

from .dates import instant
from .model import Article

NEAR = 0.8
"""The least estimated Jaccard similarity of texts that are versions of one another."""

SKETCH = 256
"""How many hashes are kept of a text: the estimate's standard error is at most 0.032."""

_GRAM = 5
_CHUNK = 1 << 16
_KEYS = 16
"""How many of the smallest hashes a record is looked up by, and how many of them a near-duplicate must share."""
_SHARED = 4
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
    return tuple(group for group, _ in _groups(articles))


def reading_copies(articles: Sequence[Article]) -> tuple[tuple[Article, ...], Mapping[str, tuple[Article, ...]]]:
    """The articles a book prints, one of each work, and by the id of a printed one the other versions of its work.

    The reading copy has the longest text, then the latest date of change or publication, then the first path. Order is
    kept; no article is in neither.
    """
    others: dict[str, tuple[Article, ...]] = {}
    dropped: set[int] = set()
    for group, places in _groups(articles):
        others[group.versions[0].id] = tuple(articles[at] for at in places[1:])
        dropped.update(places[1:])
    kept = tuple(article for at, article in enumerate(articles) if at not in dropped)
    return kept, others


def describe(found: Iterable[Group]) -> Iterator[str]:
    """Groups as lines for a person: what binds them, the reading copy marked with ``*``, similarity, id, path, title."""
    count = 0
    for count, group in enumerate(found, 1):
        yield f"group {count}: {', '.join(_SAID[bond] for bond in group.bonds)}"
        for number, version in enumerate(group.versions):
            mark = " " if number else "*"
            yield f"  {mark} {version.similarity:4.2f}  {version.id}  {_line(version.path)}  {_line(version.title or '–')}"
    if not count:
        yield "no versions and no duplicates"


_SAID: Mapping[Bond, str] = {
    "record": "one record",
    "address": "one address",
    "text": "one text",
    "near": "near-duplicate texts",
}


def _line(text: str) -> str:
    return "".join(char if unicodedata.category(char)[0] != "C" else f"\\u{ord(char):04x}" for char in text)


# --- grouping ---------------------------------------------------------------------------------------------------


def _groups(articles: Iterable[Article]) -> list[tuple[Group, list[int]]]:
    """Each group with the places of its records in ``articles``, the reading copy first."""
    cards: list[_Card] = []
    bonds: list[tuple[int, int, Bond]] = []
    buckets: defaultdict[int, list[int]] = defaultdict(list)
    for at, article in enumerate(articles):
        card = _card(at, article)
        bonds.extend((other, at, "near") for other in _near(card, cards, buckets))
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
    return [_group(several, why[root]) for root, several in members.items() if len(several) > 1]


def _group(cards: list[_Card], why: set[Bond]) -> tuple[Group, list[int]]:
    ranked = sorted(cards, key=lambda card: (-card.version.characters, -card.moment.timestamp(), card.version.path, card.at))
    first = ranked[0]
    versions = tuple(
        msgspec.structs.replace(card.version, similarity=1.0 if card is first else round(_likeness(first, card), 3))
        for card in ranked
    )
    order: tuple[Bond, ...] = ("record", "address", "text", "near")
    return Group(bonds=tuple(bond for bond in order if bond in why), versions=versions), [card.at for card in ranked]


def _near(card: _Card, cards: list[_Card], buckets: defaultdict[int, list[int]]) -> Iterator[int]:
    """Earlier records with a near-duplicate text that is not the same; the record is entered in the buckets."""
    if card.version.characters < _SHORT_NEAR:
        return
    shared = Counter(at for key in card.sketch[:_KEYS] for at in buckets[key])
    for at, count in shared.items():
        other = cards[at]
        sizes = sorted((card.version.characters, other.version.characters))
        if count < _SHARED or sizes[0] < 0.5 * sizes[1] or card.digest == other.digest:
            continue
        likeness = _likeness(card, other)
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


def _card(at: int, article: Article) -> _Card:
    text = normal(article.text)
    source = article.provenance.source
    version = Version(
        id=article.id, path=source.path, title=article.title, url=article.url, similarity=1.0, characters=len(text)
    )
    moment = instant(article.modified) or instant(article.published) or datetime.min.replace(tzinfo=UTC, year=2)
    digest = hashlib.sha256(text.encode("utf-8", "replace")).digest()
    return _Card(at, version, normal(article.title or "").casefold(), address(article.url), digest, sketch(text), moment)


def normal(text: str) -> str:
    """Text as it is compared: NFC, without white space."""
    return "".join(unicodedata.normalize("NFC", text).split())


def address(url: str | None) -> str:
    """An address as it is compared: host without ``www.``, path and query decoded; empty for none and for a whole site."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return url
    path = unquote(parts.path).rstrip("/")
    tail = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""
    return f"{host}{path}?{unquote(parts.query)}{tail}" if path or parts.query or tail else ""


def sketch(text: str) -> array[int]:
    """The ``SKETCH`` smallest 64-bit hashes of the sets of five characters in a normalised text, ascending."""
    smallest: list[int] = []
    for start in range(0, max(1, len(text) - _GRAM + 1), _CHUNK):
        part = text[start : start + _CHUNK + _GRAM - 1]
        hashes = {_hash(part[at : at + _GRAM]) for at in range(max(1, len(part) - _GRAM + 1))}
        smallest = sorted(hashes.union(smallest))[:SKETCH]
    return array("Q", smallest)


def _hash(gram: str) -> int:
    return int.from_bytes(hashlib.blake2b(gram.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def similarity(a: Sequence[int], b: Sequence[int]) -> float:
    """The estimated Jaccard similarity of two sketches, exact when both are of fewer than ``SKETCH`` hashes."""
    union = sorted({*a, *b})[:SKETCH]
    return len({*a}.intersection(b).intersection(union)) / len(union) if union else 1.0


def _likeness(a: _Card, b: _Card) -> float:
    return 1.0 if a.digest == b.digest else similarity(a.sketch, b.sketch)
