"""Publisher: who published the text, from the profile, the feed's name or the account."""

from __future__ import annotations

from ..model import Article, Evidence
from ..profile import Profile, fold
from .change import amend


def apply(article: Article, profile: Profile | None) -> Article:
    """Fill ``publisher``; a front matter ``author`` that is the outlet, and not a person, is taken from ``extra``."""
    outlet = _outlet(article, profile)
    extra = dict(article.extra)
    evidence: dict[str, Evidence] = {}
    dropped: list[str] = []
    value = article.publisher
    known = article.provenance.evidence
    if outlet is not None:
        name = str(extra.pop("author"))
        dropped.append("extra.author")
        if "extra.author" in known:
            evidence["publisher"] = known["extra.author"]
        if value is None:
            value = name
        if profile is not None and profile.publisher and fold(name) != fold(profile.publisher):
            extra["feed"] = name
            if "extra.author" in known:
                evidence["extra.feed"] = known["extra.author"]
    if profile is not None and profile.publisher:
        value = profile.publisher
        if "publisher" not in evidence:
            evidence["publisher"] = _why(article, profile)
    if value == article.publisher and not dropped:
        return article
    return amend(article, fields={"publisher": value, "extra": extra}, evidence=evidence, drop_evidence=dropped)


def settle(article: Article) -> Article:
    """At the end: a source line, or the name a page gives its site, is the publisher when no other is known.

    Nothing is republished from itself.
    """
    via, publisher = article.via, article.publisher
    site = article.extra.get("site")
    if publisher is None and isinstance(site, str) and site.strip():
        known = article.provenance.evidence
        found = {"publisher": known["extra.site"]} if "extra.site" in known else {}
        extra = {key: value for key, value in article.extra.items() if key != "site"}
        publisher, fields = site.strip(), {"publisher": site.strip(), "extra": extra}
        article = amend(article, fields=fields, evidence=found, drop_evidence=["extra.site"])
    if via is None:
        return article
    if publisher is not None:
        same = fold(via) == fold(publisher)
        return amend(article, fields={"via": None}) if same else article
    known = article.provenance.evidence
    evidence = {"publisher": known["via"]} if "via" in known else {}
    return amend(article, fields={"publisher": via, "via": None}, evidence=evidence, drop_evidence=["via"])


def _outlet(article: Article, profile: Profile | None) -> str | None:
    """The front matter's ``author`` when it names an outlet or account."""
    author = article.extra.get("author")
    if not isinstance(author, str) or not author.strip():
        return None
    if profile is not None:
        if profile.author_is == "person":
            return None
        spellings = {fold(name) for name in (profile.publisher or "", *profile.names) if name}
        if profile.platform or profile.author_is == "publisher" or fold(author) in spellings:
            return author
    listed = {fold(value) for value in (*article.categories, *article.tags)}
    return author if fold(author) in listed else None


def _why(article: Article, profile: Profile) -> Evidence:
    """Evidence for a publisher known by address, by name or by a sign in the text."""
    known = article.provenance.evidence
    for path in ("url", "extra.author", "categories.1", "categories.0"):
        if path in known and (path != "url" or profile.hosts):
            return Evidence(span=known[path].span, raw=known[path].raw, rule=f"sites.{profile.name}")
    return Evidence(span=None, raw="", rule=f"sites.{profile.name}", detail="recognised by its text")
