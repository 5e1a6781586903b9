"""Markdown to blocks: what is read from what, that every leaf is where it says, and that nothing hangs or raises."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivekit.errors import EmptySourceError, MarkupLimitError
from archivekit.markup.markdown import parse
from archivekit.markup.parsed import Parsed
from archivekit.model import (
    Block,
    Cell,
    Code,
    CodeBlock,
    Embed,
    Emphasis,
    Figure,
    Heading,
    Image,
    LineBreak,
    Link,
    List,
    ListItem,
    Node,
    Paragraph,
    Quote,
    Row,
    Ruby,
    Rule,
    Span,
    Strike,
    Strong,
    Subscript,
    Superscript,
    Table,
    Text,
    plain_text,
    walk,
)
from archivekit.source import Source, load

SHARED = os.environ.get("ARCHIVEKIT_SHARED")
needs_shared = pytest.mark.skipif(not SHARED, reason="ARCHIVEKIT_SHARED is not set: real documents are not here")
_HAN = re.compile("[\u3400-\u9fff]")
_WRAPS = {Strong: "b", Emphasis: "i", Strike: "s", Superscript: "sup", Subscript: "sub"}


def read(text: str) -> tuple[Source, Parsed]:
    source = load("t.md", b"\xef\xbb\xbf" + text.encode("utf-8", "replace"))
    return source, parse(source, 0, len(source.text))


def show(nodes: tuple[Node, ...]) -> str:
    """Nodes in a notation short enough for a table of cases."""
    return "".join(map(_show, nodes))


def _show(node: Node) -> str:
    if isinstance(node, Text):
        return node.text
    if isinstance(node, Code):
        return f"`{node.text}`"
    if isinstance(node, LineBreak):
        return "/"
    if isinstance(node, Image):
        return f"[img {node.src} {node.alt}]".replace(" ]", "]")
    if isinstance(node, Link):
        return f"<a {node.url}>{show(node.children)}</a>"
    if isinstance(node, Ruby):
        return f"<ruby>{show(node.children)}|{show(node.annotation)}</ruby>"
    if isinstance(node, (Strong, Emphasis, Strike, Superscript, Subscript)):
        tag = _WRAPS[type(node)]
        return f"<{tag}>{show(node.children)}</{tag}>"
    return f"({_show_block(node)})"


def _show_block(node: Node) -> str:
    if isinstance(node, (Paragraph, Cell, ListItem)):
        return f"{'p ' if isinstance(node, Paragraph) else ''}{show(node.children)}"
    if isinstance(node, Heading):
        return f"h{node.level} {show(node.children)}"
    if isinstance(node, Quote):
        return f"quote {show(node.children)}"
    if isinstance(node, List):
        return f"{node.style}{node.start} {show(node.items)}"
    if isinstance(node, Table):
        return f"table {show(node.head)}; {show(node.rows)}"
    if isinstance(node, Row):
        return show(node.cells)
    if isinstance(node, Figure):
        return f"figure {show(node.images)}{show(node.caption)}"
    if isinstance(node, CodeBlock):
        return f"code {node.text!r}"
    return "hr" if isinstance(node, Rule) else f"embed {node.url}" if isinstance(node, Embed) else "?"


CASES = [
    # emphasis as CommonMark has it, beside CJK punctuation, and as html2text leaves it
    ("**粗**与*斜*与~~删~~", "(p <b>粗</b>与<i>斜</i>与<s>删</s>)"),
    ("他说**“好。”**然后", "(p 他说<b>“好。”</b>然后)"),
    (" **作者：** Lauren", "(p <b>作者：</b> Lauren)"),
    (" **编译：** 赵某", "(p <b>编译：</b>赵某)"),
    ("作用**夸大了** ，这样", "(p 作用<b>夸大了</b>，这样)"),
    ("Allies, _The Quarterly_ , 44", "(p Allies, <i>The Quarterly</i> , 44)"),
    ("** 有空格 **后", "(p <b>有空格</b>后)"),
    ("前** **后", "(p 前后)"),
    ("**  \n**", ""),
    ("** **", ""),
    ("****", ""),
    ("文件_名_字 and snake_case_name", "(p 文件_名_字 and snake_case_name)"),
    ("电话138****1234", "(p 电话138****1234)"),
    ("__赞赏", "(p 赞赏)"),
    ("*", ""),
    ("***a***", "(p <i><b>a</b></i>)"),
    # soft wraps
    ("中文\n中文", "(p 中文中文)"),
    ("Shane\nSmith和", "(p Shane Smith和)"),
    ("（no-\nfirst-use）", "(p （no-first-use）)"),
    ("然而，\nLatin\n文", "(p 然而，Latin文)"),
    ("**句。**\n而后", "(p <b>句。</b>而后)"),
    ("he said “no.”\nThen", "(p he said “no.” Then)"),
    ("他说“不”\n然后", "(p 他说“不”然后)"),
    ("한국\n사람", "(p 한국 사람)"),
    ("a --\nb", "(p a -- b)"),
    ("一行  \n二行\\\n三行  ", "(p 一行/二行/三行)"),
    ("一行  \n  \n", "(p 一行)"),
    # images and links
    ('![替代](a.png "题")', "(figure [img a.png 替代])"),
    ("![](1.png)左起", "(figure [img 1.png])(p 左起)"),
    ("![](1.png)![](2.png)", "(figure [img 1.png][img 2.png])"),
    ("字![](1.png)字", "(p 字[img 1.png]字)"),
    ("字\n![](1.png)\n字", "(p 字)(figure [img 1.png])(p 字)"),
    ("![]()", ""),
    ("![alt]()字", "(p 字)"),
    ("[文](javascript:;)字", "(p 文字)"),
    ("[文](java&#9;script:x)![](javascript:x)", "(p 文)"),
    ("[文](</a b>)", "(p <a /a b>文</a>)"),
    ("[![](1.png)](http://x.y/)", "(figure [img 1.png])"),
    ("见[报道](/u) ，以及 [说明](/v) 。", "(p 见<a /u>报道</a>，以及<a /v>说明</a>。)"),
    ("<https://x.y/z>", "(p <a https://x.y/z>https://x.y/z</a>)"),
    ("https://x.y/a_b_c", "(p https://x.y/a_b_c)"),
    ("[名][1]\n\n[1]: /there", "(p <a /there>名</a>)"),
    ("[注]: 正文", "(p [注]: 正文)"),
    ("[^1]: 脚注。", "(p [^1]: 脚注。)"),
    # headings and rules
    ("# 一\n\n### 三 ###", "(h2 一)(h3 三)"),
    ("短题\n---", "(h2 短题)"),
    ("By 某号，某地\n---", "(p By 某号，某地)(hr)"),
    ("前文\n-\n后文", "(p 前文-后文)"),
    ("这是一句话。\n---", "(p 这是一句话。)(hr)"),
    ("一\n二\n===", "(p 一二)(hr)"),
    ("文\n\n* * *\n\n文", "(p 文)(hr)(p 文)"),
    # containers
    ("- 甲\n- 乙\n  - 丙", "(bullet ((p 甲))((p 乙)(bullet ((p 丙)))))"),
    ("3. 甲\n4. 乙\n7. 丙", "(ordered3 ((p 甲))((p 乙)))(ordered7 ((p 丙)))"),
    ("1. 甲\n1. 乙", "(ordered ((p 甲))((p 乙)))"),
    ("1\\. 不是列表", "(p 1. 不是列表)"),
    ("> 引\n续\n>\n> 二", "(quote (p 引续)(p 二))"),
    ("| 甲 | 乙 |\n|--|--|\n| a\\|b | `c\\|d` |", "(table (((p 甲))((p 乙))); (((p a|b))((p `c``|d`))))"),
    # code
    ("```py\na = 1\n\n b\n```", "(code 'a = 1\\n\\n b')"),
    ("    这是缩进的正文", "(p 这是缩进的正文)"),
    ("\t这是缩进的正文", "(p 这是缩进的正文)"),
    ("    x = f(1)\n    y", "(code 'x = f(1)\\ny')"),
    ("    x\u00a0=\u00a01", "(code 'x\\xa0=\\xa01')"),
    ("　　全角缩进", "(p 全角缩进)"),
    ("`a`和`` b` ``", "(p `a`和`b``)"),
    # references and escapes
    ("a&amp;b &copy; \\*c\\*", "(p a&b © *c*)"),
    # HTML in Markdown
    ("<figure>\n<img src='a.png'>\n\n<figcaption>说明</figcaption>\n</figure>", "(figure [img a.png]说明)"),
    ("字<br />字<strong>重</strong><sup>2</sup>", "(p 字/字<b>重</b><sup>2</sup>)"),
    ("字<img src='i.png' width='auto' />字", "(p 字[img i.png]字)"),
    ("字<a href='/u'>链</a><a href='javascript:x'>假</a>", "(p 字<a /u>链</a>假)"),
    ("字<!-- 评 -->字<unknown>明</unknown>", "(p 字字明)"),
    ("字<script>alert(1)</script>字", "(p 字字)"),
    ("字<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字", "(p 字<ruby>漢|かん</ruby>字)"),
    ("字<iframe src='https://v.y/'></iframe>字", "(p 字)(embed https://v.y/)(p 字)"),
    ("<div>\n\n**粗**\n\n</div>", "(p <b>粗</b>)"),
    ("甲<b>乙<i>丙</b>丁</i>", "(p 甲<b>乙<i>丙</i></b><i>丁</i>)"),
    ("> 引\n>", "(quote (p 引))"),
    ("> 甲|乙\n> |-|-|\n> ", "(quote (table (((p 甲))((p 乙))); ))"),
    ("> <div>引</div>\n> <p>文</p>", "(quote (p 引)(p 文))"),
    # shortcodes
    ("{{< note >}}字{{< /note >}}", "(p 字)"),
    ('{{< figure src="/a.png" caption="题" >}}', "(figure [img /a.png]题)"),
    ('{{< video src="https://v.y/1" >}}', "(embed https://v.y/1)"),
    ("{% asset_img a.jpg 题 %}", "(figure [img a.jpg 题])"),
    ("{% img left /a.jpg 300 200 %}", "(figure [img /a.jpg])"),
    ("花括号{不是}短码", "(p 花括号{不是}短码)"),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[repr(text)[:40] for text, _ in CASES])
def test_case(text: str, expected: str) -> None:
    source, parsed = read(text)
    assert show(parsed.blocks) == expected
    assert_spans(source, parsed)


REMOVED = [
    ("![图注]()", "图注", "markdown.image-without-address"),
    ("取消 __", "__", "markdown.stray-marker"),
    ("字 **", "**", "markdown.stray-marker"),
    ("{% more %}字", "{% more %}", "markdown.shortcode"),
    ("[a]: /b\n[a]", "[a]: /b", "markdown.reference-definition"),
    ("| a |\n|--|\n| b | 多 |", "多", "markdown.excess-cell"),
    ("```这是 一段\nx\n```", "这是 一段", "markdown.fence-info"),
]


@pytest.mark.parametrize(("text", "removed", "rule"), REMOVED)
def test_what_is_left_out_is_said(text: str, removed: str, rule: str) -> None:
    source, parsed = read(text)
    assert [(removal.text, removal.rule) for removal in parsed.removals] == [(removed, rule)]
    start, end = parsed.removals[0].span
    assert removed in source.data[start:end].decode()


def leaves(blocks: tuple[Block, ...]) -> Iterator[Text | Code | CodeBlock | Image | Embed]:
    for node in walk(blocks):
        if isinstance(node, (Text, Code, CodeBlock, Image, Embed)):
            yield node


def assert_spans(source: Source, parsed: Parsed) -> None:
    """Every leaf is verbatim or atomic, and leaves stand in the order of the source."""
    last = 0
    for leaf in leaves(parsed.blocks):
        start, end = Span.parse(leaf.at)
        assert 0 <= start <= end <= len(source.data)
        if isinstance(leaf, (Text, Code)):
            raw = source.data[start:end].decode()
            assert leaf.text == raw or len(leaf.text) <= 2, (leaf, raw)
        if not isinstance(leaf, (Image, Embed)):
            assert start >= last, leaf
            last = start


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    text = "甲\n**乙**\n\n- 丙\n  丁\n\n| a |\n|---|\n| 戊 |\n\n```\nx\ny\n```\n".replace("\n", end)
    source, parsed = read(text)
    assert plain_text(parsed.blocks) == "甲乙\n丙丁\na\n戊\nx\ny"
    assert_spans(source, parsed)


def test_only_the_range_is_read() -> None:
    source = load("t.md", "前言\n\n# 題\n\n正文\n\n後記".encode())
    parsed = parse(source, 4, 11)
    assert show(parsed.blocks) == "(h2 題)(p 正文)"
    assert_spans(source, parsed)


_FRAGMENTS = (
    "*|**|***|_|__|~~|`|```|[|]|(|)|![|](|<|>|\\|&|&amp;|&#0;|{{<|>}}|{%|%}|#|-|1.|+|=|---|===|:|中|文|。|，|“|”|a|b.|￥|한|"
    "😀|[a]:|http://x|\x00|\u200b|\ufe00|<b>|</b>|<p>|<!--|-->|<img |<table>|<td>|<ruby>|<rt>|<iframe>|<script>|<a href=x>|"
    " |  \n|\n|\n\n|\r\n|\r|\t|    |\u3000|\u00a0|\u2028"
)
FRAGMENTS = st.sampled_from(_FRAGMENTS.split("|"))


@settings(max_examples=250, deadline=None)
@given(st.one_of(st.lists(FRAGMENTS, max_size=40).map("".join), st.text(max_size=60)))
def test_no_input_raises_and_every_span_holds(text: str) -> None:
    try:
        source, parsed = read(text)
    except (EmptySourceError, MarkupLimitError):
        return
    assert_spans(source, parsed)
    for removal in parsed.removals:
        assert 0 <= removal.span.start <= removal.span.end <= len(source.data)


_MARKS = (
    "*|**|_|__|~~|`|```|>|> |- |  - |3. |#|# |---|===|[|]|(|!|\\\\|{{< x >}}|"
    "{%|&amp;|甲|乙|丙。|，|a|  \n|\n|\n\n|\r\n|    | |\t|\u3000"
)
MARKS = st.sampled_from([*_MARKS.split("|"), "|", "\n|-|-|\n", "[注]: "])


@settings(max_examples=300, deadline=None)
@given(st.lists(MARKS, max_size=50).map("".join))
def test_no_word_is_lost_or_said_twice(text: str) -> None:
    """Without HTML, addresses and titles every Han character is in a leaf or in a Removal, once."""
    try:
        source, parsed = read(text)
    except EmptySourceError:
        return
    spans = [Span.parse(leaf.at) for leaf in leaves(parsed.blocks)] + [removal.span for removal in parsed.removals]
    found = "".join(source.data[start:end].decode() for start, end in spans)
    assert sorted(_HAN.findall(found)) == sorted(_HAN.findall(source.text)), show(parsed.blocks)


HOSTILE = {
    "open brackets": "[" * 20_000,
    "image openers": "![" * 20_000,
    "balanced brackets": "[" * 10_000 + "]" * 10_000,
    "links never closed": "[a](" * 5_000,
    "asterisks": "*" * 50_000 + "a" + "*" * 50_000,
    "strong never closed": "**a" * 10_000,
    "underscores": "_a" * 10_000,
    "quotes": ">" * 10_000,
    "bullets": "- " * 5_000 + "x",
    "definitions": "[a]: /x\n" * 3_000,
    "backticks": " ".join("`" * n for n in range(300)),
    "less than": "<" * 20_000,
    "comments": "a <!-- " * 3_000,
    "ampersands": "&" * 20_000,
    "pipes": "|a|b|\n|-|-|\n" + "|" * 20_000,
    "bold and italic": "x" + "<b>" * 3_000 + "<i>" * 3_000 + "</b>" * 3_000,
    "nested images": "![" * 400 + "]()" * 400,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_hangs(text: str) -> None:
    began = time.process_time()
    source, parsed = read(text)
    assert time.process_time() - began < 10
    assert_spans(source, parsed)


def test_nesting_beyond_the_limit_keeps_the_words() -> None:
    _, parsed = read("> " * 200 + "字")
    assert plain_text(parsed.blocks).endswith("字")


# --- real documents -------------------------------------------------------------------------------------------------

_NO_STRONG = re.compile(r"a\*\*[«∇𝜵]|[«»∇𝜵]\*\*a")
"""Pairs the suite keeps to show that punctuation outside CJK is still CommonMark's."""


@needs_shared
def test_no_literal_asterisks_beside_cjk() -> None:
    blocks = 0
    for path in sorted((Path(SHARED or "") / "suites/markdown-cjk").glob("*.md")):
        for text in re.split(r"\n\n+", path.read_text("utf-8")):
            _, parsed = read(text)
            assert "**" not in plain_text(parsed.blocks) or _NO_STRONG.search(text), text
            blocks += 1
    assert blocks > 90


@needs_shared
def test_soft_wraps_are_undone() -> None:
    folder = Path(SHARED or "") / "seeds"
    expected = json.loads(next(folder.glob("expected/003*.json")).read_text("utf-8"))["body"]
    source = load("003", next(folder.glob("003*.txt")).read_bytes())
    parsed = parse(source, source.text.index("---", 4) + 4, len(source.text))
    got = {_squash(line) for line in plain_text(parsed.blocks).split("\n")}
    missing = [paragraph for paragraph in expected if _squash(paragraph) not in got]
    assert not missing
    assert_spans(source, parsed)


def _squash(text: str) -> str:
    return re.sub(r"\s+", "", text)


_NOT_TEXT = re.compile(r"<!--.*?-->|</?[A-Za-z][^>]*>|\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\s*\)", re.S)


@needs_shared
@pytest.mark.parametrize("folder", ["wechat-html2text", "hexo-wechat-loose", "hugo-zh-hant"])
def test_real_documents_lose_nothing(folder: str) -> None:
    """Every Han character outside addresses, attributes and comments is in a leaf, an alt text or a Removal."""
    files = sorted((Path(SHARED or "") / "corpora" / folder).rglob("*.md"))[::6]
    assert files
    for path in files:
        source = load(path.name, path.read_bytes())
        head = re.match(r"\s*---\r?\n.*?\n---[ \t]*\r?\n", source.text, re.S)
        start = head.end() if head else 0
        parsed = parse(source, start, len(source.text))
        assert_spans(source, parsed)
        found = plain_text(parsed.blocks) + "".join(removal.text for removal in parsed.removals)
        found += "".join(leaf.text if isinstance(leaf, Text) else "" for leaf in leaves(parsed.blocks))
        found += "".join(leaf.alt for leaf in leaves(parsed.blocks) if isinstance(leaf, Image))
        wanted = set(_HAN.findall(_NOT_TEXT.sub("](", source.text[start:])))
        assert wanted <= set(found), path.name
        assert "**" not in plain_text(parsed.blocks).replace("***", "") or "\\*\\*" in source.text, path.name
