"""Alignment: the words of a text node found again in the HTML that they were parsed from."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

_REFERENCE: Final = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]*;?)")
_BROKEN_REFERENCE: Final = re.compile(r"&\0*(?:#[0-9\0]+;?|#\0*[xX][0-9a-fA-F\0]+;?|[A-Za-z][A-Za-z0-9\0]*;?)")
"""One that is whole when NUL has been left out, as it is in a table."""
_MARKUP: Final = re.compile(r"</?[A-Za-z]|<!--")
_TAG: Final = re.compile(r"<!--.*?(?:-->|\Z)|<[^>]*(?:>|\Z)", re.S)
_NEAR: Final = 64
"""Characters that are looked through for one character."""
_NEEDLE: Final = 8
"""How many characters are looked for together."""
_OTHERWISE: Final = re.compile(r"[\n&<>\"'\u00a0]")
"""What a source has otherwise than the words that it is parsed to: as another end of line, or as a reference."""
_FAILURES: Final = 50
"""How often words are looked for in all that follows, and not found."""


class Piece:
    """A stretch of words and where they stand: ``text[start:end]`` of the parsed string."""

    __slots__ = ("end", "start", "verbatim", "words")

    def __init__(self, words: str, start: int, end: int, *, verbatim: bool) -> None:
        self.words = words
        self.start = start
        self.end = end
        self.verbatim = verbatim


class Claims:
    """Stretches of the source in which other words are known to stand."""

    def __init__(self, stretches: Iterable[tuple[int, int]]) -> None:
        known = sorted(stretches)
        self._starts = [start for start, _ in known]
        self._ends = [end for _, end in known]

    def past(self, at: int) -> int:
        """The place itself, or where the stretch that it lies in ends."""
        last = bisect_right(self._starts, at) - 1
        return max(at, self._ends[last]) if last >= 0 else at

    def find(self, source: str, words: str, at: int, end: int | None = None) -> int:
        """Where words stand that nothing lays claim to; or -1."""
        found = source.find(words, at, end)
        while found >= 0 and (past := self.past(found)) > found:
            found = source.find(words, past, end)
        return found


def align(source: str, words: str, start: int, claims: Claims, *, tags: bool, references: bool) -> Iterator[Piece]:
    """Find the words of a text node in the source it was parsed from, from ``start`` on.

    Character references, ``\\r\\n``, NUL (left out, or U+FFFD where the standard says so) and tags that the parser ignored
    stand between; each becomes the border of a piece. A piece is verbatim, or one reference with what it stands for. Words
    that are not found stand nowhere, where the last ones ended. None stand in ``claims``. Without ``tags`` a ``<`` is a
    character like any, without ``references`` a ``&``.
    """
    at, done, size = start, 0, len(words)
    reached, failures = start, 0
    while done < size:
        at = claims.past(at)
        run = _common(source, at, words, done, tags=tags, references=references)
        if run:
            yield Piece(words[done : done + run], at, at + run, verbatim=True)
            reached = at = at + run
            done += run
            continue
        if at >= len(source):
            yield Piece(words[done:], reached, reached, verbatim=False)
            return
        head = source[at]
        if references and head == "&" and (match := _REFERENCE.match(source, at) or _BROKEN_REFERENCE.match(source, at)):
            plain = html.unescape(match.group().replace("\0", "")) or words[done]
            if words.startswith(plain, done):
                yield Piece(plain, at, match.end(), verbatim=False)
                reached = at = match.end()
                done += len(plain)
                continue
        if head == "\r" and words[done] == "\n":
            end = at + 2 if source.startswith("\r\n", at) else at + 1
            yield Piece("\n", at, end, verbatim=False)
            at, done = end, done + 1
        elif head == "\0" and words[done] == "\ufffd":
            yield Piece("\ufffd", at, at + 1, verbatim=False)
            at, done = at + 1, done + 1
        elif head == "\0":
            at += 1
        elif tags and head == "<" and (match := _TAG.match(source, at)):
            at = match.end()
        elif (found := _further(source, words, done, at, claims, far=failures < _FAILURES)) >= 0:
            at = found
        else:
            yield Piece(words[done], reached, reached, verbatim=False)
            failures += 1
            done += 1


def _further(source: str, words: str, done: int, at: int, claims: Claims, *, far: bool) -> int:
    """Where the words go on after a place at which they do not: words that HTML moves may go on far from there. Or -1."""
    end = None if far else at + _NEAR
    places = (claims.find(source, needle, at + 1, end) for needle in _needles(words[done : done + _NEEDLE]))
    found = next((place for place in places if place >= 0), -1)
    return found if found >= 0 else claims.find(source, words[done], at + 1, at + _NEAR)


def _needles(words: str) -> Iterator[str]:
    """A few words as the source may have them: with its ends of lines, or up to what it may have as a reference."""
    yield words
    if "\n" in words:
        yield words.replace("\n", "\r\n")
        yield words.replace("\n", "\r")
    plain = _OTHERWISE.split(words, maxsplit=1)[0]
    if 1 < len(plain) < len(words):
        yield plain


def _common(source: str, at: int, words: str, done: int, *, tags: bool, references: bool) -> int:
    """How many characters agree; a reference or a tag ends the run."""
    run = 0
    limit = min(len(source) - at, len(words) - done)
    while run < limit and source[at + run] == words[done + run]:
        if references and source[at + run] == "&" and (match := _REFERENCE.match(source, at + run)):
            plain = html.unescape(match.group())
            if plain != match.group() and words.startswith(plain, done + run):
                break
        elif tags and source[at + run] == "<" and _is_left_out(source, at + run, words, done + run):
            break
        run += 1
    return run


def _is_left_out(source: str, at: int, words: str, done: int) -> bool:
    """Whether what stands in the source is a tag or a comment that the words do not have; some that the parser does not
    know for tags they have."""
    if not _MARKUP.match(source, at):
        return False
    match = _TAG.match(source, at)
    tag = match.group().partition("&")[0] if match is not None else ""
    return not words.startswith(re.sub(r"\r\n?", "\n", tag.replace("\0", "")), done)
