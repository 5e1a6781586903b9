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
    dateline_reporters,
    parse_credits,
    reporters_line,
    split_names,
)
from .change import amend, removed, without

HEAD = 6
"""How many blocks at the top may be credits."""
TAIL = 9
"""How many blocks at the end may be credits."""
_SOURCE = re.compile(
    r"^[（(【\[]?\s*(?:文章|内容|信息|稿件|本文|消息|原文)?(?:来源|來源|转自|轉自|转载自|轉載自|Source)"
    r"\s*[:：|｜丨＝=]\s*(?P<value>[^\n。，,；;]{1,40}?)\s*[）)】\]]?\s*$",
    re.I,
)
_RIGHTS = re.compile(
    r"(未经|未經|未获|未獲|不经).{0,12}(授权|授權|许可|許可|允许|允許|同意|书面).{0,16}(转载|轉載|使用|复制|複製|翻版)"
    r"|版权(归|歸|所有|声明)|版權(歸|所有|聲明)|(转载|轉載).{0,6}(请|請|需|须|須)(注明|註明|联系|聯繫|标明|保留)"
    r"|(谢绝|謝絕|禁止|严禁|不得)(任何)?(转载|轉載)|All rights reserved|^©|^Copyright",
    re.I,
)
_ENDING = re.compile(r"[（(【\[](?P<inner>[^（()）【】\[\]]{3,80})[)）】\]]\s*(?P<number>\d{0,8})\s*$")
_DESCRIPTION = re.compile(r"\s*(归档|摘要|期刊|文献来源|原文|出处|DOI|来源|來源|编译|作者)\s*[：:]")
_NOBODY = re.compile(
    r"(?i:anonymous|admin|editor|staff)|\S{0,8}(?:记者|記者|编辑部|編輯部|新聞組|讀者來論|读者来论|綜合報道|综合报道)|佚名|匿名|未知"
)
"""Bylines that name no person."""


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

    def block(self, block: Block, credits_: Iterable[Credit], rule: str) -> None:
        children = block.children if isinstance(block, (Paragraph, Heading)) else ()
        encoding = self.article.provenance.source.encoding
        for credit in credits_:
            place = hull(part(children, credit.start, credit.end, encoding))
            self.credit(credit.role, credit.name, place, "", rule)


def apply(article: Article, profile: Profile | None) -> Article:
    """Read contributors, source, rights and the page's own date; take pure credit lines out of the body."""
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
    article = _endings(article)
    return _rights_and_source(article)


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
    for key in ("byline", "author", "authors"):
        raw = extra.get(key)
        if not raw:
            continue
        values = raw if isinstance(raw, tuple) else (raw,)
        taken = [
            _author(found, value, f"extra.{key}" + (f".{n}" if isinstance(raw, tuple) else ""))
            for n, value in enumerate(values)
        ]
        if all(taken):
            del extra[key]
            moved.extend(
                path for path in article.provenance.evidence if path == f"extra.{key}" or path.startswith(f"extra.{key}.")
            )
    notes = extra.get("footer", ())
    for number, note in enumerate(notes if isinstance(notes, tuple) else (notes,)):
        line = parse_credits(note)
        if line is not None and line.pure:
            entry = article.provenance.evidence.get(f"extra.footer.{number}")
            for credit in line.credits:
                found.credit(credit.role, credit.name, entry.span if entry else None, "", "credits.footer")
    fields = {"extra": extra, "contributors": tuple(found.contributors)}
    return amend(article, fields=fields, evidence=found.evidence, drop_evidence=moved)


def _author(found: _Found, value: str, path: str) -> bool:
    """Whether a byline was understood as names."""
    entry = found.article.provenance.evidence.get(path)
    text = re.sub(r"^\s*(?:by|BY|By)\s+", "", html.unescape(value))
    if _NOBODY.fullmatch(text.strip()):
        return False
    line = parse_credits(text, loose=True)
    span = entry.span if entry else None
    if line is not None:
        for credit in line.credits:
            found.credit(credit.role, credit.name, span, "", entry.rule if entry else "credits.author")
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
    for index, block in enumerate(body):
        if not isinstance(block, (Paragraph, Heading)):
            continue
        at_edge = index < HEAD or index >= size - TAIL
        text = inline_text(block.children)
        if continued is not None:
            role, continued = continued, None
            names, _ = split_names(text.split("，")[0][:60])
            if names and "，" in text:
                found.block(block, [Credit(role, *name) for name in names[:1]], "credits.continued-line")
                continued = role if text.rstrip().endswith(("；", ";")) else None
                continue
        line = parse_credits(text, loose=at_edge)
        if line is None:
            _unlabelled(found, block, text, index, size)
            continue
        if not at_edge and not (index < 16 and any(c.role in ("aut", "trl", "rpt") for c in line.credits)):
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
        found.block(block, [Credit("rpt", *name) for name in dateline_reporters(text)], "credits.dateline")


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
    for head in SEPARATED.finditer(text):
        if head.start() < len(text) - 80:
            continue
        line = parse_credits(text[head.start() :])
        if line is not None and line.pure and (len(line.credits) >= 2 or text[: head.start()].rstrip()[-1:] in "。！？”」）)"):
            return head.start()
        return None
    return None


# --- rights and source ------------------------------------------------------------------------------------------


def _rights_and_source(article: Article) -> Article:
    gone: list[Block] = []
    fields: dict[str, object] = {}
    evidence: dict[str, Evidence] = {}
    size = len(article.body)
    for index, block in enumerate(article.body):
        if not isinstance(block, (Paragraph, Heading)) or not (index < 4 or index >= size - 6):
            continue
        text = words(block).strip()
        place = hull((block,))
        source = _SOURCE.match(text)
        if source and "source" not in fields and not re.match(r"^[（(]?(?:图片|圖片|图|圖)", text):
            value = source.group("value").strip("《》“”「」@ ")
            fields["source"] = value
            evidence["source"] = Evidence(span=place, raw="", rule="credits.source-line")
            gone.append(block)
        elif len(text) <= 160 and _RIGHTS.search(text) and (index >= size - 6 or len(text) <= 60):
            if "rights" not in fields and article.rights is None:
                fields["rights"] = text
                evidence["rights"] = Evidence(span=place, raw="", rule="credits.rights-line")
            gone.append(block)
    if not gone or len(gone) == size:
        return article
    value = fields.pop("source", None)
    if value is not None:
        target = "publisher" if article.publisher is None else "via"
        entry = evidence.pop("source")
        if value != article.publisher and getattr(article, target) is None:
            fields[target] = value
            evidence[target] = entry
    fields["body"] = without(article.body, gone)
    return amend(article, fields=fields, evidence=evidence, removals=removed(gone, "credits.rights-or-source"))
