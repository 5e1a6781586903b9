"""Cutting a long body into parts, so that no file of a book is larger than old reading systems can take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

from ...model import (
    Block,
    CodeBlock,
    Emphasis,
    Heading,
    Inline,
    Link,
    List,
    ListItem,
    Node,
    Paragraph,
    Quote,
    Row,
    Strong,
    Table,
    Text,
)

Size = Callable[[Sequence[Block]], int]
"""How many bytes blocks take in the output."""

_N = TypeVar("_N", bound=Node)


def divided(blocks: tuple[Block, ...], limit: int, size: Size) -> list[tuple[Block, ...]]:
    """``blocks`` in parts of at most ``limit`` bytes, in order and with nothing lost; a part begins at a heading where
    it can. What cannot be cut (a heading, a figure, one table row) may be larger than the limit."""
    if size(blocks) <= limit:
        return [blocks]
    pieces = [piece for block in blocks for piece in _cut(block, limit, size)]
    return _packed(pieces, limit, lambda piece: size((piece,)), _at_heading)


def _packed(
    nodes: Sequence[_N], limit: int, size: Callable[[_N], int], good: Callable[[_N], bool] = lambda node: False
) -> list[tuple[_N, ...]]:
    """``nodes`` in runs of at most ``limit``; once a run is half full, a good place to end it is taken."""
    runs: list[list[_N]] = [[]]
    used = 0
    for node in nodes:
        own = size(node)
        if runs[-1] and (used + own > limit or (good(node) and used > limit // 2)):
            runs.append([])
            used = 0
        runs[-1].append(node)
        used += own
    return [tuple(run) for run in runs if run]


def _at_heading(node: Node) -> bool:
    return isinstance(node, Heading)


def _cut(block: Block, limit: int, size: Size) -> list[Block]:
    """One block as several of its kind, each at most ``limit`` where that can be."""
    if size((block,)) <= limit:
        return [block]
    if isinstance(block, Paragraph):
        runs = _packed([*_inlines(block.children, limit)], limit, lambda node: size((Paragraph((node,)),)))
        return [Paragraph(run) for run in runs]
    if isinstance(block, Quote):
        return [Quote(part) for part in divided(block.children, limit, size)]
    if isinstance(block, CodeBlock):
        return [msgspec.structs.replace(block, text=text) for text in _slices(block.text, limit // 6)]
    if isinstance(block, List):
        return [*_lists(block, limit, size)]
    if isinstance(block, Table):
        return [*_tables(block, limit, size)]
    return [block]


def _inlines(nodes: tuple[Inline, ...], limit: int) -> Iterator[Inline]:
    """Inline nodes with long texts in slices, those inside emphasis and links too; the wrappers are repeated."""
    for node in nodes:
        if isinstance(node, Text) and len(node.text) > limit // 6:
            for text in _slices(node.text, limit // 6):
                yield Text(text)
        elif isinstance(node, Emphasis | Strong | Link):
            for child in _inlines(node.children, limit):
                yield msgspec.structs.replace(node, children=(child,))
        else:
            yield node


def _slices(text: str, length: int) -> list[str]:
    """``text`` in slices of about ``length`` characters (at most six bytes each once escaped), ended at a line where
    there is one, else at the end of a sentence."""
    slices: list[str] = []
    start = 0
    while start < len(text):
        end = start + length
        if end < len(text):
            ends = (text.rfind(mark, start + length // 2, end) + 1 for mark in "\n。！？. ")
            end = next((place for place in ends if place), end)
        slices.append(text[start:end])
        start = end
    return slices


def _lists(block: List, limit: int, size: Size) -> Iterator[List]:
    """A list as several that go on counting; an item that is too long goes on under its own number."""

    def part(items: tuple[ListItem, ...], first: int) -> List:
        return List(block.style, items, start=str(first) if block.style == "ordered" else "")

    number = int(block.start) if block.start.lstrip("-").isdecimal() and len(block.start) < 10 else 1
    for run in _packed(block.items, limit, lambda item: size((part((item,), 1),))):
        if len(run) == 1:
            yield from (part((ListItem(children),), number) for children in divided(run[0].children, limit, size))
        else:
            yield part(run, number)
        number += len(run)


def _tables(block: Table, limit: int, size: Size) -> Iterator[Table]:
    """A table as several with the same header; rows that a cell spans stay together."""
    head = size((Table((), head=block.head),))
    runs = _packed([*_spanned(block.rows)], max(limit - head, limit // 2), lambda table: size((table,)))
    for number, run in enumerate(runs):
        rows = tuple(row for table in run for row in table.rows)
        yield Table(rows, head=block.head, caption=() if number else block.caption)


def _spanned(rows: tuple[Row, ...]) -> Iterator[Table]:
    """The smallest runs of rows that no cell reaches out of."""
    run: list[Row] = []
    left = 0
    for row in rows:
        spans = [int(cell.rowspan) for cell in row.cells if cell.rowspan.isdecimal() and len(cell.rowspan) < 6]
        left = max(left - 1, max(spans, default=1) - 1)
        run.append(row)
        if left <= 0:
            yield Table(tuple(run))
            run = []
    if run:
        yield Table(tuple(run))
