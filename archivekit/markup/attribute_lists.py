"""Attribute lists: ``{: .wide #top}`` of kramdown, ``{#top .wide}`` of pandoc, Hugo and Docusaurus.

They are told by their form and by where they stand; any other braces are the author's.
"""

from __future__ import annotations

import re
from typing import Final

_VALUE: Final = r"[A-Za-z_][\w:-]*+=(?:\"[^\"\n]*+\"|'[^'\n]*+'|[^\s\"'{}=]++)"
_MARKED: Final = rf"(?:[.#][\w:\u00b7-]++|{_VALUE})"
_ANY: Final = rf"(?:[.#][\w:\u00b7-]++|{_VALUE}|[A-Za-z][\w-]*+(?![\w=-]))"
_KRAMDOWN: Final = rf"\{{:(?:[A-Za-z][\w-]*+:)?[ \t]*+{_ANY}(?:[ \t]++{_ANY})*+[ \t]*+\}}"
"""What kramdown takes: also names of lists, as in ``{:toc}``."""
_PANDOC: Final = rf"\{{[ \t]*+{_MARKED}(?:[ \t]++{_MARKED})*+[ \t]*+\}}"
_EXTENSION: Final = r"\{::/?[a-z]*+(?:[ \t]++[^{}\n]*+)?/?\}|\{:/[a-z]*+\}"
_LINE: Final = re.compile(rf"(?:{_KRAMDOWN}|\{{[.#][A-Za-z][\w-]*+(?:[ \t]++{_MARKED})*+[ \t]*+\}}|{_EXTENSION})[ \t]*", re.A)
_ELEMENT: Final = re.compile(rf"(?:{_KRAMDOWN}|{_PANDOC})+")
_FIRST: Final = re.compile(rf"{_KRAMDOWN}(?=[ \t])")
_HEADING: Final = re.compile(rf"(?:{_KRAMDOWN}|{_PANDOC}|\{{-\}})\s*$")


def line_of(line: str) -> bool:
    """Whether a line is nothing but an attribute list."""
    return _LINE.fullmatch(line) is not None


def after_element(text: str, at: int) -> int | None:
    """Where an attribute list ends that says something of the link, image, code or emphasis it follows, or of its list item."""
    before = text[at - 1 : at]
    found = None
    if before and (before in ")]`" or (before in "*_" and text[at + 1 : at + 2] == ":")):
        found = _ELEMENT.match(text, at)
    elif at == 0:
        found = _FIRST.match(text)
    return found.end() if found else None


def of_heading(text: str, at: int) -> int | None:
    """Where an attribute list ends that ends a heading."""
    found = _HEADING.match(text, at)
    return found.end() if found else None
