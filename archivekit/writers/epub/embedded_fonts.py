"""Fonts for a book that brings its own: of each East Asian language's serif exactly the glyphs the pages show.

HarfBuzz makes the subsets, so the same pages and fonts give the same bytes. They are OpenType and not WOFF2: e-ink
readers know the one and not the other, and the book is compressed anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final, NamedTuple
from xml.etree import ElementTree

import uharfbuzz  # type: ignore[import-untyped]

from ...errors import MissingRequirementError
from ..fonts import HOW_TO_INSTALL
from .cjk_serif import serif

TYPEFACE: Final = "Noto Serif CJK"
"""What the faces are a part of, for the colophon."""

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_BOLD: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "strong", "th", "caption"})
"""Elements the style sheet or the reading system sets in bold."""
_ALWAYS: Final = frozenset(map(chr, range(0x20, 0x7F)))
"""In every subset: reading systems number lists and pages with them."""
_NAMES: Final = (0, 1, 2, 3, 4, 5, 6, 13, 14)
"""Of the name table: what HarfBuzz keeps by itself, and the licence."""
_FEATURES: Final = ("ccmp", "locl", "kern", "mark", "mkmk", "liga", "calt", "halt", "palt", "chws")
_FALLBACK: Final = '"Noto Serif", Georgia, "Times New Roman"'


class Face(NamedTuple):
    """One font file of the book."""

    language: str
    weight: int
    data: bytes

    @property
    def name(self) -> str:
        return f"fonts/{self.language}-{self.weight}.otf"

    @property
    def family(self) -> str:
        return f"archive-{self.language}"


def faces(pages: Iterable[bytes], language: str) -> tuple[Face, ...]:
    """The faces that ``pages`` (well-formed XHTML) need. Han characters in a language without a serif of its own are put
    into that of ``language``. Raises MissingRequirementError where this machine has no Noto Serif CJK."""
    book = _face(language) or "zh-Hans"
    used: defaultdict[tuple[str, bool], set[str]] = defaultdict(set)
    for page in pages:
        _collect(ElementTree.fromstring(page), book, used)
    return tuple(_subset(key[0], key[1], frozenset(used[key])) for key in sorted(used))


def style(found: Iterable[Face], language: str) -> str:
    """The style sheet that puts the faces in use."""
    found = tuple(found)
    book = _face(language) or "zh-Hans"
    rules = [
        f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; src: url("{face.name}"); }}' for face in found
    ]
    own = {face.language for face in found}
    selectors = {
        "zh-Hans": "[lang]:lang(zh)",
        "zh-Hant": "[lang]:lang(zh-Hant), [lang]:lang(zh-TW), [lang]:lang(zh-HK)",
        "ja": "[lang]:lang(ja)",
        "ko": "[lang]:lang(ko)",
    }
    families = {tag: f'"archive-{tag}", serif' for tag in selectors if tag in own}
    rest = f'{_FALLBACK}, "archive-{book}", serif' if book in own else f"{_FALLBACK}, serif"
    rules.append(f"html, [lang]:lang(en) {{ font-family: {rest}; }}")
    rules += [f"{selectors[tag]} {{ font-family: {family}; }}" for tag, family in families.items()]
    return "\n".join(rules) + "\n"


def _face(language: str) -> str:
    """The face that the text of a language is set in; empty for a language that needs none of these."""
    tag = language.lower()
    if tag.startswith("zh"):
        return "zh-Hant" if tag.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo")) else "zh-Hans"
    return next((face for face in ("ja", "ko") if tag.split("-")[0] == face), "")


def _collect(root: ElementTree.Element, book: str, used: defaultdict[tuple[str, bool], set[str]]) -> None:
    """Every character a page shows, under the face it is set in."""

    def add(words: str | None, face: str, bold: bool) -> None:
        shown = {char for char in words or "" if face or char > "\u2e7f"}
        if shown:
            used[face or book, bold].update(shown)

    stack = [(root, "", False)]
    while stack:
        element, face, bold = stack.pop()
        face = _face(element.get(_LANG, "")) if _LANG in element.attrib else face
        bold = bold or element.tag.rpartition("}")[2] in _BOLD or element.get("class") == "publisher"
        add(element.text, face, bold)
        for child in element:
            add(child.tail, face, bold)
            stack.append((child, face, bold))


def _subset(language: str, bold: bool, chars: frozenset[str]) -> Face:
    found = serif(language, "Bold" if bold else "Regular")
    if found is None:
        raise MissingRequirementError(f"no font to embed for Chinese text is installed: {HOW_TO_INSTALL}")
    wanted: Any = uharfbuzz.SubsetInput()
    wanted.unicode_set.update(ord(char) for char in chars | _ALWAYS)
    wanted.name_id_set.update(_NAMES)
    wanted.layout_feature_tag_set.clear()
    wanted.layout_feature_tag_set.update(int.from_bytes(tag.encode(), "big") for tag in _FEATURES)
    wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(found.path), found.place)
    return Face(language, 700 if bold else 400, bytes(uharfbuzz.subset(face, wanted).blob.data))
