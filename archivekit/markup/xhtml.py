"""Blocks → XHTML fragments, well-formed both as XML and as HTML.

The closed set of nodes is the sanitiser: what is not written here cannot be in an output. No id, no event handler and
no reference that a reading system would fetch is ever written, except the images the caller names. Text is escaped,
and what XML 1.0 forbids never gets through. The work is done on a stack of its own, so no nesting is too deep for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from ..languages import other
from ..model import (
    Block,
    Code,
    CodeBlock,
    Embed,
    Emphasis,
    Figure,
    Heading,
    Image,
    Inline,
    LineBreak,
    Link,
    List,
    ListItem,
    Node,
    Paragraph,
    Quote,
    Ruby,
    Rule,
    Strike,
    Strong,
    Subscript,
    Superscript,
    Table,
    Text,
    children_of,
    inline_text,
    walk,
)
from .grid import Slot, rectangular
from .weblinks import safe_href

Images = Callable[[Image], str | None]
"""Image → the href of an embedded file; None where there is none, and a placeholder is printed."""

MAX_DEPTH: Final = 64
"""Containers nested deeper than this lose their tags and keep their content: reading systems and WeasyPrint recurse."""


class Labels(NamedTuple):
    """The few phrases a body needs in the language of the furniture."""

    image: str = "Image"
    """The alternative of an image of which nothing is known."""
    missing: str = "Image not in this archive"
    embed: str = "Embedded content"
    colon: str = ": "


# --- text -------------------------------------------------------------------------------------------------------

_LINE_ENDS: Final = re.compile("\r\n?|[\x85\u2028\u2029]")
_INVISIBLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_PLANE_ENDS: Final = "".join(chr(plane << 16 | low) for plane in range(1, 17) for low in (0xFFFE, 0xFFFF))
_IMPOSSIBLE: Final = re.compile(f"[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff{_PLANE_ENDS}]")
_UNCLEAN: Final = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff{_PLANE_ENDS}]")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def clean(value: str) -> str:
    """``value`` as XML 1.0 and HTML allow it: controls left out, lone surrogates and noncharacters made U+FFFD."""
    if value.isprintable() or _UNCLEAN.search(value) is None:
        return value
    return _IMPOSSIBLE.sub("\ufffd", _INVISIBLE.sub("", _LINE_ENDS.sub("\n", value)))


def text(value: str) -> str:
    """``value`` as character data."""
    return clean(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def attribute(value: str) -> str:
    """``value`` for between double quotes; a line end or tab becomes a space, as XML would make it anyway."""
    return re.sub(r"[\t\n]", " ", text(value)).replace('"', "&quot;")


def language_tag(value: str) -> str:
    """``value`` where it has the form of a BCP 47 tag, else ``und``."""
    return value if _LANGUAGE.fullmatch(value) else "und"


def lang(value: str) -> str:
    """The attributes that give an element its language, with a space before them."""
    tag = language_tag(value)
    return f' lang="{tag}" xml:lang="{tag}"'


def anchor(url: str, label: str) -> str:
    """``label`` (plain text) as a link to ``url``; just the label when ``url`` is not a sound web or mail address."""
    href = safe_href(url)
    return text(label) if href is None else f'<a href="{attribute(href)}">{text(label)}</a>'


# --- nodes ------------------------------------------------------------------------------------------------------


ENGLISH: Final = Labels()


class _Here(NamedTuple):
    """Where in the tree an expansion stands."""

    depth: int = 0
    in_link: bool = False
    in_ruby: bool = False
    caption: str = ""
    """The words of the figure around an image."""


class _Options(NamedTuple):
    images: Images
    labels: Labels
    link_images: bool
    levels: Iterator[int]
    language: str = ""
    """Of the text around; a block that is clearly in another names its own."""


_Part = str | Slot | Node
_WORDS: Final = (Text, Code, CodeBlock)
_SEEN: Final = (Image, Embed)
_SIMPLE: Final = {Emphasis: "em", Strong: "strong", Superscript: "sup", Subscript: "sub", Strike: "s", Quote: "blockquote"}


def blocks(
    nodes: Iterable[Block],
    *,
    images: Images,
    labels: Labels = ENGLISH,
    first_level: int = 2,
    link_images: bool = True,
    language: str = "",
) -> str:
    """Blocks as one XHTML fragment, to stand in text of ``language``: a paragraph, heading or caption that is clearly in
    another language says so.

    The first heading gets ``first_level``; no level is skipped after it and none is over 6. With ``link_images=False``
    an image is never inside a link (PDF/UA cannot express it); the words beside it stay linked.
    """
    nodes = tuple(nodes)
    return _render(nodes, _Options(images, labels, link_images, iter(heading_levels(nodes, first_level)), language))


def inlines(nodes: Iterable[Inline], *, images: Images, labels: Labels = ENGLISH, link_images: bool = True) -> str:
    """Inline nodes as one XHTML fragment."""
    return _render(tuple(nodes), _Options(images, labels, link_images, iter(())))


def heading_levels(nodes: tuple[Block, ...], first_level: int = 2) -> list[int]:
    """The level each printed heading gets, in reading order: as in the source, but without gaps."""
    levels: list[int] = []
    above: list[int] = []
    for node in walk(nodes):
        if isinstance(node, Heading) and _visible(node.children):
            own = int(node.level)
            while above and above[-1] >= own:
                above.pop()
            above.append(own)
            levels.append(min(first_level - 1 + len(above), 6))
    return levels


def _render(nodes: tuple[Node, ...], options: _Options) -> str:
    """Expand nodes into tags and smaller nodes until only text is left."""
    out: list[str] = []
    stack: list[tuple[_Part, _Here]] = [(node, _Here()) for node in reversed(nodes)]
    while stack:
        part, here = stack.pop()
        if isinstance(part, str):
            out.append(part)
            continue
        if isinstance(part, Text):
            out.append(text(part.text))
            continue
        inside, parts = _expand(part, here, options)
        stack.extend((inner, inside) for inner in reversed(parts))
    return "".join(out)


def _expand(part: Slot | Node, here: _Here, options: _Options) -> tuple[_Here, list[_Part]]:
    """The tags and smaller parts ``part``, which is no Text, is made of, and where those stand."""
    inside = here._replace(depth=here.depth + 1)
    match part:
        case Paragraph():
            return inside, _paragraph(part, options.language)
        case Heading():
            return inside, _heading(part, options) if _visible(part.children) else []
        case Emphasis() | Strong() | Superscript() | Subscript() | Strike() | Quote():
            end = "\n" if isinstance(part, Quote) else ""
            return inside, [*part.children] if here.depth > MAX_DEPTH else _wrapped(_SIMPLE[type(part)], part.children, end)
        case Link():
            return _link(part, inside, options)
        case Image():
            return inside, [_image(part, here, options)]
        case Ruby():
            return inside._replace(in_ruby=True), _ruby(part, here)
        case Figure():
            return inside._replace(caption=inline_text(part.caption)), _figure(part, options.language)
        case List():
            return inside, _list(part) if here.depth <= MAX_DEPTH else [*part.items]
        case Table():
            return inside, _table(part, options.language) if here.depth <= MAX_DEPTH else [*children_of(part)]
        case Slot():
            return inside, _cell(part)
        case _:
            return inside, _leaf(part, options)


def _leaf(part: Node, options: _Options) -> list[_Part]:
    """A node without tags of its own, or without nodes in it."""
    match part:
        case LineBreak():
            return ["<br/>"]
        case Code():
            return [f"<code>{text(part.text)}</code>"]
        case CodeBlock():
            return [f"<pre><code>{text(part.text)}</code></pre>\n"]
        case Rule():
            return ["<hr/>\n"]
        case Embed():
            address = anchor(part.url, part.url)
            title = text(options.labels.colon + part.title) if clean(part.title).strip() else ""
            return [f'<p class="embed">{text(options.labels.embed)}{title}<br/><span class="address">{address}</span></p>\n']
        case _:
            return [*children_of(part)]


def _wrapped(tag: str, children: Iterable[Node], end: str = "") -> list[_Part]:
    return [f"<{tag}>", *children, f"</{tag}>{end}"]


def _own_language(words: str, around: str) -> str:
    """The language attributes of an element whose words are clearly not in the language around it."""
    own = other(words, around) if around else ""
    return lang(own) if own else ""


def _heading(heading: Heading, options: _Options) -> list[_Part]:
    level = next(options.levels)
    own = _own_language(inline_text(heading.children), options.language)
    return [f"<h{level}{own}>", *heading.children, f"</h{level}>\n"]


def _paragraph(paragraph: Paragraph, language: str) -> list[_Part]:
    """A paragraph; one that holds images and no words is marked as a picture, one that shows nothing is left out."""
    words = inline_text(paragraph.children)
    if clean(words).strip():
        return [f"<p{_own_language(words, language)}>", *paragraph.children, "</p>\n"]
    return ['<p class="picture">', *paragraph.children, "</p>\n"] if _visible(paragraph.children) else []


def _visible(nodes: tuple[Node, ...]) -> bool:
    """Whether anything of the nodes would be seen."""
    return any((isinstance(node, _WORDS) and clean(node.text).strip()) or isinstance(node, _SEEN) for node in walk(nodes))


def _link(link: Link, inside: _Here, options: _Options) -> tuple[_Here, list[_Part]]:
    href = None if inside.in_link else safe_href(link.url)
    unlinkable = not options.link_images and any(isinstance(node, Image) for node in walk(link.children))
    if href is None or unlinkable or not _visible(link.children) or inside.depth > MAX_DEPTH:
        return inside, [*link.children]
    title = f' title="{attribute(link.title)}"' if clean(link.title).strip() else ""
    return inside._replace(in_link=True), [f'<a href="{attribute(href)}"{title}>', *link.children, "</a>"]


def _image(image: Image, here: _Here, options: _Options) -> str:
    """An embedded image, or a box that says what is not there and where it was."""
    known = next((words for words in (image.alt, here.caption, image.title) if clean(words).strip()), "")
    href = options.images(image)
    if href is not None:
        return f'<img src="{attribute(href)}" alt="{attribute(known or options.labels.image)}"/>'
    own = image.alt.strip() or image.title.strip()
    parts = [f'<span class="label">{text(options.labels.missing)}</span>', text(own)]
    if image.src.strip():
        address = text(image.src) if here.in_link else anchor(image.src, image.src)
        parts.append(f'<span class="address">{address}</span>')
    return f'<span class="missing-image">{" ".join(part for part in parts if part)}</span>'


def _ruby(ruby: Ruby, here: _Here) -> list[_Part]:
    """A ruby, or its reading in brackets where HTML allows no ruby. ``rp`` is left out: EPUB discourages it."""
    if not _visible(ruby.annotation):
        return [*ruby.children]
    if here.in_ruby or here.depth > MAX_DEPTH or not _visible(ruby.children):
        return [*ruby.children, "(", *ruby.annotation, ")"]
    return ["<ruby>", *ruby.children, "<rt>", *ruby.annotation, "</rt></ruby>"]


def _figure(figure: Figure, language: str) -> list[_Part]:
    parts: list[_Part] = [*figure.images]
    caption, credit = _visible(figure.caption), _visible(figure.credit)
    if caption or credit:
        parts.append(f"<figcaption{_own_language(inline_text(figure.caption), language)}>")
        parts += figure.caption if caption else ()
        parts += [" " if caption else "", '<span class="credit">', *figure.credit, "</span>"] if credit else []
        parts.append("</figcaption>")
    return ["<figure>", *parts, "</figure>\n"] if parts else []


def _list(node: List) -> list[_Part]:
    if not node.items:
        return []
    tag = "ol" if node.style == "ordered" else "ul"
    start = f' start="{int(node.start)}"' if tag == "ol" and re.fullmatch(r"-?[0-9]{1,9}", node.start) else ""
    parts: list[_Part] = [f"<{tag}{start}>\n"]
    for item in node.items:
        parts += _item(item)
    return [*parts, f"</{tag}>\n"]


def _item(item: ListItem) -> list[_Part]:
    return ["<li>", *item.children, "</li>\n"]


def _table(table: Table, language: str) -> list[_Part]:
    """A table whose rows all have the same width, in a box of its own that can scroll."""
    head, rows = rectangular(table.head, table.rows)
    own = _own_language(inline_text(table.caption), language)
    caption: list[_Part] = [f"<caption{own}>", *table.caption, "</caption>"] if _visible(table.caption) else []
    if not head and not rows:
        return _wrapped("p", table.caption, "\n") if caption else []
    parts: list[_Part] = ['<div class="table"><table>', *caption]
    for tag, section in (("thead", head), ("tbody", rows)):
        if section:
            parts.append(f"<{tag}>\n")
            for row in section:
                parts += ["<tr>", *row, "</tr>\n"]
            parts.append(f"</{tag}>")
    return [*parts, "</table></div>\n"]


def _cell(slot: Slot) -> list[_Part]:
    """One cell; a lone paragraph in it needs no tag."""
    tag = "th" if slot.scope else "td"
    scope = f' scope="{slot.scope}"' if slot.scope else ""
    spans = "".join(f' {name}="{n}"' for name, n in (("colspan", slot.colspan), ("rowspan", slot.rowspan)) if n > 1)
    inner: tuple[Node, ...] = slot.children
    if len(inner) == 1 and isinstance(inner[0], Paragraph):
        inner = inner[0].children
    return [f"<{tag}{scope}{spans}>", *inner, f"</{tag}>"]
