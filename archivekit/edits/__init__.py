"""Edits: pure functions Article → Article, one concern each, that record what they did. Here is their order."""

from __future__ import annotations

from typing import Any

import msgspec

from ..leaves import join
from ..model import Article, Evidence, Removal, plain_text
from ..profile import Profile
from ..source import Source
from . import (
    boilerplate,
    captions,
    clock,
    credits,
    figures,
    headings,
    language,
    links,
    origin,
    page_dates,
    publisher,
    related,
    rights,
    title_marks,
    titles,
)
from .change import amend, without_edge_rules
from .rewrite import INLINE_PARTS, rewrite


def apply(article: Article, profile: Profile | None, common: Profile) -> Article:
    """Everything that is done to an article between its reader and the record."""
    profiles = (profile, common) if profile is not None else (common,)
    article = links.apply(article, _addresses(profile, common))
    article = publisher.apply(article, profile)
    article = title_marks.apply(article, profile)
    article = titles.apply(article)
    article = origin.apply(article)
    article = captions.apply(article, profile)
    article = boilerplate.apply(article, *profiles)
    article = related.apply(article)
    article = page_dates.apply(article)
    article = credits.apply(article, profile)
    article = rights.apply(article)
    article = publisher.settle(article)
    article = figures.apply(article, *profiles)
    article = headings.apply(article)
    article = clock.apply(article, profile)
    article = language.apply(article)
    name = profile.name if profile is not None else None
    return msgspec.structs.replace(article, provenance=msgspec.structs.replace(article.provenance, profile=name))


def _addresses(profile: Profile | None, common: Profile) -> Profile:
    """What is common to all publishers, with the proxies and the visitor counting of one."""
    if profile is None:
        return common
    proxies = {**common.proxies, **profile.proxies}
    return msgspec.structs.replace(common, proxies=proxies, tracking=common.tracking + profile.tracking)


def finish(article: Article, source: Source) -> Article:
    """Join what belongs together, spell the evidence out from the source, derive the plain text."""
    solid = frozenset(removal.span.start for removal in article.provenance.removals)

    def change(node: Any) -> Any:
        fields = {}
        for name in INLINE_PARTS[type(node)]:
            old = getattr(node, name)
            joined = join(old, solid)
            if joined is not old:
                fields[name] = joined
        return msgspec.structs.replace(node, **fields) if fields else node

    body = rewrite(without_edge_rules(article.body), change, frozenset(INLINE_PARTS))
    evidence = {path: _spelled(entry, source) for path, entry in article.provenance.evidence.items()}
    removals = tuple(_told(removal, source) for removal in article.provenance.removals)
    provenance = msgspec.structs.replace(
        article.provenance,
        evidence=dict(sorted(evidence.items())),
        removals=tuple(sorted(removals, key=lambda removal: (removal.span, removal.rule))),
    )
    return msgspec.structs.replace(article, body=body, text=plain_text(body), provenance=provenance)


def _spelled(entry: Evidence, source: Source) -> Evidence:
    if entry.span is None or entry.raw:
        return entry
    return msgspec.structs.replace(entry, raw=_decoded(source, entry.span.start, entry.span.end))


def _told(removal: Removal, source: Source) -> Removal:
    if removal.text:
        return removal
    return msgspec.structs.replace(removal, text=_decoded(source, removal.span.start, removal.span.end))


def _decoded(source: Source, start: int, end: int) -> str:
    return source.data[start:end].decode(source.encoding, "replace")


__all__ = ["amend", "apply", "finish", "origin"]
