"""Blocks to XHTML: well-formed whatever the text, nothing that runs or fetches, a closed set of tags."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import fixtures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivekit.markup import xhtml
from archivekit.markup.grid import rectangular
from archivekit.markup.weblinks import safe_href
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
    Inline,
    LineBreak,
    Link,
    List,
    ListItem,
    Paragraph,
    Quote,
    Row,
    Ruby,
    Rule,
    Strike,
    Strong,
    Subscript,
    Superscript,
    Table,
    Text,
    inline_text,
)

TAGS = frozenset(
    re.findall(
        r"\w+",
        "p h2 h3 h4 h5 h6 em strong sup sub s blockquote a img ruby rt figure figcaption ol ul li div table caption "
        "thead tbody tr th td br code pre hr span",
    )
)
ATTRIBUTES = {"href", "title", "src", "alt", "class", "start", "scope", "colspan", "rowspan"}


def nothing(image: Image) -> str | None:
    """No image is held."""
    return None


def held(image: Image) -> str | None:
    """Images that name an asset are held."""
    return f"images/{len(image.asset)}.png" if image.asset else None


def printed(*blocks: Block, **options: Any) -> str:
    return xhtml.blocks(blocks, images=options.pop("images", held), **options).replace("\n", "")


def parsed(fragment: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{fragment}</div>")


# --- laws -------------------------------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=()), max_size=12)
URLS = st.one_of(
    WORDS, st.sampled_from(["https://", "http://e.org/", "mailto:", "#", "javascript:"]).flatmap(lambda s: WORDS.map(s.__add__))
)
SPANS = st.sampled_from(["", "0", "1", "2", "3", "99999", "x", "²"])


def many(nodes: Any, most: int = 3) -> Any:
    return st.lists(nodes, max_size=most).map(tuple)


def _inline_over(inner: Any) -> Any:
    kids = many(inner)
    return st.one_of(
        *(st.builds(kind, kids) for kind in (Emphasis, Strong, Superscript, Subscript, Strike)),
        st.builds(Link, URLS, kids, title=WORDS),
        st.builds(Ruby, kids, kids),
    )


LEAVES = st.one_of(
    st.builds(Text, WORDS),
    st.builds(Code, WORDS),
    st.just(LineBreak()),
    st.builds(Image, URLS, alt=WORDS, title=WORDS, asset=st.sampled_from(["", "x"])),
)
INLINES: Any = st.recursive(LEAVES, _inline_over, max_leaves=5)


def _block_over(inner: Any) -> Any:
    kids = many(inner)
    cell = st.builds(Cell, kids, scope=st.sampled_from(["", "row", "col"]), colspan=SPANS, rowspan=SPANS)
    rows = many(st.builds(Row, many(cell)))
    return st.one_of(
        st.builds(Quote, kids),
        st.builds(List, st.sampled_from(["bullet", "ordered"]), many(st.builds(ListItem, kids)), start=st.one_of(WORDS, SPANS)),
        st.builds(Table, rows, head=rows, caption=many(INLINES)),
    )


SIMPLE = st.one_of(
    st.builds(Paragraph, many(INLINES)),
    st.builds(Heading, st.sampled_from("23456"), many(INLINES)),
    st.builds(
        Figure, many(st.builds(Image, URLS, alt=WORDS, asset=st.sampled_from(["", "x"])), 2), many(INLINES), many(INLINES)
    ),
    st.builds(CodeBlock, WORDS, language=WORDS),
    st.builds(Embed, URLS, title=WORDS),
    st.just(Rule()),
)
BLOCKS: Any = many(st.recursive(SIMPLE, _block_over, max_leaves=6))


@given(BLOCKS)
def test_any_body_is_well_formed_and_made_of_known_tags_only(body: tuple[Block, ...]) -> None:
    tree = parsed(xhtml.blocks(body, images=held))
    for element in list(tree.iter())[1:]:
        assert element.tag in TAGS
        assert set(element.attrib) <= ATTRIBUTES
        assert element.tag != "img" or (element.attrib["alt"].strip() and element.attrib["src"].startswith("images/"))
        assert element.tag != "a" or element.attrib["href"].startswith(("http://", "https://", "mailto:"))
        assert element.tag not in ("a", "ruby") or not list(element.iter(element.tag))[1:]
    levels = [int(element.tag[1]) for element in tree.iter() if re.fullmatch("h[1-6]", element.tag)]
    assert all(after - before <= 1 for before, after in zip([1, *levels], levels, strict=False))


@given(BLOCKS)
def test_tables_are_rectangular(body: tuple[Block, ...]) -> None:
    for table in parsed(xhtml.blocks(body, images=held)).iter("table"):
        widths = set()
        for section in (element for element in table if element.tag in ("thead", "tbody")):
            grid: dict[tuple[int, int], int] = {}
            rows = list(section)
            for y, row in enumerate(rows):
                x = 0
                for cell in row:
                    while (y, x) in grid:
                        x += 1
                    for dy in range(int(cell.get("rowspan", "1"))):
                        for dx in range(int(cell.get("colspan", "1"))):
                            assert (y + dy, x + dx) not in grid
                            assert y + dy < len(rows)
                            grid[y + dy, x + dx] = 1
            for y in range(len(rows)):
                widths.add(sum(1 for place in grid if place[0] == y))
        assert len(widths) <= 1


@given(many(INLINES))
def test_no_visible_word_is_lost(nodes: tuple[Inline, ...]) -> None:
    words = re.sub(r"\s", "", xhtml.clean(inline_text(nodes)))
    tree = parsed(xhtml.inlines(nodes, images=held))
    seen = re.sub(r"\s", "", "".join(tree.itertext()))
    for char in words:
        assert char in seen
    assert len(seen) >= len(words)


@given(WORDS)
def test_clean_text_is_what_xml_allows(value: str) -> None:
    element = ElementTree.fromstring(f'<p a="{xhtml.attribute(value)}">{xhtml.text(value)}</p>')
    assert (element.text or "") == xhtml.clean(value)


@given(URLS)
def test_a_link_is_ascii_and_has_a_known_scheme(url: str) -> None:
    href = safe_href(url)
    if href is not None:
        assert href.isascii()
        assert re.match(r"https?://[^\s/?#@]+|mailto:[^\s@]+@", href)
        assert safe_href(href) == href


# --- cases ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "href"),
    [
        ("https://example.org/a?b=1&c=2#d", "https://example.org/a?b=1&c=2#d"),
        ("  https://example.org/文 件 ", "https://example.org/%E6%96%87%20%E4%BB%B6"),
        ("https://example.org/100%/%41", "https://example.org/100%25/%41"),
        ("https://example.org/[a]|b\\c", "https://example.org/%5Ba%5D%7Cb%5Cc"),
        ("HTTP://新闻.example:8080", "http://xn--efvy88h.example:8080"),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]/x"),
        ("mailto:a.b@example.org?subject=问", "mailto:a.b@example.org?subject=%E9%97%AE"),
        ("http://example.org:99999/", None),
        ("http://example.org:x/", None),
        ("http://a b.example/", None),
        ("http://user:secret@example.org/", None),
        ("http://xn--zzzzzz.com/", None),
        ("http://1.2.3.456/", None),
        ("http:/example.org", None),
        ("//example.org/x", None),
        ("/images/1.png", None),
        ("#note", None),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("mailto:nobody", None),
        ("http://[::1", None),
        ("", None),
    ],
)
def test_which_addresses_are_links(url: str, href: str | None) -> None:
    assert safe_href(url) == href


def text(words: str) -> tuple[Text]:
    return (Text(words),)


@pytest.mark.parametrize(
    ("block", "html"),
    [
        (Paragraph(text("a<b")), "<p>a&lt;b</p>"),
        (Paragraph(text(" \u3000\x00")), ""),
        (Paragraph((Link("javascript:x", text("a")), LineBreak(), Strike(text("b")))), "<p>a<br/><s>b</s></p>"),
        (Paragraph((Link("http://e.org", (Link("http://f.org", text("a")),)),)), '<p><a href="http://e.org">a</a></p>'),
        (Paragraph((Ruby(text("漢"), text("かん")),)), "<p><ruby>漢<rt>かん</rt></ruby></p>"),
        (Paragraph((Ruby((Ruby(text("漢"), text("a")),), text("b")),)), "<p><ruby>漢(a)<rt>b</rt></ruby></p>"),
        (Paragraph((Ruby(text("漢"), ()),)), "<p>漢</p>"),
        (Paragraph((Image("s", asset="1"),)), '<p class="picture"><img src="images/1.png" alt="Image"/></p>'),
        (Heading("5", text("h")), "<h2>h</h2>"),
        (List("ordered", (ListItem((fixtures.paragraph("x"),)),), start="7"), '<ol start="7"><li><p>x</p></li></ol>'),
        (List("bullet", (), start="7"), ""),
        (CodeBlock("\n x\r\n"), "<pre><code> x</code></pre>"),
        (Table((), caption=text("t")), "<p>t</p>"),
        (
            Table((Row((fixtures.cell("a", rowspan="5"), fixtures.cell("b"))), Row((fixtures.cell("c", colspan="9"),)))),
            '<div class="table"><table><tbody><tr><td rowspan="2">a</td><td>b</td><td colspan="8"></td></tr>'
            '<tr><td colspan="9">c</td></tr></tbody></table></div>',
        ),
        (
            Figure((Image("s", asset="1"),), caption=text("words"), credit=text("who")),
            '<figure><img src="images/1.png" alt="words"/>'
            '<figcaption>words <span class="credit">who</span></figcaption></figure>',
        ),
        (
            Figure((Image("/a.png", alt="b"),)),
            '<figure><span class="missing-image"><span class="label">Image not in this archive</span> b '
            '<span class="address">/a.png</span></span></figure>',
        ),
    ],
)
def test_block(block: Block, html: str) -> None:
    assert printed(block) == html


def test_headings_follow_the_source_without_gaps() -> None:
    body = tuple(Heading(level, text("x")) for level in ("4", "6", "4", "2", "3", "6", "2"))
    assert xhtml.heading_levels(body) == [2, 3, 2, 2, 3, 4, 2]
    assert xhtml.heading_levels(body, first_level=5) == [5, 6, 5, 5, 6, 6, 5]


def test_links_around_images_can_be_left_out() -> None:
    block = Paragraph((Link("https://e.org", (Image("i", alt="a", asset="1"), Text("words"))),))
    assert "<a " in printed(block)
    assert "<a " not in printed(block, link_images=False)
    assert "words" in printed(block, link_images=False)


def test_nesting_has_no_limit_and_costs_no_words() -> None:
    quote: Block = fixtures.paragraph("deep")
    words: Inline = Text("deeper")
    for _ in range(5000):
        quote = Quote((quote,))
        words = Strong((words,))
    html = printed(quote, Paragraph((words,)))
    assert "deep</p>" in html
    assert "deeper" in html
    assert html.count("<blockquote>") <= xhtml.MAX_DEPTH + 1


def test_a_wide_span_makes_no_cells() -> None:
    head, rows = rectangular((), (Row((fixtures.cell("a", colspan="1000"),)), Row((fixtures.cell("b"),))))
    assert head == []
    assert [len(row) for row in rows] == [1, 2]
