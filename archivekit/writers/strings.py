"""The furniture's words in each language it speaks, and how it writes dates and numbers."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from ..model import Moment

ROLES: Final = ("aut", "rpt", "trl", "edt", "pht", "ill", "cmt", "pfr", "pro", "ctb")
"""In the order a byline names them."""


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every phrase an output adds of its own. ``{}`` stands for a number or a name."""

    language: str
    cover: str
    cover_alt: str
    title_page: str
    contents: str
    landmarks: str
    start: str
    untitled: str
    undated: str
    articles: str
    total: str
    continued: str
    colon: str
    comma: str
    stop: str
    roles: dict[str, str]
    publisher: str
    via: str
    published: str
    modified: str
    source_link: str
    related: str
    original: str
    cite: str
    rights: str
    subjects: str
    image: str
    missing_image: str
    embed: str
    provenance: str
    source_file: str
    sha256: str
    size: str
    size_bytes: str
    encoding: str
    reader: str
    profile: str
    version: str
    record: str
    removals: str
    notices: str
    versions: str
    none: str
    count: str
    colophon: str
    holdings: str
    period: str
    languages: str
    publishers: str
    others: str
    how: str
    how_text: str
    conventions: str
    conventions_text: tuple[str, ...]
    rights_note: str
    notice_summary: str
    no_notices: str
    index_publishers: str
    index_contributors: str
    index_dates: str
    unknown_publisher: str
    language_names: dict[str, str]
    accessibility: str
    accessibility_images: str
    accessibility_text: str
    accessibility_gaps: str
    volume: str
    whole_set: str
    qr: str
    volumes: str
    fonts: str
    fonts_text: str
    description: str


@cache
def _table(language: str) -> Words:
    """A table of words as it stands in ``templates/words.<language>.toml``; every phrase must be there."""
    data = files(__package__).joinpath("templates", f"words.{language}.toml").read_bytes()
    return msgspec.toml.decode(data, type=Words)


def words(language: str) -> Words:
    """The words for a BCP 47 tag: its own, those of its script or region, English when there are none."""
    tag = language.lower()
    if tag.startswith("zh"):
        traditional = re.search(r"-(hant|tw|hk|mo)\b", tag) and "hans" not in tag
        return _table("zh-Hant" if traditional else "zh-Hans")
    return _table("ja" if tag.split("-")[0] == "ja" else "en")


_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def date(value: str, said: Words) -> str:
    """An ISO 8601 year, month or day (or longer) in words: 2024年4月18日, 18 April 2024. Anything else as it is."""
    match = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?![\d-])", value)
    if match is None:
        return value
    year, month, day = (int(part) if part else None for part in match.groups())
    if said.language == "en":
        name = _MONTHS[month - 1] if month and month <= 12 else ""
        return " ".join(str(part) for part in (day, name, year) if part)
    return f"{year}年" + (f"{month}月" if month else "") + (f"{day}日" if day else "")


def moment(when: Moment, said: Words) -> str:
    """A moment as precisely as it is known, with the offset from UTC where one is known."""
    text = date(when.value, said)
    match = re.search(r"T(\d\d:\d\d)(?::\d\d)?(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$", when.value)
    if when.precision not in ("minute", "second") or match is None:
        return text
    zone = {None: "", "Z": " (UTC)"}.get(match[2], f" (UTC{match[2]})")
    return f"{text} {match[1]}{zone}"


def number(value: int) -> str:
    """A count with thousands separated."""
    return f"{value:,}"


def language_name(tag: str, said: Words) -> str:
    """A language's name in the furniture's language; the tag itself when it has none here."""
    return said.language_names.get(tag) or said.language_names.get(tag.split("-")[0]) or tag
