"""Edits on whole documents: what is taken for a credit, an origin, a right, a date or a caption, and what stays text."""

from __future__ import annotations

import pytest

from archivekit.accounting import check
from archivekit.model import Article, Figure, inline_text
from archivekit.reading import read_source
from archivekit.sites import load_profiles
from archivekit.source import load

PROFILES = load_profiles()


def read(text: str, path: str = "a.md") -> Article:
    """The one article of a document, every character of which is accounted for."""
    source = load(path, text.encode())
    (found,) = articles = read_source(source, PROFILES)
    check(source, articles)
    return found


def stated(*paragraphs: str, **front_matter: str) -> Article:
    """The article of a document with front matter."""
    fields = {"title": "潮水与钟", "date": "2020-03-30", **front_matter}
    head = "".join(f"{key}: {value}\n" for key, value in fields.items())
    return read(f"---\n{head}---\n\n" + "\n\n".join(paragraphs))


def figures(article: Article) -> list[tuple[bool, str]]:
    """Of each figure whether it has an image, and its caption."""
    return [(bool(block.images), inline_text(block.caption)) for block in article.body if isinstance(block, Figure)]


def people(article: Article) -> list[str]:
    return [f"{one.role} {one.name}" for one in article.contributors]


def test_an_interview_has_its_credits_too() -> None:
    found = stated(
        "记者：江满", "记者：后来呢？", "江满：写。", "记者：是的，然后？", "江满：没了。", "记者：青小禾 编辑：江满"
    )
    assert people(found) == ["rpt 江满", "rpt 青小禾", "edt 江满"]


@pytest.mark.parametrize(
    "line",
    [
        "自2008年[潮水节](https://tide.example.org/a/b)之后，这是规模最大的一次活动。",
        "来自[潮水网](https://tide.example.org/a/b)的消息说，水位还会上升。",
        "Sources close to the company told [Tide](https://tide.example.org/a/b) on Friday that it was near.",
        "Viable sites include Arizona and [Ohio](https://tide.example.org/a/b), two people said.",
        "原文中的[这一段](https://tide.example.org/a/b)后来被删去。",
    ],
)
def test_a_link_makes_no_origin_of_a_sentence(line: str) -> None:
    found = stated(line, "后来水退了。")
    assert len(found.body) == 2
    assert (found.publisher, found.url) == (None, None)


@pytest.mark.parametrize(
    ("line", "publisher"),
    [
        ("原文来自「潮间带」：[河水为什么在夜里涨？](https://tide.example.org/a/b)", "潮间带"),
        ("原文来自「潮间带」[河水为什么在夜里涨](https://tide.example.org/a/b)", "潮间带"),
        ("原文来自微信号「潮间带」：~~[夜里：河水为什么涨](https://tide.example.org/a/b)~~", "潮间带"),
        ("来自微信公众号「潮间带」（tideline）授权「晚潮」：[河水](https://tide.example.org/a/b)", "潮间带"),
        ("原文来自[潮间带](https://tide.example.org/a/b)，转载时略有删节。", "潮间带"),
        ("本文转自：[潮间带](https://tide.example.org/a/b)", "潮间带"),
        ("来源：[河水为什么在夜里涨？一个老问题](https://tide.example.org/a/b)", None),
        ("via [Tideline](https://tide.example.org/a/b)", "Tideline"),
        ("Source: [What makes a river rise](https://tide.example.org/a/b)", None),
    ],
)
def test_an_origin_line_says_where_a_copy_was_taken_from(line: str, publisher: str | None) -> None:
    found = stated(line, "河水在夜里涨，是因为白天上游的雪化了。")
    assert (found.text, found.publisher) == ("河水在夜里涨，是因为白天上游的雪化了。", publisher)
    assert found.url == "https://tide.example.org/a/b"


@pytest.mark.parametrize(
    "line",
    [
        "版权声明：本文系潮间带周刊原创，未经授权不得转载。",
        "（本文版权归“潮间带”公众号所有，如需转载请在文后留言。）",
        "本網站之文字、圖片及影音，非經授權，不得轉載。",
        "未经许可禁止转载、摘编、复制及镜像等使用",
        "转载请注明出处",
        "潮间带周刊 版权所有",
        "© 2020 潮间带",
        "Copyright 2020 Tideline. All rights reserved.",
        "(c) 2019 The Tideline Courier. All rights reserved.",
        "本文放弃版权，任何人都可以转载。",
    ],
)
def test_a_notice_of_rights_is_kept_as_one(line: str) -> None:
    found = stated("河水在夜里涨。", "守闸的人听得出来。", line)
    assert (found.rights, found.text) == (line, "河水在夜里涨。\n守闸的人听得出来。")


TEXT = [
    pytest.param(
        ["## 记者的责任", "事实在先。", "**翻译的困境**", "像玻璃。", "### 摄影 江满", "看一眼。", "本报记者手记", "他走。"],
        id="headings that begin with a label",
    ),
    pytest.param(
        ["记者：您当时怎么想？", "江满：什么都没想。", "记者：后来呢？", "江满：后来就写了。", "记者：写到了今天", "江满：是"],
        id="an interview",
    ),
    pytest.param(
        [
            "来自“潮间带”沿岸的青年代表昨天在北京聚会，他们带来了各自的故事。",
            "来自微信团队的工程师介绍了最新的进展，引发热议。",
            "取自《潮水记》第三回的这段描写，历来被认为是最精彩的。",
            "会议到此结束。",
        ],
        id="openings that say where somebody comes from",
    ),
    pytest.param(
        [
            "与会代表讨论了版权问题。",
            "会议通过的倡议明确，未经著作权人许可，任何平台不得转载其作品，违者应当赔偿损失。",
            "有律师认为，“谢绝转载”的声明并不必然有效。",
            "“禁止转载”的字样，究竟有没有用？",
            "本文想说明的是，未经授权转载他人的作品，在任何时代都是不妥的。",
            "他说版权归他所有，没有人相信。",
            "论坛将于周五闭幕。",
        ],
        id="what is said of copyright",
    ),
    pytest.param(["原文：“北方有一条大鱼，名字叫鲲。”", "来自《潮水记》。他说，这一页是他写的。"], id="a book that is quoted"),
    pytest.param(["北冥有鱼，其名为鲲。", "译文：北方有一条大鱼，名字叫鲲。", "翻译：意思是，大鱼有几千里。"], id="a gloss"),
]
"""Paragraphs of which nothing is a credit, an origin, a right or a date."""


@pytest.mark.parametrize("paragraphs", TEXT)
def test_text_stays_text(paragraphs: list[str]) -> None:
    found = stated(*paragraphs)
    assert found.text.split("\n") == [paragraph.strip("#* ") for paragraph in paragraphs]
    assert (found.contributors, found.publisher, found.via, found.url, found.rights) == ((), None, None, None, None)
    assert found.published is not None and found.published.value == "2020-03-30"


def test_the_days_of_a_diary_are_text() -> None:
    days = ["2020年3月29日", "水退了。", "2020年3月30日", "水又来了。"]
    assert stated(*days).text.split("\n") == days
    plain = read(
        "潮水日记\n\n" + "\n\n".join(["河口的一年，写下来的只有这几天，别的日子都在下雨，没有什么可以记的。", *days]), "a.txt"
    )
    assert plain.text.split("\n")[-4:] == days
    assert plain.published is None


@pytest.mark.parametrize(
    ("line", "date", "published"),
    [
        ("2020年1月23日", "2020-03-30 10:00:00", "2020-03-30T10:00:00"),
        ("2020年3月29日", "2020-03-30 10:00:00", "2020-03-29"),
        ("2020-03-29 21:00:05", "2020-04-08", "2020-03-29T21:00:05"),
    ],
)
def test_a_date_line_is_the_pages_own_where_front_matter_says_nearly_the_same(line: str, date: str, published: str) -> None:
    found = stated(line, "醒来的时候水已经退了。", date=date)
    assert found.published is not None and found.published.value == published
    assert (line in found.text) is published.startswith(date[:10])


@pytest.mark.parametrize(
    ("paragraph", "published"),
    [
        ("中华人民共和国（1949年10月1日成立）发行的第一套邮票，如今在市场上颇受追捧。", None),
        ("他在那一天去世（1949年10月1日），留下了一座钟和一本写满了水位的簿子。", None),
        ("（江满生于1949年10月1日）他留下了一座钟和一本写满了水位的簿子，后来都不见了。", None),
        ("【潮间网二零二零年三月十一日】河水在夜里涨，是因为白天上游的雪化了。", "2020-03-11"),
        ("【潮间时报2020年03月11日讯】（记者江满报导）河水在夜里涨。", "2020-03-11"),
        ("河水在夜里涨（潮间社2020年3月11日电），守闸的人听得出来。", "2020-03-11"),
        ("河水在夜里涨，是因为白天上游的雪化了，走了半天的路才到。（2020年3月11日）", "2020-03-11"),
    ],
)
def test_brackets_hold_the_date_of_a_text_where_they_hold_a_dateline(paragraph: str, published: str | None) -> None:
    found = read(f"潮水与钟\n\n{paragraph}\n\n守闸的人说，他听得出来，水声先低下去，然后才高起来，每天都是这样。", "a.txt")
    assert (found.published and found.published.value) == published


def test_bullets_are_no_captions_of_lost_images() -> None:
    news = [
        "■ 图书馆明日起开放",
        "图书馆表示，恢复开放后读者需要预约。",
        "▲新校区落成",
        "新校区迎来首批学生。",
        "● 咨询电话：12345",
    ]
    text = "简讯三则\n\n" + "\n\n".join([*news, "如有险情，请立即报告。"])
    found = read(text, "a.txt")
    assert (found.title, found.subtitle) == ("简讯三则", None)
    assert found.text.split("\n") == [*news, "如有险情，请立即报告。"]
    assert figures(read(text.replace("▲新校区落成", "▲ 资料图片：新校区"), "a.txt")) == [(False, "▲ 资料图片：新校区")]
    assert figures(stated("![](a.jpg)", "▲新校区落成", "新校区迎来首批学生。")) == [(True, "▲新校区落成")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("守闸的人和孩子们。潮间社记者 江满 摄", True),
        ("6月27日，水位上升。新华社记者 青 禾 摄", True),
        ("主燈5日點亮。潮間社記者江滿禾攝 112年2月5日", True),
        ("闸门。江满禾 摄", True),
        ("图2 村小的操场", True),
        ("图2 可以看出，水位在上升。", False),
    ],
)
def test_words_beside_an_image_that_say_who_took_it_are_its_caption(words: str, said: bool) -> None:
    found = stated("清晨，守闸的人推开门。", "![](a.jpg)", words, "他在这里三十年了。")
    assert figures(found) == [(True, words if said else "")]


@pytest.mark.parametrize(
    ("author", "names", "extra"),
    [
        ("[青 禾, {name: 江满}]", ["青禾", "江满"], {}),
        ("{name: 江满, url: 'https://tide.example.org/'}", ["江满"], {"author.url": "https://tide.example.org/"}),
        ("[{name: 江满, mail: a@tide.example.org}, 青禾]", ["青禾", "江满"], {"author.0.mail": "a@tide.example.org"}),
    ],
)
def test_an_author_may_be_told_by_name_and_address(author: str, names: list[str], extra: dict[str, str]) -> None:
    found = stated("河水在夜里涨。", author=author)
    assert [one.name for one in found.contributors] == names
    assert {key: value for key, value in found.extra.items() if key.startswith("author")} == extra


@pytest.mark.parametrize(
    ("line", "publisher", "names"),
    [
        ("本文来源：潮间晚报 责任编辑：江满禾_NE0011", "潮间晚报", ["edt 江满禾"]),
        ("来源 | 潮间带研究所（ID：tideline）", "潮间带研究所", []),
        ("（来源：潮间晚报）", "潮间晚报", []),
        ("来源：潮间晚报 编辑：江满 青小禾", "潮间晚报", ["edt 江满", "edt 青小禾"]),
    ],
)
def test_a_source_ends_where_the_next_label_begins(line: str, publisher: str, names: list[str]) -> None:
    found = stated("河水在夜里涨。", "守闸的人听得出来。", line)
    assert (found.publisher, people(found), found.text) == (publisher, names, "河水在夜里涨。\n守闸的人听得出来。")


def test_how_many_took_part_is_no_part_of_a_source() -> None:
    head = "老人捡到现金 原地苦等\n2013-04-02 07:31:08　来源: 潮间晚报　有123人参与\n\n"
    found = read(head + "昨天上午，他在菜场门口捡到一个布包，在原地等了两个多小时，终于等来失主。", "a.txt")
    assert (found.publisher, found.published and found.published.value) == ("潮间晚报", "2013-04-02T07:31:08")


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("小林 一郎", ["aut 小林 一郎"]),
        ("佐藤 花子、江满", ["aut 佐藤 花子", "aut 江满"]),
        ("文/江满 图/青小禾", ["aut 江满", "pht 青小禾"]),
        ("江满禾、青禾 编译", ["trl 江满禾", "trl 青禾"]),
        ("江滿禾 著；青小禾 譯", ["aut 江滿禾", "trl 青小禾"]),
        ("By Amber Reed, Staff Writer", ["aut Amber Reed"]),
        ("A. B. Reed, Jr.", ["aut A. B. Reed"]),
        ("'[江满](https://tide.example.org/)'", ["aut 江满"]),
        ("潮间社记者 江满禾", ["rpt 江满禾"]),
    ],
)
def test_bylines_of_front_matter(author: str, names: list[str]) -> None:
    assert people(stated("河水在夜里涨。", author=author)) == names


def test_a_quoted_line_says_more_than_its_author() -> None:
    found = stated("> 作者：江满　发布于：2022-05-07", "河水在夜里涨。")
    assert people(found) == ["aut 江满"]
    assert "2022-05-07" in found.text


def test_a_notice_of_rights_below_what_is_related_is_kept() -> None:
    related = ["延伸閱讀", "[長照悲歌](https://tide.example.org/1)"]
    for notice in ("© 本著作除另有註明外，採用創用CC授權條款", "本網站之文字、圖片及影音，非經授權，不得轉載。"):
        found = stated("河水在夜裡漲。", "守閘的人聽得出來。", *related, notice)
        assert (found.rights, found.text) == (notice, "河水在夜裡漲。\n守閘的人聽得出來。")
        assert [link.url for link in found.links] == ["https://tide.example.org/1"]


def test_the_last_line_of_a_poem_is_no_masthead() -> None:
    verses = ["轻轻的潮水走了，", "正如它轻轻的来；", "它轻轻的招手，", "作别西天的云彩。", "一九二八年十一月六日 海上"]
    found = read("再别潮水\n\n青小禾\n\n" + "\n".join(verses[:4]) + f"\n\n{verses[4]}\n", "a.txt")
    assert (found.title, found.subtitle, found.publisher, found.published) == ("再别潮水", None, None, None)
    assert found.text.split("\n") == ["青小禾", *verses]
