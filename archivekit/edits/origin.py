"""Origin: lines at the top that say where a copy was taken from (``原文来自「某号」：[题](址)``)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec

from ..leaves import hull, words
from ..model import Article, Block, Contributor, Evidence, Link, Paragraph, Quote, Text, inline_text, walk
from .bylines import split_names
from .change import amend, removed, without
from .rewrite import rewrite

LONGEST = 160
"""A line of more characters says more than where it is from."""

_LEAD = re.compile(
    r"^[\s>*]*(?:(?:本文|此文|原文|文章|信息|文本|消息|内容|內容|文)?"
    r"(?:(?:转载|轉載|转|轉|来源|來源|源|来|來|取|出)自|首发于|首發於|经授权转载自)|(?P<label>来源|來源|Source)(?=\s*[:：])"
    r"|(?P<original>原文(?:链接|鏈接|連結|地址)?)|来源链接|via\b)(?:地址)?\s*(?P<colon>[:：])?\s*",
    re.I,
)
LINKED = "\ufffc"
"""What stands for a linked character where only the words beside the links count."""
_NOTHING_ELSE = re.compile(
    r"(?:网站)?(?:\s?[（(【][^（()）】]{0,60}[)）】])?(?:\s?(?:授权|授權|经授权|經授權)?(?:[「『“\"《][^」』”\"》]{1,30}[」』”\"》]|转载|轉載|发布|發佈))?"
    rf"(?:\s?[:：~|｜][^。{LINKED}]*)?[\s{LINKED}，,。；;、:：|｜~\-—]*(?:(?:作者|文/|By)\s*[:：]?[^。；;]{{1,40}})?"
    r"(?:(?<=[，,；;、\s])[^，。；;]{0,8}(?:删节|刪節|删改|刪改|删减|改动|改動|授权|授權))?[。\s]*",
    re.I,
)
"""What stands behind the name of an origin that is all a line says: its id, a title, links, who wrote it, what was cut."""
_SENTENCE = re.compile(r"[。！？!?]\s*\S")
_KIND = re.compile(
    r"(?:微信(?!号|號))?(?:公众号|公眾號|公众帐号|订阅号|訂閱號|微信号|微信號|微信公号|公号|服务号|微信|豆瓣ID|微博|头条号|知乎专栏|网站|公众平台)*"
    r"\s*[:：]?\s*",
    re.I,
)
_QUOTED = re.compile(r"[「『“\"《【]\s*(?P<name>[^」』”\"》】。，！？,!?；;：:]{1,30}?)\s*[」』”\"》】]")
_BARE = re.compile(rf"(?P<name>[^\s:：「『“【\[（(，,。~{LINKED}]{{2,16}}?)(?:网站)?\s*(?:[:：~（(，,\[{LINKED}]|$)")
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
            article, taken = _read(article, block, text, _masked(block).strip())
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
    found: list[tuple[Block, str, str]] = []
    for block in quote.children:
        lines = zip(words(block).split("\n"), _masked(block).split("\n"), strict=True)
        found.extend((block, line.strip(), beside.strip()) for line, beside in lines if line.strip())
    if not found or not all(_LEAD.match(line) or _AUTHORS.match(line) for _, line, _ in found):
        return article, False
    before = article
    for block, line, beside in found:
        authors = _AUTHORS.match(line)
        source = re.match(r"^(?:来源|來源)\s*[:：]\s*(?P<name>\S{2,20})$", line)
        taken = bool(authors or source)
        if authors:
            names = re.split(r"\s+(?=\S{2,6}[:：])", authors.group("names"), maxsplit=1)
            if len(names) > 1:
                return _credit(before, block, names[0]), False
            article = _credit(article, block, names[0])
        else:
            article, read = _read(article, block, line, beside)
            taken = taken or read
            if source:
                article = _publisher(article, block, source.group("name"))
        if not taken:
            return before, False
    return article, True


def _masked(block: Block) -> str:
    """The words of a block with each linked character but white space as ``LINKED``."""

    def mask(link: Link) -> Link:
        return msgspec.structs.replace(link, children=(Text(re.sub(r"\S", LINKED, inline_text(link.children))),))

    return words(rewrite((block,), mask, frozenset({Link}))[0])


def _read(article: Article, block: Block, text: str, beside: str) -> tuple[Article, bool]:
    """What a line says, whose words ``beside`` its links are given, too, and whether it is an origin line."""
    by = _BY.match(text)
    lead = _LEAD.match(text)
    links = [node.url for node in walk((block,)) if isinstance(node, Link)]
    if by:
        name = by.group("name") or by.group("names")
        article = _credit(article, block, by.group("names"))
        return _publisher(article, block, name), True
    if lead is None:
        return article, False
    kind = _KIND.match(text, lead.end())
    start = kind.end() if kind else lead.end()
    of_kind = start > lead.end()
    quoted = _QUOTED.match(text, start)
    linked = {words(node).strip() for node in walk((block,)) if isinstance(node, Link)}
    bare = None if quoted else _BARE.match(beside, start)
    named = quoted or bare
    name = named.group("name") if named else ""
    if not (links or of_kind or (quoted and not lead["original"])):
        return article, False
    rest = beside[named.end("name") + (1 if quoted else 0) :] if named else beside[start:]
    if _SENTENCE.search(rest) if lead["colon"] else not _NOTHING_ELSE.fullmatch(rest):
        return article, False
    if not name and len(linked) == 1:
        name = _named_in(next(iter(linked)), account=bool(kind and re.search(r"公号|公众号|订阅号", kind.group())))
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
