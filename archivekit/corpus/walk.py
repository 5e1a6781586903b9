"""Walk: which files are documents, in an order that depends on their names alone."""

from __future__ import annotations

import glob
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import takewhile
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from ..config import FILE_NAME
from ..errors import ChangedSourceError, TooManyFilesError, UnreadableSourceError, UsageError
from ..files import compressed, remote
from ..files.packed import Packed
from ..files.within import Real, beneath, is_below, is_within
from ..limits import DEFAULT, Limits, over
from ..source import RECORD, checked_size

EXTENSIONS = frozenset({"txt", "text", "md", "markdown", "html", "htm", "xhtml"})
"""What the name of a document may end in, if it ends in anything."""

STDIN = "-"
_MORE = 1 << 20
"""Bytes that are asked for at once, at least, of a file that is longer than was said."""
_ATTEMPTS = 3
"""How often a file is read that changes while it is read."""
_EXTENSION = re.compile(r"\.(?=[0-9]*[A-Za-z])([A-Za-z0-9]{1,9})$")


class Found(msgspec.Struct, frozen=True, array_like=True):
    """One document to read: ``path`` for people and records, ``file`` on disk or ``address``; neither is standard input."""

    path: str
    """Relative to the root, forward slashes, bytes that are not UTF-8 as ``\\xNN``."""
    name: bytes = b""
    """Of the file, as the system has it."""
    address: str = ""
    """Of a document that is not on this machine; see :mod:`archivekit.files.remote`."""
    once: bool = False
    """Whether it is a pipe or a device."""

    @property
    def file(self) -> Path | None:
        """Where it is, if that is a file of this machine."""
        return Path(os.fsdecode(self.name)) if self.name else None

    @property
    def is_piped(self) -> bool:
        """Whether it is standard input, a pipe or a device, which only this process can read, and only once."""
        return self.once or (not self.name and not self.address)


class Skipped(msgspec.Struct, frozen=True):
    """A file inside a folder that was read which is not a document, and why."""

    path: str
    reason: Literal["extension", "link", "special"]


class Walk(msgspec.Struct, frozen=True):
    """Everything that was found. ``root`` is the folder record paths are relative to; None when only stdin is read."""

    root: Path | None
    documents: Sequence[Found]
    skipped: tuple[Skipped, ...] = ()
    folders: tuple[str, ...] = ()
    """Real paths of the folders that were named."""
    address: str = ""
    """The address that record paths are relative to, where there is no ``root``."""

    @property
    def is_piped(self) -> bool:
        """Whether standard input or a pipe is among the documents, so that all are read in this process."""
        return any(found.is_piped for found in self.documents)


def find(paths: Sequence[str | Path], *, root: Path | None = None, limits: Limits = DEFAULT) -> Walk:
    """The documents named by files, folders, globs, addresses and ``-``, each once, sorted by path.

    A file that is named is a document whatever it is called; inside a folder, those are whose names end in
    ``EXTENSIONS`` or in nothing. Hidden files, and links that lead out of the folder, are passed over. Without
    ``root``, paths are relative to the deepest folder that holds everything named. Raises UsageError for a path
    that does not exist or is not below ``root``, TooManyFilesError for more files than the limit.
    """
    if any(remote.address_of(path) for path in paths):
        return _behind(paths, root, limits)
    matched = [(_absolute(path), reason) for path, reason in _expand(paths)]
    named = [path for path, reason in matched if reason is None]
    base = _root(named, root)
    documents: dict[bytes, Found] = {}
    skipped: dict[str, Skipped] = {}
    real = Real()
    if any(str(path) == STDIN for path in paths):
        documents[b""] = Found(STDIN)
    top = len(beneath(str(base)))
    for path in named:
        if path.is_dir():
            for file, reason in _below(str(path)):
                if len(documents) + len(skipped) >= limits.files:
                    raise TooManyFilesError(
                        f"more than {limits.files} files, {over('files', limits.files)}", path=display(path)
                    )
                shown = display(file[top:])
                if reason is None:
                    _add(documents, shown, file, real)
                else:
                    skipped[shown] = Skipped(shown, reason)
        else:
            _add(documents, display(str(path)[top:]), str(path), real, once=_is_read_once(path))
    for path, reason in matched:
        if reason is not None:
            shown = display(str(path).removeprefix(beneath(str(base))))
            skipped[shown] = Skipped(shown, reason)
    return Walk(
        base,
        _sorted(documents.values()),
        tuple(sorted(skipped.values(), key=_place)),
        tuple(os.path.realpath(path) for path in named if path.is_dir()),
    )


def _add(documents: dict[bytes, Found], shown: str, file: str, real: Real, *, once: bool = False) -> None:
    """Put a file among the documents, unless it is there under another name."""
    name, place = os.fsencode(file), os.fsencode(real(file))
    documents.setdefault(name if name == place else place, Found(shown, name, once=once))


def _is_read_once(path: Path) -> bool:
    """Whether what is named is there and no file; what a device gives may be another thing every time."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _sorted(documents: Iterable[Found]) -> Sequence[Found]:
    packed = Packed(Found)
    for found in sorted(documents, key=_place):
        packed.append(found)
    return packed


def _place(entry: Found | Skipped) -> str:
    """What files are sorted by: the names on the way to them, one after the other."""
    return entry.path.replace("/", "\0")


def _behind(paths: Sequence[str | Path], root: Path | None, limits: Limits) -> Walk:
    """As ``find``, of addresses. A name that would lead out of a folder were it a path is passed over."""
    base = remote.base_of(paths, root)
    documents: dict[str, Found] = {}
    skipped: dict[str, Skipped] = {}
    for entry, named in remote.files(paths, base, limits):
        parts = _parts(entry.path)
        if not {"", ".", ".."}.isdisjoint(parts):
            skipped[entry.path] = Skipped(entry.path, "special")
        elif named or (is_document(parts[-1]) and not _is_hidden(parts)):
            documents[entry.path] = Found(entry.path, address=entry.address)
        elif not _is_hidden(parts):
            skipped[entry.path] = Skipped(entry.path, "extension")
    return Walk(
        None,
        _sorted(documents.values()),
        tuple(sorted(skipped.values(), key=_place)),
        address=base,
    )


def _is_hidden(parts: list[str]) -> bool:
    return parts[-1] == FILE_NAME or any(part.startswith(".") for part in parts)


def display(path: str | Path) -> str:
    """A path for people and records: valid Unicode whatever the bytes of the name."""
    text = os.fspath(path)
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


def base_of(paths: Sequence[str | Path], root: Path | None = None) -> Path | None:
    """What ``find`` takes as the root, without looking into any folder; a folder that stands for the root where that is an
    address, with the settings that are there. Raises UsageError, and ConfigError for settings that cannot be got."""
    if any(remote.address_of(path) for path in paths):
        return remote.here(remote.base_of(paths, root), FILE_NAME)
    return _root([_absolute(path) for path, reason in _expand(paths) if reason is None], root)


def read_bytes(found: Found, limits: Limits = DEFAULT) -> bytes:
    """The bytes of a document, all of one moment; raises SourceTooLargeError before reading more than the limit,
    UnreadableSourceError, and ChangedSourceError for a file that something else keeps writing to."""
    if found.address:
        with remote.opened(found.address, found.path) as (stream, size):
            return _content(stream, size, found.path, limits)
    if not found.name:
        return _content(sys.stdin.buffer, 0, found.path, limits)
    for _ in range(_ATTEMPTS):
        try:
            with open(found.name, "rb", buffering=0) as stream:  # noqa: PTH123 - a path is not made for each of many files
                before = os.fstat(stream.fileno())
                data = _content(stream, before.st_size, found.path, limits)
                after = os.fstat(stream.fileno())
        except IsADirectoryError:
            raise UnreadableSourceError(f"a folder that cannot be listed: {_why(found.name)}", path=found.path) from None
        except OSError as error:
            raise UnreadableSourceError(error.strerror or str(error), path=found.path) from None
        if found.once or (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            return data
    raise ChangedSourceError("something else is writing to the file", path=found.path)


def _why(folder: bytes) -> str:
    """Why a folder cannot be listed."""
    try:
        os.scandir(folder).close()
    except OSError as error:
        return error.strerror or str(error)
    return "it could not be when it was come to"


def unpacked(data: bytes, path: str, limits: Limits = DEFAULT) -> bytes:
    """What the bytes of a document hold; other bytes than those where they are compressed. Raises as ``read_bytes`` does."""
    return _content(BytesIO(data), len(data), path, limits)


def found_at(root: str | None, path: str) -> Found:
    """The document that a path below the folder or address ``root`` stands for, whether there is a file or not; without a
    root one that is nowhere."""
    address = remote.address_of(root) if root is not None else None
    if address is not None:
        return Found(path, address=f"{address}/{path}")
    return Found(path, os.fsencode(Path(root) / path)) if root is not None else Found(path)


def locate(root: Path, path: str) -> Path | None:
    """The file below ``root`` that has a record's path; None when there is none, or when ``..`` or a link leads out."""
    if Path(path).is_absolute() or ".." in Path(path).parts or "\0" in path:
        return None
    return root / path if is_within(root / path, root) and (root / path).is_file() else None


def _content(stream: BinaryIO, size: int, path: str, limits: Limits) -> bytes:
    """What a file of ``size`` bytes holds, unpacked where it is compressed. A stream may give less than it is asked for."""
    data = b""
    while len(data) < len(RECORD) and (more := stream.read(len(RECORD) - len(data))):
        data += more
    if data.startswith(compressed.MAGIC):
        return compressed.unpacked(data, stream, path, limits)
    most = checked_size(path, data, size, limits)
    step = max(size - len(data), 0) + 1
    while more := stream.read(max(0, min(step, most + 1 - len(data)))):
        data += more
        step = max(_MORE, len(data))
    checked_size(path, data, len(data), limits)
    return data


def _absolute(path: str | Path) -> Path:
    return Path(os.path.abspath(remote.local(path)))  # noqa: PTH100 - ".." goes, links on the way stay as they were given


def _parts(path: str) -> list[str]:
    return path.split("/")


def _expand(paths: Sequence[str | Path]) -> Iterator[tuple[Path, Literal["link", "special"] | None]]:
    """The files and folders that are named; a pattern is expanded unless a file has exactly that name. What a pattern matches
    is passed over for the reasons for which it is in a folder."""
    for path in paths:
        if str(path) == STDIN:
            continue
        path = remote.local(path)
        if os.path.lexists(path):
            yield Path(path), None
            continue
        pattern = str(path)
        matches = sorted(glob.glob(pattern, recursive=True)) if glob.has_magic(pattern) else []  # noqa: PTH207 - may be absolute
        if not matches:
            raise UsageError("no such file or folder", path=display(Path(path)))
        folder = Path(*takewhile(lambda part: not glob.has_magic(part), Path(pattern).parts))
        yield from ((Path(match), _passed_over(Path(match), folder)) for match in matches)


def _passed_over(match: Path, folder: Path) -> Literal["link", "special"] | None:
    """Why what a pattern matches below a folder is not read: a link that leads out of it or to a folder, or no file."""
    if any(parent.is_symlink() for parent in takewhile(lambda parent: parent != folder, match.parents)):
        return "link"
    if match.is_symlink():
        target = os.path.realpath(match)
        inside = is_below(target, os.path.realpath(folder)) and os.path.isfile(target)  # noqa: PTH113 - as in a folder
        return None if inside else "link"
    return None if match.is_file() or match.is_dir() else "special"


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


def _below(folder: str) -> Iterator[tuple[str, Literal["extension", "link", "special"] | None]]:
    """The files in a folder with why each is not a document (None: it is one); links come last. A folder that cannot be listed
    is there itself, so that reading it says why."""
    links: list[os.DirEntry[str]] = []
    real = os.path.realpath(folder)
    pending = [folder]
    while pending:
        current = pending.pop()
        try:
            with os.scandir(current) as listed:
                entries = sorted(listed, key=attrgetter("name"))
        except OSError:
            yield current, None
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.name == FILE_NAME:
                continue
            if entry.is_symlink():
                links.append(entry)
            elif entry.is_dir():
                pending.append(entry.path)
            elif not entry.is_file():
                yield entry.path, "special"
            else:
                yield entry.path, None if is_document(entry.name) else "extension"
    for link in links:
        target = os.path.realpath(link)
        inside = is_below(target, real) and os.path.isfile(target)  # noqa: PTH113 - False where links lead round in a circle
        yield link.path, "link" if not inside else None if is_document(link.name) else "extension"


def is_document(name: str) -> bool:
    """Whether a file in a folder is read: its name ends in one of ``EXTENSIONS``, or in no extension at all."""
    match = _EXTENSION.search(name)
    return match is None or match[1].lower() in EXTENSIONS
