"""Plain text: which lines are the article, which its metadata, which the page's, and that no character is lost."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivekit.errors import ArchiveKitError, MarkupLimitError
from archivekit.limits import DEFAULT
from archivekit.markup import plaintext
from archivekit.markup.chrome import is_chrome, is_cookie_notice
from archivekit.markup.headerline import parse as parse_header
from archivekit.model import Article, Span, Text, inline_text, walk
from archivekit.readers.plain_text import READER, path_parts, read
from archivekit.source import Source, load

SHARED = os.environ.get("ARCHIVEKIT_SHARED")
BODY = "山水市图书馆昨天开放了新的阅览室，读者可以在那里查阅百年来的报纸，也可以借阅外地的藏书。"
LONG = BODY * 2


def source(text: str) -> Source:
    return load("in.txt", text.encode())


def article(text: str) -> Article:
    (found,) = read(source(text))
    return found


def paragraphs(text: str) -> list[str]:
    whole = source(text)
    return [inline_text((block,)) for block in plaintext.parse(whole, 0, len(whole.text)).blocks]


def removed(found: Article) -> list[tuple[str, str]]:
    return [(removal.text, removal.rule) for removal in found.provenance.removals]


def notices(found: Article) -> set[str]:
    return {notice.id for notice in found.provenance.notices}


# --- lines to paragraphs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一行。\n又一行。\n\n第三行。", ["一行。", "又一行。", "第三行。"]),
        ("　　一段。\r\n　　二段。\r　　三段。", ["一段。", "二段。", "三段。"]),
        (f"　　{LONG}　　{BODY}　　小标题　　完。", [LONG, BODY, "小标题", "完。"]),
        (f"{BODY}    {BODY}", [BODY, BODY]),
        ("甲某　　乙某　　丙某", ["甲某　乙某　丙某"]),
        ("2011-05-07　　来源：山水日报", ["2011-05-07　来源：山水日报"]),
        ("甲&nbsp;乙&amp;丙&quot;丁&#8226;戊", ['甲 乙&丙"丁•戊']),
        ("&nbsp;&nbsp;甲。\n&nbsp;&nbsp;乙。", ["甲。", "乙。"]),
        ("&amp;nbsp; 甲&nbsp乙", ["甲 乙"]),
        ("甲&unknown;乙&;丙& 丁", ["甲&unknown;乙&;丙& 丁"]),
        ("甲。<br>乙。<P class='x'>丙</p>", ["甲。", "乙。", "丙"]),
        ("甲<b>乙</b>丙<a href='x'>丁</a>", ["甲乙丙丁"]),
        ("a < b, <甲>, <x> 3<4", ["a < b, <甲>, <x> 3<4"]),
        (f"{LONG}\x00\x07{LONG}\x00", [LONG + LONG]),
        ("\ue5e5\ue5e5甲\ue5e5乙", ["甲　乙"]),
        ("甲 乙\t丙\xa0丁", ["甲 乙 丙\xa0丁"]),
        ("甲\x0c乙\u2028丙\x85丁", ["甲", "乙", "丙", "丁"]),
        ("\n　\n \x07&nbsp;", []),
    ],
)
def test_lines_become_paragraphs(text: str, expected: list[str]) -> None:
    assert paragraphs(text) == expected


def test_text_filled_to_a_column_is_joined() -> None:
    lines = [BODY[:30] + "，", BODY[:29] + "甲、", BODY[:31], BODY[:27] + " MARC", "21格式。"]
    text = "\n".join(["馆藏", "", *lines, "", *lines])
    assert paragraphs(text) == ["馆藏", *["".join(lines[:4]) + " " + lines[4]] * 2]


def test_latin_text_filled_to_a_column_gets_its_spaces_back() -> None:
    text = (
        "The municipal library announced on Sunday that all of the newspapers\n"
        "of the last hundred years can be read in the new and large reading-\n"
        "room, which opens at nine in the morning on every day of the whole\n"
        "week, Mondays aside."
    )
    assert paragraphs(text) == [text.replace("-\n", "-").replace("\n", " ")]


def test_an_indent_begins_a_paragraph_and_flush_lines_go_on_in_filled_text() -> None:
    line = BODY[:36]
    text = "\n".join([f"　　{line}", line, line, f"　　{line}", line, line, f"　　{line}", line, "　　完。"])
    assert paragraphs(text) == [line * 3, line * 3, line * 2, "完。"]


def test_headlines_a_line_each_are_not_joined() -> None:
    lines = ["图书馆开放", "登山的人", "今年夏天河谷的营地里来了三百人", "看星星", "划船比赛在湖上举行", "秋天的书市"]
    assert paragraphs("\n".join(lines)) == lines


def test_flush_captions_between_indented_paragraphs_stay_apart() -> None:
    lines = [f"　　{LONG}", "阅览室的窗", f"　　{LONG}", "读者在看报", "编辑:甲某"]
    assert paragraphs("\n".join(lines)) == [LONG, "阅览室的窗", LONG, "读者在看报", "编辑:甲某"]


def test_a_text_of_too_many_pieces_is_refused() -> None:
    with pytest.raises(MarkupLimitError) as raised:
        read(source("甲\n" * (DEFAULT.pieces // 2 + 1)))
    assert raised.value.offset is not None


# --- chrome and metadata ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "打印", "【打印】【关闭】", "【字号：大 中 小】", "字體：小 中 大", "[1] [2] 下一页", "[1][2][3]",
        "评论(0)", "关闭窗口", "投稿 投稿", "分享到：微信 微博", "页面功能 【我来说两句】【推荐】【字体：大 中 小】",
        "我要评论", "第1页 共3页", "浏览次数：165", "請繼續往下閱讀...", "- 廣告 -", "返回首页",
        "文章录入：admin    责任编辑：admin", "上一篇文章： 春", "下一篇文章： 没有了", "下一篇：没有了",
        "【发表评论】【加入收藏】【告诉好友】【打印此文】【关闭窗口】", "最新热点   最新推荐   相关文章",
        "共找到20,159", "1 个相关网页.", "上一页 1 2 3 下一页",
    ],
)  # fmt: skip
def test_page_chrome_is_known(line: str) -> None:
    assert is_chrome(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "大",
        "评论",
        "1：31",
        "0 03 1 31",
        "打印机市场回暖",
        "关闭煤矿",
        "分享到美国梦",
        "大中小企业",
        "line",
        "下一篇：甲",
        "上一篇文章我写了春天。",
        "责任编辑：王某",
        "相关文章",
        "1 2 3",
        "收藏热",
    ],
)
def test_words_are_no_chrome(line: str) -> None:
    assert not is_chrome(line)


def test_cookie_notices_are_known() -> None:
    assert is_cookie_notice("本網站使用 Cookie，繼續瀏覽即表示您同意隱私權政策。")
    assert is_cookie_notice("This website uses cookies. See our privacy policy.")
    assert not is_cookie_notice("Cookie 是一种小饼干，也是浏览器里的一小段文字。")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("日期:2006-05-07 来源:山水网 作者:甲某", [("published", "2006-05-07"), ("via", "山水网"), ("aut", "甲某")]),
        ("2006年05月07日 10:20 山水网", [("published", "2006年05月07日 10:20"), ("outlet", "山水网")]),
        ("山水网2006年5月7日 10:20", [("outlet", "山水网"), ("published", "2006年5月7日 10:20")]),
        ("http://example.cn 2006年01月28日10:31", [("url", "http://example.cn"), ("published", "2006年01月28日10:31")]),
        ("来源：山水网-《山水日报》", [("via", "山水网-《山水日报》")]),
        ("日期:2006-05-07 来源:山水网作者:甲某", [("published", "2006-05-07"), ("via", "山水网"), ("aut", "甲某")]),
        ("【時間】2006-05-07 【來源】山水報", [("published", "2006-05-07"), ("via", "山水報")]),
        (
            "發表：2024-05-03 10:20 作者：甲某　桌面版　简体",
            [("published", "2024-05-03 10:20"), ("aut", "甲某"), ("chrome", "")],
        ),
        ("更新 2024-05-03 人氣 12", [("modified", "2024-05-03"), ("chrome", "")]),
        (
            "山水報 2024-05-03 10:20 記者甲某／山水報導",
            [("outlet", "山水報"), ("published", "2024-05-03 10:20"), ("rpt", "甲某")],
        ),
        ("《山水日报》1978年5月7日 第1版", [("outlet", "山水日报"), ("published", "1978年5月7日"), ("page", "第1版")]),
        ("【 2006-05-07 】 【 来源：山水网 】", [("published", "2006-05-07"), ("via", "山水网")]),
        ("May 7, 2006 | By Jane Doe", [("published", "May 7, 2006"), ("aut", "Jane Doe")]),
        ("2006年5月7日 格林尼治标准时间10:20北京时间18:20发表", [("published", "2006年5月7日 10:20 GMT")]),
        ("文章日期：2019年9月10日", [("published", "2019年9月10日")]),
        ("更新时间：2024/05/03 10:20", [("modified", "2024/05/03 10:20")]),
        ("2024/5/3 10:20（5/3 11:00 更新）", [("published", "2024/5/3 10:20"), ("updated", "5/3 11:00 更新")]),
        ("標題：甲：乙", [("title", "甲：乙")]),
        ("作　者：", [("empty", "")]),
        ("本报记者甲某 2006年5月7日", [("rpt", "甲某"), ("published", "2006年5月7日")]),
        ("2012-03-10 点击：48 【字体：大 中 小】", [("published", "2012-03-10"), ("chrome", ""), ("chrome", "")]),
    ],
)
def test_lines_of_metadata_are_read_whole(line: str, expected: list[tuple[str, str]]) -> None:
    items = parse_header(line)
    assert items is not None
    assert [(item.key, item.value) for item in items] == expected
    assert "".join(line[item.start : item.end] for item in items) == line


@pytest.mark.parametrize(
    "line",
    [
        "北京2006年5月7日天气",
        "中国在2006年5月7日宣布",
        "记者：您好，请问您是谁？",
        "山水社山水5月6日电",
        "出版社：山水出版社",
        "时间：5月15日",
        BODY,
    ],
)
def test_other_lines_are_no_metadata(line: str) -> None:
    assert parse_header(line) is None


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("新聞 > 軍政 > 正文", ("新聞", "軍政", "正文")),
        ("首页 >> 新闻 >> 正文", ("首页", "新闻", "正文")),
        ("您的位置：首页 > 新闻", ("首页", "新闻")),
        ("首页 | 新闻 | 正文", ("首页", "新闻", "正文")),
        ("5 > 3", ()),
        ("登山 / 划船", ()),
        ("國際 > 亞洲", ()),
        ("a > " * 29, ()),
    ],
)
def test_paths_of_sections(line: str, parts: tuple[str, ...]) -> None:
    found = path_parts(line, loose=True)
    assert found == parts or (line.startswith("a") and set(found) <= {"a"})


# --- titles -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "title", "subtitle"),
    [
        (f"图书馆开放新阅览室\n\n{LONG}", "图书馆开放新阅览室", None),
        (f"新闻 > 本地 > 正文\n\n百年旧报\n\n图书馆开放新阅览室\n\n{LONG}", "图书馆开放新阅览室", "百年旧报"),
        (f"　　图书馆开放新阅览室\n　　百年旧报\n　　{LONG}", "图书馆开放新阅览室", "百年旧报"),
        (f"山水日報\n本地 > 文化\n\n图书馆开放新阅览室\n\n{LONG}", "图书馆开放新阅览室", None),
        (f"國際 > 亞洲\n\n图书馆开放新阅览室\n\n{LONG}", "图书馆开放新阅览室", None),
        (f"安全 > 速度\n\n{LONG}", "安全 > 速度", None),
        (f"图书馆_山水网\n图书馆\n2011-05-07\n{LONG}", "图书馆", None),
        (f"图书馆\n图书馆\n\n{LONG}", "图书馆", None),
        (f"标题：图书馆\n图书馆\n{LONG}", "图书馆", None),
        (f"《山水》为何动人？\n{LONG}", "《山水》为何动人？", None),
        (f"中国驱逐三名美国记者\n{LONG}", "中国驱逐三名美国记者", None),
        (LONG, None, None),
        (f"□本报记者 甲某某\n{LONG}", None, None),
        (f"甲某某　乙某　本报特约通讯员　丙某\n{LONG}", None, None),
        (f"（山水社記者甲某台北2日電）\n{LONG}", None, None),
        (f"1．登山、\n{LONG}", None, None),
        ("馆", None, None),
    ],
)
def test_titles(text: str, title: str | None, subtitle: str | None) -> None:
    found = article(text)
    assert (found.title, found.subtitle) == (title, subtitle)
    assert ("plain-text.no-title" in notices(found)) == (title is None)
    if title is not None:
        assert title not in [inline_text((block,)) for block in found.body]


def test_a_title_set_like_sub_headings_is_doubted_and_one_set_like_captions_refused() -> None:
    texts = [LONG, "登山的人", LONG, "划船的人", LONG, "看星的人", LONG]
    indented = article("\n".join(f"　　{text}" for text in ["看书的人", *texts]))
    assert indented.title == "看书的人"
    assert "plain-text.title-unsure" in notices(indented)
    flush = article("\n".join(text if text.endswith("人") else f"　　{text}" for text in ["看书的人", *texts]))
    assert flush.title is None
    assert inline_text((flush.body[0],)) == "看书的人"


def test_a_header_becomes_fields_with_their_evidence() -> None:
    text = f"图书馆\n2011-05-07 10:20 来源：山水日报 作者：甲某、乙 某 点击：10\n{LONG}"
    found = article(text)
    assert found.published is not None and found.published.value == "2011-05-07T10:20"
    assert found.via == "山水日报"
    assert [(one.name, one.role) for one in found.contributors] == [("甲某", "aut"), ("乙某", "aut")]
    assert {path: evidence.raw.strip() for path, evidence in found.provenance.evidence.items()} == {
        "title": "图书馆",
        "published": "2011-05-07 10:20",
        "via": "来源：山水日报",
        "contributors.0": "作者：甲某、",
        "contributors.1": "乙 某",
    }
    assert removed(found) == [("点击：10", "plain-text.chrome")]


def test_control_characters_go_with_one_notice() -> None:
    found = article(f"{LONG}\x07\n{LONG}\x08\x07")
    assert [notice.message for notice in found.provenance.notices if notice.id == "plain-text.control-character"] == [
        "3 control characters dropped"
    ]
    assert len(removed(found)) == 2


def test_scores_are_low_and_markup_lowers_them() -> None:
    assert 0 < READER.score("---\ntitle: x\n---\n") < READER.score(LONG) < 0.8
    assert READER.score("") > 0


# --- nothing is lost --------------------------------------------------------------------------------------------

ATOMS = [
    "新闻", " > ", "正文", "首页", " | ", "\n", "\n\n", "　　", "　", " ", "    ", "\t", "&nbsp;", "&amp;", "&quot;", "&#8226;",
    "&#12288;", "&nbsp", "&amp;nbsp;", "&bogus;", "<br>", "</p>", "<p class=x>", "<b>", "<x>",
    "<", "&", "\x07", "\x1f", "\ue5e5",
    "\ue000", "\u200b", "\ufeff", "\r\n", "\r", "。", "，", "！", "：", "”", "（", "）", "】", "【", "日期:", "来源:", "作者：",
    "标题：", "2006-05-07", " 10:20", "甲某", "打印", "【字号：大 中 小】", "测试内容测试内容", BODY, "abc", "word ", "123",
    "http://example.org/b", "记者王某报道", "[1] [2] 下一页", "责任编辑：乙某", "关键词：a，b", "更新:", "您的位置：",
    "_山水网", "|", "一",
]  # fmt: skip


HEADERS = [
    "日期：", "更新", "来源：", "作者：", "記者", "2006-05-07", " 10:20", "2006年5月7日", "May 7, 2006",
    " ", "　", " | ", "（", "）", "【", "】",
    "山水报", "《山水报》", "甲某", "乙 某、丙某", "打印",
    "第1版", "点击：48", "【字体：大 中 小】", "http://example.org/",
    "桌面版", "标题：", "关键词：", "By Jane Doe", "讯", "，", "。",
]  # fmt: skip


def visible(text: str) -> list[int]:
    """The places of the characters a reader of the file would see."""
    return [
        index
        for index, char in enumerate(text)
        if not char.isspace() and char not in "\u200b\ufeff" and unicodedata.category(char) != "Cc"
    ]


def assert_conserved(whole: Source, found: Article) -> None:
    leaves = [node for node in walk(found.body) if isinstance(node, Text)]
    places = [Span.parse(leaf.at) for leaf in leaves]
    places += [evidence.span for evidence in found.provenance.evidence.values() if evidence.span]
    places += [removal.span for removal in found.provenance.removals]
    times = [0] * (len(whole.data) + 1)
    for start, end in places:
        times[start] += 1
        times[end] -= 1
    depth, cover = 0, []
    for change in times:
        depth += change
        cover.append(depth)
    starts = {index: whole.byte(index) for index in visible(whole.text)}
    assert [(index, whole.text[index], cover[at]) for index, at in starts.items() if cover[at] != 1] == []
    for leaf in leaves:
        start, end = Span.parse(leaf.at)
        assert leaf.text == whole.data[start:end].decode(whole.encoding) or len(leaf.text) <= 2


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(ATOMS), min_size=1, max_size=50).map("".join))
def test_every_visible_character_is_somewhere_once(text: str) -> None:
    try:
        whole = source(text)
    except ArchiveKitError:
        return
    (found,) = read(whole)
    assert_conserved(whole, found)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(HEADERS), min_size=1, max_size=9).map("".join))
def test_items_of_metadata_cover_their_line(line: str) -> None:
    items = parse_header(line)
    if items is not None:
        assert "".join(line[item.start : item.end] for item in items) == line


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1, max_size=200))
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        whole = load("in.txt", text.encode("utf-8", "ignore"))
        (found,) = read(whole)
    except ArchiveKitError:
        return
    assert_conserved(whole, found)


@pytest.mark.skipif(SHARED is None, reason="ARCHIVEKIT_SHARED is not set: the real documents are not there to be read")
def test_nothing_is_lost_in_real_documents() -> None:
    root = Path(SHARED or "")
    paths = [*sorted((root / "corpora" / "plain-text").glob("*.txt")), *sorted((root / "seeds").glob("*.txt"))]
    assert len(paths) > 30
    for path in paths:
        try:
            whole = load(path.name, path.read_bytes())
        except ArchiveKitError:
            continue
        (found,) = read(whole)
        assert_conserved(whole, found)
        assert found.body
