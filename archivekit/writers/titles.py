"""Breaking a display title into lines, as Chinese and Japanese typography ask (W3C CLREQ, JLREQ)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_NO_START: Final = frozenset("!%),.:;?]}¢°·’”†‡›℃∶、。〃〆〕〗〞﹚﹜！＂％＇），．：；？］｝～々〉》」』】〙〛–—…‧ー")
"""What must not begin a line."""
_NO_END: Final = frozenset("$([{£¥‘“〈《「『【〔〖〝﹙﹛＄（［｛￡￥")
"""What must not end one."""
_CLOSERS: Final = frozenset(")]}’”〕〗〞﹚﹜）］｝〉》」』】〙")
_CLAUSE_ENDS: Final = frozenset("：。；！？，、)）」』】》”—:;!?, \u3000")
_UNIT: Final = re.compile(r"(?:[0-9]+(?:[–—~～至-][0-9]+)+|[A-Za-z0-9À-ɏ'’.,:%&+/-]+|——|……|.)[ \u3000]*", re.S)
_LONGEST: Final = 400
"""More characters than this are not laid out: no cover holds them."""


def broken(title: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """The lines of ``title``, none wider than ``width`` by ``measure`` where that can be, as even as possible.

    A line does not begin with closing punctuation or end with opening punctuation, a word or number is not divided
    unless it is wider than a line by itself; a break after a clause or before a bracket is preferred, one inside brackets
    avoided. Fewer lines come before all.
    """
    units = _units(title.strip()[:_LONGEST], width, measure)
    inside = _inside(units)
    count = len(units)
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)] + [(count + 1, 0.0, 0)] * count
    for end in range(1, count + 1):
        for start in range(end - 1, -1, -1):
            row = "".join(units[start:end]).strip()
            size = measure(row)
            if size > width and end - start > 1:
                break
            if not _may_break(units, start) or best[start][0] > count:
                continue
            clause = end < count and (units[end - 1][-1] in _CLAUSE_ENDS or units[end][0] in _NO_END)
            cost = ((width - size) / width) ** 2 - (0.25 if clause else 0.0) + (0.2 if inside[end] else 0.0)
            best[end] = min(best[end], (best[start][0] + 1, best[start][1] + cost, start))
    return _rows(units, best)


def _rows(units: list[str], best: list[tuple[int, float, int]]) -> list[str]:
    """The lines along the cheapest way; from where punctuation forbids every break, all that is left is one line."""
    end = next(place for place in range(len(units), -1, -1) if best[place][0] <= len(units))
    rows = ["".join(units[end:])] if end < len(units) else []
    while end:
        start = best[end][2]
        row = "".join(units[start:end])
        if rows and not _may_break(units, end):
            row += rows.pop(0)
        rows.insert(0, row)
        end = start
    return [row.strip() for row in rows if row.strip()]


def _may_break(units: list[str], place: int) -> bool:
    """Whether a line may begin at a unit."""
    return place == 0 or not (units[place][0] in _NO_START or units[place - 1].rstrip()[-1:] in _NO_END)


def _inside(units: list[str]) -> list[bool]:
    """For each place between units, whether a bracket or quotation mark is open there."""
    depth, places = 0, [False]
    for unit in units:
        depth = max(0, depth + (unit[0] in _NO_END) - (unit[0] in _CLOSERS))
        places.append(depth > 0)
    return places


def _units(title: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """What must stay together: words, numbers, doubled dashes, single characters; a word wider than a line is cut."""
    units: list[str] = []
    for unit in _UNIT.findall(title):
        units += [unit] if measure(unit.rstrip()) <= width else list(unit)
    return units
