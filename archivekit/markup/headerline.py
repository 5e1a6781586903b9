"""One-line metadata as pages set it under a title: ``日期：2006-05-07 来源：… 作者：…``, ``2006年05月07日10:20 …``.

A line is read whole or not at all: every stretch of it must be a label with its value, a date, an address, page chrome,
or one short name of an outlet beside a date.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from ..dates import find_moment
from .chrome import is_chrome

Key = Literal[
    "title", "subtitle", "published", "modified", "via", "outlet", "aut", "rpt", "edt", "trl", "pht", "url", "tags",
    "categories", "updated", "page", "chrome", "empty",
]  # fmt: skip
"""What an item is: a field, a contributor's role, or nothing of the article."""

MAX_LENGTH: Final = 240
"""A longer line is no metadata."""

_LABELS: Final[dict[Key, str]] = {
    "title": "标题|標題|题目|題目|主标题|主標題|title|headline",
    "subtitle": "副标题|副標題|副题|引题|肩题|眉题|subtitle",
    "published": "(?:发布|發布|發佈|发表|發表|刊登|刊出|出版|撰写|创建|建立|添加|发稿|發稿|文章|新闻|新聞"
    "|见报|見報|刊载|刊載|上传|上傳|录入|上稿|首次上稿|报道|報導)?(?:日期|时间|時間)"
    "|发布|發佈|發布|发表|發表|首發|首发"
    "|发布于|發佈於|發布於|发表于|發表於|published(?: on)?|pub(?:lish)? ?date|date|posted(?: on)?",
    "modified": "(?:最后|最後)?(?:更新|修改|修訂|修订)(?:日期|时间|時間|于|於)?|(?:last )?(?:updated|modified)(?: on)?",
    "via": "(?:文章|新闻|新聞|信息|资料|資料|消息|稿件|内容|內容)?(?:来源|來源)"
    "|出处|出處|稿源|转自|轉自|转载自|轉載自|source|via",
    "aut": "(?:文章|本文)?作者|(?:发布|發布|發佈|投稿)者|撰文|撰稿|文|author|by",
    "rpt": "(?:本报|本報)?(?:记者|記者)|通讯员|通訊員|reporter",
    "edt": "(?:责任|責任|本文|网络|網絡|執行|执行)?(?:编辑|編輯)|责编|責編|網編|网编|editor",
    "trl": "译者|譯者|翻译|翻譯|编译|編譯|translator",
    "pht": "摄影|攝影|摄影师|photo(?:grapher)?",
    "url": "(?:原文|本文|文章|新闻|新聞)?(?:链接|鏈接|連結|网址|網址|地址)|原文|url|link",
    "tags": "关键词|關鍵詞|关键字|關鍵字|标签|標籤|標簽|tags?|keywords?",
    "categories": "栏目|欄目|分类|分類|类别|類別|频道|頻道|版面|版次|所属栏目|category|section",
}
_CHROME_LABELS: Final = "(?:点击|點擊|浏览|瀏覽|阅读|閱讀|查看)(?:数|數|量|次数|次數)?|人气|人氣|评论|評論|回复|字数|字數|views"
_NAMES: Final[dict[str, Key]] = {f"k{index}": key for index, key in enumerate(_LABELS)}


def _spaced(words: str) -> str:
    """The pattern with optional white space between neighbouring Han characters (``作　者``)."""
    return re.sub(r"(?<=[㐀-鿿])(?=[㐀-鿿])", r"[ \\u3000]{0,4}", words)


_LABEL: Final = re.compile(
    r"(?:(?=(?:来源|來源|作者|责任编辑|責任編輯|发布时间|發布時間)[:：])|(?<![^\s\[【(（|｜/／,，;；:：\]】)）>\d年月日秒分]))(?:"
    + "|".join(f"(?P<{name}>{_spaced(_LABELS[key])})" for name, key in _NAMES.items())
    + f"|(?P<counter>{_CHROME_LABELS})"
    + r")(?:[ \u3000]?[:：]|】[:：]?|[ \u3000](?=\d{2}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z.]*\s\d))\s{0,8}",
    re.IGNORECASE,
)
_PAGE: Final = re.compile(r"第\s?[\d一二三四五六七八九十]{1,3}\s?版")
_URL: Final = re.compile(r"(?:https?://|www\.)[!-~]+", re.IGNORECASE)
_WIDGET: Final = re.compile(
    r"[\[【〖(（]?(?:正文)?(?:字号|字號|字体|字體)\s?[:：]?\s?[\[【]?[大中小\s]{0,12}[\]】〗)）]?"
    r"|[\[【(（]\s?(?:大\s?中\s?小|小\s?中\s?大|打印|列印|收藏|关闭|關閉|推荐|纠错|我要纠错|评论|打印本页|关闭窗口)\s?[\]】)）]"
    r"|(?<!\S)(?:已?有|共有?)?\s?\d{1,9}\s?(?:位网友|人|条|條|次)(?:参与|參與|跟贴|跟帖|评论|評論|浏览|瀏覽|阅读|閱讀|发表评论)(?!\S)"
    r"|(?<!\S)(?:大 中 小|小 中 大|打印(?:本页|本文)?|列印|收藏|分享(?:到)?|关闭(?:窗口)?"
    r"|我要(?:评论|评论\(\d+\)|纠错|分享)|评论\(\d+\))(?!\S)"
)
_EDGE: Final = " \t\u3000\xa0\ue5e5|｜/／,，;；·•-–—()（）[]【】<>《》"
_UPDATED: Final = re.compile(r"[\d/\s:：月日-]{8,24}(?:更新|updated)")
_TWO_CLOCKS: Final = re.compile(r"格林[尼威]治(?:[标標][准準])?[时時][间間]\s?(\d{1,2}:\d{2}).{0,16}")
_AFTER: Final = re.compile(r"[讯訊电電]|[发發](?:布|佈|表)|刊[登出]|[A-Z]{1,3}T")
_REPORTER: Final = re.compile(
    r"(?:本[报報刊台]|[㐀-鿿]{2,6}[网網社报報])?(?:特约|特約|特派|见习|見習)?[记記]者\s{0,4}([^\s／/][^／/]{0,20})(?:[／/].{0,16})?"
)
_AUTHOR: Final = re.compile(r"by\s+(\S.{0,30})", re.IGNORECASE)
_OUTLET_END: Final = re.compile(r"[报報网網社刊》]\s*$")
_PAIRS: Final = {"】": "【", "）": "（", ")": "(", "]": "[", "》": "《"}
_SENTENCE: Final = re.compile(r"[。！？]|[，,].*[，,]")


class Item(NamedTuple):
    """One piece of metadata. ``start`` and ``end`` cover its label and the separators after it; ``value`` is bare."""

    key: Key
    value: str
    start: int
    end: int


class _Anchor(NamedTuple):
    key: Key
    start: int
    value: int
    end: int


def parse(line: str) -> tuple[Item, ...] | None:
    """The metadata a line is made of, covering every visible character of it in order; None when it is anything else."""
    if len(line) > MAX_LENGTH or not line.strip():
        return None
    anchors = _anchors(line)
    if not any(anchor.key not in ("chrome", "page") for anchor in anchors):
        return None
    items: list[Item] = []
    head = line[: anchors[0].start]
    labelled = any(anchor.key not in ("chrome", "published", "url") or anchor.value > anchor.start for anchor in anchors)
    if head.strip(_EDGE):
        dated = next((anchor for anchor in anchors if anchor.key == "published"), None)
        if dated is None or not _outlet(head, parted=_parted(head, line[dated.start : dated.end])):
            return None
        items.extend(_named(line, 0, anchors[0].start))
    start = 0 if not items else anchors[0].start
    for index, anchor in enumerate(anchors):
        stop = anchors[index + 1].start if index + 1 < len(anchors) else len(line)
        found = _items(line, anchor, start, stop)
        if found is None:
            return None
        items.extend(found)
        start = stop
    outlets = sum(item.key == "outlet" for item in items)
    return None if outlets > 1 and not labelled else tuple(items)


def _anchors(line: str) -> list[_Anchor]:
    """Where the pieces of a line begin, in order, none inside another."""
    found: list[_Anchor] = []
    for match in _LABEL.finditer(line):
        name = next((name for name in _NAMES if match[name] is not None), None)
        found.append(_Anchor(_NAMES[name] if name else "chrome", match.start(), match.end(), match.end()))
    found.extend(_Anchor("chrome", match.start(), match.start(), match.end()) for match in _WIDGET.finditer(line))
    found.extend(_Anchor("page", match.start(), match.start(), match.end()) for match in _PAGE.finditer(line))
    found.extend(_Anchor("url", match.start(), match.start(), match.end()) for match in _URL.finditer(line))
    at = 0
    while dated := find_moment(line[at:]):
        moment, start, end = dated
        if moment.precision in ("day", "minute", "second"):
            found.append(_Anchor("published", at + start, at + start, at + end))
        at += end
    return _outermost(sorted(found, key=lambda anchor: (anchor.start, -anchor.end)), line)


def _outermost(found: list[_Anchor], line: str) -> list[_Anchor]:
    """The anchors without those that are the value of the one before (``日期：2006-05-07``, ``原文：http://…``)."""
    kept: list[_Anchor] = []
    for anchor in found:
        if kept:
            before = kept[-1]
            if before.key in ("title", "subtitle"):
                continue
            bare = anchor.value == anchor.start and anchor.key != "chrome"
            if bare and before.value > before.start and not line[before.value : anchor.start].strip(_EDGE):
                if before.key in ("published", "modified", "url", "via", "categories") and before.end <= anchor.start:
                    kept[-1] = before._replace(end=anchor.end)
                    continue
            elif anchor.start < before.end:
                continue
        kept.append(anchor)
    return kept


def _items(line: str, anchor: _Anchor, start: int, stop: int) -> list[Item] | None:
    """The item of one anchor, and the outlet's name that follows a bare date."""
    if anchor.key == "chrome":
        rest = line[anchor.end : stop].strip(_EDGE)
        counted = anchor.value > anchor.start and re.fullmatch(r"[\d,\s次条人]*", rest)
        return [Item("chrome", "", start, stop)] if counted or not rest or is_chrome(rest) else None
    if anchor.value > anchor.start:
        cut = stop if anchor.key in ("title", "subtitle") else anchor.value + _tail(line[anchor.value : stop])
        labelled = _labelled(line, anchor, start, cut)
        return [*labelled, Item("chrome", "", cut, stop)] if labelled and cut < stop else labelled
    rest = line[anchor.end : stop]
    value = line[anchor.start : anchor.end]
    if not rest.strip(_EDGE + ".") or _AFTER.fullmatch(rest.strip(_EDGE)):
        return [Item(anchor.key, value, start, stop)]
    # BBC's pages gave Greenwich time first, then the local one.
    if clocks := _TWO_CLOCKS.fullmatch(rest.strip(_EDGE)):
        return [Item(anchor.key, f"{value} {clocks[1]} GMT", start, stop)]
    gap = len(rest) - len(rest.lstrip(_EDGE))
    if anchor.key == "published" and _UPDATED.fullmatch(rest.strip(_EDGE)):
        return [
            Item(anchor.key, value, start, anchor.end + gap),
            Item("updated", rest.strip(_EDGE), anchor.end + gap, stop),
        ]
    if anchor.key != "published" or not _outlet(rest, parted=rest[0] in _EDGE):
        return None
    return [Item(anchor.key, value, start, anchor.end + gap), *_named(line, anchor.end + gap, stop)]


def _labelled(line: str, anchor: _Anchor, start: int, stop: int) -> list[Item] | None:
    value = line[anchor.value : stop].strip(_EDGE if anchor.key not in ("title", "subtitle", "via") else None)
    if anchor.key == "via":
        value = re.sub(r"\s+[於于]$", "", value.strip(" \t\u3000\xa0|｜,，;；"))
        while value and value[-1] in _PAIRS and _PAIRS[value[-1]] not in value:
            value = value[:-1].rstrip()
    if not value:
        return [Item("empty", "", start, stop)]
    if anchor.key in ("published", "modified"):
        dated = find_moment(value)
        if dated is None:
            return None
        rest = value[dated[2] :].strip(_EDGE + ".")
        if value[: dated[1]].strip(_EDGE) or (rest and not is_chrome(rest)):
            return _dated_outlet(line, anchor, start, stop, rest)
        return [Item(anchor.key, value[: dated[2]], start, stop)]
    if anchor.key not in ("title", "subtitle", "tags", "url") and (len(value) > 40 or _SENTENCE.search(value)):
        return None
    return [Item(anchor.key, value, start, stop)]


def _dated_outlet(line: str, anchor: _Anchor, start: int, stop: int, rest: str) -> list[Item] | None:
    """``发布时间：2006-05-07 10:20 新华网``: an outlet's name after a labelled date."""
    dated = find_moment(line[anchor.value : stop])
    if dated is None or line[anchor.value : anchor.value + dated[1]].strip(_EDGE) or not _outlet(rest, parted=True):
        return None
    at = line.index(rest, anchor.value + dated[2])
    return [
        Item(anchor.key, line[anchor.value : anchor.value + dated[2]].strip(_EDGE), start, at),
        *_named(line, at, stop),
    ]


def _parted(head: str, dated: str) -> bool:
    """Whether a name before a date is one: set apart from it, ending as outlets' names do, or before a full clock."""
    return head[-1] in _EDGE or bool(_OUTLET_END.search(head)) or ":" in dated


def _named(line: str, start: int, end: int) -> list[Item]:
    """The names beside a date: a reporter or an author where the line says so, else an outlet; page chrome after them."""
    stop = start + _tail(line[start:end])
    items: list[Item] = []
    for match in re.finditer(r"\S.*?(?=\s+[记記]者\S|$)", line[start:stop].rstrip()):
        name = match[0].strip(_EDGE)
        said: tuple[tuple[Key, re.Pattern[str]], ...] = (("rpt", _REPORTER), ("aut", _AUTHOR))
        key, value = next(((role, found[1]) for role, form in said if (found := form.fullmatch(name))), ("outlet", name))
        if items:
            items[-1] = items[-1]._replace(end=start + match.start())
        items.append(Item(key, value, start + match.start() if items else start, stop))
    return [*items, Item("chrome", "", stop, end)] if stop < end else items


def _tail(text: str) -> int:
    """Where the page chrome at the end of a value begins; the length of the text when there is none."""
    return next((gap.start() for gap in re.finditer(r"(?<=\S)\s+(?=\S)", text) if is_chrome(text[gap.end() :])), len(text))


def _outlet(text: str, *, parted: bool) -> bool:
    """Whether a stretch beside a date can be the name of an outlet: short, no sentence, set apart from the date."""
    bare = text.strip(_EDGE)
    return parted and len(bare) <= 24 and not re.search(r"[，,。！？；;：:]|[电電讯訊]$|^[\d\W]+$", bare)
