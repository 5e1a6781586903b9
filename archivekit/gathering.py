"""Gathering: every document of a build read, or found in the cache, and put on a shelf; what becomes of each told."""

from __future__ import annotations

import hashlib
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from itertools import repeat
from typing import Final

import msgspec

from . import report as reports
from . import software
from .assets import Asset
from .cache import Cache
from .cards import Card, Carded, carded
from .entries import Entry, Record, choice
from .errors import ArchiveKitError, TooManyFailuresError
from .model import Article, decode, encode
from .packed import Packed
from .readings import BATCH, Progress, Reader, Task, lost, reader
from .renditions import Renditions
from .shelf import Extent
from .sites import Profiles, match
from .versions import COMMON, FAMILY, PAIRED, SHARED, marks
from .walk import Found, Walk, read_bytes
from .workers import Lost, Workers, each

_AT_ONCE: Final = 32
"""Documents that are asked for at once where they are not on this machine, and asking takes longer than getting."""

_FEW: Final = 24
"""Documents that are read here sooner than another process is started."""


_ALIKE: Final = """
CREATE TEMP TABLE held AS SELECT * FROM
  (SELECT mark, part, number, count(*) OVER (PARTITION BY mark, part) AS held FROM temp.mark) WHERE held > 1;
CREATE TEMP TABLE alike AS SELECT number FROM temp.held
  GROUP BY number HAVING min(part) = 0 OR sum(part AND held > {common}) >= {family};
CREATE TEMP TABLE rare AS SELECT mark, number FROM
  (SELECT mark, number, count(*) OVER (PARTITION BY number) AS marks FROM temp.held WHERE part AND held <= {common})
  WHERE marks >= {shared};
CREATE INDEX temp.rare_mark ON rare (mark, number);
CREATE TEMP TABLE pair AS SELECT one.number AS one, other.number AS other
  FROM temp.rare AS one JOIN temp.rare AS other ON one.mark = other.mark AND one.number < other.number
  GROUP BY one.number, other.number HAVING count(*) >= {paired};
INSERT INTO temp.alike SELECT one FROM temp.pair UNION SELECT other FROM temp.pair;
"""
"""Fills a table with the numbers of the records that :func:`.versions.alike` would find."""


class Kept(msgspec.Struct, frozen=True):
    """What became of one document: an entry for the cache and the renditions of its images, or an error."""

    path: str
    entry: Entry | None = None
    assets: tuple[Asset, ...] = ()
    error: ArchiveKitError | None = None


class Gathered:
    """What a build has read: a shelf, and what the report says of every file."""

    def __init__(self, cache: Cache, policy: str) -> None:
        self.shelf = Shelved(cache, policy)
        self.sources: Packed[reports.Document] = Packed(reports.Document)
        self.quarantined: Packed[reports.Quarantined] = Packed(reports.Quarantined)
        self.duplicates: Packed[reports.Duplicate] = Packed(reports.Duplicate)
        self._cache = cache

    def add(self, key: bytes, entry: Entry, records: Sequence[Record] | None = None) -> None:
        """Put an entry on the shelf and into the report; ``records`` are its own unless they are in the cache."""
        document = entry.document
        first = self.shelf.first(document.sha256, document.path)
        if first != document.path:
            self.duplicates.append(reports.Duplicate(path=document.path, same_as=first, sha256=document.sha256))
            return
        self.sources.append(document)
        if records is None:
            made: Iterable[Carded] = (self._cache.carded(key, place) for place in range(len(document.articles)))
        else:
            made = (Carded(record.card, array("Q", record.sketch)) for record in records)
        self.shelf.add(key, made)

    def reasons(self) -> str:
        """The first failures, for a message."""
        said = [f"{entry.path}: {entry.reason}" for entry in self.quarantined[:3]]
        return "; ".join(said + ["…"] * (len(self.quarantined) > 3))


class Shelved:
    """A :class:`.shelf.Shelf` of records that are in a cache. Of each there is but a key in memory."""

    def __init__(self, cache: Cache, policy: str) -> None:
        self._cache = cache
        self._policy = policy
        self._keys: list[bytes] = []
        self._of = array("L")
        self._places = array("L")
        self._base = cache.base
        self._base.execute("PRAGMA temp_store=FILE")
        self._base.execute("CREATE TEMP TABLE seen (sha256 BLOB PRIMARY KEY, path TEXT) WITHOUT ROWID")
        self._base.execute("CREATE TEMP TABLE mark (mark INTEGER, part INTEGER, number INTEGER)")

    def __len__(self) -> int:
        return len(self._of)

    def first(self, sha256: str, path: str) -> str:
        """The path of the first document with these bytes, which is ``path`` if none was before."""
        self._base.execute("INSERT OR IGNORE INTO temp.seen VALUES (?, ?)", (bytes.fromhex(sha256), path))
        row = self._base.execute("SELECT path FROM temp.seen WHERE sha256 = ?", (bytes.fromhex(sha256),)).fetchone()
        return str(row[0])

    def add(self, key: bytes, records: Iterable[Carded]) -> None:
        """Put the records of an entry on the shelf."""
        at = len(self._keys)
        self._keys.append(key)
        for place, record in enumerate(records):
            number = len(self._of)
            self._of.append(at)
            self._places.append(place)
            found = marks(record)
            rows = [
                *((_signed(mark), 0, number) for mark in found.whole),
                *((_signed(mark), 1, number) for mark in found.parts),
            ]
            self._base.executemany("INSERT INTO temp.mark VALUES (?, ?, ?)", rows)

    def _where(self, number: int) -> tuple[bytes, int]:
        return self._keys[self._of[number]], self._places[number]

    def cards(self) -> Iterator[Card]:
        """See :class:`.shelf.Shelf`."""
        return (self._cache.card(*self._where(number)) for number in range(len(self)))

    def ordered(self, keys: Iterable[bytes]) -> Iterable[int]:
        """See :class:`.shelf.Shelf`."""
        self._base.execute("CREATE TEMP TABLE place (number INTEGER PRIMARY KEY, key BLOB)")
        self._base.executemany("INSERT INTO temp.place VALUES (?, ?)", enumerate(keys))
        for (number,) in self._base.execute("SELECT number FROM temp.place ORDER BY key, number"):
            yield number
        self._base.execute("DROP TABLE temp.place")

    def alike(self) -> Iterable[int]:
        """See :class:`.shelf.Shelf`: as :func:`.versions.alike`, on disk."""
        self._base.executescript(_ALIKE.format(common=COMMON, family=FAMILY, shared=SHARED, paired=PAIRED))
        return [number for (number,) in self._base.execute("SELECT DISTINCT number FROM temp.alike ORDER BY number")]

    def carded(self, number: int) -> Carded:
        """See :class:`.shelf.Shelf`."""
        return self._cache.carded(*self._where(number))

    def article(self, number: int) -> Article:
        """See :class:`.shelf.Shelf`."""
        return decode(self.line(number))

    def line(self, number: int) -> bytes:
        """See :class:`.shelf.Shelf`."""
        return self._cache.line(*self._where(number))

    def digest(self, number: int) -> bytes:
        """See :class:`.shelf.Shelf`."""
        return self._cache.digest(*self._where(number))

    def images(self, number: int) -> tuple[str, ...]:
        """See :class:`.shelf.Shelf`."""
        return self._cache.card(*self._where(number)).measure.images

    def extent(self, sha256: str) -> Extent | None:
        """See :class:`.shelf.Shelf`."""
        return self._cache.extent(self._policy, sha256)

    def assets(self, wanted: Iterable[str]) -> dict[str, Asset]:
        """See :class:`.shelf.Shelf`."""
        found = {sha256: self._cache.asset(self._policy, sha256) for sha256 in wanted}
        return {sha256: asset for sha256, asset in found.items() if asset is not None}


def gather(
    walk: Walk, task: Task, cache: Cache, workers: Workers | None, *, max_failures: int | None, progress: Progress | None
) -> Gathered:
    """Read what is new, in the order of the walk. Raises TooManyFailuresError, ConfigError, UsageError and CacheError."""
    gathered = Gathered(cache, task.settings.images)
    known = _Known(cache, task, reader(task))
    total = len(walk.documents)
    keys = [known.find(found, sha256) for found, sha256 in zip(walk.documents, known.hashes(walk.documents), strict=True)]
    here = workers is None or keys.count(None) <= _FEW or walk.is_piped
    new = (found for found, key in zip(walk.documents, keys, strict=True) if key is None)
    results = each(partial(keep, task), ((found.path, found) for found in new), None if here else workers, batch=BATCH)
    for done, (found, key) in enumerate(zip(walk.documents, keys, strict=True)):
        if progress is not None:
            progress("read", done, total)
        if key is not None:
            gathered.add(key, cache.entry(key))
            continue
        result = next(results)
        kept = Kept(found.path, error=lost(found.path)) if isinstance(result, Lost) else result
        if kept.entry is not None:
            cache.put_images(task.settings.images, kept.assets)
            put = cache.put(known.source(found.path, kept.entry.document.sha256), kept.entry)
            gathered.add(put, kept.entry, kept.entry.records)
            continue
        assert kept.error is not None
        gathered.quarantined.append(reports.quarantined(kept.path, kept.error, found.address or found.file))
        if max_failures is not None and len(gathered.quarantined) > max_failures:
            said = f"{len(gathered.quarantined)} documents cannot be read, {max_failures} may: {gathered.reasons()}"
            raise TooManyFailuresError(said)
    cache.flush()
    if progress is not None:
        progress("read", total, total)
    return gathered


class _Known:
    """What the cache knows of the documents of one corpus."""

    def __init__(self, cache: Cache, task: Task, reader: Reader) -> None:
        self.policy = task.settings.images
        self.task = task
        self._cache = cache
        self._reader = reader
        settings = (task.settings.static, task.settings.limits, task.strict)
        made_by = software.digest() if cache.lasting else b""
        self._state = hashlib.sha256(made_by + msgspec.msgpack.encode(settings)).digest()

    def source(self, path: str, sha256: str) -> bytes:
        """What a document with these bytes is called in the cache."""
        return hashlib.sha256(b"\0".join([self._state, path.encode("utf-8", "surrogatepass"), bytes.fromhex(sha256)])).digest()

    def hashes(self, documents: Sequence[Found]) -> Iterator[str | None]:
        """Of the bytes of each document; None where nothing in the cache can be of use, and the bytes are not asked for."""
        if not self._cache.lasting or not self._cache.count("entry"):
            yield from repeat(None, len(documents))
        elif any(found.address for found in documents):
            with ThreadPoolExecutor(_AT_ONCE) as threads:
                yield from threads.map(self._hash, documents)
        else:
            yield from map(self._hash, documents)

    def _hash(self, found: Found) -> str | None:
        try:
            return None if found.is_piped else hashlib.sha256(read_bytes(found, self.task.settings.limits)).hexdigest()
        except ArchiveKitError:
            return None

    def find(self, found: Found, sha256: str | None) -> bytes | None:
        """The key of an entry of the document of which all it depends on is as it was, if there is one."""
        known = self._cache.entries(self.source(found.path, sha256)) if sha256 is not None else ()
        return next((key for key, entry in known if self._is_as_it_was(entry)), None)

    def _is_as_it_was(self, entry: Entry) -> bool:
        if not self._reader.finder.is_as_it_was(entry.looked) or not self._same_profiles(entry):
            return False
        return self.policy == "none" or all(self._cache.extent(self.policy, image) is not None for image in entry.images)

    def _same_profiles(self, entry: Entry) -> bool:
        profiles: Profiles = self._reader.profiles
        if not entry.choices or entry.profiles == profiles.digest:
            return True
        if entry.common != profiles.digests.get("common", ""):
            return False
        return all(known == choice(known.signals, match(known.signals, profiles), profiles) for known in entry.choices)


def keep(task: Task, found: Found) -> Kept:
    """Read one document and make everything of it that a build keeps; the rendition of an image once in a process."""
    read = reader(task)
    reading = read.read(found)
    if reading.error is not None:
        return Kept(found.path, error=reading.error)
    assert reading.source is not None
    renditions = _renditions(task).new(reading.assets)
    entry = Entry(
        document=reports.document(reading.source, reading.articles),
        choices=reading.choices,
        profiles=read.profiles.digest,
        common=read.profiles.digests.get("common", ""),
        looked=dict(reading.looked),
        images=tuple(reading.assets),
        records=tuple(map(_record, reading.articles)),
    )
    return Kept(found.path, entry, renditions)


@lru_cache(maxsize=2)
def _renditions(task: Task) -> Renditions:
    return Renditions(task.settings.images)


def _record(article: Article) -> Record:
    line = encode(article)
    made = carded(article)
    return Record(made.card, made.sketch.tobytes(), hashlib.sha256(line).digest(), zlib.compress(line, 1))


def _signed(mark: int) -> int:
    """A 64-bit number as SQLite has it."""
    return mark - (1 << 64) if mark >= 1 << 63 else mark
