"""Pipeline: the only loop. Walk, read, attach images, arrange, write; a file that fails is set aside and the rest goes on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from . import dress as dresses
from . import report as reports
from . import volumes
from .accounting import check
from .assets import Asset, Attached, Finder
from .atomic import Staging, copy
from .bundle import Bundle
from .bundle import make as make_bundle
from .config import Settings, checked, load_settings
from .errors import (
    ArchiveKitError,
    InternalError,
    NothingToBuildError,
    TooManyFailuresError,
    UnreadableSourceError,
    UsageError,
)
from .model import Article, Notice, SourceInfo
from .reading import read_source
from .renditions import Renditions
from .report import Report
from .sites import Profiles, load_profiles
from .source import MAX_BYTES, Source, load
from .store import Store
from .walk import MAX_ARCHIVE, RECORD, Found, Walk, display, find, read_bytes
from .writers import Write, write_each, writer

Paths = str | Path | Sequence[str | Path]
"""A file, a folder, a pattern or ``-``, or several of them."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done (``read``, or the name of a format), how much of it is done, and how much there is."""


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


class _Reader:
    """Reads documents one by one with the profiles and image folders of one corpus."""

    def __init__(
        self, root: Path | None, settings: Settings, store: Path | None = None, *, strict: bool = False, keep: bool = False
    ) -> None:
        self._root = root
        self._strict = strict
        self._keep = keep
        folders = [root / folder for folder in settings.profiles] if root is not None else []
        self._profiles: Profiles = load_profiles(folders)
        self._finder = Finder(root, settings.static, _opened(store, root, settings))

    def read(self, found: Found) -> Reading:
        """Read one document; whatever is wrong with it ends up in ``error``. This is the per-file guard."""
        try:
            return self._read(found)
        except ArchiveKitError as error:
            return Reading(path=found.path, error=error)
        except Exception as error:
            bug = InternalError(f"{type(error).__name__}: {error} ({_where(error)})", path=found.path)
            bug.__cause__ = error
            return Reading(path=found.path, error=bug)

    def _read(self, found: Found) -> Reading:
        data = read_bytes(found)
        source = load(found.path, data, max_bytes=MAX_ARCHIVE if data.startswith(RECORD) else MAX_BYTES)
        articles: list[Article] = []
        assets: dict[str, Asset] = {}
        read = read_source(source, self._profiles)
        if self._strict:
            check(source, read)
        for article in read:
            attached = self._attached(article, source, found.file)
            articles.append(attached.article)
            assets.update(attached.assets)
        text = source if self._keep else None
        return Reading(path=found.path, source=source.info, articles=tuple(articles), assets=assets, text=text)

    def _attached(self, article: Article, source: Source, file: Path | None) -> Attached:
        """The article with its images; a record that was read from another file is finished and stays as it is."""
        origin = article.provenance.source
        if origin.sha256 == source.sha256:
            return self._finder.attach(article, file)
        return self._finder.recall(article, self._root / origin.path if self._root is not None else None)


def read(path: str | Path, *, root: Path | None = None) -> tuple[Article, ...]:
    """The articles of one document, with the settings of the folder it stands in.

    Raises an ArchiveKitError when it cannot be read. ``root`` is the folder that the record's path is relative to
    and that images are looked for in; without it, the document's own.
    """
    articles: list[Article] = []
    for reading in readings(path, root=root):
        if reading.error is not None:
            raise reading.error
        articles.extend(reading.articles)
    return tuple(articles)


def read_tree(folder: str | Path) -> Iterator[Reading]:
    """What became of each document in a folder, in the order of their paths; nothing is raised for a bad one."""
    return readings(folder)


def readings(
    paths: Paths,
    *,
    root: Path | None = None,
    settings: Settings | None = None,
    strict: bool = False,
    keep_text: bool = False,
    store: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[Reading]:
    """What became of each document that ``paths`` name. Raises UsageError for a path that does not exist and ConfigError
    for an archivekit.toml that cannot be meant; nothing else.

    ``strict`` makes it the error of a document that not every character of it is accounted for; ``keep_text`` asks for
    the decoded file beside its articles; ``store`` is as for ``build``.
    """
    walk = find(_listed(paths), root=root)
    chosen = load_settings(walk.root) if settings is None else settings
    reader = _Reader(walk.root, chosen, store, strict=strict, keep=keep_text)
    return _each(reader, walk, progress)


def _each(reader: _Reader, walk: Walk, progress: Progress | None) -> Iterator[Reading]:
    total = len(walk.documents)
    for done, found in enumerate(walk.documents):
        if progress is not None:
            progress("read", done, total)
        yield reader.read(found)
    if progress is not None:
        progress("read", total, total)


def build(
    paths: Paths,
    out: str | Path,
    settings: Settings | Mapping[str, object] | None = None,
    *,
    root: Path | None = None,
    corpus: Path | None = None,
    quarantine: Path | None = None,
    max_failures: int | None = None,
    store: Path | None = None,
    progress: Progress | None = None,
    processes: int = 1,
) -> Report:
    """Read everything ``paths`` name and write ``NAME.jsonl``, ``NAME.epub``, ``NAME.pdf`` and ``NAME.report.json`` to
    the folder ``out``.

    The corpus's archivekit.toml holds unless ``settings`` is a Settings; a mapping of some of its keys goes over it.
    A document that cannot be read is in the report's ``quarantined`` and costs no other; a copy of it goes to the folder
    ``quarantine``, and more than ``max_failures`` of them stop the build. Images on the web are taken from the folder
    ``store``, or the one the settings name, and never fetched. Where the records of an archive are built again, ``corpus``
    is the folder they were read from, for its settings and its images. Outputs appear together when all are complete.
    Raises UsageError, ConfigError, NothingToBuildError, TooManyFailuresError, OutputError or MissingRequirementError;
    the earlier outputs are then untouched.
    """
    walk = find(_listed(paths), root=root)
    base = corpus.absolute() if corpus is not None else walk.root
    chosen = checked(settings) if isinstance(settings, Settings) else load_settings(base, settings)
    _spare_sources(walk, Path(out), chosen, quarantine)
    dress = dresses.load(chosen, base)
    writers = {name: writer(name) for name in dict.fromkeys(chosen.formats)}
    epoch = source_date_epoch()
    with Staging(Path(out)) as staging:
        gathered = _gather(walk, _each(_Reader(base, chosen, store), walk, progress), Renditions(chosen.images), max_failures)
        if quarantine is not None:
            _set_aside(walk, gathered, quarantine)
        if not gathered.articles:
            raise NothingToBuildError(_nothing(walk, gathered))
        bundle = make_bundle(gathered.articles, gathered.assets, chosen, title=_title(base, chosen, gathered), epoch=epoch)
        bundle = msgspec.structs.replace(bundle, dress=dress)
        outputs = _write_all(bundle, writers, chosen, staging, progress, processes)
        report = Report(
            identifier=bundle.identifier,
            title=bundle.title,
            settings=chosen,
            articles=len(gathered.articles),
            sources=tuple(gathered.sources),
            quarantined=tuple(gathered.quarantined),
            duplicates=tuple(gathered.duplicates),
            skipped=walk.skipped,
            outputs=outputs,
        )
        report = reports.sealed(report)
        staging.file(f"{chosen.name}.report.json").write_bytes(reports.encode(report))
        staging.commit()
    return report


def write(
    articles: Iterable[Article],
    target: str | Path,
    *,
    assets: Mapping[str, Asset] | None = None,
    settings: Settings | None = None,
    format: str | None = None,
) -> tuple[Notice, ...]:
    """Write articles to one file, in the format its name ends in unless ``format`` names one.

    ``assets`` are the bytes of their images (``Reading.assets``); an image without them becomes a placeholder. Returns
    what could not be printed as it was. Raises UsageError, NothingToBuildError, OutputError or MissingRequirementError;
    an earlier file is then untouched.
    """
    path = Path(target)
    chosen = checked(settings or Settings())
    print_to = writer(format or path.suffix.removeprefix("."))
    given = tuple(articles)
    if not given:
        raise NothingToBuildError("there is no article to write")
    bundle = make_bundle(given, Renditions(chosen.images).of(assets or {}), chosen, title=path.stem, epoch=source_date_epoch())
    bundle = msgspec.structs.replace(bundle, dress=dresses.load(chosen, None))
    with Staging(path.parent) as staging:
        notices = print_to(bundle, staging.file(path.name), chosen)
        staging.commit()
    return notices


class _Gathered:
    """What a build has read."""

    def __init__(self) -> None:
        self.articles: list[Article] = []
        self.assets: dict[str, Asset] = {}
        self.sources: list[reports.Document] = []
        self.quarantined: list[reports.Quarantined] = []
        self.duplicates: list[reports.Duplicate] = []


def _gather(walk: Walk, all_readings: Iterator[Reading], renditions: Renditions, max_failures: int | None) -> _Gathered:
    """Collect articles, each file's bytes once, and what the report says of every file."""
    files = {found.path: found.file for found in walk.documents}
    gathered = _Gathered()
    first: dict[str, str] = {}
    for reading in all_readings:
        if reading.error is not None or reading.source is None:
            error = reading.error or InternalError("nothing was read")
            gathered.quarantined.append(reports.quarantined(reading.path, error, files.get(reading.path)))
            if max_failures is not None and len(gathered.quarantined) > max_failures:
                raise TooManyFailuresError(_too_many(gathered, max_failures))
            continue
        sha256 = reading.source.sha256
        if sha256 in first:
            gathered.duplicates.append(reports.Duplicate(path=reading.path, same_as=first[sha256], sha256=sha256))
            continue
        first[sha256] = reading.path
        gathered.sources.append(reports.document(reading.source, reading.articles))
        gathered.articles.extend(reading.articles)
        gathered.assets.update(renditions.of(reading.assets))
    return gathered


def _set_aside(walk: Walk, gathered: _Gathered, folder: Path) -> None:
    """Copy every file that could not be read, under its own path; what the system does not give cannot be copied."""
    failed = {entry.path for entry in gathered.quarantined if entry.error != UnreadableSourceError.__name__}
    for found in walk.documents:
        if found.path in failed and found.file is not None:
            copy(found.file, folder / found.path)


def _spare_sources(walk: Walk, out: Path, settings: Settings, quarantine: Path | None) -> None:
    """Raise UsageError where an output would replace a document, or the quarantine be read by the next build."""
    names = [*(f"{settings.name}.{name}" for name in settings.formats), f"{settings.name}.report.json"]
    targets = {os.path.realpath(out / name): name for name in names}
    for found in walk.documents:
        if found.file is not None and (name := targets.get(os.path.realpath(found.file))):
            raise UsageError(f"the output {name} would replace a document that is read; choose another name or folder")
    if quarantine is not None and walk.documents:
        place = os.path.realpath(quarantine)
        if any(folder == place or place.startswith(folder.rstrip(os.sep) + os.sep) for folder in walk.folders):
            raise UsageError("the quarantine folder is inside a folder that is read", path=str(quarantine))


def _write_all(
    bundle: Bundle,
    writers: Mapping[str, Write],
    settings: Settings,
    staging: Staging,
    progress: Progress | None,
    processes: int,
) -> tuple[reports.Output, ...]:
    outputs: list[reports.Output] = []
    for name, print_to in writers.items():
        books = volumes.of_format(bundle, name, settings)
        files = [volumes.file_name(settings, name, book) for book in books]
        targets = [(book, staging.file(file)) for book, file in zip(books, files, strict=True)]
        if progress is not None:
            progress(name, 0, len(books))
        for done, notices in enumerate(write_each(print_to, targets, settings, processes), 1):
            outputs.append(reports.output(files[done - 1], targets[done - 1][1], notices))
            if progress is not None:
                progress(name, done, len(books))
    return tuple(outputs)


def _title(root: Path | None, settings: Settings, gathered: _Gathered) -> str:
    """The title of a bundle that is given none: its only article's, the folder's name, or the outputs' name."""
    only = gathered.articles[0].title if len(gathered.articles) == 1 else None
    return only or (root.name.encode("utf-8", "replace").decode() if root is not None else "") or settings.name


def _nothing(walk: Walk, gathered: _Gathered) -> str:
    if gathered.quarantined:
        return f"no document could be read: {_reasons(gathered)}"
    if walk.documents:
        return "no article in any document"
    return f"no document among the paths given; {len(walk.skipped)} other files were passed over"


def _too_many(gathered: _Gathered, max_failures: int) -> str:
    return f"{len(gathered.quarantined)} documents cannot be read, {max_failures} may: {_reasons(gathered)}"


def _reasons(gathered: _Gathered) -> str:
    """The first failures, for a message."""
    reasons = [f"{entry.path}: {entry.reason}" for entry in gathered.quarantined[:3]]
    more = ["…"] if len(gathered.quarantined) > 3 else []
    return "; ".join(reasons + more)


def source_date_epoch() -> int | None:
    """SOURCE_DATE_EPOCH, as https://reproducible-builds.org/specs/source-date-epoch/ has it."""
    value = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 11:
        raise UsageError(f"SOURCE_DATE_EPOCH is {value!r}, which is not a number of seconds")
    return int(value)


def _opened(store: Path | None, root: Path | None, settings: Settings) -> Store | None:
    """The store that is asked for, or the one the settings name; its lock file is read here, where a bad one stops all."""
    if store is not None and not store.is_dir():
        raise UsageError("no such store; archivekit fetch makes one", path=display(store))
    if store is None and settings.store is not None and root is not None:
        store = root / settings.store
    opened = Store(store) if store is not None else None
    if opened is not None:
        opened.entries  # noqa: B018 - raises ConfigError
    return opened


def _listed(paths: Paths) -> Sequence[str | Path]:
    return [paths] if isinstance(paths, (str, Path)) else paths


def _where(error: BaseException) -> str:
    """The innermost line of archivekit that an exception passed through."""
    place = "unknown place"
    trace = error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if "archivekit" in file.parts[:-1]:
            place = f"{file.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
