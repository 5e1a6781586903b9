"""The command line: a command parses, makes one library call, prints, and picks an exit code. Nothing else is here."""

from __future__ import annotations

import signal
from types import FrameType

from ..errors import ArchiveKitError

from . import building, reading, fetching, proving  # isort: skip - the order of the commands in the help
from .app import app
from .say import complain, output

__all__ = ["app", "building", "fetching", "main", "proving", "reading"]


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main() -> None:
    """Run the command line; the exit code of an ArchiveKitError is its own."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        with output():
            app(prog_name="archivekit")
    except ArchiveKitError as error:
        complain(error)
        raise SystemExit(error.exit_code) from None
