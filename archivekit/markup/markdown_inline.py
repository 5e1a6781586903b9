"""Inlines: the pieces of one Markdown inline token told to a Builder, its inline HTML and shortcodes included."""

from __future__ import annotations

import html as entities
import re
from typing import Final

from ..model import Code, Embed, Figure, Image, Inline, LineBreak, Notice, Paragraph, Removal, Rule, Text, walk
from ..source import Source
from .flow import EDGE, Wrap
from .html import BLOCKS, CONTAINERS, CONTROLS, EMBEDS, HIDDEN, INLINE
from .html import parse as parse_html
from .html_blocks import Builder
from .markdown_lines import Content
from .markdown_pieces import Piece, pieces
from .markdown_spans import Token
from .schemes import runs

MAX_OPEN: Final = 64
"""Inline elements open at once; HTML beyond it is transparent."""
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*)")
_ATTRIBUTE: Final = re.compile(r"([A-Za-z_:][\w:.-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_HIDDEN_STYLE: Final = re.compile(r"display:\s*none|visibility:\s*hidden|\shidden[\s>]", re.I)
_IMAGE_TAG: Final = re.compile(r"\{%\s*(?:img|asset_img|image)\s+(.*?)%\}", re.S)
_MEDIA_CODE: Final = re.compile(r"\{\{[<%]\s*(figure|img|image|video|audio)\s")
_WORD: Final = re.compile(r"\"([^\"]*)\"|'([^']*)'|(\S+)")
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
            self._enter("link", _link(str(piece.token.attrs.get("href", "")), str(piece.token.attrs.get("title", ""))))
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
        for first, last in self.content.cut(at, stop):
            for row in re.finditer(r"\n|[^\n]+", self.words[first:last]):
                start, end = self.content.span(first + row.start(), first + row.end())
                self.builder.leaf(Code(row.group().replace("\n", " "), str(self.source.span(start, end))), start, end)

    def _image(self, piece: Piece) -> None:
        start, end = self._span(piece)
        src, title = str(piece.token.attrs.get("src", "")).strip(), str(piece.token.attrs.get("title", "")).strip()
        alt = _plain(piece.token.children or []).strip()
        if not src or (runs(src) and not src.startswith("data:image/")):
            self.losses.remove(start, end, "image-without-address", alt)
            return
        self.builder.leaf(Image(src=src, alt=alt, title=title, at=str(self.source.span(start, end))), start, end)

    def _shortcode(self, start: int, end: int) -> None:
        """An image or video shortcode is what it names when it is simple; any other is not text of the article."""
        code = self.source.text[start:end]
        block = _shortcode_block(self.source, code, start)
        if block is None:
            self.losses.remove(start, end, "shortcode")
        else:
            self.builder.block(block, start)

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
            for node in walk(parse_html(self.source, start, end).blocks):
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
        parsed = parse_html(self.source, start, end)
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
    url = url.replace("\n", "").strip()
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


def _shortcode_block(source: Source, code: str, start: int) -> Figure | Embed | None:
    at = str(source.span(start, start + len(code)))
    if tag := _IMAGE_TAG.match(code):
        return _image_tag(tag.group(1), at)
    if not (match := _MEDIA_CODE.match(code)):
        return None
    attrs = {m.group(1): m for m in _ATTRIBUTE.finditer(code)}
    values = {key: m.group(2) or m.group(3) or m.group(4) or "" for key, m in attrs.items()}
    src = values.get("src", "").strip()
    if not src or runs(src):
        return None
    if match.group(1) in ("video", "audio"):
        return Embed(url=src, title=values.get("title", ""), at=at)
    caption: tuple[Inline, ...] = ()
    if values.get("caption", "").strip():
        place = next(group for group in (2, 3, 4) if attrs["caption"].group(group) is not None)
        first, last = (start + offset for offset in attrs["caption"].span(place))
        caption = (Text(values["caption"], str(source.span(first, last))),)
    return Figure((Image(src=src, alt=values.get("alt", ""), title=values.get("title", ""), at=at),), caption)


def _image_tag(arguments: str, at: str) -> Figure | None:
    """Hexo's ``{% img [class] src [width] [height] ["title" ["alt"]] %}`` and ``{% asset_img src [title] %}``."""
    words = [m.group(1) or m.group(2) or m.group(3) or "" for m in _WORD.finditer(arguments)]
    index = next((i for i, word in enumerate(words) if "/" in word or "." in word), None)
    if index is None or runs(words[index]):
        return None
    rest = [word for word in words[index + 1 :] if not word.isdigit()]
    return Figure((Image(src=words[index], alt=rest[-1] if rest else "", title=rest[0] if len(rest) > 1 else "", at=at),))
