"""archivekit's own JSON Lines: each line is a record already, and comes back as it is."""

from __future__ import annotations

import re

from ..errors import RecordError
from ..migrate import upgrade
from ..model import Article
from ..source import Source
from .envelope import Reader


def score(head: str) -> float:
    """1 for a first line that begins as a record does."""
    return 1.0 if re.match(r'\s*\{"schema":\s*"archivekit/article/', head) else 0.0


def read(source: Source) -> tuple[Article | RecordError, ...]:
    """All records of the file, those of older schemas migrated. A line that is none, or is of a schema newer than this
    archivekit, is a RecordError with its byte offset; raises the first where no line is a record."""
    found: list[Article | RecordError] = []
    errors: list[RecordError] = []
    offset = 0
    for number, line in enumerate(source.data.split(b"\n"), 1):
        if line.strip():
            try:
                found.append(upgrade(line))
            except RecordError as error:
                errors.append(RecordError(f"line {number} {error.message}", path=source.path, offset=offset))
                found.append(errors[-1])
        offset += len(line) + 1
    if errors and len(errors) == len(found):
        raise errors[0]
    return tuple(found)


READER = Reader(
    name="archivekit-jsonl",
    recognised_by='a first line that begins with `{"schema":"archivekit/article/…`',
    score=score,
    read=read,
    finished=True,
)
