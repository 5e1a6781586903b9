"""Report: what a build read, what it could not read and why, and what it wrote. It says nothing of when or where."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from math import inf
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from .config import Settings
from .corpus.walk import Skipped
from .errors import ArchiveKitError, BookError, RecordError, SourceTooLargeError
from .files import remote, sums
from .files.sums import Sums
from .limits import Limits
from .model import Article, Notice, SourceInfo
from .version import __version__

_T = TypeVar("_T")

SCHEMA = "archivekit/report/1"

SUFFIX = ".report.json"
"""How the name of a report ends, after the name of the archive."""

_DIGEST = re.compile(rb'\n  "digest": "([0-9a-f]{64})"\n}\n\Z')
_EMPTY = b'\n  "digest": ""'

_END = 1 << 20
"""Bytes at the end of a report that are looked at first for its outputs."""


class Damaged(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a file of records that is none, and why."""

    reason: str
    offset: int


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A source that was read."""

    path: str
    sha256: str
    size: int
    """In bytes."""
    encoding: str
    reader: str
    profile: str | None
    articles: tuple[str, ...]
    """The ids of the records it gave, in their order in the source."""
    notices: tuple[Notice, ...]
    """Of all its articles."""
    damaged: tuple[Damaged, ...] = ()
    """What in it is no record, while the rest are; each is among the quarantined, too."""


class Quarantined(msgspec.Struct, frozen=True, kw_only=True):
    """A source that could not be read, or a line of a file of records, and why."""

    path: str
    error: str
    """The name of the exception's class, see ``archivekit.errors``."""
    reason: str
    offset: int | None
    """The byte at which reading failed, when that is known."""
    sha256: str | None = None
    """Of the file; None where the operating system would not give it, for more bytes than the limit, and for what is no
    file, such as standard input."""


class Duplicate(msgspec.Struct, frozen=True, kw_only=True):
    """A source with the very bytes of one that was read before it; its articles are in the archive once."""

    path: str
    same_as: str
    sha256: str


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was written."""

    file: str
    """Its name in the output folder."""
    size: int
    sha256: str
    checks: str = ""
    """CRC-32 of each :data:`.sums.BLOCK` bytes, eight hexadecimal digits each: where in a damaged file the damage is."""
    notices: tuple[Notice, ...] = ()
    """What the writer could not print as it was."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What ``build`` returns and ``NAME.report.json`` holds; ``encode`` gives the bytes of that file."""

    schema: str = SCHEMA
    version: str = __version__
    """Of archivekit."""
    identifier: str
    title: str
    settings: Settings
    articles: int
    """How many records are in the archive."""
    sources: Sequence[Document]
    quarantined: Sequence[Quarantined]
    duplicates: Sequence[Duplicate]
    skipped: Sequence[Skipped]
    """Files in the folders that are not documents; images that articles use are in the outputs all the same."""
    outputs: tuple[Output, ...]
    digest: str = ""
    """The sha256 of this report's bytes with an empty digest, so that damage to it shows, too."""

    @property
    def exit_code(self) -> int:
        """0 when all is well, 3 when some files are quarantined."""
        return 3 if self.quarantined else 0


def names(name: str) -> re.Pattern[str]:
    """What the outputs of an archive of this name are called, in whatever number and formats; its report is none of them."""
    return re.compile(rf"{re.escape(name)}((-[0-9]+)?\.(epub|pdf|jsonl)|\.parquet|-[0-9]{{5}}-of-[0-9]{{5}}\.jsonl\.zst)")


def document(source: SourceInfo, articles: Sequence[Article], damaged: Iterable[RecordError] = ()) -> Document:
    """What the report says of a source that was read; ``articles`` are those it gave, ``damaged`` what else is in it."""
    return Document(
        path=source.path,
        sha256=source.sha256,
        size=source.size,
        encoding=source.encoding,
        reader=articles[0].provenance.reader if articles else "",
        profile=articles[0].provenance.profile if articles else None,
        articles=tuple(article.id for article in articles),
        notices=tuple(dict.fromkeys(notice for article in articles for notice in article.provenance.notices)),
        damaged=tuple(Damaged(reason=error.message, offset=error.offset or 0) for error in damaged),
    )


def damaged(source: Document) -> Iterator[Quarantined]:
    """What the report says of each line of a source that is no record."""
    for one in source.damaged:
        error = RecordError.__name__
        yield Quarantined(path=source.path, error=error, reason=one.reason, offset=one.offset, sha256=source.sha256)


def quarantined(path: str, error: ArchiveKitError, file: Path | str | None, limits: Limits) -> Quarantined:
    """What the report says of a source that could not be read; ``file`` is where it is, or its address. It is hashed only
    within the ``limits`` that held when it was read."""
    most = limits.document_bytes if isinstance(error, SourceTooLargeError) else max(limits.document_bytes, limits.records_bytes)
    digest = remote.sha256(file, most) if isinstance(file, str) else sha256(file, most) if file is not None else None
    return Quarantined(path=path, error=type(error).__name__, reason=error.message, offset=error.offset, sha256=digest)


def sha256(file: Path, most: float = inf) -> str | None:
    """Of a file's bytes; None when the operating system does not give them, for a pipe or a device, which may give them once
    or for ever, and for a file of more than ``most`` bytes, which is not read."""
    try:
        known = file.stat()
        if not stat.S_ISREG(known.st_mode) or known.st_size > most:
            return None
        with file.open("rb") as stream:
            return sums.sha256(stream, most)
    except OSError:
        return None


def output(name: str, sums: Sums, notices: tuple[Notice, ...]) -> Output:
    """What the report says of a file that is about to be called ``name``."""
    return Output(file=name, size=sums.size, sha256=sums.sha256, checks=sums.checks, notices=notices)


def is_sealed(data: bytes) -> bool:
    """Whether the bytes of a report, of whatever version of archivekit, are as they were written."""
    match = _DIGEST.search(data)
    if match is None:
        return False
    empty = data[: match.start(1)] + data[match.end(1) :]
    return hashlib.sha256(empty).hexdigest().encode() == match[1]


def encode(report: Report) -> bytes:
    """A report as ``NAME.report.json`` holds it: indented JSON with the report's own digest."""
    out = BytesIO()
    _sealed(report, out)
    return out.getvalue()


def write(report: Report, target: Path) -> Report:
    """Write a report piece by piece, as ``encode`` has it, and give it with its own digest."""
    with target.open("wb") as out:
        return msgspec.structs.replace(report, digest=_sealed(report, out))


def _sealed(report: Report, out: BinaryIO) -> str:
    """Write a report to a stream, the same bytes for the same report, and give its digest."""
    digest, last = hashlib.sha256(), b""
    for part in _parts(msgspec.structs.replace(report, digest="")):
        digest.update(part)
        out.write(last)
        last = part
    before, mark, after = last.rpartition(_EMPTY)
    sealed = digest.hexdigest()
    out.write(before + mark.replace(b'""', f'"{sealed}"'.encode()) + after)
    return sealed


def _parts(report: Report) -> Iterator[bytes]:
    """The bytes of a report, an entry of its long lists at a time."""
    lists = ("sources", "quarantined", "duplicates", "skipped")
    rest = _indented(msgspec.structs.replace(report, **dict.fromkeys(lists, ()))) + b"\n"
    for name in lists:
        entries: Sequence[msgspec.Struct] = getattr(report, name)
        before, mark, rest = rest.partition(f'\n  "{name}": []'.encode())
        yield before + mark.removesuffix(b"]")
        for at, entry in enumerate(entries):
            yield (b",\n    " if at else b"\n    ") + _indented(entry).replace(b"\n", b"\n    ")
        yield b"\n  ]" if len(entries) else b"]"
    yield rest


def _indented(struct: msgspec.Struct) -> bytes:
    return msgspec.json.format(msgspec.json.encode(struct, order="deterministic"), indent=2)


class _Outputs(msgspec.Struct, frozen=True):
    """What of a report is looked at when the next one is made."""

    outputs: tuple[Output, ...] = ()


def outputs(file: Path) -> tuple[Output, ...]:
    """The outputs that a report names; its lists of sources, which are long, are not read. Raises BookError and OSError."""
    with file.open("rb") as stream:
        return _decoded(b"{" + _tail(stream, b'\n  "outputs": '), _Outputs).outputs


def _tail(stream: BinaryIO, mark: bytes) -> bytes:
    """A file's end, from the last ``mark`` on; all of the file where there is none."""
    size, step = stream.seek(0, os.SEEK_END), _END
    while True:
        stream.seek(max(0, size - step))
        data = stream.read()
        if mark in data or step >= size:
            return data[max(0, data.rfind(mark)) :]
        step *= 4


def decode(data: bytes) -> Report:
    """Read a report strictly; raises BookError."""
    return _decoded(data, Report)


def _decoded(data: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BookError(f"is not a report: {error}") from None
