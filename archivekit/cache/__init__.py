"""Cache: what was made of every source before, so that only what is new is read again. SQLite, one file, one folder.

Any number of processes may use it at once and any may be killed: what is in it is whole. It holds nothing that cannot be
made again; a file that is damaged is begun anew. What an entry depends on is in its key, or beside it to be checked.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import msgspec

from ..archive.shelf import Extent
from ..batched import batched
from ..entries import Choice, Conditions, Entry, Record
from ..errors import CacheError
from ..files import compressed
from ..files.paths import AnyPath, as_path
from ..images.assets import Asset
from ..report import Document
from ..versions import Marks
from ..versions.cards import Card
from . import database

_K = TypeVar("_K", bytes, int)
_T = TypeVar("_T")

FILE: Final = "archivekit.sqlite3"
_LOCK: Final = "archivekit.lock"
VARIABLE: Final = "ARCHIVEKIT_CACHE"
"""The environment variable that names the folder; empty or ``off`` for none."""

MOST: Final = 8_000_000_000
"""Bytes above which what has not been used for longest is taken out at the end of a build."""

_BATCH: Final = 200
"""How many entries are written, and asked for, at once."""

_LINES: Final = 16
"""How many records as JSON are asked for at once; they may be large."""

_ADVICE: Final = "; archivekit cache --clear begins it anew"
_DAMAGED: Final = f"what is in it is damaged{_ADVICE}"
_GONE: Final = "what was in it is gone; something else has cleared the cache"


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a cache holds."""

    file: str
    bytes: int
    sources: int
    records: int
    images: int
    volumes: int


def default_folder() -> Path | None:
    """Where the cache of a user is: ``ARCHIVEKIT_CACHE``, else the system's place for caches; None where there is to be
    none, and where the user has no home."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named) if named and named != "off" else None
    try:
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / "archivekit"
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "archivekit"
    except RuntimeError:
        return None


def is_usable(folder: Path) -> bool:
    """Whether a cache can be in a folder, which is made if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


@contextmanager
def opened(folder: Path | None) -> Iterator[Cache]:
    """The cache in a folder, made if need be and protected from being cleared; without a folder, one that lasts as long as
    the block. Raises CacheError."""
    if folder is None:
        with _told("the folder for temporary files"), closing(Cache(None)) as cache:
            yield cache
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / _LOCK).open("ab")
    except OSError as error:
        raise CacheError(f"cannot be written: {error.strerror}", path=str(folder)) from None
    with lock, _told(str(folder), _ADVICE):
        fcntl.flock(lock, fcntl.LOCK_SH)
        with closing(Cache(folder / FILE)) as cache:
            yield cache
            cache.flush()


def contents(folder: AnyPath) -> Contents:
    """What the cache in a folder holds; raises CacheError."""
    place = as_path(folder)
    file = place / FILE
    if not file.exists():
        return Contents(file=str(file), bytes=0, sources=0, records=0, images=0, volumes=0)
    with opened(place) as cache:
        counts = [cache.count(table) for table in ("entry", "record", "rendition", "volume")]
        size = file.stat().st_size
    return Contents(file=str(file), bytes=size, sources=counts[0], records=counts[1], images=counts[2], volumes=counts[3])


def clear(folder: AnyPath) -> Contents:
    """Remove the cache in a folder, and give what it held; raises CacheError, also while a build uses it."""
    held, place = contents(folder), as_path(folder)
    try:
        with (place / _LOCK).open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise CacheError("a build is using the cache", path=str(place)) from None
            database.remove(place / FILE)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise CacheError(f"cannot be cleared: {error.strerror}", path=str(place)) from None
    return held


@contextmanager
def _told(place: str, advice: str = ", where a build keeps what it has read") -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise CacheError(f"{error}{advice}", path=place) from None


def decoded(data: bytes, kind: type[_T]) -> _T:
    """What was put into a cache in the form of MessagePack. Raises CacheError."""
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise CacheError(_DAMAGED) from None


def _places(keys: list[_K]) -> str:
    """As many question marks as there are keys."""
    return ",".join("?" * len(keys))


class _Waiting(NamedTuple):
    """An entry that is not yet written."""

    row: tuple[bytes, ...]
    records: tuple[Record, ...]


class Cache:
    """An open cache. What is put into it is found at once, and is on disk after ``flush``. Without a file it is in one of
    SQLite's own that has no name, and is gone with the process however that ends."""

    def __init__(self, file: Path | None) -> None:
        self.lasting = file is not None
        """Whether it is there for the next build."""
        self._base = database.connected(file)
        with self._base:
            self._base.execute("INSERT INTO build DEFAULT VALUES")
        self._build: int = self._base.execute("SELECT max(number) FROM build").fetchone()[0]
        self._unpacked = compressed.decompressor()
        self._entries: dict[bytes, _Waiting] = {}
        self._renditions: dict[str, Asset] = {}
        self._used: set[tuple[str, bytes | str]] = set()

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self._base.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    # --- sources ------------------------------------------------------------------------------------------------

    def entries(self, sources: list[bytes]) -> dict[bytes, list[tuple[bytes, Conditions]]]:
        """Of a few sources, the keys of what was made of each at different times, the newest first, and when each of it
        holds."""
        found: defaultdict[bytes, list[tuple[bytes, Conditions]]] = defaultdict(list)
        question = f"SELECT source, key, conditions FROM entry WHERE source IN ({_places(sources)}) ORDER BY rowid DESC"
        for source, key, conditions in self._base.execute(question, sources):
            found[source].append((key, decoded(conditions, Conditions)))
        return found

    def choices(self, key: bytes) -> tuple[Choice, ...]:
        """The choices of an entry."""
        (choices,) = self._values("entry", "choices", "key", [key])
        return decoded(choices, tuple[Choice, ...])

    def documents(self, keys: Iterable[bytes]) -> Iterator[Document]:
        """What the report says of each entry, which is thereby used."""
        for some in batched(keys, _BATCH):
            for key, document in zip(some, self._values("entry", "document", "key", some), strict=True):
                self._use("entry", key)
                yield decoded(document, Document)

    def put(self, source: bytes, entry: Entry) -> bytes:
        """Keep what was made of a source, and give its key: entries that differ in anything have different ones."""
        facts = tuple(map(msgspec.msgpack.encode, (entry.document, entry.conditions, entry.choices)))
        key = hashlib.sha256(b"".join([source, *facts, *(record.digest for record in entry.records)])).digest()
        self._entries[key] = _Waiting((key, source, *facts), entry.records)
        self._use("entry", key)
        if len(self._entries) >= _BATCH:
            self.flush()
        return key

    def put_images(self, policy: str, assets: Iterable[Asset]) -> None:
        """Keep the renditions that a policy makes of images."""
        for asset in assets:
            key = f"{policy}:{asset.sha256}"
            self._renditions[key] = asset
            self._use("rendition", key)
        if sum(len(asset.data) for asset in self._renditions.values()) > 32_000_000:
            self.flush()

    def flush(self) -> None:
        """Write what was put."""
        with self._base:
            for key, (row, records) in self._entries.items():
                self._base.execute("INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?)", row)
                for place, record in enumerate(records):
                    self._put_record(key, place, record)
            for name, asset in self._renditions.items():
                extent = msgspec.msgpack.encode((asset.width, asset.height, len(asset.data)))
                made = (name, extent, msgspec.msgpack.encode(asset))
                self._base.execute("INSERT OR IGNORE INTO rendition VALUES (?, ?, ?)", made)
            used = ((kind, key, self._build) for kind, key in sorted(self._used))
            self._base.executemany("INSERT OR REPLACE INTO used VALUES (?, ?, ?)", used)
        self._entries.clear()
        self._renditions.clear()
        self._used.clear()

    def _put_record(self, entry: bytes, place: int, record: Record) -> None:
        card, marks = msgspec.msgpack.encode(record.card), msgspec.msgpack.encode(record.marks)
        row = (entry, place, record.digest, marks, card)
        put = self._base.execute("INSERT OR IGNORE INTO record VALUES (NULL, ?, ?, ?, ?, ?)", row)
        if put.rowcount:
            self._base.execute("INSERT INTO full_record VALUES (?, ?, ?)", (put.lastrowid, record.sketch, record.line))

    def _use(self, kind: str, key: bytes | str) -> None:
        if self.lasting:
            self._used.add((kind, key))
        if len(self._used) > 20_000:
            self.flush()

    # --- records ------------------------------------------------------------------------------------------------

    def records(self, entries: Iterable[tuple[bytes, int]]) -> Iterator[tuple[int, Marks]]:
        """What each record of some entries that have been flushed is called from now on, and its marks. Each entry is given
        with the number of its records."""
        for some in batched(entries, _BATCH):
            found: defaultdict[bytes, list[tuple[int, bytes]]] = defaultdict(list)
            keys = [key for key, _ in some]
            question = f"SELECT entry, id, marks FROM record WHERE entry IN ({_places(keys)}) ORDER BY place"
            for entry, name, marks in self._base.execute(question, keys):
                found[entry].append((name, marks))
            for key, count in some:
                if len(found[key]) != count:
                    raise CacheError(_GONE)
                yield from ((name, decoded(marks, Marks)) for name, marks in found[key])

    def cards(self, records: Iterable[int]) -> Iterator[Card]:
        """The card of each record."""
        for some in batched(records, _BATCH):
            for card in self._values("record", "card", "id", some):
                yield decoded(card, Card)

    def sketches(self, records: Iterable[int]) -> Iterator[array[int]]:
        """The sketch of each record's text."""
        for some in batched(records, _BATCH):
            for sketch in self._values("full_record", "sketch", "id", some):
                yield array("I", sketch)

    def lines(self, records: Iterable[int]) -> Iterator[bytes]:
        """Each record as JSON."""
        for some in batched(records, _LINES):
            for line in self._values("full_record", "line", "id", some):
                try:
                    yield self._unpacked(line)
                except compressed.DamagedError:
                    raise CacheError(_DAMAGED) from None

    def digest(self, record: int) -> bytes:
        """The sha256 of a record as JSON."""
        (digest,) = self._values("record", "digest", "id", [record])
        return digest

    def _values(self, table: str, column: str, name: str, keys: list[_K]) -> list[bytes]:
        """The one value that is there for each of a few keys."""
        rows = self._base.execute(f"SELECT {name}, {column} FROM {table} WHERE {name} IN ({_places(keys)})", keys)
        found: dict[_K, bytes] = dict(rows)
        try:
            return [found[key] for key in keys]
        except KeyError:
            raise CacheError(_GONE) from None

    # --- images and volumes -------------------------------------------------------------------------------------

    def extent(self, policy: str, sha256: str) -> Extent | None:
        """How large a rendition is."""
        row = self._base.execute("SELECT extent FROM rendition WHERE key = ?", (f"{policy}:{sha256}",)).fetchone()
        return decoded(row[0], Extent) if row is not None else None

    def asset(self, policy: str, sha256: str) -> Asset | None:
        """A rendition."""
        key = f"{policy}:{sha256}"
        row = self._base.execute("SELECT asset FROM rendition WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        self._use("rendition", key)
        return decoded(row[0], Asset)

    def volume(self, key: bytes) -> bytes | None:
        """What is known of a volume that was made before."""
        row = self._base.execute("SELECT facts FROM volume WHERE key = ?", (key,)).fetchone()
        if row is not None:
            self._use("volume", key)
        return row[0] if row is not None else None

    def put_volume(self, key: bytes, facts: bytes) -> None:
        """Keep what is known of a volume, at once, and that it was used."""
        self._use("volume", key)
        self._base.execute("INSERT OR REPLACE INTO volume VALUES (?, ?)", (key, facts))
        self.flush()

    def prune(self, most: int = MOST) -> None:
        """Take out what has not been used for longest, build by build, while the file has more than ``most`` bytes of it."""
        self.flush()
        earlier = self._base.execute("SELECT number FROM build WHERE number < ? ORDER BY number", (self._build,)).fetchall()
        for (build,) in earlier:
            facts = ("page_count", "freelist_count", "page_size")
            pages, free, size = (self._base.execute(f"PRAGMA {fact}").fetchone()[0] for fact in facts)
            if (pages - free) * size <= most:
                return
            with self._base:
                old = "SELECT key FROM used WHERE kind = ? AND build <= ?"
                gone = f"SELECT id FROM record WHERE entry IN ({old})"
                self._base.execute(f"DELETE FROM full_record WHERE id IN ({gone})", ("entry", build))
                self._base.execute(f"DELETE FROM record WHERE entry IN ({old})", ("entry", build))
                for kind in ("entry", "rendition", "volume"):
                    self._base.execute(f"DELETE FROM {kind} WHERE key IN ({old})", (kind, build))
                self._base.execute("DELETE FROM used WHERE build <= ?", (build,))
                self._base.execute("DELETE FROM build WHERE number = ?", (build,))
