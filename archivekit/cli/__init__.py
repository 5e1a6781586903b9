"""The command line: a command parses, makes one library call, prints, and picks an exit code. Nothing else is here."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from ..errors import ArchiveKitError

from . import building, reading, fetching, proving  # isort: skip - the order of the commands in the help
from .app import app
from .say import complain

__all__ = ["app", "building", "fetching", "main", "proving", "reading"]


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main() -> None:
    """Run the command line; the exit code of an ArchiveKitError is its own."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        app(prog_name="archivekit")
    except ArchiveKitError as error:
        complain(error)
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None
