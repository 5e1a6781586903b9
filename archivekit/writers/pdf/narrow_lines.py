"""Makes the least width of a text linear in its length.

To set a table WeasyPrint asks how narrow each cell can be, and breaks its text after every place where it may: each time it
lays out all that is left of the text, so that a cell of 2,000 Chinese characters takes twenty seconds. Inside
:func:`narrow_lines` it is shown the next few characters only, where these are enough to find the break.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_HEAD = 48
"""Characters that are shown; a break in the first half of them does not depend on what comes later."""

_NAME = "split_first_line"
_PARAMETERS = ("text", "style", "context", "max_width", "justification_spacing", "is_line_start", "minimum")


def can_be_had(preferred: Any) -> bool:
    """Whether ``weasyprint.layout.preferred`` is put together as this module expects."""
    function = getattr(preferred, _NAME, None)
    return function is not None and tuple(inspect.signature(function).parameters) == _PARAMETERS


@contextmanager
def narrow_lines(preferred: Any) -> Iterator[None]:
    """Break texts that are to be as narrow as possible piece by piece inside the block; where that cannot be had, nothing is
    changed but the time it takes."""
    if not can_be_had(preferred):
        yield
        return
    original = getattr(preferred, _NAME)

    def head_first(text: str, style: Any, context: Any, max_width: float | None, *rest: Any, **named: Any) -> Any:
        if max_width == 0 and len(text) > _HEAD:
            found = original(text[:_HEAD], style, context, max_width, *rest, **named)
            resume_at = found[2]
            if resume_at is not None and resume_at <= len(text[: _HEAD // 2].encode()):
                return found
        return original(text, style, context, max_width, *rest, **named)

    setattr(preferred, _NAME, head_first)
    try:
        yield
    finally:
        setattr(preferred, _NAME, original)
