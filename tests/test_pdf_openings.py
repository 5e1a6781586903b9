"""How an article of the PDF opens: its title in even lines, and a QR code of its address."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from fixtures import article, bundle, paragraph
from hypothesis import given
from hypothesis import strategies as st
from tag_tree import read

from archivekit.archive.bundle import Group
from archivekit.config import Settings
from archivekit.markup.xhtml import text
from archivekit.writers import pdf
from archivekit.writers.pdf import document
from archivekit.writers.pdf.qr import qr

ADDRESS = "https://example.org/opinion/20240418/talks/?a=1&b=2"


def opening(folder: Path, title: str = "题目", url: str | None = ADDRESS, **settings: object) -> Path:
    made = article("a.txt", title, (paragraph("正文。"),), language="zh-Hans", url=url)
    target = folder / "a.pdf"
    assert pdf.write(bundle(groups=(Group("", (made,)),)), target, Settings(**settings)) == ()  # type: ignore[arg-type]
    return target


def codes(path: Path) -> list[str]:
    with pikepdf.open(path) as document:
        return [figure.alt for figure in read(document).find("Figure")]


def test_the_address_is_a_code_with_words(tmp_path: Path) -> None:
    assert codes(opening(tmp_path)) == [f"原文网址二维码：{ADDRESS}"]


@pytest.mark.parametrize(
    ("url", "settings"),
    [(None, {}), ("javascript:alert(1)", {}), (ADDRESS, {"qr": False}), ("https://example.org/" + "x" * 600, {})],
    ids=["none", "unsafe", "off", "long"],
)
def test_no_code_where_there_is_none_to_print(url: str | None, settings: dict[str, object], tmp_path: Path) -> None:
    assert codes(opening(tmp_path, url=url, **settings)) == []


def test_the_code_is_the_same_every_time_and_large_enough() -> None:
    first, again = qr(ADDRESS), qr(ADDRESS)
    assert first is not None
    assert first == again
    assert 10 < first[1] < 25
    assert qr("x" * 5000) is None


def test_the_code_says_the_address(tmp_path: Path) -> None:
    if shutil.which("zbarimg") is None:
        pytest.skip("zbarimg is not installed: apt install zbar-tools")
    subprocess.run(["pdftoppm", "-r", "200", "-png", opening(tmp_path), tmp_path / "p"], check=True)
    seen = [
        subprocess.run(["zbarimg", "-q", "--raw", page], capture_output=True, text=True).stdout.strip()
        for page in sorted(tmp_path.glob("p-*.png"))
    ]
    assert [code for code in seen if code] == [ADDRESS]


@pytest.mark.parametrize(
    ("title", "rows"),
    [
        ("短题", 0),
        ("月亮拖着海水走吗？一份给海边人的潮汐说明书", 2),
        ("这是一个没有任何标点却比一行多出一个字的题", 2),
        ("An English title long enough for more than one line of the book", 0),
    ],
)
def test_long_titles_break_where_they_are_even(title: str, rows: int) -> None:
    marked = document._in_rows(title, 19)
    assert marked.count('<span class="row">') == rows
    lines = [part.partition("</span>")[0] for part in marked.split('<span class="row">')[1:]]
    assert not lines or min(map(len, lines)) > 5


@given(st.text(alphabet="汉字题目，：“”《》 a1&<—", max_size=80), st.integers(10, 30))
def test_a_title_in_rows_keeps_every_character(title: str, ems: int) -> None:
    marked = document._in_rows(title, ems)
    assert marked.replace('<span class="row">', "").replace("</span>", "") == text(title)


def test_a_broken_title_is_one_heading(tmp_path: Path) -> None:
    title = "月亮拖着海水走吗？一份给海边人的潮汐说明书"
    with pikepdf.open(opening(tmp_path, title)) as document:
        assert title in [heading.text for heading in read(document).find("H1")]
        with document.open_outline() as outline:
            assert title in [item.title for item in outline.root]


@pytest.mark.slow
def test_the_title_of_a_book_without_parts_heads_its_left_pages(tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed: apt install poppler-utils")
    made = article("a.txt", "题目", (paragraph("很多页。" * 600),), language="zh-Hans")
    pdf.write(bundle(groups=(Group("", (made,)),), title="没有分部的书"), tmp_path / "a.pdf", Settings())
    run = subprocess.run(["pdftotext", "-layout", tmp_path / "a.pdf", "-"], capture_output=True, check=True, text=True)
    heads = [page.strip().splitlines()[0] for page in run.stdout.split("\f")[:6]]
    assert heads[3].split() == ["4", "没有分部的书"]
    assert heads[4].split() == ["题目", "5"]
