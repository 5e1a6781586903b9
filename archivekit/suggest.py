"""Suggest: drafts of site profiles from the lines that many articles of one publisher repeat, for a person to check.

A line is a block of a body, and for the two ends of a body every line of a block. Lines are counted by hash; what is
kept of the articles is bounded, whatever their number.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from .leaves import words
from .model import Article

MANY = 200_000
"""How many different lines of one publisher are counted; at the limit those seen once are forgotten."""

ENDS = 12
"""How many blocks at either end of a body are looked at line by line."""

_LONGEST = 400
_LEAST = 3
"""A line is repeated when at least so many articles have it."""
_FIRST = re.compile(r"\s+")
_NUMBERS = re.compile(r"\d+")
_PUBLISHERS = 500


class Repeated(msgspec.Struct, frozen=True, kw_only=True):
    """A line that articles of one publisher repeat; figures in it may differ."""

    pattern: str
    """A regular expression for the whole line, everything escaped but figures."""
    kind: str
    """``line``, or ``tail`` when it stands near the end nearly always and the same articles go on below it."""
    within: int
    """The farthest from the end of the body that it was seen, in blocks, plus one."""
    count: int
    share: float
    """Of the publisher's articles, 0 to 1."""
    example: str
    path: str
    """Of an article that has it."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of one publisher."""

    publisher: str
    """As the records have it; empty where they have none and share a host."""
    articles: int
    profile: str | None
    """The profile that was applied to most of them."""
    hosts: tuple[tuple[str, int], ...]
    authors: tuple[tuple[str, int], ...]
    """Spellings of the source's own author key, with how many articles have each."""
    zones: tuple[tuple[str, int], ...]
    """Offsets and the basis of the zone, as the dates have them."""
    repeated: tuple[Repeated, ...]


class _Line(msgspec.Struct):
    """What is known of a line."""

    text: str
    path: str
    count: int = 0
    at_end: int = 0
    followed: int = 0
    deepest: int = 0


class _Seen:
    """What is counted of one publisher."""

    def __init__(self) -> None:
        self.articles = 0
        self.hosts: Counter[str] = Counter()
        self.authors: Counter[str] = Counter()
        self.zones: Counter[str] = Counter()
        self.profiles: Counter[str] = Counter()
        self.lines: dict[bytes, _Line] = {}

    def add(self, article: Article) -> None:
        self.articles += 1
        _count(self.hosts, _host(article.url))
        author = article.extra.get("author")
        _count(self.authors, author if isinstance(author, str) else "")
        if article.published is not None and article.published.precision in ("minute", "second"):
            offset = re.search(r"(?:Z|[+-]\d\d:\d\d)$", article.published.value)
            _count(self.zones, f"{offset.group() if offset else 'no offset'}, {article.published.zone_basis}")
        _count(self.profiles, article.provenance.profile or "")
        for key, (line, from_end) in _lines(article).items():
            known = self.lines.get(key)
            if known is None:
                known = self.lines[key] = _Line(line, article.provenance.source.path)
            known.count += 1
            known.at_end += from_end < ENDS
            known.followed += 0 < from_end < ENDS
            known.deepest = max(known.deepest, from_end if from_end < ENDS else 0)
        if len(self.lines) > MANY:
            self.lines = {key: line for key, line in self.lines.items() if line.count > 1}


def suggest(articles: Iterable[Article]) -> tuple[Draft, ...]:
    """A draft for each publisher with at least three articles, those with the most first. The articles are read once."""
    seen: dict[str, _Seen] = {}
    for article in articles:
        name = article.publisher or _host(article.url) or ""
        if name not in seen and len(seen) >= _PUBLISHERS:
            name = ""
        seen.setdefault(name, _Seen()).add(article)
    drafts = (_draft(name, found) for name, found in seen.items() if found.articles >= _LEAST)
    return tuple(sorted(drafts, key=lambda draft: (-draft.articles, draft.publisher)))


def as_toml(draft: Draft) -> str:
    """The draft as a site profile with what was counted as comments; questions for a person begin with ``# ?``."""
    lines = [f"# Drafted from {draft.articles} articles. Check every line: what is repeated need not be boilerplate."]
    if draft.profile:
        lines.append(f"# The profile {draft.profile!r} was applied already; keep only what it lacks, with this line:")
        lines.append("extends = true")
    if draft.publisher:
        lines.append(f"publisher = {_quoted(draft.publisher)}")
    names = [name for name, _ in draft.authors if name != draft.publisher]
    if names:
        lines.append("# ? names of the publisher, or of persons? " + _counts(draft.authors))
        lines.append(f"names = [{', '.join(map(_quoted, names))}]")
    if draft.hosts:
        lines.append("# ? hosts: " + _counts(draft.hosts))
        lines.append(f"hosts = [{', '.join(_quoted(host) for host, _ in draft.hosts)}]")
    lines.append("# ? which zone does its clock show? " + (_counts(draft.zones) or "no time of day was seen"))
    lines.append('# timezone = "Asia/Shanghai"')
    for one in draft.repeated:
        lines += ["", f"# {one.count} of {draft.articles} articles, {100 * one.share:.0f} %, for example {_comment(one.path)}:"]
        lines += [f"#   {_comment(one.example)}", "[[boilerplate]]", f"{one.kind} = {_quoted(one.pattern)}"]
        if one.kind == "tail":
            lines.append(f"within = {one.within}")
    return "\n".join(lines) + "\n"


def _draft(name: str, seen: _Seen) -> Draft:
    profile, applied = seen.profiles.most_common(1)[0] if seen.profiles else ("", 0)
    return Draft(
        publisher=name if name not in seen.hosts else "",
        articles=seen.articles,
        profile=profile if applied * 2 > seen.articles else None,
        hosts=_ranked(seen.hosts),
        authors=_ranked(seen.authors),
        zones=_ranked(seen.zones),
        repeated=tuple(_repeated(seen)),
    )


def _repeated(seen: _Seen) -> Iterator[Repeated]:
    """Lines that enough articles have: three, and one in twenty of those there are."""
    enough = max(_LEAST, seen.articles // 20)
    lines = [line for line in seen.lines.values() if line.count >= enough]
    for line in sorted(lines, key=lambda line: (-line.count, line.text)):
        tail = line.at_end == line.count and line.followed * 2 > line.count
        yield Repeated(
            pattern=_pattern(line.text) if not tail else f"^{_pattern(line.text)}$",
            kind="tail" if tail else "line",
            within=line.deepest + 1,
            count=line.count,
            share=line.count / seen.articles,
            example=line.text,
            path=line.path,
        )


def _lines(article: Article) -> Mapping[bytes, tuple[str, int]]:
    """Each different line of a body by the hash of its words without figures, with its distance from the end in blocks."""
    found: dict[bytes, tuple[str, int]] = {}
    size = len(article.body)
    for at, block in enumerate(article.body):
        text = words(block).strip()
        lines = text.split("\n") if at < ENDS or size - at <= ENDS else [text]
        for line in lines:
            line = _FIRST.sub(" ", line).strip()
            if line and len(line) <= _LONGEST and any(char.isalnum() for char in line):
                key = hashlib.blake2b(_NUMBERS.sub("0", line).encode("utf-8", "replace"), digest_size=12).digest()
                found[key] = (line, size - 1 - at)
    return found


def _pattern(line: str) -> str:
    r"""A regular expression for a line: its characters, any figures in place of its figures, any white space for its own."""
    escaped = re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", line)
    return _NUMBERS.sub(r"\\d+", escaped).replace(" ", r"\s+")


def _host(url: str | None) -> str:
    match = re.match(r"https?://(?:www\.)?([^/:?#]+)", url or "", re.I)
    return match.group(1).lower() if match else ""


def _count(counter: Counter[str], value: str) -> None:
    """Count a value; once there are too many to be of use, only known ones."""
    value = value.strip()
    if value and (value in counter or len(counter) < 1000):
        counter[value] += 1


def _ranked(counter: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:12])


def _counts(rows: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{_comment(value)} ({count})" for value, count in rows)


def _comment(text: str) -> str:
    """Text on one line of a comment, without what TOML forbids there."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return shown if len(shown) <= 100 else f"{shown[:80]} … {shown[-16:]}"


def _quoted(text: str) -> str:
    """A TOML string: literal where it can be, so that a regular expression stays readable."""
    if "'" not in text and text.isprintable():
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in escaped) + '"'
