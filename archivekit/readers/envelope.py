"""What a reader is: one envelope, and how it is recognised and opened."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ..errors import RecordError
from ..model import Article
from ..source import Source


class Reader(msgspec.Struct, frozen=True):
    """One envelope: its name, how it is recognised (for a person), its score and its read function."""

    name: str
    recognised_by: str
    score: Callable[[str], float]
    read: Callable[[Source], tuple[Article | RecordError, ...]]
    """Its articles in their order; among them an error for each part of a file of records that is none."""
    finished: bool = False
    """Whether its articles are finished records already, to which no edit is applied."""
