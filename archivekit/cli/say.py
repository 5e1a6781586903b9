"""What the command line says: results on standard output, as UTF-8 whatever the locale; the rest on standard error."""

from __future__ import annotations

import sys

from ..errors import ArchiveKitError


def tell(text: str) -> None:
    """Text on standard output, as UTF-8 whatever the locale."""
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")


def warn(text: str) -> None:
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    sys.stderr.buffer.write(f"archivekit: {shown}\n".encode("utf-8", "backslashreplace"))
    sys.stderr.flush()


def complain(error: ArchiveKitError) -> None:
    warn(f"{error} [{type(error).__name__}]")


def count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} kB"
