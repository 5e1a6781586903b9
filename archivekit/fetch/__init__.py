"""Fetch: gets the images articles refer to into a store, and is the only part of archivekit that uses the network.

It reads the same articles a build reads, asks for every image the archive does not hold, and writes down what came of
it. A build given the same store then finds the images there and opens no socket.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator

import msgspec

from ..errors import ArchiveKitError, NothingToBuildError, UsageError
from ..files.paths import AnyPath, Paths
from ..files.remote import on_this_machine
from ..images.store import Entry, Store
from ..model import Article
from ..readings import Progress, read_tree
from .limits import FALLBACKS, Limits, ambient
from .transport import Web
from .wanted import Wanted, wanted
from .work import Crew, run

__all__ = ["FALLBACKS", "Fetched", "Limits", "Wanted", "ambient", "fetch"]


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a fetch."""

    wanted: tuple[Wanted, ...]
    """Every image on the web that the articles refer to, sorted by address."""
    missing: tuple[Wanted, ...]
    """Those of them the store did not hold when the fetch began: what a dry run would ask for."""
    entries: tuple[Entry, ...]
    """What is known of the wanted images now, sorted by address; after a dry run, what was known before."""
    received: int = 0
    """Bytes of images that were fetched."""
    unread: tuple[ArchiveKitError, ...] = ()
    """Documents that could not be read; what they refer to is not known."""
    dry_run: bool = False

    @property
    def failed(self) -> tuple[Entry, ...]:
        """Images that no spelling of their address gave."""
        return tuple(entry for entry in self.entries if not entry.sha256)

    @property
    def reasons(self) -> dict[str, int]:
        """How many images failed for which reason: that of their last attempt."""
        return dict(sorted(Counter(entry.tried[-1].reason for entry in self.failed).items()))

    @property
    def exit_code(self) -> int:
        """0 when every image is in the store, 3 when some are not, 1 when none is; a dry run ends well."""
        if self.dry_run:
            return 3 if self.unread else 0
        here = len(self.entries) - len(self.failed)
        if self.wanted and not here:
            return 1
        return 3 if self.unread or here < len(self.wanted) else 0


def fetch(
    paths: Paths,
    store: AnyPath,
    *,
    root: AnyPath | None = None,
    limits: Limits | None = None,
    fallback: str = "none",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Fetched:
    """Get every image that the articles at ``paths`` refer to and neither the archive nor the ``store`` holds.

    What is in the store is not asked for again; what failed before is. A fetch that is killed loses nothing but the
    requests under way. The limits are the ``ambient`` ones unless they are given. Raises UsageError for a path that does
    not exist or an unknown ``fallback``, NothingToBuildError when no document can be read, ConfigError for a lock file that
    is none, OutputError when the store cannot be written.
    """
    chosen = limits or ambient()
    if fallback not in FALLBACKS:
        raise UsageError(f"fallback {fallback!r} is not one of {', '.join(FALLBACKS)}")
    unread: list[ArchiveKitError] = []
    shelf = Store(on_this_machine(store, "a store that is filled"))
    images = wanted(_articles(paths, root, unread, progress), chosen, fallback, shelf.entries)
    missing = tuple(image for image in images if not _held(shelf, image))
    received = 0
    if not dry_run:
        with shelf.writing():
            received = _get(missing, shelf, chosen, progress) if missing else 0
    entries = tuple(entry for image in images if (entry := shelf.entries.get(image.address)) is not None)
    return Fetched(wanted=images, missing=missing, entries=entries, received=received, unread=tuple(unread), dry_run=dry_run)


def _articles(
    paths: Paths, root: AnyPath | None, unread: list[ArchiveKitError], progress: Progress | None
) -> Iterator[Article]:
    """Every article, with the images the archive holds attached; what cannot be read is added to ``unread``."""
    good = 0
    for reading in read_tree(paths, root=root, progress=progress):
        if reading.error is None:
            good += 1
            yield from reading.articles
        else:
            unread.append(reading.error)
    if not good:
        raise NothingToBuildError("; ".join(map(str, unread[:3])) or "no document among the paths given")


def _held(store: Store, image: Wanted) -> bool:
    """Whether the store has the image of this address, whole."""
    entry = store.entries.get(image.address)
    return entry is not None and bool(entry.sha256) and store.load(entry) is not None


def _get(missing: tuple[Wanted, ...], store: Store, limits: Limits, progress: Progress | None) -> int:
    """Fill the store; returns the bytes received."""
    tally = _Tally(store, len(missing), progress)
    stop = threading.Event()
    web = Web(limits, stop)
    try:
        crew = Crew(web, store, limits, tally)
        for image in missing:
            crew.add(image)
        run(crew, min(limits.at_once, len(missing)), stop)
    finally:
        web.close()
    return tally.received


class _Tally:
    """Records entries as they come and tells how far things are."""

    def __init__(self, store: Store, total: int, progress: Callable[[str, int, int], None] | None) -> None:
        self._store = store
        self._total = total
        self._progress = progress
        self._done = 0
        self._mutex = threading.Lock()
        self.received = 0
        if progress is not None:
            progress("fetch", 0, total)

    def __call__(self, entry: Entry, received: int) -> None:
        self._store.record(entry)
        with self._mutex:
            self._done += 1
            self.received += received
            if self._progress is not None:
                self._progress("fetch", self._done, self._total)
