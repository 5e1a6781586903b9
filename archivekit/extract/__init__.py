"""Extract: the records an output of archivekit's holds, whatever its format, as the bytes that went in."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..errors import BookError, BookTooLargeError, SourceTooLargeError, UnreadableSourceError, UsageError
from ..files import compressed
from ..files.paths import AnyPath, as_path
from ..limits import DEFAULT, Limits, ambient, over
from . import pdf as pdf_contents

ARCHIVE = "EPUB/archive.jsonl"
"""Where the records are in an EPUB."""

_PIECE = 1024 * 1024
"""Bytes that are unpacked at a time: a compressed stream may give more than it says."""

_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How an EPUB may be packed (OCF 3.3, 4.3)."""

_IMAGE = re.compile(r"EPUB/images/([0-9a-f]{64})\.(jpg|png|gif|webp|svg)")
_ERRORS = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, OSError, RuntimeError, NotImplementedError)
"""What a ZIP file that is not as it was written makes zipfile raise."""


class Picture(NamedTuple):
    """An image of a book: the sha256 it is named by, its file's suffix, its bytes."""

    sha256: str
    suffix: str
    data: bytes


def extract(book: AnyPath, limits: Limits | None = None) -> bytes:
    """The records in a book, one JSON object a line: the bytes of ``NAME.jsonl``. What the bytes say decides the kind.

    Raises UsageError when there is no such file, BookError when it cannot be read, is no book of archivekit's, is damaged where
    the records are, or (as BookTooLargeError) unpacks to more than the limits, by default the ``ambient`` ones.
    """
    path, most = as_path(book), limits or ambient()
    if not path.exists():
        raise UsageError("no such file", path=str(path))
    kind = kind_of(path)
    if kind == "parquet":
        from .. import columns

        return columns.records(path, most)
    if kind == "jsonl.zst":
        return _unpacked(path, most)
    if kind == "pdf":
        return pdf_contents.records(path, most)
    if kind == "epub":
        return member(path, ARCHIVE, most)
    if (size := path.stat().st_size) > most.records_bytes:
        raise BookTooLargeError(f"{size} bytes, {over('records_bytes', most.records_bytes)}", path=path.name)
    return path.read_bytes()


def kind_of(path: Path) -> str:
    """The format of a file, as ``build --format`` calls it; raises BookError for one that is of none."""
    try:
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise BookError("is not a file", path=str(path))
        with path.open("rb") as stream:
            head = stream.read(1024)
    except OSError as error:
        raise BookError(error.strerror or str(error), path=str(path)) from None
    if head.startswith(b"PK\x03\x04"):
        return "epub"
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(compressed.MAGIC):
        return "jsonl.zst"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b'{"schema":'):
        return "jsonl"
    raise BookError("is neither an EPUB nor a PDF nor JSON Lines of archivekit's", path=str(path))


def _unpacked(path: Path, limits: Limits) -> bytes:
    """The bytes of a file that is compressed."""
    try:
        with path.open("rb") as stream:
            return compressed.unpacked(b"", stream, path.name, limits)
    except SourceTooLargeError as error:
        raise BookTooLargeError(error.message, path=path.name) from None
    except (OSError, UnreadableSourceError) as error:
        raise BookError(getattr(error, "message", str(error)), path=path.name) from None


def member(path: Path, name: str, limits: Limits = DEFAULT) -> bytes:
    """One file of an EPUB; raises BookError."""
    try:
        with zipfile.ZipFile(path) as book:
            _check_size(book, path, limits)
            return _read(book, name)
    except _ERRORS as error:
        raise BookError(f"{name} cannot be read: {_said(error)}", path=path.name) from None


def members(path: Path, limits: Limits = DEFAULT) -> Iterator[tuple[str, bytes | BookError]]:
    """Every file of an EPUB by its path in it, or why it cannot be read; raises BookError when none can be."""
    if not path.is_file():
        raise BookError("is not a file", path=path.name)
    try:
        with zipfile.ZipFile(path) as book:
            _check_size(book, path, limits)
            for name in book.namelist():
                try:
                    yield name, _read(book, name)
                except _ERRORS as error:
                    yield name, BookError(f"{name} cannot be read: {_said(error)}", path=path.name)
    except _ERRORS as error:
        raise BookError(f"cannot be read as an EPUB: {_said(error)}", path=path.name) from None


def pictures(book: AnyPath, limits: Limits | None = None) -> Iterator[Picture]:
    """The images of an EPUB; raises BookError. They are not checked against the hash that names them."""
    for name, data in members(as_path(book), limits or ambient()):
        if match := _IMAGE.fullmatch(name):
            if isinstance(data, BookError):
                raise data
            yield Picture(match[1], match[2], data)


def _check_size(book: zipfile.ZipFile, path: Path, limits: Limits) -> None:
    """Raise BookTooLargeError for what claims to unpack to more than the limit; files may overlap, so each one counts."""
    size = sum(info.file_size for info in book.infolist())
    if size > limits.book_bytes:
        raise BookTooLargeError(f"unpacks to {size} bytes, {over('book_bytes', limits.book_bytes)}", path=path.name)


def _read(book: zipfile.ZipFile, name: str) -> bytes:
    """No more than the file claims to have, which was checked: zipfile stops there, and checks the sum of what it read."""
    if book.getinfo(name).compress_type not in _KINDS:
        raise ValueError("it is packed in a way no EPUB is")
    with book.open(name) as stream:
        return b"".join(iter(lambda: stream.read(_PIECE), b""))


def _said(error: BaseException) -> str:
    return " ".join(str(error).split()).strip("'\"")[:200] or type(error).__name__
