"""Builds into a folder while the machine fails, once for every place it can fail in; prints what was found as JSON.

Run as a program of its own, with one thread, because it forks: ``crash_driver.py HOW FOLDER FORMATS EVERY``. Every operation
that reaches the disk (open for writing, write, fsync, rename, link, unlink, mkdir, rmdir) is counted; at the n-th, the
process is killed (``kill``), or that operation fails (``once``), or it and all after it fail (``always``).
"""

from __future__ import annotations

import builtins
import errno
import io
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from archivekit.building import pipeline
from archivekit.errors import OutputError
from archivekit.files.atomic import settle, unsettled
from archivekit.files.lock import locked

CORPUS = ("One\n\nThe first article has words.\n", "Two\n\nThe second one has others.\n")
OPERATIONS = ("fsync", "replace", "rename", "link", "unlink", "mkdir", "rmdir", "ftruncate", "write")


class Fault:
    """Counts operations and does harm at the n-th; with ``at`` 0 it only counts."""

    def __init__(self, how: str, at: int) -> None:
        self.how, self.at, self.count = how, at, 0

    def tick(self) -> None:
        self.count += 1
        if not self.at or self.count < self.at or (self.how == "once" and self.count > self.at):
            return
        if self.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def install(self, folder: str) -> None:
        """Put the fault between archivekit and the operating system."""

        def counted(operation: Callable[..., object]) -> Callable[..., object]:
            def call(*args: object, **kwargs: object) -> object:
                self.tick()
                return operation(*args, **kwargs)

            return call

        for name in OPERATIONS:
            setattr(os, name, counted(getattr(os, name)))
        fault, opened = self, io.open

        class Raw(io.FileIO):
            def write(self, data: object) -> int:
                fault.tick()
                return super().write(data)  # type: ignore[arg-type]

        def harmful(file: object, mode: str = "r", *args: object, **kwargs: object) -> object:
            if isinstance(file, str | os.PathLike) and "w" in mode and os.fspath(file).startswith(folder):
                fault.tick()
                assert "b" in mode, "an output is written as bytes"
                return io.BufferedRandom(Raw(file, "w+")) if "+" in mode else io.BufferedWriter(Raw(file, "w"))
            return opened(file, mode, *args, **kwargs)  # type: ignore[call-overload]

        builtins.open = io.open = harmful  # type: ignore[assignment]


def build(folder: Path, formats: tuple[str, ...]) -> None:
    """One build of the corpus that stands beside the output folder."""
    pipeline.build(folder / "corpus", folder / "out", {"name": "x", "title": "T", "formats": list(formats)})


def contents(out: Path) -> dict[str, bytes]:
    """The outputs a person sees."""
    return {path.name: path.read_bytes() for path in out.iterdir() if not path.name.startswith(".")}


def corpus(folder: Path, words: str) -> None:
    """Write the corpus with one word in it that tells the two sets apart."""
    (folder / "corpus").mkdir(exist_ok=True)
    for number, text in enumerate(CORPUS):
        (folder / "corpus" / f"{number}.txt").write_text(text + words, encoding="utf-8")


def forked(work: Callable[[], None]) -> int:
    """Run in a child; its exit code, or minus the number of the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            work()
            code = 0
        except OutputError:
            code = 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def attempt(how: str, at: int, folder: Path, formats: tuple[str, ...], old: Path, *, empty: bool) -> dict[str, object]:
    """One build over the old set with a fault, and what is there afterwards, before and after the next one settles it."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    if not empty:
        shutil.copytree(old, out)
    before = {} if empty else contents(out)

    def work() -> None:
        Fault(how, at).install(str(out))
        build(folder, formats)

    code = forked(work)
    seen = contents(out) if out.exists() else {}
    pending = unsettled(out) if out.exists() else ()
    if out.exists():
        with locked(out):
            settle(out)
    settled = contents(out) if out.exists() else {}
    hidden = sorted(path.name for path in out.iterdir() if path.name.startswith(".")) if out.exists() else []
    return {"code": code, "seen": seen, "pending": pending, "settled": settled, "hidden": hidden, "before": before}


def operations(folder: Path, formats: tuple[str, ...], old: Path, *, empty: bool) -> int:
    """How many operations a build does that nothing goes wrong with."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    if not empty:
        shutil.copytree(old, out)
    reading, writing = os.pipe()

    def work() -> None:
        fault, write = Fault("none", 0), os.write
        fault.install(str(out))
        build(folder, formats)
        write(writing, str(fault.count).encode())

    assert forked(work) == 0
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        return int(pipe.read())


def main(how: str, place: str, formats: tuple[str, ...], every: int) -> None:
    """Try every n, or every ``every``-th, over an earlier set of outputs and into an empty folder."""
    folder = Path(place)
    corpus(folder, "old")
    build(folder, formats)
    old = folder / "old"
    (folder / "out").rename(old)
    corpus(folder, "new")
    build(folder, formats)
    new = contents(folder / "out")
    shutil.rmtree(folder / "out")
    source = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in (folder / "corpus").iterdir()}
    tried, wrong, kept, switched, visible = 0, [], 0, 0, 0
    for empty in (False, True):
        for at in range(1, operations(folder, formats, old, empty=empty) + 1, every):
            got = attempt(how, at, folder, formats, old, empty=empty)
            tried += 1
            whole = got["settled"] in (got["before"], new)
            honest = got["seen"] in (got["before"], new) or bool(got["pending"])
            expected = (-signal.SIGKILL,) if how == "kill" else (0, 1)
            true = got["code"] != 0 or got["settled"] == new
            if not (whole and honest and true and not got["hidden"] and got["code"] in expected):
                wrong.append(f"at {at}, empty {empty}: {got['code']=} {got['hidden']=} {whole=} {honest=}")
            kept += got["settled"] == got["before"]
            switched += got["settled"] == new
            visible += got["seen"] not in (got["before"], new)
    untouched = source == {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in (folder / "corpus").iterdir()}
    figures = {"tried": tried, "wrong": wrong, "old": kept, "new": switched, "between": visible, "untouched": untouched}
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], tuple(sys.argv[3].split(",")), int(sys.argv[4]))
