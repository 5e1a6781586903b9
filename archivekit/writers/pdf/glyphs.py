"""Makes characters no font can show visible, by name, before layout would draw an empty box for them."""

from __future__ import annotations

import re
from collections.abc import Callable

_TEXT = re.compile(r">([^<]+)<")


def name_missing(xhtml: str, shows: Callable[[str], bool]) -> tuple[str, tuple[str, ...]]:
    """The markup with each character that cannot be shown replaced by its code point in a ``span.no-glyph``.

    Also returns those characters, each once, in order of appearance. ``xhtml`` begins and ends with a tag and holds no
    comment, script or style; attributes are left alone, for nobody draws them.
    """
    missing = {char for char in set(xhtml) if not shows(char)}
    if not missing:
        return xhtml, ()
    found: dict[str, None] = {}
    one = re.compile("[" + "".join(re.escape(char) for char in sorted(missing)) + "]")

    def name(match: re.Match[str]) -> str:
        found.setdefault(match[0])
        return f'<span class="no-glyph">[U+{ord(match[0]):04X}]</span>'

    def segment(match: re.Match[str]) -> str:
        return f">{one.sub(name, match[1])}<"

    return _TEXT.sub(segment, xhtml), tuple(found)
