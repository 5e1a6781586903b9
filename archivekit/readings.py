"""Readings: documents one by one, here or in other processes. Whatever is wrong with one ends up in its reading."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath

import msgspec

from .config import Settings, load_settings
from .corpus import places
from .corpus import walk as walks
from .corpus.walk import STDIN, Found, Walk, display, find, found_at
from .entries import Choice, choice
from .errors import ArchiveKitError, InternalError, LostProcessError, RecordError, UsageError
from .files.paths import AnyPath, Paths, as_path, listed, path_text
from .files.remote import address_of, local
from .images.assets import Asset, Attached
from .images.remote import TOP
from .model import Article, SourceInfo, encode
from .source import Source, load
from .workers import Lost, Workers, each

Progress = Callable[[str, int, int], None]
"""Called with what is being done (``read``, or the name of a format), how much of it is done, and how much there is."""

BATCH = 8
"""How many documents another process is given at a time."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one document: its articles, or the error that kept them from being read."""

    path: str
    source: SourceInfo | None = None
    articles: tuple[Article, ...] = ()
    assets: Mapping[str, Asset] = {}
    """The images the articles name, by sha256."""
    text: Source | None = None
    """The decoded file, where it was asked for."""
    error: ArchiveKitError | None = None
    damaged: tuple[RecordError, ...] = ()
    """Of a file of records, the lines that are none, while others are."""
    choices: tuple[Choice, ...] = ()
    """How the site profile of each article was chosen; none for records that were finished before."""
    looked: Mapping[str, str] = {}
    """Where images were looked for; see :class:`.assets.Finder`."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """How the documents of one corpus are read. Two equal tasks give the same readings."""

    root: str | None
    """The folder of the corpus, which bounds the search for images."""
    settings: Settings
    store: str | None = None
    strict: bool = False
    """Whether it is the error of a document that not every character of it is accounted for."""
    keep_text: bool = False
    """Whether the decoded file is asked for."""
    run: str
    """Another one every time, for what a process has in memory of an earlier run may be out of date."""


class Reader:
    """Reads documents one by one with the profiles and image folders of one corpus."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._root, self.profiles, self.finder = places.opened(task.root, task.settings, task.store)

    def read(self, found: Found, data: bytes | None = None) -> Reading:
        """Read one document, from its bytes where they are given; whatever is wrong with it ends up in ``error``. This is the
        per-file guard."""
        try:
            return self._read(found, data)
        except ArchiveKitError as error:
            return Reading(path=found.path, error=error)
        except Exception as error:
            bug = InternalError(f"{type(error).__name__}: {error} ({_where(error)})", path=found.path)
            bug.__cause__ = error
            return Reading(path=found.path, error=bug)

    def _read(self, found: Found, data: bytes | None) -> Reading:
        """What reads is imported where something is to be read: it takes longer than looking into the cache for a while."""
        from .reading import read_with_profiles

        limits = self._task.settings.limits
        held = walks.read_bytes(found, limits) if data is None else walks.unpacked(data, found.path, limits)
        source = load(found.path, held, limits)
        given = read_with_profiles(source, self.profiles)
        damaged = tuple(one for one in given if isinstance(one, RecordError))
        read = [one for one in given if not isinstance(one, RecordError)]
        if self._task.strict:
            if damaged:
                raise damaged[0]
            from .accounting import check

            check(source, tuple(each.article for each in read))
        self.finder.looked.clear()
        file = TOP / found.path if found.address else found.file
        attached = [self._attached(each.article, source, file) for each in read]
        for made in attached:
            encode(made.article)  # one that cannot be written is the error of this document, not of who writes it
        return Reading(
            path=found.path,
            source=source.info,
            articles=tuple(each.article for each in attached),
            assets={sha256: asset for each in attached for sha256, asset in each.assets.items()},
            text=source if self._task.keep_text else None,
            damaged=damaged,
            choices=tuple(choice(each.signals, each.profile, self.profiles) for each in read if each.signals is not None),
            looked=dict(self.finder.looked),
        )

    def _attached(self, article: Article, source: Source, file: Path | None) -> Attached:
        """The article with its images; a record that was read from another file is finished and stays as it is."""
        origin = article.provenance.source
        if origin.sha256 == source.sha256:
            return self.finder.attach(article, file)
        return self.finder.recall(article, self._root / origin.path if self._root is not None else None)


@lru_cache(maxsize=2)
def reader(task: Task) -> Reader:
    """The reader of a task, made once in a process. Raises ConfigError or UsageError."""
    return Reader(task)


def read(path: AnyPath, *, root: AnyPath | None = None) -> tuple[Article, ...]:
    """The articles of one document, with the settings of the folder it stands in.

    Raises an ArchiveKitError when it cannot be read. ``root`` is the folder that the record's path is relative to
    and that images are looked for in; without it, the document's own.
    """
    articles: list[Article] = []
    for reading in read_tree(path, root=root):
        articles.extend(_good(reading).articles)
    return tuple(articles)


def read_bytes(
    data: bytes,
    *,
    path: str = STDIN,
    root: AnyPath | None = None,
    settings: Settings | Mapping[str, object] | None = None,
) -> tuple[Article, ...]:
    """The articles of one document whose bytes are at hand. Raises an ArchiveKitError when it cannot be read.

    ``path`` is what its records call it. ``root`` is the folder of the corpus that it belongs to, for settings, profiles and
    images, and that ``path`` is relative to; without it there are no images but those in the document, and the built-in
    profiles. ``settings`` are as for ``build``.
    """
    if not isinstance(data, bytes):
        raise UsageError(f"a document is bytes, not {type(data).__name__}")
    shown, top = display(path_text(path)), as_path(root)
    if top is not None and (PurePosixPath(shown).is_absolute() or ".." in PurePosixPath(shown).parts):
        raise UsageError(f"not below the root {display(top)}", path=shown)
    where = places.settled((str(top),), top) if top is not None else places.Settled(None, None)
    chosen = load_settings(where.folder, settings)
    return _good(reader(task_of(where.root, chosen, None)).read(found_at(where.root, shown), data)).articles


def _good(reading: Reading) -> Reading:
    """The same reading; raises its error if it has one, or the first of what is damaged in it."""
    for error in (reading.error, *reading.damaged):
        if error is not None:
            raise error
    return reading


def read_tree(
    paths: Paths,
    *,
    root: AnyPath | None = None,
    settings: Settings | Mapping[str, object] | None = None,
    strict: bool = False,
    keep_text: bool = False,
    store: AnyPath | None = None,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> Iterator[Reading]:
    """What became of each document that ``paths`` name, in the order of their paths; nothing is raised for a bad one.

    ``root``, ``settings`` and ``store`` are as for ``build``. ``strict`` makes it the error of a document that not every
    character of it is accounted for; ``keep_text`` asks for the decoded file beside its articles; ``workers`` are processes
    to read in, which give no assets. Raises UsageError for a path that does not exist and for settings that cannot be
    meant, ConfigError for an archivekit.toml that cannot be, TooManyFilesError; nothing else.
    """
    named, top = listed(paths), as_path(root)
    where = places.settled(named, top)
    chosen = load_settings(where.folder, settings)
    walk = find(named, root=top, limits=chosen.limits)
    task = task_of(where.root, chosen, as_path(store), strict=strict, keep_text=keep_text)
    reader(task)
    return _each(walk, task, workers, progress)


def task_of(root: str | None, settings: Settings, store: Path | None, *, strict: bool = False, keep_text: bool = False) -> Task:
    """The task of reading a corpus."""
    place = address_of(store) if store is not None else None
    if store is not None and place is None:
        folder = Path(local(store))
        places.require_store(folder)
        place = str(folder.absolute())
    return Task(
        root=root,
        settings=settings,
        store=place,
        strict=strict,
        keep_text=keep_text,
        run=os.urandom(8).hex(),
    )


def _each(walk: Walk, task: Task, workers: Workers | None, progress: Progress | None) -> Iterator[Reading]:
    total = len(walk.documents)
    jobs = ((found.path, found) for found in walk.documents)
    here = workers is None or total <= BATCH or walk.is_piped
    work = partial(_read_here if here else _read_there, task)
    for done, reading in enumerate(each(work, jobs, None if here else workers, batch=BATCH)):
        if progress is not None:
            progress("read", done, total)
        yield Reading(path=reading.name, error=lost(reading.name)) if isinstance(reading, Lost) else reading
    if progress is not None:
        progress("read", total, total)


def lost(path: str) -> LostProcessError:
    """The error of a document whose process died."""
    return LostProcessError("the process that read it died; it may have run out of memory", path=path)


def _read_here(task: Task, found: Found) -> Reading:
    return reader(task).read(found)


def _read_there(task: Task, found: Found) -> Reading:
    """Read in another process; what is large and not asked for does not travel."""
    return msgspec.structs.replace(reader(task).read(found), assets={}, choices=(), looked={})


def _where(error: BaseException) -> str:
    """The innermost line of archivekit that an exception passed through."""
    place = "unknown place"
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if str(frame.f_globals.get("__name__")).partition(".")[0] == __package__:
            place = f"{Path(frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
