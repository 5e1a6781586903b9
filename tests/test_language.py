"""The language of a text, decided by its characters."""

from __future__ import annotations

import opencc
import pytest

from archivekit.languages import counts, decide


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("河水在夜里涨，是因为白天上游的雪化了。", "zh-Hans"),
        ("河水在夜裡漲，是因為白天上游的雪化了。", "zh-Hant"),
        ("北京做出鄭重承諾", "zh-Hant"),
        ("他在台湾写了一篇论文，標題裡有一個“著”字，其余都是简体，发表以后大家都说好。", "zh-Hans"),
        ("天上有月", "zh"),
        ("月", "und-Hani"),
        ("潮の満ち引きは、月の引力によって起こります。", "ja"),
        ("조수는 달의 인력 때문에 생긴다", "ko"),
        ("The tide rises at night because the snow of the day has melted.", "en"),
        ("Die Flut kommt nachts, weil der Schnee schmilzt.", "und-Latn"),
        ("Вода прибывает ночью", "und-Cyrl"),
        ("2024 - 10 : 30", "und"),
        ("", "und"),
        ("我在 GitHub 上用 Python 写了一个 parser，它会读 Markdown 和 HTML。", "zh-Hans"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert decide(text)[0] == language


def test_half_simplified_half_traditional_is_just_chinese() -> None:
    assert decide("这是简体写的一段话，说的是发电厂。" * 3 + "這是繁體寫的一段話，說的是發電廠。" * 3)[0] == "zh"


def test_counts_say_what_the_decision_was_made_from() -> None:
    found = counts("这這天abかな")
    assert (found["han"], found["simplified"], found["traditional"], found["kana"], found["latin"]) == (3, 1, 1, 2, 2)


def test_the_table_of_scripts_is_what_opencc_says_of_each_character() -> None:
    han = [chr(code) for first, end in ((0x3A00, 0x3B00), (0x4E00, 0xA000)) for code in range(first, end)]
    traditional, simplified = (opencc.OpenCC(way).convert("\n".join(han)).split("\n") for way in ("s2t", "t2s"))
    said = {
        char: "simplified" if to == char else "traditional"
        for char, back, to in zip(han, traditional, simplified, strict=True)
        if (to == char) != (back == char)
    }
    told = {char: next(script for script in ("simplified", "traditional", "han") if counts(char)[script]) for char in han}
    known = {char: script for char, script in told.items() if script != "han"}
    assert len(known.keys() ^ said.keys()) <= 40 and all(known[char] == said[char] for char in known.keys() & said.keys())
