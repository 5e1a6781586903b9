"""Source: the bytes of one input file, their text, and the map between the two."""

from __future__ import annotations

import codecs
import hashlib
from bisect import bisect_right
from itertools import accumulate

from .encodings import Segment, decode
from .errors import EmptySourceError, RecordsTooLargeError, SourceError, SourceTooLargeError
from .limits import DEFAULT, Limits, over
from .model import Notice, SourceInfo, Span

__all__ = ["RECORD", "Segment", "Source", "checked_size", "load"]

RECORD = b'{"schema":"archivekit/'
"""How an archive of records begins."""

_PAGE = 128
"""Characters between two marks of the map."""

_INVISIBLE = "\x00\ufeff\u200b\u200e\u200f\u2060\ufffd"


class Source:
    """One input file.

    ``text`` never starts with a byte order mark and never holds a lone surrogate; ``span(a, b)`` turns character
    offsets into byte offsets, such that ``data[start:end].decode(encoding, "replace")`` is ``text[a:b]``. A byte
    that could not be decoded is U+FFFD there, with a notice. ``limits`` are those whoever reads it must hold to.
    """

    def __init__(
        self,
        path: str,
        data: bytes,
        segments: tuple[Segment, ...],
        encoding: str,
        basis: str,
        notices: tuple[Notice, ...] = (),
        limits: Limits = DEFAULT,
    ) -> None:
        self.path = path
        self.data = data
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.encoding = encoding
        self.encoding_basis = basis
        self.notices = notices
        self.limits = limits
        self.text = segments[0].text if len(segments) == 1 else "".join(segment.text for segment in segments)
        self._segments = segments
        self._chars: list[int] = []
        self._bytes: list[int] = []

    @property
    def info(self) -> SourceInfo:
        """What a record says of its file."""
        return SourceInfo(
            path=self.path, sha256=self.sha256, size=len(self.data), encoding=self.encoding, encoding_basis=self.encoding_basis
        )

    def byte(self, char: int) -> int:
        """The byte offset of the character at ``char`` (0 … ``len(text)``)."""
        if not self._chars:
            self._map()
        mark = bisect_right(self._chars, char) - 1
        if mark < 0:
            return self._bytes[0]
        start = self._chars[mark]
        if start == char or mark + 1 == len(self._chars):
            return self._bytes[mark]
        size = len(self.text[start:char].encode(self.encoding, "replace"))
        return min(self._bytes[mark] + size, self._bytes[mark + 1])

    def char(self, byte: int) -> int:
        """The character that holds the byte at ``byte`` (0 … ``len(data)``); the inverse of :meth:`byte`."""
        if not self._chars:
            self._map()
        mark = bisect_right(self._bytes, byte) - 1
        if mark < 0:
            return 0
        if mark + 1 == len(self._bytes):
            return self._chars[mark]
        inside = len(self.data[self._bytes[mark] : byte].decode(self.encoding, "ignore"))
        return min(self._chars[mark] + inside, self._chars[mark + 1] - 1)

    def span(self, start: int, end: int) -> Span:
        """The bytes of ``text[start:end]``."""
        return Span(self.byte(start), self.byte(end))

    def quotes(self, span: Span, words: str) -> bool:
        """Whether words are what stands at a span. A damaged byte at its end is another character where the rest is cut off."""
        if words == self.data[span.start : span.end].decode(self.encoding, "replace"):
            return True
        return words == self.text[self.char(span.start) : self.char(span.end)]

    def _map(self) -> None:
        """Lay marks: at every segment, at every page inside one, and at the end."""
        for segment in self._segments:
            chars, sizes = [0], [0]
            if not segment.damaged:
                chars = list(range(0, max(1, len(segment.text)), _PAGE))
                pages = [segment.text[at : at + _PAGE] for at in chars]
                sizes = [0, *accumulate(len(page.encode(self.encoding, "replace")) for page in pages)]
                if sizes.pop() != segment.size:
                    chars, sizes = self._unit_marks(segment)
            self._chars += [segment.char + at for at in chars]
            self._bytes += [segment.byte + at for at in sizes]
        self._chars.append(len(self.text))
        self._bytes.append(len(self.data))

    def _unit_marks(self, segment: Segment) -> tuple[list[int], list[int]]:
        """A mark at each unit of the codec, for a segment whose text would be encoded at another length."""
        decoder = codecs.getincrementaldecoder(self.encoding)()
        chars, sizes, char = [0], [0], 0
        for at in range(segment.byte, segment.byte + segment.size):
            char += len(decoder.decode(self.data[at : at + 1]))
            if char > chars[-1]:
                chars.append(char)
                sizes.append(at + 1 - segment.byte)
        return chars[:-1] or [0], sizes[:-1] or [0]


def checked_size(path: str, head: bytes, size: int, limits: Limits) -> int:
    """The most bytes a file that begins with ``head`` may have; raises SourceTooLargeError when ``size`` is more."""
    if head.startswith(RECORD):
        most = max(limits.records_bytes, limits.document_bytes)
        if size > most:
            raise RecordsTooLargeError(f"{size} bytes, {over('records_bytes', most)}", path=path)
        return most
    if size > limits.document_bytes:
        raise SourceTooLargeError(f"{size} bytes, {over('document_bytes', limits.document_bytes)}", path=path)
    return limits.document_bytes


def load(path: str, data: bytes, limits: Limits = DEFAULT) -> Source:
    """Decode the bytes of a file; raises EmptySourceError, BinarySourceError or SourceTooLargeError."""
    checked_size(path, data[: len(RECORD)], len(data), limits)
    if not data.strip():
        raise EmptySourceError("the file is empty", path=path)
    try:
        decoding = decode(data)
    except SourceError as error:
        error.path = path
        raise
    notices = tuple(Notice(id=id, message=message, span=Span(start, end)) for id, message, start, end in decoding.problems)
    source = Source(path, data, decoding.segments, decoding.encoding, decoding.basis, notices, limits)
    if not source.text.strip().strip(_INVISIBLE).strip():
        raise EmptySourceError("nothing but white space", path=path)
    return source
