"""Walk: which files are documents, in an order that depends on their names alone."""

from __future__ import annotations

import glob
import os
import re
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from .config import FILE_NAME
from .errors import ChangedSourceError, SourceTooLargeError, UnreadableSourceError, UsageError
from .source import MAX_BYTES

EXTENSIONS = frozenset({"txt", "text", "md", "markdown", "html", "htm", "xhtml"})
"""What the name of a document may end in, if it ends in anything."""

MAX_ARCHIVE = 1024 * 1024 * 1024
"""The size limit of a JSON Lines archive, in bytes, which holds many documents."""

RECORD = b'{"schema":"archivekit/'
"""How an archive of records begins."""

STDIN = "-"
_ATTEMPTS = 3
"""How often a file is read that changes while it is read."""
_EXTENSION = re.compile(r"\.(?=[0-9]*[A-Za-z])([A-Za-z0-9]{1,9})$")


class Found(msgspec.Struct, frozen=True):
    """One document to read: ``path`` for people and records, ``file`` on disk (None is standard input)."""

    path: str
    """Relative to the root, forward slashes, bytes that are not UTF-8 as ``\\xNN``."""
    file: Path | None


class Skipped(msgspec.Struct, frozen=True):
    """A file inside a folder that was read which is not a document, and why."""

    path: str
    reason: Literal["extension", "link", "special", "unreadable-folder"]


class Walk(msgspec.Struct, frozen=True):
    """Everything that was found. ``root`` is the folder record paths are relative to; None when only stdin is read."""

    root: Path | None
    documents: tuple[Found, ...]
    skipped: tuple[Skipped, ...] = ()
    folders: tuple[str, ...] = ()
    """Real paths of the folders that were named."""


def find(paths: Sequence[str | Path], *, root: Path | None = None) -> Walk:
    """The documents named by files, folders, globs and ``-``, each once, sorted by path.

    A file that is named is a document whatever it is called; inside a folder, those are whose names end in
    ``EXTENSIONS`` or in nothing. Hidden files, and links that lead out of the folder, are passed over. Without
    ``root``, paths are relative to the deepest folder that holds everything named. Raises UsageError for a path
    that does not exist or is not below ``root``.
    """
    named = [_absolute(path) for path in _expand(paths)]
    base = _root(named, root)
    documents: dict[str, Found] = {}
    skipped: dict[str, Skipped] = {}
    if any(str(path) == STDIN for path in paths):
        documents[""] = Found(STDIN, None)
    for path in named:
        assert base is not None
        if path.is_dir():
            for file, reason in _below(path):
                shown = display(file.relative_to(base))
                if reason is None:
                    documents.setdefault(os.path.realpath(file), Found(shown, file))
                else:
                    skipped[shown] = Skipped(shown, reason)
        else:
            documents.setdefault(os.path.realpath(path), Found(display(path.relative_to(base)), path))
    return Walk(
        base,
        tuple(sorted(documents.values(), key=lambda found: _parts(found.path))),
        tuple(sorted(skipped.values(), key=lambda entry: _parts(entry.path))),
        tuple(os.path.realpath(path) for path in named if path.is_dir()),
    )


def display(path: Path) -> str:
    """A path for people and records: forward slashes, valid Unicode whatever the bytes of the name."""
    text = path.as_posix()
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


def read_bytes(found: Found, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of a document, all of one moment; raises SourceTooLargeError before reading more than ``max_bytes``, or
    ``MAX_ARCHIVE`` of our own JSON Lines, UnreadableSourceError, and ChangedSourceError for a file that something else
    keeps writing to."""
    if found.file is None:
        return sys.stdin.buffer.read(max_bytes + 1)
    for _ in range(_ATTEMPTS):
        try:
            with found.file.open("rb") as stream:
                before = os.fstat(stream.fileno())
                data = stream.read(len(RECORD))
                limit = max(MAX_ARCHIVE, max_bytes) if data == RECORD else max_bytes
                data += stream.read(limit + 1) if before.st_size <= limit else b""
                after = os.fstat(stream.fileno())
        except OSError as error:
            raise UnreadableSourceError(error.strerror or str(error), path=found.path) from None
        size = max(before.st_size, len(data))
        if size > limit:
            raise SourceTooLargeError(f"{size} bytes, the limit is {limit}", path=found.path)
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            return data
    raise ChangedSourceError("something else is writing to the file", path=found.path)


def _absolute(path: str | Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - ".." goes, links on the way stay as they were given


def _parts(path: str) -> list[str]:
    return path.split("/")


def _expand(paths: Sequence[str | Path]) -> Iterator[Path]:
    """The files and folders that are named; a pattern is expanded unless a file has exactly that name."""
    for path in paths:
        if str(path) == STDIN:
            continue
        if os.path.lexists(path):
            yield Path(path)
            continue
        pattern = str(path)
        matches = sorted(glob.glob(pattern, recursive=True)) if glob.has_magic(pattern) else []  # noqa: PTH207 - may be absolute
        if not matches:
            raise UsageError("no such file or folder", path=display(Path(path)))
        yield from map(Path, matches)


def _root(named: Sequence[Path], root: Path | None) -> Path | None:
    """The folder that record paths are relative to."""
    if root is None:
        folders = [str(path if path.is_dir() else path.parent) for path in named]
        return Path(os.path.commonpath(folders)) if folders else None
    base = _absolute(root)
    if not base.is_dir():
        raise UsageError("the root is not a folder", path=display(root))
    for path in named:
        if path != base and base not in path.parents:
            raise UsageError(f"not below the root {display(base)}", path=display(path))
    return base


def _below(folder: Path) -> Iterator[tuple[Path, Literal["extension", "link", "special", "unreadable-folder"] | None]]:
    """The files in a folder with why each is not a document (None: it is one); links come last."""
    links: list[Path] = []
    real = os.path.realpath(folder)
    pending = [folder]
    while pending:
        current = pending.pop()
        try:
            entries = sorted(current.iterdir())
        except OSError:
            yield current, "unreadable-folder"
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.name == FILE_NAME:
                continue
            mode = entry.lstat().st_mode
            if stat.S_ISDIR(mode):
                pending.append(entry)
            elif stat.S_ISLNK(mode):
                links.append(entry)
            elif not stat.S_ISREG(mode):
                yield entry, "special"
            else:
                yield entry, None if is_document(entry.name) else "extension"
    for link in links:
        inside = os.path.realpath(link).startswith(real + os.sep) and link.is_file()
        yield link, "link" if not inside else None if is_document(link.name) else "extension"


def is_document(name: str) -> bool:
    """Whether a file in a folder is read: its name ends in one of ``EXTENSIONS``, or in no extension at all."""
    match = _EXTENSION.search(name)
    return match is None or match[1].lower() in EXTENSIONS
