"""Pages of a small book beside pictures of how they should look.

``ARCHIVEKIT_ACCEPT=1`` draws the pictures anew; look at them before they are committed. Where the fonts are of another
version than those the pictures were drawn with, or poppler is missing, nothing is compared and the test says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from fixtures import bundle
from PIL import Image, ImageChops, ImageStat

from archivekit.config import Settings
from archivekit.writers import pdf

PICTURES = Path(__file__).parent / "data" / "pages"
FONTS = PICTURES / "fonts.txt"
DPI = 48
PAGES = {"title": 1, "contents": 2, "opening": 4, "body": 5, "table": 6}

MOST = 0.004
"""The share of full black by which a page may differ on the whole: some anti-aliased edges, no moved line."""


def fonts() -> str:
    """The versions of the faces the book is set in."""
    styles = ("Noto Serif CJK SC", "Noto Sans CJK SC", "Noto Sans CJK SC:bold", "Noto Serif CJK TC", "Noto Serif CJK KR")
    found = [
        subprocess.run(["fc-match", "-f", "%{family[0]} %{style[0]} %{fontversion}\n", style], capture_output=True)
        for style in styles
    ]
    return b"".join(run.stdout for run in found).decode()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Image.Image]:
    """The pages as they look now, in grey."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is not installed: apt install poppler-utils")
    folder = tmp_path_factory.mktemp("pages")
    pdf.write(bundle(), folder / "a.pdf", Settings())
    subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", "-png", folder / "a.pdf", folder / "p"], check=True)
    files = sorted(folder.glob("p-*.png"))
    pages = {}
    for name, number in PAGES.items():
        with Image.open(files[number - 1]) as picture:
            pages[name] = picture.convert("L")
    if os.environ.get("ARCHIVEKIT_ACCEPT"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        FONTS.write_text(fonts(), "utf-8")
        for name, picture in pages.items():
            picture.quantize(16).save(PICTURES / f"{name}.png", optimize=True)
    return pages


def difference(one: Image.Image, other: Image.Image) -> float:
    """The share of full black by which two pictures differ, from 0 to 1."""
    assert one.size == other.size
    mean: float = ImageStat.Stat(ImageChops.difference(one.convert("L"), other.convert("L"))).mean[0]
    return mean / 255


@pytest.mark.parametrize("name", PAGES)
def test_a_page_looks_as_it_should(name: str, drawn: dict[str, Image.Image], tmp_path: Path) -> None:
    if fonts() != FONTS.read_text("utf-8"):
        pytest.skip(f"the fonts are not those the pictures were drawn with:\n{fonts()}")
    with Image.open(PICTURES / f"{name}.png") as wanted:
        off = difference(drawn[name], wanted)
    drawn[name].save(tmp_path / f"{name}.png")
    assert off < MOST, f"{off:.4f} differs: compare {tmp_path / name}.png with {PICTURES / name}.png"


def test_a_line_that_moves_is_seen(drawn: dict[str, Image.Image]) -> None:
    moved = ImageChops.offset(drawn["body"], 0, 2)
    assert difference(drawn["body"], moved) > 2 * MOST
    with Image.open(PICTURES / "body.png") as wanted:
        assert difference(wanted, drawn["opening"]) > 2 * MOST


def test_the_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in PICTURES.glob("*.png")) < 300_000
