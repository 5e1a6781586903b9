"""Parquet: a row per record with typed columns, for DuckDB, pandas, Spark and their kind; see :mod:`archivekit.columns`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from .. import columns
from ..config import Settings
from ..model import Notice


def write_lines(lines: Iterable[bytes], out: BinaryIO, settings: Settings) -> tuple[Notice, ...]:
    """Write records; the whole line of each is in a column of its own, so that nothing is left out."""
    columns.write(lines, out)
    return ()
