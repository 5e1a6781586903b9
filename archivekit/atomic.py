"""Atomic: outputs appear whole or not at all, and a failure leaves the earlier ones as they were."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

from .errors import OutputError


class Staging:
    """A folder beside the outputs in which they are made; ``commit`` moves them into place together.

    Use it as a context manager: whatever happens, the folder is gone at the end. Every OSError inside becomes an
    OutputError. Each file is synchronised to disk before it is renamed over the earlier one, so that a reader, or a
    crash at any moment, finds either the earlier file or the new one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._place: Path | None = None
        self._names: list[str] = []
        self._new = not folder.exists()

    def __enter__(self) -> Staging:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._place = Path(tempfile.mkdtemp(prefix=".archivekit-", suffix=".part", dir=self.folder))
        except OSError as error:
            raise _refused(self.folder, error) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if self._place is not None:
            shutil.rmtree(self._place, ignore_errors=True)
            if self._new and value is not None and not any(self.folder.iterdir()):
                self.folder.rmdir()
        if isinstance(value, OSError):
            raise _refused(self.folder, value) from value

    def file(self, name: str) -> Path:
        """Where to write the output that is to be called ``name``."""
        assert self._place is not None
        self._names.append(name)
        return self._place / name

    def commit(self) -> None:
        """Move every file into place; if one cannot be moved, those before it are put back."""
        assert self._place is not None
        for name in self._names:
            _synchronise(self._place / name)
        moved: list[tuple[Path, Path | None]] = []
        try:
            for name in self._names:
                target = self.folder / name
                moved.append((target, self._keep(target)))
                (self._place / name).replace(target)
        except OSError:
            for target, earlier in reversed(moved):
                _put_back(target, earlier)
            raise
        _synchronise(self.folder)

    def _keep(self, target: Path) -> Path | None:
        """A second name for the file that is about to be replaced, or None when there is none."""
        assert self._place is not None
        if not target.exists():
            return None
        kept = self._place / f"{target.name}.earlier"
        try:
            os.link(target, kept)
        except OSError:
            shutil.copy2(target, kept)
        return kept


def _put_back(target: Path, earlier: Path | None) -> None:
    if earlier is not None:
        earlier.replace(target)
    elif target.is_file():
        target.unlink()


def _synchronise(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refused(folder: Path, error: OSError) -> OutputError:
    named = str(error.filename or folder)
    return OutputError(error.strerror or str(error), path=str(folder) if ".part" in named else named)
