"""No envelope: Markdown or HTML from the first character to the last. What can be known of the article its body says."""

from __future__ import annotations

import re

from ..model import Article
from ..source import Source
from .body import fill, parse_body
from .draft import Draft
from .envelope import Reader

_ELEMENT = re.compile(r"\s*<(?:article|section|main|div|header|h[1-6]|p|figure|table|blockquote|ul|ol)\b[^<>]*>", re.I)
_ENDS = re.compile(r"</(?:article|section|main|div|header|h[1-6]|p|figure|table|blockquote|ul|ol)\s*>", re.I)
_HEADING = re.compile(r"\s*(?:#{1,6}[ \t]+\S|[^\n#<>-][^\n]*\r?\n={3,}[ \t]*\r?\n)")
_SIGNS = tuple(
    re.compile(pattern, re.M)
    for pattern in (
        r"(?<!\A)^#{1,6}[ \t]+\S",
        r"^(?:[-*+]|\d{1,3}\.)[ \t]+\S[^\n]*\n(?:[-*+]|\d{1,3}\.)[ \t]+\S",
        r"^(?:```|~~~)",
        r"^>[ \t]?\S",
        r"!?\[[^\]\n]*\]\([^\s()]+\)",
        r"\*\*[^\s*][^*\n]*\*\*",
        r"^\|[^\n]*\|[ \t]*\r?\n\|[ \t:|-]+\|",
    )
)
"""What Markdown is made of: headings, lists, fences, quotations, links, strong words, tables."""


def score(head: str) -> float:
    """0.55 for an HTML element at the top and ends of such below it, or for a heading of Markdown with more of it below."""
    if _ELEMENT.match(head) and _ENDS.search(head):
        return 0.55
    return 0.55 if _HEADING.match(head) and any(sign.search(head.lstrip()) for sign in _SIGNS) else 0.0


def read(source: Source) -> tuple[Article, ...]:
    """One article."""
    draft = Draft(source, "markup")
    fill(draft, parse_body(source, 0, len(source.text)))
    return (draft.article(),)


READER = Reader(
    name="markup",
    recognised_by="an HTML element at the top, or a Markdown heading with more Markdown below it, and nothing before it",
    score=score,
    read=read,
)
