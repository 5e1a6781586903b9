"""Links: addresses as their publisher wrote them, with proxies, redirectors and visitor counting undone."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote, unquote_plus, urljoin, urlsplit, urlunsplit

import msgspec

from ..model import Article, Embed, Image, Link, Node, RelatedLink
from ..profile import Profile, compiled
from .change import amend
from .rewrite import rewrite

_ORIGINAL = re.compile(
    r"(英文版|英文原文|閱讀原文|阅读原文|原文链接|原文鏈接|原文連結|original (article|version)|english version)", re.I
)

_ADDRESSED = frozenset({Image, Link, Embed})


def direct(url: str, profile: Profile) -> str:
    """An address with every proxy around it undone; at most four deep."""
    for _ in range(4):
        inner = _unwrapped(url, profile)
        if inner is None:
            return url
        url = inner
    return url


def _unwrapped(url: str, profile: Profile) -> str | None:
    for pattern, form in profile.proxies.items():
        match = compiled(pattern).search(url)
        if match is None:
            continue
        inner = match.group("url")
        if form == "quoted" or inner.lower().startswith(("http%3a", "https%3a")):
            inner = unquote(inner)
        if form == "host" and not re.match(r"(?:https?:)?//", inner, re.I):
            inner = "https://" + inner.removeprefix("ssl:")
        if inner.startswith("//"):
            inner = "https:" + inner
        return inner if inner != url else None
    return None


def canonical(url: str, profile: Profile) -> str:
    """An address without the parameters that only count visitors, without proxies, without white space; every other
    parameter as it is spelled."""
    url = direct(url.strip(), profile)
    parts = urlsplit(url)
    if not parts.query and not parts.fragment:
        return url
    tracking = compiled("|".join(f"(?:{pattern})" for pattern in profile.tracking) or r"(?!)")
    parameters = parts.query.split("&")
    query = "&".join(each for each in parameters if not tracking.fullmatch(unquote_plus(each.partition("=")[0])))
    fragment = "" if tracking.match(parts.fragment) else parts.fragment
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, fragment))


def apply(article: Article, common: Profile) -> Article:
    """Undo proxies in every address, resolve relative ones against the article's own, drop visitor counting."""
    url = _safe(lambda value: canonical(value, common), article.url) if article.url else None
    base = url if url and re.match("https?:", url, re.I) else None
    body = rewrite(article.body, lambda node: _node(node, base, common), _ADDRESSED)
    links = tuple(_related(link, base, common) for link in article.links)
    fields: dict[str, object] = {"body": body, "links": links}
    if article.url:
        fields["url"] = url or None
    return amend(article, fields=fields)


def _safe(change: Callable[[str], str], url: str) -> str:
    """An address changed, or as it is when it is not one (``urllib`` refuses bad brackets and ports)."""
    try:
        return change(url)
    except ValueError:
        return url


def _node(node: Node, base: str | None, common: Profile) -> Node:
    if isinstance(node, Image):
        return _image(node, base, common)
    if isinstance(node, Link):
        return msgspec.structs.replace(node, url=_safe(lambda url: _resolved(direct(url.strip(), common), base), node.url))
    if isinstance(node, Embed) and node.url:
        return msgspec.structs.replace(node, url=_safe(lambda url: _resolved(direct(url.strip(), common), base), node.url))
    return node


def _image(node: Image, base: str | None, common: Profile) -> Image:
    raw = node.src.strip()
    src = _safe(lambda url: _resolved(direct(url, common), base), raw)
    others = [_safe(lambda url: _resolved(direct(url, common), base), url) for url in node.fallbacks]
    unique = dict.fromkeys(url for url in ([raw] if raw != src else []) + others if url != src)
    return msgspec.structs.replace(node, src=src, fallbacks=tuple(unique))


def _resolved(url: str, base: str | None) -> str:
    if url.startswith("//"):
        return "https:" + url
    if base is None or re.match(r"[a-zA-Z][a-zA-Z0-9+.\-]*:", url) or url.startswith("#") or not url:
        return url
    return urljoin(base, url)


def _related(link: RelatedLink, base: str | None, common: Profile) -> RelatedLink:
    url = _safe(lambda value: _resolved(canonical(value, common), base), link.url)
    rel, language = link.rel, link.language
    if rel == "related" and link.title and _ORIGINAL.search(link.title):
        rel = "original"
        language = "en" if re.search(r"英文|english", link.title, re.I) else language
    return msgspec.structs.replace(link, url=url, rel=rel, language=language)
