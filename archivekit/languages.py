"""Languages: BCP 47, decided by the characters of a text."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

_IS_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN = re.compile(f"[{_IS_HAN}]")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_WORD = re.compile(r"\w+")
_ENGLISH = frozenset(
    ["the", "of", "and", "to", "in", "a", "is", "that", "for", "was", "with", "on", "as", "it", "by", "at", "from"]
)


_KINDS = (("han", _HAN), ("kana", _KANA), ("hangul", _HANGUL), ("latin", _LATIN), ("cyrillic", _CYRILLIC))


@cache
def _scripts() -> dict[str, str]:
    """The characters that only one of the two Chinese scripts has, each with ``simplified`` or ``traditional``."""
    table = tomllib.loads(resources.files(__package__).joinpath("scripts.toml").read_text("utf-8"))
    return {char: script for script, chars in table.items() for char in chars if char != "\n"}


_SIGNS = {"han": "H", "simplified": "S", "traditional": "T", "kana": "K", "hangul": "G", "latin": "L", "cyrillic": "C"}
"""What a character counts as, in one letter each."""


class _Signs(dict[int, str]):
    """By its code point, the letter for what a character counts as, worked out once each; a blank for what tells nothing."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        kind = next((name for name, pattern in _KINDS if pattern.match(char)), "")
        self[point] = sign = _SIGNS.get(_scripts().get(char, kind) if kind == "han" else kind, " ")
        return sign


_signs = _Signs()


def counts(text: str) -> dict[str, int]:
    """Characters by what they tell: Han, of them simplified-only and traditional-only, kana, hangul, Latin, Cyrillic."""
    signs = text.translate(_signs)
    found = {kind: signs.count(sign) for kind, sign in _SIGNS.items()}
    found["han"] += found["simplified"] + found["traditional"]
    return found


def decide(text: str) -> tuple[str, dict[str, int]]:
    """The language of a text and the counts it was decided by; ``und`` when nothing tells."""
    found = counts(text)
    han, kana, latin = found["han"], found["kana"], found["latin"]
    if found["hangul"] > max(han, latin) // 2 and found["hangul"]:
        return "ko", found
    if kana > 4 and kana * 8 >= han:
        return "ja", found
    if found["cyrillic"] > max(han * 2, latin):
        return "und-Cyrl", found
    if han * 4 >= latin and han:
        simplified, traditional = found["simplified"], found["traditional"]
        if not simplified and not traditional:
            return "und-Hani" if han < 4 else "zh", found
        if min(simplified, traditional) * 3 > max(simplified, traditional) and min(simplified, traditional) > 8:
            return "zh", found
        return ("zh-Hans" if simplified >= traditional else "zh-Hant"), found
    if latin:
        english = sum(map(_ENGLISH.__contains__, _WORD.findall(text.lower())))
        return ("en" if english * 12 >= len(text.split()) else "und-Latn"), found
    return "und", found


_LEAST_WORDS = 4
_LEAST_LETTERS = 20
_LEAST_HAN = 4
_SOME_HAN = re.compile(f"(?:[{_IS_HAN}][^{_IS_HAN}]*){{{_LEAST_HAN}}}")
_LEAST_TELLING = 6
"""A text with fewer of what tells is not said to be in another language than what is around it."""


def other(text: str, around: str) -> str:
    """The language of a whole block where it is clearly not ``around``, a BCP 47 tag; else ``""``.

    Clearly: English without Han characters in a text that is not English, Chinese, Japanese or Korean without Latin
    sentences in one that is none of them, or one Chinese script without a character that only the other has.
    """
    outer = around.split("-")[0]
    if outer == "en" and text.isascii():
        return ""
    if outer == "zh" and _SOME_HAN.search(text):
        return _other_script(text, around) if not _KANA.search(text) else ""
    han = len(_HAN.findall(text))
    if not han and outer != "en" and len(_LATIN.findall(text)) >= _LEAST_LETTERS and len(text.split()) >= _LEAST_WORDS:
        return "en" if decide(text)[0] == "en" else ""
    if outer == "en" and han >= _LEAST_HAN and len(_LATIN.findall(text)) < han:
        found, _ = decide(text)
        return found if found.split("-")[0] in ("zh", "ja", "ko") else ""
    return ""


_SCRIPTS = {"zh-Hans": ("simplified", "traditional", "zh-Hant"), "zh-Hant": ("traditional", "simplified", "zh-Hans")}
"""By the script around: what only it has, what only the other has, and the other."""


def _other_script(text: str, around: str) -> str:
    """``zh-Hans`` in what is ``zh-Hant`` and the reverse, where nothing speaks against it."""
    own, foreign, found = _SCRIPTS.get(around, ("", "", ""))
    signs = text.translate(_signs) if found else ""
    if not found or _SIGNS[own] in signs:
        return ""
    return found if signs.count(_SIGNS[foreign]) >= _LEAST_TELLING else ""
