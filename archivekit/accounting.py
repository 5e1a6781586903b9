"""Accounting: proves that every visible character of a source is in a field, in the body or in a Removal.

The source's visible text is taken by a route of its own, much simpler than the readers': all text between tags, all
Markdown that is no syntax, all lines. What counts is the character and its place, white space aside. Then every
place that is visible must lie in the span of a leaf, of a piece of evidence or of a Removal, and every leaf's words
must be the visible words at its place.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

import msgspec

from .leaves import spans
from .model import Article, Code, CodeBlock, Span, Text, walk
from .source import Source

_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff\ue000-\uf8ff]+")
"""What shows nothing: white space, controls, marks of direction and width, and private-use characters."""
_TAGS = re.compile(r"<!--.*?(?:-->|\Z)|<[!?/]?[A-Za-z][^<>]*(?:>|\Z)|<!\[CDATA\[|\]\]>", re.S)
_DROPPED = re.compile(r"<(script|style)\b[^>]*>(?P<inside>.*?)(?:</\1\s*>|\Z)", re.S | re.I)
_REFERENCE = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);?")
_DESTINATION = re.compile(
    r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)|<[a-z][a-z0-9+.-]*:[^<>\s]*>|^ {0,3}\[[^\]]+\]:.*$",
    re.M | re.I,
)
_SYNTAX = re.compile(r"[!-/:-@\[-`{-~]+")
"""ASCII punctuation, any of which may be Markdown's."""
_NUMBERING = re.compile(r"^[ \t>]*\d{1,9}[.)](?=[ \t])", re.M)
_KEYS = re.compile(r"^[ \t]*(?:-[ \t]+)?[\"']?[\w.\u00b7 -]{1,60}[\"']?[ \t]*[:=](?=\s|$)", re.M)
_LANGUAGE = re.compile(r"^[ \t>]*(?:```+|~~~+)[^\n`]*$", re.M)


class Account(msgspec.Struct, frozen=True):
    """The result for one source: how much is visible, what no record speaks of, and which leaves do not say what is there."""

    visible: int
    """Characters that show something."""
    lost: tuple[Span, ...]
    """Visible text that is in no field, no leaf and no Removal."""
    lost_characters: int
    altered: tuple[Span, ...]
    """Places of leaves whose words are not the visible words there."""

    @property
    def share(self) -> float:
        """The part of the visible characters that is accounted for, 0 to 1."""
        return 1.0 if not self.visible else 1 - self.lost_characters / self.visible

    @property
    def complete(self) -> bool:
        """Whether nothing is lost and nothing altered."""
        return not self.lost and not self.altered


def account(source: Source, articles: Iterable[Article]) -> Account:
    """Compare a source with all the records that were read from it."""
    articles = tuple(articles)
    shown = visible(source, articles)
    covered = bytearray(len(source.text))
    for place in _places(articles):
        start, end = source.char(place.start), source.char(place.end)
        covered[start:end] = b"\x01" * (end - start)
    missing = int.from_bytes(shown, "big") & ~int.from_bytes(covered, "big")
    mask = missing.to_bytes(len(source.text), "big")
    lost = tuple(source.span(*run.span()) for run in re.finditer(rb"\x01+", mask))
    altered = tuple(_altered(source, articles))
    return Account(visible=shown.count(1), lost=lost, lost_characters=mask.count(1), altered=altered)


def visible(source: Source, articles: tuple[Article, ...]) -> bytearray:
    """One byte a character of the source's text: 1 where something is shown."""
    text = source.text
    mask = bytearray(b"\x01" * len(text))
    _hide(mask, _BLANK.finditer(text))
    plain = all(article.provenance.reader == "plain-text" for article in articles) and not re.search(
        r"<(?:p|br|div)\b", text, re.I
    )
    if plain:
        return mask
    for match in _DROPPED.finditer(text):
        _clear(mask, match.start("inside"), match.end("inside"))
    _hide(mask, _TAGS.finditer(text))
    body = _body_start(text)
    if body:
        _hide(mask, _KEYS.finditer(text, 0, body))
        _hide(mask, _SYNTAX.finditer(text, 0, body))
    if _is_markdown(text, body):
        for pattern in (_DESTINATION, _LANGUAGE, _SYNTAX, _NUMBERING):
            _hide(mask, pattern.finditer(text, body))
    for match in _REFERENCE.finditer(text):
        if not html.unescape(match.group()).strip():
            _clear(mask, *match.span())
    return mask


def _hide(mask: bytearray, matches: Iterable[re.Match[str]]) -> None:
    for match in matches:
        _clear(mask, match.start(), match.end())


def _clear(mask: bytearray, start: int, end: int) -> None:
    mask[start:end] = bytes(end - start)


def _body_start(text: str) -> int:
    """Where the envelope at the top ends: front matter, a stamp, or both."""
    start = 0
    fence = re.match(r"\s*(---|\+\+\+)[ \t]*\r?\n.*?^(?:\1|\.\.\.)[ \t]*(?:\r?\n|\Z)", text, re.S | re.M)
    if fence:
        start = fence.end()
    stamp = re.compile(
        r"\s*(?:<!--\s*\d+\s*-->\s*)?\[[^\n]*\]\(\S*\)[ \t]*\r?\n-{3,}[ \t]*\r?\n(?:\s*(?:日期|時間|时间|Date)[：:][^\n]*\n)?"
    ).match(text, start)
    return stamp.end() if stamp else start


def _is_markdown(text: str, body: int) -> bool:
    rest = text[body:].lstrip()
    return not rest.startswith("<") or bool(re.search(r"^(?:!?\[[^\]\n]*\]\(|#{1,6} )", rest, re.M))


def _places(articles: Iterable[Article]) -> Iterable[Span]:
    for article in articles:
        yield from spans(article.body)
        for entry in article.provenance.evidence.values():
            if entry.span is not None:
                yield entry.span
        for removal in article.provenance.removals:
            yield removal.span


def _altered(source: Source, articles: Iterable[Article]) -> Iterable[Span]:
    for article in articles:
        taken = sorted(removal.span for removal in article.provenance.removals)
        for leaf in walk(article.body):
            if isinstance(leaf, (Text, Code, CodeBlock)) and leaf.at:
                place = Span.parse(leaf.at)
                if not _agrees(leaf.text, place, source, taken):
                    yield place


def _agrees(words: str, place: Span, source: Source, taken: list[Span]) -> bool:
    """Whether words are what the source shows at a place, once what was taken out of it is left aside."""
    raw = source.data[place.start : place.end].decode(source.encoding, "replace")
    wanted = _bare(words)
    if wanted == _bare(raw):
        return True
    inside = [span for span in taken if place.start <= span.start and span.end <= place.end]
    for span in reversed(inside):
        left = source.data[place.start : span.start].decode(source.encoding, "replace")
        raw = left + raw[len(source.data[place.start : span.end].decode(source.encoding, "replace")) :]
    shown = _bare(html.unescape(_TAGS.sub("", raw)))
    return wanted == shown or _unmarked(wanted) == _unmarked(shown) or _unmarked(wanted) == _unmarked(_DESTINATION.sub("", raw))


def _bare(text: str) -> str:
    return _BLANK.sub("", text)


def _unmarked(text: str) -> str:
    return _SYNTAX.sub("", _bare(text))
