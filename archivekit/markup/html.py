"""HTML to Blocks, parsed as the standard parses it. The closed set of nodes is the sanitiser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..errors import MarkupLimitError
from ..model import CodeBlock, Embed, Image, LineBreak, Notice, Removal, Rule
from ..source import Source
from . import tag_meanings
from .content import furniture, lead_images
from .figures import CaptionHint, caption_hint
from .flow import Wrap
from .html_blocks import Builder
from .images import as_words, best_address
from .parsed import Mark, Parsed
from .preformatted import is_line_numbers, preformatted
from .schemes import runs
from .shortcodes import TAG
from .soup import Tag, Words, attribute, parse_tree, text_of
from .template_addresses import image_address, link_address

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
LATE_IMAGES = frozenset(["amp-img", "amp-anim"])
"""Elements that are an image, and may hold what stands for it until it is loaded."""
SHOWN = EMBEDS | {"br", "hr", "img"}
"""Elements that are something by themselves and are not walked into."""
MARKED = frozenset(["address", "time", "footer", "header", "nav", "aside", "cite", "h1"])
"""Elements an envelope may want to know the place of."""
PARTS = frozenset(["td", "th", "tr", "thead", "caption"])
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_WHOLE_TAG = re.compile(
    r"<[A-Za-z][^\t\n\f\r />]*+(?:[\t\n\f\r /]++|[^\t\n\f\r />][^\t\n\f\r />=]*+(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    r"(?:\"[^\"]*+\"|'[^']*+'|[^\t\n\f\r >\"'][^\t\n\f\r >]*+|(?=>)))?+)*+>"
)
"""A tag as the standard takes it apart (13.2.5): a ``>`` in quotes does not end it."""
CONTAINERS = {"blockquote": "quote", "ul": "bullet", "ol": "ordered", "li": "item", "table": "table", "figure": "figure"}


def tree(source: Source, start: int, end: int) -> Tag:
    """The parsed tree of ``source.text[start:end]``; raises MarkupLimitError with path and offset."""
    try:
        return parse_tree(source.text[start:end], source.limits)
    except MarkupLimitError as error:
        raise type(error)(error.message, path=source.path, offset=source.byte(start)) from None


def parse(source: Source, start: int, end: int, *, tags: bool = False) -> Parsed:
    """The blocks of ``source.text[start:end]``, an HTML document or fragment; raises MarkupLimitError."""
    return convert(tree(source, start, end), source, start, tags=tags)


def convert(root: Tag, source: Source, offset: int = 0, *, outside: Tag | None = None, tags: bool = False) -> Parsed:
    """The blocks below an element whose positions count from ``offset`` in the source's text.

    With ``tags``, a template's tags among the words are what they stand for.

    With ``outside``, an element around it, the furniture of the page is left out: what stands outside the root and
    what inside it is navigation, sharing or comments goes into Removals.
    """
    walker = _Walker(source, offset, TAG if tags else None)
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

    def __init__(self, source: Source, offset: int, tags: re.Pattern[str] | None) -> None:
        self.source = source
        self.tags = tags
        self.offset = offset
        self.builder = Builder(source.span)
        self.removals: list[Removal] = []
        self.marks: list[Mark] = []
        self._out: dict[int, str] = {}
        self._malformed: set[int] = set()

    def leave_out(self, tags: list[Tag], rule: str) -> None:
        """Take these elements out when they are met."""
        self._out.update((id(tag), rule) for tag in tags)

    def remove_around(self, outside: Tag, inside: Tag) -> None:
        """Record everything below ``outside`` that is not below ``inside`` as removed."""
        kept = {id(node) for node in inside.descendants} | {id(image) for image in lead_images(outside, inside)}
        self._record((node for node in outside.descendants if id(node) not in kept), "html.outside-article")

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
                elif isinstance(node, Tag):
                    self._is_malformed(node)
                    if self._leaf(node):
                        continue
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
            at = piece.start + self.offset
            if self.tags is not None and piece.verbatim and "{" in piece.words:
                at += self._tags(piece.words, at, self.tags)
            words = piece.words[at - piece.start - self.offset :]
            self.builder.words(words, at, piece.end + self.offset, verbatim=piece.verbatim)

    def _tags(self, words: str, start: int, tags: re.Pattern[str]) -> int:
        """Words up to the last tag of a template among them: each is the image or player it stands for, or is left out."""
        done = 0
        for code in tags.finditer(words):
            self.builder.words(words[done : code.start()], start + done, start + code.start(), verbatim=True)
            block = tag_meanings.block(self.source, code.group(), start + code.start())
            if block is None:
                self._gone(code.group(), start + code.start(), start + code.end(), "markdown.shortcode")
            else:
                self.builder.block(block, start + code.start())
            done = code.end()
        return done

    def _leaf(self, tag: Tag) -> bool:
        """Deal with an element that is not walked into; whether it was one."""
        name = tag.name
        if name in SHOWN:
            self._shown(tag, self._place(tag))
        elif name == "script" and attribute(tag, "type").lower().startswith("math/tex"):
            self._tex(tag)
        elif self._leave_out(tag):
            return True
        elif name == "pre":
            self._pre(tag)
        else:
            if name in LATE_IMAGES:
                self._image(tag, self._place(tag))
            return False
        return True

    def _leave_out(self, tag: Tag) -> bool:
        """Take an element out when it is one that is left out; whether it was."""
        rule = LEFT_OUT.get(tag.name) or self._out.get(id(tag))
        if rule is None and tag.attrs:
            rule = "html.hidden" if _is_hidden(tag) else "html.line-numbers" if is_line_numbers(tag) else None
        if rule is not None:
            self._record([tag, *tag.descendants], rule)
        return rule is not None

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
        attrs = {key: attribute(tag, key) for key in tag.attrs}
        raw, fallbacks = best_address(attrs)
        src, end = image_address(raw).url, self._end_of(at)
        drawn = as_words(attrs)
        if drawn:
            self.builder.words(drawn, at, end, verbatim=False)
            return
        if not src or runs(src):
            self._record([tag], "html.image-without-address")
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
        end = self._end_of(at)
        url = "" if runs(url) else url
        if url or title:
            self.builder.block(Embed(url=url, title=title, at=str(self.source.span(at, end))), at)
        self._record(tag.descendants if url or title else [tag, *tag.descendants], "html.embed-fallback")

    def _tex(self, tag: Tag) -> None:
        """A formula that a script would set, as TeX."""
        pieces = [piece for node in tag.descendants if isinstance(node, Words) for piece in node.pieces if piece.words.strip()]
        if "display" in attribute(tag, "type").lower() and pieces:
            start, end = pieces[0].start + self.offset, pieces[-1].end + self.offset
            self.builder.block(CodeBlock(text=text_of(tag).strip(), at=str(self.source.span(start, end))), start)
            return
        self.builder.wrap(Wrap("code"))
        for piece in pieces:
            self.builder.words(piece.words, piece.start + self.offset, piece.end + self.offset, verbatim=piece.verbatim)
        self.builder.unwrap()

    def _pre(self, tag: Tag) -> None:
        found = preformatted(tag, BLOCKS, SHOWN, self._leave_out)
        if found.text.strip():
            start, end = found.pieces[0].start + self.offset, found.pieces[-1].end + self.offset
            self.builder.block(CodeBlock(text=found.text, at=str(self.source.span(start, end))), start)
        for other in found.apart:
            self.builder.line()
            self._shown(other, self._place(other))
            self.builder.line()

    def _record(self, nodes: Iterable[object], rule: str) -> None:
        """Removals of the words among the nodes, a stretch at a time, and of the pictures and players, each by its tag."""
        for node in nodes:
            if isinstance(node, Words):
                for piece in node.pieces:
                    if piece.words.strip():
                        self._gone(piece.words, piece.start + self.offset, piece.end + self.offset, rule)
            elif isinstance(node, Tag) and not self._is_malformed(node) and _is_picture(node):
                at = self._place(node)
                self._gone("", at, self._end_of(at), rule)

    def _is_malformed(self, tag: Tag) -> bool:
        """Whether a tag ran on into another, as in ``a<b then</p>``, which is one to its end (HTML, 13.2.5). It is recorded
        with what stood between."""
        if tag.sourcepos is None or ("<" not in tag.name and not any("<" in name for name in tag.attrs)):
            return False
        at = self._place(tag)
        if at not in self._malformed:
            self._malformed.add(at)
            end = self._end_of(at)
            self._gone(self.source.text[at:end], at, end, "html.malformed-tag")
        return True

    def _gone(self, words: str, start: int, end: int, rule: str) -> None:
        self.removals.append(Removal(text=words, span=self.source.span(start, end), rule=rule))

    def _end_of(self, at: int) -> int:
        """Where the tag ends that begins at a place."""
        tag = _WHOLE_TAG.match(self.source.text, at)
        return tag.end() if tag is not None else self.source.text.find(">", at) + 1 or at


def _is_picture(tag: Tag) -> bool:
    """Whether an element shows something without words: an image, a drawing or a player."""
    if tag.name == "img" or tag.name in LATE_IMAGES:
        return bool(best_address({key: attribute(tag, key) for key in tag.attrs})[0] or attribute(tag, "alt").strip())
    return tag.name == "svg" or (tag.name in EMBEDS and bool(attribute(tag, "src") or attribute(tag, "data")))


def _href(tag: Tag) -> str:
    url = link_address(attribute(tag, "href")).url
    return "" if runs(url) else url


def _is_hidden(tag: Tag) -> bool:
    if "hidden" in tag.attrs:
        return True
    style = attribute(tag, "style").replace(" ", "").lower()
    return "display:none" in style or "visibility:hidden" in style
