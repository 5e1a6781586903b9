"""HTML text to a Beautiful Soup tree as the HTML standard parses it, with the place of every tag and every word.

justhtml does the parsing (WHATWG HTML, html5lib-tests) and tells where a node began; Beautiful Soup holds the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from bs4.element import Comment, NavigableString, Tag
from justhtml import JustHTML

from ..errors import NestingLimitError, PieceLimitError
from ..limits import DEFAULT, Limits, over
from .alignment import Claims, Piece, align

_FRAMES = re.compile(r"(</?)frame(?=set\b|[\s/>])", re.I)
"""Given another name, as long as their own, they are elements like any that the standard does not know."""


__all__ = ["Tag", "Words", "attribute", "parse_tree", "text_of"]


class Words(NavigableString):
    """A text node that knows the pieces of source it was made of."""

    pieces: tuple[Piece, ...] = ()


_LISTED: Final = HTMLTreeBuilder.DEFAULT_CDATA_LIST_ATTRIBUTES
"""Attributes that hold several names, by element; ``*`` is any."""


def _parsed(text: str) -> Any:
    return JustHTML(text, track_node_locations=True, sanitize=False, scripting_enabled=False).root


def _has_frames(root: Any) -> bool:
    """Whether frames stand in the place of the body, where the standard drops all words."""
    pages = (node for node in root.children or () if node.name == "html")
    return any(node.name == "frameset" for page in pages for node in page.children or ())


class _Builder(HTMLTreeBuilder):
    """Feeds Beautiful Soup from a tree that was parsed by the standard."""

    NAME = "archivekit-standard"
    features = [NAME]  # noqa: RUF012
    TRACKS_LINE_NUMBERS = False
    is_xml = False

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def prepare_markup(self, *_args: Any, **_kwargs: Any) -> Iterator[tuple[Any, None, None, bool]]:
        yield self._text, None, None, False

    def feed(self, markup: Any) -> None:
        """Hang the parsed nodes into the soup, linked as Beautiful Soup links them; it repairs nothing and need not try."""
        root = _parsed(markup)
        if _has_frames(root):
            root = _parsed(_FRAMES.sub(r"\1fram-", markup))
        parent: Any = self.soup
        last: Any = parent
        stack: list[tuple[Any, Iterator[Any]]] = [(parent, iter(root.children or ()))]
        placed: list[Words] = []
        others: list[tuple[Words, int]] = []
        while stack:
            parent, children = stack[-1]
            for node in children:
                node.parent = None  # so that the parser's tree goes when it has been read, without a collection
                name = node.name
                if name == "#text":
                    made: Any = Words(node.data)
                    start = node.origin_offset or 0
                    if markup.startswith(node.data, start):
                        made.pieces = (Piece(node.data, start, start + len(node.data), verbatim=True),)
                        placed.append(made)
                    else:
                        others.append((made, start))
                elif name == "#comment":
                    made = Comment(node.data or "")
                elif name.startswith(("#", "!")):
                    continue
                else:
                    made = Tag(name=name, parent=parent, previous=last, is_xml=False, sourcepos=node.origin_offset)
                    made.attrs.update(_attributes(name, node.attrs))
                    parent.contents.append(made)
                    last = made
                    inside = getattr(node, "template_content", None) or node
                    stack.append((made, iter(inside.children or ())))
                    break
                made.setup(parent, last)
                parent.contents.append(made)
                last = made
            else:
                stack.pop()
        if others:
            _place_others(markup, placed, others)


def _attributes(name: str, attrs: Mapping[str, str | None]) -> dict[str, str]:
    """Attributes as strings; in those that hold several names the names stand one space apart."""
    found = {key: value or "" for key, value in attrs.items()}
    for key, value in found.items():
        if key in _LISTED["*"] or key in _LISTED.get(name, ()):
            found[key] = " ".join(value.split())
    return found


def parse_tree(text: str, limits: Limits = DEFAULT) -> BeautifulSoup:
    """The tree of an HTML document or fragment; raises NestingLimitError and PieceLimitError, before any tree is built."""
    depth, elements = _measure(text)
    if depth > limits.depth:
        raise NestingLimitError(f"HTML nested {depth} elements deep, {over('depth', limits.depth)}")
    if elements > limits.pieces:
        raise PieceLimitError(f"{elements} elements, {over('pieces', limits.pieces)}")
    # Given the text itself, Beautiful Soup warns when a line of words looks like an address or a file name.
    return BeautifulSoup("", builder=_Builder(text))


def text_of(tag: Tag) -> str:
    """All words below an element, as they are."""
    return "".join(str(node) for node in tag.descendants if isinstance(node, Words))


def attribute(tag: Tag, name: str) -> str:
    """An attribute as a string, ``""`` when it is absent."""
    value = tag.attrs.get(name, "")
    assert isinstance(value, str), "attributes of several values are not split"
    return value


_RAW = frozenset({"style", "script", "xmp", "iframe", "noembed", "noframes", "plaintext"})
"""Elements in which HTML sees neither tags nor references."""
_WITHOUT_TAGS = _RAW | {"title", "textarea"}


def _place_others(source: str, placed: list[Words], others: list[tuple[Words, int]]) -> None:
    """Find the words that do not stand in the source as they are, each from where it begins on, outside those that do."""
    claims = Claims((piece.start, piece.end) for words in placed for piece in words.pieces)
    for words, start in others:
        inside = words.parent.name if words.parent is not None else ""
        tags, references = inside not in _WITHOUT_TAGS, inside not in _RAW
        words.pieces = tuple(align(source, str(words), start, claims, tags=tags, references=references))


_OPEN = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)([^>]*)")
_NEVER_DEEP = frozenset(
    {"area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p", "param"}
    | {"source", "td", "th", "tr", "track", "wbr"}
)
_FORMATTING = frozenset(
    ("b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"),
)
"""What the standard opens again in every paragraph until it is closed."""
_DEEP = _FORMATTING | frozenset(
    ("a", "div", "span", "section", "article", "blockquote", "ul", "ol", "table", "figure", "center"),
)
"""Elements that a slash before the ``>`` does not close, among those it does close in a drawing."""


def _measure(text: str) -> tuple[int, int]:
    """An upper bound of the element depth, and about how many elements a tree would have: what the parser opens again
    counts again. Enough to refuse an attack before the parse."""
    depth = deepest = pieces = formatting = 0
    for match in _OPEN.finditer(text):
        name = match.group(2).lower()
        if match.group(1):
            formatting -= bool(formatting and name in _FORMATTING)
            depth -= bool(depth and name not in _NEVER_DEEP)
            continue
        pieces += 1 if name in _FORMATTING else 1 + formatting
        formatting += name in _FORMATTING
        if name not in _NEVER_DEEP and (name in _DEEP or not match.group(3).endswith("/")):
            depth += 1
            deepest = max(deepest, depth)
    return deepest, pieces
