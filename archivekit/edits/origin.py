"""Origin: lines at the top that say where a copy was taken from (``原文来自「某号」：[题](址)``)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ..leaves import hull, words
from ..model import Article, Block, Contributor, Evidence, Link, Paragraph, Quote, walk
from .bylines import split_names
from .change import amend, removed, without

LONGEST = 160
"""A line of more characters says more than where it is from."""

_LEAD = re.compile(
    r"^[\s>*]*(?:(?:本文|此文|原文|文章|信息|文本|消息|内容|內容|文)?(?:源|來源|来源|來|来)?(?:自|源自|來自|来自|转自|轉自|转载自|轉載自|取自|出自|来源[:：]|來源[:：]|首发于|首發於|经授权转载自)"
    r"|原文(?:链接|鏈接|連結|地址)?|来源链接|via|Source)(?:地址)?\s*[:：]?\s*",
    re.I,
)
_KIND = re.compile(
    r"^(?:微信)?(?:公众号|公眾號|公众帐号|订阅号|訂閱號|微信号|微信號|微信公号|公号|服务号|微信|豆瓣ID|微博|头条号|知乎专栏|网站|公众平台)*"
    r"\s*[:：]?\s*",
    re.I,
)
_QUOTED = re.compile(r"^[「『“\"《【]\s*(?P<name>[^」』”\"》】]{1,30}?)\s*[」』”\"》】]")
_BARE = re.compile(r"^(?P<name>[^\s:：「『“【\[（(，,。~]{2,16}?)(?:网站)?\s*(?:[:：~（(，,\[]|$)")
_AUTHOR = re.compile(r"[，,。；;\s](?:作者|文/|By)\s*[:：]?\s*(?P<names>[^。；;）)]{2,40})[。\s]*$", re.I)
_AUTHORS = re.compile(r"^作者\s*[:：]\s*(?P<names>\S.{1,40})$")
_BY = re.compile(
    r"^\s*By\s+(?P<names>[^，,]{1,24})[，,]\s*微信(?:公众号|公号|号)"
    r"\s*(?:[（(「]\s*(?P<name>[^，,）)」]{1,24})[^）)」]*[）)」]?|(?P<id>[\w-]+))\s*$",
    re.I,
)
_MIRRORS = re.compile(
    r"^(?:archive\.(?:is|li|ph|today|fo|md|vn)|wechatscope\.jmsc\.hku\.hk|wemp\.app|\d{1,3}(?:\.\d{1,3}){3})$"
)
_PLATFORMS = frozenset({"微信", "豆瓣", "知乎", "微博", "网络", "網絡", "互联网", "推特", "脸书", "公众号", "公号", "订阅号"})


def apply(article: Article) -> Article:
    """Read and take out origin lines among the first four blocks; publisher, address and author come from them."""
    gone: list[Block] = []
    for block in article.body[:4]:
        text = words(block).strip()
        if not isinstance(block, (Paragraph, Quote)) or not text or len(text) > LONGEST:
            continue
        if isinstance(block, Quote):
            article, taken = _read_lines(article, block)
        else:
            article, taken = _read(article, block, text)
        if taken:
            gone.append(block)
    if not gone:
        return article
    rest = without(article.body, gone)
    if not any(words(block).strip() for block in rest):
        return article
    return amend(article, fields={"body": rest}, removals=removed(gone, "origin.line"))


def _read_lines(article: Article, quote: Quote) -> tuple[Article, bool]:
    """A quotation that holds nothing but origin and credit lines, one a line."""
    found: list[tuple[Block, str]] = []
    for block in quote.children:
        found.extend((block, line.strip()) for line in words(block).split("\n") if line.strip())
    if not found or not all(_LEAD.match(line) or _AUTHORS.match(line) for _, line in found):
        return article, False
    for block, line in found:
        authors = _AUTHORS.match(line)
        if authors:
            article = _credit(article, block, authors.group("names"))
        else:
            article, _ = _read(article, block, line)
            source = re.match(r"^(?:来源|來源)\s*[:：]\s*(?P<name>\S{2,20})$", line)
            if source:
                article = _publisher(article, block, source.group("name"))
    return article, True


def _read(article: Article, block: Block, text: str) -> tuple[Article, bool]:
    by = _BY.match(text)
    lead = _LEAD.match(text)
    links = [node.url for node in walk((block,)) if isinstance(node, Link)]
    if by:
        name = by.group("name") or by.group("names")
        article = _credit(article, block, by.group("names"))
        return _publisher(article, block, name), True
    if lead is None or lead.end() == 0 or text[lead.end() :].startswith(("的", "于是")):
        return article, False
    rest = text[lead.end() :]
    kind = _KIND.match(rest)
    rest = rest[kind.end() :] if kind else rest
    quoted = _QUOTED.match(rest)
    linked = {words(node).strip() for node in walk((block,)) if isinstance(node, Link)}
    name = quoted.group("name") if quoted else ""
    bare = None if quoted else _BARE.match(rest)
    if bare is not None and not any(rest.startswith(label) for label in linked):
        name = bare.group("name")
    if not name and len(linked) == 1:
        name = _named_in(next(iter(linked)), account=bool(kind and re.search(r"公号|公众号|订阅号", kind.group())))
    if not quoted and not links and not (kind and kind.end()):
        return article, False
    author = _AUTHOR.search(text)
    if author:
        article = _credit(article, block, author.group("names"))
    if name and name not in _PLATFORMS:
        article = _publisher(article, block, re.sub(r"网站$", "", name))
    for url in links:
        if article.url is None and _is_original(url):
            evidence = Evidence(span=hull((block,)), raw="", rule="origin.link")
            article = amend(article, fields={"url": url}, evidence={"url": evidence})
    return article, True


def _named_in(label: str, *, account: bool) -> str:
    """The outlet that a link's words name: before a colon, or when they are too short for a title."""
    before = re.match(r"^([^\s:：|｜]{2,8})\s*[:：|｜]", label)
    if before:
        return before.group(1)
    longest = 10 if account else 8
    return label if len(label) <= longest and re.fullmatch(r"[\w\u4e00-\u9fff]+", label) and label != "转载" else ""


def _is_original(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and not _MIRRORS.match(parts.hostname or "") and len(parts.path) > 1
    except ValueError:
        return False


def _publisher(article: Article, block: Block, name: str) -> Article:
    if article.publisher is not None:
        return article
    evidence = Evidence(span=hull((block,)), raw="", rule="origin.name")
    return amend(article, fields={"publisher": name.strip()}, evidence={"publisher": evidence})


def _credit(article: Article, block: Block, raw: str) -> Article:
    names, _ = split_names(raw)
    known = list(article.contributors)
    evidence = {}
    for name, _, _ in names or [(raw.strip(), 0, 0)]:
        if not any(other.name == name for other in known) and len(name) <= 24:
            evidence[f"contributors.{len(known)}"] = Evidence(span=hull((block,)), raw="", rule="origin.author")
            known.append(Contributor(name=name, role="aut"))
    return amend(article, fields={"contributors": tuple(known)}, evidence=evidence)
