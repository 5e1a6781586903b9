"""Rules for the Markdown engine beyond CommonMark: pairs of tags, footnotes and lists of attributes.

Each is a rule as markdown-it has them: it looks at the parser's state, which is of the engine's own type, and says whether it
took something. The engine is :mod:`.markdown_spans`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from .attribute_lists import after_element, line_of, of_heading
from .paired_tags import Pair

Rule = Callable[[Any, int, int, bool], bool]
_NOTE: Final = re.compile(r"\[\^([^\]\[\s]{1,80})\]:")
"""The mark that a note begins with."""
_CALL: Final = re.compile(r"\[\^([^\]\[\s]{1,80})\]")
"""The mark in the text."""
_INLINE_NOTE: Final = re.compile(r"\^(?=\[((?:[^\[\]\n]|\[[^\[\]\n]*+\]|\n(?!\s*\n))*+)\](?![(\[:]))")
"""The sign before a note that stands in the text itself; of ``x^[2]`` the sign is the author's."""


def called(text: str) -> frozenset[str]:
    """The labels of all marks that are not those of notes themselves."""
    return frozenset(match[1] for match in _CALL.finditer(text) if text[match.end() : match.end() + 1] != ":")


# --- blocks ---------------------------------------------------------------------------------------------------------


def pair(state: Any, start: int, end: int, silent: bool) -> bool:
    """What stands between two tags."""
    found: tuple[Pair, int] | None = state.env["pairs"].get(start)
    if found is None or found[1] >= end or state.sCount[found[1]] < min(state.blkIndent, state.sCount[start]):
        return False
    if not silent:
        made, last = found
        if made.kind == "code":
            token = state.push("fence", "code", 0)
            token.content, token.info = state.getLines(start + 1, last, state.sCount[start], True), made.language
        elif made.kind == "comment":
            token = state.push("pair_comment", "", 0)
        else:
            token = state.push("pair_open", "", 1)
            _inside(state, made, start + 1, last)
            state.push("pair_close", "", -1).meta["pair"] = made
        token.meta["pair"], token.map = made, [start, last + 1]
        state.line = last + 1
    return True


def _inside(state: Any, made: Pair, start: int, last: int) -> None:
    count, most, parent = len(state.tokens), state.lineMax, state.parentType
    state.lineMax, state.parentType = last, "container"
    state.md.block.tokenize(state, start, last)
    state.lineMax, state.parentType = most, parent
    if made.kind == "raw":
        for token in state.tokens[count:]:
            token.meta["raw"] = True


def footnote(state: Any, start: int, end: int, silent: bool) -> bool:
    """A note: ``[^1]:`` and what follows it or is indented below it, if a mark in the text calls it."""
    at = state.bMarks[start] + state.tShift[start]
    mark = _NOTE.match(state.src, at, state.eMarks[start])
    if mark is None or mark[1] not in state.env["called"] or state.sCount[start] - state.blkIndent >= 4:
        return False
    if silent:
        return True
    state.env["notes"].add(mark[1])
    token = state.push("footnote_open", "", 1)
    token.info, token.map, token.meta["left"] = mark[1], [start, start + 1], state.eMarks[start] - at
    kept = state.bMarks[start], state.tShift[start], state.sCount[start], state.parentType
    rest = state.src[mark.end() : state.eMarks[start]]
    state.bMarks[start], state.tShift[start] = mark.end(), len(rest) - len(rest.lstrip(" \t"))
    state.blkIndent += 4
    state.sCount[start], state.parentType = state.blkIndent, "container"
    state.md.block.tokenize(state, start, end)
    state.blkIndent -= 4
    state.bMarks[start], state.tShift[start], state.sCount[start], state.parentType = kept
    state.line = max(state.line, start + 1)
    token.map = [start, state.line]
    state.push("footnote_close", "", -1)
    return True


def attributes(state: Any, start: int, _end: int, silent: bool) -> bool:
    """A line that only says something of the block beside it; with ``{:toc}`` the list above stands for a table of contents."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if line[:1] != "{" or not line_of(line):
        return False
    if not silent:
        token = state.push("attributes", "", 0)
        token.map = [start, start + 1]
        if "toc" in line.strip("{:} \t").split():
            token.map[0] = _list_above(state, start)
        state.line = start + 1
    return True


def _list_above(state: Any, start: int) -> int:
    """Where the list begins that ends just above a line, taken out of the tokens; the line itself if there is none."""
    tokens = state.tokens[:-1]
    if not tokens or state.isEmpty(start - 1) or tokens[-1].type not in ("bullet_list_close", "ordered_list_close"):
        return start
    level = tokens[-1].level
    opened = (at for at in reversed(range(len(tokens))) if tokens[at].level == level and tokens[at].nesting == 1)
    first = next(opened)
    place = tokens[first].map
    if place[1] != start:
        return start
    del state.tokens[first:-1]
    return int(place[0])


# --- words ----------------------------------------------------------------------------------------------------------


def call(state: Any, silent: bool) -> bool:
    """A mark in the text that calls a note."""
    match = _CALL.match(state.src, state.pos, state.posMax)
    if match is None or match[1] not in state.env.get("notes", ()):
        return False
    if not silent:
        state.push("footnote_ref", "", 0)
    state.pos = match.end()
    return True


def inline_note(state: Any, silent: bool) -> bool:
    """The sign before a note that stands in the text: the note stays where it is, in its brackets."""
    match = _INLINE_NOTE.match(state.src, state.pos, state.posMax)
    if match is None or not any(char.isspace() or char >= "\u2e80" for char in match[1]):
        return False
    if not silent:
        state.push("note_sign", "", 0)
    state.pos = match.end()
    return True


def element_attributes(state: Any, silent: bool) -> bool:
    """What is said of the element just before it, of the line it stands on or, at its end, of a heading."""
    found = of_heading if state.env.get("heading") else after_element
    stop = found(state.src, state.pos)
    if stop is None or stop > state.posMax:
        return False
    if not silent:
        state.push("attributes", "", 0)
    state.pos = stop
    return True


def words(state: Any) -> None:
    """Read the words of every block: in a heading, and in what is raw, they are read differently."""
    before = None
    for token in state.tokens:
        if token.type == "inline":
            state.env["heading"] = before is not None and before.type == "heading_open"
            state.env["raw"] = token.meta.get("raw", False)
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        before = token
