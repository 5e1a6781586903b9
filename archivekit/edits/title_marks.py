"""Title marks: what a publisher's pages add to a title, and the source that a title names first."""

from __future__ import annotations

from ..model import Article, Evidence
from ..profile import Profile, compiled
from .change import amend

LONGEST = 80
"""A suffix has at most this many characters."""


def apply(article: Article, profile: Profile | None) -> Article:
    """Take the marks a profile knows off the end of a title; a source named first becomes ``via``, the title stays."""
    if profile is None or article.title is None:
        return article
    title = article.title.rstrip()
    for pattern in profile.title_suffix:
        end = max(0, len(title) - LONGEST)
        match = compiled(rf"(?:{pattern})$").search(title, end)
        if match is not None and title[: match.start()].strip():
            title = title[: match.start()].rstrip()
    fields: dict[str, object] = {"title": title} if title != article.title.rstrip() else {}
    evidence: dict[str, Evidence] = {}
    named = compiled(profile.title_source).match(title) if profile.title_source and article.via is None else None
    if named is not None and named.group("via").strip():
        fields["via"] = named.group("via").strip()
        known = article.provenance.evidence.get("title")
        if known is not None:
            evidence["via"] = Evidence(span=known.span, raw=known.raw, rule=f"sites.{profile.name}.title-source")
    return amend(article, fields=fields, evidence=evidence) if fields else article
