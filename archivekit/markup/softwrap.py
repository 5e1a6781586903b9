"""Soft wraps: what stands between the last character of one source line and the first of the next.

Hard-wrapped dumps break lines after spaces and hyphens only. CSS Text 3 (§ 4.1.3, segment break transformation) is
followed for full-width neighbours and widened: beside a full-width character a wrap is nothing even when the other
neighbour is Latin, since dumps of Chinese text put no space there; after a hyphen inside a word it is nothing too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

AMBIGUOUS: Final = "“”‘’…—·–"
"""Punctuation that Chinese and Latin text share; it is as wide as what stands beyond it."""
_HYPHENS: Final = "-\u2010"


def is_wide(char: str) -> bool:
    """Whether a character is set without spaces around it: Han, kana, full-width forms; not Hangul, which has spaces."""
    return unicodedata.east_asian_width(char) in "WF" and not is_hangul(char)


def is_hangul(char: str) -> bool:
    """Whether a character is a Hangul syllable or letter."""
    return "\u1100" <= char <= "\u11ff" or "\u3130" <= char <= "\u318f" or "\uac00" <= char <= "\ud7af"


def joint(before: str, after: str) -> str:
    """What a soft wrap between two stretches of visible text is worth: a space or nothing."""
    if not before or not after:
        return ""
    if before[-1] in _HYPHENS and not before[-2:-1].isspace() and before[-2:] not in ("--", "-\u2010"):
        return ""
    left, right = _side(reversed(before)), _side(iter(after))
    if left is None and right is None:
        return ""
    return "" if left or right else " "


def is_between_wide(before: str, after: str) -> bool:
    """Whether full-width characters stand on both sides of a line break; ambiguous punctuation is as wide as its neighbours."""
    first, last = after[0], before[-1]
    if not all(is_wide(char) or char in AMBIGUOUS for char in (last, first)):
        return False
    if is_wide(last) or is_wide(first):
        return True
    left, right = _side(reversed(before)), _side(iter(after))
    return (left or right) is True and left is not False and right is not False


def tidies(before: str, after: str) -> bool:
    """Whether a space beside the marker of an emphasis or a link is the converter's and not the author's.

    html2text puts spaces around every one. Between two full-width characters, and before full-width punctuation,
    no author means one.
    """
    if not before or not after or not is_wide(after[0]):
        return False
    return unicodedata.category(after[0]).startswith("P") or _side(reversed(before)) is True


def _side(chars: Iterator[str]) -> bool | None:
    """Whether the first character that is not ambiguous is wide; None when there is none."""
    for char in chars:
        if char in AMBIGUOUS:
            continue
        return None if char.isspace() else is_wide(char)
    return None
