"""Inspect: one record for a person, every value beside the bytes it came from. Pure: a record in, text out."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import (
    Article,
    Block,
    Code,
    CodeBlock,
    Embed,
    Evidence,
    Figure,
    Image,
    Link,
    Moment,
    Notice,
    Span,
    Text,
    inline_text,
    walk,
)
from ..source import Source
from ..terminal import count, safe
from .attribution import KINDS, Attribution, attribute

_WIDTH = 76
_COLOURS = {"body": "44;97", "field": "42;30", "removed": "43;30", "lost": "41;97;1", "markup": "2"}
"""Of the kinds of stretches: select graphic rendition parameters of ECMA-48."""
_FIELDS = (
    *("title", "subtitle", "contributors", "publisher", "via", "published", "modified", "url", "links"),
    *("language", "categories", "tags", "rights"),
)


def describe(article: Article) -> str:
    """The record as lines of text: fields with their evidence, the body's blocks, what was removed, the notices.

    Nothing in it can drive a terminal: control and format characters are shown as escapes.
    """
    return "\n".join(_lines(article))


def _lines(article: Article) -> Iterator[str]:
    made = article.provenance
    source = made.source
    profile = f", profile {made.profile}" if made.profile else ""
    yield f"{safe(source.path)} · article {article.id}"
    yield f"  {source.size} bytes, sha256 {source.sha256}, {source.encoding} ({source.encoding_basis})"
    yield f"  read by {made.reader}{profile}, archivekit {made.version}"
    yield ""
    yield "Fields"
    for name in _FIELDS:
        yield from _field(article, name, getattr(article, name))
    for key, value in article.extra.items():
        yield from _field(article, f"extra.{key}", value)
    yield ""
    yield from _body(article)
    yield ""
    yield f"Removed from the body: {len(made.removals) or 'nothing'}"
    for removal in made.removals:
        yield f"  {_bytes(removal.span):>15}  {removal.rule}  {_short(removal.text)}"
    yield ""
    yield f"Notices: {len(made.notices) or 'none'}"
    for notice in made.notices:
        yield f"  {_notice(notice)}"


def _field(article: Article, name: str, value: object) -> Iterator[str]:
    """A field and below it the evidence for it; for a field of several values, each with its own."""
    evidence = article.provenance.evidence
    several = isinstance(value, tuple)
    values = value if isinstance(value, tuple) else (value,)
    if value is None or value == ():
        return
    for number, one in enumerate(values):
        yield f"  {name:<14} {safe(_said(one))}"
        if several and f"{name}.{number}" in evidence:
            yield _evidence(evidence[f"{name}.{number}"])
    if name in evidence:
        yield _evidence(evidence[name])


def fields_of(article: Article) -> list[tuple[str, str]]:
    """Every value that is there with its dotted path, in the order a person reads them, ``extra`` last."""
    named = [(name, getattr(article, name)) for name in _FIELDS]
    rows = []
    for name, value in [*named, *((f"extra.{key}", value) for key, value in article.extra.items())]:
        if isinstance(value, tuple):
            rows += [(f"{name}.{number}", _said(one)) for number, one in enumerate(value)]
        elif value is not None:
            rows.append((name, _said(value)))
    return rows


def coloured(source: Source, articles: tuple[Article, ...]) -> str:
    """The source for a terminal with colours: every stretch of text on the colour of what speaks of it, then the account."""
    found = attribute(source, articles)
    pieces = []
    for stretch in found.stretches:
        for line in source.text[stretch.start : stretch.end].replace("\r", "").splitlines(keepends=True):
            words = safe(line.rstrip("\n"))
            pieces.append(f"\x1b[{_COLOURS[stretch.kind]}m{words}\x1b[0m" if words else "")
            pieces.append("\n" if line.endswith("\n") else "")
    legend = "  ".join(f"\x1b[{_COLOURS[kind]}m {kind} \x1b[0m {found.shown[kind]:,}" for kind in KINDS if kind != "markup")
    return "".join(pieces).rstrip("\n") + f"\n\n{legend}\n{_account(found)}"


def stretches(source: Source, articles: tuple[Article, ...]) -> str:
    """The same without colours: a line for each stretch of text that shows something, then the account."""
    found = attribute(source, articles)
    lines = []
    for stretch in found.stretches:
        if stretch.kind != "markup":
            said = stretch.holder.said if stretch.holder is not None else "in no field, no leaf and no removal"
            span = source.span(stretch.start, stretch.end)
            lines.append(f"{_bytes(span):>15}  {stretch.kind:<7}  {said}  {_short(source.text[stretch.start : stretch.end])}")
    return "\n".join([*lines, "", _account(found)])


def _account(found: Attribution) -> str:
    return "\n".join([found.account.line(), *(f"  {safe(fault)}" for fault in found.account.faults)])


def _said(value: object) -> str:
    if isinstance(value, Moment):
        return f"{value.value} (precise to the {value.precision}, zone: {value.zone_basis})"
    if isinstance(value, str):
        return value
    parts = [getattr(value, name) for name in getattr(value, "__struct_fields__", ())]
    return " · ".join(part for part in parts if isinstance(part, str))


def _evidence(found: Evidence) -> str:
    where = f"bytes {_bytes(found.span)}" if found.span is not None else "inferred"
    detail = f"  ({safe(found.detail)})" if found.detail else ""
    raw = f"  {_short(found.raw)}" if found.span is not None else ""
    return f"  {'':<14}   {where}  {found.rule}{raw}{detail}"


def _body(article: Article) -> Iterator[str]:
    images = [node for node in walk(article.body) if isinstance(node, Image)]
    found = sum(1 for image in images if image.asset)
    pictures = f"{count(len(images), 'image')}, {found} in the archive" if images else "no image"
    yield f"Body: {count(len(article.body), 'block')}, {count(len(article.text), 'character')}, {pictures}"
    for block in article.body:
        kind = str(block.__struct_config__.tag)
        yield f"  {_extent(block):>15}  {kind:<10} {_short(_words(block))}"


def _words(block: Block) -> str:
    if isinstance(block, Figure):
        return " ".join([*(image.src for image in block.images), inline_text(block.caption), inline_text(block.credit)]).strip()
    if isinstance(block, Embed):
        return f"{block.title} {block.url}".strip()
    links = [node.url for node in walk((block,)) if isinstance(node, Link)]
    return inline_text((block,)) + "".join(f" <{url}>" for url in links)


def _extent(block: Block) -> str:
    """From the first to the last byte of what the block holds."""
    leaves = (Text, Code, CodeBlock, Image, Embed)
    spans = [Span.parse(node.at) for node in walk((block,)) if isinstance(node, leaves) and node.at]
    return _bytes(Span(min(span.start for span in spans), max(span.end for span in spans))) if spans else "–"


def _notice(notice: Notice) -> str:
    where = f" (bytes {_bytes(notice.span)})" if notice.span is not None else ""
    return f"{notice.id}: {safe(notice.message)}{where}"


def _bytes(span: Span) -> str:
    return f"{span.start}–{span.end}"


def _short(text: str) -> str:
    """Text on one line in quotation marks, cut in the middle when it is long."""
    flat = safe(text.replace("\r", "").replace("\n", "⏎"))
    if len(flat) > _WIDTH:
        flat = f"{flat[: _WIDTH - 20]} … {flat[-16:]}"
    return f"“{flat}”"
