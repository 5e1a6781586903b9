"""JSON Lines: one canonical record per line, in the bundle's order (jsonlines.org; UTF-8, ``\\n`` after every line)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..bundle import Bundle
from ..config import Settings
from ..model import Notice, encode


def lines(bundle: Bundle) -> Iterator[bytes]:
    """Each record as one line with its newline. JSON escapes line feeds, so ``\\n`` is the only separator there is."""
    for article in bundle.records:
        yield encode(article) + b"\n"


def write(bundle: Bundle, target: Path, settings: Settings) -> tuple[Notice, ...]:
    """Write every record of the bundle; nothing of a record is left out or changed."""
    with target.open("wb") as out:
        out.writelines(lines(bundle))
    return ()
