"""Reads the structure tree of a tagged PDF back: the elements, their attributes, and the words marked as theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pikepdf

_PAIRS = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]*)>")
_SECTION = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)


class Element(NamedTuple):
    """A structure element. ``kids`` are elements and runs of words, in reading order."""

    kind: str
    kids: tuple[Element | str, ...]
    alt: str = ""
    scope: str = ""
    spans: tuple[int, int] = (1, 1)
    """Columns and rows of a table cell."""
    target: str = ""
    """Where a link leads: an address, or the name of a place."""

    @property
    def text(self) -> str:
        """All words in it."""
        return "".join(kid if isinstance(kid, str) else kid.text for kid in self.kids)

    def find(self, *kinds: str) -> Iterator[Element]:
        """Every element of some kinds in it, in reading order."""
        for kid in self.kids:
            if isinstance(kid, Element):
                if kid.kind in kinds:
                    yield kid
                yield from kid.find(*kinds)

    @property
    def shape(self) -> str:
        """The kinds in it as nested brackets, without words: ``L(LI(Lbl,LBody(P)))``."""
        inner = ",".join(kid.shape for kid in self.kids if isinstance(kid, Element))
        return f"{self.kind}({inner})" if inner else self.kind


def read(document: pikepdf.Pdf) -> Element:
    """The whole tree below a root."""
    words = {page.objgen: _words(page) for page in document.pages}
    root = document.Root.StructTreeRoot
    return Element("Root", tuple(_kids(root, None, words)))


_Words = dict[tuple[int, int], dict[int, str]]


def _kids(node: pikepdf.Object, page: pikepdf.Object | None, words: _Words) -> Iterator[Element | str]:
    held = node.get("/K", [])
    for kid in held if isinstance(held, pikepdf.Array) else [held]:
        if isinstance(kid, int):
            assert page is not None
            yield words[page.objgen].get(kid, "")
        elif kid.get("/Type") == "/MCR":
            yield words[kid.get("/Pg", page).objgen].get(int(kid.MCID), "")
        elif kid.get("/Type") != "/OBJR":
            yield _element(kid, kid.get("/Pg", page), words)


def _element(node: pikepdf.Object, page: pikepdf.Object | None, words: _Words) -> Element:
    attributes = node.get("/A", {})
    spans = (int(attributes.get("/ColSpan", 1)), int(attributes.get("/RowSpan", 1)))
    return Element(
        str(node.S)[1:],
        tuple(_kids(node, page, words)),
        alt=str(node.get("/Alt", "")),
        scope=str(attributes.get("/Scope", ""))[1:],
        spans=spans,
        target=_target(node),
    )


def _target(node: pikepdf.Object) -> str:
    for kid in node.get("/K", []):
        if not isinstance(kid, int) and kid.get("/Type") == "/OBJR":
            annotation = kid.Obj
            return str(annotation.A.URI) if "/A" in annotation else str(annotation.get("/Dest", ""))
    return ""


def _words(page: pikepdf.Page) -> dict[int, str]:
    """The words of each marked-content sequence of a page."""
    fonts = {name: _unicode(font) for name, font in page.Resources.get("/Font", {}).items()}
    found: dict[int, list[str]] = {}
    marks: list[int | None] = []
    font: dict[bytes, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            known = operands[1].get("/MCID") if name == "BDC" and isinstance(operands[1], pikepdf.Dictionary) else None
            marks.append(None if known is None else int(known))
        elif name == "EMC":
            marks.pop()
        elif name == "Tf":
            font = fonts[str(operands[0])]
        elif name in ("Tj", "TJ"):
            mark = next((mark for mark in reversed(marks) if mark is not None), None)
            if mark is not None:
                found.setdefault(mark, []).append(_shown(operands[0], font))
    return {mark: "".join(runs) for mark, runs in found.items()}


def _shown(operand: pikepdf.Object, font: dict[bytes, str]) -> str:
    parts = operand if isinstance(operand, pikepdf.Array) else [operand]
    data = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
    return "".join(font.get(data[at : at + 2], "\ufffd") for at in range(0, len(data), 2))


def _unicode(font: pikepdf.Object) -> dict[bytes, str]:
    data = font.ToUnicode.read_bytes() if "/ToUnicode" in font else b""
    pairs = (pair for section in _SECTION.findall(data) for pair in _PAIRS.findall(section))
    return {bytes.fromhex(code.decode()): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}
