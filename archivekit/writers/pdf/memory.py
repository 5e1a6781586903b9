"""Less memory for a PDF: what WeasyPrint holds longer, or in more copies, than it needs. What is written is the same, byte
for byte.

It reads a font file whole for each face in use, though HarfBuzz cuts the subset out of the file itself: a Chinese book uses
a dozen faces out of files of 20 MB and more. It keeps the content of a page as thousands of short strings, and all boxes of
the layout until the file is written. And it computes six styles for every element, of list markers and footnotes it has not.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

_READER = "get_hb_object_data"
_EVERYWHERE = re.compile(r"^::(?=(?P<mark>marker)|footnote-|note-)", re.MULTILINE)
"""The selector of a pseudo-element of every element, at the start of a rule."""
_READS = ("self.file_content = get_hb_object_data(self.hb_face)", "file_content = get_hb_object_data(hb_face)")


def can_be_had(fonts: Any, stream: Any) -> bool:
    """Whether ``weasyprint.pdf.fonts`` and ``weasyprint.pdf.stream`` are put together as :func:`fonts_on_disk` expects."""
    font: Any = getattr(fonts, "Font", None)
    if font is None or not hasattr(fonts, _READER) or getattr(stream, "Font", None) is not font:
        return False
    source = inspect.getsource(fonts.Font)
    return all(line in source for line in _READS)


@contextmanager
def fonts_on_disk(fonts: Any, stream: Any) -> Iterator[None]:
    """Read a face inside the block only when its bytes are asked for, which is after it has been cut; does nothing where
    that cannot be had."""
    if not can_be_had(fonts, stream):
        yield
        return
    read, font = getattr(fonts, _READER), fonts.Font
    setattr(fonts, _READER, lambda face: face)
    stream.Font = _unread(font, read)
    try:
        yield
    finally:
        setattr(fonts, _READER, read)
        stream.Font = font


def _unread(font: Any, read: Callable[[Any], bytes]) -> Any:
    """A font whose file is a face of HarfBuzz until its bytes are asked for."""

    def content(self: Any) -> bytes:
        held = self.__dict__["file_content"]
        return held if isinstance(held, bytes) else read(held)

    def hold(self: Any, held: Any) -> None:
        self.__dict__["file_content"] = held

    return type(font.__name__, (font,), {"file_content": property(content, hold)})


def for_some(sheet: str) -> str:
    """The style sheet of a user agent with the pseudo-elements of every element those of list items and ``.note`` alone."""
    return _EVERYWHERE.sub(lambda match: f"{'li' if match['mark'] else '.note'}::", sheet)


def pack_pages(document: Any) -> None:
    """Have the content of each page of a ``weasyprint.Document`` made one string as soon as it is painted."""
    for page in document.pages:
        page.paint = partial(_paint, page.paint)


def _paint(paint: Callable[..., None], content: Any, scale: float) -> None:
    paint(content, scale)
    if all(isinstance(item, bytes | str) or hasattr(item, "data") for item in content.stream):
        content.stream[:] = [b"\n".join(_bytes(item) for item in content.stream)]


def _bytes(item: Any) -> bytes:
    """An item of a stream as pydyf writes it."""
    if isinstance(item, bytes):
        return item
    data: bytes = item.encode("ascii") if isinstance(item, str) else item.data
    return data


def drop_layout(document: Any) -> None:
    """Let go of the boxes of a document whose tags are made."""
    document.pages.clear()
