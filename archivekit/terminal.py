"""Terminal: words as they are shown to a person."""

from __future__ import annotations

import unicodedata


def safe(text: str) -> str:
    """Control and format characters as escapes, so that what a source holds cannot drive a terminal."""
    return "".join(char if unicodedata.category(char)[0] != "C" else f"\\u{ord(char):04x}" for char in text)


def count(number: int, thing: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
