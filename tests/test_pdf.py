"""The PDF: its structure, its conformance, its sameness from run to run, and that it reaches for nothing."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace

import fixtures
import pikepdf
import pydyf
import pytest
from fixtures import article, bundle, paragraph
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture

from archivekit.archive.bundle import Bundle, Group
from archivekit.config import Settings
from archivekit.errors import MissingRequirementError, OutputError
from archivekit.images.assets import Asset
from archivekit.model import (
    Block,
    Cell,
    Code,
    Emphasis,
    Figure,
    Image,
    Link,
    List,
    ListItem,
    Notice,
    Paragraph,
    Quote,
    Row,
    Strong,
    Table,
    Text,
    encode,
)
from archivekit.writers import fonts, pdf
from archivekit.writers.pdf import engine, even_lines, glyphs, pydyf_refs, xmp
from archivekit.writers.pdf.breaks import with_breaks
from archivekit.writers.pdf.images import Printable, printable

ROOT = Path(__file__).parent.parent
MOMENT = datetime(2024, 4, 19, tzinfo=UTC)


def small(*body: Block, title: str = "一篇文章", **changes: object) -> Bundle:
    """A bundle of one article."""
    return bundle(groups=(Group("", (article("a.txt", title, body, language="zh-Hans"),)),), **changes)


def written(made: Bundle, folder: Path, **settings: object) -> tuple[Path, tuple[Notice, ...]]:
    target = folder / "book.pdf"
    notices = pdf.write(made, target, Settings(**settings))  # type: ignore[arg-type]
    return target, notices


def words(path: Path, *options: str) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed: apt install poppler-utils")
    return subprocess.run(["pdftotext", *options, path, "-"], capture_output=True, check=True).stdout.decode()


def pictures(document: pikepdf.Pdf) -> list[pikepdf.Object]:
    """Every image stored in the file."""
    return [item for item in document.objects if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rich bundle as A5."""
    target, notices = written(bundle(), tmp_path_factory.mktemp("book"), name="sample")
    assert notices == ()
    return target


@pytest.fixture(scope="module")
def opened(book: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(book) as document:
        yield document


# --- structure --------------------------------------------------------------------------------------------------


def test_bookmarks_are_groups_articles_and_headings(opened: pikepdf.Pdf) -> None:
    with opened.open_outline() as outline:
        tops = [item.title for item in outline.root]
        first = next(item for item in outline.root if item.title == "示例时报中文网")
        assert [item.title for item in first.children] == ["中国提出罕见的核谈判邀请，美国该怎么做？"]
        assert [item.title for item in first.children[0].children] == ["第一个小标题", "第二个小标题"]
    assert tops[:4] == ["目录", "示例时报中文网", "範例社", "The Example"]
    assert tops[-1] == "版本说明"


@pytest.mark.parametrize(("page", "size"), [("a5", (148, 210)), ("a4", (210, 297))])
def test_page_size(page: str, size: tuple[int, int], tmp_path: Path) -> None:
    target, _ = written(small(paragraph("一。")), tmp_path, page=page)
    with pikepdf.open(target) as document:
        box = [float(edge) / 72 * 25.4 for edge in document.pages[0].MediaBox]
    assert (round(box[2]), round(box[3])) == size


def test_a_full_line_holds_the_whole_measure(tmp_path: Path) -> None:
    """Thirty characters a line on A5, forty on A4: the text block is a whole number of them."""
    text = "一二三四五六七八九十" * 12
    for page, measure in (("a5", 30), ("a4", 40)):
        target, _ = written(small(paragraph(text)), tmp_path, page=page)
        lines = [line for line in words(target).split("\n") if re.fullmatch("[一二三四五六七八九十]+", line)]
        assert len(lines[0]) == measure - 2, "the indent of two characters"
        assert len(lines[1]) == measure


def line_ends(path: Path) -> list[float]:
    """Where the lines that begin at the left edge of the text block end, in points."""
    found = re.findall(
        r'<line xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"', words(path, "-bbox-layout", "-f", "3", "-l", "3")
    )
    left = min(float(start) for start, _ in found)
    return [float(end) for start, end in found if float(start) < left + 1]


def test_lines_end_evenly_whatever_is_in_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mixed = paragraph("会谈在2024年4月18日（周四）举行，共有37人与会；他们说：“这是第1次。”不过，没有人指望奇迹 at all。" * 6)
    target, _ = written(small(mixed), tmp_path)
    full = line_ends(target)[1:9]
    assert max(full) - min(full) < 1.5, full
    monkeypatch.setattr(engine, "can_be_had", lambda _: False)
    monkeypatch.setattr(engine, "even_lines", lambda _: nullcontext())
    ragged = line_ends(written(small(mixed), tmp_path)[0])[1:9]
    assert max(ragged) - min(ragged) > 1.5


def test_another_layout_engine_is_left_alone() -> None:
    other = SimpleNamespace(justify_line=lambda line, width: None, boxes=None, create_layout=None)
    before = other.justify_line
    with even_lines.even_lines(other):
        assert other.justify_line is before
    assert not even_lines.can_be_had(SimpleNamespace())


@pytest.mark.parametrize(
    ("markup", "marked"),
    [
        ("<p>说：“甲”、“乙”和“丙”。“丁”（戊）</p>", "<p>说：|“甲”、|“乙”|和|“丙”。|“丁”|（戊）</p>"),
        ("<p>（“甲”）《‘乙’》</p>", "<p>（“甲”）《‘乙’》</p>"),
        ("<p>说<em>“甲”</em>的</p><p>“乙”</p>", "<p>说<em>|“甲”</em>|的</p><p>“乙”</p>"),
        ("<p>He said “no” and ‘yes’.</p>", "<p>He said “no” and ‘yes’.</p>"),
        ("<p>安东尼·史密斯，a·b</p>", "<p>安东尼^·史密斯，a·b</p>"),
        ("<p>/a/%E8%A1?b=5%</p>", "<p>/a/|%E8|%A1?b=5%</p>"),
        ("<pre>说“甲”</pre><p><code>说“甲”</code></p>", "<pre>说“甲”</pre><p><code>说“甲”</code></p>"),
        ("<h1>说“甲”，don’t</h1>", '<h1>说“甲”，don<span class="narrow">’</span>t</h1>'),
    ],
)
def test_lines_may_end_beside_quotation_marks_and_not_before_a_dot(markup: str, marked: str) -> None:
    assert with_breaks(markup).replace("\u200b", "|").replace("\u2060", "^") == marked


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(tmp_path: Path) -> None:
    items = "、".join(f"“{char}”" for char in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉" * 6)
    names = "，".join(f"安东尼·史密{char}" for char in "甲乙丙丁戊己庚辛壬癸" * 4)
    target, _ = written(small(paragraph(items), paragraph(names)), tmp_path)
    text = words(target, "-f", "3")
    lines = [line for line in text.split("\n") if re.search("“.”|安东尼", line)]
    assert len(lines) > 15
    assert not [line for line in lines if line[0] in "”、，·" or line[-1] == "“"]
    assert not {"\u200b", "\u2060"} & set(text)


def test_a_long_title_heads_its_pages_in_one_line(tmp_path: Path) -> None:
    title = "一二三四五六七八九十" * 12
    target, _ = written(small(*[paragraph("文字。" * 200)] * 4, title=title), tmp_path)
    head = words(target, "-f", "5", "-l", "5", "-layout").lstrip().split("\n")[0]
    assert re.search("一二三四五六七八九十.*…", head) and title not in words(target, "-f", "5", "-l", "5").replace("\n", "")


def test_contents_name_the_pages(book: Path) -> None:
    pages = words(book).split("\f")
    row = re.search(r"Two Governments Agree to Talk[ ·]*(\d+)", pages[1])
    assert row is not None
    assert pages[int(row[1]) - 1].lstrip("0123456789 \n").startswith(("Two Governments", "The Example"))


def test_numbered_lists_start_where_the_source_says(book: Path) -> None:
    assert re.search(r"3\.\s*第三项", words(book))


def test_index_gives_page_numbers(book: Path) -> None:
    assert re.search(r"张三\s+4\b", words(book, "-layout"))


def test_every_font_is_embedded_and_scripts_keep_their_forms(opened: pikepdf.Pdf) -> None:
    names = set()
    for item in opened.objects:
        if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor":
            assert any(key in item for key in ("/FontFile", "/FontFile2", "/FontFile3")), item.FontName
            names.add(str(item.FontName).partition("+")[2])
    assert {"Noto-Serif-CJK-SC", "Noto-Serif-CJK-TC", "Noto-Sans-CJK-SC-Bold", "Noto-Sans-CJK-TC-Bold"} <= names


def test_every_figure_has_an_alternative(opened: pikepdf.Pdf) -> None:
    figures = [item for item in opened.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"]
    assert figures
    assert all(str(figure.Alt).strip() for figure in figures)


def test_the_archive_is_attached(opened: pikepdf.Pdf) -> None:
    made = bundle()
    assert list(opened.attachments) == ["sample.jsonl"]
    spec = opened.attachments["sample.jsonl"]
    assert spec.get_file().read_bytes() == b"".join(encode(item) + b"\n" for item in made.articles)
    assert spec.obj.AFRelationship == "/Data"
    assert spec.get_file().mime_type == "application/jsonl"
    assert str(spec.obj.EF.F.Params.ModDate) == "D:20240419000000Z"
    assert len(opened.Root.AF) == 1


def test_metadata_states_conformance_and_provenance(opened: pikepdf.Pdf) -> None:
    made = bundle()
    metadata = opened.open_metadata()
    assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"]) == ("3", "A", "1")
    assert metadata["dc:title"] == made.title
    assert metadata["dc:identifier"] == made.identifier
    assert {"zh-Hans", "zh-Hant", "en"} <= set(metadata["dc:language"])
    ours = f"{{{xmp.PROVENANCE_NS}}}"
    data = b"".join(encode(item) + b"\n" for item in made.articles)
    assert metadata[f"{ours}archiveSha256"] == hashlib.sha256(data).hexdigest()
    assert metadata[f"{ours}records"] == str(len(made.articles))
    assert len(metadata[f"{ours}sources"]) == len(made.articles)
    assert str(opened.Root.Lang) == "zh-Hans"


def test_qpdf_finds_nothing(book: Path) -> None:
    if shutil.which("qpdf") is None:
        pytest.skip("qpdf is not installed: apt install qpdf")
    assert subprocess.run(["qpdf", "--check", book], capture_output=True).returncode == 0


# --- conformance ------------------------------------------------------------------------------------------------


def items_in(depth: int) -> Block:
    """A list in a list in a list."""
    inner: Block = paragraph("最里")
    for _ in range(depth):
        inner = List("ordered", (ListItem((paragraph("项"), inner)),))
    return inner


def zoo() -> Bundle:
    """Every kind of image, deep nesting, emoji, rare and missing characters in one bundle."""
    pictures = [picture(*kind) for kind in KINDS] + [SVG]
    deep: Block = paragraph("最深处。")
    for _ in range(300):
        deep = Quote((deep,))
    figures = tuple(Figure((Image(f"https://e.example/{one.sha256}", asset=one.sha256),)) for one in pictures)
    link = Link("https://e.example/", (Text("链"), Strong((Text("接"), Emphasis((Text("里"),)))), Code("x")))
    items = List("bullet", (ListItem((Paragraph((link,)), paragraph("二段"), items_in(40))), ListItem(()), ListItem((deep,))))
    ragged = Table((Row((Cell((deep,), colspan="2"), Cell(()))), Row((Cell((items,)),))), head=(Row((Cell((), scope="col"),)),))
    body = (
        *figures,
        items,
        ragged,
        deep,
        paragraph("罕见字𠮷𰻞、表情😀👨‍👩‍👧☎️、私用\ue000、控制\x07、零宽\u200b\u200d\ufeff。"),
    )
    return small(*body, title="图\ue001谱", assets={one.sha256: one for one in pictures})


@pytest.mark.slow
@pytest.mark.parametrize("make", [bundle, zoo, lambda: small()], ids=["rich", "zoo", "empty"])
@pytest.mark.parametrize("page", ["a5", "a4"])
def test_verapdf_passes_pdf_a_3a_and_pdf_ua_1(make: Callable[[], Bundle], page: str, tmp_path: Path) -> None:
    target, _ = written(make(), tmp_path, page=page)
    if shutil.which("javac") is None:
        pytest.skip("veraPDF not run: no JDK (apt install default-jdk-headless libjaxb-java)")
    done = subprocess.run([ROOT / ".ci" / "verapdf" / "verapdf", "3a,ua1", target], capture_output=True, text=True)
    if done.returncode == 3:
        pytest.skip(f"veraPDF not run: {done.stderr}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("PASS") == 2


# --- the same bytes ---------------------------------------------------------------------------------------------

EMOJI_BOOK = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_pdf import pdf, paragraph, small, Settings
pdf.write(small(paragraph("表情😀与罕见字𠮷。")), Path(sys.argv[1]), Settings())
"""


def test_same_bytes_in_another_process_zone_and_hash_seed(tmp_path: Path) -> None:
    here, _ = written(small(paragraph("表情😀与罕见字𠮷。")), tmp_path)
    there = tmp_path / "there.pdf"
    env = os.environ | {"TZ": "Asia/Shanghai", "PYTHONHASHSEED": "7", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1"}
    subprocess.run([sys.executable, "-c", EMOJI_BOOK, there, Path(__file__).parent], env=env, check=True, cwd=tmp_path)
    assert here.read_bytes() == there.read_bytes()


def test_the_environment_is_left_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    before = dict(os.environ), sys.getrecursionlimit()
    written(small(paragraph("一。")), tmp_path)
    assert (dict(os.environ), sys.getrecursionlimit()) == before


def test_remembered_page_references_change_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = small(*(paragraph("很多页。" * 300) for _ in range(6)))
    fast = written(made, tmp_path)[0].read_bytes()
    monkeypatch.setattr(engine, "linear_page_references", nullcontext)
    assert written(made, tmp_path)[0].read_bytes() == fast


def test_page_references_are_left_to_a_pydyf_that_remembers_them(monkeypatch: pytest.MonkeyPatch) -> None:
    original = vars(pydyf.PDF)["page_references"]
    assert pydyf_refs.is_needed()
    with pydyf_refs.linear_page_references():
        document = pydyf.PDF()
        document.add_page(pydyf.Dictionary())
        assert document.page_references is document.page_references
        document.add_page(pydyf.Dictionary())
        assert len(document.page_references) == 2
    assert vars(pydyf.PDF)["page_references"] is original
    remembering = cached_property(original.fget)
    remembering.__set_name__(pydyf.PDF, "page_references")
    monkeypatch.setattr(pydyf.PDF, "page_references", remembering)
    assert not pydyf_refs.is_needed()
    with pydyf_refs.linear_page_references():
        assert vars(pydyf.PDF)["page_references"] is remembering


# --- reaching for nothing ---------------------------------------------------------------------------------------


def test_addresses_in_articles_fetch_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a socket was opened"))
    images = tuple(
        Image(src, asset=src) for src in ("file:///etc/hostname", "http://127.0.0.1/x.png", "data:image/png;base64,")
    )
    target, notices = written(small(Paragraph(images)), tmp_path)
    assert notices == ()
    with pikepdf.open(target) as document:
        assert list(document.attachments) == ["archive.jsonl"]
        assert not pictures(document)


def test_the_engine_refuses_everything_it_was_not_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even markup that no article can produce gets nothing but the images of its job."""
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a socket was opened"))
    canary = tmp_path / "canary.css"
    canary.write_text("p { string-set: x 'eaten' }")
    addresses = [canary.as_uri(), "file:///etc/hostname", "http://127.0.0.1/a.png", "https://[::1]/", "ftp://127.0.0.1/"]
    addresses += ["data:image/png;base64,AAAA", "asset:unknown", "ASSET:known", "asset:../../etc/hostname"]
    html = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>t</title>'
    html += "".join(f'<link rel="attachment" href="{at}"><link rel="stylesheet" href="{at}">' for at in addresses)
    html += "".join(f'<p><img alt="x" src="{at}"><object data="{at}">o</object></p>' for at in addresses) + "</html>"
    style = "".join(f"@import url('{at}'); @font-face {{ font-family: x; src: url('{at}') }}" for at in addresses)
    job = engine.Job(
        target=str(tmp_path / "x.pdf"),
        html=html,
        styles=(style,),
        justified="",
        images={"known": Printable("image/svg+xml", SVG.data)},
        archive=engine.Attached(name="a.jsonl", description="", data=b"", moment=MOMENT),
        xmp="",
    )
    trouble = engine.write_pdf(job).trouble
    for address in addresses:
        assert any(address in line for line in trouble.other), address
    with pikepdf.open(tmp_path / "x.pdf") as document:
        assert list(document.attachments) == ["a.jsonl"]
        assert not pictures(document)


def test_an_svg_cannot_reach_out_either(tmp_path: Path) -> None:
    svg = SVG.data.replace(b"<circle", b'<image href="file:///etc/hostname" width="9" height="9"/><circle', 1)
    one = Asset(sha256="s", media_type="image/svg+xml", width=9, height=9, data=svg)
    figure = Figure((Image("https://e.example/s.svg", asset="s"),))
    _, notices = written(small(figure, assets={"s": one}), tmp_path)
    assert [notice.id for notice in notices] == ["pdf.layout"]
    assert "refused to fetch file:///etc/hostname" in notices[0].message


# --- characters -------------------------------------------------------------------------------------------------


def test_what_no_font_shows_is_printed_by_name_and_noticed(tmp_path: Path) -> None:
    target, notices = written(small(paragraph("甲\ue000乙\x07丙\ue000")), tmp_path)
    assert words(target).count("[U+E000]") == 2
    assert [notice.id for notice in notices] == ["pdf.control-character", "pdf.missing-glyph"]
    assert all("一篇文章" in notice.message for notice in notices)


def test_no_font_for_chinese_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "installed", lambda: fonts.parse("Liberation Serif\t20-7e a0-17f\n"))
    with pytest.raises(MissingRequirementError, match="apt install fonts-noto-cjk"):
        written(small(paragraph("一。")), tmp_path)


def test_fontconfig_missing_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingRequirementError, match="fontconfig"):
        fonts.installed.__wrapped__()


def test_coverage_is_the_union_of_the_fonts() -> None:
    found = fonts.parse("A,A Light\t20-7e 4e00\nB\t7f-80 4e00-4e02\nno tab here\n")
    assert found.families == {"A", "A Light", "B"}
    assert (found.starts, found.ends) == ((0x20, 0x4E00), (0x80, 0x4E02))
    assert [found.covers(code) for code in (0x1F, 0x20, 0x80, 0x81, 0x4E02, 0x4E03)] == [False, True, True, False, True, False]


@given(st.text(alphabet=st.sampled_from("a中&;\ue000\ue001]-^\\𠮷")), st.text(alphabet=st.sampled_from("b\ue000")))
def test_naming_a_character_loses_nothing(text: str, attribute: str) -> None:
    markup = f'<p title="{attribute}">{text}<b>{text}</b></p>'
    marked, missing = glyphs.name_missing(markup, lambda char: char not in "\ue000\ue001")
    undone = re.sub(r'<span class="no-glyph">\[U\+([0-9A-F]+)\]</span>', lambda found: chr(int(found[1], 16)), marked)
    assert undone == markup
    assert set(missing) == set(text) & {"\ue000", "\ue001"}


def test_indents_of_the_source_give_way_to_the_style_sheet(tmp_path: Path) -> None:
    target, _ = written(small(paragraph("\u3000\u3000缩进的段落。"), Paragraph((Text("\u00a0 "), Text("又一段。")))), tmp_path)
    assert "\u3000" not in words(target)


# --- images -----------------------------------------------------------------------------------------------------

KINDS = [
    ("RGB", "JPEG"),
    ("L", "JPEG"),
    ("CMYK", "JPEG"),
    ("RGB", "PNG"),
    ("RGBA", "PNG"),
    ("LA", "PNG"),
    ("P", "PNG"),
    ("1", "PNG"),
    ("I;16", "PNG"),
    ("P", "GIF"),
    ("RGB", "WEBP"),
    ("RGBA", "WEBP"),
    ("CMYK", "TIFF"),
]


def picture(mode: str, kind: str, size: tuple[int, int] = (40, 30)) -> Asset:
    out = io.BytesIO()
    Picture.new(mode, size).save(out, kind)
    data = out.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    return Asset(sha256=digest, media_type=f"image/{kind.lower()}", width=size[0], height=size[1], data=data)


SVG = Asset(
    sha256="svg",
    media_type="image/svg+xml",
    width=60,
    height=40,
    data=b'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"><g opacity=".5"><circle r="9"/></g></svg>',
)


@pytest.mark.parametrize(("mode", "kind"), KINDS, ids=[f"{kind}-{mode}" for mode, kind in KINDS])
def test_images_become_what_a_pdf_a_can_hold(mode: str, kind: str) -> None:
    ready = printable(picture(mode, kind), (100, 100))
    assert ready is not None
    with Picture.open(io.BytesIO(ready.data)) as image:
        assert (image.mode in ("RGB", "L")) or (image.format == "PNG" and image.mode in ("RGBA", "LA"))
        assert ready.media_type == f"image/{(image.format or '').lower()}"
        assert image.size == (40, 30)


def test_a_plain_jpeg_is_passed_through_and_a_large_one_scaled() -> None:
    plain = picture("RGB", "JPEG")
    ready = printable(plain, (100, 100))
    assert ready is not None and ready.data == plain.data
    scaled = printable(picture("RGB", "JPEG", (400, 100)), (100, 100))
    assert scaled is not None
    with Picture.open(io.BytesIO(scaled.data)) as image:
        assert image.size == (100, 25)


def test_an_image_that_cannot_be_decoded_becomes_a_placeholder(tmp_path: Path) -> None:
    broken = Asset(sha256="b", media_type="image/png", width=9, height=9, data=fixtures.RED.data[:60])
    figures = tuple(Figure((Image("https://e.example/broken.png", asset="b"),)) for _ in range(2))
    target, notices = written(small(*figures, assets={"b": broken}), tmp_path)
    assert [notice.id for notice in notices] == ["pdf.image-unreadable"]
    assert words(target).count("https://e.example/broken.png") == 2


def test_one_image_is_stored_once(tmp_path: Path) -> None:
    one = fixtures.BLUE
    figures = tuple(Figure((Image(f"https://e.example/{n}.jpg", asset=one.sha256),)) for n in range(3))
    target, _ = written(small(*figures, assets={one.sha256: one}), tmp_path)
    with pikepdf.open(target) as document:
        assert len(pictures(document)) == 1


# --- XMP --------------------------------------------------------------------------------------------------------


def test_the_packet_must_have_one_rdf() -> None:
    assert xmp.merge("<rdf:RDF></rdf:RDF>", "x") == "<rdf:RDF>x</rdf:RDF>"
    with pytest.raises(OutputError, match="rdf:RDF"):
        xmp.merge("<rdf:RDF></rdf:RDF><rdf:RDF></rdf:RDF>", "x")
