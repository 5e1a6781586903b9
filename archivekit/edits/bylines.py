"""Bylines: the grammar of credit lines, ``label separator names``, in the spellings of Chinese and English dumps."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import NamedTuple

from ..model import Role

_DATA = tomllib.loads(resources.files(__package__).joinpath("credits.toml").read_text("utf-8"))
LABELS: dict[Role, tuple[str, ...]] = {role: tuple(labels) for role, labels in _DATA["labels"].items()}
"""By MARC relator code. A longer label is tried before a shorter one."""

_ROLES: dict[str, Role] = {label.casefold(): role for role, labels in LABELS.items() for label in labels}


def _spaced(label: str) -> str:
    """A label as a pattern; one of two Han characters may be spaced out (``作 者``)."""
    return rf"{label[0]}\s?{label[1]}" if re.fullmatch(r"[\u4e00-\u9fff]{2}", label) else re.escape(label)


_LABEL = "|".join(_spaced(label) for label in sorted(_ROLES, key=len, reverse=True))
_HOUSE = r"[\u4e00-\u9fffA-Za-z]{1,10}?(?:网|網|社|报|報|台|刊|组|組)"
"""``阿波羅網責任編輯``: whose editor it is, before the label."""
_SEP = r"\s*[:：=|｜丨︱/／\\]+\s*"
SEPARATED = re.compile(
    r"(?<![^\s\d、，,;；/／|｜（(\[【。．.！!？?”」』》)）\]】*_\u3000\u00a0])"
    rf"(?:{_HOUSE})?(?P<labels>(?:{_LABEL})(?:\s*[/／、&]\s*(?:{_LABEL}))*){_SEP}",
    re.I,
)
_SPACED = re.compile(rf"(?:(?<=[\s;；,，、])|^|(?<=[【（(\[]))(?P<labels>{_LABEL})[\s\u3000\u00a0]+(?=\S)", re.I)
_GLUED = re.compile(
    rf"(?:{_HOUSE})?(?P<labels>本文编辑|本报记者|本報記者|记者|記者|编辑|編輯|责编|責編|摄影|攝影|翻译|翻譯)\s*"
    r"(?=[\u4e00-\u9fff]{2,16}(?:\W|$))"
)
_PLACE = re.compile("|".join(sorted(_DATA["places"], key=len, reverse=True)))
_REPORTED = re.compile(rf"\s*(?:{_PLACE.pattern})?\s*(?:综合|綜合)?(?:[报報][道導导])[\s。]*$")
_BRACKETS = "【】（）()[]〔〕［］<>*_— －-–\u3000\u00a0\t\n"
_SPLIT = re.compile(
    r"\s*[、，,;；/／&＆＋+|｜丨]+\s*|\s+(?:and|和|与|與|及)\s+"
    r"|(?<=[\u4e00-\u9fff])(?:和|与|與)(?=[\u4e00-\u9fff]{2,4}$)"
)
_NAME = re.compile(
    r"[\u4e00-\u9fff]{2,10}(?:网|網|社|报|報|编辑部|編輯部|通讯社|通訊社|小组|小組)"
    r"|[\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0003ffff]{1,6}(?:[·•‧.．・][\u4e00-\u9fff]{1,8}){0,4}"
)
_NOTE = re.compile(r"\s*[（(［\[【][^（）()\[\]【】]*[)）\]］】]?")
_SENTENCE = re.compile(r"[。！？!?…“”「」《》：:]")
_NOT_NAMES = frozenset(_DATA["not_names"])
_TITLES = re.compile(
    r"^(?:(?:[\u4e00-\u9fff]{2,6}(?:报|報|网|網|社|周刊|週刊|周末|台|日報|晚報|新聞|新闻|組|组)|台灣|中國|大陸|香港|北京|美國)?(?:特约|特約|驻[\u4e00-\u9fff]{2,5}|实习|實習|见习|首席)?"
    r"(?:记者|記者|通讯员|通訊員|特派员|特派員|实习生|實習生|专栏作者|評論員|编辑|編輯)[\s：:]*)"
    r"|(?:作家|学者|學者|律师|律師|导演|專欄作家|专栏作家)(?=[\u4e00-\u9fff]{2,4}$)"
)
_NUMBERED = re.compile(r"(?<=[)）】\]])\s*\d{6,8}\s*$")
"""The day of a Republic-of-China year after the last bracket (``（編輯：某某）1131104``)."""
_OFFICE = re.compile(
    r"大学|大學|学院|學院|教授|研究|博士|主任|院长|院長|中心|专业|專業|协会|協會|硕士|碩士|系列|作品|文章|专栏"
)
"""What stands in an affiliation and in no name."""
_POST = re.compile(r".*(?:记者|記者|实习生|實習生|通讯员|通訊員|编辑|編輯|教授|研究员|研究員)$")


class Credit(NamedTuple):
    """One name with its role, and where in the line it stands (characters)."""

    role: Role
    name: str
    start: int
    end: int


class CreditLine(NamedTuple):
    """What a line says of who made the text."""

    credits: tuple[Credit, ...]
    pure: bool
    """Whether the line says nothing else, so that nothing is lost to the reader when it leaves the body."""


def parse_credits(line: str, *, loose: bool = False) -> CreditLine | None:
    """Read a whole line as credits; None when it is not one.

    ``loose`` also takes labels with nothing but a space, or nothing at all, after them.
    """
    if len(line) > 400:
        return None
    if line.rstrip()[-1:].isdigit():
        line = _NUMBERED.sub("", line)
    lead = len(line) - len(line.lstrip(_BRACKETS))
    loose = loose and len(line) <= 120
    if not _begins(line, lead, loose=loose):
        return None
    heads = _heads(line, lead, loose=loose)
    found: list[Credit] = []
    pure = True
    for index, head in enumerate(heads):
        stop = heads[index + 1].start() if index + 1 < len(heads) else len(line)
        names, exact = split_names(_REPORTED.sub("", line[head.end() : stop]), head.end())
        pure = pure and exact
        roles = [_role(label) for label in re.split(r"\s*[/／、&]\s*", head.group("labels"))]
        for role in dict.fromkeys(roles):
            found.extend(Credit(role, name, a, b) for name, a, b in names)
    if not pure and all(head.re is not SEPARATED for head in heads):
        return None
    return CreditLine(tuple(found), pure) if found else None


def _role(label: str) -> Role:
    plain = label.strip().casefold()
    return _ROLES.get(plain) or _ROLES[re.sub(r"\s", "", plain)]


def _begins(line: str, lead: int, *, loose: bool) -> bool:
    """Whether a line begins with a label, behind brackets at most: what most lines of an article do not."""
    patterns = (SEPARATED, _SPACED) if loose else (SEPARATED,)
    if any(pattern.match(line, at) for at in range(lead + 1) for pattern in patterns):
        return True
    return loose and _GLUED.match(line, lead) is not None


def _heads(line: str, lead: int, *, loose: bool) -> list[re.Match[str]]:
    """The labels of a line in order, none inside another."""
    candidates = list(SEPARATED.finditer(line))
    if loose:
        candidates += list(_SPACED.finditer(line))
        glued = _GLUED.match(line, lead)
        candidates += [glued] if glued else []
    heads: list[re.Match[str]] = []
    for match in sorted(candidates, key=lambda m: (m.start(), -m.end())):
        if not heads or match.start() >= heads[-1].end():
            heads.append(match)
    return heads


def split_names(text: str, offset: int = 0) -> tuple[list[tuple[str, int, int]], bool]:
    """The names in a stretch of a credit line with their places, and whether there is nothing but names.

    A parenthesis or a description after a name (``赵怡雯（某大学）``, ``X，某大学教授``) makes it inexact.
    """
    segments = list(re.finditer(r"[^；;]+", text))
    if len(segments) > 1 and re.search("[，,]", text):
        return _described(segments, offset)
    names: list[tuple[str, int, int]] = []
    exact = not _SENTENCE.search(_NOTE.sub("", text).strip(_BRACKETS))
    text = re.split('[“"「『]', text, maxsplit=1)[0]
    at = 0
    for chunk in [*_SPLIT.finditer(text), None]:
        end = chunk.start() if chunk else len(text)
        for name, a, b, whole in _names_in(text[at:end]):
            names.append((name, offset + at + a, offset + at + b))
            exact = exact and whole
        if text[at:end].strip(_BRACKETS + "。.") and not _names_in(text[at:end]):
            exact = False
            if names:
                break
        at = chunk.end() if chunk else len(text)
    comma = re.search("[，,]", text)
    if not exact and comma and len(names) > 1:
        names = [entry for entry in names if entry[2] - offset <= comma.start()] or names[:1]
    return names, exact


def _described(segments: list[re.Match[str]], offset: int) -> tuple[list[tuple[str, int, int]], bool]:
    """``A，某大学教授；B，某大学副教授``: the first name of each segment, unless all of it is names."""
    names: list[tuple[str, int, int]] = []
    exact = True
    for segment in segments:
        found, whole = split_names(segment.group(), offset + segment.start())
        names.extend(found if whole else found[:1])
        exact = exact and whole
    return names, exact


def _names_in(chunk: str) -> list[tuple[str, int, int, bool]]:
    """Names between two separators: one Latin name of several words, or Han names with spaces between."""
    bare = _NOTE.sub(lambda m: " " * len(m.group()), chunk)
    notes = [match.group().strip(_BRACKETS) for match in _NOTE.finditer(chunk)]
    noted = any(len(note) > 4 for note in notes) and bool(bare.strip(_BRACKETS))
    text = bare.strip(_BRACKETS + "。.;；")
    if not text:
        return []
    start = bare.index(text)
    title = _TITLES.match(text)
    if title and title.end() < len(text):
        start, text = start + title.end(), text[title.end() :]
    if _LATIN.fullmatch(text):
        words = text.split()
        fine = 1 <= len(words) <= 5 and len(text) <= 40 and text.casefold() not in _NOT_NAMES
        return [(_cased(text), start, start + len(text), not noted)] if fine else []
    parts = [(m.group(), start + m.start(), start + m.end()) for m in re.finditer(r"\S+", text)]
    parts = _closed_up(parts)
    parts = [part for part in parts if not _POST.match(part[0])] if len(parts) > 1 else parts
    if parts and all(_is_name(part) for part, _, _ in parts):
        return [(part, a, b, not noted) for part, a, b in parts]
    if len(parts) <= 3 and re.fullmatch(r"[\w\u4e00-\u9fff·.\- ]{2,20}", text) and re.search(r"[A-Za-z]", text):
        return [(text, start, start + len(text), not noted)]
    return []


def _is_name(part: str) -> bool:
    return len(part) >= 2 and bool(_NAME.fullmatch(part)) and part not in _NOT_NAMES and not _OFFICE.search(part)


def _closed_up(parts: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Two single Han characters in a row are one name, spaced out to the width of three."""
    out: list[tuple[str, int, int]] = []
    for part in parts:
        if out and len(out[-1][0]) == 1 and len(part[0]) == 1:
            out[-1] = (out[-1][0] + part[0], out[-1][1], part[2])
        else:
            out.append(part)
    return out


_LATIN_WORD = r"[A-Za-zÀ-ɏ][\w.'’\-]*"
_LATIN = re.compile(rf"(?=[^\u2e80-\uffff]*$){_LATIN_WORD}(?:\s+{_LATIN_WORD})*")


def _cased(name: str) -> str:
    """A name in capitals as it is usually written; initials stay."""
    if not name.isupper() or len(name) < 4:
        return name
    return re.sub(r"[A-ZÀ-Þ]{2,}", lambda m: m.group()[0] + m.group()[1:].lower(), name)


_REPORTER = r"(?:特约|特約|驻[\u4e00-\u9fff]{2,4}|本报|本報)?(?:记者|記者)"
_NAMES = r"[\u4e00-\u9fff·、／/ \u3000]{2,24}?"
_DATELINE = (
    re.compile(
        rf"[（(【\[]\s*[^（()）【】\[\]，。]{{0,10}}?{_REPORTER}[\s：:／/]*(?P<names>{_NAMES})"
        r"(?P<tail>\d{1,2}(?:月\d{1,2})?日[^）)】\]]{0,6}|综合报道|綜合報[導道]|[报報][道導导]|摄|攝|)\s*[）)】\]]"
    ),
    re.compile(rf"^\s*(?:[^，。！？\s]{{0,16}}?){_REPORTER}\s*(?P<names>{_NAMES})\s*(?P<tail>[报報][道導导])[\s:：。]*$"),
    re.compile(r"(?:^|[电電])\s*(?P<names>[\u4e00-\u9fff]{2,3}(?:、[\u4e00-\u9fff]{2,3}){0,3})(?P<tail>[报報][道導导])[：:]"),
)
_TITLE = re.compile(
    r"(?:本[报報刊台网網]|[\u4e00-\u9fff]{2,6}[报報网網社]|《[^》]{2,12}》)?(?:[驻駐][\u4e00-\u9fff、]{2,16}?)?(?:特派|特约|特約|实习|實習|见习|首席|主笔)*"
    r"(?:记者|記者|通讯员|通訊員|特派员|撰稿人|评论员|評論員)[\s:：]*"
)
_AGENCIES = re.compile(
    r"^\s*(?P<names>[^（()）。！？]{2,30}?)\s*[（(][^（()）]{0,30}(?:社|通讯|通訊|综合报[道导]|綜合報[導道]|等|编译|編譯)[^（()）]{0,8}[)）]\s*$"
)

_LINE = 160
"""Characters of the longest line that may be nothing but names and agencies."""


def reporters_line(text: str) -> list[tuple[str, int, int]]:
    """The names in a line of nothing but reporters and their titles (``本报记者 某某 实习记者某某发自某地``)."""
    line = text.rstrip("▲。 \u3000")
    if len(line) > 90 or not _TITLE.search(line):
        return []
    line = re.sub(r"(?:发自|發自|摄于)[\u4e00-\u9fff]{2,6}$", "", _REPORTED.sub("", line))
    names: list[tuple[str, int, int]] = []
    at = 0
    for title in [*_TITLE.finditer(line), None]:
        end = title.start() if title else len(line)
        found, exact = split_names(line[at:end].replace("□", " ").replace("■", " "), at)
        if line[at:end].strip(_BRACKETS + "□■●") and not (found and exact):
            return []
        names.extend(found)
        at = title.end() if title else len(line)
    return names if names and all(2 <= len(name) <= 4 for name, _, _ in names) else []


def agency_line(text: str) -> list[tuple[str, int, int]]:
    """The names of a last line such as ``某某/某某 (法新社、路透社)``: who compiled the text from agencies."""
    match = _AGENCIES.match(text) if len(text) <= _LINE else None
    if match is None:
        return []
    names, exact = split_names(match.group("names"), match.start("names"))
    fits = all(2 <= len(name) <= 4 or not re.search(r"[\u4e00-\u9fff]", name) for name, _, _ in names)
    return names if names and exact and fits else []


def dateline_reporters(text: str) -> list[tuple[str, int, int]]:
    """The reporters a dateline names (``（中央社記者某某台北2日電）``), with their places in the text."""
    for pattern in _DATELINE:
        match = pattern.search(text[:160])
        if not match:
            continue
        raw = match.group("names")
        place = _PLACE.search(raw, 2)
        if place is not None:
            raw = raw[: place.start()]
        elif match.group("tail")[:1].isdigit() and len(raw) >= 4 and "、" not in raw:
            raw = raw[: 3 if len(raw) >= 5 else 2]
        names, exact = split_names(raw, match.start("names"))
        if names and exact and all(2 <= len(name) <= 4 and not name.startswith("站") for name, _, _ in names):
            return names
    return []
