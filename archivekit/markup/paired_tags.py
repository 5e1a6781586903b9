"""Paired tags: ``{% note %}`` and ``{% endnote %}``, ``{{< note >}}`` and ``{{< /note >}}``, ``:::`` and ``:::``.

A pair begins a line and ends one; the two tags are lines of their own to the Markdown parser, wherever they stand. What
is inside a fence of code or a pair of code is looked at by nobody.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from .shortcodes import TAG, Tag, Word, tag
from .tag_table import (
    ADMONITIONS,
    ATTRIBUTED,
    CODE,
    COMMENT,
    CREDITS,
    FOLDED,
    KNOWN,
    LOOKS,
    NAMED_CODE,
    QUOTED,
    RAW,
    TITLES,
)

_LINE: Final = re.compile(r"[^\r\n]*")
_PREFIX: Final = re.compile(r"[ \t>]*")
_FENCE: Final = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}(?=[^`]*$)|~{3,})(.*)")
_COLONS: Final = re.compile(r"(:{3,})[ \t]*(.*)")
_CONTAINER: Final = re.compile(
    r"(?:\{[ \t]*\.?(?P<class>[\w-]+)[^{}]*\}|(?P<name>[^\s:{}\[\]\"']+))[ \t]*(?:\[(?P<label>[^\[\]]*)\])?[ \t]*"
    r"(?:\{(?P<attributes>[^{}]*)\})?(?P<rest>[^{}]*)"
)
_TITLE: Final = re.compile(r"\btitle\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_TAB: Final = re.compile(r"<!--[ \t]*(?:tab[ \t]+([^\n>@]*?)[ \t]*(?:@[^\n>]*)?|(end)tab[ \t]*)-->")
"""The tabs that Hexo's themes have between ``{% tabs %}`` and ``{% endtabs %}``."""
_ADDRESS: Final = re.compile(r"https?://\S+")
_ICON: Final = re.compile(r"fa[bsrl]? fa-.*|(?:fa|icon)-?[\w-]*|\d+")
_LANGUAGE: Final = re.compile(r"[A-Za-z][\w+#.-]{0,40}", re.A)
WAITING: Final = 200
"""So many tags may wait for their end; then the first of them is taken to have none."""


class Side(NamedTuple):
    """One of the two tags: where it stands in the text, and the words of it that are shown."""

    start: int
    end: int
    shown: tuple[tuple[int, int], ...] = ()


class Pair(NamedTuple):
    """Two tags and what their pair is: ``code``, ``comment``, ``raw``, ``quote`` or ``plain``."""

    kind: str
    opening: Side
    closing: Side
    language: str = ""
    credit: bool = False
    """Whether the words shown say who is quoted, not what follows."""


class _Open(NamedTuple):
    """A tag that waits for its end."""

    name: str
    pair: Pair
    margin: bool
    """Whether it begins at the margin, so that its line may be cut."""
    alone: bool


def pairs(text: str, start: int, end: int) -> list[Pair]:
    """The pairs of ``text[start:end]`` by the place of their first tag."""
    if not any(sign in text for sign in ("{%", "{{", ":::")):
        return []
    scan = _Scan(text)
    at = start
    while at < end:
        line = _LINE.match(text, at, end)
        stop = line.end() if line else end
        at = scan.line(at, stop, end)
        line = _LINE.match(text, at, end)
        at = line.end() if line else end
        at += 2 if text.startswith("\r\n", at) else 1
    return sorted(scan.found, key=lambda pair: pair.opening.start)


def cuts(text: str, found: list[Pair]) -> list[int]:
    """Where lines are cut so that every tag of a pair has its own: before or after it, where words of the line stand."""
    places = set()
    for pair in found:
        for side in (pair.opening, pair.closing):
            line = max(text.rfind("\n", 0, side.start), text.rfind("\r", 0, side.start)) + 1
            if text[line : side.start].strip(" \t>"):
                places.add(side.start)
            after = _LINE.match(text, side.end)
            if after is not None and after.group().strip():
                places.add(side.end)
    return sorted(places)


class _Scan:
    """Goes through a text line by line."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Pair] = []
        self.open: list[_Open] = []
        self.fence = ""
        self._endless: set[str] = set()

    def line(self, start: int, stop: int, end: int) -> int:
        """Look at one line; where what it opens ends, or where it ends itself."""
        line = self.text[start:stop]
        if self._fenced(line):
            return stop
        prefix = _PREFIX.match(line)
        at = start + (prefix.end() if prefix else 0)
        colons = _COLONS.fullmatch(self.text, at, stop)
        if colons is not None:
            self._colons(colons, margin=at == start)
            return stop
        return self._tags(at, stop, end, margin=at == start)

    def _fenced(self, line: str) -> bool:
        fence = _FENCE.fullmatch(line)
        if self.fence:
            closes = fence is not None and not fence[2].strip() and fence[1].startswith(self.fence)
            self.fence = "" if closes else self.fence
            return True
        self.fence = fence[1] if fence is not None else ""
        return fence is not None

    def _tags(self, at: int, stop: int, end: int, *, margin: bool) -> int:
        """The tags that a line begins with, and those it ends with."""
        while code := TAG.match(self.text, at, end) or (_TAB.match(self.text, at, stop) if self._has("tabs") else None):
            tab = code.re is _TAB
            found = None if tab else tag(code.group())
            if tab:
                self._tab(code, margin=margin)
            elif found is None or code.end() > stop:
                return stop
            elif found.closing:
                self._close(_key(found), Side(*code.span()), cut=margin)
            elif found.name in CODE | COMMENT | RAW:
                last = self._ends(found, code.end(), end)
                if last is None or not (margin or not self._cut(code, last)):
                    return stop
                self.found.append(_pair(found, Side(*code.span()), Side(*last.span())))
                return last.end()
            else:
                self._opened(found, code, stop, margin=margin)
            at = code.end()
            at += len(self.text[at:stop]) - len(self.text[at:stop].lstrip(" \t"))
        for code in self._trailing(at, stop):
            found = tag(code.group())
            if found is not None:
                self._close(_key(found), Side(*code.span()), cut=True)
        return stop

    def _opened(self, found: Tag, code: re.Match[str], stop: int, *, margin: bool) -> None:
        side = Side(*code.span())
        alone = not self.text[code.end() : stop].strip()
        if alone or found.name in KNOWN:
            self._wait(_Open(_key(found), _pair(found, side, side), margin, alone))

    def _trailing(self, at: int, stop: int) -> list[re.Match[str]]:
        """The closing tags at the end of a line, in their order."""
        codes = list(TAG.finditer(self.text, at, stop))
        last = stop
        kept: list[re.Match[str]] = []
        for code in reversed(codes):
            found = tag(code.group())
            if self.text[code.end() : last].strip() or found is None or not found.closing:
                break
            kept.append(code)
            last = code.start()
        return kept[::-1]

    def _close(self, key: str, side: Side, *, cut: bool) -> None:
        """A closing tag ends the innermost of its name; those left open inside it are no pairs."""
        place = next((at for at in reversed(range(len(self.open))) if self.open[at].name == key), None)
        if place is None:
            return
        opened = self.open[place]
        before = max(self.text.rfind("\n", 0, side.start), self.text.rfind("\r", 0, side.start)) + 1
        lone = not self.text[before : side.start].strip(" \t>")
        if not (opened.margin and cut) and not (opened.alone and lone):
            return
        del self.open[place:]
        self.found.append(opened.pair._replace(closing=side))

    def _colons(self, match: re.Match[str], *, margin: bool) -> None:
        side = Side(match.start(), match.end())
        if not match[2].strip():
            names = [opened.name for opened in self.open if opened.name.startswith(":::")]
            if names:
                self._close(match[1] if match[1] in names else names[-1], side, cut=margin)
        elif found := _CONTAINER.fullmatch(self.text, match.start(2), match.end(2)):
            self._wait(_Open(match[1], _container(found, side), margin, alone=True))

    def _tab(self, match: re.Match[str], *, margin: bool) -> None:
        side = Side(*match.span(), shown=(match.span(1),) if match[1] else ())
        if match[2]:
            self._close("<!--", side._replace(shown=()), cut=margin)
        else:
            self._wait(_Open("<!--", Pair("plain", side, side), margin, alone=True))

    def _wait(self, opened: _Open) -> None:
        self.open.append(opened)
        del self.open[:-WAITING]

    def _has(self, name: str) -> bool:
        return any(opened.name.endswith(name) for opened in self.open)

    def _ends(self, found: Tag, at: int, end: int) -> re.Match[str] | None:
        """The tag that ends a pair whose inside is not looked at."""
        if _key(found) in self._endless:
            return None
        name = re.escape(found.name)
        sign = rf"\{{\{{[<%]\s*/\s*{name}\s*[>%]\}}\}}" if found.hugo else rf"\{{%-?\s*end{name}\s*-?%\}}"
        last = re.compile(sign, re.I).search(self.text, at, end)
        if last is None:
            self._endless.add(_key(found))
        return last

    def _cut(self, code: re.Match[str], last: re.Match[str]) -> bool:
        """Whether either tag shares its line with words."""
        after = _LINE.match(self.text, code.end())
        before = max(self.text.rfind("\n", 0, last.start()), self.text.rfind("\r", 0, last.start())) + 1
        beyond = _LINE.match(self.text, last.end())
        rest = (
            (after.group() if after else "")
            + self.text[before : last.start()].strip("> \t")
            + (beyond.group() if beyond else "")
        )
        return bool(rest.strip())


def _key(found: Tag) -> str:
    return f"{'<' if found.hugo else '%'}{found.name}"


def _pair(found: Tag, opening: Side, closing: Side) -> Pair:
    """What a pair of tags is, by its name and arguments."""
    name = found.name
    if name in CODE:
        return Pair("code", opening, closing, _language(found))
    if name in COMMENT | RAW:
        return Pair("comment" if name in COMMENT else "raw", opening, closing)
    kind = "quote" if name in QUOTED else "plain"
    words = _credit(found) if name in ATTRIBUTED else _title(found) if name in ADMONITIONS | FOLDED else []
    shown = tuple((opening.start + word.start, opening.start + word.end) for word in words)
    return Pair(kind, opening._replace(shown=shown), closing, credit=name in ATTRIBUTED)


def _language(found: Tag) -> str:
    """The language of code: the first word, or one that says ``lang:``."""
    if found.name in NAMED_CODE:
        return found.name
    said = found.get("lang", "language")
    words = [said.text] if said else [word.text for word in found.words]
    marked = [word.partition(":")[2] for word in words if word.lower().startswith(("lang:", "language:"))]
    first = marked or (words[:1] if found.name == "highlight" or said or found.hugo else [])
    return first[0].strip() if first and _LANGUAGE.fullmatch(first[0].strip()) else ""


def _credit(found: Tag) -> list[Word]:
    """Who is quoted: Hexo's ``author, source address title``; an address is not shown."""
    named = [found.named[key] for key in CREDITS if key in found.named and found.named[key].text.strip()]
    if named or found.hugo:
        return named or [word for word in found.words if word.text.strip()]
    said = found.arguments
    address = _ADDRESS.search(said.text)
    halves = [(0, address.start()), (address.end(), len(said.text))] if address else [(0, len(said.text))]
    return [word for first, last in halves if (word := _trimmed(said, first, last)).text]


def _title(found: Tag) -> list[Word]:
    """The title of a note or a folded part, without the words that say how it looks."""
    if said := found.get(*TITLES):
        return [said]
    sign = found.arguments.text.find("@")
    if sign >= 0:
        return [_trimmed(found.arguments, sign + 1, len(found.arguments.text))]
    kept = [word for word in found.words if word.text.strip(", ").lower() not in LOOKS and not _ICON.fullmatch(word.text)]
    if not kept:
        return []
    if found.hugo or found.name == "hidetoggle":
        return kept[:1]
    base = found.arguments.start
    return [_trimmed(found.arguments, kept[0].start - base, kept[-1].end - base)]


def _trimmed(word: Word, first: int, last: int) -> Word:
    """A part of an argument without blanks, commas and quotes around it."""
    part = word.text[first:last]
    first += len(part) - len(part.lstrip(" ,，\"'"))
    part = part.strip(" ,，\"'")
    return Word(part, word.start + first, word.start + first + len(part))


def _container(found: re.Match[str], side: Side) -> Pair:
    """What a fence of colons opens: a note where its name is one, with its title."""
    name = (found["class"] or found["name"]).lower().removeprefix("callout-")
    known = name in QUOTED | FOLDED
    place = found.span("label") if found["label"] else (0, 0)
    for group in ("attributes", "class"):
        whole = found.span(group) if group == "attributes" else found.span()
        title = _TITLE.search(found.string, *whole) if found[group] and place == (0, 0) else None
        if title is not None:
            place = title.span(1 if title[1] is not None else 2)
    if place == (0, 0) and known and found["rest"].strip():
        lead = len(found["rest"]) - len(found["rest"].lstrip())
        place = found.start("rest") + lead, found.start("rest") + len(found["rest"].rstrip())
    shown = (place,) if place != (0, 0) else ()
    return Pair("quote" if name in QUOTED else "plain", side._replace(shown=shown), side)
