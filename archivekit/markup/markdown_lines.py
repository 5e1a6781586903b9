"""Lines: where each character of a Markdown token stands in the source.

A token's content is its source lines without container prefixes and indentation, so every line of it is the end of a
source line (or, in headings and table cells, the middle of one) but for the blanks around it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_LINE_END = re.compile(r"\r\n|\r|\n")


class Piece(NamedTuple):
    """A stretch of content that stands in the source as it is: content offset, source offset."""

    content: int
    source: int


class Content:
    """Maps offsets of a token's content to character offsets of the source."""

    def __init__(self, pieces: list[Piece]) -> None:
        self._pieces = pieces
        self._starts = [piece.content for piece in pieces]

    def place(self, offset: int) -> int:
        """Where the character at ``offset`` stands."""
        if not self._pieces:
            return 0
        piece = self._pieces[max(0, bisect_right(self._starts, offset) - 1)]
        return max(0, piece.source + offset - piece.content)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Both ends of a stretch that is not empty."""
        first = self.place(start)
        return first, max(first, self.place(end - 1) + 1)

    def cut(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """A stretch cut where the source has something in between that the content has not."""
        index = bisect_right(self._starts, start)
        while index < len(self._starts) and self._starts[index] < end:
            yield start, self._starts[index]
            start = self._starts[index]
            index += 1
        yield start, end


class Lines:
    """``text[start:end]`` cut into lines, whatever the line ends, and at further places."""

    def __init__(self, text: str, start: int, end: int, cuts: Sequence[int] = ()) -> None:
        self.lines: list[str] = []
        self.starts: list[int] = []
        at = start
        ends = [match.span() for match in _LINE_END.finditer(text, start, end)]
        for first, last in sorted([*ends, *((cut, cut) for cut in cuts)]) if cuts else ends:
            self.lines.append(text[at:first])
            self.starts.append(at)
            at = last
        self.lines.append(text[at:end])
        self.starts.append(at)

    @property
    def text(self) -> str:
        """The lines, each ended by ``\\n``: markdown-it looks at the character after an empty last line."""
        return "\n".join([*self.lines, ""])

    def at(self, place: int) -> int:
        """The line that a place of the source stands in."""
        return bisect_right(self.starts, place) - 1

    def bounds(self, first: int, last: int) -> tuple[int, int]:
        """Where lines ``first`` up to but not including ``last`` begin and end."""
        last = min(last, len(self.lines))
        return self.starts[first], self.starts[last - 1] + len(self.lines[last - 1])

    def suffixes(self, content: str, first: int, last: int) -> Content:
        """The map of content whose lines are the ends of source lines from ``first`` on."""
        pieces: list[Piece] = []
        line, offset = first, 0
        for part in content.split("\n"):
            words = part.strip()
            while line < last - 1 and words and not self.lines[line].rstrip().endswith(words):
                line += 1
            here = self.lines[min(line, len(self.lines) - 1)]
            found = here.rfind(words) if words else len(here)
            lead = len(part) - len(part.lstrip()) if words else 0
            pieces.append(Piece(offset, self.starts[min(line, len(self.lines) - 1)] + max(found, 0) - lead))
            offset += len(part) + 1
            line += 1
        return Content(pieces)

    def inside(self, content: str, line: int, column: int) -> tuple[Content, int]:
        """The map of content that stands in one line at or after ``column``, pipes escaped or not; where it ends there."""
        here, base = self.lines[line], self.starts[line]
        escaped = content.replace("|", "\\|")
        found = here.find(escaped, column)
        if found < 0:
            return Content([Piece(0, base + max(0, here.find(content, column)))]), column
        pieces = [Piece(0, base + found)]
        for skipped, match in enumerate(re.finditer(r"\|", content), 1):
            pieces.append(Piece(match.start(), base + found + match.start() + skipped))
        return Content(pieces), found + len(escaped)
