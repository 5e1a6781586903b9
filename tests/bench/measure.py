"""Measure: one command, run to its end: wall seconds, processor seconds, memory of the whole process tree and of its largest.

Memory is resident memory. The tree's is the sum over its processes, looked at ten times a second, so pages that
processes share count once for each; the largest process's is the high-water mark the kernel keeps. Without ``/proc``
the tree is not seen, and the kernel's figure for the command stands for both.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

INTERVAL: Final = 0.1
PROC: Final = Path("/proc")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


class Measured(NamedTuple):
    """What one run took."""

    seconds: float
    cpu: float
    """Processor seconds of the command and of every child it waited for, user and system."""
    tree_mb: float
    """Most memory of all processes together, in millions of bytes."""
    process_mb: float
    """Most memory of any one process, in millions of bytes."""
    code: int | None
    """The exit code; None where the limit of time was reached and the run was ended."""
    load: float
    """Load average of the last minute before the run: what else the machine was doing."""
    out: str
    err: str
    """The end of what it said."""


def run(
    command: Sequence[str | Path],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    given: str = "",
    limit: float = 900.0,
) -> Measured:
    """Run a command and measure it; ended with all its children after ``limit`` seconds. Python keeps byte code, as it does
    for users."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as stdin:
        stdin.write(given.encode())
        stdin.seek(0)
        load = os.getloadavg()[0]
        started = time.monotonic()
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(environment or {})},
            stdin=stdin,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        tree = largest = 0.0
        family = _Family(child.pid)
        over = False
        while True:
            pid, status, used = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            now_tree, now_largest = family.memory()
            tree, largest = max(tree, now_tree), max(largest, now_largest)
            if time.monotonic() - started > limit and not over:
                over = True
                os.killpg(child.pid, signal.SIGKILL)
            time.sleep(min(INTERVAL, max(0.005, (time.monotonic() - started) / 10)))
        seconds = time.monotonic() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        _end_rest(child.pid)
        own = used.ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024) / 1e6
        return Measured(
            seconds=round(seconds, 3),
            cpu=round(used.ru_utime + used.ru_stime, 3),
            tree_mb=round(tree or own, 1),
            process_mb=round(largest or own, 1),
            code=None if over else child.returncode,
            load=round(load, 2),
            out=_text(out.fileno()),
            err=_text(err.fileno())[-2000:],
        )


def _text(file: int) -> str:
    os.lseek(file, 0, os.SEEK_SET)
    with os.fdopen(os.dup(file), "rb") as stream:
        return stream.read().decode("utf-8", "replace")


def _end_rest(session: int) -> None:
    """End what a command left running in its own session."""
    try:
        os.killpg(session, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


class _Family:
    """A process and all that come from it. Who a process's parent is, is asked once, when it is first seen; so a child
    that loses its parent stays in the family."""

    def __init__(self, root: int) -> None:
        self._members = {root}
        self._seen: set[int] = {root}

    def memory(self) -> tuple[float, float]:
        """Memory now of all processes, and the high-water mark of the largest of them, in millions of bytes."""
        self._look()
        tree = largest = 0
        for pid in list(self._members):
            try:
                tree += int((PROC / str(pid) / "statm").read_bytes().split()[1]) * _PAGE
                status = (PROC / str(pid) / "status").read_bytes()
            except (OSError, IndexError):
                continue
            mark = re.search(rb"^VmHWM:\s+(\d+)", status, re.MULTILINE)
            largest = max(largest, int(mark[1]) * 1024 if mark else 0)
        return tree / 1e6, largest / 1e6

    def _look(self) -> None:
        if not PROC.is_dir():
            return
        new = {int(name) for name in os.listdir(PROC) if name.isdigit()} - self._seen  # noqa: PTH208 - no Path for each process
        parents = {pid: parent for pid in sorted(new) if (parent := _parent(pid)) is not None}
        while more := {pid for pid, parent in parents.items() if parent in self._members} - self._members:
            self._members |= more
        self._seen |= new


def _parent(pid: int) -> int | None:
    try:
        return int((PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()[1])
    except (OSError, IndexError):
        return None
