"""Rewrite: a function applied to every node of a body, from the leaves up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ..model import Block, Cell, Figure, List, ListItem, Node, Row, Ruby, Table

Change = Callable[[Node], Node]


def rewrite(body: tuple[Block, ...], change: Change) -> tuple[Block, ...]:
    """A body in which each node is ``change`` of itself; what is not changed is the same object."""
    return _all(body, change)


def _all(nodes: tuple[Any, ...], change: Change) -> tuple[Any, ...]:
    made = tuple(_one(node, change) for node in nodes)
    return nodes if all(a is b for a, b in zip(nodes, made, strict=True)) else made


def _one(node: Any, change: Change) -> Any:
    fields: dict[str, tuple[Any, ...]] = {}
    for name in _PARTS.get(type(node), ("children",)):
        old = getattr(node, name, None)
        if isinstance(old, tuple):
            new = _all(old, change)
            if new is not old:
                fields[name] = new
    return change(msgspec.structs.replace(node, **fields) if fields else node)


_PARTS: dict[type, tuple[str, ...]] = {
    List: ("items",),
    ListItem: ("children",),
    Table: ("caption", "head", "rows"),
    Row: ("cells",),
    Cell: ("children",),
    Figure: ("images", "caption", "credit"),
    Ruby: ("children", "annotation"),
}
