"""What the command line says: results on standard output, as UTF-8 whatever the locale; the rest on standard error."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..errors import ArchiveKitError, OutputError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Output(io.FileIO):
    """Standard output. Once it cannot be written it says so, and what comes after that goes nowhere."""

    failure: OutputError | SystemExit | None = None
    """Where nobody reads any more it is the end, with the exit code that a shell has for it: that is no error, and Typer
    would make one of it."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Write; raises the failure."""
        try:
            return super().write(data)
        except BrokenPipeError:
            self.failure = SystemExit(128 + signal.SIGPIPE)
        except OSError as error:
            self.failure = OutputError(error.strerror or str(error), path="standard output")
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
        raise self.failure


@contextmanager
def output() -> Iterator[None]:
    """All that is printed in the block is written at its end; raises OutputError where it cannot be, and SystemExit."""
    old = sys.stdout
    if not isinstance(old, io.TextIOWrapper):
        yield
        return
    raw = _Output(old.fileno(), "w", closefd=False)
    sys.stdout = io.TextIOWrapper(
        raw if old.write_through else io.BufferedWriter(raw),
        encoding=old.encoding,
        errors=old.errors,
        line_buffering=old.line_buffering,
        write_through=old.write_through,
    )
    try:
        yield
    finally:
        sys.stdout.flush()
        if raw.failure is not None:
            raise raw.failure


def tell(text: str) -> None:
    """Text on standard output, as UTF-8 whatever the locale."""
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")


def warn(text: str) -> None:
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    sys.stderr.buffer.write(f"archivekit: {shown}\n".encode("utf-8", "backslashreplace"))
    sys.stderr.flush()


def complain(error: ArchiveKitError) -> None:
    warn(f"{error} [{type(error).__name__}]")


def size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} kB"
