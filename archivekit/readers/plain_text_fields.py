"""From the lines of a plain-text envelope to fields of the record, each with its evidence."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from ..dates import parse_moment
from ..markup.headerline import Item
from ..markup.plaintext import Line
from ..model import Contributor, Role
from .draft import Draft

NOBODY: Final = frozenset(
    ("佚名", "无", "無", "不详", "不詳", "未知", "匿名", "网络", "互联网", "管理员", "管理員", "admin", "none", "unknown")
)
"""What stands for a name where there is none."""
_SITE: Final = re.compile(r"(?:https?://)?[^/?#]+/?", re.IGNORECASE)
_LISTED: Final = re.compile(r"[^、,，/／;；|｜]+")
_HAN_NAMES: Final = re.compile(r"[㐀-鿿·]{1,6}(?:[\s\u3000]+[㐀-鿿·]{1,6})+")
_ROLES: Final[dict[str, Role]] = {"aut": "aut", "rpt": "rpt", "edt": "edt", "trl": "trl", "pht": "pht"}


class _Part(NamedTuple):
    """One of several values: itself, and how far in the line its evidence goes."""

    value: str
    start: int
    end: int


class Fields:
    """Fills a draft from lines. Evidence covers whole lines, so that nothing visible in them is left over."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.contributors: list[Contributor] = []

    def headlines(self, title: Line | None, subtitle: Line | None, deck: Line | None, repeats: Sequence[Line]) -> None:
        """The title and the lines that belong to it."""
        draft = self.draft
        if title is not None:
            draft.set("title", title.text, title.start, title.end, "plain-text.headline")
        if subtitle is not None:
            above = title is not None and subtitle.start < title.start
            draft.set("subtitle", subtitle.text, subtitle.start, subtitle.end, f"plain-text.{'kicker' if above else 'deck'}")
        if deck is not None:
            draft.keep("deck", deck.text, deck.start, deck.end, "plain-text.deck")
        for line in repeats:
            draft.remove(line.start, line.end, "plain-text.repeated-title")

    def header(self, line: Line, items: Sequence[Item]) -> None:
        """A line of metadata, item by item."""
        for item in items:
            start, end = line.start + item.start, line.start + item.end
            value = " ".join(html.unescape(item.value).split())
            if item.key == "chrome":
                self.draft.remove(start, end, "plain-text.chrome")
            elif item.key == "empty" or not value:
                self.draft.remove(start, end, "plain-text.empty-label")
            elif item.key in _ROLES:
                self._people(_ROLES[item.key], item, line)
            elif item.key in ("published", "modified"):
                self._moment(item.key, value, start, end)
            elif item.key in ("tags", "categories"):
                self._several(item.key, item, line)
            else:
                self._one(item, value, start, end)

    def _one(self, item: Item, value: str, start: int, end: int) -> None:
        if item.key == "url":
            if _SITE.fullmatch(value):
                self.keep("site", value, start, end, "plain-text.header-url")
            else:
                whole = value if "://" in value else f"http://{value}"
                self._set_or_keep("url", whole, start, end, "plain-text.header-url")
        elif item.key in ("via", "outlet"):
            rule = "plain-text.header-source" if item.key == "via" else "plain-text.header-outlet"
            if value.casefold() in NOBODY:
                self.keep("source", value, start, end, "plain-text.header-nobody")
            else:
                self._set_or_keep("via", value, start, end, rule)
        elif item.key in ("updated", "page"):
            self.keep(item.key, value, start, end, f"plain-text.header-{item.key}")
        else:
            self._set_or_keep(item.key, value, start, end, f"plain-text.header-{item.key}")

    def _moment(self, field: Literal["published", "modified"], value: str, start: int, end: int) -> None:
        moment = parse_moment(value)
        if moment is None:
            self.keep("date", value, start, end, "plain-text.header-date")
            self.draft.notice("plain-text.date-unread", f"no date in {value!r}", start, end)
        elif field in self.draft.fields:
            self.keep("date", value, start, end, "plain-text.header-date")
        else:
            self.draft.set(field, moment, start, end, f"plain-text.header-{field}")

    def _people(self, role: Role, item: Item, line: Line) -> None:
        if item.value.casefold() in NOBODY:
            self.keep(role, item.value, line.start + item.start, line.start + item.end, "plain-text.header-nobody")
            return
        for part in self._parts(item, line):
            self.draft.witness(f"contributors.{len(self.contributors)}", part.start, part.end, "plain-text.header-contributor")
            self.contributors.append(Contributor(name=part.value, role=role))
        self.draft.fields["contributors"] = tuple(self.contributors)

    def _several(self, field: Literal["tags", "categories"], item: Item, line: Line) -> None:
        values = list(self.draft.fields.get(field, ()))
        for part in self._parts(item, line):
            self.draft.witness(f"{field}.{len(values)}", part.start, part.end, f"plain-text.header-{field}")
            values.append(part.value)
        self.draft.fields[field] = tuple(values)

    def _parts(self, item: Item, line: Line) -> list[_Part]:
        start, end = line.start + item.start, line.start + item.end
        return _parts(self.draft.source.text[start:end], item.value, start)

    def _set_or_keep(self, field: str, value: str, start: int, end: int, rule: str) -> None:
        """Set a field the first time it is met; keep what else claims it in ``extra``."""
        if field not in self.draft.fields:
            self.draft.set(field, value, start, end, rule)
        else:
            self.keep(field, value, start, end, rule)

    def keep(self, key: str, value: str | tuple[str, ...], start: int, end: int, rule: str) -> None:
        """Keep a value in ``extra``, under a numbered key when the key is taken."""
        count = 1
        free = key
        while free in self.draft.extra:
            count += 1
            free = f"{key}-{count}"
        self.draft.keep(free, value, start, end, rule)


def _parts(raw: str, value: str, start: int) -> list[_Part]:
    """The values of a list; their evidence together covers ``raw``, labels and separators going with the value they touch."""
    at = raw.rfind(value)
    found = [word for match in _LISTED.finditer(value) for word in _words(match[0], at + match.start())] or [(value, at)]
    starts = [0, *(place for _, place in found[1:])]
    ends = [*starts[1:], len(raw)]
    return [_Part(word, start + a, start + b) for (word, _), a, b in zip(found, starts, ends, strict=True)]


def _words(text: str, at: int) -> list[tuple[str, int]]:
    """A stretch as one value, or as Han names parted by spaces; two single characters in a row are one name spread out."""
    bare = text.strip()
    if not _HAN_NAMES.fullmatch(bare):
        return [(bare, at + text.index(bare))] if bare else []
    words: list[tuple[str, int]] = []
    spread = False
    for match in re.finditer(r"\S+", text):
        if spread and len(match[0]) == 1:
            words[-1] = (words[-1][0] + match[0], words[-1][1])
            spread = False
        else:
            words.append((match[0], at + match.start()))
            spread = len(match[0]) == 1
    return words
