"""The PDF for a press: black ink alone, marks and boxes, blank versos, notes, and a notice for each coarse image."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import fixtures
import pikepdf
import pytest
from fixtures import article, asset, bundle, paragraph

from archivekit.archive.bundle import Group
from archivekit.config import Settings
from archivekit.errors import MissingRequirementError
from archivekit.model import Cell, Figure, Image, Link, Notice, Paragraph, Row, Table, Text
from archivekit.paper import paper
from archivekit.writers import pdf
from archivekit.writers.pdf import press, sizes

ROOT = Path(__file__).parent.parent
A5 = paper("a5")
SHARP, SOFT = asset("#123", "JPEG", (1200, 700)), asset("#321", "PNG", (160, 100))
ADDRESS = "https://example.org/a?b=1&c=2"


def profile_or_skip() -> None:
    try:
        press.profile()
    except MissingRequirementError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Notice, ...]]:
    profile_or_skip()
    body = (
        paragraph("第一段。"),
        Paragraph((Text("见"), Link(ADDRESS, (Text("这里"),)), Text("与"), Link(ADDRESS, (Text("同处"),)), Text("。"))),
        Paragraph((Link("https://example.net/", (Text("https://example.net"),)),)),
        Table((Row((Cell((Paragraph((Link("https://example.com/t", (Text("表"),)),)),)),)),)),
        Figure((Image("sharp.jpg", alt="清楚", asset=SHARP.sha256),)),
        Figure((Image("soft.png", alt="模糊", asset=SOFT.sha256),)),
    )
    groups = tuple(Group(f"第{n}部", (article(f"{n}.txt", f"题{n}", body, language="zh-Hans"),)) for n in (1, 2))
    target = tmp_path_factory.mktemp("press") / "book.pdf"
    images = {one.sha256: one for one in (SHARP, SOFT)}
    notices = pdf.write(bundle(groups=groups, assets=images), target, Settings(print_ready=True, page="6x9in"))
    return target, notices


@pytest.fixture(scope="module")
def opened(printed: tuple[Path, tuple[Notice, ...]]) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(printed[0]) as document:
        yield document


def test_boxes_and_marks(opened: pikepdf.Pdf) -> None:
    for page in opened.pages:
        assert [float(number) for number in page.TrimBox] == pytest.approx([0, 0, 432, 648], abs=0.01)
        assert [float(number) for number in page.BleedBox] == pytest.approx([-10, -10, 442, 658], abs=0.01)
        assert float(page.MediaBox[0]) == pytest.approx(-8 * 72 / 25.4, abs=0.01)


def test_all_text_is_black_ink_alone(opened: pikepdf.Pdf) -> None:
    colours = set()
    for page in opened.pages:
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            assert operator not in ("rg", "RG", "g", "G")
            if operator in ("cs", "CS"):
                assert str(instruction.operands[0]) == "/DeviceCMYK"
            elif operator in ("scn", "SCN", "k", "K"):
                colours.add(tuple(float(number) for number in instruction.operands))
    assert (0, 0, 0, 1) in colours
    assert all(colour[:3] == (0, 0, 0) and (colour[3] == 1 or colour[3] < 0.55) for colour in colours)


def test_the_intent_is_the_press_and_rgb_says_which(opened: pikepdf.Pdf) -> None:
    (intent,) = opened.Root.OutputIntents
    assert int(intent.DestOutputProfile.N) == 4
    for page in opened.pages:
        assert int(page.Resources.ColorSpace.DefaultRGB[1].N) == 3


def test_parts_open_on_the_right_after_a_blank_page(printed: tuple[Path, tuple[Notice, ...]]) -> None:
    pages = text(printed[0]).split("\f")[:-1]
    openings = [at for at, page in enumerate(pages, 1) for n in (1, 2) if page.strip().startswith(f"第{n}部\n")]
    assert len(openings) == 2
    assert all(at % 2 for at in openings)
    assert not pages[1].strip()


def test_an_address_is_a_note_once(printed: tuple[Path, tuple[Notice, ...]]) -> None:
    words = re.sub(r"\s", "", text(printed[0]))
    assert words.count(f"1{ADDRESS}") == 2, "one in each of two articles"
    assert words.count(ADDRESS) == 2
    assert words.count("https://example.net") == 2
    assert "https://example.com/t" not in words


def test_a_coarse_image_is_named(printed: tuple[Path, tuple[Notice, ...]]) -> None:
    assert [notice.id for notice in printed[1]] == ["pdf.low-resolution"]
    assert "soft.png: 160 × 100 pixels are 96 to the inch, 150 are wanted" in printed[1][0].message


@pytest.mark.slow
def test_verapdf_passes_it(printed: tuple[Path, tuple[Notice, ...]]) -> None:
    if shutil.which("javac") is None:
        pytest.skip("veraPDF needs a JDK")
    run = subprocess.run([ROOT / ".ci/verapdf/verapdf", "3a,ua1", printed[0]], capture_output=True, text=True)
    if run.returncode == 3:
        pytest.skip(run.stderr)
    assert run.returncode == 0, run.stdout + run.stderr


def test_no_profile_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "ghostscript").mkdir()
    (tmp_path / "ghostscript/default_cmyk.icc").write_bytes(b"not a profile" * 20)
    monkeypatch.setattr(press, "_FOLDERS", (tmp_path,))
    with pytest.raises(MissingRequirementError, match="apt install libgs-common"):
        pdf.write(fixtures.bundle(), tmp_path / "a.pdf", Settings(print_ready=True))


@pytest.mark.parametrize(
    ("css", "black"),
    [
        ("a { color: #000 }", "a { color: device-cmyk(0 0 0 1) }"),
        ("a { color: #444 }", "a { color: device-cmyk(0 0 0 1) }"),
        ("a { background: #fff }", "a { background: device-cmyk(0 0 0 0) }"),
        ("a { border: 1px solid #999999 }", "a { border: 1px solid device-cmyk(0 0 0 0.4) }"),
        ("#abc p { width: 1px }", "#abc p { width: 1px }"),
    ],
)
def test_colours_become_black(css: str, black: str) -> None:
    assert press.in_black(css) == black


@pytest.mark.parametrize(
    ("pixels", "press", "width"),
    [
        ((2000, 1000), False, None),
        ((300, 200), False, None),
        ((300, 200), True, 210.0),
        ((1000, 500), True, None),
        ((600, 300), True, 384.0),
        ((100, 80), True, None),
        ((900, 900), False, 285.1),
        ((400, 3000), False, 76.0),
        ((0, 0), False, None),
    ],
)
def test_images_leave_no_hole_and_are_sharp(pixels: tuple[int, int], press: bool, width: float | None) -> None:
    wide, high = pixels
    picture = fixtures.Asset(sha256="", media_type="image/png", width=wide, height=high, data=b"")
    rule = sizes.size(picture, A5, press=press)
    assert rule == ("" if width is None else f"width: {width}px; max-height: none")


def text(path: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed: apt install poppler-utils")
    return subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout.decode()
