"""A built HTML page: metadata from Open Graph, JSON-LD, ``meta`` and ``time``, the body from the page's structure."""

from __future__ import annotations

import html as entities
import json
import re
from typing import Any

from ..dates import parse_moment
from ..leaves import words
from ..markup import html
from ..markup.content import article_root, by_extractor
from ..markup.soup import Tag, Words, attribute, text_of
from ..model import Article, Heading, Paragraph
from ..source import Source
from .body import fill
from .draft import Draft
from .envelope import Reader
from .page_title import trim
from .plain_text_fields import NOBODY

_HEAD = re.compile(r"\s*+(?:<\?xml[^>]*+>\s*+)?(?:(?><!--.*?-->)\s*+)*+(?:<!doctype\s+html|<html\b|<head\b)", re.S | re.I)
_ARTICLE = re.compile(r"(?:Article|Posting|Report)$")
_STRING = re.compile(r'"(?P<words>(?:[^"\\]|\\.)*+)"(?P<key>\s*+:)?', re.S)
_STRINGS = json.JSONDecoder(strict=False)
_SOURCE = re.compile(r"\s*+(?:(?:[来來]源|出[处處])\s*+[:：]\s*+)?(?P<name>[^\s，。：:；|]{2,20})\s*+")
_SEVERAL = re.compile(r"[,，、;；]")
Names = tuple[str, ...]
TITLE: Names = ("og:title", "twitter:title", "dc.title", "parsely-title", "articletitle")
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
SITE: Names = ("og:site_name", "application-name", "publisher", "dc.publisher", "sitename")
VIA: Names = ("contentsource", "mediaid")
TAGS: Names = ("article:tag", "keywords", "news_keywords", "parsely-tags")
CATEGORIES: Names = ("article:section", "section", "parsely-section", "columnname")


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
    linked = _linked_data(draft, page)
    _meta(draft, page)
    for tag, item in linked:
        _item(draft, tag, item)
    _elements(draft, page, root)
    trim(draft, [*_headlines(page, draft), *(str(item.get("headline", "")) for _, item in linked)], _site(page))
    return (draft.article(),)


def _headlines(page: Tag, draft: Draft) -> list[str]:
    """What may be the headline on the page itself: headings that lead nowhere, and the first words of the body."""
    marked = [text_of(tag) for tag in page.find_all(["h1", "h2"]) if tag.find("a") is None and tag.find_parent("a") is None]
    return [*marked, *(words(block) for block in draft.body[:2] if isinstance(block, (Heading, Paragraph)))]


def _site(page: Tag) -> str:
    """What the page calls its site."""
    hit = _first_meta(page, SITE)
    return hit[1] if hit is not None else ""


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
    return next(iter(_metas(page, names)), None)


def _metas(page: Tag, names: tuple[str, ...]) -> list[tuple[Tag, str, str]]:
    """All elements of the first of the names that the page has, each with what it says."""
    found: dict[str, list[tuple[Tag, str, str]]] = {}
    for tag in page.find_all("meta"):
        for key in ("property", "name", "itemprop"):
            name = attribute(tag, key).lower()
            if name in names and attribute(tag, "content").strip():
                found.setdefault(name, []).append((tag, attribute(tag, "content").strip(), name))
    return next((found[name] for name in names if name in found), [])


def _meta(draft: Draft, page: Tag) -> None:
    """Open Graph, article:* and plain ``meta``; the canonical address."""
    for field, names in (("title", TITLE), ("published", PUBLISHED), ("modified", MODIFIED)):
        hit = _first_meta(page, names)
        if hit is not None:
            value: Any = hit[1] if field == "title" else parse_moment(hit[1])
            _set(draft, hit[0], "content", hit[1], field, value, f"html.meta-{hit[2]}")
    for key, names in (("author", AUTHOR), ("site", SITE)):
        hit = _first_meta(page, names)
        place = _place(draft.source, hit[0], "content", hit[1]) if hit else None
        if hit is not None and place is not None:
            draft.keep(key, hit[1], *place, f"html.meta-{hit[2]}")
    hit = _first_meta(page, VIA)
    if hit is not None and hit[1].casefold() not in NOBODY:
        _set(draft, hit[0], "content", hit[1], "via", hit[1], f"html.meta-{hit[2]}")
    for field, names in (("tags", TAGS), ("categories", CATEGORIES)):
        _listed(draft, _metas(page, names), field)
    for tag in page.find_all("link"):
        if "canonical" in attribute(tag, "rel").lower().split() and attribute(tag, "href").startswith("http"):
            _set(draft, tag, "href", attribute(tag, "href"), "url", attribute(tag, "href").strip(), "html.canonical")
    hit = _first_meta(page, ("og:url",))
    if hit is not None and hit[1].startswith("http"):
        _set(draft, hit[0], "content", hit[1], "url", hit[1], "html.meta-og:url")


def _listed(draft: Draft, metas: list[tuple[Tag, str, str]], field: str) -> None:
    """Tags, several to an element or one, or categories, one to an element."""
    found: dict[str, tuple[int, int]] = {}
    for tag, said, _ in metas:
        place = _place(draft.source, tag, "content", said)
        values = _SEVERAL.split(said) if field == "tags" else [said]
        if place is not None:
            for value in filter(None, map(str.strip, values)):
                found.setdefault(value, place)
    if found:
        draft.fields[field] = tuple(found)
        for index, place in enumerate(found.values()):
            draft.witness(f"{field}.{index}" if len(metas) > 1 else field, *place, f"html.meta-{metas[0][2]}")


def _set(draft: Draft, tag: Tag, name: str, raw: str, field: str, value: Any, rule: str) -> None:
    if value is None or field in draft.fields:
        return
    place = _place(draft.source, tag, name, raw)
    if place is not None:
        draft.set(field, value, *place, rule)


def _linked_data(draft: Draft, page: Tag) -> list[tuple[Tag, dict[str, Any]]]:
    """schema.org JSON-LD of type Article and its kinds, each with its script."""
    found: list[tuple[Tag, dict[str, Any]]] = []
    for tag in page.find_all("script"):
        if "ld+json" not in attribute(tag, "type"):
            continue
        try:
            data = json.loads(text_of(tag))
        except (ValueError, RecursionError):
            draft.notice("html.bad-json-ld", "the JSON-LD of the page is not JSON", tag.sourcepos or 0)
            continue
        found.extend((tag, item) for item in _items(data) if _is_article(item.get("@type")))
    return found


def _is_article(kind: Any) -> bool:
    """Whether a type, or one of several, is an article."""
    return any(isinstance(one, str) and _ARTICLE.search(one) for one in (kind if isinstance(kind, list) else [kind]))


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
            value = _scalars(raw).strip() if field == "title" else parse_moment(raw)
            place = _quoted(draft.source, tag, raw)
            if value is not None and place is not None:
                draft.set(field, value, *place, f"html.json-ld-{key}")
    names = [name for name in _names(item.get("author")) if name]
    if names and "author" not in draft.extra:
        place = _quoted(draft.source, tag, names[0])
        if place is not None:
            said = tuple(map(_scalars, names))
            draft.keep("author", said if len(said) > 1 else said[0], *place, "html.json-ld-author")


def _names(author: Any) -> list[str]:
    if isinstance(author, str):
        return [author.strip()]
    if isinstance(author, dict):
        return [str(author.get("name") or "").strip()]
    return [name for part in author for name in _names(part)] if isinstance(author, list) else []


def _scalars(text: str) -> str:
    """A JSON string with U+FFFD for each half of a surrogate pair that stands alone, which no file can hold."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _quoted(source: Source, tag: Tag, value: str) -> tuple[int, int] | None:
    """Where a JSON string stands inside a script, however it is spelled there; keys do not count."""
    pieces = [piece for node in tag.descendants if isinstance(node, Words) for piece in node.pieces]
    for match in _STRING.finditer(source.text, pieces[0].start, pieces[-1].end):
        words = match["words"]
        plain = _STRINGS.decode(f'"{words}"') if "\\" in words else words
        if not match["key"] and plain.strip() == value.strip():
            return match.span("words")
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
    if inside:
        _source(draft, page, inside)
    if "title" not in draft.fields:
        for name in ("h1", "title"):
            found = page.find(name)
            strings = [node for node in found.descendants if isinstance(node, Words)] if isinstance(found, Tag) else []
            pieces = [piece for node in strings for piece in node.pieces if piece.words.strip()]
            if pieces and isinstance(found, Tag):
                title = " ".join(text_of(found).split())
                draft.set("title", title, pieces[0].start, pieces[-1].end, f"html.{name}")
                break


def _source(draft: Draft, page: Tag, inside: set[int]) -> None:
    """An element that is called the source, outside the body: who was first to publish the text."""
    for tag in page.find_all(["span", "a", "em"]):
        called = attribute(tag, "id") == "source_baidu" or "source" in attribute(tag, "class").lower().split()
        match = _SOURCE.fullmatch(text_of(tag)) if called and id(tag) not in inside and "via" not in draft.fields else None
        strings = [node for node in tag.descendants if isinstance(node, Words)] if match is not None else []
        if match is not None and match["name"].casefold() not in NOBODY:
            pieces = [piece for node in strings for piece in node.pieces if match["name"] in piece.words]
            if pieces:
                start = pieces[0].start + pieces[0].words.index(match["name"])
                draft.set("via", match["name"], start, start + len(match["name"]), "html.source")


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
