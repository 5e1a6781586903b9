"""Figures: decoration told from content, captions joined to their image, repetitions of a caption taken out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from ..leaves import words
from ..model import Article, Block, Figure, Image, LineBreak, Node, Notice, Paragraph, Removal, Span, Table, inline_text
from ..profile import Profile, compiled
from .change import amend, removed
from .rewrite import INLINE_PARTS, rewrite

CAPTION = 120
"""A caption has at most this many characters when only its words say that it is one."""
_MARK = re.compile(r"[（(【\[]?\s*[▲△▼▽◀◁▶↑↓←→■●]")
"""What points at an image beside it; without one it is the bullet of a list as well."""
_CUE = re.compile(
    r"[（(【\[▲△▼▽◀◁▶↑↓←→■●\s]{0,4}(?:[图圖]\s*[:：/／丨|]|[图圖]\s?\d+\s?[.:：、]|[图圖][片源][:：来來源]|[图圖][为為中左右]"
    r"|(?:资料|資料|配|示意|网络|網路)[图圖]|截[图圖]|左起|右起|[左右上下][图圖]|[图圖]注|[图圖][说說]|[摄攝]影[:：/]"
    r"|Photo(?: by|:)|Credit:)"
)
_NUMBERED = re.compile(r"[图圖]\s?\d{1,3}\s+[^\s。，！？；]{2,40}$")
_AGENCY = r"(?:新华社|新華社|中新社|中新网|路透社?|法新社|美联社|美聯社|東方IC|视觉中国)"
_STOCK = r"(?:[资資]料(?:[图圖]片|照片?)|(?:网上|網上|网络|網絡|影片)(?:[图圖]片|截[图圖]))"
_END = re.compile(
    rf"(?:(?:{_AGENCY}|{_STOCK}|[图圖]自\S{{2,12}}|\S{{1,8}}[摄攝])\s*(?:记者)?\S{{0,6}}[发發摄攝图圖]?|[图圖]片[来來]源[:：]?\S{{1,20}})"
    r"\s*[)）]?\s*[。.]?$"
    r"|(?:记者|記者|通讯员|通訊員)\s{0,2}[\u4e00-\u9fff]{1,4}(?:\s{1,2}[\u4e00-\u9fff]{1,4})?\s{0,2}[摄攝](?:\s?\d{2,4}年\d{1,2}月\d{1,2}日)?[)）]?[。.]?$"
    r"|[。！？]\s?[\u4e00-\u9fff]{2,4}\s{1,2}[摄攝]$|[（(][^（()）。，]{1,12}[／/][^（()）。，]{1,12}[)）]$"
)
_LOST = re.compile(rf"[（(][^（()）]{{0,24}}(?:\d{{4}}年\d{{1,2}}月\d{{1,2}}日|{_STOCK}|{_AGENCY})[^（()）]{{0,12}}[)）]$")
_MARKS = re.compile(r"[\W_]+")
_TINY = re.compile(r"^[01](?:px)?$")


def apply(article: Article, *profiles: Profile) -> Article:
    """Clear the body's figures up; every image that is left out is a Removal."""
    article = _without_decoration(article, [pattern for profile in profiles for pattern in profile.decoration])
    article = _captioned(article)
    article = _lost_images(article)
    return _without_repeats(article)


# --- decoration -------------------------------------------------------------------------------------------------


def _without_decoration(article: Article, patterns: list[str]) -> Article:
    removals: list[Removal] = []
    known = {removal.span for removal in article.provenance.removals}
    decorated = compiled("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)")

    def is_decoration(image: Image) -> bool:
        tiny = bool(_TINY.match(image.width.strip())) and bool(_TINY.match(image.height.strip()) or not image.height)
        return tiny or decorated.search(image.src) is not None

    def drop(nodes: Iterable[Node]) -> tuple[Node, ...]:
        kept: list[Node] = []
        for node in nodes:
            if isinstance(node, Image) and is_decoration(node):
                if node.at and Span.parse(node.at) not in known:
                    removals.append(Removal(text="", span=Span.parse(node.at), rule="figures.decoration"))
            else:
                kept.append(node)
        return tuple(kept)

    def change(node: Any) -> Any:
        if isinstance(node, Figure):
            images = drop(node.images)
            return msgspec.structs.replace(node, images=images) if len(images) != len(node.images) else node
        children = drop(node.children)
        return msgspec.structs.replace(node, children=children) if len(children) != len(node.children) else node

    body = rewrite(article.body, change, frozenset(INLINE_PARTS) - {Table})
    if body is article.body:
        return article
    out: list[Block] = []
    for old, new in zip(article.body, body, strict=True):
        if isinstance(new, Figure) and not new.images and isinstance(old, Figure) and old.images:
            last = out[-1] if out else None
            if isinstance(last, Figure):
                out[-1] = Figure(last.images, last.caption or new.caption, last.credit + new.credit)
                if last.caption and new.caption:
                    out.append(Paragraph(new.caption))
            elif new.caption or new.credit:
                out.append(Paragraph(new.caption + new.credit))
        elif isinstance(new, Paragraph) and not new.children:
            continue
        else:
            out.append(new)
    return amend(article, fields={"body": tuple(out)}, removals=removals)


# --- captions ---------------------------------------------------------------------------------------------------


def _captioned(article: Article) -> Article:
    """Short paragraphs right after an image that speak of it become its caption."""
    out: list[Block] = []
    changed = False
    for block in article.body:
        last = out[-1] if out else None
        if isinstance(block, Figure) and isinstance(last, Figure) and _belong(last, block):
            out[-1] = Figure(last.images + block.images, last.caption + block.caption, last.credit + block.credit)
            changed = True
            continue
        if isinstance(block, Paragraph) and isinstance(last, Figure) and last.images and is_caption(words(block)):
            gap = (LineBreak(),) if last.caption else ()
            if not last.caption or _points(words(block)):
                out[-1] = Figure(last.images, (*last.caption, *gap, *block.children), last.credit)
                changed = True
                continue
        out.append(block)
    return amend(article, fields={"body": tuple(out)}) if changed else article


def _belong(first: Figure, second: Figure) -> bool:
    """Whether of two neighbours one is an image without words and the other words without an image."""
    bare = [figure for figure in (first, second) if figure.images and not figure.caption]
    said = [figure for figure in (first, second) if figure.caption and not figure.images]
    return len(bare) == 1 and len(said) == 1


def is_caption(text: str) -> bool:
    """Whether words beside an image say that they are its caption."""
    text = text.strip()
    return 1 < len(text) <= CAPTION and bool(_points(text) or _END.search(text))


def _points(text: str) -> bool:
    """Whether words beside an image begin by speaking of it."""
    return bool(_MARK.match(text) or _CUE.match(text) or _NUMBERED.match(text))


def _lost_images(article: Article) -> Article:
    """In text pasted without its images, a line of its own that ends like a caption is one."""
    if article.provenance.reader != "plain-text":
        return article
    out: list[Block] = []
    notices: list[Notice] = []
    last = len(article.body) - 1
    for index, block in enumerate(article.body):
        text = words(block).strip() if isinstance(block, Paragraph) and 0 < index < last else ""
        if (
            isinstance(block, Paragraph)
            and len(text) <= CAPTION
            and len(text) > 1
            and (_LOST.search(text) or _CUE.match(text) or _END.search(text))
        ):
            out.append(Figure((), block.children))
            notices.append(
                Notice(id="figure.image-lost", message=f"the image of the caption {text[:20]!r} is not in the source")
            )
        else:
            out.append(block)
    return amend(article, fields={"body": tuple(out)}, notices=notices) if notices else article


# --- repetitions ------------------------------------------------------------------------------------------------


def _without_repeats(article: Article) -> Article:
    """A caption that stands again beside its image, and an image that stands again right after itself, go."""
    out: list[Block] = []
    gone: list[Block] = []
    removals: list[Removal] = []
    said = {index: _said(block) for index, block in enumerate(article.body) if isinstance(block, Figure)}
    for index, block in enumerate(article.body):
        if isinstance(block, Paragraph) and said:
            near = [said[other] for other in range(index - 3, index + 4) if other in said]
            text = _fold(words(block)) if near else ""
            if text and any(text in told for told in near):
                gone.append(block)
                continue
        if isinstance(block, Figure):
            block, repeated = _once(block, [other for other in out if isinstance(other, Figure)])
            removals.extend(repeated)
            if not block.images and not block.caption and repeated:
                continue
        out.append(block)
    if not gone and not removals:
        return article
    return amend(article, fields={"body": tuple(out)}, removals=[*removed(gone, "figures.repeated-caption"), *removals])


def _said(figure: Figure) -> set[str]:
    """A figure's caption and what its images are called."""
    return {_fold(inline_text(figure.caption)), *(_fold(image.alt) for image in figure.images)}


def _once(figure: Figure, before: list[Figure]) -> tuple[Figure, list[Removal]]:
    """A figure without images it holds twice or that the figure just before it holds, and without a doubled caption."""
    seen = {image.src for image in before[-1].images} if before else set()
    kept: list[Image] = []
    removals: list[Removal] = []
    for image in figure.images:
        if image.src in seen and image.at:
            removals.append(Removal(text="", span=Span.parse(image.at), rule="figures.repeated-image"))
        else:
            kept.append(image)
            seen.add(image.src)
    caption, taken = _single(figure.caption)
    removals.extend(removed(taken, "figures.repeated-caption"))
    return (Figure(tuple(kept), caption, figure.credit), removals) if removals else (figure, [])


def _single(caption: tuple[Node, ...]) -> tuple[tuple, tuple]:  # type: ignore[type-arg]
    """A caption of several lines without lines that only repeat an earlier one."""
    lines: list[list[Node]] = [[]]
    for node in caption:
        if isinstance(node, LineBreak):
            lines.append([])
        else:
            lines[-1].append(node)
    kept: list[list[Node]] = []
    gone: list[Node] = []
    for line in lines:
        text = _fold(inline_text(tuple(line)))
        if any(text and text in _fold(inline_text(tuple(other))) for other in kept):
            gone.extend(line)
        else:
            kept.append(line)
    out: list[Node] = []
    for line in kept:
        out.extend(([LineBreak()] if out else []) + line)
    return tuple(out), tuple(gone)


def _fold(text: str) -> str:
    return _MARKS.sub("", text)
