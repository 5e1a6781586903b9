"""Every limit has its own error, which says how to raise it; what stands for far more than it is goes off nowhere."""

from __future__ import annotations

import io
import re
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import fixtures
import msgspec
import pikepdf
import pytest

from archivekit import errors, images
from archivekit.building import pipeline
from archivekit.config import Settings, load_settings
from archivekit.corpus.walk import Found, read_bytes
from archivekit.errors import ArchiveKitError, BookError, BookTooLargeError, UsageError
from archivekit.extract import extract
from archivekit.extract import pdf as pdf_contents
from archivekit.images import svg
from archivekit.limits import DEFAULT, KEYS, VARIABLE, Limits, ambient, parsed
from archivekit.model import Block, Quote, encode
from archivekit.readers.front_matter import split
from archivekit.reading import load_profiles, read_source
from archivekit.readings import read_tree
from archivekit.source import load

DOCS = Path(__file__).parent.parent / "docs" / "threat-model.md"
PROFILES = load_profiles()


def small(**values: int) -> Limits:
    """The defaults, with a few made small."""
    return msgspec.structs.replace(DEFAULT, **values)


STAMP = "<!--1713405421000-->\n[题](https://e.example/a)\n------\n"
DOCUMENTS = {
    "document_bytes": (errors.SourceTooLargeError, "文" * 40, 100),
    "front_matter_characters": (errors.FrontMatterLimitError, "---\ntitle: " + "文" * 99 + "\n---\n文", 100),
    "depth": (errors.NestingLimitError, STAMP + "<div>" * 20 + "文", 10),
    "pieces": (errors.PieceLimitError, STAMP + "<b>文</b>" * 40, 30),
    "pieces ": (errors.PieceLimitError, "---\ntitle: 题\n---\n" + "文\n\n" * 20, 30),
    "pieces  ": (errors.PieceLimitError, "标题\n\n" + "文 字\n" * 20, 30),
}


@pytest.mark.parametrize("most", [1, 20, 21, 22, 39])
def test_a_limit_below_the_first_bytes_that_are_looked_at_is_a_limit(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    given = io.BufferedReader(io.BytesIO(b"a tide that is longer than its limit is."))  # type: ignore[arg-type]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(given))
    with pytest.raises(errors.SourceTooLargeError, match=f"the limit is {most} "):
        read_bytes(Found("-"), small(document_bytes=most))


@pytest.mark.parametrize("key", DOCUMENTS)
def test_each_limit_has_its_own_error(tmp_path: Path, key: str) -> None:
    kind, text, most = DOCUMENTS[key]
    key = key.strip()
    (tmp_path / "bad.txt").write_text(text, "utf-8")
    (tmp_path / "good.txt").write_text("好\n\n文。\n", "utf-8")
    settings = Settings(limits=small(**{key: most}))
    bad, good = read_tree(tmp_path, settings=settings)
    assert type(bad.error) is kind
    assert re.search(rf"the limit is {most} \(--limit {key}=N raises it\)", str(bad.error))
    assert good.error is None
    assert [reading.error for reading in read_tree(tmp_path, settings=Settings())] == [None, None]


def test_an_archive_of_records_has_a_limit_of_its_own(tmp_path: Path) -> None:
    line = encode(fixtures.article("a.txt", "题", (fixtures.paragraph("文" * 400),), language="zh-Hans")) + b"\n"
    (tmp_path / "x.jsonl").write_bytes(line * 2)

    def read(**limits: int) -> ArchiveKitError | None:
        (reading,) = read_tree(tmp_path / "x.jsonl", settings=Settings(limits=small(**limits)))
        return reading.error

    assert read(document_bytes=100) is None
    error = read(document_bytes=100, records_bytes=1000)
    assert type(error) is errors.RecordsTooLargeError and "--limit records_bytes=N" in str(error)
    with pytest.raises(BookTooLargeError, match="records_bytes"):
        extract(tmp_path / "x.jsonl", small(records_bytes=1000))


def test_too_many_files_stop_everything(tmp_path: Path) -> None:
    for at in range(6):
        (tmp_path / f"{at}.txt").write_text(f"题{at}\n\n文{at}。\n", "utf-8")
    (tmp_path / "x.bin").write_text("x")
    with pytest.raises(errors.TooManyFilesError, match=r"the limit is 6 \(--limit files=N raises it\)"):
        list(read_tree(tmp_path, settings=Settings(limits=small(files=6))))
    assert len(list(read_tree(tmp_path, settings=Settings(limits=small(files=7))))) == 6


@pytest.mark.parametrize(("key", "most"), [("image_bytes", 60), ("image_pixels", 20)])
def test_an_image_over_a_limit_is_a_placeholder(tmp_path: Path, key: str, most: int) -> None:
    (tmp_path / "i.png").write_bytes(_png(6, 4))
    (tmp_path / "a.md").write_text("---\ntitle: 题\n---\n\n![图](i.png)\n", "utf-8")
    (reading,) = read_tree(tmp_path, settings=Settings(limits=small(**{key: most})))
    (notice,) = reading.articles[0].provenance.notices
    assert notice.id == "asset.too-large" and f"the limit is {most} (--limit {key}=N raises it)" in notice.message
    (reading,) = read_tree(tmp_path, settings=Settings())
    assert reading.articles[0].provenance.notices == () and len(reading.assets) == 1


# --- settings -----------------------------------------------------------------------------------------------------


def test_the_command_line_raises_and_the_corpus_lowers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    (tmp_path / "archivekit.toml").write_text("[limits]\ndepth = 100\n")
    assert load_settings(tmp_path).limits == small(depth=100)
    monkeypatch.setenv(VARIABLE, "pieces=1_000_000 depth=50 depth=90")
    assert load_settings(tmp_path).limits == small(depth=90, pieces=1_000_000)
    assert load_settings(None).limits == ambient() == small(depth=90, pieces=1_000_000)
    (tmp_path / "archivekit.toml").write_text("[limits]\npieces = 900_000\n")
    assert load_settings(tmp_path).limits == small(depth=90, pieces=900_000)


@pytest.mark.parametrize(
    "said",
    [
        "depth",
        "depth=",
        "depth=x",
        "depth=-1",
        "depth=0",
        "depth=1e9",
        "deepness=1",
        "depth=" + "9" * 5000,
        "=1",
        "depth=١",
        "image_pixels=500000000",
    ],
)
def test_a_limit_that_cannot_be_meant_is_wrong_usage(said: str) -> None:
    with pytest.raises(UsageError):
        parsed([said])


def test_a_limit_out_of_its_bounds_is_wrong_usage_wherever_it_is_said(tmp_path: Path) -> None:
    beyond = small(image_pixels=178_956_971)
    with pytest.raises(UsageError, match=r"limits.image_pixels: expected `int` <= 178956970"):
        pipeline.build(tmp_path, tmp_path / "out", Settings(limits=beyond))
    with pytest.raises(UsageError, match=r"image_pixels"):
        pipeline.build(tmp_path, tmp_path / "out", {"limits": {"image_pixels": 178_956_971}})
    assert parsed(["image_pixels=178956970", "depth=0007"]) == small(image_pixels=178_956_970, depth=7)


def test_the_lower_of_two_limits() -> None:
    assert small(depth=5, pieces=10**9).within(small(depth=9, files=3)) == small(depth=5, files=3)
    assert DEFAULT.within(DEFAULT) == DEFAULT


def test_every_limit_is_in_the_docs_with_its_error() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|([^\n]*)$", DOCS.read_text("utf-8"), re.MULTILINE))
    assert sorted(rows) == sorted(KEYS)
    for key, row in rows.items():
        most = getattr(DEFAULT, key)
        shown = f"{most:,}" if most % (1024 * 1024) else f"{most // 2**20} MiB" if most < 2**30 else f"{most // 2**30} GiB"
        assert f" {shown} |" in row, key
        for name in re.findall(r"`(\w+Error)`", row):
            assert issubclass(getattr(errors, name), ArchiveKitError)


# --- bombs --------------------------------------------------------------------------------------------------------


def _png(width: int, height: int, data: bytes = b"") -> bytes:
    def chunk(kind: bytes, inner: bytes) -> bytes:
        return len(inner).to_bytes(4, "big") + kind + inner + zlib.crc32(kind + inner).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    packed = data or zlib.compress(bytes((width + 1) * height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def peak(work: Callable[[], object]) -> int:
    """The most bytes Python held for it."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


ZEROS = zlib.compress(bytes(8_000_000), 9)


def test_image_bombs_are_not_decoded() -> None:
    gif = (
        b"GIF89a" + (60_000).to_bytes(2, "little") * 2 + b"\x80\0\0" + bytes(6) + b",\0\0\0\0" + b"`\xea`\xea\0\x02\x02L\x01\0;"
    )
    drawings = [
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">' + b"<g>" * 100_000,
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">' + b"<g>" * 900 + b"</g>" * 900 + b"</svg>",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">' + b"<g/>" * 60_000 + b"</svg>",
        b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>',
        b'<!DOCTYPE svg [<!ENTITY % a "x"> %a;]><svg xmlns="http://www.w3.org/2000/svg"/>',
        '<?xml version="1.0" encoding="UTF-16"?><svg xmlns="http://www.w3.org/2000/svg"/>'.encode("utf-16"),
    ]
    began = time.perf_counter()
    for data in (_png(60_000, 60_000, ZEROS), _png(10_000, 6_500, ZEROS), gif):
        assert peak(lambda data=data: images.make(data)) < 20_000_000  # type: ignore[misc]
        assert images.make(data).notice in ("asset.too-large", "asset.broken")
    for data in drawings:
        assert svg.sanitise(data).problem and images.make(data).asset is None
    assert time.perf_counter() - began < 10


def test_zip_bombs_are_not_unpacked(tmp_path: Path) -> None:
    book = tmp_path / "x.epub"
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("mimetype", "application/epub+zip")
        pack.writestr("EPUB/archive.jsonl", bytes(8_000_000))
    with pytest.raises(BookTooLargeError, match=r"unpacks to 8000020 bytes, the limit is 1000000 \(--limit book_bytes=N"):
        extract(book, small(book_bytes=1_000_000))
    liar = book.read_bytes().replace((8_000_000).to_bytes(4, "little"), (500).to_bytes(4, "little"))
    book.write_bytes(liar)

    def read() -> None:
        with pytest.raises(BookError):
            extract(book, small(book_bytes=1_000_000))

    assert peak(read) < 8_000_000
    with zipfile.ZipFile(book, "w", zipfile.ZIP_BZIP2) as pack:
        pack.writestr("mimetype", b"")
        pack.writestr("EPUB/archive.jsonl", bytes(5_000_000))
    with pytest.raises(BookError, match="packed in a way no EPUB is"):
        extract(book)


def _pdf(path: Path, change: Callable[[pikepdf.Pdf], None]) -> Path:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        change(pdf)
        pdf.save(path, compress_streams=False)
    return path


def _attach(pdf: pikepdf.Pdf, data: bytes, filters: pikepdf.Object) -> None:
    stream = pikepdf.Stream(pdf, data, Type=pikepdf.Name("/EmbeddedFile"))
    stream.write(data, filter=filters)
    stream.Params = pikepdf.Dictionary(Size=8_000_000)
    spec = pikepdf.Dictionary(Type=pikepdf.Name("/Filespec"), F="x.jsonl", UF="x.jsonl")
    spec.EF = pikepdf.Dictionary(F=pdf.make_indirect(stream))
    pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=pikepdf.Array(["x.jsonl", spec])))


def test_pdf_bombs_are_not_unpacked(tmp_path: Path) -> None:
    one, two = pikepdf.Name("/FlateDecode"), pikepdf.Array([pikepdf.Name("/FlateDecode")] * 2)
    book = _pdf(tmp_path / "a.pdf", lambda pdf: _attach(pdf, ZEROS, one))
    assert len(extract(book)) == 8_000_000
    with pytest.raises(BookTooLargeError, match="book_bytes=N raises it"):
        extract(book, small(book_bytes=1_000_000))
    assert len(extract(book)) == 8_000_000
    for filters, data in ((two, zlib.compress(ZEROS)), (pikepdf.Name("/RunLengthDecode"), b"\x81\0" * 400 + b"\x80")):
        with pytest.raises(BookError):
            extract(_pdf(tmp_path / "b.pdf", lambda pdf, d=data, f=filters: _attach(pdf, d, f)))  # type: ignore[misc]


def _tree(pdf: pikepdf.Pdf) -> None:
    """A structure tree whose nodes each hold the next one twice."""
    below: pikepdf.Object = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name("/P"), K=0))
    for _ in range(40):
        below = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name("/Sect"), K=pikepdf.Array([below, below])))
    pdf.Root.StructTreeRoot = pdf.make_indirect(pikepdf.Dictionary(K=pikepdf.Array([below])))


def _circle(pdf: pikepdf.Pdf) -> None:
    node = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name("/Sect")))
    node.K = pikepdf.Array([node])
    pdf.Root.StructTreeRoot = pdf.make_indirect(pikepdf.Dictionary(K=pikepdf.Array([node])))


def _forms(pdf: pikepdf.Pdf) -> None:
    """Forms that each draw the next one many times."""
    inner = pikepdf.Stream(pdf, b"")
    for _ in range(11):
        form = pikepdf.Stream(pdf, b"/A Do " * 20, Type=pikepdf.Name("/XObject"), Subtype=pikepdf.Name("/Form"))
        form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(A=inner))
        inner = form
    pdf.pages[0].Contents = pikepdf.Stream(pdf, b"/A Do")
    pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(A=inner))
    pdf.Root.StructTreeRoot = pikepdf.Dictionary()


def _maps(pdf: pikepdf.Pdf) -> None:
    """A font whose map says everything again and again."""
    cmap = b"1 beginbfrange\n" + b"<0000> <ffff> <4e00>\n" * 20_000 + b"endbfrange"
    font = pikepdf.Dictionary(Type=pikepdf.Name("/Font"), ToUnicode=pdf.make_indirect(pikepdf.Stream(pdf, cmap)))
    pdf.pages[0].Contents = pikepdf.Stream(pdf, b"BT /F 9 Tf <0041> Tj ET")
    pdf.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=pdf.make_indirect(font)))
    pdf.Root.StructTreeRoot = pikepdf.Dictionary()


@pytest.mark.parametrize("change", [_tree, _circle, _forms, _maps])
def test_a_pdf_without_end_ends(tmp_path: Path, change: Callable[[pikepdf.Pdf], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_contents, "_FORMS", 1000)
    began = time.perf_counter()
    with pytest.raises(BookError):
        pdf_contents.words(_pdf(tmp_path / "x.pdf", change))
    assert time.perf_counter() - began < 5


def test_a_record_nested_too_deep_is_refused(tmp_path: Path) -> None:
    block: Block = fixtures.paragraph("底")
    for _ in range(300):
        block = Quote((block,))
    line = encode(fixtures.article("a.txt", "题", (block,), language="zh-Hans"))
    (tmp_path / "x.jsonl").write_bytes(line + b"\n")
    report = pipeline.build(tmp_path / "x.jsonl", tmp_path / "out", {"formats": ["jsonl", "epub"]})
    assert report.articles == 1
    for times in (600, 2_000, 200_000):
        deep = line.replace(b'"children":[', b'"children":[' + b'{"type":"quote","children":[' * times, 1)
        deep = deep.replace(b'],"text"', b"]}" * times + b'],"text"', 1)
        (tmp_path / "x.jsonl").write_bytes(deep + b"\n")
        (reading,) = read_tree(tmp_path / "x.jsonl")
        assert isinstance(reading.error, errors.RecordError), reading.error


# --- time ---------------------------------------------------------------------------------------------------------

REPEATED = {
    "html": (
        STAMP,
        "<b> <p>文 <table> <li> <a•href=x> <i></b> <!-- <![CDATA[ &amp &#x41 <td>文</td> <div/> <p><b•id=x> <ul> <ruby> <br>•",
    ),
    "html-attributes": (STAMP, "<p•a=b• <p•a=' <img•src=x• </p•a• <a•b='c'•d='e'•"),
    "markdown": (
        "---\ntitle: 题\n---\n",
        "[ ![ * _ **a ` ``a [a]( [a]:•b¶ >• -• 1.• < <a | ~~ \\ a¶===¶ ]( *a_b <!-- <? & a|b¶-|-¶ ¶¶ [^1] http://a"
        " **“ *•a¶¶ <b>¶¶ <div>¶ `¶"
        " ` `• • 　 •¶¶ 文¶ <br>",
    ),
    "front": ("---\n", "a:•b¶ a:¶••b:¶ -•a¶ a:•[ a:•{ a:•&b•*b¶ ' \" a:•|¶••b¶ ?•a¶ # a:•'b¶ •a¶ a:•>¶"),
    "plain": ("标题\n\n", "文• 文¶ 　　文。¶ （ http:// <p> < & ： \u200b 记者： 2024- 文　文¶ • 　 ¶•¶ 、 “ （文）"),
}
"""What is repeated, below what: the head of each envelope and the pieces that its syntax is made of. A ``•`` is a space in
a piece, a ``¶`` a line end."""
PIECES = [
    (kind, piece.replace("•", " ").replace("¶", "\n")) for kind, (_, pieces) in REPEATED.items() for piece in pieces.split(" ")
]


def _timed(text: str) -> float:
    began = time.process_time()
    with suppress(ArchiveKitError):
        read_source(load("a.txt", text.encode(), small(pieces=10**9, depth=10**9, document_bytes=10**9)), PROFILES)
    return time.process_time() - began


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "piece"), PIECES)
def test_time_grows_with_size(kind: str, piece: str) -> None:
    head = REPEATED[kind][0]
    times = [_timed(head + piece * (size // len(piece)) + "\n---\n文" * (kind == "front")) for size in (4_000, 4_000, 32_000)]
    assert times[2] < 1.0 or times[2] < 24 * times[1], f"{times[1]:.2f} s, eight times as much {times[2]:.2f} s"


@pytest.mark.parametrize(
    "text",
    [
        '{\n"' + "k" * 100_000 + '": {' + ",".join(f'"{at}":1' for at in range(9_000)) + "}\n}\n",
        "---\n" + "k" * 30_000 + ":\n" + "".join(f"  k{at}: 1\n" for at in range(3_000)) + "---\n",
        "+++\n[" + "k" * 30_000 + "]\n" + "".join(f"k{at} = 1\n" for at in range(3_000)) + "+++\n",
    ],
    ids=["json", "yaml", "toml"],
)
def test_long_keys_are_not_multiplied(text: str) -> None:
    assert peak(lambda: split(text)) < 60_000_000


ENORMOUS = {
    "attribute": STAMP + '<p title="' + "字" * 300_000 + '">文</p>',
    "attributes": STAMP + "<p " + " ".join(f"a{at}=1" for at in range(40_000)) + ">文</p>",
    "address": STAMP + '<a href="https://e.example/' + "a." * 200_000 + '">文</a>',
    "host": STAMP + '<a href="https://' + "a." * 200_000 + '/">文</a>',
    "line of HTML": STAMP + "<p>" + "文" * 300_000,
    "line of Markdown": "---\ntitle: 题\n---\n\n" + "文，" * 150_000,
    "line of text": "标题\n\n" + "文字，" * 100_000 + "\n",
    "title": "---\ntitle: " + "题" * 60_000 + "\n---\n\n文。\n",
    "first line": "题" * 300_000,
    "word": "标题\n\n" + "a" * 500_000,
    "srcset": STAMP + '<img srcset="' + "a.png 1x, " * 40_000 + '">文',
    "data address": STAMP + '<img src="data:image/png;base64,' + "A" * 600_000 + '">文',
    "style": STAMP + '<p style="' + "color:red;" * 60_000 + '">文',
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ENORMOUS)
def test_enormous_lines_and_attributes_are_read(name: str) -> None:
    assert _timed(ENORMOUS[name]) < 20
