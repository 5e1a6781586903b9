"""JSON front matter (RFC 8259): an object whose braces stand on lines of their own."""

from __future__ import annotations

import re
from json import JSONDecodeError, JSONDecoder

from .fields import MAX_DEPTH, MAX_KEY, Entry, Fields, Refused, Value

_STRINGS = JSONDecoder(strict=False)
_BLANK = re.compile(r"[ \t\r\n]*")
_LITERAL = re.compile(r"-?\d{1,400}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,9})?|true|false|null")


class _Reader:
    """A recursive descent over one object that notes where each scalar stands."""

    def __init__(self, text: str, end: int) -> None:
        self.text = text
        self.end = end
        self.found = Fields()

    def object(self, at: int, prefix: str, depth: int) -> int:
        """Read the object whose brace is at ``at``; returns what comes after it."""
        return self.members(at + 1, prefix, depth, "}") + 1

    def members(self, at: int, prefix: str, depth: int, closer: str) -> int:
        """Read the keys and values from ``at`` on; returns where ``closer`` stands."""
        at = self.skip(at)
        while self.text[at : at + 1] != closer:
            key_start = at
            key, at = self.string(at)
            at = self.skip(at)
            if self.text[at : at + 1] != ":":
                raise Refused("a colon is missing", at)
            at = self.entry(f"{prefix}{key}", key_start, self.skip(at + 1), depth)
            at = self.skip(at)
            if self.text[at : at + 1] == ",":
                at = self.skip(at + 1)
            elif self.text[at : at + 1] != closer:
                raise Refused("a comma or a brace is missing", at)
        return at

    def entry(self, name: str, key_start: int, at: int, depth: int) -> int:
        if depth > MAX_DEPTH:
            raise Refused(f"nested deeper than {MAX_DEPTH}", at)
        if len(name) > MAX_KEY:
            raise Refused(f"a key of more than {MAX_KEY} characters", key_start)
        if at > self.end:
            raise Refused("longer than the limit", at)
        if self.text[at : at + 1] == "{":
            return self.object(at, f"{name}.", depth + 1)
        values: list[Value] = []
        is_list = self.text[at : at + 1] == "["
        stop = self.array(at, name, values, depth + 1) if is_list else self.scalar(at, values)
        self.found.entries.append(
            Entry(key=name, values=tuple(values), is_list=is_list, key_start=key_start, start=at, end=stop)
        )
        return stop

    def array(self, at: int, name: str, values: list[Value], depth: int) -> int:
        if depth > MAX_DEPTH:
            raise Refused(f"nested deeper than {MAX_DEPTH}", at)
        at = self.skip(at + 1)
        place = 0
        while self.text[at : at + 1] != "]":
            if self.text[at : at + 1] == "[":
                at = self.array(at, name, values, depth + 1)
            elif self.text[at : at + 1] == "{":
                at = self.object(at, f"{name}.{place}.", depth + 1)
            else:
                at = self.scalar(at, values)
            place += 1
            at = self.skip(at)
            if self.text[at : at + 1] == ",":
                at = self.skip(at + 1)
            elif self.text[at : at + 1] != "]":
                raise Refused("a comma or a bracket is missing", at)
        return at + 1

    def scalar(self, at: int, values: list[Value]) -> int:
        if self.text[at : at + 1] == '"':
            decoded, stop = self.string(at)
            if decoded:
                plain = decoded == self.text[at + 1 : stop - 1]
                values.append(Value(decoded, at + plain, stop - plain))
            return stop
        literal = _LITERAL.match(self.text, at)
        if literal is None:
            raise Refused("not a JSON value", at)
        if literal[0] != "null":
            values.append(Value(literal[0], at, literal.end()))
        return literal.end()

    def string(self, at: int) -> tuple[str, int]:
        if self.text[at : at + 1] != '"':
            raise Refused("a string is missing", at)
        try:
            decoded, stop = _STRINGS.raw_decode(self.text, at)
        except JSONDecodeError as error:
            raise Refused(error.msg, error.pos) from error
        return decoded.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"), stop

    def skip(self, at: int) -> int:
        blank = _BLANK.match(self.text, at)
        return blank.end() if blank else at


def read(text: str, start: int, most: int) -> tuple[Fields, int]:
    """The fields of the object at ``start``, and what comes after it; raises Refused when it is not JSON, or goes on at
    ``most``."""
    reader = _Reader(text, most)
    end = reader.object(start, "", 0)
    return reader.found, end


def read_bare(text: str, start: int, most: int) -> tuple[Fields, int]:
    """The fields of an object without its braces that a semicolon ends, and where that stands; raises as ``read`` does."""
    reader = _Reader(text, most)
    end = reader.members(start, "", 0, ";")
    return reader.found, end
