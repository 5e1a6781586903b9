"""The stamped envelope: ``<!--epoch ms-->``, ``[title](url)``, ``------``, then HTML.

Three variants: with the comment; without it but with a ``日期：`` line; and either of them below YAML front matter.
"""

from __future__ import annotations

import html as entities
import re

from ..dates import from_epoch, parse_moment
from ..markup import html
from ..model import Article
from ..source import Source
from .body import fill
from .draft import Draft
from .envelope import Reader
from .front_matter import FrontMatter, split
from .keys import fill_keys

STAMP = re.compile(
    r"\s*(?:<!--\s*(?P<epoch>\d{9,16})\s*-->[ \t]*\r?\n\s*)?"
    r"\[(?P<title>[^\n]*)\]\((?P<url>[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)\)[ \t]*\r?\n-{3,}[ \t]*(?:\r?\n|\Z)"
    r"(?:\s*(?P<label>日期|時間|时间|Date)[：:][ \t]*(?P<date>[^\n<]+)\r?\n)?"
)
_REFERENCE = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
"""In an address only what ends with a semicolon is one: ``&copy=1`` is a parameter."""


def score(head: str) -> float:
    """1 for a stamp with an epoch, 0.95 without one; also below front matter."""
    match = STAMP.match(head)
    if match is None:
        fence = re.match(r"\s*---[ \t]*\r?\n.*?\n---[ \t]*\r?\n", head, re.S)
        match = STAMP.match(head, fence.end()) if fence else None
        if match is None:
            return 0.0
    return 1.0 if match.group("epoch") else 0.95


def read(source: Source) -> tuple[Article, ...]:
    """One article."""
    draft = Draft(source, "stamped")
    front = split(source.text, source.limits)
    match = STAMP.match(source.text, front.body_start if front else 0)
    if match is None:
        front = None
        match = STAMP.match(source.text)
    if match is None:
        fence = re.search(r"^---[ \t]*\r?\n(?=\s*(?:<!--\s*\d+\s*-->\s*)?\[)", source.text, re.M)
        match = STAMP.match(source.text, fence.end()) if fence else None
        if match is not None and fence is not None:
            _unread(draft, fence.start())
    start = match.end() if match else 0
    fill(draft, html.parse(source, start, len(source.text)))
    if match:
        _stamp(draft, match)
    if front is not None:
        _front(draft, front)
    return (draft.article(),)


def _unread(draft: Draft, end: int) -> None:
    """What stands between fences above a stamp and is no front matter is taken out, and said to be."""
    head = draft.source.text[:end]
    words = head.strip("\ufeff \t\r\n-")
    if words:
        start = head.index(words)
        draft.remove(start, start + len(words), "stamped.unread-head")


def _stamp(draft: Draft, match: re.Match[str]) -> None:
    """Title, address and the feed's time."""
    title = entities.unescape(match.group("title")).strip()
    if title:
        draft.set("title", title, match.start("title"), match.end("title"), "stamped.title")
    if match.group("url"):
        url = _REFERENCE.sub(lambda found: entities.unescape(found[0]), match.group("url"))
        draft.set("url", url, match.start("url"), match.end("url"), "stamped.url")
    for group in ("epoch", "date"):
        raw = (match.group(group) or "").strip()
        if not raw:
            continue
        moment = from_epoch(raw) if group == "epoch" else parse_moment(raw)
        start = match.start(group)
        if moment is None:
            draft.keep(group, raw, start, start + len(raw), f"stamped.{group}")
            draft.notice("date.not-understood", f"{raw!r} is not a date", start, start + len(raw))
        elif "published" in draft.fields:
            draft.keep("feed_published", moment.value, start, start + len(raw), f"stamped.{group}")
        else:
            draft.set("published", moment, start, start + len(raw), f"stamped.{group}")
    if match.group("label"):
        draft.remove(match.start("label"), match.end("label") + 1, "stamped.label")


def _front(draft: Draft, front: FrontMatter) -> None:
    """Front matter above a stamp repeats it; what it adds is taken, what it repeats is kept beside."""
    fill_keys(draft, front)


READER = Reader(
    name="stamped",
    recognised_by="`<!--epoch-->`, `[title](url)` and a line of dashes at the top, also below front matter; HTML follows",
    score=score,
    read=read,
)
