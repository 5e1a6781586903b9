"""Figures that are made smaller rather than leave a page half empty.

A figure is not broken, so one that does not fit goes to the next page whole and leaves a gap. Inside :func:`snug_figures`
its images are first tried at the size that fills the gap, where the gap is a large one and they stay large enough.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import inf
from typing import Any, Final

LARGE: Final = 0.23
"""Of the way from the top of the page to the end of its text: a gap that is worth it, a quarter of the text block."""

LEAST: Final = 0.55
"""Of its size, what an image keeps at least."""

_SLACK: Final = 0.001
"""Of its size, what an image is made smaller than would just fit, against rounding."""

_PARAMETERS: Final = (
    *("context", "box", "bottom_space", "skip_stack", "containing_block", "page_is_empty"),
    *("absolute_boxes", "fixed_boxes", "adjoining_margins"),
)
_GIVEN: Final = len(_PARAMETERS) - 3


def can_be_had(block: Any) -> bool:
    """Whether ``weasyprint.layout.block`` is put together as this module expects."""
    function = getattr(block, "block_level_layout", None)
    parts = all(hasattr(block, name) for name in ("boxes", "_in_flow_layout"))
    return parts and function is not None and tuple(inspect.signature(function).parameters)[: len(_PARAMETERS)] == _PARAMETERS


@contextmanager
def snug_figures(block: Any) -> Iterator[None]:
    """Fit figures into gaps inside the block; does nothing where that cannot be had."""
    if not can_be_had(block):
        yield
        return
    original: Callable[..., Any] = block.block_level_layout
    block.block_level_layout = partial(_layout, block, original)
    try:
        yield
    finally:
        block.block_level_layout = original


def _layout(block: Any, original: Callable[..., Any], context: Any, box: Any, bottom_space: float, *given: Any) -> Any:
    """``block_level_layout``; a figure that does not fit is tried again with smaller images."""
    if box.element_tag != "figure" or len(given) < _GIVEN or given[2]:
        return original(context, box, bottom_space, *given)
    skip_stack, containing_block, page_is_empty, absolute_boxes, fixed_boxes, margins, *rest = given
    place, margins = (box.position_x, box.position_y), tuple(margins or ())

    def attempt(figure: Any, space: float) -> Any:
        figure.position_x, figure.position_y = place
        boxes = absolute_boxes, fixed_boxes, list(margins)
        return original(context, figure, space, skip_stack, containing_block, page_is_empty, *boxes, *rest)

    result = attempt(box, bottom_space)
    end = context.page_bottom - bottom_space
    if result[0] is not None or end - place[1] < LARGE * context.page_bottom:
        return result
    smaller = _smaller(block, box, _measured(context, lambda: attempt(box, -inf)[0]), end)
    fitting = attempt(smaller, bottom_space) if smaller is not None else result
    return fitting if fitting[0] is not None else attempt(box, bottom_space)


def _measured(context: Any, lay_out: Callable[[], Any]) -> Any:
    """What a layout gives that is not kept: the footnotes it called are waiting again."""
    before = list(context.current_page_footnotes)
    made = lay_out()
    for note in [note for note in context.current_page_footnotes if note not in before]:
        context.unlayout_footnote(note)
    return made


def _smaller(block: Any, figure: Any, whole: Any, end: float) -> Any | None:
    """The figure with images so much smaller that it ends at ``end``, or the first of several images does; None where they
    would be too small. ``whole`` is the figure laid out at its full size."""
    images = [child for child in whole.children if isinstance(child, block.boxes.BlockReplacedBox)]
    if not images or not images[0].height:
        return None
    full = images[0].height
    bottom = whole.content_box_y() + whole.height if len(images) == 1 else images[0].position_y + images[0].margin_height()
    scale = (full - bottom + end) / full - _SLACK
    if not LEAST <= scale < 1:
        return None
    shown = {id(image.element): image for image in images}
    return figure.copy_with_children([_scaled(child, shown, scale) for child in figure.children])


def _scaled(child: Any, shown: dict[int, Any], scale: float) -> Any:
    full = shown.get(id(child.element))
    if full is None:
        return child
    child = child.copy()
    child.style = child.style.copy()
    child.style["width"] = type(child.style["padding_top"])(full.width * scale, "px")
    return child
