"""Captions: blocks beside an image that a profile knows to be its caption or its credit."""

from __future__ import annotations

import msgspec

from ..leaves import cut, part, spans, strip
from ..model import Article, Block, Figure, Inline, LineBreak, Paragraph, Removal, inline_text
from ..profile import Profile, compiled
from .change import amend

LONGEST = 60
"""How many characters the words may have that a label on its own announces."""


def apply(article: Article, profile: Profile | None) -> Article:
    """Join such blocks to the figure before them; the label that announced them (``图片版权``) is taken out.

    The label may share a block with what it announces, or stand alone before it.
    """
    if profile is None or not profile.captions:
        return article
    out: list[Block] = []
    removals: list[Removal] = []
    encoding = article.provenance.source.encoding
    announced = ""
    for block in article.body:
        last = out[-1] if out else None
        children = _words_beside(block)
        if not (isinstance(last, Figure) and last.images and children):
            out.append(block)
            announced = ""
            continue
        if announced and len(inline_text(children)) <= LONGEST:
            kept, announced = {announced: children}, ""
        else:
            found = _parts(children, profile, encoding)
            if found is None:
                out.append(block)
                announced = ""
                continue
            kept, label, announced = found
            removals.extend(Removal(text="", span=span, rule=f"sites.{profile.name}.caption-label") for span in spans(label))
        out[-1] = msgspec.structs.replace(
            last,
            caption=_after(last.caption, kept.get("caption", ())),
            credit=_after(last.credit, kept.get("credit", ())),
        )
    return amend(article, fields={"body": tuple(out)}, removals=removals) if tuple(out) != article.body else article


def _words_beside(block: Block) -> tuple[Inline, ...]:
    """The words of a block that can be a caption: a paragraph, or a figure that has lost its image."""
    if isinstance(block, Figure) and not block.images:
        return block.caption + block.credit
    return block.children if isinstance(block, Paragraph) else ()


def _parts(
    children: tuple[Inline, ...], profile: Profile, encoding: str
) -> tuple[dict[str, tuple[Inline, ...]], tuple[Inline, ...], str] | None:
    """What a block holds by name, its label, and what a label with nothing behind it announces; None when it is none."""
    text = inline_text(children)
    if len(text) > 400:
        return None
    lead = len(text) - len(text.lstrip())
    for pattern in profile.captions:
        match = compiled(pattern).fullmatch(text.strip())
        if match is None:
            continue
        kept: dict[str, tuple[Inline, ...]] = {}
        label = children
        places = sorted((match.start(name), match.end(name), name) for name, value in match.groupdict().items() if value)
        for start, end, name in reversed(places):
            kept[name] = strip(part(children, lead + start, lead + end, encoding), encoding)
            label = cut(label, lead + start, lead + end, encoding)
        return kept, label, "" if kept else next((name for name, value in match.groupdict().items() if value == ""), "")
    return None


def _after(old: tuple[Inline, ...], new: tuple[Inline, ...]) -> tuple[Inline, ...]:
    return (*old, LineBreak(), *new) if old and new else old or new
