"""Page dates: what the page itself says of when it was published, which a feed's time does not know."""

from __future__ import annotations

import re
from datetime import timedelta

from ..dates import find_moment, instant, parse_moment
from ..leaves import hull, part
from ..model import Article, Block, Evidence, Figure, Heading, Moment, Paragraph, inline_text
from .change import amend, removed, without

_YEAR = r"(?:\d{4}|[〇零○一二三四五六七八九]{4})年"
_TOLD = r"(?:讯|訊|专讯|專訊|电|電|[报報][道導导])"
_DATED = (
    re.compile(rf"[【\[（(](?P<inner>[^】\]）)]{{0,16}}{_YEAR}[^】\]）)]{{2,14}}{_TOLD})[】\]）)]"),
    re.compile(
        rf"(?:^\s*|(?<=[。！？!?”」』…]))[【\[（(](?P<inner>[^】\]）)，,。]{{0,16}}{_YEAR}[\s\d〇零○一二三四五六七八九十廿月日]{{2,14}})[】\]）)](?:(?<=】)|\s*$)"
    ),
)
"""A dated dateline; or brackets with nothing but a day, and whose it is, that begin a paragraph or follow its last sentence."""
_ON = r"\s*(?:发表于|發表於|发布于|發佈於)"
_DAY = r"\s*\d{4}[-年/.]\d{1,2}[-月/.]\d{1,2}日?[\s\d:：]{0,12}"
_POSTED = re.compile(rf"^(?:{_ON}{_DAY}|{_DAY}{_ON}).{{0,8}}$")
_EUROPEAN = re.compile(
    r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4})\s*[-–—,]\s*(?P<clock>\d{1,2}:\d{2}(?::\d{2})?)"
)
_DATE_LINE = re.compile(r"^[\s\d年月日点时分秒:：\-/.,TZ+\w星期周一二三四五六]{6,60}$")

APART = timedelta(days=3)
"""A page's own day is at most this far from the time its feed gives; further off it is a day that is written about."""


def apply(article: Article) -> Article:
    """Take the publication time from a date line at the top, else from a dated dateline."""
    return _dateline_date(_own_date(article))


def _own_date(article: Article) -> Article:
    """A line at the top that is nothing but a date, or a byline with a date below it, is the page's own.

    It is not where it heads the first of several days, nor where front matter gives another day.
    """
    for index, block in enumerate(article.body[:5]):
        if isinstance(block, Figure):
            continue
        if not isinstance(block, (Paragraph, Heading)):
            break
        text = inline_text(block.children).strip()
        lines = [line.strip() for line in re.split(r"\n|[|｜]", text) if line.strip()]
        if not 1 <= len(lines) <= 2 or (len(lines) == 2 and len(lines[0]) > 120) or len(lines[-1]) > 60:
            continue
        moment = _local_moment(lines[-1]) if len(lines) == 2 or _DATE_LINE.match(lines[0]) else None
        if moment is None:
            continue
        if len(lines) == 1 and _is_written_about(article, index, moment):
            return article
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


def _is_written_about(article: Article, index: int, moment: Moment) -> bool:
    """Whether a date line heads a part of the text, as in a diary, or gives another day than front matter does.

    No diary tells the second.
    """
    if moment.precision == "second":
        return False
    if any(_is_date_line(block) for block in article.body[index + 2 : -1]):
        return True
    page, known = instant(moment), instant(article.published)
    return moment.precision == "day" and page is not None and known is not None and abs(page - known) > APART


def _is_date_line(block: Block) -> bool:
    text = inline_text(block.children).strip() if isinstance(block, (Paragraph, Heading)) else ""
    return bool(_DATE_LINE.match(text)) and _local_moment(text) is not None


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
        match = next((m for m in (form.search(text) for form in _DATED) if m), None) if index < 5 else None
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
