"""Prose: as many new sentences as are wanted, of the characters and the rhythm of given texts. They say nothing.

A first-order Markov chain, over characters for Chinese and over words for English, learnt from the texts, that now and then
leaps to any character of theirs: without the leaps so few texts would give sentences which are too much alike. A sentence
is known by its number alone: the same seed, language and number give the same sentence on every machine.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

SENTENCES: Final = 50_000
"""How many sentences a voice has to choose from: two documents of fifty share one in twenty pairs."""

LEAP: Final = 0.4
"""How often the next character or word is any of those of the texts."""

_LONGEST: Final = {"zh": 60, "en": 28}
"""Tokens after which a sentence ends at the next chance."""
_SHORTEST: Final = {"zh": 12, "en": 6}
_HAN: Final = re.compile(r"[\u3400-\u9fff，、；：。？！]")
_WORD: Final = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*[,;.]?")
_ENDS: Final = "。？！."


class Voice:
    """The sentences of one language."""

    def __init__(self, language: str, texts: Iterable[str], seed: int) -> None:
        self.kind = "en" if language.startswith("en") else "zh"
        self._name = f"{seed}/{language}"
        self._next: defaultdict[str, list[str]] = defaultdict(list)
        self._first: list[str] = []
        self._all: list[str] = []
        self._known: dict[int, str] = {}
        for text in texts:
            self._learn((_WORD if self.kind == "en" else _HAN).findall(text))

    def _learn(self, tokens: list[str]) -> None:
        before = "."
        for token in tokens:
            if before[-1] in _ENDS:
                if token[-1] not in "，、；：" + _ENDS:
                    self._first.append(token)
            elif not (len(before) == len(token) == 1 and not before.isalnum() and not token.isalnum()):
                self._next[before].append(token)
            if token[-1].isalnum():
                self._all.append(token)
            before = token

    def sentence(self, number: int) -> str:
        """Sentence ``number``, modulo ``SENTENCES``, with its full stop."""
        number %= SENTENCES
        if number not in self._known:
            self._known[number] = self._make(random.Random(f"{self._name}/{number}"))
        return self._known[number]

    def _make(self, rng: random.Random) -> str:
        tokens = [pick(rng, self._first)]
        while tokens[-1][-1] not in _ENDS or len(tokens) < _SHORTEST[self.kind]:
            last = tokens[-1]
            if len(tokens) >= _LONGEST[self.kind] and (self.kind == "en" or last in "，、；："):
                break
            following = self._next.get(last)
            if following is None or last[-1] in _ENDS:
                tokens[-1] = last.rstrip(_ENDS) or last
                following = self._first
            leaps = rng.random() < LEAP and last[-1].isalnum()
            tokens.append(pick(rng, self._all if leaps else following))
        words = (" " if self.kind == "en" else "").join(token for token in tokens if token)
        return words.rstrip("，、；：,;" + _ENDS) + (tokens[-1][-1] if tokens[-1][-1] in _ENDS else "。."[self.kind == "en"])

    def prose(self, length: int, rng: random.Random) -> str:
        """Sentences of together at least ``length`` characters."""
        sentences: list[str] = []
        size = 0
        while size < length:
            sentences.append(self.sentence(int(rng.random() * SENTENCES)))
            size += len(sentences[-1])
        return (" " if self.kind == "en" else "").join(sentences)

    def title(self, rng: random.Random) -> str:
        """Two clauses as a title, without a full stop."""
        if self.kind == "en":
            words = self.prose(60, rng).replace(".", "").replace(",", "").replace(";", "").split()
            return " ".join(word.capitalize() for word in words[: 5 + int(rng.random() * 4)])
        clauses = [re.sub("[，、；：。？！]", "", self.prose(1, rng)) for _ in range(2)]
        return "　".join(clause[: 5 + int(rng.random() * 8)] for clause in clauses)


def pick(rng: random.Random, choices: list[str]) -> str:
    """One of the choices, by ``random()`` alone, whose sequence every version of Python keeps."""
    return choices[int(rng.random() * len(choices))]
