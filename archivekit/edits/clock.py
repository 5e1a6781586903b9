"""Clock: the zone of times whose source does not state it, or states it wrongly."""

from __future__ import annotations

from ..dates import with_zone
from ..model import Article, Moment, Notice
from ..profile import Profile
from .change import amend


def apply(article: Article, profile: Profile | None) -> Article:
    """Give naive times the site's zone; a time whose zone nobody knows earns a Notice."""
    fields: dict[str, object] = {}
    notices: list[Notice] = []
    for field in ("published", "modified"):
        moment = getattr(article, field)
        if not isinstance(moment, Moment) or moment.precision not in ("minute", "second"):
            continue
        evidence = article.provenance.evidence.get(field)
        raw = evidence.raw if evidence else ""
        if profile is not None and profile.timezone:
            if moment.zone_basis == "none":
                fields[field] = with_zone(moment, profile.timezone)
                continue
            if moment.zone_basis == "stated" and any(label in raw for label in profile.mislabelled):
                fields[field] = with_zone(moment, profile.timezone, override=True)
                message = f"{raw!r} shows local time of {profile.timezone} under a wrong label"
                notices.append(Notice(id="date.zone-mislabelled", message=message, span=evidence.span if evidence else None))
                continue
        if moment.zone_basis == "none":
            message = f"the zone of {moment.value} is not stated and not known"
            notices.append(Notice(id="date.zone-unknown", message=message, span=evidence.span if evidence else None))
    return amend(article, fields=fields, notices=notices) if fields or notices else article
