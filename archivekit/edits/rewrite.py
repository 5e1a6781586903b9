"""Rewrite: a function applied to every node of a body, from the leaves up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from ..model import (
    Block,
    Cell,
    Emphasis,
    Figure,
    Heading,
    Link,
    List,
    ListItem,
    Paragraph,
    Quote,
    Row,
    Ruby,
    Strike,
    Strong,
    Subscript,
    Superscript,
    Table,
)

INLINE_PARTS: Final[Mapping[type, tuple[str, ...]]] = {
    **dict.fromkeys((Paragraph, Heading, Emphasis, Strong, Link, Superscript, Subscript, Strike), ("children",)),
    Ruby: ("children", "annotation"),
    Table: ("caption",),
    Figure: ("caption", "credit"),
}
"""The parts of a node that hold inline nodes."""

_PARTS: Final[Mapping[type, tuple[str, ...]]] = {
    **INLINE_PARTS,
    **dict.fromkeys((Quote, ListItem, Cell), ("children",)),
    List: ("items",),
    Table: ("caption", "head", "rows"),
    Row: ("cells",),
    Figure: ("images", "caption", "credit"),
}

Change = Callable[[Any], Any]


def rewrite(body: tuple[Block, ...], change: Change, kinds: frozenset[type]) -> tuple[Block, ...]:
    """A body in which each node of these kinds is ``change`` of itself; what is not changed is the same object."""
    return _all(body, change, kinds)


def _all(nodes: tuple[Any, ...], change: Change, kinds: frozenset[type]) -> tuple[Any, ...]:
    made: list[Any] | None = None
    for index, node in enumerate(nodes):
        kind = type(node)
        new = _below(node, _PARTS[kind], change, kinds) if kind in _PARTS else node
        if kind in kinds:
            new = change(new)
        if new is not node:
            made = made if made is not None else list(nodes)
            made[index] = new
    return nodes if made is None else tuple(made)


def _below(node: Any, parts: tuple[str, ...], change: Change, kinds: frozenset[type]) -> Any:
    """The node with everything below it changed."""
    fields: dict[str, tuple[Any, ...]] = {}
    for name in parts:
        old = getattr(node, name)
        new = _all(old, change, kinds)
        if new is not old:
            fields[name] = new
    return msgspec.structs.replace(node, **fields) if fields else node
