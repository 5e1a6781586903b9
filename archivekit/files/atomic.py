"""Atomic: outputs appear whole and as a set, or not at all, and a failure leaves the earlier set as it was.

Several renames are not one step. So a build makes its files in a folder beside the outputs, synchronises them, keeps a
second name for each file they will replace, and writes a journal; the journal's appearance is the moment of decision.
Whoever finds a journal moves the files that are not yet moved, which is safe to do again and again; whoever finds
``undo``, which the journal is renamed to when a file cannot be moved, puts the earlier files back. The next build into
the folder does so first of all; :func:`unsettled` tells a reader that it has not been done yet.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import msgspec

from ..errors import OutputError
from .lock import locked

_PLACES = ".archivekit-*.part"
_JOURNAL = "journal"
_UNDO = "undo"
_EARLIER = "earlier"
_NEW = "new"


class _Journal(msgspec.Struct, frozen=True):
    """What a switch of outputs moves."""

    names: tuple[str, ...]
    """Of all files that are moved into the folder."""
    kept: tuple[str, ...]
    """Of those among all that have a second name, so that they can be put back."""
    gone: tuple[str, ...] = ()
    """Of files of the folder that are taken away."""


class Staging:
    """A folder beside the outputs in which they are made; ``commit`` moves them into place together.

    Use it as a context manager: it holds the folder's lock, first of all settles what a killed build has left there, and
    takes its own folder away at the end. Every OSError inside becomes an OutputError.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._place: Path | None = None
        self._names: list[str] = []
        self._gone: list[str] = []
        self._new = not folder.exists()
        self._lock = ExitStack()

    def __enter__(self) -> Staging:
        with ExitStack() as undoing:
            undoing.callback(self._leave, failed=True)
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._lock.enter_context(locked(self.folder))
                settle(self.folder)
                self._place = Path(tempfile.mkdtemp(prefix=".archivekit-", suffix=".part", dir=self.folder))
                undoing.callback(shutil.rmtree, self._place, ignore_errors=True)
                (self._place / _NEW).mkdir()
                (self._place / _EARLIER).mkdir()
            except OSError as error:
                raise _refused(self.folder, error) from None
            undoing.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if self._place is not None:
                _settle(self.folder, self._place)
        except OSError as error:
            raise _refused(self.folder, error) from value
        finally:
            self._leave(failed=value is not None)
        if isinstance(value, OSError):
            raise _refused(self.folder, value) from value

    def file(self, name: str) -> Path:
        """Where to write the output that is to be called ``name``."""
        assert self._place is not None
        self._names.append(name)
        return self._place / _NEW / name

    def remove(self, name: str) -> None:
        """Take a file of the folder away when the new ones come."""
        self._gone.append(name)

    def commit(self) -> None:
        """Move every file into place; if one cannot be moved, those before it are put back and OSError is raised."""
        assert self._place is not None
        for name in self._names:
            _synchronise(self._place / _NEW / name)
        kept = tuple(name for name in (*self._names, *self._gone) if self._keep(name))
        for part in (_NEW, _EARLIER):
            _synchronise(self._place / part)
        journal = _Journal(tuple(self._names), kept, tuple(self._gone))
        _put(self._place / _JOURNAL, io.BytesIO(msgspec.json.encode(journal)))
        try:
            _redo(self.folder, self._place, journal)
        except OSError:
            (self._place / _JOURNAL).replace(self._place / _UNDO)
            raise

    def _keep(self, name: str) -> bool:
        """Give the file that is about to be replaced a second name; False when there is none."""
        assert self._place is not None
        target, kept = self.folder / name, self._place / _EARLIER / name
        if not os.path.lexists(target):
            return False
        try:
            os.link(target, kept, follow_symlinks=False)
        except OSError:
            shutil.copy2(target, kept, follow_symlinks=False)
            _synchronise(kept)
        return True

    def _leave(self, *, failed: bool) -> None:
        """Let go of the folder, and take it away if it was made for nothing."""
        with suppress(OSError):
            self._lock.close()
        if self._new and failed:
            with suppress(OSError):
                self.folder.rmdir()


def settle(folder: Path) -> None:
    """Complete or undo every switch of outputs that was interrupted in a folder; raises OSError.

    Only for the holder of the folder's lock.
    """
    for place in sorted(folder.glob(_PLACES)):
        _settle(folder, place)


def unsettled(folder: Path) -> tuple[str, ...]:
    """Names of outputs of which it is not certain that they belong to one build, because a switch was interrupted."""
    names: list[str] = []
    for place in sorted(folder.glob(_PLACES)):
        if (undone := _read(place / _UNDO)) is not None:
            names.extend(undone.names)
        elif (journal := _read(place / _JOURNAL)) is not None and _is_open(folder, place, journal):
            names.extend((*journal.names, *journal.gone))
    return tuple(dict.fromkeys(names))


def copy(file: Path, target: Path) -> None:
    """Copy a file's bytes to ``target``, which appears whole or not at all; raises OutputError."""
    try:
        with file.open("rb") as stream:
            keep(stream, target)
    except OSError as error:
        raise _refused(target.parent, error) from None


def keep(stream: BinaryIO, target: Path) -> None:
    """Copy what a stream holds to ``target``, which appears whole or not at all; raises OutputError."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _put(target, stream)
    except OSError as error:
        raise _refused(target.parent, error) from None


def _settle(folder: Path, place: Path) -> None:
    """Bring the folder to the earlier set or the new one, as the markers in a staging folder say, and remove that."""
    if (undone := _read(place / _UNDO)) is not None:
        _undo(folder, place, undone)
    elif (journal := _read(place / _JOURNAL)) is not None:
        _redo(folder, place, journal)
    for marker in (_UNDO, _JOURNAL):
        (place / marker).unlink(missing_ok=True)
    shutil.rmtree(place, ignore_errors=True)


def _is_open(folder: Path, place: Path, journal: _Journal) -> bool:
    """Whether there is something left to do of a journal."""
    return any((place / _NEW / name).exists() for name in journal.names) or any(
        (folder / name).exists() for name in journal.gone
    )


def _redo(folder: Path, place: Path, journal: _Journal) -> None:
    for name in journal.names:
        if (place / _NEW / name).exists():
            (place / _NEW / name).replace(folder / name)
    for name in journal.gone:
        (folder / name).unlink(missing_ok=True)
    _synchronise(folder)


def _undo(folder: Path, place: Path, journal: _Journal) -> None:
    for name in (*journal.names, *journal.gone):
        if name not in journal.kept:
            (folder / name).unlink(missing_ok=True)
        elif os.path.lexists(place / _EARLIER / name):
            (place / _EARLIER / name).replace(folder / name)
    _synchronise(folder)


def _read(marker: Path) -> _Journal | None:
    """A journal that is whole and names files of its folder only; None when there is no such thing."""
    try:
        journal = msgspec.json.decode(marker.read_bytes(), type=_Journal)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    named = (*journal.names, *journal.gone)
    return journal if all(name == Path(name).name and name not in ("", "..") for name in named) else None


def _put(target: Path, data: BinaryIO) -> None:
    """Write a file under another name, synchronise it and rename it."""
    draft = target.parent / f".archivekit-{os.getpid()}.draft"
    try:
        with draft.open("wb") as stream:
            shutil.copyfileobj(data, stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
        _synchronise(target.parent)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _synchronise(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refused(folder: Path, error: OSError) -> OutputError:
    named = str(error.filename or folder)
    return OutputError(error.strerror or str(error), path=str(folder) if ".part" in named or ".archivekit" in named else named)
