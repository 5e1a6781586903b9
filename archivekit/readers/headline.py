"""The headline envelope of mirrors: ``### title`` over a line of dashes, lines of links, an HTML page, a foot of links."""

from __future__ import annotations

import re

from ..model import Article
from ..source import Source
from .body import fill, parse_body
from .draft import Draft
from .envelope import Reader

_HEAD = re.compile(r"\s*#{1,6}[ \t]+(?P<title>[^\n]+?)[ \t#]*\r?\n-{3,}[ \t]*\r?\n")
_GAP = r"(?:[ \t|｜·]|&nbsp;)*"
_NAVIGATION = re.compile(rf"\s*#{{0,6}}[ \t]*\[[^\]\n]+\]\([^)\n]*\)(?:{_GAP}\[[^\]\n]+\]\([^)\n]*\))*{_GAP}(?=\r?\n|\Z)")
_FOOT = re.compile(r"^(?:<hr\s*/?>|-{3,}[ \t]*\r?\n(?=\s*#{1,6}[ \t]*\[))", re.M | re.I)
_ORIGINAL = re.compile(
    r"(?:原文地址|原文链接|原文鏈接|原文連結|阅读原文|閱讀原文|原文)[^:：\n]{0,12}[:：]\s*(?P<url>https?://[^\s<>\"']+)"
)


def score(head: str) -> float:
    """0.9 for a headline over dashes with a line of links below it; 0.6 with HTML right below it."""
    match = _HEAD.match(head)
    if match is None:
        return 0.0
    if _NAVIGATION.match(head, match.end()):
        return 0.9
    return 0.6 if re.match(r"\s*<[a-zA-Z]", head[match.end() :]) else 0.0


def read(source: Source) -> tuple[Article, ...]:
    """One article."""
    draft = Draft(source, "headline")
    text = source.text
    start, end = 0, len(text)
    match = _HEAD.match(text)
    if match:
        draft.set("title", match.group("title").strip(), match.start("title"), match.end("title"), "headline.title")
        start = match.end()
    while (links := _NAVIGATION.match(text, start)) is not None and links.end() > start:
        draft.remove(links.start(), links.end(), "headline.navigation")
        start = links.end()
    foot = _foot(text, start)
    if foot is not None:
        end = foot
        original = _ORIGINAL.search(text, foot)
        if original:
            draft.set("url", original.group("url"), original.start("url"), original.end("url"), "headline.original-address")
        draft.remove(foot, len(text), "headline.foot")
    fill(draft, parse_body(source, start, end))
    return (draft.article(),)


def _foot(text: str, start: int) -> int | None:
    """Where the links under the article begin: the first of the last rules that have no running text after them."""
    found: int | None = None
    end = len(text)
    for match in reversed(list(_FOOT.finditer(text, start))):
        between = re.sub(r"<[^>]*>|\[[^\]]*\]\([^)]*\)|https?://\S+", "", text[match.end() : end])
        if re.search(r"[\u4e00-\u9fff，。]{40}", between):
            break
        found, end = match.start(), match.start()
    rest = text[found:] if found is not None else ""
    return found if _ORIGINAL.search(rest) or re.search(r"^#{1,6}[ \t]*\[", rest, re.M) else None


READER = Reader(
    name="headline",
    recognised_by="`### title` over a line of dashes, then a line of links or HTML; often a foot with the original address",
    score=score,
    read=read,
)
