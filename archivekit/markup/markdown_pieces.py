"""Pieces: an inline token as a flat list, with the emphasis markers CommonMark left over settled as a reader would.

html2text writes ``** **`` for empty bold, spaces inside and outside the markers, ``****`` where one bold ends and the
next begins, and ``__`` for an icon. CommonMark takes none of these for emphasis. Two such markers in one stretch of text
are a pair; one beside a blank is a stray.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from .markdown_spans import Token
from .softwrap import joint, tidies

_CONTEXT: Final = 4
"""How many visible characters on either side a decision may look at."""


class Piece:
    """A token's worth of an inline stretch. ``start:end`` are offsets of the content; ``token`` is set for all but text."""

    __slots__ = ("end", "kind", "start", "text", "token")

    def __init__(self, kind: str, text: str, start: int, end: int, token: Any = None) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end
        self.token = token


_OPEN: Final = {"strong_open": "strong", "em_open": "emphasis", "s_open": "strike"}
_CLOSE: Final = {"strong_close": "strong", "em_close": "emphasis", "s_close": "strike"}
_MARKERS: Final = ("open", "close", "link_open", "link_close")
_KINDS: Final = {"softbreak": "soft", "hardbreak": "hard", "code_inline": "code"}


def pieces(children: list[Token], content: str) -> list[Piece]:
    """The tokens as pieces: markers paired, soft wraps made a blank or nothing, the converter's spaces gone."""
    flat = list(_flat(children, content))
    _settle(flat, content)
    return _spaced([piece for piece in flat if piece.kind])


def _flat(children: list[Token], content: str) -> Iterator[Piece]:
    run: Piece | None = None
    for token in children:
        start, end = token.meta["at"]
        if token.type == "text" and token.meta.get("delimiter"):
            if run and token.content and run.end == start and run.text[0] == token.content[0]:
                run.text += token.content
                run.end = end
            elif token.content:
                run = Piece("marker", token.content, start, end)
                yield run
        elif token.type == "text":
            found = content.find(token.content, start, end)
            if token.content and found >= 0:
                yield Piece("text", token.content, found, found + len(token.content))
            elif token.content:
                yield Piece("atom", token.content, start, end)
        elif token.type == "text_special":
            escaped = token.info == "escape" and token.content != token.markup
            kind = "text" if token.info == "escape" else "atom"
            yield Piece(kind, token.content, start + 1 if escaped else start, end)
        elif token.type in _OPEN:
            yield Piece("open", _OPEN[token.type], start, end)
        elif token.type in _CLOSE:
            yield Piece("close", _CLOSE[token.type], start, end)
        else:
            kind = _KINDS.get(token.type, token.type)
            yield Piece(kind, token.content if kind == "code" else "", start, end, token)


def _settle(flat: list[Piece], content: str) -> None:
    """Pair the markers that are left, or say of each whether it is a stray or the author's own."""
    waiting: dict[str, Piece] = {}
    for piece in flat:
        if piece.kind in ("link_open", "link_close"):
            waiting = {}
        if piece.kind != "marker":
            continue
        before, after = _beside(piece, content)
        opener = waiting.pop(piece.text, None)
        if opener is not None:
            kind = "emphasis" if piece.text == "_" else "strong"
            opener.kind, opener.text, piece.kind, piece.text = "open", kind, "close", kind
        elif _may_open(piece.text, before, after):
            waiting[piece.text] = piece
    for piece in flat:
        if piece.kind == "marker":
            piece.kind = "stray" if _stray(piece.text, *_beside(piece, content)) else "text"


def _may_open(marker: str, before: str, after: str) -> bool:
    """Whether a marker that is left may begin a pair: not inside a number, and ``_`` only before a word."""
    if marker == "_":
        return not before.isalnum() and bool(after.strip())
    return marker in ("**", "***") and not (before.isdigit() and after.isdigit())


def _beside(piece: Piece, content: str) -> tuple[str, str]:
    """The characters on either side of a marker, empty at the ends."""
    return content[max(0, piece.start - 1) : piece.start], content[piece.end : piece.end + 1]


def _stray(marker: str, before: str, after: str) -> bool:
    """Whether a marker stands at the edge of words: one inside a word, or a mask such as ``138****``, is the author's."""
    if marker in ("**", "__"):
        return not before.strip() or not after.strip()
    return marker in ("****", "******") and not before.isalnum()


def _spaced(flat: list[Piece]) -> list[Piece]:
    """Soft wraps settled and the converter's spaces cut, by the visible characters on either side."""
    befores, afters = _context(flat), _context(flat[::-1], backwards=True)[::-1]
    for index, piece in enumerate(flat):
        before, after = befores[index], afters[index]
        if piece.kind == "soft":
            near = {flat[i].kind for i in (index - 1, index + 1) if 0 <= i < len(flat)}
            piece.kind = "hard" if "image" in near else "blank" if joint(before, after) else "joint"
        elif piece.kind == "text":
            _tidy(flat, index, before, after)
    return flat


def _tidy(flat: list[Piece], index: int, before: str, after: str) -> None:
    piece = flat[index]
    bare = piece.text.strip(" ")
    if index and flat[index - 1].kind in _MARKERS and tidies(before, bare or after):
        cut = len(piece.text) - len(piece.text.lstrip(" "))
        piece.text, piece.start = piece.text[cut:], piece.start + cut
    if index + 1 < len(flat) and flat[index + 1].kind in _MARKERS and tidies(bare or before, after):
        cut = len(piece.text) - len(piece.text.rstrip(" "))
        piece.text, piece.end = piece.text[: len(piece.text) - cut], piece.end - cut


def _context(flat: list[Piece], *, backwards: bool = False) -> list[str]:
    """For each piece the visible characters just before it (just after it, when the list is given backwards)."""
    out: list[str] = []
    seen = ""
    for piece in flat:
        out.append(seen)
        if piece.kind in ("hard", "image"):
            seen = ""
        elif piece.kind in ("text", "atom", "code"):
            words = piece.text.lstrip() if backwards else piece.text.rstrip()
            seen = (words[:_CONTEXT] + seen)[:_CONTEXT] if backwards else (seen + words[-_CONTEXT:])[-_CONTEXT:]
    return out
