"""Store: images by content hash below one folder, and the lock file that says which address each stands for.

::

    DIR/assets.lock.jsonl          one line per address, sorted: what is there, or why not
    DIR/ab/cdef….jpg               the bytes as they came, named by their sha256
    DIR/.journal.jsonl             while a fetch runs: what it has done since the lock file was last written

The lock file is made to be committed. A fetch that is killed leaves the journal, and the next one begins by reading it.
Nothing here opens a socket, and no file is named by anything but a hash.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from ..errors import ConfigError, OutputError
from ..files.lock import locked

LOCK_NAME = "assets.lock.jsonl"
JOURNAL_NAME = ".journal.jsonl"

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/tiff": "tif",
}
"""What can be stored, and how its file name ends."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Attempt(msgspec.Struct, frozen=True):
    """One spelling of an address that did not give the image."""

    address: str
    reason: str
    """A short id: ``status``, ``timeout``, ``not-an-image`` …"""
    message: str
    """The same for people."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of one address: the image it stands for, or in ``tried`` why there is none."""

    address: str
    """As the articles have it."""
    asked: str = ""
    """The spelling of the address that gave the image, where it was another one."""
    final: str = ""
    """Where the bytes came from after redirects, where that was another address."""
    sha256: str = ""
    media_type: str = ""
    """Decided by the bytes."""
    size: int = 0
    width: int = 0
    height: int = 0
    when: str = ""
    """``YYYY-MM-DDThh:mm:ssZ``, when it was fetched or last tried. Builds never print it."""
    tried: tuple[Attempt, ...] = ()
    """The spellings that failed, in the order they were tried; without ``sha256``, why there is no image."""


class Store:
    """A folder of images and its lock file. Making one reads nothing; a folder that is not there is an empty store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._entries: dict[str, Entry] | None = None
        self._asked: dict[str, Entry] = {}
        self._journal: BinaryIO | None = None
        self._mutex = threading.Lock()

    @property
    def entries(self) -> dict[str, Entry]:
        """By address. Raises ConfigError when the lock file says what cannot be meant."""
        if self._entries is None:
            self._entries = _read(self.folder / LOCK_NAME)
            self._entries.update(_read(self.folder / JOURNAL_NAME, torn=True))
            self._asked = {entry.asked: entry for entry in self._entries.values() if entry.asked}
        return self._entries

    def find(self, *addresses: str) -> Entry | None:
        """What is known of the first of several spellings that has an image; else of the first that was tried."""
        known = [entry for address in addresses if (entry := self.entries.get(address) or self._asked.get(address))]
        return next((entry for entry in known if entry.sha256), known[0] if known else None)

    def path(self, entry: Entry) -> Path:
        """Where the bytes of an entry lie, made of its hash and media type alone."""
        return self.folder / entry.sha256[:2] / f"{entry.sha256[2:]}.{EXTENSIONS[entry.media_type]}"

    def load(self, entry: Entry) -> bytes | None:
        """The bytes of an entry, or None when the file is missing or is not what its name says."""
        path = self.path(entry)
        try:
            data = path.read_bytes() if path.stat().st_size == entry.size else b""
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == entry.sha256 else None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the store for writing; at the end, however it comes, the lock file is written and the journal removed.

        Raises FolderInUseError when another process holds it, OutputError when the folder cannot be written.
        """
        journal = self.folder / JOURNAL_NAME
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with locked(self.folder), journal.open("ab") as stream:
                self._journal = stream
                self._entries = None
                stream.write(b"\n" if _is_torn(journal) else b"")
                try:
                    yield
                finally:
                    with self._mutex:
                        self._save()
                        journal.unlink(missing_ok=True)
                        self._journal = None
        except OSError as error:
            raise OutputError(error.strerror or str(error), path=str(error.filename or self.folder)) from None

    def put(self, data: bytes, media_type: str) -> str:
        """Keep bytes under their hash, which is returned; the file appears whole or not at all."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(Entry(address="", sha256=sha256, media_type=media_type))
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, data)
        return sha256

    def record(self, entry: Entry) -> None:
        """Remember an entry, at once and on disk."""
        with self._mutex:
            if self._journal is None:
                raise OutputError("the store is not open for writing", path=str(self.folder))
            self.entries[entry.address] = entry
            self._asked |= {entry.asked: entry} if entry.asked else {}
            self._journal.write(msgspec.json.encode(entry) + b"\n")
            self._journal.flush()

    def _save(self) -> None:
        lines = [msgspec.json.encode(self.entries[address]) + b"\n" for address in sorted(self.entries)]
        data = b"".join(lines)
        path = self.folder / LOCK_NAME
        if not (path.is_file() and path.read_bytes() == data):
            _replace(path, data)


def _read(path: Path, *, torn: bool = False) -> dict[str, Entry]:
    """The entries of a lock file or journal, none when there is no such file."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", path=str(path)) from None
    return parsed(data, path.name, torn=torn)


def parsed(data: bytes, name: str, *, torn: bool = False) -> dict[str, Entry]:
    """The entries in the bytes of a lock file or journal; the last line of a journal may be ``torn`` and is then left out.
    Raises ConfigError."""
    entries: dict[str, Entry] = {}
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            entry = msgspec.json.decode(line, type=Entry)
            if entry.sha256 and not (_SHA256.fullmatch(entry.sha256) and entry.media_type in EXTENSIONS):
                raise msgspec.ValidationError("no such hash or media type")
        except msgspec.DecodeError as error:
            if torn:
                continue
            raise ConfigError(f"line {number} is not an entry: {error}", path=name) from None
        entries[entry.address] = entry
    return entries


def _is_torn(journal: Path) -> bool:
    """Whether the journal ends in the middle of a line, as one does that was killed while it was written."""
    data = journal.read_bytes()
    return bool(data) and not data.endswith(b"\n")


def _replace(path: Path, data: bytes) -> None:
    """Write a file beside its place, synchronise it to disk, and rename it."""
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
