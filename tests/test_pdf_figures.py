"""Figures at the foot of a page: made smaller, within reason, rather than leave it half empty."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from fixtures import article, asset, bundle, paragraph

from archivekit.archive.bundle import Group
from archivekit.config import Settings
from archivekit.model import Block, Figure, Image
from archivekit.paper import paper
from archivekit.writers import pdf
from archivekit.writers.pdf import snug_figures

SHEET = paper("a5")
WIDE = asset("#123", "PNG", (400, 300))
FULL = SHEET.block[1] * 0.44
"""How high it is printed, in CSS pixels."""


def body(lines: int, images: int = 1) -> tuple[Block, ...]:
    """Paragraphs of a line each, a figure, and more paragraphs."""
    figure = Figure((Image("a.png", asset=WIDE.sha256, alt="图"),) * images, ())
    return (*(paragraph("一行。") for _ in range(lines)), figure, *(paragraph("再一行。") for _ in range(9)))


def heights(lines: int, folder: Path, images: int = 1) -> dict[int, list[float]]:
    """Page → how high the images on it are printed, in CSS pixels."""
    if shutil.which("pdfimages") is None:
        pytest.skip("pdfimages is not installed: apt install poppler-utils")
    made = article("a.txt", "题", body(lines, images), language="zh-Hans", url=None)
    pdf.write(bundle(groups=(Group("", (made,)),), assets={WIDE.sha256: WIDE}), folder / "a.pdf", Settings())
    run = subprocess.run(["pdfimages", "-list", folder / "a.pdf"], capture_output=True, check=True, text=True)
    found: dict[int, list[float]] = {}
    for row in run.stdout.splitlines()[2:]:
        cells = row.split()
        if cells[2] == "image":
            found.setdefault(int(cells[0]), []).append(int(cells[4]) / int(cells[13]) * 96)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lines", "images", "expected"),
    [
        (6, 1, {3: [1.0]}),
        (12, 1, {3: [0.81]}),
        (14, 1, {3: [0.65]}),
        (18, 1, {4: [1.0]}),
        (12, 2, {3: [0.81], 4: [1.0]}),
        (18, 2, {4: [1.0, 1.0]}),
    ],
    ids=["fits", "smaller", "much-smaller", "too-small", "first-of-two", "two-too-small"],
)
def test_a_figure_fills_a_gap_where_it_can(lines: int, images: int, expected: dict[int, list[float]], tmp_path: Path) -> None:
    found = heights(lines, tmp_path, images)
    assert {page: [round(height / FULL, 2) for height in row] for page, row in found.items()} == expected
    assert all(height / FULL >= snug_figures.LEAST for row in found.values() for height in row)


@pytest.mark.slow
def test_an_article_that_ends_with_a_figure_leaves_it_where_it_fits(tmp_path: Path) -> None:
    figure = Figure((Image("a.png", asset=WIDE.sha256, alt="图"),), ())
    made = article("a.txt", "题", (*(paragraph("一行。") for _ in range(8)), figure), language="zh-Hans")
    pdf.write(bundle(groups=(Group("", (made,)),), assets={WIDE.sha256: WIDE}), tmp_path / "a.pdf", Settings())
    run = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, check=True, text=True)
    pages = run.stdout.split("\f")
    assert "一行。" in pages[2]
    assert "本文出处" in pages[3]
    listed = subprocess.run(["pdfimages", "-list", tmp_path / "a.pdf"], capture_output=True, check=True, text=True)
    assert [row.split()[0] for row in listed.stdout.splitlines()[2:] if row.split()[2] == "image"] == ["3"]


def test_another_layout_engine_is_left_alone() -> None:
    other = SimpleNamespace(block_level_layout=lambda context, box: None, boxes=None, _in_flow_layout=None)
    before = other.block_level_layout
    with snug_figures.snug_figures(other):
        assert other.block_level_layout is before
    assert not snug_figures.can_be_had(SimpleNamespace())
