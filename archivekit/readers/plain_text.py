"""Plain text: an article as it comes off a page by copy and paste, or out of a text corpus.

The envelope is what stands before the first paragraph: a path of sections, lines of metadata, a kicker, the title, a
deck. Page chrome is taken out wherever it has a line to itself. A text that begins at once with a paragraph has no
title, and none is made up for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from ..markup import plaintext
from ..markup.chrome import is_chrome, is_cookie_notice
from ..markup.headerline import Item
from ..markup.headerline import parse as parse_header
from ..markup.plaintext import Cut, Line
from ..model import Article
from ..source import Source
from .draft import Draft
from .envelope import Reader
from .plain_text_fields import Fields

NAME: Final = "plain-text"
HEAD_LINES: Final = 16
"""How many lines, chrome apart, the envelope can take."""
PARAGRAPH: Final = 84
"""Columns from which on a line is a paragraph and no headline: 42 Han characters."""
LONG_HEADLINE: Final = 116
"""The same for a first line that a blank line sets off and that does not end as a sentence does."""
LATIN_HEADLINE: Final = 130
"""The same for a line without Han characters."""

_PATH_LABEL: Final = re.compile(r"(?:您|你)?(?:现在|現在|目前|当前|當前|所在)?的?(?:位置|所在位置)(?:是|在)?\s*[:：]\s*")
_PATH_END: Final = re.compile(r"首[页頁]|主[页頁]|home|正文(?:内容|內容)?|[内內]文|文章|详细", re.IGNORECASE)
_PATH_MARK: Final = re.compile(r"-{0,2}[>＞]+|[»›→]")
_LOOSE_MARK: Final = re.compile(r"[|｜/／·]|\s[-－—]+\s")
_SECTION: Final = re.compile(r"[㐀-鿿]{2,5}")
_NO_PART: Final = re.compile(r"[。！？，,；;：:]")

_BYLINE: Final = re.compile(
    r"本[报報刊社台网網](?:[驻駐]\S{1,12}?|[特首实實见見]\S{1,3}?){0,3}(?:记者|記者|通[讯訊][员員]|评论员|評論員|编辑|編輯|编译|編譯|[讯訊电電])"
    r"|^[□■◎●◆▲△○◇*＊（(\[【]*(?:《[^》]{1,20}》|\S{2,10}?[网網社报報台]|[特首实實见見]\S{1,3}?)?(?:特约|特約|特派)?"
    r"(?:记者|記者|通[讯訊][员員]|撰稿人?)[\s:：／/]*\S{1,3}[\s　]?\S{0,3}(?:$|[\s、，／/）)]"
    r"|[报報][道導]|[电電]|发自|發自|摄|攝)"
    r"|^[（(\[【]?(?:文|圖|图|撰文|摄影|攝影|编辑|編輯|作者|译者|譯者|责编|責編|责任编辑|責任編輯"
    r"|来源|來源|记者|記者)[\s　]?[:：／/|｜]"
    r"|^\d{4}\s?[年/.-].{2,16}\d[:：]\d\d|^\S{2,6}[专專][讯訊]|^原(?:标题|標題|题|題)[:：]|^[（(【\[].{0,30}(?:[专專日报報社]|\d)\s?[电電讯訊][）)】\]]|^\S{2,12}\d{1,2}月\d{1,2}日[电電讯訊]|(?:综合|綜合)?(?:报道|報導|編譯|编译)[】）)]?$"
    r"|^\S{0,4}(?:日期|时间|時間)[:：]"
    r"|^(?:copyright|©|版权|版權)",
    re.IGNORECASE,
)
_NO_TITLE_END: Final = "。．，、；：.,;:｡"
_LETTER: Final = re.compile(r"[^\W\d_]")
_HAN: Final = re.compile(r"[㐀-鿿]")
_LISTED: Final = re.compile(r"^[（(]?\d{1,2}[）)、.．：:]|^[·•*▪▶►※]")
_RUNS_ON: Final = re.compile(r"[，；,;]$")
"""How a verse ends, and no line of an envelope."""
_NAME: Final = re.compile(r"[㐀-鿿]{2,3}")
"""What is too short for a deck: below a title, it is who wrote the text."""
_MARKED: Final = re.compile(r"^[■●▲▼◆★◎]")
"""What sets the first line of one piece of news off from the next, below the title of them all."""
_WINDOW: Final = re.compile(r"\s*[_|｜\-－—–]+\s*\S")


class Envelope(NamedTuple):
    """What the lines of a text are: sections, metadata, chrome with its rule, and the lines that are left."""

    paths: tuple[tuple[Line, tuple[str, ...]], ...]
    headers: tuple[tuple[Line, tuple[Item, ...]], ...]
    chrome: tuple[tuple[Line, str], ...]
    rest: tuple[Line, ...]


class Heads(NamedTuple):
    """The headlines of a text, and what else stands among them."""

    title: Line | None = None
    subtitle: Line | None = None
    deck: Line | None = None
    window: Line | None = None
    repeats: tuple[Line, ...] = ()
    masthead: tuple[Line, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """All of them, in no order."""
        found = (self.title, self.subtitle, self.deck, self.window, *self.repeats, *self.masthead)
        return tuple(line for line in found if line is not None)


def read(source: Source) -> tuple[Article, ...]:
    """Read one article; raises MarkupLimitError when it is made of more pieces than the limit."""
    draft = Draft(source, NAME)
    found = plaintext.scan(source, 0, len(source.text))
    envelope = open_envelope(source, found.lines)
    groups = plaintext.group(envelope.rest)
    heads = headlines(groups, envelope)
    _fill(Fields(draft), envelope, heads)
    for line, rule in envelope.chrome:
        draft.remove(line.start, line.end, rule)
    taken = {line.start for line in heads.lines}
    body = [lines for lines in groups if lines[0].start not in taken]
    draft.body = plaintext.compose(source, body)
    whole = [*(line for line, _ in (*envelope.paths, *envelope.headers, *envelope.chrome)), *heads.lines]
    draft.removals.extend(plaintext.removal(source, cut) for cut in _outside(found.cuts, whole))
    draft.removals.sort(key=lambda removal: removal.span)
    draft.notices.extend(found.notices)
    _report(draft, heads, body)
    return (draft.article(),)


def _fill(fields: Fields, envelope: Envelope, heads: Heads) -> None:
    for line, parts in envelope.paths:
        fields.keep("breadcrumb", parts, line.start, line.end, "plain-text.breadcrumb")
    for line in heads.masthead:
        fields.keep("masthead", line.text, line.start, line.end, "plain-text.masthead")
    for line, items in envelope.headers:
        fields.header(line, items)
    if heads.window is not None:
        fields.keep("window-title", heads.window.text, heads.window.start, heads.window.end, "plain-text.window-title")
    fields.headlines(heads.title, heads.subtitle, heads.deck, heads.repeats)


def _outside(cuts: Sequence[Cut], lines: Sequence[Line]) -> list[Cut]:
    """The cuts that are in none of the lines whose every character is accounted for already."""
    ordered = sorted(lines, key=lambda line: line.start)
    kept: list[Cut] = []
    at = 0
    for cut in cuts:
        while at < len(ordered) and ordered[at].end <= cut.start:
            at += 1
        if at == len(ordered) or cut.start < ordered[at].start:
            kept.append(cut)
    return kept


def _report(draft: Draft, heads: Heads, body: Sequence[tuple[Line, ...]]) -> None:
    if not body:
        draft.notice("plain-text.no-body", "nothing is left for the body")
    if heads.title is None:
        if "title" not in draft.fields:
            draft.notice("plain-text.no-title", "the text begins without a title")
        return
    alike = sum(len(lines) == 1 and is_headline(lines[0]) for lines in body[1:])
    alone = heads.subtitle is None and not draft.evidence.keys() & {"extra.breadcrumb", "published", "via"}
    if alike >= 2 and alone:
        message = f"the title is set like {alike} lines inside the text: it may be a sub-heading or a caption"
        draft.notice("plain-text.title-unsure", message, heads.title.start, heads.title.end)


# --- the envelope -----------------------------------------------------------------------------------------------


def open_envelope(source: Source, lines: Sequence[Line]) -> Envelope:
    """Sort the lines of a text."""
    paths: list[tuple[Line, tuple[str, ...]]] = []
    headers: list[tuple[Line, tuple[Item, ...]]] = []
    chrome: list[tuple[Line, str]] = []
    rest: list[Line] = []
    inside = True
    parted = False
    for index, line in enumerate(lines):
        text = line.text if line.end - line.start <= 500 else ""
        outer = index < 6 or index >= len(lines) - 6
        before = len(paths) + len(headers) + len(chrome)
        if is_chrome(text):
            chrome.append((line, "plain-text.chrome"))
        elif outer and is_cookie_notice(text):
            chrome.append((line, "plain-text.cookie-notice"))
        elif (
            inside and len(rest) < 3 and (parts := path_parts(text, loose=not rest, over_headline=_is_over(lines[index + 1 :])))
        ):
            paths.append((line, parts))
        elif inside and (items := parse_header(source.text[line.start : line.end])):
            headers.append((line, items))
        else:
            set_off = not rest and index + 1 < len(lines) and lines[index + 1].gap
            inside = inside and not is_paragraph(line, set_off=set_off) and not _RUNS_ON.search(line.text)
            inside = inside and len(rest) + len(headers) < HEAD_LINES
            rest.append(msgspec.structs.replace(line, apart=True) if parted else line)
        parted = len(paths) + len(headers) + len(chrome) > before
    return Envelope(tuple(paths), tuple(headers), tuple(chrome), tuple(rest))


def _is_over(below: Sequence[Line]) -> bool:
    """Whether a headline stands below, with more below it."""
    return len(below) > 1 and is_headline(below[0])


def path_parts(text: str, *, loose: bool, over_headline: bool = False) -> tuple[str, ...]:
    """The parts of a path of sections (``新闻 > 国内 > 正文``, ``您的位置：…``); none when the line is no path.

    A loose path is parted by bars, slashes or dashes, and must begin at the home page or end at the text. Over a headline
    a path may have no more than two sections (``國際 > 亞洲``).
    """
    if len(text) > 120:
        return ()
    label = _PATH_LABEL.match(text)
    bare = text[label.end() if label else 0 :].strip()
    marked = bool(_PATH_MARK.search(bare))
    if not marked and not label and not loose:
        return ()
    found = (_PATH_MARK if marked else _LOOSE_MARK).split(bare)
    parts = tuple(part.strip() for part in (found if found[-1].strip() else found[:-1]))
    if not all(part and len(part) <= 20 and not _NO_PART.search(part) for part in parts):
        return ()
    ended = len(parts) >= 2 and any(_PATH_END.fullmatch(part) for part in (parts[0], parts[-1]))
    sections = over_headline and all(map(_SECTION.fullmatch, parts))
    return parts if label or ended or (marked and (len(parts) >= 3 or (len(parts) == 2 and sections))) else ()


def is_paragraph(line: Line, *, set_off: bool = False) -> bool:
    """Whether a line is running text rather than a headline, which may be longer where a blank line sets it off."""
    text = line.text
    limit = PARAGRAPH if _HAN.search(text[:LATIN_HEADLINE]) else LATIN_HEADLINE
    if set_off and line.open:
        limit = max(limit, LONG_HEADLINE)
    stops = text.rstrip(plaintext.CLOSING).endswith(("。", "."))
    return line.width > limit or (stops and line.width > 24) or "。" in text.rstrip("。")


def is_headline(line: Line, *, set_off: bool = False) -> bool:
    """Whether a line can be a title: short, no sentence, nobody's byline, no item of a list, and words in it."""
    text = line.text
    if is_paragraph(line, set_off=set_off) or text[-1] in _NO_TITLE_END or len(_LETTER.findall(text)) < 2:
        return False
    return not (_BYLINE.search(text) or _LISTED.match(text))


def headlines(groups: Sequence[tuple[Line, ...]], envelope: Envelope) -> Heads:
    """The headlines at the top of a text, if it has any; before the lines of metadata where there are some."""
    top: list[Line] = []
    apart = len(groups) > 1 and groups[1][0].gap
    for lines in groups:
        if len(lines) > 1 or not is_headline(lines[0], set_off=apart and not top) or (top and _MARKED.match(lines[0].text)):
            break
        top.append(lines[0])
    follow = groups[len(top) :]
    named = {item.value for _, items in envelope.headers for item in items if item.key == "title"}
    if named:
        return Heads(repeats=tuple(line for line in top if line.text in named))
    below = envelope.paths[-1][0].start if envelope.paths else 0
    masthead = tuple(line for line in top if line.start < below)
    top = top[len(masthead) :]
    window = next((line for line in masthead if _is_window(line.text, [one.text for one in top[:3]])), None)
    masthead = tuple(line for line in masthead if line is not window)
    if envelope.headers:
        last = envelope.headers[-1][0].start
        top = [line for line in top if line.start < last] or top
    marked = bool(envelope.paths or envelope.headers)
    runs = any(len(lines) > 1 or is_paragraph(lines[0]) for lines in follow)
    apart = len(groups) > 1 and groups[1][0].gap
    if (
        not top
        or not (runs or marked or apart)
        or (len(top) == 1 and not (marked or apart) and _is_one_of_many(top[0], follow))
    ):
        return Heads(window=window, masthead=masthead)
    chosen = _choose(top, marked=marked)
    return chosen._replace(window=window or chosen.window, masthead=masthead)


def _is_one_of_many(line: Line, follow: Sequence[tuple[Line, ...]]) -> bool:
    """Whether a flush line over indented text is set like lines all through it: captions of pictures that got lost."""
    flush = sum(len(lines) == 1 and lines[0].indent < plaintext.INDENT and is_headline(lines[0]) for lines in follow)
    indented = sum(lines[0].indent >= plaintext.INDENT for lines in follow)
    return line.indent < plaintext.INDENT and flush >= 3 and indented >= 3


def _choose(top: list[Line], *, marked: bool) -> Heads:
    """Which of the headlines is what: a kicker is shorter than the title it stands over, a deck follows."""
    window = None
    if len(top) > 1 and _is_window(top[0].text, [line.text for line in top[1:4]]):
        window, top = top[0], top[1:]
    first: dict[str, Line] = {}
    repeats = tuple(line for line in top if first.setdefault(line.text, line) is not line)
    top = list(first.values())
    if len(top) > 3:
        top = top[:3] if marked else top[:1]
    if len(top) == 1:
        return Heads(title=top[0], window=window, repeats=repeats)
    if top[0].width < top[1].width:
        return Heads(top[1], top[0], top[2] if len(top) > 2 else None, window, repeats)
    if _NAME.fullmatch(top[1].text):
        return Heads(title=top[0], window=window, repeats=repeats)
    return Heads(top[0], top[1], None, window, repeats)


def _is_window(text: str, others: Sequence[str]) -> bool:
    """Whether a line is a window title: a headline below it, followed by the names of a section and a site."""
    return any(text.startswith(other) and _WINDOW.match(text[len(other) :]) for other in others)


# --- recognition ------------------------------------------------------------------------------------------------

_MARKUP: Final = re.compile(
    r"^(?:---\s*$|<!--|<!doctype|<html|<\?xml|\s*[{\[]\s*[\"{]|#{1,6}\s|\[[^\]\n]+\]\(https?://)", re.I | re.M
)


def score(head: str) -> float:
    """0.2 for any text, 0.5 for lines of prose without markup: plain text is what is left when nothing else fits."""
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    if not lines or _MARKUP.search(head[:2000]):
        return 0.2
    tags = len(re.findall(r"</?[a-zA-Z][^<>\n]{0,200}>", head))
    prose = sum(len(line) >= 20 for line in lines)
    return 0.5 if prose and tags <= len(lines) // 4 else 0.3


READER: Final = Reader(
    name=NAME,
    recognised_by="lines of text without front matter or markup; what no other reader claims",
    score=score,
    read=read,
)
