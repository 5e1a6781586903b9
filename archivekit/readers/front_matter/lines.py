"""Front matter that YAML will not have: each key is given to YAML on its own, and what still fails is read as lines."""

from __future__ import annotations

import re
from typing import NamedTuple

from . import yaml_block
from .fields import MAX_BLOCK, MAX_DEPTH, Entry, Fields, Refused, Remark, Value
from .scalars import closes, is_prose, items, scalar

_KEY = re.compile(
    r"(?P<key>\"[^\"\n]{1,80}\"|'[^'\n]{1,80}'|[^\s:：#\"'\[\]{},&*!|>%@`-][^:：\n]{0,80}?)[ \t]*(?P<sign>:(?=\s|$)|：)"
    r"|(?P<word>[A-Za-z_][\w.-]{0,40}):(?!//)"
)
_BLOCK_SCALAR = re.compile(r"[|>][+-]?\d?[+-]?")
_SIMPLE = re.compile(r"(?!(?:null|~)$)[^\s\-?:,\[\]{}#&*!|>'\"%@`\x00-\x1f\x7f](?:[^\s:#]|:(?=[^\s])|(?<=\S)#|[^\S\r\n](?!#))*")
"""A plain scalar that YAML and a person read alike."""
_ITEM = re.compile(r"-(?:[ \t]+|$)")


class _Line(NamedTuple):
    """A line that is not blank: where it starts, where its words start, where they end."""

    start: int
    words: int
    end: int


def is_key_line(line: str) -> bool:
    """Whether a line without indentation begins with a key."""
    return _KEY.match(line) is not None


def read(text: str, start: int, end: int, *, prefix: str = "", depth: int = 0) -> Fields:
    """The fields of ``text[start:end]``, line by line; takes any text, in a time in proportion to its length. Keys at
    the margin are given to YAML one by one, unless the whole is larger than MAX_BLOCK."""
    found = Fields()
    quote = _usual_quote(text[start:end])
    to_yaml = not prefix and end - start <= MAX_BLOCK
    for chunk in _chunks(text, _lines(text, start, end), found):
        _read_chunk(text, chunk, found, quote=quote, prefix=prefix, depth=depth, to_yaml=to_yaml)
    return found


def _lines(text: str, start: int, end: int) -> list[_Line]:
    lines: list[_Line] = []
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        line = text[at:stop]
        if line.strip():
            lines.append(_Line(at, at + len(line) - len(line.lstrip()), at + len(line.rstrip())))
        at = stop + 1
    return lines


def _chunks(text: str, lines: list[_Line], found: Fields) -> list[list[_Line]]:
    """A key line and the lines under it, in turn; what stands before the first key is a comment."""
    chunks: list[list[_Line]] = []
    indent: int | None = None
    for line in lines:
        column = line.words - line.start
        is_key = text[line.words] != "#" and _KEY.match(text, line.words, line.end) is not None
        if is_key and (indent is None or column <= indent):
            indent = column
            chunks.append([line])
        elif chunks:
            chunks[-1].append(line)
        else:
            found.comments.append(Value(text[line.words : line.end], line.words, line.end))
    return chunks


def _read_chunk(text: str, chunk: list[_Line], found: Fields, *, quote: str, prefix: str, depth: int, to_yaml: bool) -> None:
    start, end = chunk[0].words, chunk[-1].end
    column = start - chunk[0].start
    match = _KEY.match(text, start, chunk[0].end)
    assert match is not None
    key = prefix + (match["word"] or match["key"].strip("\"'"))
    rest = _skip(text, match.end(), chunk[0].end)
    if len(chunk) == 1 and _SIMPLE.fullmatch(text, rest, end):
        value = Value(text[rest:end], rest, end)
        found.entries.append(Entry(key=key, values=(value,), is_list=False, key_start=start, start=rest, end=end))
        return
    if to_yaml and column == 0:
        try:
            good = yaml_block.read(text, start, end)
        except Refused:
            pass
        else:
            found.entries += good.entries
            found.comments += good.comments
            found.remarks += good.remarks
            return
    below = [line for line in chunk[1:] if text[line.words] != "#" or _is_literal(text, rest, chunk[0].end)]
    for line in chunk[1:]:
        if line not in below:
            found.comments.append(Value(text[line.words : line.end], line.words, line.end))
    if rest == chunk[0].end and below and below[0].words - below[0].start > column and depth < MAX_DEPTH:
        first = _KEY.match(text, below[0].words, below[0].end)
        if first is not None and not _ITEM.match(text, below[0].words, below[0].end):
            inner = read(text, below[0].start, end, prefix=f"{key}.", depth=depth + 1)
            found.entries += inner.entries
            found.comments += inner.comments
            found.remarks += inner.remarks
            return
    stop = below[-1].end if below else chunk[0].end
    is_list, values = _values(text, rest, chunk[0].end, below, quote, prose=is_prose(key))
    if any(line.words - line.start <= column and not _ITEM.match(text, line.words, line.end) for line in below):
        found.remarks.append(Remark("front-matter.stray-line", f"a line without a key is read as part of {key!r}", rest, stop))
    kept = tuple(value for value in values if value.text)
    found.entries.append(Entry(key=key, values=kept, is_list=is_list, key_start=start, start=rest, end=max(rest, stop)))


def _values(text: str, rest: int, line_end: int, below: list[_Line], quote: str, *, prose: bool) -> tuple[bool, list[Value]]:
    """Whether the words after a key and the lines below it are a list, and their values."""
    end = below[-1].end if below else line_end
    if rest == line_end and below and _ITEM.match(text, below[0].words, below[0].end):
        return True, _list_items(text, below, quote)
    if below and _BLOCK_SCALAR.fullmatch(text, rest, line_end):
        margin = min(line.words - line.start for line in below)
        lines = [text[line.start + margin : line.end] for line in below]
        return False, [Value(("\n" if text[rest] == "|" else " ").join(lines), rest, end)]
    if not prose and rest < line_end and text[rest] == "[" and closes(text, rest, end):
        return True, items(text, rest + 1, end - 1)
    return False, [scalar(text, rest, end, quote=quote)]


def _list_items(text: str, lines: list[_Line], quote: str) -> list[Value]:
    spans: list[tuple[int, int]] = []
    for line in lines:
        if match := _ITEM.match(text, line.words, line.end):
            spans.append((match.end(), line.end))
        else:
            spans[-1] = (spans[-1][0], line.end)
    return [scalar(text, start, end, quote=quote) for start, end in spans]


def _is_literal(text: str, rest: int, line_end: int) -> bool:
    """Whether lines below a key's value belong to a text in which ``#`` is no comment: a block scalar."""
    return _BLOCK_SCALAR.fullmatch(text, rest, line_end) is not None


def _skip(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start


def _usual_quote(block: str) -> str:
    """The sign with which other values of the block are quoted from end to end; ``""`` when none is."""
    for sign in "\"'":
        if re.search(rf"^[\w-]+:[ \t]+{sign}[^{sign}\n]*{sign}[ \t]*$", block, re.MULTILINE):
            return sign
    return ""
