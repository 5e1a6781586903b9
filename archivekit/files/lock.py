"""Lock: one process at a time writes into a folder. The kernel lets go of a lock when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import FolderInUseError

NAME = ".archivekit.lock"
"""The lock file, in the folder that is locked. It is gone when nobody holds it, except after a kill; then it is taken over."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; raises FolderInUseError, which names the process that has it, and OSError."""
    path = folder / NAME
    handle = _taken(path)
    try:
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {platform.node() or 'this machine'}\n".encode())
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _taken(path: Path) -> int:
    """An open and locked lock file that is still the one its path names: its last holder may just have removed it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _names(path, handle):
                return handle
        except BlockingIOError:
            holder = os.pread(handle, 200, 0).decode("utf-8", "replace").strip() or "another process"
            os.close(handle)
            message = f"{holder} is writing into this folder; wait until it has ended, or choose another folder"
            raise FolderInUseError(message, path=str(path.parent)) from None
        except OSError:
            os.close(handle)
            raise
        os.close(handle)


def _names(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False
