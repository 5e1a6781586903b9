"""Foreign: formats that are text, too, but hold their articles packed in a way that no reader undoes."""

from __future__ import annotations

import re
from typing import Final

_FORMATS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), name)
    for pattern, name in (
        (r"\s*(?:<\?xml[^>]*>\s*)?(?:<(?:!--|\?)(?:(?!<).)*>\s*)*<(?:rss|feed|rdf:RDF)[\s>]", "an RSS or Atom feed"),
        (r"(?:[\w-]+:[^\n]*+\n(?:[ \t][^\n]*+\n)*+)*?Content-Type:\s*multipart/related\b", "a page saved as MHTML"),
        (r"WARC/\d\.\d\r?\n", "a WARC file of a crawl"),
        (r"\{\\rtf\d", "an RTF document"),
    )
)
"""What such a text begins with, and what it is."""


def foreign(head: str) -> str:
    """What the head of a text tells it to be that no reader reads; ``""`` for all that one does."""
    return next((name for form, name in _FORMATS if form.match(head)), "")
