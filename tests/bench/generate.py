"""Generate: any number of documents in the formats of the sample corpus, no two of them duplicates or near-duplicates.

Document ``n`` depends on the seed and ``n`` alone, so a smaller set is the beginning of a larger one. Titles, dates,
addresses and the prose of the bodies are new; envelope, markup, chrome and boilerplate are the sample's.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Final, NamedTuple

from . import pictures, templates
from .prose import Voice
from .templates import Part, Slot, Template, Unit

SEED: Final = 20240418
SHARE: Final = 0.4
"""Of the documents that have pictures, which are then their own."""
FACTOR: Final = 3.4
"""How much longer than its sample a document is, by the median: about 2,000 characters, the length of a press article."""
SPREAD: Final = 0.45
DAYS: Final = (date(2010, 1, 1), date(2024, 12, 31))


class Document(NamedTuple):
    """One generated document."""

    path: str
    data: bytes
    pictures: tuple[int, ...]
    """The numbers of the pictures it shows."""


class Generator:
    """Makes documents from the sample corpus."""

    def __init__(self, corpus: Path, seed: int = SEED) -> None:
        self._seed = seed
        self.templates, texts = templates.load(corpus)
        """The samples, which the documents follow in turn."""
        self._voices = {language: Voice(language, given, seed) for language, given in texts.items()}

    def document(self, number: int) -> Document:
        """Document ``number``, from 0."""
        rng = random.Random(f"{self._seed}/document/{number}")
        template = self.templates[number % len(self.templates)]
        voice = self._voices[template.language]
        shown = rng.random() < SHARE
        factor = min(12.0, FACTOR * rng.lognormvariate(0.0, SPREAD))
        day = DAYS[0] + timedelta(days=int(rng.random() * (DAYS[1] - DAYS[0]).days))
        change = _Change(template, number, voice.title(rng), day)
        text = "".join(_filled(template.parts if shown else template.bare, voice, rng, factor, change))
        text, used = pictures.renumbered(text, number) if shown else (text, ())
        if template.crlf:
            text = text.replace("\n", "\r\n")
        return Document(change.path(), _encoded(text, template.encoding), used)


def _filled(parts: Sequence[Part], voice: Voice, rng: random.Random, factor: float, change: _Change) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Slot):
            yield voice.prose(part.length, rng)
        elif isinstance(part, Unit):
            times = max(1, int(factor + rng.random()))
            joint = "\n" if isinstance(part.parts[0], str) and part.parts[0].startswith("<p") else "\n\n"
            yield joint.join("".join(_filled(part.parts, voice, rng, 1, change)) for _ in range(times))
        else:
            yield change(part)


def _encoded(text: str, encoding: str) -> bytes:
    """The text in its sample's encoding; a character that has no place there becomes ``一``."""
    kept = "".join(char if _fits(char, encoding) else "一" for char in text) if encoding == "cp950" else text
    return kept.encode(encoding)


def _fits(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


class _Change:
    """Puts a document's own title, dates and address in the place of its sample's."""

    def __init__(self, template: Template, number: int, title: str, day: date) -> None:
        self._template = template
        self._number = number
        self._title = title
        name = template.path.rpartition("/")[2]
        text = "".join(_strings(template.parts)) + name
        self._shift = (day - min(_dates(text), default=day)).days

    def __call__(self, text: str) -> str:
        for title in self._template.titles:
            text = text.replace(title, self._title)
        address = self._template.address
        if address:
            text = text.replace(address, f"{address}-{self._number:06d}")
        return _DATE.sub(self._later, text)

    def path(self) -> str:
        """Folder of the sample, folder of a thousand, name of the sample with the date and the number."""
        folder, _, name = self._template.path.rpartition("/")
        stem, _, ending = name.rpartition(".")
        return f"{folder}/{self._number // 1000:04d}/{_DATE.sub(self._later, stem)}-{self._number:06d}.{ending}"

    def _later(self, match: re.Match[str]) -> str:
        return _shifted(match, self._shift)


_DATE: Final = re.compile(
    r"(?P<iso>\b20[0-2]\d-[01]\d-[0-3]\d(?!\d))"
    r"|(?P<epoch>(?<=<!--)\d{13}(?=-->))"
    r"|(?P<mail>\b[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} 20\d\d \d\d:\d\d:\d\d (?:GMT|\+0000))"
    r"|(?P<han>\b20[0-2]\d年\d{1,2}月\d{1,2}日)"
    r"|(?P<numeral>二零[零一二三四五六七八九]{2}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日)"
    r"|(?P<english>\b(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2}, 20\d\d)"
)
_NUMERALS: Final = "零一二三四五六七八九"


def _strings(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
        elif isinstance(part, Unit):
            yield from _strings(part.parts)


def _dates(text: str) -> Iterator[date]:
    for match in _DATE.finditer(text):
        yield _moment(match).date()


def _moment(match: re.Match[str]) -> datetime:
    """The date that one of the spellings says; times of day are kept where the spelling has one."""
    kind, text = str(match.lastgroup), match[0]
    if kind == "iso":
        return datetime.fromisoformat(text)
    if kind == "epoch":
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    if kind == "mail":
        return parsedate_to_datetime(text)
    if kind == "english":
        return datetime.strptime(text, "%B %d, %Y")
    if kind == "han":
        return datetime(*map(int, re.findall(r"\d+", text)))  # type: ignore[arg-type]
    year, month, day = re.split("[年月]", text.rstrip("日"))
    return datetime(
        int("".join(str(_NUMERALS.index(char)) for char in year.replace("二零", "零零"))) + 2000, _small(month), _small(day)
    )


def _small(numeral: str) -> int:
    """1 to 31 from 一 to 三十一."""
    tens, ten, ones = numeral.rpartition("十")
    return (_NUMERALS.index(tens) if tens else 1) * 10 * bool(ten) + (_NUMERALS.index(ones) if ones else 0)


def _shifted(match: re.Match[str], days: int) -> str:
    """The same spelling of a later date."""
    kind = str(match.lastgroup)
    moment = _moment(match) + timedelta(days=days)
    if kind == "iso":
        return moment.strftime("%Y-%m-%d")
    if kind == "epoch":
        return str(int(match[0]) + days * 86_400_000)
    if kind == "mail":
        return format_datetime(moment.astimezone(UTC), usegmt=match[0].endswith("GMT"))
    if kind == "english":
        return f"{moment:%B} {moment.day}, {moment.year}"
    if kind == "han":
        return f"{moment.year}年{moment.month}月{moment.day}日"
    year = "".join(_NUMERALS[int(digit)] for digit in str(moment.year))
    return f"{year}年{_numeral(moment.month)}月{_numeral(moment.day)}日"


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    return (_NUMERALS[tens] if tens > 1 else "") + ("十" if tens else "") + (_NUMERALS[ones] if ones else "")


# --- a folder of them -------------------------------------------------------------------------------------------


def folder(corpus: Path, target: Path, count: int, seed: int = SEED) -> Path:
    """The folder ``target`` with ``count`` documents, settings, profiles and pictures; made only where it is not there.

    Returns ``target``. Its ``.made.json`` beside it says from what it was made, with the sha256 of all documents in order.
    """
    stamp = target.with_name(target.name + ".made.json")
    wanted = {"seed": seed, "count": count, "share": SHARE, "factor": FACTOR, "code": _code(corpus)}
    if stamp.exists() and target.is_dir():
        made = json.loads(stamp.read_text("utf-8"))
        if {key: made.get(key) for key in wanted} == wanted:
            return target
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in ("archivekit.toml", "profiles", "static", "wechat/static"):
        source = corpus / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, _made(target / name))
    generator = Generator(corpus, seed)
    digest, size, shown = hashlib.sha256(), 0, set[int]()
    for number in range(count):
        size += write(generator, target, number, digest, shown)
    pictures.draw(corpus, target, shown)
    facts = {**wanted, "bytes": size, "sha256": digest.hexdigest(), "pictures": len(shown)}
    stamp.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    return target


def write(generator: Generator, target: Path, number: int, digest: hashlib._Hash, shown: set[int]) -> int:
    """Write one document into a folder; returns its bytes, enters it in ``digest`` and its pictures in ``shown``."""
    document = generator.document(number)
    _made(target / document.path).write_bytes(document.data)
    digest.update(document.data)
    shown.update(document.pictures)
    return len(document.data)


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _code(corpus: Path) -> str:
    """What the documents are made from and by, as one number: the samples and these modules."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    samples = (path for path in corpus.rglob("*") if path.is_file())
    for path in sorted([*samples, *(here / f"{name}.py" for name in ("generate", "pictures", "prose", "templates"))]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
