"""What a PDF of archivekit's holds: the records attached to it, and its words as its structure tree has them.

The words are read the way assistive technology reads them (ISO 32000-1, 14.7 and 14.8): the tree in its order, each marked
piece of a page decoded through its font's ToUnicode map; running heads and page numbers are artifacts and not in the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import settings as qpdf

from ..errors import BookError, BookTooLargeError
from ..limits import DEFAULT, Limits, over

_SOURCE = pikepdf.Name("/Source")
"""What a file that a record was read from is to the PDF."""
_SHOWN = ("Tj", "TJ", "'", '"')
_CODE = rb"<([0-9a-fA-F]+)>\s*"
_DEPTH = 12
"""How deep forms may hold forms."""
_FORMS = 100_000
"""How often forms may be drawn in one book: two that draw the next twice, and so on, would never end."""
_MAPPED = 4 * 65_536
"""How many characters the maps of one font may have; a code has two bytes."""
_FILTERS = (b"/FlateDecode", b"[ /FlateDecode ]")
"""How what is read of a book of archivekit's is packed, if it is."""
_FLATE = 2**32 - 1
"""The most qpdf can be told."""

ERRORS = (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, RuntimeError, OSError, RecursionError)
"""What a PDF that is not as it was written makes pikepdf raise."""


def records(path: Path, limits: Limits = DEFAULT) -> bytes:
    """The JSON Lines archive attached to a PDF; raises BookError."""
    with _opened(path, limits) as pdf:
        return _attached(pdf)


def words(path: Path, limits: Limits = DEFAULT) -> str:
    """The words of the book in reading order, without white space and the numbers of lists; raises BookError."""
    with _opened(path, limits) as pdf:
        return "".join(_sections(pdf))


@contextmanager
def _opened(path: Path, limits: Limits) -> Iterator[pikepdf.Pdf]:
    """A PDF no stream of which unpacks to more than the limit; what goes wrong with it in the block is a BookError."""
    if not path.is_file():
        raise BookError("is not a file", path=path.name)
    most = min(limits.book_bytes, _FLATE)
    before: dict[str, Any] = qpdf.set_qpdf_limits(
        flate_max_memory=most, run_length_max_memory=most, png_max_memory=most, tiff_max_memory=most, max_stream_filters=1
    )
    met = qpdf.qpdf_limit_errors()
    try:
        with pikepdf.open(path) as pdf:
            yield pdf
    except ERRORS as error:
        said = " ".join(str(error).split())[:200] or type(error).__name__
        if qpdf.qpdf_limit_errors() > met or "memory limit" in said:
            large = f"a stream unpacks to more bytes than it may, {over('book_bytes', limits.book_bytes)}"
            raise BookTooLargeError(large, path=path.name) from None
        raise BookError(f"cannot be read as a PDF: {said}", path=path.name) from None
    finally:
        qpdf.set_qpdf_limits(**before)


def _attached(pdf: pikepdf.Pdf) -> bytes:
    named = [name for name, file in pdf.attachments.items() if name.endswith(".jsonl") and file.relationship != _SOURCE]
    if len(named) != 1:
        raise ValueError(f"{len(named)} attached JSON Lines archives, there should be one")
    file = pdf.attachments[named[0]].get_file()
    data = _unpacked(file.obj)
    if file.size not in (-1, len(data)):
        raise ValueError(f"the attached archive has {len(data)} bytes, there should be {file.size}")
    return data


def _sections(pdf: pikepdf.Pdf) -> Iterator[str]:
    pages: dict[tuple[int, int], Mapping[int, str]] = {}
    fonts: dict[tuple[int, int], Mapping[int, str]] = {}
    drawn = iter(range(_FORMS))
    for page in pdf.pages:
        pages[page.obj.objgen] = _Page(page, fonts, drawn).pieces
    met: set[tuple[int, int]] = set()
    for document in _kids(pdf.Root.StructTreeRoot):
        for section in _kids(document):
            yield "".join("".join(_words(section, pages, met)).split())


def _unpacked(stream: Any) -> bytes:
    """What a stream holds; raises ValueError when it is packed in a way archivekit packs nothing."""
    if "/Filter" in stream and stream["/Filter"].unparse() not in _FILTERS:
        raise ValueError("a stream is packed in a way no book of archivekit's is")
    return bytes(stream.read_bytes())


def _words(
    node: pikepdf.Object, pages: Mapping[tuple[int, int], Mapping[int, str]], met: set[tuple[int, int]]
) -> Iterator[str]:
    """The text of every marked piece below a node, in the tree's order; raises ValueError for a node that is in the tree
    twice, for it is no tree then and may have no end."""
    stack: list[tuple[Iterator[Any], Any]] = [(iter([node]), None)]
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
            if entry.objgen != (0, 0) and entry.objgen in met:
                raise ValueError("the structure tree has a node twice")
            met.add(entry.objgen)
            stack.append((iter(_kids(entry)), entry.get("/Pg", stack[-1][1])))


def _kids(node: pikepdf.Object) -> list[Any]:
    kids = node.get("/K", None)
    if kids is None:
        return []
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]


class _Page:
    """The marked pieces of one page: number → text."""

    def __init__(self, page: pikepdf.Page, fonts: dict[tuple[int, int], Mapping[int, str]], drawn: Iterator[int]) -> None:
        self._fonts = fonts
        self._drawn = drawn
        self._found: dict[int, list[str]] = {}
        self._stream(page.obj, page.obj.get("/Resources"), [], 0)
        self.pieces = {number: "".join(parts) for number, parts in self._found.items()}

    def _stream(self, content: Any, resources: Any, marks: list[int | None], depth: int) -> None:
        font: Mapping[int, str] = {}
        if next(self._drawn, None) is None:
            raise ValueError(f"more than {_FORMS} pages and forms are drawn")
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
            self._fonts[stream.objgen] = _map(_unpacked(stream))
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
    many = 0
    for kind, body in re.findall(rb"begin(bfchar|bfrange)(.*?)endbf", cmap, re.DOTALL):
        if kind == b"bfchar":
            found.update((int(code, 16), _unicode(text)) for code, text in re.findall(_CODE * 2, body))
            continue
        for first, last, start in re.findall(_CODE * 3, body):
            text = _unicode(start)
            codes = range(int(first, 16), min(int(last, 16), 0xFFFF) + 1)
            many += len(codes)
            if many > _MAPPED:
                raise ValueError("a font maps more characters than there are codes")
            found.update((code, text[:-1] + chr(ord(text[-1]) + at)) for at, code in enumerate(codes))
    return found


def _unicode(digits: bytes) -> str:
    return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", "replace")
