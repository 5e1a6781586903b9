"""The grammar of credit lines: what each spelling says, and what is no credit line at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivekit.edits.bylines import agency_line, dateline_reporters, parse_credits, reporters_line, split_names

PURE = [
    ("记者：青禾    责编：阿岸     网编：小满", ["rpt 青禾", "edt 阿岸", "edt 小满"]),
    ("记者：青禾\u3000责编：阿岸 小满", ["rpt 青禾", "edt 阿岸", "edt 小满"]),
    ("责编 | 青禾 阿岸", ["edt 青禾", "edt 阿岸"]),
    ("排版｜小满", ["cmt 小满"]),
    ("责编\\|青禾", ["edt 青禾"]),
    ("作者=青禾", ["aut 青禾"]),
    ("作 者 | 青 禾", ["aut 青禾"]),
    ("编译：施 禾 审校：阿岸 编辑：小满", ["trl 施禾", "edt 阿岸", "edt 小满"]),
    ("编译 青禾/阿岸；审校 小满", ["trl 青禾", "trl 阿岸", "edt 小满"]),
    ("编译/校对：青禾、阿岸", ["trl 青禾", "trl 阿岸", "pfr 青禾", "pfr 阿岸"]),
    ("译者/青禾", ["trl 青禾"]),
    ("发稿/青禾", ["aut 青禾"]),
    ("（记者：青禾   责编：阿岸   网编：小满）", ["rpt 青禾", "edt 阿岸", "edt 小满"]),
    ("【撰文：Amber Reed】", ["aut Amber Reed"]),
    ("【記者：青禾、阿岸；編輯：小滿；攝影：青禾】", ["rpt 青禾", "rpt 阿岸", "edt 小滿", "pht 青禾"]),
    ("翻译：Amber Reed", ["trl Amber Reed"]),
    ("翻译：潮间带周刊社", ["trl 潮间带周刊社"]),
    ("潮間帶網責任編輯:青禾", ["edt 青禾"]),
    ("文 | 青禾 阿岸", ["aut 青禾", "aut 阿岸"]),
    ("作者：作家小满禾", ["aut 小满禾"]),
    ("作者：台灣特派員小滿禾", ["aut 小滿禾"]),
    ("By Amber Reed", ["aut Amber Reed"]),
    ("編輯：青禾（台北）　網編：小滿", ["edt 青禾", "edt 小滿"]),
]
LOOSE = [
    ("记者青禾 责编 阿岸、小满  网编：青岸", ["rpt 青禾", "edt 阿岸", "edt 小满", "edt 青岸"]),
    ("记者 青禾", ["rpt 青禾"]),
    ("编辑 青禾", ["edt 青禾"]),
    ("原创 你阿岸", ["aut 你阿岸"]),
    ("潮间带电台记者青禾台北报道   责编：阿岸", ["rpt 青禾", "edt 阿岸"]),
]
DESCRIBED = [
    ("编译：青禾（某大学国际政治专业）", ["trl 青禾"]),
    ("作者： Amber Reed，某大学政治系的博士生；", ["aut Amber Reed"]),
    ("作者简介：Amber Reed，某大学教授", ["aut Amber Reed"]),
]
NOT_CREDITS = [
    "作者使用了三种数据，得到的结论却是一样的。",
    "记者：对您来说这是可以相信的吗，还是另有原因？",
    "报道和研究员 Reed 表示，水位还会上升",
    "编辑部的人都说，这件事要从头讲起。",
    "来源：网络",
    "",
]


def _told(line: str, *, loose: bool = False) -> list[str] | None:
    found = parse_credits(line, loose=loose)
    return None if found is None else [f"{credit.role} {credit.name}" for credit in found.credits]


@pytest.mark.parametrize(("line", "expected"), PURE)
def test_a_pure_credit_line(line: str, expected: list[str]) -> None:
    loose = line.startswith(("编译 ", "By "))
    found = parse_credits(line, loose=loose)
    assert found is not None
    assert found.pure
    assert [f"{credit.role} {credit.name}" for credit in found.credits] == expected


@pytest.mark.parametrize(("line", "expected"), LOOSE)
def test_labels_without_a_separator_need_a_loose_reading(line: str, expected: list[str]) -> None:
    assert _told(line, loose=True) == expected
    assert _told(line) != expected


@pytest.mark.parametrize(("line", "expected"), DESCRIBED)
def test_a_described_name_is_read_but_the_line_says_more(line: str, expected: list[str]) -> None:
    found = parse_credits(line)
    assert found is not None
    assert not found.pure
    assert [f"{credit.role} {credit.name}" for credit in found.credits] == expected


@pytest.mark.parametrize("line", NOT_CREDITS)
def test_prose_is_no_credit_line(line: str) -> None:
    assert parse_credits(line, loose=True) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("（潮間社記者林青禾台北2日電）海面", ["林青禾"]),
        ("潮间社北京5月6日电(记者青小禾)5月2日", ["青小禾"]),
        ("(潮间记者青禾澳洲悉尼报导）", ["青禾"]),
        ("《潮间天地·tide》记者青禾报道", ["青禾"]),
        ("青禾、阿岸报道：今天的水位", ["青禾", "阿岸"]),
        ("（潮间社讯）没有名字", []),
        ("（潮间记者站报道）没有名字", []),
        ("相关报道：今天的水位", []),
    ],
)
def test_datelines(text: str, names: list[str]) -> None:
    assert [name for name, _, _ in dateline_reporters(text)] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("本报记者青小禾实习记者阿小岸发自上海", ["青小禾", "阿小岸"]),
        ("□本报记者 青小禾", ["青小禾"]),
        ("本报特约通讯员 青一代 本报特约记者 阿永岸", ["青一代", "阿永岸"]),
        ("张青禾　熊阿岸　本报特约通讯员　韩满", ["张青禾", "熊阿岸", "韩满"]),
        ("记者昨日获悉，水位正式下降了", []),
    ],
)
def test_lines_of_reporters(text: str, names: list[str]) -> None:
    assert [name for name, _, _ in reporters_line(text)] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("青禾岸/杨小满 (法新社、路透社)", ["青禾岸", "杨小满"]),
        ("李小满（综合报导）", ["李小满"]),
        ("他说这是一次意外（路透社）。", []),
    ],
)
def test_lines_with_agencies(text: str, names: list[str]) -> None:
    assert [name for name, _, _ in agency_line(text)] == names


@given(st.text(max_size=200))
def test_names_stand_where_they_are_said_to_stand(text: str) -> None:
    names, _ = split_names(text)
    for _, start, end in names:
        assert 0 <= start < end <= len(text)


@given(st.text(alphabet="记者编辑责译：|/、，（） 青禾阿岸小满ABc", max_size=80))
def test_any_line_is_read_or_refused(line: str) -> None:
    found = parse_credits(line, loose=True)
    assert found is None or all(credit.name and 0 <= credit.start < credit.end <= len(line) for credit in found.credits)
