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


def read(source: Source) -> tuple[Article, ...]:
    """All records of the file, those of older schemas migrated; raises RecordError with the byte offset of the line that is
    none, or is of a schema newer than this archivekit."""
    articles: list[Article] = []
    offset = 0
    for number, line in enumerate(source.data.split(b"\n"), 1):
        if line.strip():
            try:
                articles.append(upgrade(line))
            except RecordError as error:
                raise RecordError(f"line {number} {error.message}", path=source.path, offset=offset) from None
        offset += len(line) + 1
    return tuple(articles)


READER = Reader(
    name="archivekit-jsonl",
    recognised_by='a first line that begins with `{"schema":"archivekit/article/…`',
    score=score,
    read=read,
    finished=True,
)
