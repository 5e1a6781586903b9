"""Language: BCP 47, decided by the characters of the text and not by who published it."""

from __future__ import annotations

import re

from ..languages import decide
from ..model import Article, Evidence, plain_text
from .change import amend


def apply(article: Article) -> Article:
    """Fill ``language`` from title and body; from what was taken out of the body when nothing is left of it."""
    rule, text = "language.characters", (article.title or "") + "\n" + plain_text(article.body)
    if not re.search(r"[^\W\d_]", text):
        rule, text = "language.removed-text", "\n".join(removal.text for removal in article.provenance.removals)
    language, found = decide(text)
    detail = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    evidence = Evidence(span=None, raw="", rule=rule, detail=detail or "no letters")
    return amend(article, fields={"language": language}, evidence={"language": evidence})
