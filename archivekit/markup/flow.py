"""Flow: a paragraph in the making. Runs of words with the inline elements open around them become inline nodes.

White space is folded as CSS Text 3 says (``white-space: normal``), and a line break in the source between two Han,
kana or full-width characters is nothing, as its segment break rules have it; Hangul has spaces between its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ..model import (
    Code,
    Emphasis,
    Image,
    Inline,
    LineBreak,
    Link,
    Span,
    Strike,
    Strong,
    Subscript,
    Superscript,
    Text,
)
from .softwrap import is_between_wide

Spanner = Callable[[int, int], Span]
"""Character offsets of the source text to a byte span."""

_TOKENS = re.compile(r"[ \t\n\r\f]+|[^ \t\n\r\f]+")
EDGE = "\u00a0\u3000\ufeff\u200b\u200e\u200f\u2060 \t\n\r\f"
"""What may be cut from either end of a paragraph: indentation by spaces, joiners and marks that show nothing."""
_BLANK = " \t\n\r\f"
_UNEVEN = re.compile(r"[\t\n\r\f\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff\u2028\u2029]|  |\u3000 ")
"""What makes words more than a stretch with single spaces in it, to be folded or left out."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff\u2028\u2029]")


class Wrap:
    """An inline element that is open: compared by identity, so that two neighbours stay two."""

    __slots__ = ("kind", "title", "url")

    def __init__(self, kind: str, url: str = "", title: str = "") -> None:
        self.kind = kind
        self.url = url
        self.title = title


class Run:
    """Words (or one finished leaf) with the elements around them."""

    __slots__ = ("end", "leaf", "start", "verbatim", "words", "wraps")

    def __init__(
        self, wraps: tuple[Wrap, ...], words: str, start: int, end: int, *, verbatim: bool = True, leaf: Inline | None = None
    ) -> None:
        self.wraps = wraps
        self.words = words
        self.start = start
        self.end = end
        self.verbatim = verbatim
        self.leaf = leaf


class Flow:
    """Collects the runs of one paragraph and folds white space on the way in."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._space: Run | None = None
        self.controls: list[tuple[int, int]] = []

    def words(self, text: str, start: int, end: int, wraps: tuple[Wrap, ...], *, verbatim: bool) -> None:
        """Add words from ``start:end`` of the source; verbatim words may be cut anywhere, others are one piece."""
        if not verbatim:
            if text.isspace() and text.strip(_BLANK) == "":
                self._blank(Run(wraps, text, start, end, verbatim=False))
            elif not _CONTROL.search(text):
                self._push(Run(wraps, text, start, end, verbatim=False))
            else:
                self.controls.append((start, end))
            return
        inner = text.strip(_BLANK)
        if _UNEVEN.search(inner) is None:
            self._even(text, inner, start, wraps)
            return
        for token in _TOKENS.finditer(text):
            at = start + token.start()
            if token.group()[0] in _BLANK:
                self._blank(Run(wraps, token.group(), at, start + token.end()))
                continue
            done = token.start()
            for control in _CONTROL.finditer(text, token.start(), token.end()):
                if control.start() > done:
                    self._push(Run(wraps, text[done : control.start()], start + done, start + control.start()))
                self.controls.append((start + control.start(), start + control.end()))
                done = control.end()
            if done < token.end():
                self._push(Run(wraps, text[done : token.end()], start + done, start + token.end()))

    def _even(self, text: str, inner: str, start: int, wraps: tuple[Wrap, ...]) -> None:
        """Add words in which there is nothing to fold but white space at either end."""
        first = text.index(inner) if inner else len(text)
        if first and self.runs:
            self._blank(Run(wraps, text[:first], start, start + first))
        if not inner:
            return
        last = first + len(inner)
        self._push(Run(wraps, inner, start + first, start + last))
        if last < len(text):
            self._blank(Run(wraps, text[last:], start + last, start + len(text)))

    def leaf(self, node: Inline, start: int, end: int, wraps: tuple[Wrap, ...]) -> None:
        """Add a finished leaf: an image, a line break, code or ruby."""
        if isinstance(node, LineBreak):
            self._space = None
            self.runs.append(Run(wraps, "", start, end, leaf=node))
            return
        self._settle("a" if not isinstance(node, Image) else None)
        self.runs.append(Run(wraps, "", start, end, leaf=node))

    def _blank(self, run: Run) -> None:
        if self._space is None:
            self._space = run
        elif "\n" in run.words and "\n" not in self._space.words:
            self._space.words += "\n"
            self._space.verbatim = False

    def _settle(self, following: str | None) -> None:
        """Put the pending white space in, if it is more than nothing between what is there and what follows."""
        space, self._space = self._space, None
        if space is None or not self.runs:
            return
        last = self.runs[-1]
        if last.leaf is not None and isinstance(last.leaf, (LineBreak, Image)):
            return
        before = last.words if last.leaf is None else "a"
        if before[-1:] in (" ", "\u3000"):
            return
        if "\n" in space.words and following and before and is_between_wide(before, following):
            return
        exact = space.words == " " and space.verbatim
        self._join(Run(space.wraps, " ", space.start, space.end, verbatim=exact))

    def _push(self, run: Run) -> None:
        self._settle(run.words)
        self._join(run)

    def _join(self, run: Run) -> None:
        if self.runs:
            last = self.runs[-1]
            if last.leaf is None and last.verbatim and run.verbatim and last.end == run.start and last.wraps == run.wraps:
                last.words += run.words
                last.end = run.end
                return
        self.runs.append(run)


def trim(runs: list[Run]) -> list[Run]:
    """The runs without blank edges and without line breaks at either end."""
    kept = list(runs)
    while kept and _blank_edge(kept[0], left=True):
        kept.pop(0)
    while kept and _blank_edge(kept[-1], left=False):
        kept.pop()
    return kept


def _blank_edge(run: Run, *, left: bool) -> bool:
    """Cut blanks from one end of a run in place; whether nothing is left of it."""
    if run.leaf is not None:
        return isinstance(run.leaf, LineBreak)
    rest = run.words.lstrip(EDGE) if left else run.words.rstrip(EDGE)
    cut = len(run.words) - len(rest)
    if not rest:
        return True
    if cut and run.verbatim:
        if left:
            run.start += cut
        else:
            run.end -= cut
    run.words = rest
    return False


def inlines(runs: list[Run], span: Spanner) -> tuple[Inline, ...]:
    """Runs as a tree of inline nodes."""
    return _nest(runs, 0, span)


def _nest(runs: list[Run], depth: int, span: Spanner) -> tuple[Inline, ...]:
    nodes: list[Inline] = []
    index = 0
    while index < len(runs):
        run = runs[index]
        if len(run.wraps) <= depth:
            nodes.append(run.leaf if run.leaf is not None else Text(run.words, str(span(run.start, run.end))))
            index += 1
            continue
        wrap = run.wraps[depth]
        stop = index
        while stop < len(runs) and len(runs[stop].wraps) > depth and runs[stop].wraps[depth] is wrap:
            stop += 1
        inner = _nest(runs[index:stop], depth + 1, span)
        nodes.extend(_wrapped(wrap, inner))
        index = stop
    return tuple(nodes)


def _wrapped(wrap: Wrap, inner: tuple[Inline, ...]) -> tuple[Inline, ...]:
    if all(isinstance(node, (LineBreak, Image)) or (isinstance(node, Text) and not node.text.strip(EDGE)) for node in inner):
        return inner
    if wrap.kind == "strong":
        return (Strong(inner),)
    if wrap.kind == "emphasis":
        return (Emphasis(inner),)
    if wrap.kind == "link":
        return (Link(wrap.url, inner, wrap.title),) if wrap.url else inner
    if wrap.kind == "superscript":
        return (Superscript(inner),)
    if wrap.kind == "subscript":
        return (Subscript(inner),)
    if wrap.kind == "strike":
        return (Strike(inner),)
    if wrap.kind == "code":
        return tuple(Code(node.text, node.at) if isinstance(node, Text) else node for node in inner)
    return inner


def lines(runs: list[Run]) -> list[list[Run]]:
    """Runs cut at their line breaks; an empty list where two breaks meet."""
    out: list[list[Run]] = [[]]
    for run in runs:
        if isinstance(run.leaf, LineBreak):
            out.append([])
        else:
            out[-1].append(run)
    return out
