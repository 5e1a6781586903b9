"""The front-matter envelope of Hexo, Jekyll and Hugo: YAML, TOML or JSON, then HTML or Markdown."""

from __future__ import annotations

import re

from ..model import Article
from ..source import Source
from .body import fill, parse_body
from .draft import Draft
from .envelope import Reader
from .front_matter import is_bare, split
from .keys import fill_keys

_OPENING = re.compile(
    r"\s*+(?:---[ \t]*+\r?\n(?=\s*+(?:#[^\n]*+\n\s*+)*+[\"'\w][^\n:]*+:)|\+\+\+[ \t]*+\r?\n(?=\s*+[\w\"]++[^\n=]*+=))"
)


def score(head: str) -> float:
    """0.9 for an opening fence with a key below it, 0.88 for keys and a title down to a fence, 0.85 for a JSON object with a
    title, else 0."""
    if _OPENING.match(head):
        return 0.9
    if is_bare(head):
        return 0.88
    return 0.85 if re.match(r"\s*\{[^{}]*\"title\"\s*:", head) and not head.lstrip().startswith('{"schema"') else 0.0


def read(source: Source) -> tuple[Article, ...]:
    """One article."""
    draft = Draft(source, "front-matter")
    front = split(source.text, source.limits)
    if front is None:
        draft.notice("front-matter.none", "no front matter could be read; the whole file is taken as the body")
    else:
        fill_keys(draft, front)
    start = front.body_start if front else 0
    fill(draft, parse_body(source, start, len(source.text)))
    return (draft.article(),)


READER = Reader(
    name="front-matter",
    recognised_by="YAML between or above `---` lines, TOML between `+++` lines or JSON at the top; HTML or Markdown follows",
    score=score,
    read=read,
)
