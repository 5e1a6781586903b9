"""Plain text → paragraphs: lines, hard wraps, indentation and what else pages leave behind when they are pasted.

Three layouts are told apart by counting lines: paragraphs a line each, paragraphs begun by an indent, and text filled to
a column. Character references are read as what they stand for, markup tags break or vanish, control characters vanish;
whatever is visible in the source and not in a paragraph is in a Removal.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from html.entities import html5
from itertools import pairwise
from typing import Final, Literal, NamedTuple

import msgspec

from ..errors import PieceLimitError
from ..limits import over
from ..model import Block, Notice, Paragraph, Removal, Text
from ..source import Source
from .parsed import Parsed
from .softwrap import joint

INDENT: Final = 2
"""Columns of white space that begin a paragraph: one ideographic space, or two ASCII ones."""

TERMINAL: Final = "。！？!?…；;：:.．｡▲◆■●"
CLOSING: Final = "”’」』）)》〉】]］｝\"'"

_BREAK_TAGS: Final = "br|p|div|hr|h[1-6]|li|ul|ol|dl|dt|dd|table|tbody|tr|td|th|blockquote|center|section|article"
_PHRASE_TAGS: Final = "span|font|strong|em|b|i|u|a|big|small"
_SPACE_NAMES: Final = r"nbsp|ensp|emsp|thinsp|\#0*160|\#0*32|\#0*12288|\#[xX]0*[aA]0|\#[xX]3000"
_LINE_ENDS: Final = r"\n\r\x0b\x0c\x85\u2028\u2029"
_CONTROLS: Final = r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\ufeff\ufffe\uffff"
_VISIBLE: Final = rf"[^\s&<\ue5e5{_LINE_ENDS}{_CONTROLS}]"

# U+E5E5 is where GBK's 0xA3A0 lands: an empty cell that typesetters used as an ideographic space.
_TOKEN: Final = re.compile(
    rf"(?P<newline>\r\n|[{_LINE_ENDS}])"
    rf"|(?P<space>(?:[^\S{_LINE_ENDS}\x1c-\x1f]|\ue5e5|&(?:amp;)?(?:{_SPACE_NAMES})(?:;|(?![A-Za-z0-9])))+)"
    rf"|(?P<control>[{_CONTROLS}]+)"
    r"|(?P<entity>&(?:[A-Za-z][A-Za-z0-9]{1,30}|\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6});)"
    rf"|(?P<tag></?(?P<name>(?i:{_BREAK_TAGS}|{_PHRASE_TAGS}))(?:\s[^<>\n\r]{{0,500}})?/?>)"
    rf"|(?P<text>{_VISIBLE}+(?:[ \u3000]{_VISIBLE}+)*|[&<])"
)
_WIDE_SPACE: Final = re.compile(r"[\u3000\ue5e5]|&(?:amp;)?\#(?:0*12288|[xX]3000);?")
_REFERENCE: Final = re.compile(rf"&(?:amp;)?(?:{_SPACE_NAMES});?")
_KEPT_SPACES: Final = frozenset(" \u3000\xa0\u2002\u2003\u2009\u202f")
_LABEL: Final = re.compile(r"[（(\[【]?[\w/／\u3000 ]{2,8}[:：]")
_WORD: Final = re.compile(r"[!-~]+")
_DATELINE: Final = re.compile(r"(?:[电電讯訊]|报道|報導|專訊)[】）)]?$")


class Piece(NamedTuple):
    """A stretch of a line that becomes one leaf: its words and where they stand, in characters."""

    text: str
    start: int
    end: int


class Cut(NamedTuple):
    """A stretch, in characters, that is no text of the line it stands in."""

    start: int
    end: int
    rule: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line with something visible in it. Offsets are characters of the source."""

    pieces: tuple[Piece, ...]
    text: str
    """Its words."""
    width: int
    """Its columns, a Han character being two; no more than the first 200 characters are counted."""
    indent: int
    """In columns."""
    gap: bool
    """A blank line stands before it."""
    apart: bool
    """It cannot continue the line before: a tag, or a run of white space that begins a paragraph, parts them."""
    feed: tuple[int, int]
    """Where the line break after it stands."""

    @property
    def start(self) -> int:
        """Where its first visible character stands."""
        return self.pieces[0].start

    @property
    def end(self) -> int:
        """Where its last visible character ends."""
        return self.pieces[-1].end

    @property
    def open(self) -> bool:
        """It does not end as a sentence ends."""
        return not closes(self.text)


class Scan(NamedTuple):
    """The lines of a text, and what in it is no text."""

    lines: tuple[Line, ...]
    cuts: tuple[Cut, ...]
    notices: tuple[Notice, ...]


class _Columns(dict[str, int]):
    """How many columns a character takes, worked out once each."""

    def __missing__(self, char: str) -> int:
        self[char] = taken = 2 if unicodedata.east_asian_width(char) in "WFA" else 1
        return taken


_columns = _Columns()


def columns(text: str) -> int:
    """How many columns a text takes where a Han character, and punctuation set among them, takes two."""
    return len(text) if text.isascii() else sum(map(_columns.__getitem__, text))


def closes(text: str) -> bool:
    """Whether a text ends with sentence-final punctuation, closing quotes and brackets after it set aside."""
    bare = text.rstrip(CLOSING)
    return bool(bare) and bare[-1] in TERMINAL


def parse(source: Source, start: int, end: int) -> Parsed:
    """Read ``source.text[start:end]`` as paragraphs; raises PieceLimitError for too many."""
    found = scan(source, start, end)
    return Parsed(
        blocks=compose(source, group(found.lines)),
        removals=tuple(removal(source, cut) for cut in found.cuts),
        notices=found.notices,
    )


def removal(source: Source, cut: Cut) -> Removal:
    """The record of a cut. A control character has no visible text, so its Removal has none."""
    text = "" if cut.rule.endswith("control-character") else source.text[cut.start : cut.end]
    return Removal(text=text, span=source.span(cut.start, cut.end), rule=cut.rule)


# --- text to lines ----------------------------------------------------------------------------------------------


def scan(source: Source, start: int, end: int) -> Scan:
    """Cut a stretch of text into lines."""
    scanner = _Scanner(source, start, end)
    for count, token in enumerate(_TOKEN.finditer(source.text, start, end)):
        if count >= source.limits.pieces:
            said = f"more than {source.limits.pieces} pieces of text, {over('pieces', source.limits.pieces)}"
            raise PieceLimitError(said, path=source.path, offset=source.byte(token.start()))
        scanner.take(token)
    scanner.end_line(end, end)
    return Scan(tuple(scanner.lines), tuple(scanner.cuts), scanner.notices())


class _Scanner:
    """Walks the tokens of a text once, building lines."""

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.text = source.text
        self.limit = end
        self.lines: list[Line] = []
        self.cuts: list[Cut] = []
        self.controls: list[tuple[int, int]] = []
        self.private: list[tuple[int, int]] = []
        self.line_start = start
        self.splits: bool | None = None
        self.blank = False
        self.apart = False
        self._clear()

    def _clear(self) -> None:
        self.pieces: list[Piece] = []
        self.run: tuple[int, int] | None = None
        self.pending: tuple[int, int] | None = None
        self.indent = 0

    def take(self, token: re.Match[str]) -> None:
        """Handle one token."""
        kind, start, end = token.lastgroup, token.start(), token.end()
        if kind == "newline":
            self.end_line(start, end)
            self.line_start, self.splits = end, None
        elif kind == "space":
            self.space(start, end)
        elif kind == "control":
            self.end_run()
            self.controls.append((start, end))
            self.cuts.append(Cut(start, end, "plain-text.control-character"))
        elif kind == "entity":
            self.entity(start, end)
        elif token["name"] is not None:
            self.tag(token["name"].lower(), start, end)
        else:
            self.words(start, end)

    def words(self, start: int, end: int) -> None:
        """Take visible text as it stands."""
        self.flush_space(joins=self.run is not None)
        self.run = (self.run[0] if self.run else start, end)

    def entity(self, start: int, end: int) -> None:
        """Take a character reference: an atomic piece, or words when it refers to nothing."""
        raw = self.text[start:end]
        known = raw[1] == "#" or raw[1:] in html5
        char = html.unescape(raw) if known else raw
        if char == raw or not char or any(unicodedata.category(one) == "Cc" for one in char):
            self.words(start, end)
        elif char.isspace():
            self.space(start, end)
        else:
            self.flush_space(joins=False)
            self.end_run()
            self.pieces.append(Piece(char, start, end))

    def tag(self, name: str, start: int, end: int) -> None:
        """Leave a tag out; one that ends a line in HTML ends it here."""
        self.end_run()
        self.cuts.append(Cut(start, end, "plain-text.markup"))
        if re.fullmatch(_BREAK_TAGS, name):
            self.end_line(start, start)
            self.apart = True

    def space(self, start: int, end: int) -> None:
        """Take white space: indentation, the start of a paragraph inside a line, or a pending space."""
        raw = self.text[start:end]
        if "\ue5e5" in raw:
            self.private.append((start, end))
        wide = len(_WIDE_SPACE.findall(raw))
        width = _space_columns(raw)
        if not self.pieces and self.run is None:
            self.indent += width
            self.drop_space(start, end)
        elif self.pending is not None:
            self.drop_space(start, end)
        elif self.begins_paragraph(start, wide=wide, width=width):
            self.end_line(start, start)
            self.apart, self.indent = True, width
            self.drop_space(start, end)
        else:
            self.pending = (start, end)

    def begins_paragraph(self, start: int, *, wide: int, width: int) -> bool:
        """Whether white space inside a line stands for the indent of the next paragraph.

        Two ideographic spaces do in a line that is long and has whole sentences in it, four columns of any white
        space only after the end of a sentence: in a byline or a line of metadata both only part the words.
        """
        if wide < 2 and width < 4:
            return False
        if self.splits is None:
            stop = re.compile(f"[{_LINE_ENDS}]").search(self.text, self.line_start, self.limit)
            line = self.text[self.line_start : stop.start() if stop else self.limit]
            self.splits = len(line) >= 60 and any(mark in line for mark in "。！？")
        return self.splits and (wide >= 2 or closes(self.text[max(self.line_start, start - 8) : start]))

    def flush_space(self, *, joins: bool) -> None:
        """Make the pending white space part of the line: as it stands where that is one plain space, else folded."""
        if self.pending is None:
            return
        start, end = self.pending
        self.pending = None
        raw = self.text[start:end]
        if joins and self.run is not None and raw in _KEPT_SPACES and self.run[1] == start:
            self.run = (self.run[0], end)
            return
        self.end_run()
        folded = "\u3000" if len(_WIDE_SPACE.findall(raw)) == len(raw) else " "
        self.pieces.append(Piece(folded, start, end))

    def end_run(self) -> None:
        """Close the stretch of words being read."""
        if self.run is not None:
            start, end = self.run
            self.pieces.append(Piece(self.text[start:end], start, end))
            self.run = None

    def drop_space(self, start: int, end: int) -> None:
        """White space that becomes no part of a line; what of it is spelt with visible characters is a cut."""
        raw = self.text[start:end]
        if bare := raw.strip():
            at = start + raw.index(bare)
            self.cuts.append(Cut(at, at + len(bare), "plain-text.space"))

    def end_line(self, start: int, end: int) -> None:
        """Finish the line being read; ``start`` and ``end`` are where its line break stands."""
        self.end_run()
        if self.pending is not None:
            self.drop_space(*self.pending)
        if self.pieces:
            text = "".join(piece.text for piece in self.pieces)
            line = Line(
                pieces=tuple(self.pieces),
                text=text,
                width=columns(text[:200]),
                indent=self.indent,
                gap=self.blank and bool(self.lines),
                apart=self.apart,
                feed=(start, end),
            )
            self.lines.append(line)
            self.blank = self.apart = False
        elif end > start:
            self.blank = True
        self._clear()

    def notices(self) -> tuple[Notice, ...]:
        """One notice for each kind of thing met, at the first of them."""
        found: list[Notice] = []
        if self.controls:
            count = sum(end - start for start, end in self.controls)
            found.append(self._notice("plain-text.control-character", f"{count} control characters dropped", self.controls[0]))
        if self.private:
            message = f"{len(self.private)} runs of white space are spelt with the private-use character U+E5E5"
            found.append(self._notice("plain-text.private-use-space", message, self.private[0]))
        return tuple(found)

    def _notice(self, id: str, message: str, at: tuple[int, int]) -> Notice:
        return Notice(id=id, message=message, span=self.source.span(*at))


def _space_columns(raw: str) -> int:
    wide = len(_WIDE_SPACE.findall(raw))
    rest, references = _REFERENCE.subn("", _WIDE_SPACE.sub("", raw))
    return 2 * wide + references + sum(8 if char == "\t" else 1 for char in rest)


# --- lines to paragraphs ----------------------------------------------------------------------------------------

Layout = Literal["lines", "indented", "indented-filled", "filled"]


def layout(lines: Sequence[Line]) -> tuple[Layout, int]:
    """How paragraphs are set, told from the lines, and the column text is filled to (0 where it is not filled).

    A pair is two lines that nothing parts but a line break. Filled text is known by pairs whose first line is nearly
    full and stops inside a sentence; in a list of headlines the lengths differ too much for that.
    """
    pairs = [a for a, b in pairwise(lines) if not (b.gap or b.apart or b.indent >= INDENT)]
    indented = sum(line.indent >= INDENT for line in lines)
    if indented >= 2 and indented >= 0.3 * len(lines):
        opens = sum(line.open for line in pairs)
        return ("indented-filled", 0) if len(pairs) >= 4 and opens >= 0.6 * len(pairs) else ("indented", 0)
    if len(pairs) >= 3:
        widths = sorted(line.width for line in pairs)
        full = widths[int(0.9 * (len(widths) - 1))]
        filled = sum(line.open and line.width >= 0.85 * full for line in pairs)
        if 40 <= full <= 110 and filled >= 0.6 * len(pairs):
            return "filled", full
    return "lines", 0


def group(lines: Sequence[Line]) -> list[tuple[Line, ...]]:
    """Gather the lines of each paragraph."""
    how, full = layout(lines)
    gapped = sum(line.gap for line in lines) >= 2
    groups: list[list[Line]] = []
    for line in lines:
        if groups and _continues(groups[-1], line, how, full, first=len(groups) == 1, gapped=gapped):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [tuple(one) for one in groups]


def _continues(paragraph: list[Line], line: Line, how: Layout, full: int, *, first: bool, gapped: bool) -> bool:
    before = paragraph[-1]
    if how == "lines" or line.gap or line.apart or line.indent >= INDENT:
        return False
    if not before.open and _LABEL.match(line.text) and line.width <= 40:
        return False
    if how == "indented-filled":
        return True
    if how == "filled":
        word = _WORD.match(line.text)
        return before.width + (len(word[0]) if word else 0) >= 0.7 * full or (gapped and before.open and not first)
    # The first line of a text may be its title, which nothing but white space sets off.
    long = before.width >= 40 and not first
    return paragraph[0].indent >= INDENT and before.open and (long or bool(_DATELINE.search(before.text)))


def compose(source: Source, groups: Sequence[tuple[Line, ...]]) -> tuple[Block, ...]:
    """Paragraphs of leaves that carry their spans."""
    return tuple(Paragraph(children=tuple(_leaves(source, lines))) for lines in groups)


def _leaves(source: Source, lines: tuple[Line, ...]) -> list[Text]:
    leaves: list[Text] = []
    for index, line in enumerate(lines):
        if index and (space := joint(lines[index - 1].text, line.text)):
            leaves.append(Text(text=space, at=str(source.span(*lines[index - 1].feed))))
        leaves.extend(Text(text=piece.text, at=str(source.span(piece.start, piece.end))) for piece in line.pieces)
    return leaves
