"""Tables made rectangular: every row as wide as the widest, every span inside its section."""

from __future__ import annotations

from typing import Final, NamedTuple

from ..model import Block, Row
from .numbers import number

MAX_SPAN: Final = 1000
"""The widest ``colspan`` HTML allows."""


class Slot(NamedTuple):
    """A cell in its place. ``scope`` is not empty for a header cell."""

    children: tuple[Block, ...]
    scope: str
    colspan: int
    rowspan: int


def rectangular(head: tuple[Row, ...], rows: tuple[Row, ...]) -> tuple[list[list[Slot]], list[list[Slot]]]:
    """The header rows and the others with all rows filled up to one width; a row that nothing is in is left out.

    A span never reaches over another cell or out of its section; a cell of a header row heads its column.
    """
    (upper, upper_widths), (lower, lower_widths) = _section(head, "col"), _section(rows, "")
    width = max((*upper_widths, *lower_widths), default=0)
    return _filled(upper, upper_widths, width), _filled(lower, lower_widths, width)


def _filled(rows: list[list[Slot]], widths: list[int], width: int) -> list[list[Slot]]:
    """Rows with one more cell as wide as what they lack."""
    return [row if used == width else [*row, Slot((), "", width - used, 1)] for row, used in zip(rows, widths, strict=True)]


def _section(rows: tuple[Row, ...], scope: str) -> tuple[list[list[Slot]], list[int]]:
    """The rows of a section with their spans cut to what is free, and the columns each takes up."""
    rows = tuple(row for row in rows if row.cells)
    placed: list[list[Slot]] = []
    widths: list[int] = []
    below: dict[int, int] = {}
    for index, row in enumerate(rows):
        slots: list[Slot] = []
        column = 0
        taken, below = below, {at: left - 1 for at, left in below.items() if left > 1}
        for cell in row.cells:
            column = _pad(slots, column, taken, stop=None)
            wanted = _span(cell.colspan, MAX_SPAN)
            colspan = next((n for n in range(wanted) if column + n in taken), wanted)
            rowspan = _span(cell.rowspan, len(rows) - index)
            if rowspan > 1:
                below.update(dict.fromkeys(range(column, column + colspan), rowspan - 1))
            slots.append(Slot(cell.children, cell.scope or scope, colspan, rowspan))
            column += colspan
        end = max((at + 1 for at in taken), default=0)
        widths.append(_pad(slots, column, taken, stop=end))
        placed.append(slots)
    return placed, widths


def _pad(slots: list[Slot], column: int, taken: dict[int, int], stop: int | None) -> int:
    """The next free column; up to ``stop`` free columns get an empty cell, so that none is left out between spans."""
    while column in taken or (stop is not None and column < stop):
        if column not in taken:
            slots.append(Slot((), "", 1, 1))
        column += 1
    return column


def _span(value: str, limit: int) -> int:
    """A span attribute as a number from 1 to ``limit``."""
    return min(number(value) or 1, limit)
