"""Page dates: what the page itself says of when it was published, which a feed's time does not know."""

from __future__ import annotations

import re

from ..dates import find_moment, parse_moment
from ..leaves import hull, part
from ..model import Article, Evidence, Figure, Heading, Moment, Paragraph, inline_text
from .change import amend, removed, without

_DATED = re.compile(r"[【\[（(](?P<inner>[^】\]）)]{0,16}(?:\d{4}|[〇零○一二三四五六七八九]{4})年[^】\]）)]{2,14})[】\]）)]")
_POSTED = re.compile(
    r"^(?:发表于|發表於|发布于|發佈於)?\s*\d{4}[-年/.]\d{1,2}[-月/.]\d{1,2}日?[\s\d:：]{0,12}\s*(?:发表于|發表於)?.{0,8}$"
)
_EUROPEAN = re.compile(
    r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4})\s*[-–—,]\s*(?P<clock>\d{1,2}:\d{2}(?::\d{2})?)"
)
_DATE_LINE = re.compile(r"^[\s\d年月日点时分秒:：\-/.,TZ+\w星期周一二三四五六]{6,60}$")


def apply(article: Article) -> Article:
    """Take the publication time from a date line at the top, else from a dated dateline."""
    return _dateline_date(_own_date(article))


def _own_date(article: Article) -> Article:
    """A line at the top that is nothing but a date, or a byline with a date below it, is the page's own."""
    for block in article.body[:5]:
        if isinstance(block, Figure):
            continue
        if not isinstance(block, (Paragraph, Heading)):
            break
        text = inline_text(block.children).strip()
        lines = [line.strip() for line in re.split(r"\n|[|｜]", text) if line.strip()]
        moment = _local_moment(lines[-1]) if lines and len(lines[-1]) <= 60 else None
        if moment is None or len(lines) > 2 or (len(lines) == 2 and len(lines[0]) > 120):
            continue
        if len(lines) == 1 and not _DATE_LINE.match(lines[0]):
            continue
        place = hull((block,))
        encoding = article.provenance.source.encoding
        start = inline_text(block.children).rindex(lines[-1])
        span = hull(part(block.children, start, start + len(lines[-1]), encoding))
        extra, evidence = dict(article.extra), {}
        old = article.provenance.evidence.get("published")
        if article.published is not None:
            extra["feed_published"] = article.published.value
            if old is not None:
                evidence["extra.feed_published"] = old
        evidence["published"] = Evidence(span=span, raw="", rule="credits.page-date")
        if len(lines) == 2:
            extra["byline"] = lines[0]
            head = hull(part(block.children, 0, len(inline_text(block.children)[:start].rstrip(" |｜\n")), encoding))
            evidence["extra.byline"] = Evidence(span=head, raw="", rule="credits.page-byline")
        rest = removed([block], "credits.page-date") if place else []
        fields = {"published": moment, "extra": extra, "body": without(article.body, [block])}
        return amend(article, fields=fields, evidence=evidence, removals=rest)
    return article


def _local_moment(line: str) -> Moment | None:
    """A date as a page prints it: ``21/07/2020 - 02:50`` is day first, as everywhere outside North America."""
    european = _EUROPEAN.fullmatch(line.strip())
    if european is None:
        return parse_moment(line)
    day, month, year, clock = european.group("day", "month", "year", "clock")
    return parse_moment(f"{year}-{month}-{day} {clock or ''}".strip())


def _dateline_date(article: Article) -> Article:
    """When nothing else says when: a dated dateline (``【某报2020年3月11日讯】``) or the platform's ``… 发表于`` line."""
    if article.published is not None:
        return article
    encoding = article.provenance.source.encoding
    for index, block in enumerate(article.body):
        if not isinstance(block, Paragraph):
            continue
        text = inline_text(block.children)
        match = _DATED.search(text) if index < 5 else None
        posted = _POSTED.match(text.strip())
        found = find_moment(match.group("inner")) if match else find_moment(text) if posted else None
        if found is None:
            continue
        offset = match.start("inner") if match else 0
        span = hull(part(block.children, offset + found[1], offset + found[2], encoding))
        evidence = {"published": Evidence(span=span, raw="", rule="credits.dateline-date")}
        fields: dict[str, object] = {"published": found[0]}
        if posted:
            fields["body"] = without(article.body, [block])
            return amend(article, fields=fields, evidence=evidence, removals=removed([block], "credits.posted-line"))
        return amend(article, fields=fields, evidence=evidence)
    return article
