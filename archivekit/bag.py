"""Bag: outputs, report and sources as one BagIt package (RFC 8493's layout, as the ``bagit`` library writes it: 0.97).

``data/outputs`` has every output and its report, ``data/sources`` every file of the corpus that the report names, so that
the package alone can be verified, and built again. The same outputs and sources give the same package.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import bagit  # type: ignore[import-untyped]

from . import report as reports
from .archive.arrangement import make
from .building.pipeline import source_date_epoch
from .config import FILE_NAME
from .corpus.walk import STDIN, find, locate
from .errors import BookError, OutputError, UsageError
from .extract import extract
from .files.paths import AnyPath
from .files.remote import on_this_machine
from .files.within import is_below, is_within
from .migrate import upgrade
from .report import Report
from .verify import verify
from .version import __version__
from .writers import format_of

CHECKSUMS = ("sha256", "sha512")

_OF_THE_READERS = ("record.not-derived", "quarantine.differs", "source.articles", "source.unreadable")
"""Findings that another version of archivekit has in an archive that is whole."""


def bag(dist: AnyPath, target: AnyPath, *, sources: AnyPath) -> Path:
    """Pack the outputs in ``dist`` and the corpus in ``sources`` they were built from into the new folder ``target``.

    Bagging-Date is SOURCE_DATE_EPOCH or the latest moment in the articles, never the clock. Raises UsageError for
    folders that cannot be meant, BookError for outputs that :func:`~archivekit.verify.verify` finds something in,
    OutputError.
    """
    epoch = source_date_epoch()
    outputs, root = on_this_machine(dist, "what is packed"), on_this_machine(sources, "what is packed")
    place = on_this_machine(target, "a package").absolute()
    findings = [finding for finding in verify(outputs, sources=root).findings if finding.id not in _OF_THE_READERS]
    if findings:
        more = f", and {len(findings) - 1} more" if len(findings) > 1 else ""
        raise BookError(f"is not packed: {findings[0]}{more}", path=str(outputs))
    _new(place, outputs, root)
    paths = sorted(outputs.glob(f"*{reports.SUFFIX}"))
    known = [reports.decode(path.read_bytes()) for path in paths]
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".archivekit-", dir=place.parent, ignore_cleanup_errors=True) as draft:
            inner = Path(draft) / "bag"
            for path, report in zip(paths, known, strict=True):
                for name in (path.name, *(output.file for output in report.outputs)):
                    _copy(outputs / name, inner / "outputs" / name)
                for shown, file in _files(report, root, outputs):
                    _copy(file, inner / "sources" / shown)
            bagit.make_bag(str(inner), _info(known, outputs, epoch), checksums=list(CHECKSUMS))
            inner.rename(place)
    except OSError as error:
        raise OutputError(error.strerror or str(error), path=str(place)) from None
    return place


def _new(place: Path, outputs: Path, root: Path) -> None:
    """Raise UsageError for a target that exists or lies inside what is packed."""
    if os.path.lexists(place):
        raise UsageError("exists already; a package is made in a new folder", path=str(place))
    for folder in (outputs, root):
        if is_within(place, folder):
            raise UsageError(f"is inside {folder}, which is packed", path=str(place))


def _files(report: Report, root: Path, outputs: Path) -> Iterator[tuple[str, Path]]:
    """Every file of the corpus that the report names, and the corpus's settings: its path in the package and on disk."""
    walk = find([root])
    known = {found.path: found.file for found in walk.documents if found.file is not None}
    named = [entry.path for part in (report.sources, report.quarantined, report.duplicates) for entry in part]
    other = [entry.path for entry in report.skipped if entry.reason == "extension"]
    packed = os.path.realpath(outputs)
    for path in [*named, *other, FILE_NAME]:
        file = known.get(path) or locate(root, path)
        if path != STDIN and file is not None and not is_below(os.path.realpath(file), packed):
            yield path, file


def _copy(file: Path, target: Path) -> None:
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def _info(known: list[Report], outputs: Path, epoch: int | None) -> dict[str, str | list[str]]:
    """The tags of ``bag-info.txt``; the library adds the payload's size."""
    moments = [_latest(outputs / file, report, epoch) for report in known for file in _volumes(report)]
    return {
        "Bagging-Date": max(moments)[:10],
        "Bag-Software-Agent": f"archivekit {__version__}, bagit {version('bagit')}",
        "External-Identifier": [report.identifier for report in known],
        "External-Description": [re.sub(r"\s+", " ", report.title) for report in known],
    }


def _volumes(report: Report) -> list[str]:
    """The outputs of one format, which together hold every record."""
    format = format_of(report.outputs[0].file)
    return [output.file for output in report.outputs if format_of(output.file) == format]


def _latest(file: Path, report: Report, epoch: int | None) -> str:
    """The latest moment in the records of one output, or the ``epoch`` if there is one."""
    records = [upgrade(line) for line in extract(file).split(b"\n") if line]
    return make(records, {}, report.settings, title=report.title, epoch=epoch).modified
