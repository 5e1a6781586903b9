"""What front matter holds: entries of values, each with the characters it was read from."""

from __future__ import annotations

from typing import Literal

import msgspec

MAX_BLOCK = 64 * 1024
"""Characters of a block that a parser of YAML, TOML or JSON is given; a longer one is read line by line."""

MAX_DEPTH = 64
"""How deep values may nest; what is deeper is kept as one text."""

MAX_KEY = 1024
"""How long the name of a key may be, those of the objects it is in included: each key below a long one has it again."""


class Value(msgspec.Struct, frozen=True):
    """One scalar as text. ``start`` and ``end`` are characters of the source: the bare words when these are the
    text already, and with quotes or block indicator when they had to be decoded."""

    text: str
    start: int
    end: int


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One key. ``start``:``end`` is everything after the key, as it was written; without a value it is empty.

    A key with an empty value has no values; keys of nested mappings are joined by dots, and a mapping inside a list
    adds its place (``authors.0.name``). A list inside a list is part of it.
    """

    key: str
    values: tuple[Value, ...]
    is_list: bool
    key_start: int
    start: int
    end: int


class Remark(msgspec.Struct, frozen=True):
    """A notice whose place is still in characters of the text: a reader hands it to ``Draft.notice``."""

    id: str
    message: str
    start: int
    end: int


class FrontMatter(msgspec.Struct, frozen=True, kw_only=True):
    """A block of metadata at the head of a text.

    ``start``:``end`` is the block with its fences, ``body_start`` where the line after it begins. Of a key that is
    there twice ``entries`` has the first and ``duplicates`` the rest; ``comments`` are the words the format does not
    count as data. Nothing else is in the block but keys and signs.
    """

    kind: Literal["yaml", "toml", "json"]
    start: int
    end: int
    body_start: int
    entries: tuple[Entry, ...]
    duplicates: tuple[Entry, ...] = ()
    comments: tuple[Value, ...] = ()
    notices: tuple[Remark, ...] = ()

    def get(self, key: str) -> Entry | None:
        """The entry of a key, whatever its case."""
        wanted = key.casefold()
        return next((entry for entry in self.entries if entry.key.casefold() == wanted), None)

    def values(self, key: str) -> tuple[Value, ...]:
        """The values of a key; none when it is absent or empty."""
        entry = self.get(key)
        return entry.values if entry else ()


class Fields(msgspec.Struct):
    """What a parser of one format gathers from a block."""

    entries: list[Entry] = []
    comments: list[Value] = []
    remarks: list[Remark] = []


class Refused(ValueError):
    """A block that a format's parser cannot read as its author meant it; ``at`` is a character of the source."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
