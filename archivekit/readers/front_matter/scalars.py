"""Scalars as their author meant them: when a quote, a bracket or a number sign is syntax and when it is text."""

from __future__ import annotations

import re

from .fields import Value

TEXT_KEYS = frozenset(
    ("title", "subtitle", "description", "summary", "excerpt", "abstract", "digest", "subject", "headline", "name", "caption")
)
"""Keys whose values are prose: in one, `` # `` is a number sign and no comment, ``[快讯]`` is words and no list."""

_COMMENT = re.compile(r"[ \t]+#([^\n]*)")
_TRAILING = re.compile(r"[\"' \t,\]}]*#([^\n]*)")
"""A comment after a value, the marks that end the value or divide it from the next before it."""
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(\r?\n)[ \t]*|(.))", re.DOTALL)
_ESCAPED = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b", " ": " ",
    '"': '"', "'": "'", "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_SINGLE = re.compile(r"'((?:[^']|'')*)'", re.DOTALL)
_APOSTROPHES = re.compile(r"'(?:[^']|(?<=[A-Za-z])'(?=[A-Za-z]))*'", re.DOTALL)
_FOLD = re.compile(r"[ \t]*\r?\n\s*")


def is_prose(key: str) -> bool:
    """Whether a key, or the last part of a dotted one, has prose for its value."""
    return key.rpartition(".")[2].casefold() in TEXT_KEYS


def is_text_comment(key: str, after: str) -> bool:
    """Whether ``after``, which begins with `` #``, belongs to the value: it does in prose, and as a hashtag."""
    match = _COMMENT.match(after)
    return match is not None and (is_prose(key) or match[1][:1].strip() != "")


def comment_after(after: str) -> tuple[int, int] | None:
    """Where in ``after`` a comment on the same line stands."""
    match = _TRAILING.match(after)
    return None if match is None else (match.start(1) - 1, match.start(1) + len(match[1].rstrip()))


def unescape(text: str) -> str:
    """Undo the escapes of a double-quoted scalar (YAML 1.2.2 §5.7, and JSON's pairs of surrogates); what is no
    escape stays as it is."""

    def one(match: re.Match[str]) -> str:
        code = match[1] or match[2] or match[3]
        if code:
            return chr(int(code, 16)) if int(code, 16) <= 0x10FFFF else "\ufffd"
        return "" if match[4] else _ESCAPED.get(match[5], match[0])

    decoded = _ESCAPE.sub(one, text)
    return decoded.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def scalar(text: str, start: int, end: int, *, quote: str = "") -> Value:
    """The value that ``text[start:end]`` states; ``quote`` is the sign its neighbours are quoted with."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    raw = text[start:end]
    inner = _unquoted(raw, quote)
    if inner is None:
        return Value(_FOLD.sub(" ", raw), start, end)
    decoded, margin = inner
    if margin and decoded == raw[margin : len(raw) - margin]:
        return Value(decoded, start + margin, end - margin)
    return Value(decoded, start, end)


def _unquoted(raw: str, quote: str) -> tuple[str, int] | None:
    """What is inside the quotes, decoded, and how many signs the quotes are; None when the quotes are text."""
    if match := _DOUBLE.fullmatch(raw):
        return unescape(_FOLD.sub(" ", match[1])), 1
    if match := _SINGLE.fullmatch(raw):
        if match[1].startswith("''") and match[1].endswith("''") and match[1].strip("'"):
            return _stripped(raw)
        return _FOLD.sub(" ", match[1].replace("''", "'")), 1
    if len(raw) > 6 and raw[0] in "\"'" and raw[:3] == raw[0] * 3 and raw.endswith(raw[:3]):
        return _stripped(raw)
    if len(raw) > 2 and raw[0] in "\"'" and raw[-1] == raw[0] and (raw[0] == quote or _belong_together(raw)):
        inner = _FOLD.sub(" ", raw[1:-1])
        return (unescape(inner) if raw[0] == '"' else inner), 1
    return None


def _stripped(raw: str) -> tuple[str, int] | None:
    """Take off the quotes that were piled up by writing a quoted scalar again and again (``\"\"\"'…'\"\"\"``)."""
    inner, margin = raw, 0
    while len(inner) > 2 and inner[0] in "\"'" and inner[-1] == inner[0]:
        run = len(inner) - len(inner.lstrip(inner[0]))
        run = min(run, len(inner) - len(inner.rstrip(inner[0])))
        if margin and inner[0] in inner[run:-run]:
            break
        inner, margin = inner[run:-run], margin + run
    return (_FOLD.sub(" ", inner), margin) if inner else None


def _belong_together(raw: str) -> bool:
    """Whether the outer quotes are one pair: the first sign inside is an opening one, or all are apostrophes."""
    if _APOSTROPHES.fullmatch(raw):
        return True
    at = raw.find(raw[0], 1, -1)
    return at > 0 and raw[at - 1] in " \t\u3000(（[【《「『:：" and not raw[at + 1].isspace()


def closes(text: str, start: int, end: int) -> bool:
    """Whether the bracket at ``start`` is closed by the last character before ``end``, and not sooner."""
    depth, at = 0, start
    while at < end:
        sign = text[at]
        if sign in "\"'" and text[at - 1] in "[{, \t\n":
            at = _closing(text, at, end)
        elif sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
            if depth == 0:
                return at == end - 1
        at += 1
    return False


def items(text: str, start: int, end: int) -> list[Value]:
    """The items between brackets, split at commas; ``['it's', "b"]`` is read as it looks."""
    found: list[Value] = []
    at = start
    while at < end:
        while at < end and text[at] in " \t\r\n,":
            at += 1
        stop = at
        if at < end and text[at] in "\"'":
            stop = _closing(text, at, end) + 1
        while stop < end and text[stop] != ",":
            stop += 1
        stop = min(stop, end)
        if text[at:stop].strip():
            found.append(_item(text, at, stop))
        at = stop + 1
    return [value for value in found if value.text]


def _item(text: str, start: int, end: int) -> Value:
    while text[end - 1].isspace():
        end -= 1
    sign = text[start]
    if sign in "\"'" and end - start > 1 and text[end - 1] == sign:
        inner = text[start + 1 : end - 1]
        decoded = unescape(inner) if sign == '"' or "\\'" in inner else inner.replace("''", "'")
        return Value(decoded, start + 1, end - 1) if decoded == inner else Value(decoded, start, end)
    return scalar(text, start, end)


def _closing(text: str, start: int, end: int) -> int:
    """Where the quote opened at ``start`` closes: before a comma, a bracket or the end; ``start`` when nowhere."""
    at = start
    while (at := text.find(text[start], at + 1, end)) >= 0:
        rest = at + 1
        while rest < end and text[rest] in " \t\r\n":
            rest += 1
        if (rest == end or text[rest] in ",]}:") and (text[at - 1] != "\\" or text[at - 2] == "\\"):
            return at
    return start
