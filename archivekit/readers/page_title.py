"""The title of a built page without what the site adds to it: ``Bees on the roof | The Harbour Review``."""

from __future__ import annotations

import re
from collections.abc import Collection

from ..profile import fold
from .draft import Draft

LONGEST = 300
"""A title of more characters is not looked at."""
_PARTED = re.compile(r"\s*+[|｜_/\-–—·•»]++\s*+")


def bare_title(title: str, headlines: Collection[str], site: str) -> str:
    """The part of a title before a bar, dash or the like that the page shows as its headline, or that only the name of the
    site follows; the whole title where there is none."""
    shown = {fold(headline) for headline in headlines}
    named = fold(site)
    if fold(title) in shown or len(title) > LONGEST:
        return title
    parts = [(title[: match.start()], fold(title[match.end() :])) for match in _PARTED.finditer(title)]
    for head, tail in parts:
        if head and tail and fold(head) != named and (tail == named or (fold(head) in shown and tail not in shown)):
            return head
    return title


def trim(draft: Draft, headlines: Collection[str], site: str) -> None:
    """Leave of the draft's title what is the article's own; the evidence is that part of it."""
    title = draft.fields.get("title")
    bare = bare_title(title, headlines, site) if title else title
    if bare == title or not bare:
        return
    draft.fields["title"] = bare
    found = draft.evidence["title"]
    at = found.raw.find(bare)
    if at >= 0 and found.span is not None:
        start = draft.source.char(found.span.start) + at
        draft.witness("title", start, start + len(bare), found.rule)
