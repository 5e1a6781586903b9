"""What a PDF of archivekit's holds: the records attached to it, and its words as its structure tree has them.

The words are read the way assistive technology reads them (ISO 32000-1, 14.7 and 14.8): the tree in its order, each marked
piece of a page decoded through its font's ToUnicode map; running heads and page numbers are artifacts and not in the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pikepdf

from .errors import BookError

_SHOWN = ("Tj", "TJ", "'", '"')
_CODE = rb"<([0-9a-fA-F]+)>\s*"
_DEPTH = 12
"""How deep forms may hold forms."""

ERRORS = (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, RuntimeError, OSError, RecursionError)
"""What a PDF that is not as it was written makes pikepdf raise."""


def records(path: Path) -> bytes:
    """The JSON Lines archive attached to a PDF; raises BookError."""
    try:
        with pikepdf.open(path) as pdf:
            return _attached(pdf)
    except ERRORS as error:
        raise BookError(f"cannot be read as a PDF: {_said(error)}", path=path.name) from None


def words(path: Path) -> str:
    """The words of the book in reading order, without white space and the numbers of lists; raises BookError."""
    try:
        with pikepdf.open(path) as pdf:
            return "".join(_sections(pdf))
    except ERRORS as error:
        raise BookError(f"cannot be read as a PDF: {_said(error)}", path=path.name) from None


def _attached(pdf: pikepdf.Pdf) -> bytes:
    named = [name for name in pdf.attachments if name.endswith(".jsonl")]
    if len(named) != 1:
        raise ValueError(f"{len(named)} attached JSON Lines archives, there should be one")
    file = pdf.attachments[named[0]].get_file()
    data = file.read_bytes()
    if file.size not in (-1, len(data)):
        raise ValueError(f"the attached archive has {len(data)} bytes, there should be {file.size}")
    return data


def _sections(pdf: pikepdf.Pdf) -> Iterator[str]:
    pages: dict[tuple[int, int], Mapping[int, str]] = {}
    fonts: dict[tuple[int, int], Mapping[int, str]] = {}
    for page in pdf.pages:
        pages[page.obj.objgen] = _Page(page, fonts).pieces
    for document in _kids(pdf.Root.StructTreeRoot):
        for section in _kids(document):
            yield "".join("".join(_words(section, None, pages)).split())


def _words(node: pikepdf.Object, page: Any, pages: Mapping[tuple[int, int], Mapping[int, str]]) -> Iterator[str]:
    """The text of every marked piece below a node, in the tree's order."""
    stack: list[tuple[Iterator[Any], Any]] = [(iter([node]), page)]
    while stack:
        entry = next(stack[-1][0], None)
        if entry is None:
            stack.pop()
        elif isinstance(entry, int):
            here = stack[-1][1]
            if here is not None:
                yield pages.get(here.objgen, {}).get(int(entry), "")
        elif "/MCID" in entry:
            here = entry.get("/Pg", stack[-1][1])
            yield pages.get(here.objgen, {}).get(int(entry["/MCID"]), "")
        elif entry.get("/Type") != "/OBJR" and entry.get("/S") != "/Lbl":
            stack.append((iter(_kids(entry)), entry.get("/Pg", stack[-1][1])))


def _kids(node: pikepdf.Object) -> list[Any]:
    kids = node.get("/K", None)
    if kids is None:
        return []
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]


class _Page:
    """The marked pieces of one page: number → text."""

    def __init__(self, page: pikepdf.Page, fonts: dict[tuple[int, int], Mapping[int, str]]) -> None:
        self._fonts = fonts
        self._found: dict[int, list[str]] = {}
        self._stream(page.obj, page.obj.get("/Resources"), [], 0)
        self.pieces = {number: "".join(parts) for number, parts in self._found.items()}

    def _stream(self, content: Any, resources: Any, marks: list[int | None], depth: int) -> None:
        font: Mapping[int, str] = {}
        for instruction in pikepdf.parse_content_stream(content):
            operands, name = instruction.operands, str(instruction.operator)
            if name == "BDC":
                marks.append(_number(operands[1]))
            elif name == "BMC":
                marks.append(None)
            elif name == "EMC":
                marks.pop()
            elif name == "Tf":
                font = self._font(resources["/Font"][operands[0]])
            elif name in _SHOWN:
                number = next((mark for mark in reversed(marks) if mark is not None), None)
                if number is not None:
                    self._found.setdefault(number, []).append(_decoded(operands[-1], font))
            elif name == "Do" and depth < _DEPTH:
                form = resources["/XObject"][operands[0]]
                if form.get("/Subtype") == "/Form":
                    self._stream(form, form.get("/Resources", resources), list(marks), depth + 1)

    def _font(self, font: pikepdf.Object) -> Mapping[int, str]:
        if "/ToUnicode" not in font:
            return {}
        stream = font["/ToUnicode"]
        if stream.objgen not in self._fonts:
            self._fonts[stream.objgen] = _map(stream.read_bytes())
        return self._fonts[stream.objgen]


def _number(properties: pikepdf.Object) -> int | None:
    return int(properties["/MCID"]) if isinstance(properties, pikepdf.Dictionary) and "/MCID" in properties else None


def _decoded(shown: pikepdf.Object, font: Mapping[int, str]) -> str:
    """The text of a string, or of the strings of an array, of two-byte codes."""
    strings = (
        [bytes(part) for part in shown if isinstance(part, pikepdf.String)]
        if isinstance(shown, pikepdf.Array)
        else [bytes(shown)]
    )
    codes = (int.from_bytes(data[at : at + 2], "big") for data in strings for at in range(0, len(data), 2))
    return "".join(font.get(code, "\ufffd") for code in codes)


def _map(cmap: bytes) -> dict[int, str]:
    """Code → text, of a ToUnicode CMap."""
    found: dict[int, str] = {}
    for kind, body in re.findall(rb"begin(bfchar|bfrange)(.*?)endbf", cmap, re.DOTALL):
        if kind == b"bfchar":
            found.update((int(code, 16), _unicode(text)) for code, text in re.findall(_CODE * 2, body))
            continue
        for first, last, start in re.findall(_CODE * 3, body):
            text = _unicode(start)
            codes = range(int(first, 16), min(int(last, 16), 0xFFFF) + 1)
            found.update((code, text[:-1] + chr(ord(text[-1]) + at)) for at, code in enumerate(codes))
    return found


def _unicode(digits: bytes) -> str:
    return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", "replace")


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
