"""Credits: who made the text, from bylines, credit lines at either end, datelines and front matter."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

import msgspec

from ..leaves import cut, hull, images, part, strip, words
from ..model import (
    Article,
    Block,
    Contributor,
    Evidence,
    Figure,
    Heading,
    Node,
    Paragraph,
    Removal,
    Role,
    Span,
    Text,
    inline_text,
    walk,
)
from ..profile import Profile, compiled
from .bylines import (
    SEPARATED,
    Credit,
    agency_line,
    by_their_work,
    dateline_credits,
    is_surnamed,
    label_of,
    parse_credits,
    reporters_line,
    source_named,
    speakers,
    split_names,
)
from .change import amend, removed

HEAD = 6
"""How many blocks at the top may be credits."""
TAIL = 9
"""How many blocks at the end may be credits."""
DEEPEST = 16
"""How many blocks at the top may be credits of a writer, a reporter or a translator."""
_ENDING = re.compile(r"[（(【\[](?P<inner>[^（()）【】\[\]]{3,80})[)）】\]]\s*(?P<number>\d{0,8})\s*$")
_DESCRIPTION = re.compile(r"\s*(归档|摘要|期刊|文献来源|原文|出处|DOI|来源|來源|编译|作者)\s*[：:]")
_NOBODY = re.compile(
    r"(?i:anonymous|admin|editor|staff)|\S{0,8}(?:记者|記者|编辑部|編輯部|新聞組|讀者來論|读者来论|綜合報道|综合报道)|佚名|匿名|未知"
)
"""Bylines that name no person."""
_LINKED = re.compile(r"\[(?P<name>[^\[\]]{1,60})\]\(\S{1,400}\)")
"""A byline with its address, as Markdown has it."""
_NAMED = re.compile(r"(?:byline|authors?)(?:\.\d+)?\.name")
"""Where the name stands of an author who is told by name, address and so on."""


class _Found:
    """What has been found on the way through an article."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self.contributors: list[Contributor] = list(article.contributors)
        self.evidence: dict[str, Evidence] = {}
        self.removals: list[Removal] = []
        self.gone: list[Block] = []

    def credit(self, role: Role, name: str, span: Span | None, raw: str, rule: str) -> None:
        name = re.sub(r"\s+", " ", name).strip()
        if any(c.role == role and c.name.casefold() == name.casefold() for c in self.contributors):
            return
        if any(c.name.casefold() == name.casefold() and {c.role, role} <= {"aut", "rpt"} for c in self.contributors):
            return
        self.evidence[f"contributors.{len(self.contributors)}"] = Evidence(span=span, raw=raw, rule=rule)
        self.contributors.append(Contributor(name=name, role=role))

    def repeated(self, paths: Iterable[str], known: int) -> None:
        """Record what stands at places whose names none of the contributors from number ``known`` on came from: they were
        known before."""
        witnesses = [self.evidence[f"contributors.{number}"].span for number in range(known, len(self.contributors))]
        for path in paths:
            entry = self.article.provenance.evidence.get(path)
            if entry is not None and entry.span is not None and entry.span not in witnesses:
                self.removals.append(Removal(text=entry.raw, span=entry.span, rule="credits.repeated"))

    def block(self, block: Block, credits_: Iterable[Credit], rule: str) -> None:
        children = block.children if isinstance(block, (Paragraph, Heading)) else ()
        encoding = self.article.provenance.source.encoding
        for credit in credits_:
            place = hull(part(children, credit.start, credit.end, encoding))
            self.credit(credit.role, credit.name, place, "", rule)


def apply(article: Article, profile: Profile | None) -> Article:
    """Read contributors; take pure credit lines out of the body."""
    article = _from_extra(article, profile)
    found = _Found(article)
    _lines(article, found)
    _profile_bylines(article, profile, found)
    article = amend(
        article,
        fields={"body": _left(article.body, found.gone), "contributors": tuple(found.contributors)},
        evidence=found.evidence,
        removals=[*found.removals, *removed(_wordy(found.gone), "credits.line")],
    )
    return _endings(article)


def _left(body: tuple[Block, ...], gone: list[Block]) -> tuple[Block, ...]:
    """The body without the blocks that are gone; their pictures stay."""
    out: list[Block] = []
    for block in body:
        if not any(block is other for other in gone):
            out.append(block)
        elif images((block,)):
            out.append(Figure(tuple(images((block,)))))
    return tuple(out)


def _wordy(gone: list[Block]) -> list[Node]:
    """What is removed of blocks whose pictures stay: their words."""
    out: list[Node] = []
    for block in gone:
        out.extend([leaf for leaf in walk((block,)) if isinstance(leaf, Text)] if images((block,)) else [block])
    return out


# --- front matter and address -----------------------------------------------------------------------------------


def _from_extra(article: Article, profile: Profile | None) -> Article:
    """``author`` of the front matter and the byline of the page are people, unless they are the publisher."""
    found = _Found(article)
    extra = dict(article.extra)
    moved: list[str] = []
    for key in ("byline", "author", "authors", *(key for key in article.extra if _NAMED.fullmatch(key))):
        raw = extra.get(key)
        if not raw:
            continue
        values = raw if isinstance(raw, tuple) else (raw,)
        paths = [f"extra.{key}.{number}" for number in range(len(values))] if isinstance(raw, tuple) else [f"extra.{key}"]
        known = len(found.contributors)
        taken = [_author(found, value, path) for value, path in zip(values, paths, strict=True)]
        if all(taken):
            del extra[key]
            moved.extend([f"extra.{key}", *paths])
            found.repeated(paths, known)
    notes = extra.get("footer", ())
    for number, note in enumerate(notes if isinstance(notes, tuple) else (notes,)):
        line = parse_credits(note)
        if line is not None and line.pure:
            entry = article.provenance.evidence.get(f"extra.footer.{number}")
            for credit in line.credits:
                found.credit(credit.role, credit.name, entry.span if entry else None, "", "credits.footer")
    fields = {"extra": extra, "contributors": tuple(found.contributors)}
    return amend(article, fields=fields, evidence=found.evidence, removals=found.removals, drop_evidence=moved)


def _author(found: _Found, value: str, path: str) -> bool:
    """Whether a byline was understood as names."""
    entry = found.article.provenance.evidence.get(path)
    text = re.sub(r"^\s*(?:by|BY|By)\s+", "", html.unescape(value))
    if linked := _LINKED.fullmatch(text.strip()):
        text = linked["name"]
    if _NOBODY.fullmatch(text.strip()):
        return False
    line = parse_credits(text, loose=True)
    span = entry.span if entry else None
    told = line.credits if line is not None else by_their_work(text)
    for credit in told:
        found.credit(credit.role, credit.name, span, "", entry.rule if entry else "credits.author")
    if told:
        return True
    role: Role = "rpt" if re.match(r"^(?:實習|实习|特約|特约)?(?:記者|记者)", text) else "aut"
    names, _ = split_names(re.sub(r"^(?:實習|实习|特約|特约)?(?:記者|记者)\s*", "", text))
    for name, _, _ in names:
        found.credit(role, name, span, "", entry.rule if entry else "credits.author")
    if not names and 0 < len(text.strip()) <= 40:
        found.credit(role, text.strip(), span, "", entry.rule if entry else "credits.author")
        return True
    return bool(names)


# --- credit lines -----------------------------------------------------------------------------------------------


def _lines(article: Article, found: _Found) -> None:
    body = article.body
    size = len(body)
    continued: Role | None = None
    texts = [inline_text(block.children) if isinstance(block, (Paragraph, Heading)) else "" for block in body]
    asked = speakers(texts)
    for index, (block, text) in enumerate(zip(body, texts, strict=True)):
        at_edge = index < HEAD or index >= size - TAIL
        if not isinstance(block, (Paragraph, Heading)) or (continued is None and index >= DEEPEST and not at_edge):
            continue
        if continued is not None:
            role, continued = continued, None
            names, _ = split_names(text.split("，")[0][:60])
            if names and "，" in text:
                found.block(block, [Credit(role, *name) for name in names[:1]], "credits.continued-line")
                continued = role if text.rstrip().endswith(("；", ";")) else None
                continue
        line = parse_credits(text, loose=at_edge and not isinstance(block, Heading))
        if line is None and at_edge and (named := source_named(text)):
            found.block(block, named[1], "credits.behind-source")
            continue
        if line is None or (label_of(text) in asked and len(line.credits) == 1 and not is_surnamed(line.credits[0].name)):
            _unlabelled(found, block, text, index, size)
            continue
        if not at_edge and not (index < DEEPEST and any(c.role in ("aut", "trl", "rpt") for c in line.credits)):
            continue
        found.block(block, line.credits, "credits.line")
        if line.pure and at_edge and not _introduces(body, index):
            found.gone.append(block)
        elif text.rstrip().endswith(("；", ";")):
            continued = line.credits[-1].role


def _unlabelled(found: _Found, block: Block, text: str, index: int, size: int) -> None:
    """Names without a label: a line of reporters, a last line with agencies, a dateline."""
    if index < 3 or index >= size - 3:
        names = reporters_line(text)
        if names:
            found.block(block, [Credit("rpt", *name) for name in names], "credits.reporters-line")
            found.gone.append(block)
            return
    if index >= size - 3:
        names = agency_line(text)
        if names:
            found.block(block, [Credit("aut", *name) for name in names], "credits.agency-line")
            found.gone.append(block)
            return
    if index < HEAD:
        found.block(block, dateline_credits(text), "credits.dateline")


def _introduces(body: tuple[Block, ...], index: int) -> bool:
    """Whether a credit line stands in a block of description (``作者：…`` ``来源：…`` ``归档：…``) that is part of the text."""
    near = [words(block) for block in body[max(0, index - 3) : index + 4] if block is not body[index]]
    described = [
        text
        for text in near
        if re.match(r"\s*(归档|归档|摘要|期刊|文献来源|原文|出处|DOI|来源|來源|编译|作者)\s*[：:]", text) and len(text) > 24
    ]
    return bool(described) and index < len(body) // 2


def _profile_bylines(article: Article, profile: Profile | None, found: _Found) -> None:
    for block in article.body[:HEAD] if profile else ():
        if not isinstance(block, (Paragraph, Heading)) or any(block is other for other in found.gone):
            continue
        text = inline_text(block.children)
        for pattern in profile.bylines if profile else ():
            match = compiled(pattern).search(text)
            if match is None:
                continue
            names, _ = split_names(match.group("name"), match.start("name"))
            found.block(block, [Credit("aut", *name) for name in names], "credits.profile-byline")
            if match.end() - match.start() >= len(text.strip()):
                found.gone.append(block)


# --- credits at the end of a paragraph --------------------------------------------------------------------------


def _endings(article: Article) -> Article:
    """Credits glued to the end of one of the last paragraphs: ``…（编辑：某某）``, ``… 记者：X 责编：Y``."""
    found = _Found(article)
    body = list(article.body)
    encoding = article.provenance.source.encoding
    for index in range(max(0, len(body) - 4), len(body)):
        block = body[index]
        if not isinstance(block, Paragraph):
            continue
        text = inline_text(block.children)
        place = _ending(text)
        if place is None or place == 0:
            continue
        line = parse_credits(re.sub(r"[)）】\]]\s*\d{0,8}\s*$", "", text[place:]), loose=True)
        if line is None:
            continue
        shifted = [credit._replace(start=credit.start + place, end=credit.end + place) for credit in line.credits]
        found.block(block, shifted, "credits.ending")
        span = hull(part(block.children, place, len(text), encoding))
        if span is not None:
            found.removals.append(Removal(text=text[place:], span=span, rule="credits.ending"))
        body[index] = msgspec.structs.replace(block, children=strip(cut(block.children, place, len(text), encoding), encoding))
    if not found.removals:
        return article
    fields = {"body": tuple(body), "contributors": tuple(found.contributors)}
    return amend(article, fields=fields, evidence=found.evidence, removals=found.removals)


def _ending(text: str) -> int | None:
    """Where the credits at the end of a paragraph begin."""
    match = _ENDING.search(text)
    if match:
        line = parse_credits(match.group("inner"), loose=True)
        return match.start() if line is not None and line.pure else None
    for head in SEPARATED.finditer(text, max(0, len(text) - 80)):
        line = parse_credits(text[head.start() :])
        if line is not None and line.pure and (len(line.credits) >= 2 or text[: head.start()].rstrip()[-1:] in "。！？”」）)"):
            return head.start()
        return None
    return None
