"""Inlines: the pieces of one Markdown inline token told to a Builder, its inline HTML and shortcodes included."""

from __future__ import annotations

import html as entities
import re
from typing import Final

from ..model import Code, Image, LineBreak, Notice, Paragraph, Removal, Rule, walk
from ..source import Source
from . import tag_meanings
from .flow import EDGE, Wrap
from .html import BLOCKS, CONTAINERS, CONTROLS, EMBEDS, HIDDEN, INLINE
from .html import parse as parse_html
from .html_blocks import Builder
from .markdown_lines import Content
from .markdown_pieces import Piece, pieces
from .markdown_spans import Token
from .schemes import runs
from .shortcodes import TAG
from .tag_meanings import Said
from .template_addresses import image_address, link_address, resolve

MAX_OPEN: Final = 64
"""Inline elements open at once; HTML beyond it is transparent."""
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*)")
_ATTRIBUTE: Final = re.compile(r"([A-Za-z_:][\w:.-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_HIDDEN_STYLE: Final = re.compile(r"display:\s*none|visibility:\s*hidden|\shidden[\s>]", re.I)
_RAW_CODE: Final = re.compile(r"\{%-?\s*raw\s*-?%\}(.+)\{%-?\s*endraw\s*-?%\}", re.S)
_RANGED: Final = HIDDEN | CONTROLS | EMBEDS | {"svg", "math", "table", "pre", "ul", "ol"}
_BREAKING: Final = BLOCKS | frozenset(CONTAINERS) | {"td", "th", "tbody", "thead", "tfoot", "caption", "noscript"}


class Losses:
    """What a parse left out and what it noticed."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.removals: list[Removal] = []
        self.notices: list[Notice] = []

    def remove(self, start: int, end: int, rule: str, text: str | None = None) -> None:
        """Say that ``text[start:end]`` is not in the body, if anything can be seen in it."""
        visible = self.source.text[start:end] if text is None else text
        if visible.strip(EDGE):
            self.removals.append(Removal(text=visible, span=self.source.span(start, end), rule=f"markdown.{rule}"))

    def unknown_address(self, raw: str, start: int, end: int) -> None:
        """Say that an address is known only to the site that the text was written for."""
        message = f"only the site's own template knows the address {raw!r}"
        self.notices.append(Notice(id="link.address-unknown", message=message, span=self.source.span(start, end)))


def mark(builder: Builder, losses: Losses, start: int, end: int) -> None:
    """The mark of a note, ``[^1]``, as it is shown: ``[1]``."""
    builder.words("[", start, start + 1, verbatim=True)
    losses.remove(start + 1, start + 2, "note-sign")
    builder.words(losses.source.text[start + 2 : end], start + 2, end, verbatim=True)


class Inlines:
    """Tells a Builder what an inline token holds. One instance per token."""

    def __init__(self, source: Source, builder: Builder, losses: Losses, content: Content) -> None:
        self.source = source
        self.builder = builder
        self.losses = losses
        self.content = content
        self.open: list[tuple[str, Wrap]] = []
        self.words = ""

    def run(self, token: Token) -> None:
        """Go through the token; whatever it leaves open is closed."""
        self.words = token.content
        flat = pieces(token.children or [], token.content)
        index = 0
        while index < len(flat):
            piece = flat[index]
            if piece.kind == "html_inline":
                index = self._html(flat, index)
            else:
                self._piece(piece)
                index += 1
        while self.open:
            self._shut(self.open[-1][0])

    def _span(self, piece: Piece) -> tuple[int, int]:
        return self.content.span(piece.start, piece.end)

    def _piece(self, piece: Piece) -> None:
        kind = piece.kind
        if kind == "text":
            for at, stop in self.content.cut(piece.start, piece.end) if piece.text else ():
                words = piece.text[at - piece.start : stop - piece.start]
                self.builder.words(words, *self.content.span(at, stop), verbatim=True)
        elif kind in ("atom", "blank"):
            self.builder.words(piece.text or " ", *self._span(piece), verbatim=False)
        elif kind == "open":
            self._enter(piece.text, Wrap(piece.text))
        elif kind == "close":
            self._shut(piece.text)
        elif kind == "link_open":
            href = str(piece.token.attrs.get("href", ""))
            self._address(piece, href)
            self._enter("link", _link(href, str(piece.token.attrs.get("title", ""))))
        elif kind == "link_close":
            self._shut("link")
        elif kind == "hard":
            self.builder.leaf(LineBreak(), *self._span(piece))
        elif kind == "code":
            self._code(piece)
        elif kind == "image":
            self._image(piece)
        elif kind == "shortcode":
            self._shortcode(*self._span(piece))
        elif kind == "stray":
            self.losses.remove(*self._span(piece), "stray-marker")
        elif kind == "attributes":
            self.losses.remove(*self._span(piece), "attribute-list")
        elif kind == "note_sign":
            self.losses.remove(*self._span(piece), "note-sign")
        elif kind == "footnote_ref":
            self._enter("call", Wrap("superscript"))
            mark(self.builder, self.losses, *self._span(piece))
            self._shut("call")

    def _address(self, piece: Piece, raw: str) -> None:
        """Say which tags of a template an address had, and whether it is not known without them."""
        if resolve(raw) == (raw, True):
            return
        found = self.words.rfind(raw, piece.start, piece.end)
        for code in TAG.finditer(self.words, found, found + len(raw)) if found >= 0 else ():
            self.losses.remove(*self.content.span(*code.span()), "shortcode")
        if not resolve(raw).known:
            self.losses.unknown_address(raw, *self._span(piece))

    # --- elements -----------------------------------------------------------------------------------------------

    def _enter(self, kind: str, wrap: Wrap) -> None:
        if len(self.open) < MAX_OPEN:
            self.open.append((kind, wrap))
            self.builder.wrap(wrap)

    def _shut(self, kind: str) -> None:
        """Close the innermost element of a kind; what was opened inside it goes on after it."""
        if not any(name == kind for name, _ in self.open):
            return
        again: list[tuple[str, Wrap]] = []
        while self.open:
            name, wrap = self.open.pop()
            self.builder.unwrap()
            if name == kind:
                break
            again.append((name, wrap))
        for name, wrap in reversed(again):
            self._enter(name, Wrap(wrap.kind, wrap.url, wrap.title))

    def _code(self, piece: Piece) -> None:
        ticks = len(piece.token.markup)
        at, stop = piece.start + ticks, piece.end - ticks
        if len(piece.text) == stop - at - 2:
            at, stop = at + 1, stop - 1
        if raw := _RAW_CODE.fullmatch(self.words, at, stop):
            self.losses.remove(*self.content.span(at, raw.start(1)), "shortcode")
            self.losses.remove(*self.content.span(raw.end(1), stop), "shortcode")
            at, stop = raw.span(1)
        for first, last in self.content.cut(at, stop):
            for row in re.finditer(r"\n|[^\n]+", self.words[first:last]):
                start, end = self.content.span(first + row.start(), first + row.end())
                self.builder.leaf(Code(row.group().replace("\n", " "), str(self.source.span(start, end))), start, end)

    def _image(self, piece: Piece) -> None:
        start, end = self._span(piece)
        raw, title = str(piece.token.attrs.get("src", "")).strip(), str(piece.token.attrs.get("title", "")).strip()
        self._address(piece, raw)
        src = image_address(raw).url
        alt = _plain(piece.token.children or []).strip()
        if not src or (runs(src) and not src.startswith("data:image/")):
            self.losses.remove(start, end, "image-without-address", alt)
            return
        self.builder.leaf(Image(src=src, alt=alt, title=title, at=str(self.source.span(start, end))), start, end)

    def _shortcode(self, start: int, end: int) -> None:
        """A shortcode is the image, player or words it stands for; any other is not text of the article."""
        code = self.source.text[start:end]
        block = tag_meanings.block(self.source, code, start)
        said = tag_meanings.words(code) if block is None else None
        if block is not None:
            self.builder.block(block, start)
        elif said is not None:
            self._said(said, start, end)
        else:
            self.losses.remove(start, end, "shortcode")

    def _said(self, said: Said, start: int, end: int) -> None:
        """Words that a tag shows, in the text where it stands."""
        shown = [(start + word.start, start + word.end) for word in (said.words, said.reading) if word is not None]
        for before, after in zip([start, *(last for _, last in shown)], [*(first for first, _ in shown), end], strict=True):
            self.losses.remove(before, after, "shortcode")
        if said.url == "":
            self.losses.unknown_address(self.source.text[start:end], start, end)
        if said.url is not None:
            self._enter("tag", _link(said.url, ""))
        if said.reading is not None:
            self.builder.open_ruby()
        for number, (first, last) in enumerate(shown):
            if number:
                self.builder.open_annotation()
            self.builder.words(self.source.text[first:last], first, last, verbatim=True)
        if said.reading is not None:
            self.builder.close_annotation()
            self.builder.close_ruby()
        if said.url is not None:
            self._shut("tag")

    # --- HTML ---------------------------------------------------------------------------------------------------

    def _html(self, flat: list[Piece], index: int) -> int:
        """Deal with a tag, or with an element up to its end tag; the index of what comes after."""
        piece = flat[index]
        start, end = self._span(piece)
        raw = self.words[piece.start : piece.end]
        match = _TAG.match(raw)
        if match is None:
            return index + 1
        closing, name = bool(match.group(1)), match.group(2).lower()
        if name == "img":
            for node in walk(parse_html(self.source, start, end, tags=True).blocks):
                if isinstance(node, Image):
                    self.builder.leaf(node, start, end)
        elif not closing and (name in _RANGED or _HIDDEN_STYLE.search(raw)):
            last = _end_of(flat, index, name, self.words)
            self._range(start, self._span(flat[last])[1])
            return last + 1
        elif name == "br":
            self.builder.leaf(LineBreak(), start, end)
        elif name == "hr":
            self.builder.block(Rule(), start)
        elif name in ("ruby", "rt"):
            self._ruby(name, closing=closing)
        elif name in INLINE:
            self._element(name, raw, closing=closing)
        elif name in _BREAKING:
            self.builder.line()
        return index + 1

    def _element(self, name: str, raw: str, *, closing: bool) -> None:
        kind = INLINE[name]
        if closing or (kind == "link" and any(open_ == "html:link" for open_, _ in self.open)):
            self._shut(f"html:{kind}")
        if not closing and not raw.endswith("/>"):
            attrs = _attributes(raw) if kind == "link" else {}
            link = _link(attrs.get("href", ""), attrs.get("title", ""))
            self._enter(f"html:{kind}", link if kind == "link" else Wrap(kind))

    def _ruby(self, name: str, *, closing: bool) -> None:
        if name == "ruby":
            (self.builder.close_ruby if closing else self.builder.open_ruby)()
        else:
            (self.builder.close_annotation if closing else self.builder.open_annotation)()

    def _range(self, start: int, end: int) -> None:
        """Hand a stretch to the HTML parser and put what it makes of it here."""
        parsed = parse_html(self.source, start, end, tags=True)
        self.losses.removals.extend(parsed.removals)
        self.losses.notices.extend(parsed.notices)
        for block in parsed.blocks:
            if isinstance(block, Paragraph) and len(parsed.blocks) == 1:
                for child in block.children:
                    self.builder.leaf(child, start, end)
            else:
                self.builder.block(block, start)


def _end_of(flat: list[Piece], index: int, name: str, words: str) -> int:
    """Where the element that begins at ``index`` ends: at its end tag, or at its start tag if it has none."""
    depth = 0
    if words.rfind(f"</{name}") < flat[index].start and words.lower().rfind(f"</{name}") < flat[index].start:
        return index
    if words[flat[index].start : flat[index].end].endswith("/>"):
        return index
    for at in range(index, min(len(flat), index + 500)):
        match = _TAG.match(words, flat[at].start) if flat[at].kind == "html_inline" else None
        if match and match.group(2).lower() == name:
            depth += -1 if match.group(1) else 1
            if depth == 0:
                return at
    return index


def _link(url: str, title: str) -> Wrap:
    """A link, transparent when its address is none or runs something."""
    url = link_address(url.replace("\n", "").strip()).url
    return Wrap("link", "" if runs(url) else url, title)


def _attributes(tag: str) -> dict[str, str]:
    found = _ATTRIBUTE.finditer(tag)
    return {m.group(1).lower(): entities.unescape(m.group(2) or m.group(3) or m.group(4) or "") for m in found}


def _plain(children: list[Token]) -> str:
    """The words of tokens without their markup, for an image's ``alt``."""
    parts = []
    for token in children:
        if token.type == "softbreak":
            parts.append(" ")
        elif token.type == "image":
            parts.append(_plain(token.children or []))
        elif token.type != "html_inline":
            parts.append(token.content)
    return "".join(parts)
