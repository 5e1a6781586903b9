"""Breaks: where a line may end, told to Pango by marks that have no width, for it takes Chinese quotation marks for Western.

Unicode's line breaking (UAX 14) has ``“”‘’`` as ambiguous and lets no line end beside one; Chinese lines (CLREQ) end before an
opening and after a closing one. Nor may a line begin with the dot between the parts of a name. An address may end a line
before each byte that is spelled ``%XX``. What comes out of the PDF as text has none of the marks.
"""

from __future__ import annotations

import re
from typing import Final

_WIDE: Final = "\u2026\u2014\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U000323af"
_OPENING: Final = "（《〈「『【〔〖［｛"
_BREAK: Final = "\u200b"
"""Zero width space: a line may end here."""
_JOINER: Final = "\u2060"
"""Word joiner: no line ends here."""

_TAG: Final = re.compile(r"(</?([a-zA-Z][a-zA-Z0-9]*)[^<>]*>)")
_INLINE: Final = frozenset({"a", "b", "em", "i", "s", "span", "strong", "sub", "sup"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
"""They have rows of their own and are the bookmarks."""
_LEFT_ALONE: Final = frozenset({"code", "pre", "rt", "ruby"})

_BEFORE: Final = re.compile(rf"(?<=[{_WIDE}”’])(?<![{_OPENING}“‘])(?=[“‘])")
_AFTER: Final = re.compile(rf"(?<=[”’])(?=[{_WIDE}])(?![、。，．：；！？）》〉」』】〕〗］｝…—～])")
_DOT: Final = re.compile(rf"(?<=[{_WIDE}])(?=[·‧•・][{_WIDE}])")
_BYTE: Final = re.compile(r"(?=%[0-9A-Fa-f]{2})")
_APOSTROPHE: Final = re.compile(r"(?<=[A-Za-zÀ-ɏ])’(?=[A-Za-zÀ-ɏ])")


def with_breaks(xhtml: str) -> str:
    """An article's markup with the marks, and the apostrophe inside of Latin words in a ``span.narrow``."""
    out: list[str] = []
    alone = headings = 0
    last = ""
    pieces = _TAG.split(xhtml)
    for at in range(0, len(pieces), 3):
        words = pieces[at]
        if words:
            out.append(words if alone else _narrowed(words if headings else _marked(words, last)))
            last = words[-1]
        if at + 2 < len(pieces):
            tag, name = pieces[at + 1], pieces[at + 2].lower()
            out.append(tag)
            step = -1 if tag.startswith("</") else 1
            alone += step * (name in _LEFT_ALONE)
            headings += step * (name in _HEADINGS)
            if name not in _INLINE:
                last = ""
    return "".join(out)


def _marked(words: str, last: str) -> str:
    """Words with the marks; ``last`` is the character before them."""
    marked = last + words
    for pattern, mark in ((_BEFORE, _BREAK), (_AFTER, _BREAK), (_DOT, _JOINER), (_BYTE, _BREAK)):
        marked = pattern.sub(mark, marked)
    return marked[len(last) :]


def _narrowed(words: str) -> str:
    return _APOSTROPHE.sub('<span class="narrow">’</span>', words)
