"""Sharded JSON Lines: the records of an archive in compressed files of about one size, ``NAME-00001-of-00064.jsonl.zst``.

Unpacked and joined in the order of their names, they are the bytes of ``NAME.jsonl``.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import BinaryIO

from ..config import Settings
from ..files import compressed
from ..model import Notice
from . import File

SUFFIX = ".jsonl.zst"


def files(sizes: Callable[[], Iterable[int]], settings: Settings) -> list[File]:
    """The files for records of these sizes, in bytes: as many as the settings say, or as few as hold them with no more than
    ``shard_mb`` in each, about; as even as whole records allow, and none of them empty."""
    total = array("Q", accumulate(sizes()))
    wanted = settings.shards or math.ceil(total[-1] / (settings.shard_mb * 1_000_000 or math.inf))
    wanted = max(1, min(wanted, len(total)))
    ends: list[int] = []
    for number in range(1, wanted + 1):
        end = bisect_left(total, total[-1] * number / wanted) + 1
        least, most = (ends[-1] if ends else 0) + 1, len(total) - (wanted - number)
        ends.append(min(max(end, least), most))
    counts = [end - start for start, end in zip([0, *ends[:-1]], ends, strict=True)]
    return [File(f"{settings.name}-{number:05}-of-{wanted:05}{SUFFIX}", count) for number, count in enumerate(counts, 1)]


def write_lines(lines: Iterable[bytes], out: BinaryIO, settings: Settings) -> tuple[Notice, ...]:
    """Write the records of one file; nothing of them is left out or changed."""
    compressed.write(out, (line + b"\n" for line in lines))
    return ()
