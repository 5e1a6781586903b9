"""Footnotes as pop-ups: a body that ends in paragraphs ``[1]``, ``[2]`` … to which its text refers by the same marks.

Only what is certain is made a footnote: the marks count from 1 without a gap, nothing follows the last one, the text above
has every one of them outside links and code and no other, and no mark is there but in front of its note. Else all of it stays
text. What is marked up is finished XHTML, in which the characters ``<`` and ``>`` are those of tags and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from ..markup.xhtml import clean
from ..model import Block, Paragraph, Rule, inline_text

Printed = Callable[[Sequence[Block]], str]
"""Blocks as XHTML."""

_MARK: Final = re.compile(r"[\[［〔](\d{1,3})[\]］〕]")
_TAG: Final = re.compile(r"(<[^<>]*>)")
_CLOSED: Final = frozenset({"a", "code", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
"""Elements in which a mark is not a reference."""


def with_footnotes(key: str, body: tuple[Block, ...], printed: Printed) -> str:
    """A body as XHTML; where it has footnotes they are asides, and the marks in the text link to them and back. ``key`` begins
    every id."""
    first = first_note(body)
    if first is None:
        return printed(body)
    notes = body[first:]
    above, found = _linked(key, printed(body[:first]), len(notes))
    if found != set(range(1, len(notes) + 1)):
        return printed(body)
    return above + "".join(_aside(key, number, printed((note,))) for number, note in enumerate(notes, 1))


def first_note(body: tuple[Block, ...]) -> int | None:
    """Where the paragraphs begin that end a body and are numbered from 1; None when it does not end so."""
    place = len(body)
    while place:
        number = _number(body[place - 1])
        if number is None:
            return None
        place -= 1
        if number == 1:
            right = all(_number(block) == count for count, block in enumerate(body[place:], 1))
            return place if right and place else None
    return None


def _number(block: Block) -> int | None:
    """The number a paragraph begins with and that says more than the number."""
    if isinstance(block, Rule) or not isinstance(block, Paragraph):
        return None
    words = clean(inline_text(block.children)).strip()
    match = _MARK.match(words)
    return int(match[1]) if match and words[match.end() :].strip() else None


def _linked(key: str, xhtml: str, count: int) -> tuple[str, set[int]]:
    """The text above the notes with its marks linked, and their numbers; 0 among them when one has no note."""
    found: set[int] = set()

    def link(match: re.Match[str]) -> str:
        number = int(match[1])
        if not 1 <= number <= count:
            found.add(0)
            return match[0]
        back = "" if number in found else f' id="{key}-ref-{number}"'
        found.add(number)
        return f'<a epub:type="noteref" role="doc-noteref"{back} href="#{key}-note-{number}">{match[0]}</a>'

    parts = _TAG.split(xhtml)
    depth = 0
    for place, part in enumerate(parts):
        if place % 2:
            name = part.strip("</> ").split(" ")[0].rstrip("/")
            depth += 0 if name not in _CLOSED or part.endswith("/>") else -1 if part.startswith("</") else 1
        elif not depth:
            parts[place] = _MARK.sub(link, part)
    return "".join(parts), found


def _aside(key: str, number: int, xhtml: str) -> str:
    """A note, its mark linked back to the first place that refers to it."""
    back = f'<a role="doc-backlink" href="#{key}-ref-{number}">\\g<0></a>'
    parts = _TAG.split(xhtml)
    for place in range(0, len(parts), 2):
        marked, count = _MARK.subn(back, parts[place], count=1)
        if count:
            inside = any(part.startswith("<a ") for part in parts[1:place:2])
            parts[place] = parts[place] if inside else marked
            break
    return f'<aside epub:type="footnote" role="doc-footnote" id="{key}-note-{number}">\n{"".join(parts)}</aside>\n'
