"""Gathering: every document of a build read, or found in the cache, and put on a shelf; what becomes of each told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from hashlib import sha256
from itertools import repeat
from typing import Final

import msgspec

from .. import report as reports
from .. import software
from ..batched import batched
from ..cache import Cache
from ..cache.shelf import CachedShelf
from ..corpus.walk import Found, Walk, read_bytes
from ..entries import Conditions, Entry, Record, choice
from ..errors import ArchiveKitError, TooManyFailuresError
from ..files import compressed
from ..files.packed import Packed
from ..images.assets import Asset
from ..images.renditions import Renditions
from ..model import Article, encode
from ..readings import BATCH, Progress, Reader, Task, lost, reader
from ..sites import Profiles, match
from ..versions import marks
from ..versions.cards import carded
from ..workers import Lost, Workers, each

_AT_ONCE: Final = 32
"""Documents that are asked for at once where they are not on this machine, and asking takes longer than getting."""

_LOOKED_UP: Final = 200
"""Documents that the cache is asked for at once."""

_FEW: Final = 24
"""Documents that are read here sooner than another process is started."""


class Kept(msgspec.Struct, frozen=True):
    """What became of one document: an entry for the cache and the renditions of its images, or an error."""

    path: str
    entry: Entry | None = None
    assets: tuple[Asset, ...] = ()
    error: ArchiveKitError | None = None


class Gathered:
    """What a build has read: records on a shelf, and what the report says of every file."""

    def __init__(self, shelf: CachedShelf) -> None:
        self.shelf = shelf
        self.sources: Packed[reports.Document] = Packed(reports.Document)
        self.quarantined: Packed[reports.Quarantined] = Packed(reports.Quarantined)
        self.duplicates: Packed[reports.Duplicate] = Packed(reports.Duplicate)

    def add(self, key: bytes, document: reports.Document) -> None:
        """Put what the cache has under a key on the shelf, and the document into the report."""
        first = self.shelf.add(key, document)
        if first is None:
            self.sources.append(document)
            for entry in reports.damaged(document):
                self.quarantined.append(entry)
        else:
            self.duplicates.append(reports.Duplicate(path=document.path, same_as=first, sha256=document.sha256))

    def reasons(self) -> str:
        """The first failures, for a message."""
        said = [f"{entry.path}: {entry.reason}" for entry in self.quarantined[:3]]
        return "; ".join(said + ["…"] * (len(self.quarantined) > 3))


def gather(
    walk: Walk,
    task: Task,
    cache: Cache,
    shelf: CachedShelf,
    workers: Workers | None,
    *,
    max_failures: int | None,
    progress: Progress | None,
) -> Gathered:
    """Read what is new, in the order of the walk. Raises TooManyFailuresError, ConfigError, UsageError and CacheError."""
    gathered = Gathered(shelf)
    known = _Known(cache, task, reader(task))
    total = len(walk.documents)
    keys = list(known.keys(walk.documents))
    documents = cache.documents(key for key in keys if key is not None)
    here = workers is None or keys.count(None) <= _FEW or walk.is_piped
    new = (found for found, key in zip(walk.documents, keys, strict=True) if key is None)
    results = each(partial(keep, task), ((found.path, found) for found in new), None if here else workers, batch=BATCH)
    for done, (found, key) in enumerate(zip(walk.documents, keys, strict=True)):
        if progress is not None:
            progress("read", done, total)
        if key is not None:
            gathered.add(key, next(documents))
        else:
            result = next(results)
            kept = Kept(found.path, error=lost(found.path)) if isinstance(result, Lost) else result
            if kept.entry is not None:
                cache.put_images(task.settings.images, kept.assets)
                put = cache.put(known.source(found.path, bytes.fromhex(kept.entry.document.sha256)), kept.entry)
                gathered.add(put, kept.entry.document)
            elif kept.error is not None:
                place, limits = found.address or found.file, task.settings.limits
                gathered.quarantined.append(reports.quarantined(kept.path, kept.error, place, limits))
        if max_failures is not None and len(gathered.quarantined) > max_failures:
            said = f"{len(gathered.quarantined)} documents cannot be read, {max_failures} may: {gathered.reasons()}"
            raise TooManyFailuresError(said)
    shelf.fill()
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
        self._state = sha256(made_by + msgspec.msgpack.encode(settings)).digest()

    def source(self, path: str, digest: bytes) -> bytes:
        """What a document whose bytes have this sha256 is called in the cache."""
        return sha256(b"\0".join([self._state, path.encode("utf-8", "surrogatepass"), digest])).digest()

    def keys(self, documents: Sequence[Found]) -> Iterator[bytes | None]:
        """Of each document the key of an entry of which all it depends on is as it was, if there is one. Where nothing in the
        cache can be of use no document is looked at."""
        if not self._cache.lasting or not self._cache.count("entry"):
            yield from repeat(None, len(documents))
            return
        for some in batched(documents, _LOOKED_UP):
            sources = self._sources(some)
            entries = self._cache.entries([source for source in sources if source])
            yield from (self._valid(entries.get(source, ())) for source in sources)

    def _sources(self, documents: Sequence[Found]) -> list[bytes]:
        """What documents are called in the cache."""
        if not any(found.address for found in documents):
            return list(map(self._source, documents))
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            return list(threads.map(self._source, documents))

    def _source(self, found: Found) -> bytes:
        """What a document is called in the cache; empty where its bytes are not to be had, and for standard input and pipes,
        which are read once."""
        if found.is_piped:
            return b""
        try:
            data = read_bytes(found, self.task.settings.limits)
        except ArchiveKitError:
            return b""
        return self.source(found.path, sha256(data).digest())

    def _valid(self, entries: Iterable[tuple[bytes, Conditions]]) -> bytes | None:
        return next((key for key, conditions in entries if self._is_as_it_was(key, conditions)), None)

    def _is_as_it_was(self, key: bytes, conditions: Conditions) -> bool:
        if not self._reader.finder.is_as_it_was(conditions.looked) or not self._same_choices(key, conditions):
            return False
        return self.policy == "none" or all(self._cache.extent(self.policy, image) is not None for image in conditions.images)

    def _same_choices(self, key: bytes, conditions: Conditions) -> bool:
        profiles: Profiles = self._reader.profiles
        if conditions.profiles == profiles.digest:
            return True
        choices = self._cache.choices(key)
        if choices and conditions.common != profiles.digests.get("common", ""):
            return False
        return all(known == choice(known.signals, match(known.signals, profiles), profiles) for known in choices)


def keep(task: Task, found: Found) -> Kept:
    """Read one document and make everything of it that a build keeps; the rendition of an image once in a process."""
    read = reader(task)
    reading = read.read(found)
    if reading.error is not None:
        return Kept(found.path, error=reading.error)
    assert reading.source is not None
    renditions = _renditions(task).new(reading.assets)
    entry = Entry(
        document=reports.document(reading.source, reading.articles, reading.damaged),
        conditions=Conditions(
            profiles=read.profiles.digest,
            common=read.profiles.digests.get("common", ""),
            looked=dict(reading.looked),
            images=tuple(reading.assets),
        ),
        choices=reading.choices,
        records=tuple(map(_record, reading.articles)),
    )
    return Kept(found.path, entry, renditions)


@lru_cache(maxsize=2)
def _renditions(task: Task) -> Renditions:
    return Renditions(task.settings.images)


def _record(article: Article) -> Record:
    line = encode(article)
    made = carded(article)
    return Record(made.card, marks(made), made.sketch.tobytes(), sha256(line).digest(), compressed.compress(line))
