"""JSON Lines: one canonical record per line, in the bundle's order (jsonlines.org; UTF-8, ``\\n`` after every line)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ..archive.bundle import Bundle
from ..config import Settings
from ..model import Notice, encode


def lines(bundle: Bundle) -> Iterator[bytes]:
    """Each record as one line with its newline. JSON escapes line feeds, so ``\\n`` is the only separator there is."""
    for article in bundle.records:
        yield encode(article) + b"\n"


def write_lines(records: Iterable[bytes], out: BinaryIO, settings: Settings) -> tuple[Notice, ...]:
    """Write records, nothing of them left out or changed."""
    for record in records:
        out.write(record)
        out.write(b"\n")
    return ()
