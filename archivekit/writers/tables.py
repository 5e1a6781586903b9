"""Tables: set so that a year, a sum or a short name stays in one piece, and that no column leaves the page.

What each column cannot do without is worked out before the page is set. On paper, a table for which the line is too short has
smaller type, and one that is too wide even so has columns of one width, in which anything may break. On a screen, whose size
the reader chooses, nothing short is broken in tables that have room enough on a telephone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from .widths import ems

SIZE: Final = 0.857
"""Of the type in a table, in rem."""
_LEAST: Final = 0.6
"""The part of its size that the type of a wide table may have."""
_SCREEN: Final = 19.0
"""The line of a narrow screen, in ems of the type in a table."""
_SHORT: Final = 8.0
"""A cell that is no longer, in ems, is not broken."""
_WORD: Final = 12.0
"""Nor is a word that is no longer."""
_PADDING: Final = 1.0
"""Of a cell, on both sides together, in ems."""
_INDENT: Final = 2.0
"""What an item of a list or a quotation takes of the line, in rem."""

_TABLE: Final = re.compile(r'<div class="table"><table>(?:(?!<div class="table">).)*?</table></div>', re.S)
_ROW: Final = re.compile(r"<tr>(.*?)</tr>", re.S)
_CELL: Final = re.compile(r"<(t[hd])([^<>]*)>(.*?)</t[hd]>", re.S)
_SPAN: Final = re.compile(r'(col|row)span="(\d+)"')
_TAG: Final = re.compile(r"<[^<>]*>")
_BROKEN: Final = re.compile(r"<(?:br|p|div|ul|ol|li|img|figure|pre)\b")
"""What makes a cell more than a line of words."""
_IN: Final = re.compile(r"<(/?)(?:li|dd|blockquote)\b")
_BETWEEN: Final = re.compile("[\\s\u200b]+|(?<=[\u2e80-\U0010ffff])|(?=[\u2e80-\U0010ffff])|(?<=[-–—/])")
"""Where words may be broken."""


class _Cell(NamedTuple):
    column: int
    columns: int
    least: float
    """The ems that it cannot do without."""


def with_widths(xhtml: str, measure: float) -> str:
    """An article's markup with its tables made to fit a line of ``measure`` rem."""
    out: list[str] = []
    at, depth = 0, 0
    for match in _TABLE.finditer(xhtml):
        before = xhtml[at : match.start()]
        depth += sum(-1 if mark[1] else 1 for mark in _IN.finditer(before))
        out += [before, _fitted(match[0], measure - _INDENT * depth)]
        at = match.end()
    return "".join([*out, xhtml[at:]])


def with_short_cells(xhtml: str) -> str:
    """An article's markup with the class ``short`` on the cells that a narrow screen, too, has room for in one piece."""
    return _TABLE.sub(lambda table: _CELL.sub(_kept, table[0]) if _least_width(table[0]) <= _SCREEN else table[0], xhtml)


def _least_width(table: str) -> float:
    """The ems that the columns of a table cannot do without."""
    needs: dict[int, float] = {}
    cells = list(_cells(table))
    for cell in cells:
        if cell.columns == 1:
            needs[cell.column] = max(needs.get(cell.column, 1.0), cell.least)
    count = max((cell.column + cell.columns for cell in cells), default=0)
    return sum(needs.get(column, 1.0) + _PADDING for column in range(count))


def _fitted(table: str, measure: float) -> str:
    whole = _least_width(table)
    part = measure / SIZE / whole if whole else 1.0
    if part < _LEAST:
        return table.replace("<table>", '<table class="crowded">', 1)
    kept = _CELL.sub(_marked, table)
    size = f' style="font-size: {SIZE * part:.3f}rem"' if part < 1 else ""
    return kept.replace("<table>", f"<table{size}>", 1)


def _cells(table: str) -> Iterator[_Cell]:
    """The cells with their columns; those that cells of rows above reach into are passed over."""
    taken: dict[int, int] = {}
    for row in _ROW.finditer(table):
        column = 0
        later: dict[int, int] = {}
        for cell in _CELL.finditer(row[1]):
            while taken.get(column, 0):
                column += 1
            spans = {name: int(number) for name, number in _SPAN.findall(cell[2])}
            columns = spans.get("col", 1)
            yield _Cell(column, columns, _least(cell[3]))
            later.update(dict.fromkeys(range(column, column + columns), spans.get("row", 1)))
            column += columns
        taken = {key: left - 1 for key, left in {**taken, **later}.items() if left > 1}


def _marked(cell: re.Match[str]) -> str:
    """A cell that says whether it is not to be broken, or may be anywhere."""
    return _classed(cell, "long") if any(size > _WORD for size in _sizes(cell[3])) else _kept(cell)


def _kept(cell: re.Match[str]) -> str:
    """A cell that says whether it is not to be broken."""
    return _classed(cell, "short") if _is_short(cell[3]) else cell[0]


def _classed(cell: re.Match[str], name: str) -> str:
    return f'<{cell[1]}{cell[2]} class="{name}">{cell[3]}</{cell[1]}>'


def _is_short(inside: str) -> bool:
    return _BROKEN.search(inside) is None and ems(_words(inside)) <= _SHORT


def _least(inside: str) -> float:
    if _is_short(inside):
        return ems(_words(inside))
    return max((size for size in _sizes(inside) if size <= _WORD), default=1.0)


def _sizes(inside: str) -> list[float]:
    return [ems(run) for run in _BETWEEN.split(_words(inside))]


def _words(inside: str) -> str:
    return html.unescape(_TAG.sub("", inside)).strip()
