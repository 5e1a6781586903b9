"""Change: what edits do to an article, in one place, so that each records what it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import msgspec

from ..leaves import hull, spans, words
from ..model import Article, Block, Evidence, Node, Notice, Removal, Rule, Span


def amend(
    article: Article,
    *,
    fields: Mapping[str, Any] | None = None,
    evidence: Mapping[str, Evidence] | None = None,
    removals: Iterable[Removal] = (),
    notices: Iterable[Notice] = (),
    drop_evidence: Iterable[str] = (),
) -> Article:
    """The article with fields replaced and its provenance added to."""
    old = article.provenance
    gone = set(drop_evidence)
    kept = {path: entry for path, entry in old.evidence.items() if path not in gone} if gone else old.evidence
    provenance = msgspec.structs.replace(
        old,
        evidence={**kept, **(evidence or {})},
        removals=(*old.removals, *removals),
        notices=(*old.notices, *notices),
    )
    return msgspec.structs.replace(article, provenance=provenance, **(fields or {}))


def removed(nodes: Iterable[Node], rule: str) -> list[Removal]:
    """Removals for everything below the nodes: one a stretch of neighbouring leaves."""
    out: list[Removal] = []
    for node in nodes:
        place = hull((node,))
        text = words(node)
        if place is None:
            continue
        if _is_unbroken(node, place):
            out.append(Removal(text=text, span=place, rule=rule))
        else:
            out.extend(Removal(text="", span=span, rule=rule) for span in spans((node,)))
    return out


def _is_unbroken(node: Node, place: Span) -> bool:
    """Whether the leaves come in the order of the source, so that their hull holds nothing else."""
    places = spans((node,))
    return all(a.start <= b.start for a, b in pairwise(places)) or len(places) < 2


def evidence_of(nodes: tuple[Node, ...], rule: str) -> Evidence | None:
    """Evidence for words that stand in the body; ``finish`` decodes ``raw`` from the source."""
    place = hull(nodes)
    if place is None:
        return None
    return Evidence(span=place, raw="", rule=rule)


def without(body: tuple[Block, ...], gone: Iterable[Block]) -> tuple[Block, ...]:
    """The body without some of its blocks, told apart by identity."""
    ids = {id(block) for block in gone}
    return tuple(block for block in body if id(block) not in ids)


def without_edge_rules(body: tuple[Block, ...]) -> tuple[Block, ...]:
    """A body that neither begins nor ends with a thematic break: there is nothing to divide."""
    start, end = 0, len(body)
    while start < end and isinstance(body[start], Rule):
        start += 1
    while end > start and isinstance(body[end - 1], Rule):
        end -= 1
    return body[start:end]
