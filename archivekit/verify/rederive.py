"""Rederive: the sources read again, and every record they give held against the archive's, field by field, span by span."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from .. import report as reports
from ..corpus.walk import STDIN, find, locate
from ..limits import Limits
from ..model import Article, Code, CodeBlock, Embed, Image, Span, Text, walk
from ..readings import Reading, read_tree
from ..report import Document, Duplicate, Quarantined, Report
from ..source import Source
from ..version import __version__
from .findings import Finding, cut, differences

_Entry = Document | Quarantined | Duplicate
"""What a report says of a file that was read."""

_PLACES = (".at", ".span", ".span.0", ".span.1")


def rederived(report: Report, articles: Sequence[Article], root: Path, store: Path | None, limits: Limits) -> Iterator[Finding]:
    """What does not follow from the sources below ``root``, with the images in ``store``; exactly the files the report
    names are read, one after the other, and those only below ``root``. The report's own limits hold where they are lower
    than ``limits``."""
    settings = msgspec.structs.replace(report.settings, limits=report.settings.limits.within(limits))
    known = {found.path: found for found in find([root], limits=limits).documents}
    there: dict[str, Path] = {}
    expected: defaultdict[str, list[_Entry]] = defaultdict(list)
    entries: tuple[_Entry, ...] = (*report.sources, *report.quarantined, *report.duplicates)
    for entry in entries:
        expected[entry.path].append(entry)
    for path in expected:
        file = known[path].file if path in known else locate(root, path)
        if path != STDIN and file is not None:
            there[path] = file
        else:
            yield Finding(id="source.missing", file=path, expected="a file", found="none")
    if not there:
        return
    by_id = {article.id: article for article in articles}
    for reading in read_tree([*there.values()], root=root, settings=settings, store=store, keep_text=True):
        for entry in expected[reading.path] if reading.path in there else ():
            if isinstance(entry, Document):
                yield from _source(entry, [by_id[id] for id in entry.articles if id in by_id], reading)
            elif isinstance(entry, Quarantined):
                yield from _still_bad(entry, reading, there[reading.path], settings.limits)
            else:
                yield from _same_bytes(entry, reading)


def _still_bad(entry: Quarantined, reading: Reading, file: Path, limits: Limits) -> Iterator[Finding]:
    """What has become of a file that could not be read, or of a line that is no record."""
    now: Quarantined | None = None
    if reading.error is not None:
        now = reports.quarantined(entry.path, reading.error, file, limits)
    elif reading.source is not None:
        damaged = reports.damaged(reports.document(reading.source, (), reading.damaged))
        now = next((one for one in damaged if one.offset == entry.offset), None)
    if now is None:
        yield Finding(
            id="quarantine.differs", file=entry.path, expected=f"{entry.error}: {entry.reason}", found="it can be read"
        )
        return
    if now.sha256 != entry.sha256:
        yield Finding(id="source.changed", file=entry.path, field="sha256", expected=entry.sha256, found=now.sha256)
    elif now != entry:
        known = [
            f"{one.error}: {one.reason}" + (f" (byte {one.offset})" if one.offset is not None else "") for one in (entry, now)
        ]
        yield Finding(id="quarantine.differs", file=entry.path, expected=cut(known[0]), found=cut(known[1]))


def _source(source: Document, expected: list[Article], reading: Reading) -> Iterator[Finding]:
    if reading.text is None:
        yield Finding(id="source.unreadable", file=source.path, expected="a document", found=str(reading.error))
        return
    changed = list(_same_bytes(source, reading))
    yield from changed
    if len(reading.articles) != len(expected):
        counts = (str(len(expected)), str(len(reading.articles)))
        yield Finding(id="source.articles", file=source.path, field="articles", expected=counts[0], found=counts[1])
    for record, derived in zip(expected, reading.articles, strict=False):
        yield from _record(record, derived, reading.text, changed=bool(changed))


def _record(record: Article, derived: Article, source: Source, *, changed: bool) -> Iterator[Finding]:
    """Where a record is not what its source gives now; a changed source is told once, and places in it do not count."""
    path = record.provenance.source.path
    but = () if record.provenance.version == __version__ else ("provenance.version",)
    if changed:
        but = (*but, "id", "provenance.source.sha256", "provenance.source.size")
    for finding in differences("record.not-derived", path, derived, record, but=but):
        if not changed:
            yield finding
        elif not (finding.field or "").endswith(_PLACES):
            yield Finding(
                id="record.not-derived",
                file=path,
                article=record.id,
                field=finding.field,
                expected=finding.expected,
                found=finding.found,
            )
    if source.sha256 == record.provenance.source.sha256:
        yield from _spans(record, source)


def _spans(record: Article, source: Source) -> Iterator[Finding]:
    """Every span against the bytes: evidence has their text, nothing lies outside of the file."""
    made, data = record.provenance, source.data
    for field, evidence in made.evidence.items():
        span = evidence.span
        if span is not None and not (_within(span, data) and source.quotes(span, evidence.raw)):
            text = data[span.start : span.end].decode(source.encoding, "replace")
            yield _misplaced(record, f"provenance.evidence.{field}", evidence.raw, text)
    for at, removal in enumerate(made.removals):
        if not _within(removal.span, data):
            yield _misplaced(record, f"provenance.removals.{at}.span", f"0:{len(data)}", str(removal.span))
    for at, block in enumerate(record.body):
        for node in walk((block,)):
            place = node.at if isinstance(node, Text | Code | CodeBlock | Image | Embed) else ""
            if place and not _within(Span.parse(place), data):
                yield _misplaced(record, f"body.{at}", f"0:{len(data)}", place)


def _within(span: Span, data: bytes) -> bool:
    return 0 <= span.start <= span.end <= len(data)


def _misplaced(record: Article, field: str, expected: str, found: str) -> Finding:
    path = record.provenance.source.path
    return Finding(id="span.differs", file=path, article=record.id, field=field, expected=cut(expected), found=cut(found))


def _same_bytes(entry: Document | Duplicate, reading: Reading) -> Iterator[Finding]:
    found = reading.text.sha256 if reading.text is not None else None
    if found != entry.sha256:
        yield Finding(id="source.changed", file=entry.path, field="sha256", expected=entry.sha256, found=found)
