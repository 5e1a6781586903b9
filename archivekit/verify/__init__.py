"""Verify: whether outputs are as their report says, hold the same articles in the same words, and follow from the sources."""

from __future__ import annotations

import errno
import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from .. import report as reports
from ..archive.arrangement import make
from ..config import checked
from ..errors import BookError, UsageError
from ..extract import ARCHIVE, extract, members
from ..extract.pdf import words
from ..files import remote, sums
from ..files.atomic import unsettled
from ..files.paths import AnyPath, as_path, path_text
from ..limits import Limits, ambient
from ..model import Article
from ..report import Output, Report
from . import printed
from .findings import Finding
from .records import Archive, compared, sound
from .rederive import rederived

_OBJECT = re.compile(rb"(?<![0-9])([0-9]{1,9}) 0 obj\b")


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What was checked and what was found."""

    outputs: int
    articles: int
    sources: int | None
    """How many sources were read again; None when none was asked for."""
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """0 when all is well, 30 when something is not."""
        return 30 if self.findings else 0


def verify(
    folder: AnyPath, *, sources: AnyPath | None = None, store: AnyPath | None = None, limits: Limits | None = None
) -> Verification:
    """Check every report in a folder and the outputs it names; with ``sources``, the folder the build read, derive every
    record again, with the images of the ``store`` it had. Nothing is written, and nothing is read that is neither in
    ``folder`` nor in ``sources`` nor in ``store``, whatever a report says. The limits are the ``ambient`` ones unless they
    are given. Raises UsageError when there is no such folder or no report in it."""
    address = remote.address_of(path_text(folder))
    if address is not None:
        with remote.fetched(address) as fetched:
            return verify(fetched, sources=sources, store=store, limits=limits)
    place, images, most = Path(remote.local(path_text(folder))), as_path(store), limits or ambient()
    root = remote.on_this_machine(sources, "what is read again")
    for path in (place, root):
        if path is not None and not path.is_dir():
            raise UsageError("no such folder", path=str(path))
    found = sorted(place.glob(f"*{reports.SUFFIX}"))
    if not found:
        raise UsageError(f"no NAME{reports.SUFFIX} in this folder", path=str(place))
    findings = [Finding(id="switch.interrupted", file=name, expected="outputs of one build") for name in unsettled(place)]
    outputs = articles = derived = 0
    for path in found:
        check = _Check(place, path.name.removesuffix(reports.SUFFIX), root, images, most)
        findings.extend(check.findings())
        outputs, articles, derived = outputs + check.outputs, articles + check.articles, derived + check.sources
    return Verification(
        outputs=outputs, articles=articles, sources=None if root is None else derived, findings=tuple(dict.fromkeys(findings))
    )


class _Check:
    """The check of one report."""

    def __init__(self, folder: Path, name: str, root: Path | None, store: Path | None, limits: Limits) -> None:
        self._folder, self._name, self._root, self._store, self._limits = folder, name, root, store, limits
        self._damaged: set[str] = set()
        self.outputs = self.articles = self.sources = 0

    def findings(self) -> Iterator[Finding]:
        """Everything that is wrong; the counts are right once it is exhausted."""
        report, wrong = _report(self._folder, f"{self._name}{reports.SUFFIX}")
        yield from wrong
        own = reports.names(self._name)
        present = sorted(path.name for path in self._folder.iterdir() if own.fullmatch(path.name))
        if report is None:
            yield from self._contents(None, present)
            return
        listed = [output.file for output in report.outputs]
        for name in present:
            if name not in listed:
                yield Finding(id="output.stray", file=name, expected=f"only what {self._name}{reports.SUFFIX} names")
        for output in report.outputs:
            self.outputs += 1
            for finding in _hashed(self._folder, output):
                self._damaged.add(output.file)
                yield finding
        yield from self._contents(report, [name for name in listed if name in present])

    def _contents(self, report: Report | None, files: Sequence[str]) -> Iterator[Finding]:
        """What is wrong inside the outputs; volumes of one format are one archive, in the report's order."""
        archives: list[Archive] = []
        for suffix in ("jsonl", "jsonl.zst", "parquet", "epub", "pdf"):
            names = [name for name in files if name.endswith(f".{suffix}")]
            lines: list[tuple[str, bytes]] = []
            for name in names:
                try:
                    data = extract(self._folder / name, self._limits)
                except BookError as error:
                    self._damaged.add(name)
                    field = ARCHIVE if suffix == "epub" else "records"
                    yield Finding(id="part.unreadable", file=name, field=field, expected="records", found=error.message)
                else:
                    lines.extend((name, line) for line in data.removesuffix(b"\n").split(b"\n"))
            if lines:
                archives.append(Archive(lines=lines, whole=not self._damaged.intersection(names)))
        if not archives:
            return
        yield from compared(archives)
        best = next((archive for archive in archives if archive.whole), archives[0])
        found: list[Finding] = []
        articles = sound(best, found)
        yield from found
        self.articles = len(articles)
        if report is None:
            return
        bundle = make(articles, {}, report.settings, title=report.title)
        name = f"{self._name}{reports.SUFFIX}"
        yield from _agrees(name, "identifier", bundle.identifier, report.identifier)
        yield from _agrees(name, "articles", str(len(articles)), str(report.articles))
        ids = ("\n".join(sorted(one)) for one in ([record.id for record in articles], _listed(report)))
        yield from _agrees(name, "sources", *ids)
        if bundle.records != tuple(articles):
            yield Finding(id="record.order", file=best.lines[0][0], expected="the records in the order of the settings")
        yield from self._pages(bundle.articles, files)
        if self._root is not None:
            yield from rederived(report, articles, self._root, self._store, self._limits)
            whole = {entry.path for entry in report.quarantined} - {entry.path for entry in report.sources}
            self.sources = len(report.sources) + len(whole) + len(report.duplicates)

    def _pages(self, articles: tuple[Article, ...], files: Sequence[str]) -> Iterator[Finding]:
        """What the pages of the books lack."""
        epubs = [name for name in files if name.endswith(".epub")]
        parts: dict[str, bytes] = {}
        for name in epubs:
            try:
                yield from _parts(self._folder / name, parts, self._limits)
            except BookError as error:
                yield Finding(id="part.unreadable", file=name, expected="an EPUB", found=error.message)
        if parts:
            yield from printed.in_epub(", ".join(epubs), articles, parts)
        book = ""
        pdfs = [name for name in files if name.endswith(".pdf")]
        for name in pdfs:
            try:
                book += words(self._folder / name, self._limits)
            except BookError as error:
                yield Finding(id="part.unreadable", file=name, field="pages", expected="a PDF", found=error.message)
        if book:
            yield from printed.in_pdf(", ".join(pdfs), articles, book)


def _report(folder: Path, name: str) -> tuple[Report | None, list[Finding]]:
    """The report, if it can be read, and what is wrong with it."""
    try:
        data = (folder / name).read_bytes()
        report = reports.decode(data)
    except (BookError, OSError) as error:
        return None, [Finding(id="report.unreadable", file=name, expected="a report", found=str(error))]
    if report.schema != reports.SCHEMA or any(output.file != Path(output.file).name for output in report.outputs):
        return None, [Finding(id="report.unreadable", file=name, field="schema", expected=reports.SCHEMA, found=report.schema)]
    try:
        checked(report.settings)
    except UsageError as error:
        return None, [Finding(id="report.unreadable", file=name, field="settings", expected="settings", found=str(error))]
    if not reports.is_sealed(data):
        return report, [Finding(id="report.damaged", file=name, field="digest", expected="a report as it was written")]
    return report, []


def _hashed(folder: Path, output: Output) -> Iterator[Finding]:
    """A finding for each run of blocks in which an output is not what was written."""
    path = folder / output.file
    try:
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, "not a file")
        now = reports.output(output.file, sums.of(path), ())
    except OSError as error:
        yield Finding(id="output.missing", file=output.file, expected="a file", found=error.strerror)
        return
    if now.sha256 == output.sha256 and now.size == output.size:
        return
    if now.size != output.size:
        yield Finding(id="output.damaged", file=output.file, field="size", expected=str(output.size), found=str(now.size))
    runs = list(_bad(output.checks, now.checks, output.size))
    parts = _located(path, path.read_bytes()) if runs and now.size <= 2 * output.size else []
    for start, end in runs:
        field = f"bytes {start}–{end}{_inside(parts, start, end)}"
        yield Finding(id="output.damaged", file=output.file, field=field, expected="as it was written")
    if not runs:
        yield Finding(id="output.damaged", file=output.file, field="sha256", expected=output.sha256, found=now.sha256)


def _bad(expected: str, found: str, size: int) -> Iterator[tuple[int, int]]:
    """Runs of blocks that are not as they were written, as half-open ranges of bytes."""
    bad = [at // 8 for at in range(0, len(expected), 8) if expected[at : at + 8] != found[at : at + 8]]
    for _, group in groupby(enumerate(bad), key=lambda pair: pair[1] - pair[0]):
        run = [at for _, at in group]
        yield run[0] * sums.BLOCK, min((run[-1] + 1) * sums.BLOCK, size)


def _located(path: Path, data: bytes) -> list[tuple[int, str]]:
    """The parts of an EPUB or a PDF with the bytes they begin at, as far as they can still be made out."""
    if path.suffix == ".pdf":
        return [(match.start(), f"object {int(match[1])}") for match in _OBJECT.finditer(data)]
    if path.suffix != ".epub":
        return []
    try:
        with zipfile.ZipFile(path) as book:
            parts = sorted((info.header_offset, info.filename) for info in book.infolist())
            return [*parts, (book.start_dir, "the directory")]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []


def _inside(parts: list[tuple[int, str]], start: int, end: int) -> str:
    """The names of the parts that lie in a range, for a person."""
    ends = [at for at, _ in parts[1:]] + [end] * bool(parts)
    named = [name for (at, name), last in zip(parts, ends, strict=True) if at < end and last > start]
    return f" ({named[0]} … {named[-1]})" if len(named) > 3 else f" ({', '.join(named)})" if named else ""


def _parts(path: Path, parts: dict[str, bytes], limits: Limits) -> Iterator[Finding]:
    """Collect the files of an EPUB; a finding for each that cannot be read."""
    for name, data in members(path, limits):
        if isinstance(data, BookError):
            yield Finding(id="part.unreadable", file=path.name, field=name, expected="a file", found=data.message)
            continue
        parts[name] = data if name.endswith(".xhtml") else b""


def _agrees(file: str, field: str, expected: str, found: str) -> Iterator[Finding]:
    if expected != found:
        yield Finding(id="report.differs", file=file, field=field, expected=expected[:200], found=found[:200])


def _listed(report: Report) -> list[str]:
    return [article for source in report.sources for article in source.articles]


def describe(verification: Verification, folder: str) -> str:
    """Every finding on a line for a person, and one line more; that alone when all is well."""
    counts = [f"{verification.outputs} outputs", f"{verification.articles} articles"]
    counts += [f"{verification.sources} sources read again"] if verification.sources is not None else []
    number = len(verification.findings)
    end = f"{number} finding{'s' * (number != 1)}" if number else "all is well"
    return "\n".join([*map(str, verification.findings), f"{folder}: {', '.join(counts)}: {end}"])


def encode(verification: Verification) -> str:
    """What was checked and found, as JSON on several lines."""
    return msgspec.json.format(msgspec.json.encode(verification), indent=2).decode()
