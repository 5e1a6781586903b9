"""The command line: a command parses, makes one library call, prints, and picks an exit code. Nothing else is here."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from ..errors import ArchiveKitError

from . import building, reading, fetching, proving  # isort: skip - the order of the commands in the help
from .app import app
from .say import complain, output

__all__ = ["app", "building", "fetching", "main", "proving", "reading"]


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _open_streams() -> None:
    """Stand in for standard streams that are closed, so that no file of archivekit's takes their place: nothing can be read,
    nothing written to standard output, and what is said on standard error goes nowhere."""
    for number, mode in ((0, "r"), (1, "w"), (2, "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_WRONLY if number == 2 else os.O_RDONLY)
            stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - it lasts as long as all does
            setattr(sys, ("stdin", "stdout", "stderr")[number], stream)


def main() -> None:
    """Run the command line; the exit code of an ArchiveKitError is its own."""
    _open_streams()
    signal.signal(signal.SIGTERM, _stop)
    try:
        with output():
            app(prog_name="archivekit")
    except ArchiveKitError as error:
        complain(error)
        raise SystemExit(error.exit_code) from None
