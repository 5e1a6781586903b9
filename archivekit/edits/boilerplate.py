"""Boilerplate: words that a profile knows to stand in many articles and to be part of none."""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from ..leaves import cut, hull, only_links, part, strip, words
from ..model import (
    Article,
    Block,
    Evidence,
    Figure,
    Heading,
    Image,
    Inline,
    Link,
    List,
    Paragraph,
    Quote,
    RelatedLink,
    Removal,
    inline_text,
    walk,
)
from ..profile import Boilerplate, Profile, fold
from .bylines import parse_credits
from .change import amend, evidence_of, removed, without, without_edge_rules

LONGEST = 1000
"""A line of more characters than this is somebody's text; of a block, so many are searched for a head or a tail."""
MOTTO = 24
"""An account's motto has at most this many characters."""
_LINE = re.compile(r"[^\n]+")
_BLANKS = re.compile(r"\s{2,}")


class _Words(NamedTuple):
    """The words of a block, as they are and as the rules see them."""

    block: Block
    raw: str
    seen: str
    line: str
    """What a ``line`` rule is held against: all that is seen, or nothing when it is too long."""
    lead: str
    """What a ``head`` or ``tail`` rule is searched in."""


class _Body(NamedTuple):
    """The words of a body, a string a block, so that a rule which fits nowhere is told at once."""

    raw: list[str]
    line: list[str]
    lead: list[str]
    inner: list[str]
    """The lines of the blocks that have several."""

    def may_fit(self, rule: Boilerplate) -> bool:
        """Whether a rule takes something out of this body; where it says no, it is right."""
        if rule.kind == "inline":
            return any(map(rule.pattern.search, self.raw[-rule.reach :]))
        if rule.kind == "line":
            fits = rule.pattern.fullmatch
            return any(map(fits, self.line[-rule.reach :])) or any(map(fits, self.inner))
        lead = self.lead[: rule.reach] if rule.kind == "head" else self.lead[-rule.reach :]
        return any(map(rule.pattern.search, lead))


class _Texts:
    """The words of blocks, worked out once a block, and of bodies, once a body."""

    def __init__(self) -> None:
        self._known: dict[int, _Words] = {}
        self._body: tuple[Block, ...] = ()
        self._words = _Body([], [], [], [])

    def of(self, block: Block) -> _Words:
        known = self._known.get(id(block))
        if known is None:
            raw = words(block)
            seen = _seen(raw)
            known = _Words(block, raw, seen, seen if len(seen) <= LONGEST else "", seen[:LONGEST])
            self._known[id(block)] = known
        return known

    def of_all(self, body: tuple[Block, ...]) -> _Body:
        if body is not self._body:
            found = [self.of(block) for block in body]
            inner = [_seen(line) for words_ in found if "\n" in words_.raw for line in _LINE.findall(words_.raw)]
            self._body = body
            self._words = _Body([w.raw for w in found], [w.line for w in found], [w.lead for w in found], inner)
        return self._words


def apply(article: Article, *profiles: Profile) -> Article:
    """Take out what the profiles name, each stretch with the rule that took it."""
    before, texts = article.body, _Texts()
    for profile in profiles:
        if profile.related == "lists":
            article = _related(article)
        for number, rule in enumerate(profile.boilerplate):
            article = _apply(article, rule, f"sites.{profile.name}.{rule.kind}-{number}", texts)
        if profile.platform and article.body != before:
            article = _unsigned(article, f"sites.{profile.name}.account")
    return _unruled(article) if article.body != before else article


def _unsigned(article: Article, name: str) -> Article:
    """The account's name, with its motto, that stood above the platform's reward button and is now the last thing said."""
    body = article.body
    told = [words(block).strip() if isinstance(block, (Paragraph, Heading)) else "" for block in body[-2:]]
    if len(body) < 4 or not any("赞赏作者" in removal.text for removal in article.provenance.removals):
        return article
    if _is_account(told[0], article) and 0 < len(told[-1]) <= MOTTO and not re.search(r"[。！？：:]", told[-1]):
        gone = body[-2:]
    elif _is_account(told[-1], article):
        gone = body[-1:]
    else:
        return article
    return amend(article, fields={"body": without(body, gone)}, removals=removed(gone, name))


def _is_account(text: str, article: Article) -> bool:
    """Whether a line is the account, or may be when nobody knows its name."""
    if article.publisher:
        return fold(text) == fold(article.publisher)
    return re.fullmatch(r"[\u4e00-\u9fffA-Za-z]{2,8}", text) is not None


def _unruled(article: Article) -> Article:
    """Rules at either end, which only set off what was taken out, go with it."""
    body = without_edge_rules(article.body)
    return amend(article, fields={"body": body}) if len(body) < len(article.body) else article


def _apply(article: Article, rule: Boilerplate, name: str, texts: _Texts) -> Article:
    if not texts.of_all(article.body).may_fit(rule):
        return article
    kind, reach, pattern = rule.kind, rule.reach, rule.pattern
    if kind == "inline":
        return _cut_out(article, rule, name, texts)
    body = article.body
    if kind == "line":
        gone = [block for block in body[-reach:] if _is_line(texts.of(block).seen, pattern) and not _shows(block)]
    elif kind == "tail":
        start = max(0, len(body) - reach)
        first = next((i for i in range(start, len(body)) if pattern.search(texts.of(body[i]).seen, 0, LONGEST)), len(body))
        gone = [block for block in body[first:] if not _is_credit(texts.of(block).seen)]
    else:
        last = next(
            (i for i in range(min(reach, len(body)) - 1, -1, -1) if pattern.search(texts.of(body[i]).seen, 0, LONGEST)), -1
        )
        gone = list(body[: last + 1])
    if gone:
        article = _kept_as(article, rule, tuple(gone), " ".join(words(block).strip() for block in gone), name)
        article = amend(article, fields={"body": without(body, gone)}, removals=removed(gone, name))
    return _cut_out(article, rule, name, texts) if kind == "line" else article


def _seen(text: str) -> str:
    """Words as a rule sees them: runs of white space as one space, or as one line break."""
    return _BLANKS.sub(lambda run: "\n" if "\n" in run.group() else " ", text.strip())


def _is_line(text: str, pattern: re.Pattern[str]) -> bool:
    return 0 < len(text) <= LONGEST and pattern.fullmatch(text) is not None


def _shows(block: Block) -> bool:
    """Whether a block is a picture, of which words are only the caption."""
    return isinstance(block, Figure) and bool(block.images)


def _is_credit(text: str) -> bool:
    """Whether words are credits, which stand last of all in many an article."""
    line = parse_credits(text, loose=len(text) <= 40)
    return line is not None and line.pure


# --- words inside a block ---------------------------------------------------------------------------------------


def _cut_out(article: Article, rule: Boilerplate, name: str, texts: _Texts) -> Article:
    """Take stretches (``inline``) or whole lines (``line``) out of paragraphs and headings."""
    encoding = article.provenance.source.encoding
    removals: list[Removal] = []
    body: list[Block] = []
    kind, pattern, first = rule.kind, rule.pattern, len(article.body) - rule.reach
    for index, block in enumerate(article.body):
        places = _places(texts.of(block).raw, kind, pattern) if index >= first else []
        if not places or not isinstance(block, (Paragraph, Heading)):
            body.append(block)
            continue
        children = block.children
        for start, end in reversed(places):
            taken = part(children, start, end, encoding)
            place = hull(taken)
            if place is None:
                continue
            article = _kept_as(article, rule, taken, inline_text(taken).strip(), name)
            removals.append(Removal(text=inline_text(taken), span=place, rule=name))
            children = strip(cut(children, start, end, encoding), encoding)
        if children:
            body.append(msgspec.structs.replace(block, children=children) if children is not block.children else block)
    return amend(article, fields={"body": tuple(body)}, removals=removals) if removals else article


def _places(text: str, kind: str, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    """The character ranges a rule takes out of a text."""
    if kind == "line":
        lines = _LINE.finditer(text) if "\n" in text else ()
        return [line.span() for line in lines if _is_line(_seen(line.group()), pattern)]
    group = "cut" if "cut" in pattern.groupindex else 0
    return [match.span(group) for match in pattern.finditer(text) if match.start(group) < match.end(group)]


# --- words worth keeping ----------------------------------------------------------------------------------------


def _kept_as(article: Article, rule: Boilerplate, gone: tuple[Block | Inline, ...], text: str, name: str) -> Article:
    """Words that leave the body but are worth a field; a field that is filled already stays as it is."""
    evidence = evidence_of(gone, name)
    match = rule.pattern.search(text)
    groups = match.groupdict() if match else {}
    if groups.get("via") and article.via is None:
        article = _with(article, "via", groups["via"].strip(), evidence)
    value = (groups.get("value") or text).strip()
    if rule.field in ("original", "related"):
        return _linked(article, gone, rule.field, evidence)
    if rule.field in ("rights", "via"):
        return _with(article, rule.field, value, evidence) if getattr(article, rule.field) is None else article
    if rule.field and rule.field not in article.extra:
        extra = {**article.extra, rule.field: value}
        return amend(article, fields={"extra": extra}, evidence={f"extra.{rule.field}": evidence} if evidence else {})
    return article


def _with(article: Article, field: str, value: str, evidence: Evidence | None) -> Article:
    return amend(article, fields={field: value}, evidence={field: evidence} if evidence else {})


def _linked(article: Article, gone: tuple[Block | Inline, ...], rel: str, evidence: Evidence | None) -> Article:
    """The links of words that lead elsewhere, as links of the record."""
    links = list(article.links)
    added: dict[str, Evidence] = {}
    for node in walk(gone):
        if isinstance(node, Link) and all(link.url != node.url for link in links):
            if evidence is not None:
                added[f"links.{len(links)}"] = evidence
            links.append(RelatedLink(rel=rel, url=node.url, title=inline_text(node.children).strip() or None))
    return amend(article, fields={"links": tuple(links)}, evidence=added)


# --- related articles -------------------------------------------------------------------------------------------


def _related(article: Article) -> Article:
    """Lists made of nothing but links are related articles: they become links of the record."""
    gone: list[Block] = []
    links: list[RelatedLink] = list(article.links)
    evidence = {}
    for block in article.body:
        if not isinstance(block, (List, Quote)) or any(isinstance(node, Image) for node in walk((block,))):
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
