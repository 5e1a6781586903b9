"""Pipeline: sources in, outputs out. Read what is new, arrange, print, and put everything in place together."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from pathlib import Path

import msgspec

from .. import cache as caches
from .. import report as reports
from ..archive.arrangement import Arrangement, arrange, make
from ..cache.shelf import CachedShelf
from ..config import Settings, load_settings
from ..corpus import places
from ..corpus.walk import Walk, find
from ..errors import BookError, NothingToBuildError, UnreadableSourceError, UsageError
from ..files import remote
from ..files.atomic import Staging, copy, keep
from ..files.paths import AnyPath, Paths, as_path, listed, path_text
from ..files.within import Real, is_below
from ..images.assets import Asset
from ..images.renditions import Renditions
from ..model import Article, Notice, encode
from ..readings import Progress, task_of
from ..report import Report
from ..workers import Workers
from ..writers import RecordWriter, format_of, writer
from . import dress as dresses
from .gathering import Gathered, gather
from .originals import Originals
from .printing import Press


def build(
    paths: Paths,
    out: AnyPath,
    settings: Settings | Mapping[str, object] | None = None,
    *,
    root: AnyPath | None = None,
    corpus: AnyPath | None = None,
    quarantine: AnyPath | None = None,
    max_failures: int | None = None,
    store: AnyPath | None = None,
    progress: Progress | None = None,
    workers: Workers | None = None,
    cache: AnyPath | None = None,
) -> Report:
    """Read everything ``paths`` name and write ``NAME.jsonl``, ``NAME.epub``, ``NAME.pdf`` and ``NAME.report.json`` to
    the folder ``out``.

    The corpus's archivekit.toml holds unless ``settings`` is a Settings; a mapping of some of its keys goes over it.
    A document that cannot be read is in the report's ``quarantined`` and costs no other; a copy of it goes to the folder
    ``quarantine``, and more than ``max_failures`` of them stop the build. Images on the web are taken from the folder
    ``store``, or the one the settings name, and never fetched. Where the records of an archive are built again, ``corpus``
    is the folder they were read from, for its settings and its images. Outputs appear together when all are complete.
    ``workers`` are processes to read and print in; ``cache`` is a folder in which is kept what need not be made again.
    Neither changes a byte. Raises UsageError, ConfigError, TooManyFilesError, NothingToBuildError, TooManyFailuresError,
    OutputError, CacheError or MissingRequirementError; the earlier outputs are then untouched.
    """
    named, target = listed(paths), path_text(out)
    aside, kept = remote.on_this_machine(quarantine, "the quarantine"), remote.on_this_machine(cache, "the cache")
    base, top = places.settled(named, as_path(root), as_path(corpus))
    chosen = load_settings(base, settings)
    walk = find(named, root=as_path(root), limits=chosen.limits)
    own = _Outputs(target, chosen.name)
    _spare_sources(walk, own, aside)
    walk = _without_outputs(walk, own)
    dress = dresses.load(chosen, base)
    printers = {name: writer(name) for name in dict.fromkeys(chosen.formats)}
    epoch = source_date_epoch()
    with ExitStack() as stack:
        folder = stack.enter_context(_folder(target))
        staging = stack.enter_context(Staging(folder))
        held = stack.enter_context(caches.opened(kept))
        shelf = stack.enter_context(closing(CachedShelf(held, chosen.images)))
        task = task_of(top, chosen, as_path(store))
        gathered = gather(walk, task, held, shelf, workers, max_failures=max_failures, progress=progress)
        if aside is not None:
            _set_aside(walk, gathered, aside)
        if not len(gathered.shelf):
            raise NothingToBuildError(_nothing(walk, gathered))
        whole = arrange(gathered.shelf, chosen, title=_title(base, chosen, gathered), epoch=epoch, dress=dress)
        originals = Originals(walk, chosen.limits) if chosen.attach_sources else None
        press = Press(whole, chosen, staging, held, workers, originals)
        outputs = [output for name, printer in printers.items() for output in press.outputs(name, printer, progress)]
        report = _report(whole, chosen, walk, gathered, outputs)
        for name in _left_over(staging.folder, report):
            staging.remove(name)
        report = reports.write(report, staging.file(f"{chosen.name}{reports.SUFFIX}"))
        held.prune()
        staging.commit()
    return report


def _report(
    whole: Arrangement, settings: Settings, walk: Walk, gathered: Gathered, outputs: Iterable[reports.Output]
) -> Report:
    return Report(
        identifier=whole.identifier,
        title=whole.title,
        settings=settings,
        articles=len(gathered.shelf),
        sources=gathered.sources,
        quarantined=gathered.quarantined,
        duplicates=gathered.duplicates,
        skipped=walk.skipped,
        outputs=tuple(outputs),
    )


def _left_over(folder: Path, report: Report) -> list[str]:
    """The outputs of the earlier build of this name that are not made again, those that are as they were written."""
    name = report.settings.name
    try:
        earlier = reports.outputs(folder / f"{name}{reports.SUFFIX}")
    except (BookError, OSError):
        return []
    made = {output.file for output in report.outputs}
    own = reports.names(name)
    gone = [output for output in earlier if output.file not in made and own.fullmatch(output.file)]
    return [output.file for output in gone if reports.sha256(folder / output.file) == output.sha256]


def write(
    articles: Iterable[Article],
    target: AnyPath,
    *,
    assets: Mapping[str, Asset] | None = None,
    settings: Settings | Mapping[str, object] | None = None,
    format: str | None = None,
) -> tuple[Notice, ...]:
    """Write articles to one file, in the format its name ends in unless ``format`` names one.

    ``assets`` are the bytes of their images (``Reading.assets``); an image without them becomes a placeholder. ``settings``
    is a Settings or a mapping of some of its keys. Returns what could not be printed as it was. Raises UsageError,
    NothingToBuildError, OutputError or MissingRequirementError; an earlier file is then untouched.
    """
    path = as_path(target)
    chosen = load_settings(None, settings)
    printer = writer(format or format_of(path.name))
    given = tuple(articles)
    if not given:
        raise NothingToBuildError("there is no article to write")
    images = {asset.sha256: asset for asset in Renditions(chosen.images).new(assets or {})}
    bundle = make(given, images, chosen, title=path.stem, epoch=source_date_epoch())
    bundle = msgspec.structs.replace(bundle, dress=dresses.load(chosen, None))
    with _folder(str(path.parent)) as folder, Staging(folder) as staging:
        place = staging.file(path.name)
        if isinstance(printer, RecordWriter):
            with place.open("wb") as out:
                notices = printer.write_lines(map(encode, bundle.records), out, chosen)
        else:
            notices = printer.write(bundle, place, chosen)
        staging.commit()
    return notices


def _set_aside(walk: Walk, gathered: Gathered, folder: Path) -> None:
    """Copy every file that could not be read, under its own path; what the system does not give cannot be copied, nor what
    is no file."""
    failed = {entry.path for entry in gathered.quarantined if entry.error != UnreadableSourceError.__name__}
    for found in walk.documents:
        if found.path in failed and found.file is not None and found.file.is_file():
            copy(found.file, folder / found.path)
        elif found.path in failed and found.address:
            with remote.opened(found.address, found.path) as (stream, _):
                keep(stream, folder / found.path)


def _folder(out: str) -> AbstractContextManager[Path]:
    """Where to make the outputs: in the folder itself, or in one whose files are put behind an address when all is well."""
    address = remote.address_of(out)
    return remote.outputs(address, reports.SUFFIX) if address is not None else nullcontext(Path(remote.local(out)))


class _Outputs:
    """What the outputs of a name are called in a folder: those this build makes, and those an earlier one may have left."""

    def __init__(self, out: str, name: str) -> None:
        self.folder = remote.address_of(out) or os.path.realpath(remote.local(out))
        self._own = reports.names(name)
        self._report = f"{name}{reports.SUFFIX}"

    def has(self, place: str) -> bool:
        """Whether what is at a real path or an address is called like one of them."""
        folder, _, file = place.rpartition("/")
        return folder == self.folder and (self._own.fullmatch(file) is not None or file == self._report)


def _spare_sources(walk: Walk, outputs: _Outputs, quarantine: Path | None) -> None:
    """Raise UsageError where a document is called as an output is, in the folder of the outputs, whether this build makes
    that output or takes an earlier build's away; and where the quarantine would be read by the next build."""
    real = Real()
    for found in walk.documents:
        place = real(os.fsdecode(found.name)) if found.name else found.address
        if outputs.has(place):
            file = place.rpartition("/")[2]
            raise UsageError(f"{file} is read and is an output's name in this folder; choose another name or folder")
    if quarantine is not None and walk.documents:
        place = os.path.realpath(quarantine)
        if any(folder == place or is_below(place, folder) for folder in walk.folders):
            raise UsageError("the quarantine folder is inside a folder that is read", path=str(quarantine))


def _without_outputs(walk: Walk, outputs: _Outputs) -> Walk:
    """A walk that does not know of what an earlier build left in a folder that is read, so that the next says the same."""
    base, real = walk.address or str(walk.root), Real()
    places = ((entry, f"{base}/{entry.path}") for entry in walk.skipped)
    others = tuple(entry for entry, place in places if not outputs.has(place if walk.address else real(place)))
    return msgspec.structs.replace(walk, skipped=others)


def _title(root: Path | None, settings: Settings, gathered: Gathered) -> str:
    """The title of a bundle that is given none: its only article's, the folder's name, or the outputs' name."""
    only = gathered.shelf.article(0).title if len(gathered.shelf) == 1 else None
    return only or (root.name.encode("utf-8", "replace").decode() if root is not None else "") or settings.name


def _nothing(walk: Walk, gathered: Gathered) -> str:
    if gathered.quarantined:
        return f"no document could be read: {gathered.reasons()}"
    if walk.documents:
        return "no article in any document"
    return f"no document among the paths given; {len(walk.skipped)} other files were passed over"


def source_date_epoch() -> int | None:
    """SOURCE_DATE_EPOCH, as https://reproducible-builds.org/specs/source-date-epoch/ has it."""
    value = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 11:
        raise UsageError(f"SOURCE_DATE_EPOCH is {value!r}, which is not a number of seconds")
    return int(value)
