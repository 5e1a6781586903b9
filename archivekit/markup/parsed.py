"""What every markup parser returns."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..model import Block, Notice, Removal, Span


class Mark(msgspec.Struct, frozen=True):
    """An element of the markup that means something an envelope may want: ``address``, ``time``, ``footer`` …"""

    name: str
    attrs: Mapping[str, str]
    span: Span
    """From its first to its last leaf."""


class Parsed(msgspec.Struct, frozen=True):
    """Blocks whose leaves carry byte spans, with what was left out of them and what was noticed.

    A leaf (Text, Code, CodeBlock, Image, Embed) made by a parser is either *verbatim* (its words are exactly the
    decoded bytes of its span) or *atomic* (one character reference, one folded run of white space), so that edits can
    cut it at any character. ``edits.finish`` joins neighbouring leaves at the very end.
    """

    blocks: tuple[Block, ...]
    removals: tuple[Removal, ...] = ()
    notices: tuple[Notice, ...] = ()
    marks: tuple[Mark, ...] = ()
