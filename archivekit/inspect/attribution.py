"""Attribution: cuts a source's text into stretches and says of each what part of the record speaks of it."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from ..accounting import Account, account, visible
from ..model import Article, Code, CodeBlock, Embed, Image, Span, Text, walk
from ..source import Source

Kind = Literal["body", "field", "removed", "lost", "markup"]
"""In the body; evidence of a field; taken out by a rule; visible and in none of these; what shows nothing."""

KINDS: tuple[Kind, ...] = ("body", "field", "removed", "lost", "markup")


class Holder(msgspec.Struct, frozen=True):
    """A part of a record that speaks of bytes of the source."""

    key: str
    """Unique in a page: ``a0-b12``, the third article's ``a2-title``."""
    kind: Kind
    said: str
    """What a person is told of it: the field's path and rule, the removal's rule, the leaf's kind."""
    span: Span


class Stretch(msgspec.Struct, frozen=True):
    """A run of the source's text with one owner. ``start`` and ``end`` are characters."""

    start: int
    end: int
    kind: Kind
    holder: Holder | None


class Attribution(msgspec.Struct, frozen=True):
    """A whole source, taken apart: the stretches join to its text."""

    stretches: tuple[Stretch, ...]
    account: Account
    shown: Counter[str]
    """Visible characters by kind."""
    hidden: tuple[tuple[int, str], ...]
    """Where those begin, in characters, that have no stretch of their own because others speak of all their bytes; with
    their keys, ascending."""


def attribute(source: Source, articles: tuple[Article, ...]) -> Attribution:
    """Every character of the source with its owner: the body before fields, fields before removals, the narrower first."""
    own = [article for article in articles if article.provenance.source.sha256 == source.sha256]
    holders = [holder for number, article in enumerate(articles) if article in own for holder in holders_of(article, number)]
    shown = visible(source, tuple(own)) if own or not articles else bytearray(len(source.text))
    rank = {"removed": 0, "field": 1, "body": 2}
    ordered = sorted(holders, key=lambda one: (rank[one.kind], one.span.start - one.span.end))
    owners = array("l", bytes(8 * len(source.text)))
    for number, holder in enumerate(ordered, 1):
        if 0 <= holder.span.start <= holder.span.end <= len(source.data):
            start, end = source.char(holder.span.start), source.char(holder.span.end)
            owners[start:end] = array("l", [number]) * (end - start)
    stretches = tuple(_stretches(owners, shown, ordered))
    counts: Counter[str] = Counter()
    for stretch in stretches:
        counts[stretch.kind] += shown.count(1, stretch.start, stretch.end)
    seen = {stretch.holder.key for stretch in stretches if stretch.holder is not None}
    hidden = sorted((source.char(min(one.span.start, len(source.data))), one.key) for one in holders if one.key not in seen)
    return Attribution(stretches, account(source, articles), counts, tuple(hidden))


def _stretches(owners: array[int], shown: bytearray, holders: list[Holder]) -> Iterator[Stretch]:
    start, size = 0, len(owners)
    while start < size:
        owner, end = owners[start], start + 1
        while end < size and owners[end] == owner and (owner or shown[end] == shown[start]):
            end += 1
        if owner:
            holder = holders[owner - 1]
            yield Stretch(start, end, holder.kind, holder)
        else:
            yield Stretch(start, end, "lost" if shown[start] else "markup", None)
        start = end


def holders_of(article: Article, number: int) -> Iterable[Holder]:
    """What an article says of its source; ``number`` is its place on the page."""
    for count, leaf in enumerate(leaves(article)):
        if leaf.at:
            kind = str(leaf.__struct_config__.tag)
            yield Holder(f"a{number}-b{count}", "body", f"body: {kind}", Span.parse(leaf.at))
    for path, entry in article.provenance.evidence.items():
        if entry.span is not None:
            yield Holder(f"a{number}-f-{path}", "field", f"{path} · {entry.rule}", entry.span)
    for count, removal in enumerate(article.provenance.removals):
        yield Holder(f"a{number}-r{count}", "removed", f"removed by {removal.rule}", removal.span)


def leaves(article: Article) -> Iterator[Text | Code | CodeBlock | Image | Embed]:
    """The nodes of a body that have a place, in reading order."""
    for node in walk(article.body):
        if isinstance(node, (Text, Code, CodeBlock, Image, Embed)):
            yield node
