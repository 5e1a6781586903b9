"""A built HTML page: metadata from Open Graph, JSON-LD, ``meta`` and ``time``, the body from the page's structure."""

from __future__ import annotations

import html as entities
import json
import re
from typing import Any

from ..dates import parse_moment
from ..markup import html
from ..markup.content import article_root, by_extractor
from ..markup.soup import Tag, Words, attribute, text_of
from ..model import Article
from ..source import Source
from . import Reader
from .body import fill
from .draft import Draft

_HEAD = re.compile(r"\s*+(?:<\?xml[^>]*+>\s*+)?(?:(?><!--.*?-->)\s*+)*+(?:<!doctype\s+html|<html\b|<head\b)", re.S | re.I)
Names = tuple[str, ...]
TITLE: Names = ("og:title", "twitter:title", "dc.title", "parsely-title")
PUBLISHED: Names = (
    *(
        "article:published_time",
        "og:published_time",
        "pubdate",
        "publishdate",
        "publish_date",
        "date",
        "dc.date",
        "dc.date.issued",
    ),
    *("parsely-pub-date", "sailthru.date", "weibo: article:create_at", "datepublished"),
)
MODIFIED: Names = ("article:modified_time", "og:updated_time", "last-modified", "lastmod", "datemodified")
AUTHOR: Names = ("author", "article:author", "dc.creator", "parsely-author", "byl", "sailthru.author")
SITE: Names = ("og:site_name", "application-name", "publisher", "dc.publisher")
TAGS: Names = ("article:tag", "keywords", "news_keywords", "parsely-tags")


def score(head: str) -> float:
    """0.95 for a document type or an ``html`` element at the top."""
    return 0.95 if _HEAD.match(head) else 0.0


def read(source: Source) -> tuple[Article, ...]:
    """One article."""
    draft = Draft(source, "html")
    page = html.tree(source, 0, len(source.text))
    root = article_root(page)
    if root is None:
        keep = by_extractor(source.text)
        parsed = html.convert(page, source)
        draft.notice("html.no-structure", "the page does not mark its article; an extractor chose the blocks")
        fill(draft, keep(parsed))
    else:
        fill(draft, html.convert(root, source, outside=page))
    for reader in (_meta, _linked_data, _elements):
        reader(draft, page, root)
    return (draft.article(),)


def _place(source: Source, tag: Tag, name: str, value: str) -> tuple[int, int] | None:
    """Where in the text the value of a tag's attribute stands."""
    start = tag.sourcepos or 0
    pattern = re.compile(rf"\b{re.escape(name)}\s*=\s*(?:\"(?P<d>[^\"]*)\"|'(?P<s>[^']*)'|(?P<n>[^\s>]+))", re.I)
    match = pattern.search(source.text, start, start + 20000)
    if match is None:
        return None
    group = next(key for key in ("d", "s", "n") if match.group(key) is not None)
    return match.span(group) if entities.unescape(match.group(group)).strip() == value.strip() else None


def _first_meta(page: Tag, names: tuple[str, ...]) -> tuple[Tag, str, str] | None:
    found: dict[str, tuple[Tag, str]] = {}
    for tag in page.find_all("meta"):
        for key in ("property", "name", "itemprop"):
            name = attribute(tag, key).lower()
            if name in names and attribute(tag, "content").strip():
                found.setdefault(name, (tag, attribute(tag, "content").strip()))
    return next(((*found[name], name) for name in names if name in found), None)


def _meta(draft: Draft, page: Tag, _root: Tag | None) -> None:
    """Open Graph, article:* and plain ``meta``; the canonical address."""
    for field, names in (("title", TITLE), ("published", PUBLISHED), ("modified", MODIFIED)):
        hit = _first_meta(page, names)
        if hit is not None:
            value: Any = hit[1] if field == "title" else parse_moment(hit[1])
            _set(draft, hit[0], "content", hit[1], field, value, f"html.meta-{hit[2]}")
    for key, names in (("author", AUTHOR), ("site", SITE), ("tags", TAGS)):
        hit = _first_meta(page, names)
        place = _place(draft.source, hit[0], "content", hit[1]) if hit else None
        if hit is None or place is None:
            continue
        if key == "tags":
            values = tuple(dict.fromkeys(part.strip() for part in re.split(r"[,，、;]", hit[1]) if part.strip()))
            draft.set("tags", values, *place, f"html.meta-{hit[2]}")
        else:
            draft.keep(key, hit[1], *place, f"html.meta-{hit[2]}")
    for tag in page.find_all("link"):
        if "canonical" in attribute(tag, "rel").lower().split() and attribute(tag, "href").startswith("http"):
            _set(draft, tag, "href", attribute(tag, "href"), "url", attribute(tag, "href").strip(), "html.canonical")
    hit = _first_meta(page, ("og:url",))
    if hit is not None and hit[1].startswith("http"):
        _set(draft, hit[0], "content", hit[1], "url", hit[1], "html.meta-og:url")


def _set(draft: Draft, tag: Tag, name: str, raw: str, field: str, value: Any, rule: str) -> None:
    if value is None or field in draft.fields:
        return
    place = _place(draft.source, tag, name, raw)
    if place is not None:
        draft.set(field, value, *place, rule)


def _linked_data(draft: Draft, page: Tag, _root: Tag | None) -> None:
    """schema.org JSON-LD of type Article and its kinds."""
    for tag in page.find_all("script"):
        if "ld+json" not in attribute(tag, "type"):
            continue
        try:
            data = json.loads(text_of(tag))
        except (ValueError, RecursionError):
            draft.notice("html.bad-json-ld", "the JSON-LD of the page is not JSON", tag.sourcepos or 0)
            continue
        for item in _items(data):
            if re.search(r"(Article|Posting|Report)$", str(item.get("@type", ""))):
                _item(draft, tag, item)


def _items(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, list):
        return [item for part in data for item in _items(part)]
    if not isinstance(data, dict):
        return []
    graph = data.get("@graph")
    return [data, *(_items(graph) if isinstance(graph, list) else [])]


def _item(draft: Draft, tag: Tag, item: dict[str, Any]) -> None:
    for key, field in (("headline", "title"), ("datePublished", "published"), ("dateModified", "modified")):
        raw = item.get(key)
        if isinstance(raw, str) and raw.strip() and field not in draft.fields:
            value = raw.strip() if field == "title" else parse_moment(raw)
            place = _quoted(draft.source, tag, raw)
            if value is not None and place is not None:
                draft.set(field, value, *place, f"html.json-ld-{key}")
    names = [name for name in _names(item.get("author")) if name]
    if names and "author" not in draft.extra:
        place = _quoted(draft.source, tag, names[0])
        if place is not None:
            draft.keep("author", tuple(names) if len(names) > 1 else names[0], *place, "html.json-ld-author")


def _names(author: Any) -> list[str]:
    if isinstance(author, str):
        return [author.strip()]
    if isinstance(author, dict):
        return [str(author.get("name") or "").strip()]
    return [name for part in author for name in _names(part)] if isinstance(author, list) else []


def _quoted(source: Source, tag: Tag, value: str) -> tuple[int, int] | None:
    """Where a JSON string stands inside a script."""
    start = tag.sourcepos or 0
    for spelled in (json.dumps(value, ensure_ascii=False)[1:-1], json.dumps(value)[1:-1], value.replace("/", "\\/")):
        at = source.text.find(f'"{spelled}"', start)
        if at >= 0:
            return at + 1, at + 1 + len(spelled)
    return None


def _elements(draft: Draft, page: Tag, root: Tag | None) -> None:
    """``time``, ``h1`` and byline elements that stand around the body."""
    inside = {id(node) for node in root.descendants} if root is not None else set()
    for tag in page.find_all("time"):
        value = attribute(tag, "datetime").strip()
        moment = parse_moment(value) if value and id(tag) not in inside else None
        if moment is not None:
            field = "modified" if re.search(r"updated|modified", attribute(tag, "class"), re.I) else "published"
            _set(draft, tag, "datetime", value, field, moment, "html.time")
    _subtitle(draft, page, inside)
    if "title" not in draft.fields:
        for name in ("h1", "title"):
            found = page.find(name)
            strings = [node for node in found.descendants if isinstance(node, Words)] if isinstance(found, Tag) else []
            pieces = [piece for node in strings for piece in node.pieces if piece.words.strip()]
            if pieces and isinstance(found, Tag):
                title = " ".join(text_of(found).split())
                draft.set("title", title, pieces[0].start, pieces[-1].end, f"html.{name}")
                break


def _subtitle(draft: Draft, page: Tag, inside: set[int]) -> None:
    """A heading right after the ``h1``, outside the body."""
    title = page.find("h1")
    below = title.find_next_sibling(["h2", "h3", "p"]) if isinstance(title, Tag) and id(title) not in inside else None
    if not isinstance(below, Tag) or below.name == "p" or id(below) in inside or "subtitle" in draft.fields:
        return
    pieces = [piece for node in below.descendants if isinstance(node, Words) for piece in node.pieces if piece.words.strip()]
    text = " ".join(text_of(below).split())
    if pieces and 0 < len(text) <= 200:
        draft.set("subtitle", text, pieces[0].start, pieces[-1].end, "html.heading-below-title")


READER = Reader(
    name="html",
    recognised_by="a document type or an `<html>` element at the top",
    score=score,
    read=read,
)
