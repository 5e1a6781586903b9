"""Captions: blocks beside an image that a profile knows to be its caption or its credit."""

from __future__ import annotations

from ..leaves import cut, part, spans, strip
from ..model import Article, Block, Figure, Inline, LineBreak, Paragraph, Removal, inline_text
from ..profile import Profile, compiled
from .change import amend


def apply(article: Article, profile: Profile | None) -> Article:
    """Join such blocks to the figure before them; the label that announced them (``图片版权``) is taken out."""
    if profile is None or not profile.captions:
        return article
    out: list[Block] = []
    removals: list[Removal] = []
    encoding = article.provenance.source.encoding
    for block in article.body:
        last = out[-1] if out else None
        joined = _joined(last, block, profile, encoding, removals) if isinstance(last, Figure) and last.images else None
        if joined is None:
            out.append(block)
        else:
            out[-1] = joined
    return amend(article, fields={"body": tuple(out)}, removals=removals) if tuple(out) != article.body else article


def _joined(figure: Figure, block: Block, profile: Profile, encoding: str, removals: list[Removal]) -> Figure | None:
    """The figure with the block's words in their place; None when the block does not speak of it."""
    if not isinstance(block, Paragraph):
        return None
    text = inline_text(block.children)
    for pattern in profile.captions:
        match = compiled(pattern).fullmatch(text.strip())
        if match is None:
            continue
        lead = len(text) - len(text.lstrip())
        kept: dict[str, tuple[Inline, ...]] = {}
        places = sorted((lead + a, lead + b, name) for name in match.groupdict() for a, b in [match.span(name)] if a < b)
        label = block.children
        for start, end, name in reversed(places):
            kept[name] = strip(part(block.children, start, end, encoding), encoding)
            label = cut(label, start, end, encoding)
        removals.extend(Removal(text="", span=span, rule=f"sites.{profile.name}.caption-label") for span in spans(label))
        return Figure(
            figure.images,
            _after(figure.caption, kept.get("caption", ())),
            _after(figure.credit, kept.get("credit", ())),
        )
    return None


def _after(old: tuple[Inline, ...], new: tuple[Inline, ...]) -> tuple[Inline, ...]:
    return (*old, LineBreak(), *new) if old and new else old or new
