"""Readers: each knows one envelope and turns a Source into Articles. None knows a site or a writer.

A reader is a :class:`Reader` row in ``READERS``. ``score`` is a pure function of the head of the text, from 0 (not
mine) to 1 (certainly mine); the highest score wins, a tie is a Notice. Nothing is tried in turn.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from ..model import Article
from ..source import Source

HEAD = 8192
"""How many characters of a text a score may look at."""


class Reader(msgspec.Struct, frozen=True):
    """One envelope: its name, how it is recognised (for a person), its score and its read function."""

    name: str
    recognised_by: str
    score: Callable[[str], float]
    read: Callable[[Source], tuple[Article, ...]]
