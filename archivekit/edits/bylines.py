"""Bylines: the grammar of credit lines, ``label separator names``, in the spellings of Chinese and English dumps."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
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


_ROLES |= {"图": "pht", "圖": "pht"}
_PICTURE = re.compile(r"(?<=[\s；;/／])(?P<labels>[图圖])\s?[:：/／|｜]\s?")
"""A label behind another only (``文/某某 图/某某``): alone it begins a caption."""
_LABEL = "|".join(_spaced(label) for label in sorted(_ROLES.keys() - {"图", "圖"}, key=lambda label: (-len(label), label)))
_HOUSE = r"[\u4e00-\u9fffA-Za-z]{1,10}?(?:网|網|社|报|報|台|刊|组|組)"
"""``阿波羅網責任編輯``: whose editor it is, before the label."""
_SEP = r"\s*[:：=|｜丨︱/／\\]+\s*"
SEPARATED = re.compile(
    r"(?<![^\s\d、，,;；/／|｜（(\[【。．.！!？?”」』》)）\]】*_\u3000\u00a0])"
    rf"(?:{_HOUSE})?(?P<labels>(?:{_LABEL})(?:\s*[/／、&]\s*(?:{_LABEL}))*){_SEP}",
    re.I,
)
_SPACED = re.compile(rf"(?:(?<=[\s;；,，、])|^|(?<=[【（(\[]))(?P<labels>{_LABEL})[\s\u3000\u00a0]+(?=\S)", re.I)
_PLACE = re.compile("|".join(sorted(_DATA["places"], key=len, reverse=True)))
_REPORTED = re.compile(
    rf"\s*(?:{_PLACE.pattern}|[／/][\u4e00-\u9fff]{{2,6}}?(?=(?:综合|綜合)?[报報][導导]))?\s*(?:综合|綜合)?(?:[报報][道導导])[\s。]*$"
)
"""Where a reporter reports from; in Taiwan any place behind a slash (``記者某某／花蓮報導``)."""
_TOOK = re.compile(r"(?<=[\u4e00-\u9fff]{2})\s?[摄攝][\s)）】\]]*$")
"""Behind a reporter's name: who took a picture."""
_WORD_ON = re.compile("|".join(_DATA["words_on"]))
_SURNAME = re.compile(rf"[{_DATA['surnames']}]|{'|'.join(_DATA['surnames_of_two'])}|[小阿][\u4e00-\u9fff](?![\u4e00-\u9fff])")
"""What a name begins with that nothing else tells for one; a pen name of two characters may begin with 小 or 阿."""
_GLUED = re.compile(
    rf"(?:{_HOUSE})?(?P<labels>本文编辑|本报记者|本報記者|记者|記者|编辑|編輯|责编|責編|摄影|攝影|翻译|翻譯)\s*(?!{_WORD_ON.pattern})"
    rf"(?:(?=[\u4e00-\u9fff]{{2,4}}?(?:{_PLACE.pattern})?(?:综合|綜合)?(?P<told>[报報][道導导]))|(?=[\u4e00-\u9fff]{{2,4}}(?:\W|$)))"
)
"""A label with a name of two to four characters right behind it; ``told`` says that the name ``reports``."""
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
_TALK = re.compile("[？?！!您你我]")
"""What stands where somebody speaks, and in no description of who somebody is."""
_ASKS = re.compile("您|什[么麼]|怎[么麼]|[吗嗎呢吧么麼]$")
_NOT_NAMES = frozenset(_DATA["not_names"])
_ANSWERS = frozenset(_DATA["answers"])
_JOBS = frozenset(_DATA["jobs"])
_JAPANESE = frozenset(_DATA["japanese_surnames"])
_WORK = re.compile(r"(?P<names>\S.*?)\s+(?P<work>编译|編譯|编著|編著|主编|主編|译|譯|著|编|編)\s*")
_WORKS: dict[str, Role] = {"著": "aut", "编著": "aut", "編著": "aut", "主编": "edt", "主編": "edt", "编": "edt", "編": "edt"}
_TITLES = re.compile(
    r"^(?:(?:[\u4e00-\u9fff]{2,6}(?:报|報|网|網|社|周刊|週刊|周末|台|日報|晚報|新聞|新闻|組|组)|台灣|中國|大陸|香港|北京|美國)?(?:特约|特約|驻[\u4e00-\u9fff]{2,5}|实习|實習|见习|首席)?"
    r"(?:记者|記者|通讯员|通訊員|特派员|特派員|实习生|實習生|专栏作者|評論員|编辑|編輯)[\s：:]*)"
    r"|(?:作家|学者|學者|律师|律師|导演|專欄作家|专栏作家)(?=[\u4e00-\u9fff]{2,4}$)"
)
_STAFF = re.compile(r"(?<=[\u4e00-\u9fff])_[A-Z]{0,3}\d{2,6}$")
"""The number of an editor behind the name, as NetEase gives it (``王某某_NE0011``)."""
_NUMBERED = re.compile(r"(?<=[)）】\]])\s*\d{6,8}\s*$")
"""The day of a Republic-of-China year after the last bracket (``（編輯：某某）1131104``)."""
_OFFICE = re.compile(
    r"总编|總編|主编|主編|院士|作家|学者|學者|讲师|講師|律师|律師|博主|大学|大學|学院|學院|教授|研究|博士|主任|院长|院長|中心|专业|專業|协会|協會|硕士|碩士|系列|作品|文章|专栏"
)
"""What stands in an affiliation and in no name."""
_CALLING = re.compile(
    r"撰稿人?|作者|译者|譯者|编辑|編輯|记者|記者|媒体人|媒體人|创办|創辦|创始|創始|顾问|顧問|专家|專家|医生|醫生|教师|教師|工程师|工程師|导演|導演"
    r"|摄影师|攝影師|设计师|設計師|出生|毕业|畢業|就读|就讀|任职|任職|供职|供職|现居|現居|现任|現任|曾任|著有|爱好者|愛好者"
)
"""What stands in a description of somebody without an office."""
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
    if line.count("#") == 1:
        line = line.rstrip().removesuffix("#")
    lead = len(line) - len(line.lstrip(_BRACKETS))
    loose = loose and len(line) <= 120
    if not _begins(line, lead, loose=loose):
        return None
    heads = _heads(line, lead, loose=loose)
    if len(heads) == 1 and heads[0].re is _GLUED and not heads[0]["told"] and not _SURNAME.match(line, heads[0].end()):
        return None
    found: list[Credit] = []
    pure = True
    for index, head in enumerate(heads):
        stop = heads[index + 1].start() if index + 1 < len(heads) else len(line)
        said = _REPORTED.sub("", line[head.end() : stop])
        roles = [_role(label) for label in re.split(r"\s*[/／、&]\s*", head.group("labels"))]
        if roles == ["rpt"] and (took := _TOOK.search(said)):
            roles, said = ["pht"], said[: took.start()]
        names, exact = split_names(said, head.end())
        pure = pure and exact
        for role in dict.fromkeys(roles):
            found.extend(Credit(role, name, a, b) for name, a, b in names)
    separated = sum(head.re is SEPARATED for head in heads)
    if not pure and (not separated or not _describes(line[heads[0].end() :], found, separated)):
        return None
    return CreditLine(tuple(found), pure) if found else None


def _describes(text: str, names: list[Credit], labels: int) -> bool:
    """Whether what stands beside names says who they are: in brackets, as where they work, or with labels of its own.

    A reporter has no office.
    """
    if _TALK.search(text):
        return False
    works = bool(_OFFICE.search(text) or _CALLING.search(text)) and any(name.role != "rpt" for name in names)
    return labels > 1 or works or bool(_NOTE.search(text))


SOURCE = re.compile(
    r"^[（(【\[]?\s*(?:文章|内容|信息|稿件|本文|消息|原文)?(?:来源|來源|转自|轉自|转载自|轉載自|Source)"
    r"\s*[:：|｜丨＝=]\s*(?P<value>[^\n。，,；;]{1,40}?)\s*[）)】\]]?\s*$",
    re.I,
)
"""A line that is nothing but the name of a source, or of a source and of people behind it."""


def source_named(line: str) -> tuple[str, tuple[Credit, ...]] | None:
    """The source a line names, and who is named behind it (``来源：某报 责任编辑：某某``); None when it says more."""
    source = SOURCE.match(line)
    if source is None:
        return None
    start, end = source.span("value")
    head = next((head for head in SEPARATED.finditer(line, start, end) if head.start() > start), None)
    if head is None:
        return source.group("value"), ()
    behind = parse_credits(line[head.start() : end])
    if behind is None or not behind.pure:
        return None
    people = tuple(one._replace(start=one.start + head.start(), end=one.end + head.start()) for one in behind.credits)
    return line[start : head.start()].strip(), people


def by_their_work(text: str) -> list[Credit]:
    """People with what they did behind them (``某某 著；某某 译``, ``某某、某某 编译``); none when one did nothing."""
    found: list[Credit] = []
    for segment in re.finditer(r"[^；;]+", text):
        work = _WORK.fullmatch(segment.group())
        names, exact = split_names(work["names"], segment.start() + work.start("names")) if work else ([], False)
        if work is None or not (names and exact):
            return []
        found.extend(Credit(_WORKS.get(work["work"], "trl"), *name) for name in names)
    return found


def speakers(lines: list[str]) -> set[str]:
    """The labels that stand before what somebody says (``记者：后来呢？``) more often than before a name."""
    said: Counter[str] = Counter()
    for line in lines:
        label = label_of(line)
        if label:
            said[label] += 1 if parse_credits(line) is None else -1
    return {label for label, more in said.items() if more > 0}


def label_of(line: str) -> str | None:
    """The label that a line begins with."""
    head = SEPARATED.match(line.lstrip())
    return head.group("labels") if head else None


def is_surnamed(name: str) -> bool:
    """Whether Han characters are a surname with one or two behind it, as most names are and few answers."""
    surname = _SURNAME.match(name)
    return surname is not None and len(name) <= surname.end() + 2


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
    candidates = [*SEPARATED.finditer(line), *_PICTURE.finditer(line, lead + 1)]
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
        said = text[at:end].strip(_BRACKETS + "。.")
        if names and said.casefold() in _JOBS:
            said = ""
        found = _names_in(text[at:end]) if said else []
        for name, a, b, whole in found:
            names.append((name, offset + at + a, offset + at + b))
            exact = exact and whole
        if said and not found:
            exact = False
            if names or said not in _NOT_NAMES:
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
        if not found and not names:
            return [], False
        names.extend(found if whole else found[:1])
        exact = exact and whole
    return names, exact


def _names_in(chunk: str) -> list[tuple[str, int, int, bool]]:
    """Names between two separators: one Latin name of several words, or Han names with spaces between."""
    bare = _NOTE.sub(lambda m: " " * len(m.group()), chunk)
    notes = [match.group().strip(_BRACKETS) for match in _NOTE.finditer(chunk)]
    noted = any(len(note) > 4 for note in notes) and bool(bare.strip(_BRACKETS))
    text = _STAFF.sub("", bare.strip(_BRACKETS + "。.;；"))
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
    known = part in _NOT_NAMES or part in _ANSWERS
    bare = part.replace(" ", "")
    return len(part) >= 2 and bool(_NAME.fullmatch(bare)) and not known and not _OFFICE.search(part) and not _ASKS.search(part)


def _closed_up(parts: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Two single Han characters in a row are one name, spaced out to the width of three; so are the two of a Japanese."""
    out: list[tuple[str, int, int]] = []
    for part in parts:
        if out and out[-1][0] in _JAPANESE and 1 <= len(part[0]) <= 3:
            out[-1] = (f"{out[-1][0]} {part[0]}", out[-1][1], part[2])
        elif out and len(out[-1][0]) == 1 and len(part[0]) == 1:
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
    return names if names and all(2 <= len(name) <= 4 and not _WORD_ON.match(name) for name, _, _ in names) else []


def agency_line(text: str) -> list[tuple[str, int, int]]:
    """The names of a last line such as ``某某/某某 (法新社、路透社)``: who compiled the text from agencies."""
    match = _AGENCIES.match(text) if len(text) <= _LINE else None
    if match is None:
        return []
    names, exact = split_names(match.group("names"), match.start("names"))
    fits = all(2 <= len(name) <= 4 or not re.search(r"[\u4e00-\u9fff]", name) for name, _, _ in names)
    return names if names and exact and fits else []


def dateline_credits(text: str) -> list[Credit]:
    """Who reports in a dateline (``（中央社記者某某台北2日電）``), or took a picture (``（圖／記者某某攝）``)."""
    for pattern in _DATELINE:
        match = pattern.search(text[:160])
        if not match:
            continue
        raw = match.group("names")
        tail = match.group("tail")
        if tail[-1:] in ("導", "导"):
            raw = re.split("[／/]", raw, maxsplit=1)[0]
        place = _PLACE.search(raw, 2)
        if place is not None:
            raw = raw[: place.start()]
        elif tail[:1].isdigit() and len(raw) >= 4 and "、" not in raw:
            raw = raw[: 3 if len(raw) >= 5 else 2]
        names, exact = split_names(raw, match.start("names"))
        if names and exact and all(2 <= len(name) <= 4 and not _WORD_ON.match(name) for name, _, _ in names):
            return [Credit("pht" if tail in ("摄", "攝") else "rpt", *name) for name in names]
    return []
