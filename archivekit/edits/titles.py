"""Titles: white space folded, quotation marks an exporter replaced put back, repetitions in the body taken out."""

from __future__ import annotations

import html
import re
import unicodedata

from ..leaves import words
from ..model import Article, Block, Heading, Notice, Paragraph
from .change import amend, evidence_of, removed, without

_QUOTES = {"“": "”", "「": "」", "『": "』", "‘": "’", "《": "》", '"': '"', "〈": "〉"}
_REFERENCE = re.compile(r"&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,5});", re.I)
_LOST = re.compile(r"_(?P<words>[^_]{1,40})_")


def fold(text: str) -> str:
    """A title reduced to what repetitions of it have in common: letters and digits, full-width as half-width."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def apply(article: Article) -> Article:
    """Tidy the title, or take it from the first heading when the envelope has none."""
    if article.title is None:
        article = _from_heading(article)
    if article.title is None:
        return article
    plain = html.unescape(article.title) if _REFERENCE.search(article.title) else article.title
    title = re.sub(r"[\s\u00a0\u3000\u200b\ufeff]+", " ", plain).strip()
    restored = _restored(title, "".join(words(block) for block in article.body[:40])) if _LOST.search(title) else title
    notices = []
    if restored != title:
        notices.append(Notice(id="title.quotes-restored", message=f"{title!r} read as {restored!r}, as the body has it"))
    article = amend(article, fields={"title": restored or None}, notices=notices)
    return _without_repetition(article)


def _from_heading(article: Article) -> Article:
    for block in article.body[:3]:
        if isinstance(block, Heading) and words(block).strip():
            evidence = evidence_of((block,), "titles.first-heading")
            fields = {"title": words(block).strip(), "body": without(article.body, [block])}
            return amend(article, fields=fields, evidence={"title": evidence} if evidence else {})
    return article


def _restored(title: str, text: str) -> str:
    """A title whose ``_…_`` are the quotation marks that stand around the same words in the body."""
    marks: set[str] = set()

    def put_back(match: re.Match[str]) -> str:
        inner = match.group("words")
        for left, right in _QUOTES.items():
            if f"{left}{inner}{right}" in text:
                marks.add(left)
                return f"{left}{inner}{right}"
        return match.group()

    title = _LOST.sub(put_back, title)
    if _LOST.search(title):
        left = next(iter(sorted(marks)), "“" if "“" in text else "「" if "「" in text else "")
        if left and re.search(r"[\u4e00-\u9fff]_|_[\u4e00-\u9fff]", title):
            title = _LOST.sub(lambda m: f"{left}{m.group('words')}{_QUOTES[left]}", title)
    return title


def _without_repetition(article: Article) -> Article:
    """Blocks at the top that say the title again are taken out, unless nothing else would be left."""
    wanted = fold(article.title or "")
    gone: list[Block] = []
    for block in article.body[:6]:
        if isinstance(block, (Heading, Paragraph)) and wanted and fold(words(block)) == wanted:
            gone.append(block)
    rest = without(article.body, gone)
    if not gone or not any(words(block).strip() for block in rest):
        return article
    return amend(article, fields={"body": rest}, removals=removed(gone, "titles.repeated"))
