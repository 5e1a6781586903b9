"""Builder: opens and closes what an HTML tree opens and closes, and makes Blocks of it."""

from __future__ import annotations

from typing import Any

import msgspec

from ..model import (
    Block,
    Figure,
    Heading,
    Image,
    Inline,
    LineBreak,
    Paragraph,
    Removal,
    Ruby,
)
from .figures import CaptionHint
from .flow import EDGE, Flow, Run, Spanner, Wrap, inlines, lines, trim
from .grid import MAX_SPAN
from .html_containers import MAKERS, Frame, join_captions
from .numbers import number

MAX_NESTED = 48
"""Quotes, lists and table parts inside one another beyond this many are set as if they were not nested."""
ICON = 40
"""An image at most this many pixels wide or high is set in the line, not as a figure."""


class Builder:
    """Turns open, close and word events into Blocks. Containers may be closed in any order; none is lost."""

    def __init__(self, span: Spanner) -> None:
        self.span = span
        self.removals: list[Removal] = []
        self.controls: list[tuple[int, int]] = []
        self.frames = [Frame("root")]
        self._flow = Flow()
        self._wraps: tuple[Wrap, ...] = ()
        self._open_wraps: list[Wrap | None] = []
        self._hints: list[CaptionHint] = []
        self._seen: list[tuple[CaptionHint, int, int]] = []
        self._heading = ""
        self._ruby: tuple[Flow, Flow | None] | None = None

    # --- events -------------------------------------------------------------------------------------------------

    def words(self, text: str, start: int, end: int, *, verbatim: bool) -> None:
        if text.strip(EDGE):
            self._seen.append((max(self._hints) if self._hints else CaptionHint.NONE, start, end))
        if self._ruby is not None and self._ruby[1] is not None:
            self._ruby[1].words(text, start, end, (), verbatim=verbatim)
        else:
            self._flow.words(text, start, end, self._wraps, verbatim=verbatim)

    def leaf(self, node: Inline, start: int, end: int) -> None:
        if not isinstance(node, LineBreak):
            self._seen.append((max(self._hints, default=CaptionHint.NONE), start, end))
        self._flow.leaf(node, start, end, self._wraps)

    def block(self, block: Block, start: int) -> None:
        self.line()
        self._seen.append((CaptionHint.NONE, start, start))
        self._add(block)

    def wrap(self, wrap: Wrap) -> None:
        repeated = wrap.kind != "link" and any(open_.kind == wrap.kind for open_ in self._wraps)
        self._open_wraps.append(None if repeated else wrap)
        if not repeated:
            self._wraps = (*self._wraps, wrap)

    def unwrap(self) -> None:
        wrap = self._open_wraps.pop()
        self._wraps = tuple(open_ for open_ in self._wraps if open_ is not wrap)

    def hint(self, hint: CaptionHint) -> None:
        self._hints.append(hint)

    def unhint(self) -> None:
        self._hints.pop()

    def count(self) -> int:
        """How many leaves there have been."""
        return len(self._seen)

    def since(self, count: int) -> tuple[int, int] | None:
        """From the first to the last leaf after ``count``, in characters of the source."""
        seen = self._seen[count:]
        return (min(a for _, a, _ in seen), max(b for _, _, b in seen)) if seen else None

    def open(self, kind: str, *, start: str = "") -> None:
        self.line()
        self.frames.append(Frame(kind, start=start))

    def close(self, kind: str) -> None:
        self.line()
        while len(self.frames) > 1 and any(frame.kind == kind for frame in self.frames[1:]):
            frame = self.frames.pop()
            self._collect(frame)
            if frame.kind == kind:
                return

    def open_heading(self, level: str) -> None:
        self.line()
        self._heading = level

    def open_ruby(self) -> None:
        """One inside another ends it, for a Ruby holds no other."""
        self.close_ruby()
        self._ruby = (self._flow, None)
        self._flow = Flow()

    def open_annotation(self) -> None:
        if self._ruby is not None:
            self._ruby = (self._ruby[0], self._ruby[1] or Flow())

    def close_annotation(self) -> None:
        """The reading goes with the base that stands before it; without one it is words like any."""
        if self._ruby is None or self._ruby[1] is None:
            return
        base, annotation = self._flow, self._ruby[1]
        self.controls += base.controls + annotation.controls
        node = Ruby(inlines(trim(base.runs), self.span), inlines(trim(annotation.runs), self.span))
        self._flow = Flow()
        if base.runs:
            self._ruby[0].leaf(node, base.runs[0].start, base.runs[-1].end, self._wraps)
        else:
            self._ruby[0].runs.extend(annotation.runs)
        self._ruby = (self._ruby[0], None)

    def close_ruby(self) -> None:
        self.close_annotation()
        if self._ruby is None:
            return
        outer, rest = self._ruby[0], self._flow
        self._flow, self._ruby = outer, None
        self.controls += rest.controls
        outer.runs.extend(rest.runs)

    def open_table_part(self, name: str, colspan: str, rowspan: str, scope: str) -> None:
        self.line()
        kind = {"td": "cell", "th": "cell", "tr": "row", "thead": "head", "caption": "tablecaption"}[name]
        header = ("row" if scope.startswith("row") else "col") if name == "th" else ""
        self.frames.append(Frame(kind, colspan=_span(colspan), rowspan=_span(rowspan), scope=header))

    def close_table_part(self, name: str) -> None:
        self.close({"td": "cell", "th": "cell", "tr": "row", "thead": "head", "caption": "tablecaption"}[name])

    def finish(self) -> tuple[Block, ...]:
        """Everything, with captions joined to their images."""
        self.line()
        while len(self.frames) > 1:
            self._collect(self.frames.pop())
        return join_captions(self.frames[0].blocks)

    # --- paragraphs ---------------------------------------------------------------------------------------------

    def line(self) -> None:
        """End the paragraph that is being written."""
        if self._ruby is not None:
            self.close_ruby()
        flow, self._flow = self._flow, Flow()
        self.controls.extend(flow.controls)
        heading, self._heading = self._heading, ""
        if not flow.runs:
            return
        group: list[list[Run]] = []
        for line in lines(flow.runs):
            if not any(run.leaf is not None or run.words.strip(EDGE) for run in line):
                self._paragraph(group, heading)
                group = []
                continue
            images, rest, after = _standing_images(line)
            if images:
                self._paragraph(group, heading)
                group = []
                self._figure(images)
            if rest:
                group.append(rest)
            if after:
                self._paragraph(group, heading)
                group = []
                self._figure(after)
        self._paragraph(group, heading)

    def _paragraph(self, group: list[list[Run]], heading: str) -> None:
        runs: list[Run] = []
        for line in group:
            if runs:
                runs.append(Run((), "", line[0].start, line[0].start, leaf=LineBreak()))
            runs.extend(trim(line))
        if not runs:
            return
        hint = self._hint_of(runs[0].start, runs[-1].end)
        children = inlines(runs, self.span)
        if heading:
            self._add(Heading(heading, children))  # type: ignore[arg-type]
        else:
            self._add(Paragraph(children), hint)

    def _figure(self, runs: list[Run]) -> None:
        images: list[Image] = []
        for run in runs:
            if isinstance(run.leaf, Image):
                links = tuple(wrap.url for wrap in run.wraps if wrap.kind == "link" and _is_image(wrap.url))
                extra = tuple(url for url in links if url != run.leaf.src and url not in run.leaf.fallbacks)
                images.append(_replaced(run.leaf, extra))
        self._add(Figure(tuple(images)))

    def _hint_of(self, start: int, end: int) -> CaptionHint:
        least: CaptionHint | None = None
        for hint, a, b in reversed(self._seen[-200:]):
            if a >= start and b <= end:
                if hint is CaptionHint.NONE:
                    return hint
                least = hint if least is None else min(least, hint)
        return least or CaptionHint.NONE

    # --- containers ---------------------------------------------------------------------------------------------

    def _add(self, block: Any, hint: CaptionHint = CaptionHint.NONE) -> None:
        self.frames[-1].blocks.append((block, hint))

    def _collect(self, frame: Frame) -> None:
        made = frame.blocks if len(self.frames) > MAX_NESTED else MAKERS[frame.kind](frame)
        if isinstance(made, list):
            self.frames[-1].blocks.extend(made)
        elif made is not None:
            self._add(made)


def _span(value: str) -> str:
    """A span attribute that says something: of 2 to as many as HTML allows."""
    return value if 1 < (number(value) or 1) <= MAX_SPAN else ""


def _is_image(url: str) -> bool:
    return url.lower().split("?")[0].endswith((".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg"))


def _replaced(image: Image, extra: tuple[str, ...]) -> Image:
    return msgspec.structs.replace(image, fallbacks=image.fallbacks + extra) if extra else image


def _is_icon(image: Image) -> bool:
    sizes = [number(value.removesuffix("px")) for value in (image.width, image.height)]
    stated = [size for size in sizes if size is not None]
    return bool(stated) and max(stated) <= ICON


def _standing_images(line: list[Run]) -> tuple[list[Run], list[Run], list[Run]]:
    """A line cut into the images it begins with, its words, and the images it ends with."""
    if all(run.leaf is None for run in line):
        return [], line, []
    blank = [run.leaf is None and not run.words.strip(EDGE) for run in line]
    stands = [isinstance(run.leaf, Image) and not _is_icon(run.leaf) for run in line]
    first, last = 0, len(line)
    while first < last and (stands[first] or blank[first]):
        first += 1
    while last > first and (stands[last - 1] or blank[last - 1]):
        last -= 1
    before = [run for run in line[:first] if run.leaf is not None]
    after = [run for run in line[last:] if run.leaf is not None]
    return before, line[first:last], after
