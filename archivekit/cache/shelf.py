"""Cached shelf: a shelf of records that lie in a cache. Of each there is a number in memory; the rest is on disk."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final

from ..archive.shelf import Extent, in_order
from ..images.assets import Asset
from ..model import Article, decode
from ..report import Document
from ..versions import COMMON, SHARED, Marks, alike, families
from ..versions.cards import Card, Carded
from . import Cache

_TABLES: Final = """
PRAGMA journal_mode=OFF;
PRAGMA synchronous=OFF;
CREATE TABLE entry (at INTEGER PRIMARY KEY, key BLOB, sha256 BLOB UNIQUE, path TEXT, records INTEGER);
CREATE TABLE mark (mark INTEGER, part INTEGER, number INTEGER);
"""

_ALIKE: Final = """
CREATE TABLE held AS SELECT * FROM
  (SELECT mark, part, number, count(*) OVER (PARTITION BY mark, part) AS held FROM mark) WHERE held > 1;
CREATE TABLE alike AS SELECT number FROM held
  WHERE NOT part GROUP BY number;
CREATE TABLE rare AS SELECT mark, number, marks FROM
  (SELECT mark, number, count(*) OVER (PARTITION BY number) AS marks FROM held WHERE part AND held <= {common})
  WHERE marks >= {shared};
CREATE INDEX rare_mark ON rare (mark, number, marks);
CREATE TABLE pair AS SELECT one.number AS one, other.number AS other
  FROM rare AS one JOIN rare AS other ON one.mark = other.mark AND one.number < other.number
  GROUP BY one.number, other.number HAVING count(*) * 2 >= min(one.marks, other.marks);
INSERT INTO alike SELECT one FROM pair UNION SELECT other FROM pair;
"""
"""Fills a table with the numbers of the records that :func:`.versions.alike` would find, but for families."""
_COMMON: Final = "SELECT number, mark FROM held WHERE part AND held > {common} ORDER BY number"

_FEW: Final = 16_000
"""How many records are compared and put in order in memory: that is three times as quick as on disk, and takes some kilobytes
for each."""

_SLOTS: Final = (1 << 22) - 1
"""A mask of the bits of a mark that are its place among the counts, one byte each."""


class CachedShelf:
    """A :class:`.shelf.Shelf`. What is its own is in a nameless file of SQLite's, which is gone with the process however that
    ends. To be closed."""

    def __init__(self, cache: Cache, policy: str) -> None:
        self._cache = cache
        self._policy = policy
        self._records = array("q")
        self._marks: list[Marks] = []
        self._own = sqlite3.connect("")
        self._own.executescript(_TABLES)

    def close(self) -> None:
        """Let go of what is its own."""
        self._own.close()

    def add(self, key: bytes, document: Document) -> str | None:
        """Put the records of an entry of the cache on the shelf, unless a document with these bytes was before: its path."""
        digest = bytes.fromhex(document.sha256)
        row = (key, digest, document.path, len(document.articles))
        if self._own.execute("INSERT OR IGNORE INTO entry VALUES (NULL, ?, ?, ?, ?)", row).rowcount:
            return None
        return str(self._own.execute("SELECT path FROM entry WHERE sha256 = ?", (digest,)).fetchone()[0])

    def fill(self) -> None:
        """Number the records of all that was added. Raises CacheError."""
        self._cache.flush()
        (size,) = self._own.execute("SELECT total(records) FROM entry").fetchone()
        for record, marks in self._all_marks():
            self._records.append(record)
            if size <= _FEW:
                self._marks.append(marks)

    def _all_marks(self) -> Iterator[tuple[int, Marks]]:
        """What every record is called in the cache, and its marks."""
        return self._cache.records(self._own.execute("SELECT key, records FROM entry ORDER BY at"))

    def _shared(self) -> Iterator[tuple[int, int, int]]:
        """The marks that more than one record may have, each with the number of a record."""
        counts = _Counts()
        for _, marks in self._all_marks():
            counts.add(marks)
        for number, (_, marks) in enumerate(self._all_marks()):
            for part, known in enumerate(marks):
                for mark in known:
                    if counts.is_shared(mark):
                        yield _signed(mark), part, number

    def __len__(self) -> int:
        return len(self._records)

    def cards(self) -> Iterator[Card]:
        """See :class:`.shelf.Shelf`."""
        return self._cache.cards(self._records)

    def ordered(self, keys: Iterable[bytes]) -> Iterable[int]:
        """See :class:`.shelf.Shelf`: on disk where there are many records."""
        if len(self._records) <= _FEW:
            yield from in_order(keys)
            return
        self._own.execute("CREATE TABLE place (number INTEGER PRIMARY KEY, key BLOB)")
        self._own.executemany("INSERT INTO place VALUES (?, ?)", enumerate(keys))
        for (number,) in self._own.execute("SELECT number FROM place ORDER BY key, number"):
            yield number
        self._own.execute("DROP TABLE place")

    def alike(self) -> Iterable[int]:
        """See :class:`.shelf.Shelf`: :func:`.versions.alike`, on disk where there are many records."""
        if len(self._records) <= _FEW:
            return alike(self._marks)
        self._own.executemany("INSERT INTO mark VALUES (?, ?, ?)", self._shared())
        self._own.executescript(_ALIKE.format(common=COMMON, shared=SHARED))
        rows = groupby(self._own.execute(_COMMON.format(common=COMMON)), key=itemgetter(0))
        found = families((number, [mark for _, mark in held]) for number, held in rows)
        self._own.executemany("INSERT INTO alike VALUES (?)", [(number,) for number in set(found)])
        return [number for (number,) in self._own.execute("SELECT DISTINCT number FROM alike ORDER BY number")]

    def carded(self, numbers: Iterable[int]) -> Iterator[Carded]:
        """See :class:`.shelf.Shelf`."""
        records = [self._records[number] for number in numbers]
        return map(Carded, self._cache.cards(records), self._cache.sketches(records))

    def article(self, number: int) -> Article:
        """See :class:`.shelf.Shelf`."""
        return decode(next(self.lines([number])))

    def lines(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """See :class:`.shelf.Shelf`."""
        return self._cache.lines(self._records[number] for number in numbers)

    def digest(self, number: int) -> bytes:
        """See :class:`.shelf.Shelf`."""
        return self._cache.digest(self._records[number])

    def images(self, number: int) -> tuple[str, ...]:
        """See :class:`.shelf.Shelf`."""
        return next(self._cache.cards([self._records[number]])).measure.images

    def extent(self, sha256: str) -> Extent | None:
        """See :class:`.shelf.Shelf`."""
        return self._cache.extent(self._policy, sha256)

    def assets(self, wanted: Iterable[str]) -> dict[str, Asset]:
        """See :class:`.shelf.Shelf`."""
        found = {sha256: self._cache.asset(self._policy, sha256) for sha256 in wanted}
        return {sha256: asset for sha256, asset in found.items() if asset is not None}


class _Counts:
    """Whether a mark was added once or oftener, with errors to the safe side: a counting Bloom filter of one function."""

    def __init__(self) -> None:
        self._counts = bytearray(_SLOTS + 1)

    def add(self, marks: Marks) -> None:
        """Count the marks of a record."""
        counts = self._counts
        for mark in (*marks.whole, *marks.parts):
            slot = mark & _SLOTS
            if counts[slot] < 2:
                counts[slot] += 1

    def is_shared(self, mark: int) -> bool:
        """Whether a mark may have been added before or since."""
        return self._counts[mark & _SLOTS] > 1


def _signed(mark: int) -> int:
    """A 64-bit number as SQLite has it."""
    return mark - (1 << 64) if mark >= 1 << 63 else mark
