"""The indexes at the back: who published, who had a part, what appeared when."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, NamedTuple

from ..markup.xhtml import attribute, text
from .pages import Entry, Medium, Section, line, other_language, title_language
from .strings import Words, date, moment

_TURNING: Final = frozenset({"R", "AL", "AN", "LRE", "LRO", "RLE", "RLO", "LRI", "RLI", "FSI"})
"""Bidirectional classes (Unicode Standard Annex 9) of right-to-left letters and of the controls."""

BATCH: Final = 200
"""The most articles in one list of an index, so that containers can break a long index between lists."""


class Index(NamedTuple):
    """One index. ``parts`` are XHTML fragments to be set one after the other below the title."""

    key: str
    title: str
    parts: tuple[str, ...]


def indexes(sections: tuple[Section, ...], medium: Medium) -> tuple[Index, ...]:
    """The indexes that have something in them, in the order they are printed."""
    return tuple(Index(key, title, tuple(_parts(terms, medium))) for key, title, terms in tables(sections, medium.said))


Terms = list[tuple[str, list[Entry]]]
"""The terms of an index in order, each with its articles in order."""


def tables(sections: tuple[Section, ...], said: Words) -> tuple[tuple[str, str, Terms], ...]:
    """The same indexes before they are set: key, title and terms of each that has something in it."""
    entries = tuple(entry for section in sections for entry in section.entries)
    kinds = (
        ("index-publishers", said.index_publishers, _by_publisher(entries, said)),
        ("index-contributors", said.index_contributors, _by_contributor(entries, said)),
        ("index-dates", said.index_dates, _by_month(entries, said)),
    )
    return tuple(kind for kind in kinds if kind[2])


def collation(value: str, language: str) -> bytes:
    """A sort key: ASCII, then common characters by pinyin (the order of GB 2312) or, in traditional script, by strokes
    (the order of Big5), then the rest by code point. The same on every machine, as no locale is asked."""
    codec = "big5" if language == "zh-Hant" else "gb2312"
    keys = []
    for character in value.casefold():
        try:
            keys.append(b"\x00" + character.encode(codec))
        except UnicodeEncodeError:
            keys.append(b"\xff" + character.encode("utf-32-be", "surrogatepass"))
    return b"".join(keys)


def _by_publisher(entries: tuple[Entry, ...], said: Words) -> Terms:
    named = ((name, entry) for entry in entries if (name := line(entry.article.publisher or "")))
    unnamed = [entry for entry in entries if not line(entry.article.publisher or "")]
    return _sorted(named, said) + ([(said.unknown_publisher, unnamed)] if unnamed else [])


def _by_contributor(entries: tuple[Entry, ...], said: Words) -> Terms:
    found = ((line(person.name), entry) for entry in entries for person in entry.article.contributors if line(person.name))
    return _sorted(found, said)


def _by_month(entries: tuple[Entry, ...], said: Words) -> Terms:
    dated = [(entry.article.published.value, entry) for entry in entries if entry.article.published]
    dated.sort(key=lambda pair: (pair[0], pair[1].key))
    months = [
        (date(month, said), [entry for _, entry in group]) for month, group in groupby(dated, key=lambda pair: pair[0][:7])
    ]
    undated = [entry for entry in entries if entry.article.published is None]
    return [*months, (said.undated, undated)] if dated and undated else months


def _sorted(found: Iterable[tuple[str, Entry]], said: Words) -> Terms:
    """Terms in collation order, each with its articles in reading order and each article once."""
    terms: dict[str, dict[str, Entry]] = {}
    for term, entry in found:
        terms.setdefault(term, {})[entry.key] = entry
    order = sorted(terms, key=lambda term: (collation(term, said.language), term))
    return [(term, list(terms[term].values())) for term in order]


def _parts(terms: Terms, medium: Medium) -> Iterator[str]:
    for term, entries in terms:
        heading = f'<h2>{text(term)} <span class="count">{len(entries)}</span></h2>\n'
        for start in range(0, len(entries), BATCH):
            items = "".join(_item(entry, medium) for entry in entries[start : start + BATCH])
            yield f"{heading}<ul>\n{items}</ul>\n"
            heading = ""


def _item(entry: Entry, medium: Medium) -> str:
    own = other_language(title_language(entry, medium.said), medium.said)
    own += ' dir="auto"' if _other_direction(entry.title) else ""
    title = f'<a href="{attribute(medium.href(entry.key))}"{own}>{text(entry.title)}</a>'
    parts = [title if entry.here else f"<span{own}>{text(entry.title)}</span>"]
    if entry.article.published:
        parts.append(f'<span class="date">{text(_day(entry, medium.said))}</span>')
    if entry.volume:
        parts.append(f'<span class="volume">{text(entry.volume)}</span>')
    return f"<li>{' '.join(parts)}</li>\n"


def _other_direction(title: str) -> bool:
    """Whether a title has letters or controls that could turn round what stands beside it."""
    return any(unicodedata.bidirectional(char) in _TURNING for char in title)


def _day(entry: Entry, said: Words) -> str:
    when = entry.article.published
    return "" if when is None else date(when.value[:10], said) if when.precision != "year" else moment(when, said)
