"""Boilerplate: words that a profile knows to stand in many articles and to be part of none."""

from __future__ import annotations

import re

import msgspec

from ..leaves import cut, hull, part, strip, words
from ..model import Article, Block, Heading, Link, List, Paragraph, Quote, RelatedLink, Removal, inline_text, walk
from ..profile import Boilerplate, Profile
from .change import amend, evidence_of, removed, without
from .links import only_links


def apply(article: Article, *profiles: Profile) -> Article:
    """Take out what the profiles name, each stretch with the rule that took it."""
    for profile in profiles:
        if profile.related == "lists":
            article = _related(article)
        for number, rule in enumerate(profile.boilerplate):
            article = _apply(article, rule, f"sites.{profile.name}.{rule.kind}-{number}")
    return article


def _apply(article: Article, rule: Boilerplate, name: str) -> Article:
    if rule.kind == "inline":
        return _inline(article, rule, name)
    body = article.body
    texts = [words(block).strip() for block in body]
    if rule.kind == "line":
        gone = [block for block, text in zip(body, texts, strict=True) if text and rule.pattern.fullmatch(text)]
    elif rule.kind == "tail":
        first = next((i for i in range(max(0, len(body) - rule.within), len(body)) if rule.pattern.search(texts[i])), len(body))
        gone = list(body[first:])
    else:
        last = next((i for i in range(min(rule.within, len(body)) - 1, -1, -1) if rule.pattern.search(texts[i])), -1)
        gone = list(body[: last + 1])
    if not gone:
        return article
    article = _kept_as(article, rule, gone, name)
    return amend(article, fields={"body": without(body, gone)}, removals=removed(gone, name))


def _kept_as(article: Article, rule: Boilerplate, gone: list[Block], name: str) -> Article:
    """Words that leave the body but are worth a field."""
    if not rule.field:
        return article
    text = " ".join(words(block).strip() for block in gone)
    evidence = evidence_of(tuple(gone), name)
    if rule.field in ("rights", "via") and getattr(article, rule.field) is None:
        match = rule.pattern.search(text)
        value = match.group("value") if match and "value" in rule.pattern.groupindex else text
        return amend(article, fields={rule.field: value.strip()}, evidence={rule.field: evidence} if evidence else {})
    if rule.field == "original":
        found = [node for block in gone for node in walk((block,)) if isinstance(node, Link)]
        links = [
            *article.links,
            *(RelatedLink(rel="original", url=link.url, title=inline_text(link.children)) for link in found),
        ]
        return amend(article, fields={"links": tuple(links)})
    if rule.field in ("bio", "excerpt") and rule.field not in article.extra:
        extra = {**article.extra, rule.field: text}
        return amend(article, fields={"extra": extra}, evidence={f"extra.{rule.field}": evidence} if evidence else {})
    return article


def _related(article: Article) -> Article:
    """Lists made of nothing but links are related articles: they become links of the record."""
    gone: list[Block] = []
    links: list[RelatedLink] = list(article.links)
    evidence = {}
    for block in article.body:
        if not isinstance(block, (List, Quote)):
            continue
        found = only_links(block)
        if not found:
            continue
        gone.append(block)
        for link in found:
            entry = evidence_of((link,), "boilerplate.related-list")
            if entry is not None:
                evidence[f"links.{len(links)}"] = entry
            links.append(RelatedLink(rel="related", url=link.url, title=inline_text(link.children).strip() or None))
    if not gone:
        return article
    fields = {"body": without(article.body, gone), "links": tuple(links)}
    return amend(article, fields=fields, evidence=evidence, removals=removed(gone, "boilerplate.related-list"))


def _inline(article: Article, rule: Boilerplate, name: str) -> Article:
    encoding = article.provenance.source.encoding
    removals: list[Removal] = []
    body: list[Block] = []
    for block in article.body:
        if isinstance(block, (Paragraph, Heading)):
            block, taken = _cut_matches(block, rule.pattern, encoding, name)
            removals.extend(taken)
            if not block.children:
                continue
        body.append(block)
    return amend(article, fields={"body": tuple(body)}, removals=removals) if removals else article


def _cut_matches(
    block: Paragraph | Heading, pattern: re.Pattern[str], encoding: str, name: str
) -> tuple[Paragraph | Heading, list[Removal]]:
    removals: list[Removal] = []
    children = block.children
    for match in reversed(list(pattern.finditer(inline_text(children)))):
        start, end = match.span("cut") if "cut" in pattern.groupindex else match.span()
        if start == end:
            continue
        place = hull(part(children, start, end, encoding))
        if place is not None:
            removals.append(Removal(text=inline_text(children)[start:end], span=place, rule=name))
            children = strip(cut(children, start, end, encoding), encoding)
    return (msgspec.structs.replace(block, children=children), removals) if removals else (block, [])
