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
import zlib
from array import array
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from .assets import Asset
from .cards import Card, Carded
from .entries import Entry, Record
from .errors import CacheError
from .shelf import Extent

FILE: Final = "archivekit.sqlite3"
_LOCK: Final = "archivekit.lock"
VARIABLE: Final = "ARCHIVEKIT_CACHE"
"""The environment variable that names the folder; empty or ``off`` for none."""

MOST: Final = 8_000_000_000
"""Bytes above which what has not been used for longest is taken out at the end of a build."""

_SCHEMA: Final = 2
_BATCH: Final = 200
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS entry (key BLOB PRIMARY KEY, source BLOB NOT NULL, facts BLOB NOT NULL, used INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS entry_source ON entry (source);
CREATE TABLE IF NOT EXISTS record (
  entry BLOB NOT NULL, place INTEGER NOT NULL, card BLOB NOT NULL, digest BLOB NOT NULL, sketch BLOB NOT NULL,
  line BLOB NOT NULL, UNIQUE (entry, place)
);
CREATE TABLE IF NOT EXISTS rendition (key TEXT PRIMARY KEY, extent BLOB NOT NULL, asset BLOB NOT NULL, used INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS volume (key BLOB PRIMARY KEY, facts BLOB NOT NULL, used INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS build (number INTEGER PRIMARY KEY);
"""


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
    none."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named) if named and named != "off" else None
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "archivekit"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "archivekit"


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
    with lock, _told(str(folder), "; archivekit cache --clear begins it anew"):
        fcntl.flock(lock, fcntl.LOCK_SH)
        with closing(Cache(folder / FILE)) as cache:
            yield cache
            cache.flush()


def contents(folder: Path) -> Contents:
    """What the cache in a folder holds; raises CacheError."""
    file = folder / FILE
    if not file.exists():
        return Contents(file=str(file), bytes=0, sources=0, records=0, images=0, volumes=0)
    with opened(folder) as cache:
        counts = [cache.count(table) for table in ("entry", "record", "rendition", "volume")]
        size = file.stat().st_size
    return Contents(file=str(file), bytes=size, sources=counts[0], records=counts[1], images=counts[2], volumes=counts[3])


def clear(folder: Path) -> Contents:
    """Remove the cache in a folder, and give what it held; raises CacheError, also while a build uses it."""
    held = contents(folder)
    try:
        with (folder / _LOCK).open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise CacheError("a build is using the cache", path=str(folder)) from None
            _remove(folder / FILE)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise CacheError(f"cannot be cleared: {error.strerror}", path=str(folder)) from None
    return held


@contextmanager
def _told(place: str, advice: str = ", where a build keeps what it has read") -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise CacheError(f"{error}{advice}", path=place) from None


def _remove(file: Path) -> None:
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
        with suppress(FileNotFoundError):
            (file.parent / name).unlink()


class Cache:
    """An open cache. What is put into it is found at once, and is on disk after ``flush``. Without a file it is in one of
    SQLite's own that has no name, and is gone with the process however that ends."""

    def __init__(self, file: Path | None) -> None:
        self.lasting = file is not None
        """Whether it is there for the next build."""
        self._base = self._connected(file)
        with self._base:
            self._base.execute("INSERT INTO build DEFAULT VALUES")
        self._build: int = self._base.execute("SELECT max(number) FROM build").fetchone()[0]
        self._entries: dict[bytes, tuple[bytes, bytes, tuple[Record, ...]]] = {}
        self._renditions: dict[str, Asset] = {}
        self._used: set[tuple[str, bytes | str]] = set()

    def _connected(self, file: Path | None) -> sqlite3.Connection:
        try:
            return self._open(file)
        except sqlite3.DatabaseError as error:
            if file is None or isinstance(error, sqlite3.OperationalError):
                raise
            _remove(file)
            return self._open(file)

    def _open(self, file: Path | None) -> sqlite3.Connection:
        base = sqlite3.connect(file or "", timeout=60)
        base.execute(f"PRAGMA journal_mode={'WAL' if self.lasting else 'OFF'}")
        base.execute(f"PRAGMA synchronous={'NORMAL' if self.lasting else 'OFF'}")
        version = base.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _SCHEMA):
            base.close()
            raise sqlite3.DatabaseError("another version's cache")
        base.executescript(f"{_TABLES}PRAGMA user_version={_SCHEMA};")
        return base

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    @property
    def base(self) -> sqlite3.Connection:
        """For tables of a build's own: they are temporary."""
        return self._base

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self._base.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    # --- sources ------------------------------------------------------------------------------------------------

    def entries(self, source: bytes) -> Iterator[tuple[bytes, Entry]]:
        """What was made of a source at different times, the latest first, each with its key and without its records."""
        rows = self._base.execute("SELECT key, facts FROM entry WHERE source = ? ORDER BY used DESC, key", (source,))
        for key, facts in rows.fetchall():
            yield key, msgspec.msgpack.decode(facts, type=Entry)

    def entry(self, key: bytes) -> Entry:
        """One of them, which is thereby used."""
        row = self._base.execute("SELECT facts FROM entry WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise CacheError("an entry is gone; something else has cleared the cache")
        self._use("entry", key)
        return msgspec.msgpack.decode(row[0], type=Entry)

    def put(self, source: bytes, entry: Entry) -> bytes:
        """Keep what was made of a source, and give its key: entries that differ in anything have different ones."""
        facts = msgspec.msgpack.encode(msgspec.structs.replace(entry, records=()))
        key = hashlib.sha256(source + facts + b"".join(record.digest for record in entry.records)).digest()
        self._entries[key] = (source, facts, entry.records)
        if len(self._entries) >= _BATCH:
            self.flush()
        return key

    def put_images(self, policy: str, assets: Iterable[Asset]) -> None:
        """Keep the renditions that a policy makes of images."""
        for asset in assets:
            self._renditions[f"{policy}:{asset.sha256}"] = asset
        if sum(len(asset.data) for asset in self._renditions.values()) > 32_000_000:
            self.flush()

    def flush(self) -> None:
        """Write what was put."""
        with self._base:
            for key, (source, facts, records) in self._entries.items():
                self._base.execute("INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?)", (key, source, facts, self._build))
                self._base.executemany(
                    "INSERT OR IGNORE INTO record VALUES (?, ?, ?, ?, ?, ?)",
                    [(key, place, *_packed(record)) for place, record in enumerate(records)],
                )
            for name, asset in self._renditions.items():
                extent = msgspec.msgpack.encode((asset.width, asset.height, len(asset.data)))
                made = (name, extent, msgspec.msgpack.encode(asset), self._build)
                self._base.execute("INSERT OR IGNORE INTO rendition VALUES (?, ?, ?, ?)", made)
            for table, known in self._used:
                self._base.execute(f"UPDATE {table} SET used = ? WHERE key = ?", (self._build, known))
        self._entries.clear()
        self._renditions.clear()
        self._used.clear()

    def _use(self, table: str, key: bytes | str) -> None:
        if self.lasting:
            self._used.add((table, key))
        if len(self._used) > 20_000:
            self.flush()

    # --- records ------------------------------------------------------------------------------------------------

    def card(self, key: bytes, place: int) -> Card:
        """The card of a record."""
        return msgspec.msgpack.decode(self._column("card", key, place), type=Card)

    def carded(self, key: bytes, place: int) -> Carded:
        """The card of a record with the sketch of its text."""
        return Carded(self.card(key, place), array("Q", self._column("sketch", key, place)))

    def line(self, key: bytes, place: int) -> bytes:
        """A record as JSON."""
        return zlib.decompress(self._column("line", key, place))

    def digest(self, key: bytes, place: int) -> bytes:
        """The sha256 of a record as JSON."""
        return self._column("digest", key, place)

    def _column(self, name: str, key: bytes, place: int) -> bytes:
        row = self._base.execute(f"SELECT {name} FROM record WHERE entry = ? AND place = ?", (key, place)).fetchone()
        if row is None:
            raise CacheError("a record is gone; something else has cleared the cache")
        value: bytes = row[0]
        return value

    # --- images and volumes -------------------------------------------------------------------------------------

    def extent(self, policy: str, sha256: str) -> Extent | None:
        """How large a rendition is."""
        row = self._base.execute("SELECT extent FROM rendition WHERE key = ?", (f"{policy}:{sha256}",)).fetchone()
        return Extent(*msgspec.msgpack.decode(row[0])) if row is not None else None

    def asset(self, policy: str, sha256: str) -> Asset | None:
        """A rendition."""
        key = f"{policy}:{sha256}"
        row = self._base.execute("SELECT asset FROM rendition WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        self._use("rendition", key)
        return msgspec.msgpack.decode(row[0], type=Asset)

    def volume(self, key: bytes) -> bytes | None:
        """What is known of a volume that was made before."""
        row = self._base.execute("SELECT facts FROM volume WHERE key = ?", (key,)).fetchone()
        if row is not None:
            self._use("volume", key)
        return row[0] if row is not None else None

    def put_volume(self, key: bytes, facts: bytes) -> None:
        """Keep what is known of a volume."""
        with self._base:
            self._base.execute("INSERT OR REPLACE INTO volume VALUES (?, ?, ?)", (key, facts, self._build))

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
                self._base.execute("DELETE FROM record WHERE entry IN (SELECT key FROM entry WHERE used <= ?)", (build,))
                for table in ("entry", "rendition", "volume"):
                    self._base.execute(f"DELETE FROM {table} WHERE used <= ?", (build,))
                self._base.execute("DELETE FROM build WHERE number = ?", (build,))


def _packed(record: Record) -> tuple[bytes, bytes, bytes, bytes]:
    return msgspec.msgpack.encode(record.card), record.digest, record.sketch, record.line
