"""The grammar of credit lines: what each spelling says, and what is no credit line at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivekit.edits.bylines import agency_line, dateline_credits, parse_credits, reporters_line, split_names

PURE = [
    ("记者：青禾    责编：阿岸     网编：小满", ["rpt 青禾", "edt 阿岸", "edt 小满"]),
    ("记者：青禾\u3000责编：阿岸 小满", ["rpt 青禾", "edt 阿岸", "edt 小满"]),
    ("责编 | 青禾 阿岸", ["edt 青禾", "edt 阿岸"]),
    ("排版｜小满", ["cmt 小满"]),
    ("责编\\|青禾", ["edt 青禾"]),
    ("作者=青禾", ["aut 青禾"]),
    ("責任編輯：青禾#", ["edt 青禾"]),
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
    ("記者林青禾／花蓮報導", ["rpt 林青禾"]),
    ("記者林青禾/花蓮綜合報導", ["rpt 林青禾"]),
    ("（記者林青禾攝）", ["pht 林青禾"]),
    ("本报记者 林青禾 摄", ["pht 林青禾"]),
    ("本文编辑江满", ["edt 江满"]),
    ("编辑欧阳小满", ["edt 欧阳小满"]),
    ("潮间带电台记者青禾台北综合报道", ["rpt 青禾"]),
    ("记者青禾报道", ["rpt 青禾"]),
    ("潮间带电台记者青禾台北报道   责编：阿岸", ["rpt 青禾", "edt 阿岸"]),
]
DESCRIBED = [
    ("编译：青禾（某大学国际政治专业）", ["trl 青禾"]),
    ("作者： Amber Reed，某大学政治系的博士生；", ["aut Amber Reed"]),
    ("作者简介：Amber Reed，某大学教授", ["aut Amber Reed"]),
    ("译者：青小禾，某大学学院博士研究生。", ["trl 青小禾"]),
    ("作者：青小禾，写手艺的自由撰稿人；", ["aut 青小禾"]),
    ("文字：青小禾；攝影：林大山；設計：江小滿", ["aut 青小禾", "pht 林大山"]),
    ("作者：青小禾 《潮间时报》总编辑", ["aut 青小禾"]),
    ("作者：网络，青小禾（潮间带大学）", ["aut 青小禾"]),
]
NOT_CREDITS = [
    "作者使用了三种数据，得到的结论却是一样的。",
    "记者：对您来说这是可以相信的吗，还是另有原因？",
    "报道和研究员 Reed 表示，水位还会上升",
    "编辑部的人都说，这件事要从头讲起。",
    "记者：是的，根据法庭文件，双方已经接触。",
    "记者：对，根据法庭文件，四位都持有访问学者签证，在大学里工作。",
    "記者：您好，新的版本要快得多，但是，這一工作還不夠全面？",
    "记者：谢谢您。",
    "记者：谢谢您",
    "编辑：您怎么看",
    "编辑：在很多人眼里是一个枯燥的职业，青禾。",
    "作者：我为什么写这本书？因为我遇到了一个人，他改变了我。",
    "译文：北方有一条大鱼，名字叫鲲。",
    "翻译：这句话的意思是，大鱼有几千里。",
    "文：有人说，道在其中。",
    "作者简介：某大学副教授，个人网站：https://www.example.org/a，数据都已公开",
    "来源：网络",
    "记者的责任",
    "编辑部的故事",
    "翻译的困境",
    "摄影的意义",
    "翻译小说",
    "翻译方法",
    "本报记者手记",
    "记者手记",
    "记者节快乐",
    "记者昨日获悉",
    "编辑成长史",
    "记者一直没有离开过那里",
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
        ("（記者林青禾／花蓮報導）海面", ["林青禾"]),
        ("（圖／記者林青禾攝）海面", ["林青禾"]),
        ("（潮间社讯）没有名字", []),
        ("（潮间记者站报道）没有名字", []),
        ("相关报道：今天的水位", []),
    ],
)
def test_datelines(text: str, names: list[str]) -> None:
    assert [credit.name for credit in dateline_credits(text)] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("本报记者青小禾实习记者阿小岸发自上海", ["青小禾", "阿小岸"]),
        ("□本报记者 青小禾", ["青小禾"]),
        ("本报特约通讯员 青一代 本报特约记者 阿永岸", ["青一代", "阿永岸"]),
        ("张青禾　熊阿岸　本报特约通讯员　韩满", ["张青禾", "熊阿岸", "韩满"]),
        ("记者昨日获悉，水位正式下降了", []),
        ("本报记者手记", []),
        ("本报记者的一天", []),
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
