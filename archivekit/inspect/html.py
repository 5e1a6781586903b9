"""A page that shows a source beside its records, every stretch of text linked to what speaks of it.

The page is complete in itself: it loads nothing, works from a file, and without script still has its links.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib import resources

from ..model import Article, Block, Code, CodeBlock, Embed, Image, LineBreak, Text, walk
from ..source import Source
from ..terminal import safe
from . import fields_of
from .attribution import Attribution, Kind, Stretch, attribute, leaves

_SAID: dict[Kind, str] = {
    "body": "in the body",
    "field": "evidence of a field",
    "removed": "taken out by a rule",
    "lost": "unaccounted for",
    "markup": "markup and blanks",
}


def as_html(source: Source, articles: tuple[Article, ...]) -> str:
    """A page in UTF-8: the source on the left, its records on the right, the account above both."""
    found = attribute(source, articles)
    style, script = (
        resources.files(__package__).joinpath("templates", f"inspect.{end}").read_text("utf-8") for end in ("css", "js")
    )
    records = "".join(_record(article, number) for number, article in enumerate(articles))
    state = "whole" if found.account.complete else "broken"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(source.path)} – archivekit inspect</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f'<header>\n<h1>{_text(source.path)}</h1>\n<p class="account {state}">{_text(found.account.line())}</p>\n'
        f"{_legend(found)}{_faults(found)}</header>\n"
        f'<main>\n<section class="source" aria-label="Source">\n<h2>Source</h2>\n<pre>{"".join(_source(source, found))}</pre>\n'
        f'</section>\n<section class="record" aria-label="Record">\n{records}</section>\n</main>\n'
        f"<script>\n{script}</script>\n</body>\n</html>\n"
    )


def _legend(found: Attribution) -> str:
    items = "".join(
        f'<li><span class="{kind}">{said}</span> {found.shown[kind]:,}</li>' for kind, said in _SAID.items() if kind != "markup"
    )
    return f'<ul class="legend">{items}<li><span class="markup">{_SAID["markup"]}</span></li></ul>\n'


def _faults(found: Attribution) -> str:
    rows = "".join(f"<li>{_text(fault)}</li>" for fault in found.account.faults)
    return f'<ul class="faults">{rows}</ul>\n' if rows else ""


def _source(source: Source, found: Attribution) -> Iterator[str]:
    """The source as links; the first stretch of each holder has the anchor."""
    named: set[str] = set()
    hidden = list(found.hidden)
    for stretch in found.stretches:
        while hidden and hidden[0][0] < stretch.end:
            yield f'<span id="s-{escape(hidden.pop(0)[1])}"></span>'
        yield _stretch(stretch, _text(source.text[stretch.start : stretch.end]), named)
    yield from (f'<span id="s-{escape(key)}"></span>' for _, key in hidden)


def _stretch(stretch: Stretch, words: str, named: set[str]) -> str:
    holder = stretch.holder
    if holder is None:
        return f'<span class="{stretch.kind}">{words}</span>'
    key = escape(holder.key)
    anchor = "" if key in named else f' id="s-{key}"'
    named.add(key)
    return f'<a{anchor} class="{stretch.kind}" href="#n-{key}" data-k="{key}" title="{_text(holder.said)}">{words}</a>'


# --- the record -------------------------------------------------------------------------------------------------


def _record(article: Article, number: int) -> str:
    made = article.provenance
    profile = f", profile {made.profile}" if made.profile else ""
    parts = [
        f"<h2>{_text(article.title or 'Record')}</h2>\n",
        f'<p class="made">{_text(article.id)} · read by {_text(made.reader + profile)}, archivekit {_text(made.version)}</p>\n',
        f"<h3>Fields</h3>\n<dl>\n{''.join(_fields(article, number))}</dl>\n",
        f"<h3>Body</h3>\n{_body(article, number)}",
    ]
    if made.removals:
        links = (_link(f"a{number}-r{at}", "removed", _text(one.text.strip()) or "–") for at, one in enumerate(made.removals))
        rows = "".join(
            f"<li>{link} <code>{_text(one.rule)}</code></li>\n" for link, one in zip(links, made.removals, strict=True)
        )
        parts.append(f"<h3>Removed</h3>\n<ol>\n{rows}</ol>\n")
    if made.notices:
        rows = "".join(f"<li><code>{_text(one.id)}</code> {_text(one.message)}</li>\n" for one in made.notices)
        parts.append(f"<h3>Notices</h3>\n<ul>\n{rows}</ul>\n")
    return f"<article>\n{''.join(parts)}</article>\n"


def _fields(article: Article, number: int) -> Iterator[str]:
    evidence = article.provenance.evidence
    for path, said in fields_of(article):
        found = evidence.get(path)
        rule = f" <code>{_text(found.rule)}</code>" if found is not None else ""
        placed = found is not None and found.span is not None
        shown = _link(f"a{number}-f-{path}", "field", _text(said)) if placed else _text(said)
        yield f"<dt>{_text(path)}</dt><dd>{shown}{rule}</dd>\n"
    known = {path for path, _ in fields_of(article)}
    for path, entry in evidence.items():
        if path not in known and entry.span is not None:
            link = _link(f"a{number}-f-{path}", "field", _text(entry.raw))
            yield f"<dt>{_text(path)}</dt><dd>{link} <code>{_text(entry.rule)}</code></dd>\n"


def _body(article: Article, number: int) -> str:
    """The body's blocks in order, each leaf linked to its place."""
    keys = {id(leaf): f"a{number}-b{count}" for count, leaf in enumerate(leaves(article))}
    rows = []
    for block in article.body:
        kind = str(block.__struct_config__.tag)
        rows.append(f'<div class="block"><span class="kind">{kind}</span><div>{"".join(_words(block, keys))}</div></div>\n')
    return "".join(rows)


def _words(block: Block, keys: dict[int, str]) -> Iterator[str]:
    for node in walk((block,)):
        if isinstance(node, (Text, Code, CodeBlock)):
            yield _leaf(node.at, keys[id(node)], _text(node.text))
        elif isinstance(node, Image):
            yield _leaf(node.at, keys[id(node)], f"▣ {_text(node.src)}") + " "
        elif isinstance(node, Embed):
            yield _leaf(node.at, keys[id(node)], f"▶ {_text(node.title or node.url)}")
        elif isinstance(node, LineBreak):
            yield "<br>"
        elif str(node.__struct_config__.tag) in ("item", "row", "cell"):
            yield " · "


def _leaf(at: str, key: str, words: str) -> str:
    return _link(key, "body", words) if at else words


def _link(key: str, kind: Kind, words: str) -> str:
    key = escape(key)
    return f'<a id="n-{key}" class="{kind}" href="#s-{key}" data-k="{key}">{words}</a>'


def _text(value: str) -> str:
    """Text for a page: escaped, what cannot be shown or would turn the line's direction as its code point."""
    lines = value.replace("\r", "").split("\n")
    return escape("\n".join("\t".join(map(safe, line.split("\t"))) for line in lines))
