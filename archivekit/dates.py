"""dates: text to Moment, an instant or a local date. There is no clock here, and nothing is guessed.

What a text does not say stays unsaid: no zone means no offset, ``4月18日`` without a year is no date, and
``03/04/2024`` is none either, since it is read one way in London and another in New York. Years from 1800 to 2100
are believed. Forms: RFC 5322, ISO 8601 and its loose spellings, Chinese (digits, numerals, 民國 years, 上午/下午),
English month names, ``Date.toString()`` of Java and JavaScript.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import ConfigError
from .model import Moment, Precision, ZoneBasis

YEARS = range(1800, 2101)
"""The years that are believed."""

_CN = "〇零○Ｏ一二三四五六七八九十廿卅"
_NUM = rf"(?:\d{{1,2}}|[{_CN}]{{1,3}})"
_GAP = r"[\s\u200b,，]{0,8}"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = (
    r"(?:[(（]?(?:星期|礼拜|禮拜|周|週)[一二三四五六日天][)）]?|[(（][一二三四五六日][)）]"
    r"|(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?(?![a-z]))"
)
_MERIDIEM = r"[ap]\.?m\.?(?![a-z])"
_HALF = rf"(?:上午|下午|早上|早晨|清晨|凌晨|中午|傍晚|晚上|晚间|晚間|夜间|夜間|{_MERIDIEM})"
_ZONE = (
    r"(?P<zone>(?:utc|gmt)\s?[+\-−]\s?\d{1,2}(?::?\d{2})?(?!\d)|z(?![a-z])|[+\-−]\d{2}:?\d{2}(?!\d)|[+\-−]\d{2}(?![\d:-])|(?<=\s)\+\d(?!\S)"
    r"|(?:utc|gmt|ut|est|edt|cdt|cst|mst|mdt|pst|pdt|hkt|sgt|jst|kst|cet|cest)(?![a-z])|[(（]?(?:北京|香港|台北|臺北|台灣|臺灣|新加坡)(?:时间|時間)[)）]?)"
)
_CLOCK = (
    rf"(?P<half>{_HALF})?\s{{0,4}}(?P<hour>{_NUM})"
    rf"(?:\s?[:：]\s?(?P<minute>\d{{2}})(?!\d)(?:\s?[:：]\s?(?P<second>\d{{2}})(?!\d)(?:[.,]\d{{1,9}})?)?"
    rf"|\s?(?:[时時]|[点點](?=\s?(?:{_NUM}\s?分|[半整钟鐘])|(?![㐀-鿿])))"
    rf"(?:\s?(?:(?P<cminute>{_NUM})\s?分(?:\s?(?P<csecond>{_NUM})\s?秒)?|(?P<thirty>半)|[整钟鐘]))?)"
    rf"(?:\s?(?P<half2>{_MERIDIEM}))?"
)
_TIME = (
    rf"(?:(?:{_GAP}(?:{_WEEKDAY}|at|于|於))?(?:t|{_GAP}){_CLOCK}"
    rf"(?:\s{{0,2}}{_ZONE}(?:\s?\([a-z \u3400-\u9fff]{{1,40}}\)|\[[a-z_/+-]{{2,40}}\])?)?"
    rf"|{_GAP}{_WEEKDAY}(?![㐀-鿿])|\s{{1,2}}[+-]\d{{2}}:?\d{{2}}(?!\d))?"
)
"""A clock and its zone; or a day of the week, or a zone that no clock stands before and that therefore says nothing."""

_DATES = (
    r"(?<![\d.])(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?![\d%])",
    rf"(?:(?P<era>(?:中華|中华)?(?:民國|民国))\s?(?P<eyear>元|\d{{1,3}}|[{_CN}百]{{1,5}})|(?<![\d])(?P<year>\d{{4}}|[{_CN}]{{4}}))"
    rf"\s{{0,2}}年(?:\s{{0,2}}(?P<month>{_NUM})\s{{0,2}}月(?:份|\s{{0,2}}(?P<day>{_NUM})\s{{0,2}}[日号號])?)?",
    rf"(?:{_WEEKDAY}{_GAP})?(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]{{1,3}}(?P<name>{_MONTH}),?[\s-]{{1,3}}(?P<year>\d{{4}})(?!\d)",
    rf"(?:{_WEEKDAY}{_GAP})?(?<![a-z])(?P<name>{_MONTH})\s{{1,3}}(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,3}})?(?P<year>\d{{4}})(?!\d)",
    r"(?<![\d.])(?P<a>\d{1,2})(?P<sep>[/.])(?P<b>\d{1,2})(?P=sep)(?P<year>\d{4})(?![\d%])",
)
_JAVA_DATE = (
    rf"{_WEEKDAY}{_GAP}(?P<name>{_MONTH})\s{{1,3}}(?P<day>\d{{1,2}})\s{{1,3}}{_CLOCK}\s{{1,3}}(?:{_ZONE}\s{{1,3}}|[a-z]{{2,5}}\s{{1,3}})?"
    r"(?P<year>\d{4})(?!\d)"
)
"""The clock of a Java ``Date`` stands before its year."""
_FORMS = (*(rf"(?P<date>{date}){_TIME}" for date in _DATES), _JAVA_DATE)
"""How dates are written in longer texts."""
_WHOLE = (
    re.compile(r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2}))?", re.IGNORECASE),
    re.compile(
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
        r"(?:t?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?:\.\d{1,9})?(?P<zone>z|[+-]\d{2}:?\d{2})?)?",
        re.IGNORECASE,
    ),
)
_NO_HOUR = 99
_LABEL = re.compile(r"[^\d]{0,24}")
_TAIL = re.compile(r"[\s\W_]{0,8}(?:发布|發布|發佈|更新|刊|讯|訊|电|電)?[\s\W_]{0,8}")
_HINT = re.compile(r"\d{4}|年")

_NAMED_ZONES = {
    "utc": 0, "gmt": 0, "ut": 0, "z": 0, "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "hkt": 8, "sgt": 8, "jst": 9, "kst": 9, "cet": 1, "cest": 2, "cst": None,
}  # fmt: skip
"""RFC 5322 §4.3 and the neighbours' own. CST says nothing: it stands for China as often as for Chicago."""


class _Parts(NamedTuple):
    """What a match says, as numbers; None for what it does not say."""

    year: int
    month: int | None = None
    day: int | None = None
    clock: tuple[int, int, int | None] | None = None
    zone: timedelta | None = None


def parse_moment(text: str) -> Moment | None:
    """The moment a text states, when the text is nothing but a date, apart from a label before it (``發佈於``)."""
    text = text.strip()
    if len(text) > 120:
        return None
    for form in _WHOLE:
        if match := form.fullmatch(text):
            return _moment(_parts(match))
    found = find_moment(text)
    if found is None:
        return None
    moment, start, end = found
    return moment if _LABEL.fullmatch(text[:start]) and _TAIL.fullmatch(text[end:]) else None


def find_moment(text: str) -> tuple[Moment, int, int] | None:
    """The first date in a longer text that is stated down to the day, and its character range; failing that, the
    first that is stated down to the month or the year."""
    if not _HINT.search(text):
        return None
    coarse: tuple[Moment, int, int] | None = None
    fine: tuple[Moment, int, int] | None = None
    for form in _FORMS:
        if fine is not None and fine[1] == 0:
            break
        for match in _compiled(form).finditer(text):
            if fine is not None and match.start() >= fine[1]:
                break
            found = _found(match)
            if found is None:
                continue
            if found[0].precision in ("year", "month"):
                coarse = min(coarse or found, found, key=lambda item: item[1])
            else:
                fine = found
                break
    return fine or coarse


@lru_cache(maxsize=len(_FORMS))
def _compiled(form: str) -> re.Pattern[str]:
    """It takes a while to compile one, and most are not asked for where every date is written in one way."""
    return re.compile(form, re.IGNORECASE)


def _found(match: re.Match[str]) -> tuple[Moment, int, int] | None:
    """The moment of a match and its range, without the clock if only the clock cannot be."""
    parts = _parts(match)
    if moment := _moment(parts):
        return moment, match.start(), match.end()
    if parts and parts.clock and "date" in match.re.groupindex and (day := _moment(parts._replace(clock=None, zone=None))):
        return day, match.start(), match.end("date")
    return None


def from_epoch(digits: str) -> Moment | None:
    """The moment of a Unix time in seconds (9 or 10 digits) or milliseconds (12 or 13 digits)."""
    if not re.fullmatch(r"[0-9]{9,13}", digits) or len(digits) == 11:
        return None
    seconds = int(digits) // (1000 if len(digits) > 10 else 1)
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return Moment(value=when.isoformat(), precision="second", zone_basis="epoch") if when.year in YEARS else None


def with_zone(moment: Moment, zone_name: str, *, override: bool = False) -> Moment:
    """Read a moment's wall clock in an IANA zone; the offset then is known of the site.

    A moment that has an offset is left alone unless ``override`` says its label is wrong; so is one without a clock,
    and one from before the zone had an offset of whole minutes. Of a time that occurs twice the first is meant.
    Raises ConfigError for a zone that does not exist.
    """
    zone = _zone(zone_name)
    if moment.precision not in ("minute", "second") or (moment.zone_basis != "none" and not override):
        return moment
    offset = (wall := datetime.fromisoformat(moment.value).replace(tzinfo=zone)).utcoffset()
    if offset is None or offset.seconds % 60:
        return moment
    return Moment(
        value=_iso(wall.replace(tzinfo=timezone(offset)), moment.precision), precision=moment.precision, zone_basis="site"
    )


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"no such time zone: {name!r}") from error


def _iso(when: datetime, precision: Precision) -> str:
    return when.isoformat(timespec="seconds" if precision == "second" else "minutes")


def _moment(parts: _Parts | None) -> Moment | None:
    """The Moment of plausible numbers; None for a day or a time that does not exist."""
    if parts is None or parts.year not in YEARS:
        return None
    year, month, day, clock, zone = parts
    if month is None:
        return Moment(value=f"{year:04}", precision="year")
    if not 1 <= month <= 12:
        return None
    if day is None:
        return None if clock else Moment(value=f"{year:04}-{month:02}", precision="month")
    try:
        when = datetime(year, month, day)
        if clock is None:
            return Moment(value=when.date().isoformat(), precision="day")
        hour, minute, second = clock
        if (hour, minute, second or 0) == (24, 0, 0):
            when, hour = when + timedelta(days=1), 0
        when = when.replace(hour=hour, minute=minute, second=second or 0)
        if zone is not None:
            when = when.replace(tzinfo=timezone(zone))
    except ValueError:
        return None
    precision: Precision = "minute" if second is None else "second"
    basis: ZoneBasis = "none" if zone is None else "stated"
    return Moment(value=_iso(when, precision), precision=precision, zone_basis=basis)


def _parts(match: re.Match[str]) -> _Parts | None:
    """The numbers of a match; None when they cannot be meant."""
    group = match.groupdict()
    if group.get("era"):
        year = 1911 + (1 if group["eyear"] == "元" else _number(group["eyear"]))
    else:
        year = _number(group["year"], positional=True)
    month, day = group.get("month"), group.get("day")
    if group.get("a"):
        order = _order(int(group["a"]), int(group["b"]), group["sep"])
        if order is None:
            return None
        numbers: tuple[int | None, int | None] = order
    elif group.get("name"):
        numbers = _MONTHS.index(_plain(group["name"])[:3]) + 1, _number(day) if day else None
    else:
        numbers = _number(month) if month else None, _number(day) if day else None
    clock = _clock(group) if group.get("hour") else None
    return _Parts(year, *numbers, clock, _offset(group["zone"]) if clock and group.get("zone") else None)


def _order(first: int, second: int, separator: str) -> tuple[int, int] | None:
    """Month and day of ``18.04.2024`` or ``04/18/2024``; None when both orders could be meant."""
    if separator == "." or first > 12:
        return second, first
    return (first, second) if second > 12 else None


def _clock(group: dict[str, str | None]) -> tuple[int, int, int | None]:
    """Hour, minute and second on the 24-hour clock; an hour no day has for ``晚上12点``, of which the day is unclear."""
    hour = _number(group["hour"] or "")
    half = (group.get("half") or group.get("half2") or "").replace(".", "").lower()
    if half in ("下午", "中午", "傍晚", "晚上", "晚间", "晚間", "夜间", "夜間", "pm"):
        if hour == 12 and half not in ("下午", "中午", "pm"):
            return _NO_HOUR, 0, None
        hour += 12 if hour < (11 if half == "中午" else 12) else 0
    elif half in ("上午", "凌晨", "am") and hour == 12:
        hour = 0
    minute = group.get("minute") or group.get("cminute") or ("30" if group.get("thirty") else "0")
    second = group.get("second") or group.get("csecond")
    return hour, _number(minute), _number(second) if second else None


def instant(moment: Moment | None) -> datetime | None:
    """A moment as a point in time: its earliest, in UTC where it has no zone. None for None and for what is no date."""
    if moment is None:
        return None
    value = moment.value
    try:
        at = datetime.fromisoformat(value + {4: "-01-01", 7: "-01"}.get(len(value), ""))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta | None:
    """The offset a zone states; None when it is not one of this world."""
    zone = _plain(zone).replace("−", "-").replace(" ", "")
    if "时间" in zone or "時間" in zone:
        return timedelta(hours=8)
    if zone in _NAMED_ZONES:
        hour = _NAMED_ZONES[zone]
        return None if hour is None else timedelta(hours=hour)
    digits = zone.lstrip("utcgm+-").replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    if hours > 14 or minutes > 59:
        return None
    return timedelta(hours=hours, minutes=minutes) * (-1 if "-" in zone else 1)


def _plain(text: str) -> str:
    """A word as tables have it: a pattern that ignores case takes ``ſ`` for ``s`` and ``ｏ`` for ``Ｏ``."""
    return unicodedata.normalize("NFKC", text).lower()


def _number(text: str, *, positional: bool = False) -> int:
    """A number in digits or Chinese numerals: ``二十一``, ``廿一``, ``一百一十三``; positional ``二〇二四``."""
    if text.isdecimal():
        return int(text)
    digits = {sign: value for value, signs in enumerate(("〇零○Ｏｏ", *"一二三四五六七八九")) for sign in signs}
    if positional or not set(text) & set("十廿卅百"):
        value = 0
        for sign in text:
            value = value * 10 + digits.get(sign, 10_000)
        return value
    total, last = 0, 0
    for sign in text:
        if sign in "十廿卅":
            total += 10 * ((last or 1) if sign == "十" else 2 if sign == "廿" else 3)
            last = 0
        elif sign == "百":
            total, last = total + 100 * (last or 1), 0
        else:
            last = digits.get(sign, 10_000)
    return total + last
