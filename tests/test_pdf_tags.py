"""The structure tree of the PDF, read back and held against the record's body, block by block."""

from __future__ import annotations

from pathlib import Path

import fixtures
import pikepdf
import pytest
from fixtures import article, bundle, cell, paragraph
from tag_tree import Element, read

from archivekit.archive.bundle import Group
from archivekit.config import Settings
from archivekit.model import (
    Block,
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
    Paragraph,
    Quote,
    Row,
    Rule,
    Strong,
    Table,
    Text,
)
from archivekit.writers import pdf

PICTURE = Image("https://example.org/p.jpg", alt="两人握手", asset=fixtures.BLUE.sha256)
LONG = "这一段要长过一行，所以它在书里分成几行，在结构里仍是一段。" * 3


def body_of(folder: Path, *blocks: Block, **settings: object) -> Element:
    """The element that holds the body of an article made of ``blocks``."""
    made = article("a.txt", "题目", blocks, language="zh-Hans")
    target = folder / "a.pdf"
    given = Settings(**settings)  # type: ignore[arg-type]
    assert pdf.write(bundle(groups=(Group("", (made,)),)), target, given) == ()
    with pikepdf.open(target) as document:
        (section,) = [one for one in read(document).find("Sect") if next(one.find("H1"), one).text == "题目"]
    return next(kid for kid in section.kids if isinstance(kid, Element) and kid.kind == "Div")


def outline(element: Element) -> list[tuple[str, str]]:
    """Kind and words of each element directly inside."""
    return [(kid.kind, kid.text) for kid in element.kids if isinstance(kid, Element)]


def test_paragraphs_are_paragraphs_with_their_words(tmp_path: Path) -> None:
    words = Paragraph((Text("甲"), Emphasis((Text("乙"),)), Strong((Text("丙"),)), LineBreak(), Text("丁。")))
    assert outline(body_of(tmp_path, paragraph(LONG), words)) == [("P", LONG), ("P", "甲乙丙丁。")]


def test_headings_keep_their_order_below_the_title(tmp_path: Path) -> None:
    blocks = (Heading("3", (Text("一"),)), paragraph("。"), Heading("6", (Text("二"),)), Heading("3", (Text("三"),)))
    assert outline(body_of(tmp_path, *blocks)) == [("H2", "一"), ("P", "。"), ("H3", "二"), ("H2", "三")]


def test_a_quote_holds_its_paragraphs(tmp_path: Path) -> None:
    body = body_of(tmp_path, Quote((paragraph("甲。"), Quote((paragraph("乙。"),)))))
    (quote,) = body.find("BlockQuote") if body.shape.count("BlockQuote") == 1 else [next(body.find("BlockQuote"))]
    assert outline(quote) == [("P", "甲。"), ("BlockQuote", "乙。")]


@pytest.mark.parametrize(("style", "labels"), [("ordered", ["3. ", "4. "]), ("bullet", ["• ", "• "])])
def test_a_list_has_items_with_a_label_and_a_body(style: str, labels: list[str], tmp_path: Path) -> None:
    inner = List("bullet", (ListItem((paragraph("内"),)),))
    items = (ListItem((paragraph("甲"),)), ListItem((paragraph("乙"), paragraph("丙"), inner)))
    start = "3" if style == "ordered" else ""
    (outer, nested) = body_of(tmp_path, List(style, items, start=start)).find("L")  # type: ignore[arg-type]
    own = [kid for kid in outer.kids if isinstance(kid, Element) and kid.kind == "LI"]
    assert [[kid.kind for kid in item.kids if isinstance(kid, Element)] for item in own] == [["Lbl", "LBody"]] * 2
    assert [next(item.find("Lbl")).text for item in own] == labels
    assert [outline(next(item.find("LBody"))) for item in own] == [[("P", "甲")], [("P", "乙"), ("P", "丙")]]
    assert [next(item.find("LBody")).text for item in nested.find("LI")] == ["内"]


def test_a_table_has_rows_of_headers_and_cells(tmp_path: Path) -> None:
    rows = (Row((cell("美国", scope="row"), cell("3,708"))), Row((cell("中国", scope="row"), cell("500", rowspan="1"))))
    made = Table((*rows, Row((cell("合计", colspan="2"),))), head=(Row((cell("国家"), cell("库存"))),), caption=(Text("表一"),))
    (table,) = body_of(tmp_path, made).find("Table")
    assert [kid.kind for kid in table.kids if isinstance(kid, Element)] == ["Caption", "THead", "TBody"]
    assert next(table.find("Caption")).text == "表一"
    grid = [[(one.kind, one.text) for one in row.find("TH", "TD")] for row in table.find("TR")]
    assert grid == [
        [("TH", "国家"), ("TH", "库存")],
        [("TH", "美国"), ("TD", "3,708")],
        [("TH", "中国"), ("TD", "500")],
        [("TD", "合计")],
    ]
    assert [one.scope for one in table.find("TH")] == ["Column", "Column", "Row", "Row"]
    assert [one.spans for one in table.find("TD")][-1] == (2, 1)


def test_a_figure_has_its_words_and_its_caption(tmp_path: Path) -> None:
    made = Figure((PICTURE,), caption=(Text("两国代表会面。"),), credit=(Text("某社"),))
    body = body_of(tmp_path, made)
    (figure,) = body.find("Figure")
    assert figure.alt == "两人握手"
    assert [one.text for one in body.find("Caption")] == ["两国代表会面。 某社"]


def test_a_figure_without_words_borrows_its_caption(tmp_path: Path) -> None:
    (figure,) = body_of(tmp_path, Figure((Image("p.jpg", asset=fixtures.BLUE.sha256),), caption=(Text("说明"),))).find("Figure")
    assert figure.alt == "说明"


def test_a_link_says_where_it_leads(tmp_path: Path) -> None:
    words = Paragraph((Text("见"), Link("https://example.org/a", (Text("此"), Strong((Text("处"),)))), Text("。")))
    body = body_of(tmp_path, words)
    (link,) = (one for one in body.find("Link") if one.text == "此处")
    assert link.target == "https://example.org/a"
    assert body.text == "见此处。"


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (CodeBlock("a = 1\n  b\n"), "a = 1  b"),
        (Embed("https://video.example/v", title="新闻"), "嵌入内容：新闻https://video.example/v"),
        (Rule(), ""),
    ],
    ids=["code", "embed", "rule"],
)
def test_what_has_no_type_of_its_own_keeps_its_words(block: Block, words: str, tmp_path: Path) -> None:
    body = body_of(tmp_path, paragraph("前。"), block, paragraph("后。"))
    assert "".join(body.text.split()) == "".join(f"前。{words}后。".split())


def test_the_order_is_that_of_the_record(tmp_path: Path) -> None:
    blocks = (
        paragraph("一。"),
        Figure((PICTURE,)),
        Heading("2", (Text("二"),)),
        Quote((paragraph("三。"),)),
    )
    body = body_of(tmp_path, *blocks)
    assert [(one.kind, one.text) for one in body.find("P", "Figure", "H2")] == [
        ("P", "一。"),
        ("Figure", ""),
        ("H2", "二"),
        ("P", "三。"),
    ]


def test_a_paragraph_over_two_pages_is_one(tmp_path: Path) -> None:
    whole = "字" * 30 * 70
    body = body_of(tmp_path, paragraph("前。"), paragraph(whole), paragraph("后。"))
    assert outline(body) == [("P", "前。"), ("P", whole), ("P", "后。")]


def test_a_list_over_two_pages_is_one(tmp_path: Path) -> None:
    items = tuple(ListItem((paragraph(f"第{n}项" * 30),)) for n in range(12))
    (made,) = body_of(tmp_path, List("ordered", items)).find("L")
    own = [kid for kid in made.kids if isinstance(kid, Element)]
    assert [[kid.kind for kid in one.kids if isinstance(kid, Element)] for one in own] == [["Lbl", "LBody"]] * 12
    assert [next(one.find("LBody")).text for one in own] == [f"第{n}项" * 30 for n in range(12)]
