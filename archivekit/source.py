"""Source: the bytes of one input file, their text, and the map between the two."""

from __future__ import annotations

import hashlib
from bisect import bisect_right

import msgspec

from .errors import EmptySourceError, SourceTooLargeError
from .model import Notice, SourceInfo, Span

MAX_BYTES = 16 * 1024 * 1024
"""The default size limit of a source file, in bytes."""


class Segment(msgspec.Struct, frozen=True):
    """A stretch of text that decodes, and encodes back, exactly: where it starts in the text and in the file."""

    char: int
    byte: int
    text: str


class Source:
    """One input file.

    ``text`` never starts with a byte order mark; ``span(a, b)`` turns character offsets into byte offsets, such that
    ``data[start:end].decode(encoding, "replace")`` is ``text[a:b]``.
    """

    def __init__(
        self, path: str, data: bytes, segments: tuple[Segment, ...], encoding: str, basis: str, notices: tuple[Notice, ...] = ()
    ) -> None:
        self.path = path
        self.data = data
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.encoding = encoding
        self.encoding_basis = basis
        self.notices = notices
        self.text = "".join(segment.text for segment in segments)
        self._segments = segments
        self._starts = [segment.char for segment in segments]
        self._marks: dict[int, int] = {}

    @property
    def info(self) -> SourceInfo:
        """What a record says of its file."""
        return SourceInfo(
            path=self.path, sha256=self.sha256, size=len(self.data), encoding=self.encoding, encoding_basis=self.encoding_basis
        )

    def byte(self, char: int) -> int:
        """The byte offset of the character at ``char`` (0 … ``len(text)``)."""
        if not self._segments:
            return 0
        segment = self._segments[max(0, bisect_right(self._starts, char) - 1)]
        inside = char - segment.char
        page = inside & ~0x3FF
        key = segment.char + page
        if key not in self._marks:
            at = 0
            base = segment.byte
            while at <= page:
                self._marks.setdefault(segment.char + at, base)
                base = self._marks[segment.char + at] + len(segment.text[at : at + 0x400].encode(self.encoding, "replace"))
                at += 0x400
        return self._marks[key] + len(segment.text[page:inside].encode(self.encoding, "replace"))

    def span(self, start: int, end: int) -> Span:
        """The bytes of ``text[start:end]``."""
        return Span(self.byte(start), self.byte(end))


def load(path: str, data: bytes, *, max_bytes: int = MAX_BYTES) -> Source:
    """Decode the bytes of a file; raises EmptySourceError, BinarySourceError or SourceTooLargeError."""
    if len(data) > max_bytes:
        raise SourceTooLargeError(f"{len(data)} bytes, the limit is {max_bytes}", path=path)
    if not data.strip():
        raise EmptySourceError("the file is empty", path=path)
    basis, skip = ("bom", 3) if data.startswith(b"\xef\xbb\xbf") else ("strict-utf-8", 0)
    return Source(path, data, (Segment(0, skip, data[skip:].decode("utf-8")),), "utf-8", basis)
