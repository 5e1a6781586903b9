"""TOML front matter (TOML 1.0): tomllib says whether it is TOML; where a value stands is found by reading the lines."""

from __future__ import annotations

import re
import tomllib

from .fields import MAX_BLOCK, MAX_DEPTH, Entry, Fields, Remark, Value
from .scalars import closes, items, scalar

_TABLE = re.compile(r"\[\[?[ \t]*([^\[\]\n]{1,200}?)[ \t]*\]\]?[ \t]*(?:#.*)?")
_PAIR = re.compile(r"((?:\"[^\"\n]{0,80}\"|'[^'\n]{0,80}'|[\w-]{1,80})(?:[ \t]*\.[ \t]*[\w\"'-]{1,80}){0,8})[ \t]*=[ \t]*")
_LONG = re.compile(r"\"\"\"\r?\n?(.*?)\"\"\"(?!\")|'''\r?\n?(.*?)'''(?!')", re.DOTALL)
_SHORT = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")


def read(text: str, start: int, end: int) -> Fields:
    """The fields of ``text[start:end]``; takes any text. Numbers, dates and booleans stay as they are written."""
    found = Fields()
    _check(text, start, end, found)
    table = ""
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        at += len(text[at:stop]) - len(text[at:stop].lstrip())
        if pair := _PAIR.match(text, at, stop):
            stop = max(stop, _pair(text, pair, table, stop, end, found))
        elif head := _TABLE.fullmatch(text, at, stop):
            table = head[1].replace('"', "").replace("'", "") + "."
        elif line := text[at:stop].rstrip():
            found.comments.append(Value(line, at, at + len(line)))
        at = stop + 1
    return found


def _check(text: str, start: int, end: int, found: Fields) -> None:
    block = text[start:end]
    complaint = ""
    if len(block) > MAX_BLOCK or block.count("[") + block.count("{") > 4096 or re.search(r"(?:\w\.){64}", block):
        complaint = "too large or too deep for TOML"
    elif _depth(block) <= MAX_DEPTH:
        try:
            tomllib.loads(block)
        except (ValueError, RecursionError) as error:
            complaint = str(error)
    else:
        complaint = f"nested deeper than {MAX_DEPTH}"
    if complaint:
        found.remarks.append(Remark("front-matter.not-toml", complaint, start, start))


def _depth(block: str) -> int:
    depth = deepest = 0
    for sign in re.findall(r"[\[\]{}]", block):
        depth += 1 if sign in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _pair(text: str, pair: re.Match[str], table: str, line_end: int, end: int, found: Fields) -> int:
    """Add the entry of a ``key = value`` line; returns where the value's last line ends."""
    key = table + re.sub(r"[\"'\s]", "", pair[1])
    at = pair.end()
    is_list = False
    if long := _LONG.match(text, at, end):
        stop = long.end()
        values = [_decoded(text, at, stop)]
    elif short := _SHORT.match(text, at, line_end):
        stop = short.end()
        values = [_decoded(text, at, stop)]
    elif text[at : at + 1] == "[" and (stop := _array_end(text, at, end)):
        is_list = True
        values = [_decoded(text, *_with_quotes(text, value)) for value in items(text, at + 1, stop - 1)]
    else:
        comment = text.find("#", at, line_end)
        stop = at + len(text[at : comment if comment >= 0 else line_end].rstrip())
        values = [scalar(text, at, stop)]
    after = text.find("\n", stop, end)
    after = end if after < 0 else after
    rest = text[stop:after].strip()
    if rest:
        left = text.index(rest, stop)
        found.comments.append(Value(rest, left, left + len(rest)))
    kept = tuple(value for value in values if value.text)
    found.entries.append(Entry(key=key, values=kept, is_list=is_list, key_start=pair.start(), start=at, end=stop))
    return after


def _with_quotes(text: str, value: Value) -> tuple[int, int]:
    """The range of an item with the quotes around it."""
    if value.start and text[value.start - 1] in "\"'" and text[value.end : value.end + 1] == text[value.start - 1]:
        return value.start - 1, value.end + 1
    return value.start, value.end


def _decoded(text: str, start: int, end: int) -> Value:
    """A string as tomllib decodes it; anything else as it is written."""
    raw = text[start:end]
    if raw[:1] not in ('"', "'"):
        return Value(raw, start, end)
    try:
        decoded = str(tomllib.loads(f"x = {raw}")["x"])
    except (ValueError, RecursionError):
        return scalar(text, start, end)
    if decoded == raw[1:-1]:
        return Value(decoded, start + 1, end - 1)
    return Value(decoded, start, end)


def _array_end(text: str, start: int, end: int) -> int:
    """Where the array at ``start`` ends; 0 when it is not closed within its first 200 lines."""
    at = start
    for _ in range(200):
        at = text.find("]", at + 1, end)
        if at < 0:
            return 0
        if closes(text, start, at + 1):
            return at + 1
    return 0
