"""HTML text to a Beautiful Soup tree as the HTML standard parses it, with the place of every tag and every word.

justhtml does the parsing (WHATWG HTML, html5lib-tests) and tells where a node began; Beautiful Soup holds the tree.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from bs4.element import Comment, NavigableString, Tag
from justhtml import JustHTML

from ..errors import NestingLimitError, PieceLimitError
from ..limits import DEFAULT, Limits, over

_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]*;?)")
_BROKEN_REFERENCE = re.compile(r"&\0*(?:#[0-9\0]+;?|#\0*[xX][0-9a-fA-F\0]+;?|[A-Za-z][A-Za-z0-9\0]*;?)")
"""One that is whole when NUL has been left out, as it is in a table."""
_MARKUP = re.compile(r"</?[A-Za-z]|<!--")
_FRAMES = re.compile(r"(</?)frame(?=set\b|[\s/>])", re.I)
"""Given another name, as long as their own, they are elements like any that the standard does not know."""
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<[^>]*(?:>|\Z)", re.S)


__all__ = ["Piece", "Tag", "Words", "align", "attribute", "parse_tree", "text_of"]


class Piece:
    """A stretch of words and where they stand: ``text[start:end]`` of the parsed string."""

    __slots__ = ("end", "start", "verbatim", "words")

    def __init__(self, words: str, start: int, end: int, *, verbatim: bool) -> None:
        self.words = words
        self.start = start
        self.end = end
        self.verbatim = verbatim


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
        while stack:
            parent, children = stack[-1]
            for node in children:
                node.parent = None  # so that the parser's tree goes when it has been read, without a collection
                name = node.name
                if name == "#text":
                    made: Any = Words(node.data)
                    made.pieces = _pieces(markup, node.data, node.origin_offset or 0, parent.name)
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


_NEAR = 64
"""Characters that are looked through for one character."""
_FAILURES = 50
"""How often words are looked for in all that follows, and not found."""
_RAW = frozenset({"style", "script", "xmp", "iframe", "noembed", "noframes", "plaintext"})
"""Elements in which HTML sees neither tags nor references."""
_WITHOUT_TAGS = _RAW | {"title", "textarea"}


def _pieces(source: str, words: str, start: int, inside: str) -> tuple[Piece, ...]:
    """The pieces of a text node inside an element; most stand in the source as they are."""
    if source.startswith(words, start):
        return (Piece(words, start, start + len(words), verbatim=True),)
    return tuple(align(source, words, start, tags=inside not in _WITHOUT_TAGS, references=inside not in _RAW))


def align(source: str, words: str, start: int, *, tags: bool = True, references: bool = True) -> Iterator[Piece]:
    """Find the words of a text node in the source it was parsed from, from ``start`` on.

    Character references, ``\\r\\n``, NUL (left out, or U+FFFD where the standard says so) and tags that the parser ignored
    stand between; each becomes the border of a piece. A piece is verbatim, or one reference with what it stands for. Words
    that are not found stand nowhere, where the last ones ended. Without ``tags`` a ``<`` is a character like any, without
    ``references`` a ``&``.
    """
    at, done, size = start, 0, len(words)
    reached, failures = start, 0
    while done < size:
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
        elif (found := _further(source, words, done, at, far=failures < _FAILURES)) >= 0:
            at = found
        else:
            yield Piece(words[done], reached, reached, verbatim=False)
            failures += 1
            done += 1


def _further(source: str, words: str, done: int, at: int, *, far: bool) -> int:
    """Where the words go on after a place at which they do not: words that HTML moves may go on far from there. Or -1."""
    found = source.find(words[done : done + 8], at + 1, None if far else at + _NEAR)
    return found if found >= 0 else source.find(words[done], at + 1, at + _NEAR)


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
