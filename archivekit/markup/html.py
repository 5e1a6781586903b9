"""HTML to Blocks, parsed as the standard parses it. The closed set of nodes is the sanitiser."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import MarkupLimitError
from ..model import CodeBlock, Embed, Image, LineBreak, Notice, Removal, Rule
from ..source import Source
from .content import furniture, lead_images
from .figures import CaptionHint, caption_hint
from .flow import Wrap
from .html_blocks import Builder
from .images import best_address
from .parsed import Mark, Parsed
from .schemes import runs
from .soup import Tag, Words, attribute, parse_tree

BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "footer",
        "form",
        "frameset",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hgroup",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "optgroup",
        "option",
        "p",
        "section",
        "summary",
        "tr",
    }
)
"""Elements that begin a new line of their own."""

INLINE = {
    **dict.fromkeys(("b", "strong"), "strong"),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), "emphasis"),
    **dict.fromkeys(("del", "s", "strike"), "strike"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "code"),
    "sup": "superscript",
    "sub": "subscript",
    "a": "link",
}
HIDDEN = frozenset(["script", "style", "template", "title", "datalist", "noframes", "rp"])
"""Elements whose words are never shown."""
CONTROLS = frozenset(["button", "select", "textarea", "input"])
EMBEDS = frozenset(["iframe", "video", "audio", "object", "embed", "canvas", "applet"])
LEFT_OUT = {
    **dict.fromkeys(HIDDEN, "html.not-shown"),
    **dict.fromkeys(CONTROLS, "html.form-control"),
    **dict.fromkeys(("svg", "math"), "html.foreign-content"),
}
"""Elements that are left out, by the rule that takes their words."""
SHOWN = EMBEDS | {"br", "hr", "img"}
"""Elements that are something by themselves and are not walked into."""
MARKED = frozenset(["address", "time", "footer", "header", "nav", "aside", "cite", "h1"])
"""Elements an envelope may want to know the place of."""
PARTS = frozenset(["td", "th", "tr", "thead", "caption"])
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
CONTAINERS = {"blockquote": "quote", "ul": "bullet", "ol": "ordered", "li": "item", "table": "table", "figure": "figure"}


def tree(source: Source, start: int, end: int) -> Tag:
    """The parsed tree of ``source.text[start:end]``; raises MarkupLimitError with path and offset."""
    try:
        return parse_tree(source.text[start:end], source.limits)
    except MarkupLimitError as error:
        raise type(error)(error.message, path=source.path, offset=source.byte(start)) from None


def parse(source: Source, start: int, end: int) -> Parsed:
    """The blocks of ``source.text[start:end]``, an HTML document or fragment; raises MarkupLimitError."""
    return convert(tree(source, start, end), source, start)


def convert(root: Tag, source: Source, offset: int = 0, *, outside: Tag | None = None) -> Parsed:
    """The blocks below an element whose positions count from ``offset`` in the source's text.

    With ``outside``, an element around it, the furniture of the page is left out: what stands outside the root and
    what inside it is navigation, sharing or comments goes into Removals.
    """
    walker = _Walker(source, offset)
    if outside is not None:
        walker.leave_out(furniture(root), "html.furniture")
        for image in lead_images(outside, root):
            walker.show(image)
    walker.run(root)
    if outside is not None:
        walker.remove_around(outside, root)
    return walker.parsed()


class _Walker:
    """Goes through a tree once, without recursion, and tells a Builder what opens, closes and stands between."""

    def __init__(self, source: Source, offset: int) -> None:
        self.source = source
        self.offset = offset
        self.builder = Builder(source.span)
        self.removals: list[Removal] = []
        self.marks: list[Mark] = []
        self._out: dict[int, str] = {}

    def leave_out(self, tags: list[Tag], rule: str) -> None:
        """Take these elements out when they are met."""
        self._out.update((id(tag), rule) for tag in tags)

    def remove_around(self, outside: Tag, inside: Tag) -> None:
        """Record everything below ``outside`` that is not below ``inside`` as removed."""
        within = {id(node) for node in inside.descendants}
        shown = {id(image) for image in lead_images(outside, inside)}
        for tag in outside.find_all("img"):
            if id(tag) not in within and id(tag) not in shown and attribute(tag, "src"):
                at = self._place(tag)
                span = self.source.span(at, self.source.text.find(">", at) + 1 or at)
                self.removals.append(Removal(text="", span=span, rule="html.outside-article"))
        self._record(
            [node for node in outside.descendants if isinstance(node, Words) and id(node) not in within], "html.outside-article"
        )

    def show(self, image: Tag) -> None:
        """Take a picture from outside the body, as a block of its own."""
        self.builder.line()
        self._image(image, self._place(image))
        self.builder.line()

    def run(self, root: Tag) -> None:
        stack: list[tuple[Tag | None, Iterator[object], int, CaptionHint]] = [(None, iter(root.contents), 0, CaptionHint.NONE)]
        while stack:
            owner, children, opened, hint = stack[-1]
            for node in children:
                if isinstance(node, Words):
                    self._text(node)
                elif isinstance(node, Tag) and not self._leaf(node):
                    mark, said = self.builder.count(), caption_hint(node)
                    self._open(node, said)
                    stack.append((node, iter(node.contents), mark, said))
                    break
            else:
                stack.pop()
                if owner is not None:
                    self._close(owner, opened, hint)

    def parsed(self) -> Parsed:
        blocks = self.builder.finish()
        notices = tuple(
            Notice(id="text.control-character", message="a control character was left out", span=self.source.span(a, b))
            for a, b in self.builder.controls
        )
        self.removals.extend(self.builder.removals)
        return Parsed(blocks, tuple(self.removals), notices, tuple(self.marks))

    def _text(self, node: Words) -> None:
        for piece in node.pieces:
            self.builder.words(piece.words, piece.start + self.offset, piece.end + self.offset, verbatim=piece.verbatim)

    def _leaf(self, tag: Tag) -> bool:
        """Deal with an element that is not walked into; whether it was one."""
        name = tag.name
        if name in LEFT_OUT:
            self._remove(tag, LEFT_OUT[name])
        elif name in SHOWN:
            self._shown(tag, self._place(tag))
        elif id(tag) in self._out:
            self._remove(tag, self._out[id(tag)])
        elif tag.attrs and _is_hidden(tag):
            self._remove(tag, "html.hidden")
        elif name == "pre":
            self._pre(tag)
        else:
            return False
        return True

    def _shown(self, tag: Tag, at: int) -> None:
        """An element that is something by itself."""
        name = tag.name
        if name == "br":
            self.builder.leaf(LineBreak(), at, at)
        elif name == "hr":
            self.builder.block(Rule(), at)
        elif name == "img":
            self._image(tag, at)
        else:
            self._embed(tag, at)

    def _open(self, tag: Tag, hint: CaptionHint) -> None:
        name = tag.name
        if hint is CaptionHint.CREDIT:
            self.builder.line()
        if name in CONTAINERS:
            self.builder.open(CONTAINERS[name], start=attribute(tag, "start"))
        elif name in PARTS:
            self.builder.open_table_part(name, attribute(tag, "colspan"), attribute(tag, "rowspan"), attribute(tag, "scope"))
        elif name in HEADINGS:
            self.builder.open_heading(str(max(2, int(name[1]))))
        elif name in BLOCKS:
            self.builder.line()
        elif name == "ruby":
            self.builder.open_ruby()
        elif name == "rt":
            self.builder.open_annotation()
        if name in INLINE:
            self.builder.wrap(Wrap(INLINE[name], _href(tag), attribute(tag, "title")))
        if hint is not CaptionHint.NONE:
            self.builder.hint(hint)

    def _close(self, tag: Tag, opened: int, hint: CaptionHint) -> None:
        name = tag.name
        if name in INLINE:
            self.builder.unwrap()
        if name in CONTAINERS:
            self.builder.close(CONTAINERS[name])
        elif name in PARTS:
            self.builder.close_table_part(name)
        elif name in BLOCKS:
            self.builder.line()
        elif name == "ruby":
            self.builder.close_ruby()
        elif name == "rt":
            self.builder.close_annotation()
        if hint is CaptionHint.CREDIT:
            self.builder.line()
        if hint is not CaptionHint.NONE:
            self.builder.unhint()
        if name in MARKED:
            span = self.builder.since(opened)
            if span is not None:
                attrs = {key: attribute(tag, key) for key in tag.attrs}
                self.marks.append(Mark(name, attrs, self.source.span(*span)))

    def _place(self, tag: Tag) -> int:
        return self.offset + (tag.sourcepos or 0)

    def _image(self, tag: Tag, at: int) -> None:
        src, fallbacks = best_address({key: attribute(tag, key) for key in tag.attrs})
        end = self.source.text.find(">", at) + 1 or at
        if not src or runs(src):
            return
        image = Image(
            src=src,
            alt=attribute(tag, "alt").strip(),
            title=attribute(tag, "title").strip(),
            width=attribute(tag, "width"),
            height=attribute(tag, "height"),
            at=str(self.source.span(at, end)),
            fallbacks=fallbacks,
        )
        self.builder.leaf(image, at, end)

    def _embed(self, tag: Tag, at: int) -> None:
        inner = tag.find("source") if tag.name in ("video", "audio") else None
        url = attribute(tag, "src") or attribute(tag, "data") or (attribute(inner, "src") if isinstance(inner, Tag) else "")
        title = attribute(tag, "title") or attribute(tag, "alt")
        end = self.source.text.find(">", at) + 1 or at
        url = "" if runs(url) else url
        if url or title:
            self.builder.block(Embed(url=url, title=title, at=str(self.source.span(at, end))), at)
        self._remove(tag, "html.embed-fallback")

    def _pre(self, tag: Tag) -> None:
        strings = [node for node in tag.find_all(string=True) if isinstance(node, Words)]
        pieces = [piece for node in strings for piece in node.pieces]
        if not pieces:
            return
        span = self.source.span(pieces[0].start + self.offset, pieces[-1].end + self.offset)
        text = "".join(str(node) for node in strings).strip("\n")
        if text.strip():
            self.builder.block(CodeBlock(text=text, at=str(span)), self.offset + pieces[0].start)

    def _remove(self, tag: Tag, rule: str) -> None:
        """Leave an element out; its words, if it has any, go into Removals, a stretch at a time."""
        self._record([node for node in tag.find_all(string=True) if isinstance(node, Words)], rule)

    def _record(self, strings: list[Words], rule: str) -> None:
        for node in strings:
            for piece in node.pieces:
                if piece.words.strip():
                    span = self.source.span(piece.start + self.offset, piece.end + self.offset)
                    self.removals.append(Removal(text=piece.words, span=span, rule=rule))


def _href(tag: Tag) -> str:
    url = attribute(tag, "href")
    return "" if runs(url) else url


def _is_hidden(tag: Tag) -> bool:
    if "hidden" in tag.attrs:
        return True
    style = attribute(tag, "style").replace(" ", "").lower()
    return "display:none" in style or "visibility:hidden" in style
