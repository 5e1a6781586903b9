"""A PDF in volumes: cut by pages, laid out anywhere with the same bytes, each naming the whole set."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

import fixtures
import pikepdf
import pytest
from fixtures import arranged, article, asset, bundle, paragraph

from archivekit import page_estimate
from archivekit.archive import volumes
from archivekit.archive.bundle import Bundle, Group
from archivekit.building import pipeline
from archivekit.config import Settings
from archivekit.errors import UsageError
from archivekit.images.assets import Asset
from archivekit.model import CodeBlock, Image, Paragraph
from archivekit.paper import paper
from archivekit.workers import Processes, Workers
from archivekit.writers import pdf

A5 = paper("a5")


def long(articles: int = 6) -> Bundle:
    """A bundle of articles of two pages and more."""
    groups = tuple(
        Group(
            f"第{half}部",
            tuple(
                article(f"{half}/{n}.txt", f"第{half}部第{n}篇", (paragraph("长篇文字。" * 250),), language="zh-Hans")
                for n in range(articles // 2)
            ),
        )
        for half in (1, 2)
    )
    return bundle(groups=groups)


def build(folder: Path, workers: Workers | None = None, **settings: object) -> list[Path]:
    chosen = Settings(volume_pages=14, **settings)  # type: ignore[arg-type]
    whole = arranged(long())
    folder.mkdir()
    books = [
        (partial(whole.bundle, part), folder / volumes.file_name(chosen, "pdf", part))
        for part in volumes.of_format(whole, "pdf", chosen)
    ]
    assert list(pdf.write_series(books, chosen, workers)) == [()] * len(books)
    return [target for _, target in books]


def text(path: Path, page: int) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed: apt install poppler-utils")
    command = ["pdftotext", "-layout", "-f", str(page), "-l", str(page), path, "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


def pages(path: Path) -> int:
    with pikepdf.open(path) as document:
        return len(document.pages)


def test_bytes_do_not_depend_on_where_volumes_are_laid_out(tmp_path: Path) -> None:
    here = build(tmp_path / "here")
    with closing(Processes(2)) as workers:
        pool = build(tmp_path / "pool", workers)
    assert len(here) == 2
    assert [path.read_bytes() for path in here] == [path.read_bytes() for path in pool]


def test_each_volume_names_itself_and_the_whole_set(tmp_path: Path) -> None:
    first, last = build(tmp_path / "a")
    for number, path in enumerate((first, last), 1):
        assert f"第{number}卷" in text(path, 1)
    assert "第2卷" not in text(first, 2)
    assert all(words in text(last, 2) for words in ("第1卷", "第2卷", "第1部", "第2部", "3 篇文章"))


def test_page_numbers_can_run_through_the_set(tmp_path: Path) -> None:
    first, second = build(tmp_path / "a", numbering="series")
    start = pages(first) + pages(first) % 2 + 1
    assert re.match(rf"\s*{start + 1}\b", text(second, 2))
    assert re.search(rf"第2卷[ ·]*{start}\n", text(second, 2))
    assert re.search(rf"第2部第0篇[ ·]*{start + 2}\n", text(second, 2))


def test_a_lone_book_is_in_no_set(tmp_path: Path) -> None:
    whole = arranged(long())
    assert volumes.of_format(whole, "pdf", Settings()) == (None,)
    pdf.write(whole.bundle(), tmp_path / "a.pdf", Settings(numbering="series"))
    assert not re.search("共1卷|全套", text(tmp_path / "a.pdf", 1) + text(tmp_path / "a.pdf", 2))


def pixels(assets: Mapping[str, Asset]) -> Callable[[str], tuple[int, int] | None]:
    return lambda sha256: (assets[sha256].width, assets[sha256].height) if sha256 in assets else None


@pytest.mark.parametrize(
    ("body", "least", "most"),
    [
        ((), 1, 1),
        ((paragraph("字" * 30 * 27 * 3),), 3, 4),
        ((paragraph("word " * 6 * 2 * 27 * 3),), 3, 4),
        (tuple(paragraph("一行。") for _ in range(27 * 3)), 2, 4),
        ((CodeBlock("x\n" * 27 * 3),), 3, 4),
        (tuple(Paragraph((Image("a.png", asset=fixtures.BLUE.sha256),)) for _ in range(8)), 4, 6),
    ],
    ids=["empty", "han", "latin", "short", "code", "images"],
)
def test_pages_are_estimated(body: tuple[object, ...], least: int, most: int, tmp_path: Path) -> None:
    made = article("a.txt", "题", body, language="zh-Hans")  # type: ignore[arg-type]
    guess = int(page_estimate.pages(page_estimate.measure(made), pixels(fixtures.ASSETS), A5))
    assert least <= guess <= most
    pdf.write(bundle(groups=(Group("", (made,)),)), tmp_path / "a.pdf", Settings())
    assert abs(pages(tmp_path / "a.pdf") - 4 - guess) <= 1


def test_a_tall_image_counts_no_more_than_it_may_take() -> None:
    tall = asset("#123", "PNG", (100, 5000))
    made = article("a.txt", "题", (Paragraph((Image("a.png", asset=tall.sha256),)),))
    assert page_estimate.pages(page_estimate.measure(made), pixels({tall.sha256: tall}), A5) < 3


def test_a_build_reports_every_volume(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.txt").write_text(f"第{number}篇\n\n" + "一段文字，说一件事。\n\n" * 9, "utf-8")
    settings = {"formats": ("pdf", "jsonl"), "name": "set", "volume_articles": 2}
    report = pipeline.build(tmp_path, tmp_path / "dist", settings)
    names = [output.file for output in report.outputs]
    assert names == [*(f"set-{number}.pdf" for number in range(1, len(names))), "set.jsonl"] and len(names) > 2
    for output in report.outputs:
        assert hashlib.sha256((tmp_path / "dist" / output.file).read_bytes()).hexdigest() == output.sha256


# --- paper ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a5", "a4", "b5", "6x9in", "170x240mm", "100x140mm", "300x420mm"])
def test_the_text_block_is_whole_characters_and_lines_inside_the_page(name: str) -> None:
    sheet = paper(name)
    top, outer, bottom, inner = sheet.margins
    assert min(sheet.margins) > 30
    assert 18 <= sheet.measure <= 44
    wide, high = sheet.width_mm * 96 / 25.4, sheet.height_mm * 96 / 25.4
    assert 0.4 < wide - outer - inner - sheet.measure * sheet.size < 0.6
    assert abs(high - top - bottom - sheet.lines * sheet.leading - 0.5) < 0.1


@pytest.mark.parametrize("name", ["letter", "", "240x170mm", "10x10mm", "999x999mm", "a5 "])
def test_other_paper_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="page"):
        paper(name)
