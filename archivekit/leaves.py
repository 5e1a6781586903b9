"""Leaves: cutting inline nodes by character while every word keeps its place in the source.

Offsets count the characters of :func:`archivekit.model.inline_text`. Pure functions; nodes go in, nodes come out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import msgspec

from .model import (
    Code,
    CodeBlock,
    Embed,
    Image,
    Inline,
    LineBreak,
    Link,
    Node,
    Ruby,
    Span,
    Text,
    children_of,
    inline_text,
    walk,
)

_LEAVES = (Text, Code, CodeBlock, Image, Embed)
_PLACED = frozenset(_LEAVES)


def spans(nodes: Iterable[Node]) -> list[Span]:
    """The place of every leaf below the nodes, in reading order."""
    return [Span.parse(node.at) for node in walk(tuple(nodes)) if type(node) in _PLACED and node.at]  # type: ignore[union-attr]


def hull(nodes: Iterable[Node]) -> Span | None:
    """From the first to the last byte of the nodes' leaves; None when none of them was read from a source."""
    places = spans(nodes)
    return Span(min(a for a, _ in places), max(b for _, b in places)) if places else None


def part(nodes: tuple[Inline, ...], start: int, end: int, encoding: str) -> tuple[Inline, ...]:
    """The inline nodes that hold the characters ``start:end``, and the images between them; empty wrappers go."""
    return _part(nodes, start, end, 0, encoding, lambda at: start < at < end)[0]


def cut(nodes: tuple[Inline, ...], start: int, end: int, encoding: str) -> tuple[Inline, ...]:
    """The inline nodes without the characters ``start:end`` and the images between these; what stands at either end stays."""
    if start >= end:
        return nodes
    size = len(inline_text(nodes))
    before, _ = _part(nodes, 0, start, 0, encoding, lambda at: at <= start)
    after, _ = _part(nodes, end, size, 0, encoding, lambda at: at >= end)
    return before + after


def _part(
    nodes: tuple[Inline, ...], start: int, end: int, at: int, encoding: str, shows: Callable[[int], bool]
) -> tuple[tuple[Inline, ...], int]:
    """The characters ``start:end`` and the images at the offsets that ``shows`` names; then the offset behind the nodes."""
    kept: list[Inline] = []
    for node in nodes:
        if isinstance(node, (Text, Code)):
            size = len(node.text)
            a, b = max(start - at, 0), min(end - at, size)
            if a < b:
                kept.append(node if (a, b) == (0, size) else _piece(node, a, b, encoding))
            at += size
        elif isinstance(node, LineBreak):
            if start <= at < end:
                kept.append(node)
            at += 1
        elif isinstance(node, Image):
            if shows(at):
                kept.append(node)
        elif isinstance(node, Ruby):
            size = len(inline_text((node,)))
            if start <= at < end:
                kept.append(node)
            at += size
        else:
            inner, at = _part(node.children, start, end, at, encoding, shows)
            if inner:
                kept.append(msgspec.structs.replace(node, children=inner))
    return tuple(kept), at


def _piece(node: Text | Code, start: int, end: int, encoding: str) -> Text | Code:
    """Part of a leaf. An atomic leaf (a reference, folded white space) keeps its whole place."""
    if not node.at:
        return msgspec.structs.replace(node, text=node.text[start:end])
    place = Span.parse(node.at)
    if len(node.text.encode(encoding, "replace")) != place.end - place.start:
        return msgspec.structs.replace(node, text=node.text[start:end])
    first = place.start + len(node.text[:start].encode(encoding, "replace"))
    last = first + len(node.text[start:end].encode(encoding, "replace"))
    return msgspec.structs.replace(node, text=node.text[start:end], at=str(Span(first, last)))


def strip(nodes: tuple[Inline, ...], encoding: str) -> tuple[Inline, ...]:
    """The nodes without white space and line breaks at either end; images stay."""
    text = inline_text(nodes)
    left = len(text) - len(text.lstrip(" \t\r\n\u00a0\u3000\u200b\ufeff"))
    right = len(text.rstrip(" \t\r\n\u00a0\u3000\u200b\ufeff"))
    return nodes if (left, right) == (0, len(text)) else _part(nodes, left, right, 0, encoding, lambda at: True)[0]


def images(nodes: Iterable[Node]) -> list[Image]:
    """Every image below the nodes."""
    return [node for node in walk(tuple(nodes)) if isinstance(node, Image)]


def words(node: Node) -> str:
    """All words of a node, captions and credits included, in reading order."""
    return inline_text(children_of(node) or (node,))


def join(nodes: tuple[Inline, ...], solid: frozenset[int] = frozenset()) -> tuple[Inline, ...]:
    """Neighbouring texts as one where nothing visible stood between them; the same tuple where there are none.

    ``solid`` holds the byte offsets at which something that was taken out begins: texts are not joined over one.
    """
    out: list[Inline] = []
    for node in nodes:
        last = out[-1] if out else None
        if isinstance(node, Text) and isinstance(last, Text) and node.at and last.at:
            a, b = Span.parse(last.at), Span.parse(node.at)
            if a.end <= b.start and not any(offset in solid for offset in range(a.end, b.start + 1)):
                out[-1] = Text(last.text + node.text, str(Span(a.start, b.end)))
                continue
        out.append(node)
    return tuple(out) if len(out) < len(nodes) else nodes


def has_words(node: Node) -> bool:
    """Whether a node shows any words or image."""
    return any(isinstance(leaf, (Image, Embed)) or (isinstance(leaf, _LEAVES) and leaf.text.strip()) for leaf in walk((node,)))


def only_links(block: Node) -> list[Link] | None:
    """The links of a block that shows nothing else; None when it shows other words."""
    links = [node for node in walk((block,)) if isinstance(node, Link)]
    shown = re.sub(r"[\s·•|｜/、,，:：\-—–\d.]+", "", words(block))
    linked = re.sub(r"[\s·•|｜/、,，:：\-—–\d.]+", "", "".join(words(link) for link in links))
    return links if links and shown == linked else None


__all__ = ["cut", "has_words", "hull", "images", "join", "only_links", "part", "spans", "strip", "words"]
