"""Extract: the records a book of archivekit's holds, out of an EPUB, a PDF or JSON Lines, as the bytes that went in."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from . import pdf_contents
from .errors import BookError

ARCHIVE = "EPUB/archive.jsonl"
"""Where the records are in an EPUB."""

MAX_BYTES = 2**31
"""A part of a book with more bytes is not unpacked."""

_IMAGE = re.compile(r"EPUB/images/([0-9a-f]{64})\.(jpg|png|gif|webp|svg)")
_ERRORS = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, OSError, RuntimeError, NotImplementedError)
"""What a ZIP file that is not as it was written makes zipfile raise."""


class Picture(NamedTuple):
    """An image of a book: the sha256 it is named by, its file's suffix, its bytes."""

    sha256: str
    suffix: str
    data: bytes


def extract(book: str | Path) -> bytes:
    """The records in a book, one JSON object a line: the bytes of ``NAME.jsonl``. What the bytes say decides the kind.

    Raises BookError when the file cannot be read, is no book of archivekit's, or is damaged where the records are.
    """
    path = Path(book)
    kind = kind_of(path)
    if kind == "pdf":
        return pdf_contents.records(path)
    return member(path, ARCHIVE) if kind == "epub" else path.read_bytes()


def kind_of(path: Path) -> str:
    """``epub``, ``pdf`` or ``jsonl``; raises BookError for anything else."""
    try:
        with path.open("rb") as stream:
            head = stream.read(1024)
    except OSError as error:
        raise BookError(error.strerror or str(error), path=str(path)) from None
    if head.startswith(b"PK\x03\x04"):
        return "epub"
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b'{"schema":'):
        return "jsonl"
    raise BookError("is neither an EPUB nor a PDF nor JSON Lines of archivekit's", path=str(path))


def member(path: Path, name: str) -> bytes:
    """One file of an EPUB; raises BookError."""
    try:
        with zipfile.ZipFile(path) as book:
            return _read(book, name)
    except _ERRORS as error:
        raise BookError(f"{name} cannot be read: {_said(error)}", path=path.name) from None


def members(path: Path) -> Iterator[tuple[str, bytes | BookError]]:
    """Every file of an EPUB by its path in it, or why it cannot be read; raises BookError when none can be."""
    try:
        with zipfile.ZipFile(path) as book:
            for name in book.namelist():
                try:
                    yield name, _read(book, name)
                except _ERRORS as error:
                    yield name, BookError(f"{name} cannot be read: {_said(error)}", path=path.name)
    except _ERRORS as error:
        raise BookError(f"cannot be read as an EPUB: {_said(error)}", path=path.name) from None


def pictures(path: Path) -> Iterator[Picture]:
    """The images of an EPUB; raises BookError. They are not checked against the hash that names them."""
    for name, data in members(path):
        if match := _IMAGE.fullmatch(name):
            if isinstance(data, BookError):
                raise data
            yield Picture(match[1], match[2], data)


def _read(book: zipfile.ZipFile, name: str) -> bytes:
    if book.getinfo(name).file_size > MAX_BYTES:
        raise ValueError(f"it claims to have {book.getinfo(name).file_size} bytes, the limit is {MAX_BYTES}")
    with book.open(name) as stream:
        return stream.read()


def _said(error: BaseException) -> str:
    return " ".join(str(error).split()).strip("'\"")[:200] or type(error).__name__
