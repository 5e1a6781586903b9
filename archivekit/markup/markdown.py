"""Markdown to Blocks: CommonMark with GFM tables and strikethrough, read the way dumps of Chinese articles need it.

Departures from CommonMark, each because the text would be read wrongly otherwise: emphasis works beside CJK punctuation
and around html2text's spaces; a soft wrap is a space between Latin words only; indented prose is prose; a long line over
``---`` is a paragraph and a rule; a list whose numbers jump keeps its numbers.
"""

from __future__ import annotations

import re
from typing import Final

from ..errors import PieceLimitError
from ..limits import over
from ..model import CodeBlock, Figure, Image, Notice, Removal, Rule
from ..source import Source
from . import paired_tags
from .flow import Wrap
from .html import parse as parse_html
from .html_blocks import Builder
from .markdown_inline import Inlines, Losses, mark
from .markdown_lines import Content, Lines
from .markdown_spans import Token
from .markdown_spans import parse as tokenize
from .paired_tags import Pair, Side
from .parsed import Mark, Parsed

TITLE: Final = 60
"""A line longer than this over a setext underline is not a heading."""
_PROSE: Final = re.compile(r"[，。；]|[：…！？!?;,:.][”’」』）)\"'*_\s]*$")
"""Of about 930 real dumps none has a setext heading; what stands over a line of dashes is a byline or a paragraph."""
_EMPTY_BOLD: Final = re.compile(r"[>\s]*(?:\*\*\s*\*\*\s*)+")
_IMAGE_LINE: Final = re.compile(
    r"(?<![^\n>])[ \t]*!\[(?P<alt>[^\]\n]*)\]\(\s*(?P<src>[^\s()]*)(?:\s+\"[^\"\n]*\")?\s*\)[ \t]*(?=[\r\n<]|\Z)"
)
_INDENT: Final = re.compile(r"[>\s]*")
_CONTAINERS: Final = {
    "blockquote": "quote",
    "bullet_list": "bullet",
    "ordered_list": "ordered",
    "list_item": "item",
    "table": "table",
}


def parse(source: Source, start: int, end: int) -> Parsed:
    """The blocks of ``source.text[start:end]``, Markdown with raw HTML in it; raises MarkupLimitError."""
    pairs = paired_tags.pairs(source.text, start, end)
    lines = Lines(source.text, start, end, paired_tags.cuts(source.text, pairs))
    placed = {lines.at(pair.opening.start): (pair, lines.at(pair.closing.start)) for pair in pairs}
    tokens, definitions = tokenize(lines.text, placed)
    if len(tokens) > source.limits.pieces:
        said = f"{len(tokens)} tokens of Markdown, {over('pieces', source.limits.pieces)}"
        raise PieceLimitError(said, path=source.path, offset=source.byte(start))
    walker = _Walker(source, lines)
    walker.run(tokens)
    for first, last in definitions:
        place = lines.bounds(first, last)
        if not any(begin <= place[0] and place[1] <= stop for begin, stop in walker.html):
            walker.losses.remove(*place, "reference-definition")
    return walker.parsed()


class _Walker:
    """Goes through the block tokens once and tells a Builder what opens, closes and stands between."""

    def __init__(self, source: Source, lines: Lines) -> None:
        self.source = source
        self.html: list[tuple[int, int]] = []
        """The stretches that were read as HTML, with all that stands in them."""
        self.lines = lines
        self.builder = self.text = Builder(source.span)
        self.notes = Builder(source.span)
        self.losses = Losses(source)
        self.marks: list[Mark] = []
        self.quotes = self.noted = 0
        self.heading: Token | None = None
        self.row = self.column = 0
        self.numbers: list[int | None] = []

    def run(self, tokens: list[Token]) -> None:
        index = 0
        while index < len(tokens):
            token = tokens[index]
            kind, _, side = token.type.rpartition("_")
            if token.type == "html_block":
                index = self._html(tokens, index)
                continue
            if token.type == "inline":
                self._inline(token)
            elif token.type in ("fence", "code_block"):
                self._code(token)
            elif token.type == "hr":
                self._rule(token)
            elif token.type in ("pair_open", "pair_close", "pair_comment"):
                self._pair(token.meta["pair"], token.type)
            elif token.type in ("footnote_open", "footnote_close"):
                self._note(token)
            elif token.type == "attributes":
                self.losses.remove(*self.lines.bounds(*(token.map or [0, 1])), "attribute-list")
            elif side == "open":
                self._open(kind, token)
            elif side == "close":
                self._close(kind, token)
            index += 1

    def parsed(self) -> Parsed:
        blocks = (*self.text.finish(), *self.notes.finish())
        notices = [
            Notice(id="text.control-character", message="a control character was left out", span=self.source.span(a, b))
            for a, b in (*self.text.controls, *self.notes.controls)
        ]
        removed = (*self.losses.removals, *self.text.removals, *self.notes.removals)
        removals = sorted(removed, key=lambda removal: removal.span)
        return Parsed(blocks, tuple(removals), (*self.losses.notices, *notices), tuple(self.marks))

    # --- blocks -------------------------------------------------------------------------------------------------

    def _open(self, kind: str, token: Token) -> None:
        if kind == "heading":
            self.heading = token
        elif kind in ("thead", "tr", "th", "td"):
            if kind == "tr":
                self.column, self.row = 0, (token.map or [0])[0]
            self.builder.open_table_part(kind, "", "", "")
        elif kind in _CONTAINERS:
            if kind == "list_item":
                self._number(token)
            self.builder.open(_CONTAINERS[kind], start=str(token.attrs.get("start", "")))
            self.quotes += kind == "blockquote"
            if kind in ("bullet_list", "ordered_list"):
                self.numbers.append(None)

    def _close(self, kind: str, token: Token) -> None:
        if kind in ("paragraph", "heading"):
            self.builder.line()
            if kind == "heading" and self.heading is not None:
                if self._is_text(self.heading):
                    self.builder.block(Rule(), self.lines.starts[(self.heading.map or [0])[0]])
                self.heading = None
        elif kind in ("thead", "tr", "th", "td"):
            if kind == "tr":
                self._excess()
            self.builder.close_table_part(kind)
        elif kind in _CONTAINERS:
            self.builder.close(_CONTAINERS[kind])
            self.quotes -= kind == "blockquote"
            if kind in ("bullet_list", "ordered_list"):
                self.numbers.pop()

    def _excess(self) -> None:
        """GFM leaves out the cells of a row beyond the header's; say so."""
        rest = self.lines.lines[self.row][self.column :]
        if rest.strip("| \t"):
            at = self.lines.starts[self.row] + self.column
            self.losses.remove(at, at + len(rest), "excess-cell", rest.strip("| \t"))

    def _number(self, token: Token) -> None:
        """Begin a new list where the author's numbers jump, so that no number is changed; ``1. 1. 1.`` counts up."""
        if not token.info.isdecimal():
            return
        number, last = int(token.info), self.numbers[-1]
        if last is not None and number not in (last, last + 1):
            self.builder.close("ordered")
            self.builder.open("ordered", start=str(number))
        self.numbers[-1] = number

    def _is_text(self, heading: Token) -> bool:
        """Whether a heading is a setext one, and rather a paragraph with a rule below it."""
        if heading.markup[:1] not in "-=" or heading.map is None:
            return False
        first, last = heading.map[0], heading.map[1] - 1
        line = self.lines.lines[first].strip()
        return last - first > 1 or len(line) > TITLE or _PROSE.search(line) is not None

    def _rule(self, token: Token) -> None:
        line = self.lines.lines[(token.map or [0])[0]]
        if not _EMPTY_BOLD.fullmatch(line):
            self.builder.block(Rule(), self.lines.starts[(token.map or [0])[0]])

    def _code(self, token: Token) -> None:
        first, last = token.map or [0, 1]
        first += token.type == "fence"
        text = token.content.removesuffix("\n")
        if pair := token.meta.get("pair"):
            self._tag(pair.opening)
            self._tag(pair.closing)
        info = token.info.strip().split(maxsplit=1)
        if token.info.strip() and (len(info) > 1 or not info[0].isascii()):
            line = self.lines.lines[first - 1]
            at = self.lines.starts[first - 1] + line.rindex(token.info.strip())
            self.losses.remove(at, at + len(token.info.strip()), "fence-info")
        if not text.strip():
            return
        rows = text.split("\n")
        last = min(first + len(rows), len(self.lines.lines))
        begin, stop = self.lines.bounds(first, last)
        lead = len(self.lines.lines[first]) - len(rows[0])
        language = info[0] if info and info[0].isascii() else ""
        span = self.source.span(begin + max(0, lead), stop)
        self.builder.block(CodeBlock(text=text, language=language, at=str(span)), begin)

    def _pair(self, pair: Pair, side: str) -> None:
        """A tag that opens or ends a pair; the words of the first one are a title, or say at the end who is quoted."""
        if side == "pair_comment":
            self.builder.line()
            self.losses.remove(pair.opening.start, pair.closing.end, "comment")
        elif side == "pair_open":
            self._tag(pair.opening)
            self.builder.line()
            if pair.kind == "quote":
                self.builder.open("quote")
            if not pair.credit:
                self._shown(pair, "strong" if pair.kind == "quote" else "")
        else:
            if pair.credit:
                self._shown(pair, "")
            self._tag(pair.closing)
            self.builder.line()
            if pair.kind == "quote":
                self.builder.close("quote")

    def _tag(self, side: Side) -> None:
        """A tag, but for the words of it that are shown, is not text of the article."""
        at = side.start
        for start, end in (*side.shown, (side.end, side.end)):
            if not self.source.text.startswith("<!--", side.start):
                self.losses.remove(at, start, "shortcode")
            at = end

    def _shown(self, pair: Pair, wrap: str) -> None:
        """The words that a tag shows, on a line of their own; what stands between them is a blank."""
        self.builder.line()
        if wrap:
            self.builder.wrap(Wrap(wrap))
        for count, (start, end) in enumerate(pair.opening.shown):
            if count:
                self.builder.words(" ", start, start, verbatim=False)
            self.builder.words(self.source.text[start:end], start, end, verbatim=True)
        if wrap:
            self.builder.unwrap()
        self.builder.line()

    def _note(self, token: Token) -> None:
        """Notes stand below the text, each with the mark that calls it."""
        self.builder.line()
        self.noted += 1 if token.type == "footnote_open" else -1
        self.builder = self.notes if self.noted else self.text
        if token.type == "footnote_open":
            line = (token.map or [0])[0]
            start = self.lines.starts[line] + len(self.lines.lines[line]) - token.meta["left"]
            end = start + len(token.info) + 3
            mark(self.builder, self.losses, start, end)
            self.losses.remove(end, end + 1, "note-sign")
            self.builder.words(" ", end + 1, end + 1, verbatim=False)

    def _html(self, tokens: list[Token], index: int) -> int:
        """Hand HTML blocks that follow each other to the HTML parser as one, for an element may span blank lines."""
        stop = index
        while stop < len(tokens) and tokens[stop].type == "html_block":
            stop += 1
        first, last = (tokens[index].map or [0, 1])[0], (tokens[stop - 1].map or [0, 1])[1]
        while last > first + 1 and not self.lines.lines[min(last, len(self.lines.lines)) - 1].strip():
            last -= 1
        start, end = self.lines.bounds(first, last)
        content = tokens[index].content.split("\n", 1)[0]
        start += max(0, len(self.lines.lines[first]) - len(content))
        if self.quotes:
            self._html_range(start, self.lines.bounds(first, first + 1)[1])
            for line in range(first + 1, last):
                indent = _INDENT.match(self.lines.lines[line])
                begin, stop_at = self.lines.bounds(line, line + 1)
                self._html_range(begin + (indent.end() if indent else 0), stop_at)
        else:
            self.html.append((start, end))
            self._html_range(start, end)
        return stop

    def _html_range(self, start: int, end: int) -> None:
        """HTML as HTML; a Markdown image on a line of its own in it is an image, as its author meant."""
        for image in _IMAGE_LINE.finditer(self.source.text, start, end):
            self._html_piece(start, image.start())
            place = self.source.span(*image.span())
            if image.group("src"):
                shown = Image(src=image.group("src"), alt=image.group("alt"), at=str(place))
                self.builder.block(Figure((shown,)), image.start())
            else:
                gone = Removal(text=image.group("alt"), span=place, rule="markdown.image-without-address")
                self.losses.removals.append(gone)
            start = image.end()
        self._html_piece(start, end)

    def _html_piece(self, start: int, end: int) -> None:
        if not self.source.text[start:end].strip():
            return
        parsed = parse_html(self.source, start, end, tags=True)
        self.losses.removals.extend(parsed.removals)
        self.losses.notices.extend(parsed.notices)
        self.marks.extend(parsed.marks)
        self.builder.line()
        for block in parsed.blocks:
            self.builder.block(block, start)

    # --- words --------------------------------------------------------------------------------------------------

    def _inline(self, token: Token) -> None:
        first, last = token.map or [0, 1]
        content: Content
        if self.builder.frames[-1].kind == "cell":
            content, self.column = self.lines.inside(token.content, first, self.column)
        elif self.heading is not None and self.heading.markup.startswith("#"):
            content, _ = self.lines.inside(token.content, first, self.lines.lines[first].find("#"))
        else:
            content = self.lines.suffixes(token.content, first, last)
        if self.heading is not None and not self._is_text(self.heading):
            self.builder.open_heading(str(max(2, int(self.heading.tag[1]))))
        Inlines(self.source, self.builder, self.losses, content).run(token)
