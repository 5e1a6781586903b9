"""TOML front matter (TOML 1.0): tomllib says whether it is TOML; where a value stands is found by reading the lines."""

from __future__ import annotations

import re
import tomllib

from .fields import MAX_BLOCK, MAX_DEPTH, Entry, Fields, Remark, Value
from .scalars import scalar

_TABLE = re.compile(r"\[\[?[ \t]*([^\[\]\n]{1,200}?)[ \t]*\]\]?[ \t]*(#.*)?")
_PAIR = re.compile(r"((?:\"[^\"\n]{0,80}\"|'[^'\n]{0,80}'|[\w-]{1,80})(?:[ \t]*\.[ \t]*[\w\"'-]{1,80}){0,8})[ \t]*=[ \t]*")
_LONG = re.compile(r"\"\"\"\r?\n?(.*?)\"\"\"(?!\")|'''\r?\n?(.*?)'''(?!')", re.DOTALL)
_TOKEN = re.compile(
    r"(?P<string>\"{3}.*?\"{3,5}|'{3}.*?'{3,5}|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*')|(?P<comment>#[^\n]*)|(?P<sign>[\[\]{},])"
    r"|(?P<bare>[^\s\[\]{},#\"'][^\[\]{},#\n]*)|(?P<other>[\s\S])",
    re.DOTALL,
)
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
            if head[2]:
                words = head[2].rstrip()
                found.comments.append(Value(words, head.start(2), head.start(2) + len(words)))
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
    comments: list[Value] = []
    values: list[Value] = []
    is_list = text[at : at + 1] == "["
    stop = 0
    if is_list:
        stop = _array(text, at, end, values, comments)
    elif string := _LONG.match(text, at, end) or _SHORT.match(text, at, line_end):
        stop = string.end()
        values = [_decoded(text, at, stop)]
    after = text.find("\n", stop or at, end)
    after = end if after < 0 else after
    rest = text[stop:after].strip() if stop else ""
    if not stop or (rest and rest[0] != "#"):
        is_list, comments, after = False, [], line_end
        sign = text.find("#", at, line_end)
        rest = text[sign:line_end].strip() if sign >= 0 and not stop else ""
        stop = at + len(text[at : sign if rest else line_end].rstrip())
        values = [scalar(text, at, stop)]
    if rest:
        left = text.index(rest, stop)
        comments.append(Value(rest, left, left + len(rest)))
    found.comments += comments
    kept = tuple(value for value in values if value.text)
    found.entries.append(Entry(key=key, values=kept, is_list=is_list, key_start=pair.start(), start=at, end=stop))
    return after


def _array(text: str, at: int, end: int, values: list[Value], comments: list[Value]) -> int:
    """Gather the values of the array at ``at``, those of arrays in it too; returns what comes after it, 0 when it
    is not closed. An inline table in it is kept as it is written."""
    depth = braces = opened = 0
    for token in _TOKEN.finditer(text, at, end):
        kind, start, stop = token.lastgroup, token.start(), token.end()
        if kind == "sign":
            depth += (token[0] == "[") - (token[0] == "]")
            braces += (token[0] == "{") - (token[0] == "}")
            if token[0] == "{" and braces == 1:
                opened = start
            elif token[0] == "}" and braces == 0:
                values.append(Value(text[opened:stop], opened, stop))
            if depth == 0:
                return stop
        elif kind == "comment":
            comments.append(Value(token[0].rstrip(), start, start + len(token[0].rstrip())))
        elif kind in ("string", "bare") and braces == 0:
            values.append(_decoded(text, start, start + len(token[0].rstrip())))
    return 0


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
