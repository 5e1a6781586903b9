"""Related: a section at the end that only leads to other articles becomes links of the record."""

from __future__ import annotations

import re

from ..leaves import only_links, words
from ..model import Article, Block, Figure, Heading, Link, Paragraph, RelatedLink, Rule, inline_text, walk
from .change import amend, evidence_of, removed, without
from .rights import is_notice

_SECTION = re.compile(
    r"^[\s【\[（(▼▽↓·•*_—–-]*(?:往期(?:推荐|精选|回顾|文章|内容|精彩)"
    r"|相关(?:阅读|报道|文章|链接|新闻|推荐)"
    r"|相關(?:閱讀|報道|報導|文章|連結|新聞)"
    r"|延伸(?:阅读|閱讀)|更多(?:阅读|閱讀|文章|内容|報道|报道)|推荐(?:阅读|文章)|推薦閱讀|精选推荐|猜你喜欢"
    r"|您可能(?:还|也)?感兴趣(?:的文章)?"
    r"|阅读更多|閱讀更多|热门文章|近期文章"
    r"|Related(?: (?:posts|articles|stories|reading))?|Read more|More (?:stories|from)|See also)"
    r"[\s】\]）):：▼▽↓·•*_—–.…-]*$",
    re.I,
)


def apply(article: Article) -> Article:
    """Take out ``往期推荐`` and its kind with everything below it, if that is nothing but links, pictures and titles.

    A notice of rights among them stays, for the edit that keeps it.
    """
    body = article.body
    for index in range(len(body) - 1, max(-1, len(body) - 25), -1):
        block = body[index]
        if isinstance(block, (Heading, Paragraph)) and _SECTION.match(words(block)) and _leads_on(body[index + 1 :]):
            return _taken(article, index)
    return _without_last_heading(article)


def _leads_on(rest: tuple[Block, ...]) -> bool:
    """Whether blocks hold no running text: links, pictures and lines short enough to be titles."""
    for block in rest:
        if isinstance(block, (Figure, Rule)) or only_links(block) or _is_notice(block):
            continue
        text = words(block).strip()
        if len(text) > 48 or re.search(r"[。！？]\s*\S", text):
            return False
    return True


def _is_notice(block: Block) -> bool:
    return isinstance(block, (Heading, Paragraph)) and not only_links(block) and is_notice(words(block).strip())


def _taken(article: Article, index: int) -> Article:
    gone = [block for block in article.body[index:] if not _is_notice(block)]
    links = list(article.links)
    evidence = {}
    for block in gone:
        for node in walk((block,)):
            if isinstance(node, Link):
                entry = evidence_of((node,), "related.section")
                if entry is not None:
                    evidence[f"links.{len(links)}"] = entry
                links.append(RelatedLink(rel="related", url=node.url, title=inline_text(node.children).strip() or None))
    fields = {"body": without(article.body, gone), "links": tuple(links)}
    return amend(article, fields=fields, evidence=evidence, removals=removed(gone, "related.section"))


def _without_last_heading(article: Article) -> Article:
    """A heading with nothing below it is what is left of a section that was not copied."""
    body = article.body
    end = len(body)
    while end and (isinstance(body[end - 1], Rule) or _is_bare_heading(body[end - 1])):
        end -= 1
    gone = body[end:]
    if not end or not any(isinstance(block, Heading) for block in gone):
        return article
    return amend(article, fields={"body": body[:end]}, removals=removed(gone, "related.heading-without-text"))


def _is_bare_heading(block: Block) -> bool:
    """A heading short enough to be one; some exports set whole paragraphs as headings."""
    return isinstance(block, Heading) and len(words(block)) <= 20 and not re.search(r"[。！？…”」]", words(block))
