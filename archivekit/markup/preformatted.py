"""Preformatted text: the lines of a ``pre`` as a browser shows them, and the numbers that a highlighter puts beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from .alignment import Piece
from .soup import Tag, Words, attribute, text_of

_NUMBERED = frozenset(
    {"gutter", "rouge-gutter", "lineno", "linenos", "linenodiv", "lnt", "ln", "line-numbers", "line-numbers-rows"}
    | {"hljs-ln-numbers", "blob-num", "crayon-nums"}
)
"""Classes in which Hexo, Rouge, Pygments, Chroma and their like put the numbers of lines."""
_DIGITS = re.compile(r"[\s\d]*\d[\s\d]*")


class Preformatted(NamedTuple):
    """The words of a ``pre``."""

    text: str
    pieces: list[Piece]
    """Where the words stand."""
    apart: list[Tag]
    """What else is shown in it: pictures and players."""


def preformatted(tag: Tag, blocks: frozenset[str], shown: frozenset[str], leave_out: Callable[[Tag], bool]) -> Preformatted:
    """Read a ``pre``. A ``br`` ends a line, ``blocks`` have lines of their own, ``shown`` elements stand apart, and what
    ``leave_out`` says it has dealt with is left out."""
    words: list[str] = []
    pieces: list[Piece] = []
    apart: list[Tag] = []

    def line() -> None:
        if words and not words[-1].endswith("\n"):
            words.append("\n")

    stack: list[tuple[Tag, Iterator[object]]] = [(tag, iter(tag.contents))]
    while stack:
        owner, children = stack[-1]
        for node in children:
            if isinstance(node, Words):
                words.append(str(node))
                pieces.extend(node.pieces)
            elif not isinstance(node, Tag):
                continue
            elif node.name == "br":
                words.append("\n")
            elif node.name in shown:
                apart.append(node)
            elif not leave_out(node):
                if node.name in blocks:
                    line()
                stack.append((node, iter(node.contents)))
                break
        else:
            stack.pop()
            if owner.name in blocks:
                line()
    return Preformatted("".join(words).strip("\n"), pieces, apart)


def is_line_numbers(tag: Tag) -> bool:
    """Whether an element in or beside preformatted text holds the numbers of its lines and nothing else."""
    if _NUMBERED.isdisjoint(attribute(tag, "class").lower().split()) or not _DIGITS.fullmatch(text_of(tag)):
        return False
    return tag.name == "td" or tag.find_parent(["pre", "code", "table"]) is not None or tag.find("pre") is not None
