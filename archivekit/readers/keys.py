"""What the keys of front matter (Hexo, Jekyll, Hugo, and feed exports in their form) mean for the record."""

from __future__ import annotations

import re

from ..dates import from_epoch, parse_moment
from ..model import Moment
from .draft import Draft
from .front_matter import Entry, FrontMatter, Value

TITLE = ("title",)
SUBTITLE = ("subtitle", "deck", "kicker")
PUBLISHED = ("date", "published", "pubdate", "publishdate", "publish_date", "published_at", "created", "created_at", "datetime")
MODIFIED = ("last_updated", "lastmod", "updated", "modified", "last_modified_at", "update", "edited")
URL = ("original_url", "canonical_url", "canonical", "source_url", "from", "link", "origin", "original", "url", "permalink")
"""In order of trust: an address that says it is the original beats one that may be a mirror's."""
CATEGORIES = ("categories", "category", "section")
TAGS = ("tags", "tag", "keywords")
RIGHTS = ("rights", "copyright", "license")
SPELLED = {
    **dict.fromkeys(("标题", "標題"), "title"),
    **dict.fromkeys(("副标题", "副標題"), "subtitle"),
    **dict.fromkeys(("日期", "时间", "時間", "发布时间", "發布時間", "發佈時間", "发布日期", "發布日期", "發佈日期"), "date"),
    **dict.fromkeys(("更新", "更新时间", "更新時間", "更新日期", "修改时间", "修改時間"), "updated"),
    **dict.fromkeys(("链接", "連結", "鏈接", "网址", "網址", "原文链接", "原文連結", "原文網址", "原文网址"), "link"),
    **dict.fromkeys(("分类", "分類", "栏目", "欄目"), "categories"),
    **dict.fromkeys(("标签", "標籤", "关键词", "關鍵詞", "關鍵字"), "tags"),
    **dict.fromkeys(("版权", "版權"), "rights"),
    "作者": "author",
    **dict.fromkeys(("来源", "來源"), "source"),
}
"""Keys in Chinese, and which English ones they are."""
_NO_RIGHTS = frozenset(["true", "false", "yes", "no", "on", "off"])
"""What a theme is told of whether to print its own words."""
_PARTED = {"tags": re.compile(r"\s*+[,，、]\s*+"), "categories": re.compile(r"\s*+[,，]\s*+")}
LISTS = {**dict.fromkeys(CATEGORIES, "categories"), **dict.fromkeys(TAGS, "tags")}


def fill_keys(draft: Draft, front: FrontMatter) -> None:
    """Put front matter into a draft. A field that is filled already stays; what is not a field goes into ``extra``."""
    for remark in front.notices:
        draft.notice(remark.id, remark.message, remark.start, remark.end)
    for comment in front.comments:
        draft.remove(comment.start, comment.end, "front-matter.comment")
    entries = list(front.entries)
    _first(draft, entries, TITLE, "title")
    _first(draft, entries, SUBTITLE, "subtitle")
    _first(draft, entries, RIGHTS, "rights")
    _moment(draft, entries, PUBLISHED, "published")
    _moment(draft, entries, MODIFIED, "modified")
    _url(draft, entries)
    for entry in list(entries):
        field = LISTS.get(_name(entry), "")
        if field and not draft.fields.get(field) and _listed(draft, entry, field):
            entries.remove(entry)
    again: dict[str, int] = {}
    for entry in (*entries, *front.duplicates):
        _keep(draft, entry, again)


def _first(draft: Draft, entries: list[Entry], names: tuple[str, ...], field: str) -> None:
    entry = _find(entries, names)
    if entry is None or field in draft.fields:
        return
    value = entry.values[0]
    if value.text.strip() and not (field == "rights" and value.text.strip().lower() in _NO_RIGHTS):
        draft.set(field, value.text.strip(), value.start, value.end, f"front-matter.{entry.key}")
        entries.remove(entry)


def _moment(draft: Draft, entries: list[Entry], names: tuple[str, ...], field: str) -> None:
    entry = _find(entries, names)
    if entry is None:
        return
    value = entry.values[0]
    moment = _read_moment(value)
    if moment is None:
        if value.text.strip():
            draft.notice("date.not-understood", f"{value.text.strip()!r} is not a date", value.start, value.end)
        return
    if field in draft.fields:
        return
    draft.set(field, moment, value.start, value.end, f"front-matter.{entry.key}")
    entries.remove(entry)


def _read_moment(value: Value) -> Moment | None:
    text = value.text.strip()
    return from_epoch(text) if text.isdigit() and len(text) in (10, 13) else parse_moment(text)


def _url(draft: Draft, entries: list[Entry]) -> None:
    if "url" in draft.fields:
        return
    for name in URL:
        entry = _find(entries, (name,))
        if entry is not None and entry.values[0].text.strip().lower().startswith(("http://", "https://")):
            value = entry.values[0]
            draft.set("url", value.text.strip(), value.start, value.end, f"front-matter.{entry.key}")
            entries.remove(entry)
            return


def _listed(draft: Draft, entry: Entry, field: str) -> bool:
    values = [value for value in entry.values if value.text.strip()]
    if not entry.is_list:
        values = [part for value in values for part in _parts(draft, value, _PARTED[field])]
    if not values:
        return False
    draft.fields[field] = tuple(value.text.strip() for value in values)
    for index, value in enumerate(values):
        draft.witness(f"{field}.{index}", value.start, value.end, f"front-matter.{entry.key}")
    return True


def _parts(draft: Draft, value: Value, parted: re.Pattern[str]) -> list[Value]:
    """Several values in one scalar; each has the marks beside it in its evidence. A list that was not understood is one."""
    if value.text.startswith("["):
        return [value]
    size, source = len(value.text), draft.source.text[value.start : value.end]
    stretches = [(match.start(), match.end()) for match in parted.finditer(value.text)]
    starts = [0, *(end for _, end in stretches)]
    texts = [value.text[start:end] for start, end in zip(starts, [*(start for start, _ in stretches), size], strict=True)]
    kept = [(start, text.strip()) for start, text in zip(starts, texts, strict=True) if text.strip()]
    if value.text != source:
        return [Value(text, value.start, value.end) for _, text in kept]
    bounds = [0, *(start for start, _ in kept[1:]), size]
    return [Value(text, value.start + bounds[n], value.start + bounds[n + 1]) for n, (_, text) in enumerate(kept)]


def _keep(draft: Draft, entry: Entry, again: dict[str, int]) -> None:
    """A key that is no field, or repeats one, as it was: then as ``key+``, ``key+2``, ``key+3`` …, which ``again`` counts."""
    values = [value for value in entry.values if value.text]
    named = _name(entry)
    key = named if entry.key in SPELLED and named in ("author", "source") else entry.key
    while key in draft.extra:
        again[entry.key] = number = again.get(entry.key, 0) + 1
        key = f"{entry.key}+{number if number > 1 else ''}"
    if not values:
        draft.extra[key] = ""
        return
    draft.extra[key] = tuple(value.text for value in values) if entry.is_list else values[0].text
    for index, value in enumerate(values):
        path = f"extra.{key}.{index}" if entry.is_list else f"extra.{key}"
        draft.witness(path, value.start, value.end, f"front-matter.{entry.key}")


def _find(entries: list[Entry], names: tuple[str, ...]) -> Entry | None:
    for name in names:
        for entry in entries:
            if _name(entry) == name and entry.values:
                return entry
    return None


def _name(entry: Entry) -> str:
    """What a key is called here, however it is spelled."""
    return SPELLED.get(entry.key, entry.key.lower().replace("-", "_"))
