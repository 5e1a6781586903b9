"""Even line ends for Chinese and Japanese, as CSS Text asks of ``text-justify: inter-character``.

WeasyPrint justifies by stretching spaces alone, which tears a hole into a line that has one and leaves the others ragged.
Inside :func:`even_lines` what a line lacks is spread over all its characters instead: less than half a pixel each where
a punctuation mark was carried over. A line that is not mostly wide characters, or lacks too much, stays as it is.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_WIDE = re.compile("[\u2014\u2018-\u201d\u2026\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U000323af]")

_MOST = 0.12
"""The most a character may be given, in em: beyond it a short line looks better than a loose one."""

_PARAMETERS = ("context", "line", "extra_width")


def can_be_had(inline: Any) -> bool:
    """Whether ``weasyprint.layout.inline`` is put together as this module expects."""
    function = getattr(inline, "justify_line", None)
    parts = all(hasattr(inline, name) for name in ("boxes", "create_layout"))
    return parts and function is not None and tuple(inspect.signature(function).parameters) == _PARAMETERS


class _Spaced(dict[str, Any]):
    """A style that is another one but for its letter spacing; it holds nothing else, for there is one to every line."""

    def __init__(self, style: Any, spacing: float) -> None:
        super().__init__(letter_spacing=spacing)
        self._style = style

    def __missing__(self, key: str) -> Any:
        return self._style[key]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._style, name)

    def copy(self) -> Any:
        """A whole style with this spacing."""
        copy = self._style.copy()
        copy["letter_spacing"] = self["letter_spacing"]
        return copy


@contextmanager
def even_lines(inline: Any) -> Iterator[None]:
    """Justify by characters inside the block; where that cannot be had, ``text-align: justify`` must not be asked for."""
    if not can_be_had(inline):
        yield
        return
    original: Callable[..., None] = inline.justify_line
    inline.justify_line = lambda context, line, extra_width: _justify(inline, context, line, extra_width)
    try:
        yield
    finally:
        inline.justify_line = original


def _justify(inline: Any, context: Any, line: Any, extra: float) -> None:
    text = "".join(box.text for box in _texts(inline, line))
    size = _size(text)
    if not size or 2 * len(_WIDE.findall(text)) < size:
        return
    step = extra / size
    if step <= _MOST * line.style["font_size"]:
        _spread(inline, context, line, step, 0.0)


def _size(text: str) -> int:
    """How many characters have a width."""
    return len(text) - sum(map(text.count, "\u200b\u2060"))


def _texts(inline: Any, box: Any) -> Iterator[Any]:
    if isinstance(box, inline.boxes.TextBox):
        yield box
    elif isinstance(box, (inline.boxes.LineBox, inline.boxes.InlineBox)):
        for child in box.children:
            if child.is_in_normal_flow():
                yield from _texts(inline, child)


def _spread(inline: Any, context: Any, box: Any, step: float, advance: float) -> float:
    """Move the box by ``advance``, widen what is in it, and return how far what follows must move."""
    if isinstance(box, inline.boxes.TextBox):
        box.position_x += advance
        return advance + _widen(inline, context, box, step)
    if not isinstance(box, (inline.boxes.LineBox, inline.boxes.InlineBox)):
        box.translate(advance, 0)
        return advance
    box.position_x += advance
    before = advance
    for child in box.children:
        if child.is_in_normal_flow():
            advance = _spread(inline, context, child, step, advance)
    box.width += advance - before
    return advance


def _widen(inline: Any, context: Any, box: Any, step: float) -> float:
    # The style is shared by all lines of a paragraph.
    spacing = box.style["letter_spacing"]
    box.style = _Spaced(box.style, step + (0 if spacing == "normal" else spacing))
    box.pango_layout = inline.create_layout(box.text, box.style, context, max_width=None, justification_spacing=0)
    box.pango_layout.deactivate()
    extra = step * _size(box.text)
    box.width += extra
    return extra
