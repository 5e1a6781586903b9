"""Sharded JSON Lines: the records of a bundle in compressed files of about one size, ``NAME-00001-of-00064.jsonl.zst``.

Unpacked and joined in the order of their names, they are the bytes of ``NAME.jsonl``.
"""

from __future__ import annotations

from pathlib import Path

from .. import compressed
from ..bundle import Bundle
from ..config import Settings
from ..model import Notice
from .jsonl import lines


def write(bundle: Bundle, target: Path, settings: Settings) -> tuple[Notice, ...]:
    """Write every record of the bundle as a line of a Zstandard file; nothing of a record is left out or changed."""
    compressed.write(target, lines(bundle))
    return ()
