"""Images: found in the folder, decided by their bytes, refused when they could harm."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from pathlib import Path

import msgspec
import pytest
from fixtures import article, provenance
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture

from archivekit import images
from archivekit.images import assets, svg
from archivekit.images.assets import Attached, Finder, with_images
from archivekit.limits import Limits
from archivekit.model import Block, Figure, Image, Link, List, ListItem, Paragraph, Text, walk


def _bytes(format: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (6, 4), **options: object) -> bytes:
    out = io.BytesIO()
    Picture.new(mode, size).save(out, format, **options)
    return out.getvalue()


PNG = _bytes()


def _put(folder: Path, name: str, data: bytes = PNG) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _attach(root: Path | None, document: str, *sources: str, static: tuple[str, ...] = ()) -> Attached:
    body: tuple[Block, ...] = tuple(Figure((Image(src, at=f"{n * 10}:{n * 10 + 5}"),)) for n, src in enumerate(sources))
    return Finder(root, static).attach(article("d", "t", body), None if root is None else root / document)


def _outcome(attached: Attached) -> tuple[list[bool], list[str]]:
    found = [bool(node.asset) for node in walk(attached.article.body) if isinstance(node, Image)]
    return found, [notice.id for notice in attached.article.provenance.notices]


@pytest.mark.parametrize(
    ("file", "document", "src"),
    [
        ("a/1.png", "a/d.md", "1.png"),
        ("a/1.png", "a/d.md", "./1.png"),
        ("i/1.png", "a/d.md", "../i/1.png"),
        ("a/d/1.png", "a/d.md", "1.png"),
        ("images/596/2.gif", "a/b/d.md", "/images/596/2.gif"),
        ("static/images/2.gif", "content/posts/d.md", "/images/2.gif"),
        ("blog/static/images/2.gif", "blog/content/d.md", "/images/2.gif"),
        ("public/x.png", "d.md", "/x.png"),
        ("source/x.png", "source/_posts/d.md", "/x.png"),
        ("assets/x.png", "d.md", "x.png"),
        ("media/up/x.png", "d.md", "/up/x.png"),
        ("a/一 二.png", "a/d.md", "%E4%B8%80%20%E4%BA%8C.png"),
        ("a/100%.png", "a/d.md", "100%.png"),
        ("a/%41.png", "a/d.md", "%41.png"),
        ("a/1.png", "a/d.md", "1.png?v=3#x"),
        ("a/q?x.png", "a/d.md", "q?x.png"),
        ("a/i/1.png", "a/d.md", "i\\1.png"),
        ("a/caf\u0065\u0301.png", "a/d.md", "caf\u00e9.png"),
        ("a/caf\u00e9.png", "a/d.md", "caf\u0065\u0301.png"),
    ],
)
def test_where_a_local_image_is_found(tmp_path: Path, file: str, document: str, src: str) -> None:
    _put(tmp_path, file)
    attached = _attach(tmp_path, document, src, static=("media",))
    assert _outcome(attached) == ([True], [])
    (image,) = (node for node in walk(attached.article.body) if isinstance(node, Image))
    assert attached.assets[image.asset].data == PNG
    assert (image.width, image.height) == ("6", "4")


def test_the_nearest_folder_wins(tmp_path: Path) -> None:
    _put(tmp_path, "static/x.png", _bytes(size=(1, 1)))
    _put(tmp_path, "a/static/x.png", _bytes(size=(2, 2)))
    (asset,) = _attach(tmp_path, "a/posts/d.md", "/x.png").assets.values()
    assert asset.width == 2


@pytest.mark.parametrize(
    "src",
    [
        "../secret.png",
        "../../../../../../../etc/hostname",
        "%2e%2e/secret.png",
        "..%2Fsecret.png",
        "/../secret.png",
        "..\\secret.png",
        "leak.png",
        "folder/secret.png",
        "static/../../secret.png",
        "x" * 5000,
        "nosuch.png",
        "%00",
        ".",
        "/",
    ],
)
def test_nothing_outside_the_corpus_is_read(tmp_path: Path, src: str) -> None:
    root = tmp_path / "corpus"
    root.mkdir()
    _put(tmp_path, "secret.png")
    (root / "leak.png").symlink_to(tmp_path / "secret.png")
    (root / "folder").symlink_to(tmp_path)
    assert _outcome(_attach(root, "d.md", src)) == ([False], ["asset.not-found"])


@pytest.mark.parametrize("src", ["file:///etc/hostname", "javascript:alert(1)", "", "  ", "C:\\1.png", "a\0.png"])
def test_addresses_that_name_no_file(tmp_path: Path, src: str) -> None:
    assert _outcome(_attach(tmp_path, "d.md", src)) == ([False], ["asset.refused"])


def test_remote_images_are_counted_in_one_notice(tmp_path: Path) -> None:
    attached = _attach(tmp_path, "d.md", "https://a.example/1.png", "//a.example/2.png", "HTTP://a.example/3.png")
    (notice,) = attached.article.provenance.notices
    assert (notice.id, notice.span) == ("asset.not-local", (0, 5))
    assert notice.message.startswith("3 images are on the web")


def test_standard_input_has_no_folder() -> None:
    data = "data:image/png;base64," + base64.b64encode(PNG).decode()
    assert _outcome(_attach(None, "", "1.png", data)) == ([False, True], ["asset.not-found"])


@pytest.mark.parametrize(
    ("src", "good"),
    [
        ("data:image/png;base64," + base64.b64encode(PNG).decode(), True),
        ("data:image/png;base64," + base64.b64encode(PNG).decode().rstrip("="), True),
        ("data:image/jpeg;base64,\n " + base64.b64encode(PNG).decode(), True),
        ("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='2' height='2'/%3E", True),
        ("data:image/png;base64,AAAA", False),
        ("data:image/png;base64,A", False),
        ("data:image/png;base64", False),
        ("data:text/html,<script>", False),
    ],
)
def test_data_addresses(tmp_path: Path, src: str, good: bool) -> None:
    found, notices = _outcome(_attach(tmp_path, "d.md", src))
    assert (found, notices) == (([True], []) if good else ([False], ["asset.broken"]))


def test_a_size_the_source_states_is_kept(tmp_path: Path) -> None:
    _put(tmp_path, "1.png")
    body: tuple[Block, ...] = (Figure((Image("1.png", width="60", height="40"), Image("1.png", width="auto"))),)
    attached = Finder(tmp_path).attach(article("d", "t", body), tmp_path / "d.md")
    sizes = [(node.width, node.height) for node in walk(attached.article.body) if isinstance(node, Image)]
    assert sizes == [("60", "40"), ("6", "4")]


def test_images_inside_anything_are_reached() -> None:
    body = List("bullet", (ListItem((Paragraph((Link("u", (Text("x"), Image("1.png"))),)),)),))
    untouched = Paragraph((Text("y"),))
    changed = with_images(body, lambda image: msgspec.structs.replace(image, asset="f" * 64))
    assert [node.asset for node in walk((changed,)) if isinstance(node, Image)] == ["f" * 64]
    assert with_images(untouched, lambda image: image) is untouched


def test_notices_are_added_to_those_there_are(tmp_path: Path) -> None:
    before = article("d", "t", (Figure((Image("no.png"),)),), provenance=provenance("d", profile="p"))
    after = Finder(tmp_path).attach(before, tmp_path / "d.md").article
    assert after.provenance.profile == "p"
    assert [notice.id for notice in after.provenance.notices] == ["asset.not-found"]


# --- bytes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (_bytes("PNG"), "image/png"),
        (_bytes("PNG", "RGBA"), "image/png"),
        (_bytes("PNG", "I;16"), "image/png"),
        (_bytes("JPEG"), "image/jpeg"),
        (_bytes("JPEG", "L"), "image/jpeg"),
        (_bytes("GIF", "P"), "image/gif"),
        (_bytes("WEBP"), "image/webp"),
    ],
)
def test_what_is_embedded_as_it_is(data: bytes, media_type: str) -> None:
    made = images.make(data)
    assert made.asset is not None and not made.notice
    assert (made.asset.media_type, made.asset.data, made.asset.width, made.asset.height) == (media_type, data, 6, 4)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (_bytes("BMP"), "image/png"),
        (_bytes("TIFF"), "image/png"),
        (_bytes("TIFF", "CMYK"), "image/png"),
        (_bytes("AVIF"), "image/jpeg"),
        (_bytes("AVIF", "RGBA"), "image/png"),
        (_bytes("JPEG", "CMYK"), "image/jpeg"),
    ],
)
def test_what_is_converted_says_so_and_always_gives_the_same_bytes(data: bytes, media_type: str) -> None:
    made = images.make(data)
    assert made.asset is not None and made.notice == "asset.converted"
    assert made.asset.media_type == media_type
    with Picture.open(io.BytesIO(made.asset.data)) as picture:
        assert picture.mode in ("RGB", "RGBA") and picture.size == (6, 4)
    assert images.make(data) == made


def test_the_size_is_that_of_the_turned_picture() -> None:
    exif = Picture.Exif()
    exif[0x0112] = 6
    made = images.make(_bytes("JPEG", exif=exif))
    assert made.asset is not None and (made.asset.width, made.asset.height) == (4, 6)


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(9_000, 9_000), (20_000, 20_000), (1, 65_000_000), (100_000, 100_000)])
def test_bombs_are_refused_before_they_are_decoded(size: tuple[int, int]) -> None:
    made = images.make(_png(*size))
    assert made.asset is None and made.notice in ("asset.too-large", "asset.broken")


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", PNG[:40], _bytes("JPEG")[:200], b"<html></html>", b"not an image", b"\0" * 100]
)
def test_what_is_no_image_is_broken(data: bytes) -> None:
    made = images.make(data)
    assert made.asset is None and made.notice == "asset.broken" and "0x" not in made.message


@given(st.data())
def test_damaged_images_never_raise(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([PNG, *(_bytes(kind) for kind in ("JPEG", "GIF", "WEBP", "AVIF", "BMP", "TIFF"))]))
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + data.draw(st.integers(0, 8)) :]
    made = images.make(damaged, Limits(image_pixels=1_000_000))
    assert (made.asset is None) <= bool(made.notice)


# --- SVG ----------------------------------------------------------------------------------------------------------


def _svg(inner: str = "", attributes: str = 'width="20" height="10"') -> bytes:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {names} {attributes}>{inner}</svg>".encode()


def test_a_drawing_is_written_again_and_stays_the_same_when_done_twice() -> None:
    inner = (
        '<!-- c --><metadata>m</metadata><g foo="1" data-x="2" style="fill:url(#a)"><linearGradient id="a"/>'
        '<linearGradient id="a"/><text x="1">甲&amp;乙</text><use xlink:href="#a"/></g>'
        '<x:y xmlns:x="urn:editor">gone</x:y>'
    )
    clean = svg.sanitise(b'<?xml version="1.0"?><!DOCTYPE svg>' + _svg(inner))
    assert clean.problem == ""
    assert clean.data.decode() == (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" height="10" width="20">'
        '<g style="fill:url(#a)"><linearGradient id="a"></linearGradient><linearGradient></linearGradient>'
        '<text x="1">甲&amp;乙</text><use xlink:href="#a"></use></g></svg>'
    )
    assert svg.sanitise(clean.data) == clean


@pytest.mark.parametrize(
    ("inner", "problem"),
    [
        ("<script>alert(1)</script>", "holds a script element"),
        ("<foreignObject/>", "holds a foreignObject element"),
        ('<a xlink:href="https://e.example"><rect/></a>', "holds a a element"),
        ('<image xlink:href="https://e.example/1.png"/>', "holds a image element"),
        ('<animate attributeName="x"/>', "holds a animate element"),
        ('<rect onload="x()"/>', "has a onload handler"),
        ('<use href="https://e.example/#x"/>', "refers to something outside"),
        ('<use xlink:href="data:image/svg+xml,x"/>', "refers to something outside"),
        ('<rect fill="url(https://e.example/#x)"/>', "has a fill attribute that reaches outside"),
        ('<rect style="background:u\\72l(x)"/>', "has a style attribute that reaches outside"),
        ("<style>@import 'x';</style>", "has a style sheet that reaches outside"),
        ("<style>@\\49mport 'x';</style>", "has a style sheet that reaches outside"),
        ("<style>@media print { @import 'x'; }</style>", "has a style sheet that reaches outside"),
        ("<style>rect { fill: url( 'http://e.example' ) }</style>", "has a style sheet that reaches outside"),
        ("<style>rect { fill: url('#a' x) }</style>", "has a style sheet that reaches outside"),
        ('<style>rect { fill: url(a"b) }</style>', "has a style sheet that reaches outside"),
        ("<style>@font-face { src: url(data:font/otf;base64,AA) }</style>", "has a style sheet that reaches outside"),
        ('<style>g { background: image-set("http://e.example/x.png" 1x) }</style>', "has a style sheet that reaches outside"),
        (
            "<g style=\"background: -webkit-image-set('http://e.example/x.png' 1x)\"/>",
            "has a style attribute that reaches outside",
        ),
        ("<style><desc/>@import url(http://e.example/a.css);</style>", "has a style sheet with elements in it"),
        ("<style><metadata/>@import 'x';</style>", "has a style sheet with elements in it"),
        ("<style>@im<!-- -->port 'x';</style>", "has a style sheet that reaches outside"),
        ("<style><![CDATA[@import 'x';]]></style>", "has a style sheet that reaches outside"),
        ('<rect fill="' + "(" * 600_000 + '"/>', "has more than 524288 characters of CSS"),
        ("<g>" * 100 + "</g>" * 100, "is nested too deep"),
    ],
)
def test_what_could_run_or_fetch_is_refused(inner: str, problem: str) -> None:
    assert svg.sanitise(_svg(inner)).problem.startswith(problem)


def test_of_two_references_the_newer_spelling_counts() -> None:
    clean = svg.sanitise(_svg('<use xlink:href="#old" href="#new"/>'))
    assert b'<use xlink:href="#new"></use>' in clean.data
    assert svg.sanitise(_svg('<use xlink:href="https://e.example/#old" href="#new"/>')).problem


@pytest.mark.parametrize(
    "inner",
    [
        "<style>text { font-family: '\\5b8b\\4f53'; fill: url(#a); stroke: URL( '#b' ) }</style>",
        "<style>@font-face { font-family: x; src: local('Song') } /* url(x) */ text::before { content: 'url(x)' }</style>",
        '<text font-family="\\5b8b" transform="rotate(45 1,1) scale(2)" fill="rgb(1,2,3)">image-set("x")</text>',
    ],
)
def test_styles_that_stay_inside_are_kept(inner: str) -> None:
    clean = svg.sanitise(_svg(inner))
    assert clean.problem == "" and svg.sanitise(clean.data) == clean


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE svg [<!ENTITY a "b">]>' + _svg("&a;"),
        _svg("<g>"),
        b"<svg>no namespace</svg>",
        _svg(attributes='width="0" height="1"'),
        _svg(attributes='viewBox="a b c d"'),
        _svg().decode().encode("utf-16"),
        b"<svg " * 10,
    ],
)
def test_what_cannot_be_parsed_is_refused(data: bytes) -> None:
    assert svg.sanitise(data).problem


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="20" height="10"', (20, 10)),
        ('width="20px" height="10.4px"', (20, 10)),
        ('width="100%" viewBox="0 0 30 40"', (30, 40)),
        ('viewBox="0,0,30,40"', (30, 40)),
        ("", (300, 150)),
    ],
)
def test_the_size_of_a_drawing(attributes: str, size: tuple[int, int]) -> None:
    made = images.make(_svg(attributes=attributes))
    assert made.asset is not None and (made.asset.width, made.asset.height) == size


def test_an_archive_of_any_size_fits_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "RECENT_BYTES", 3 * len(PNG))
    for n in range(9):
        _put(tmp_path, f"{n}.png")
    finder = Finder(tmp_path)
    body: tuple[Block, ...] = tuple(Figure((Image(f"{n}.png"),)) for n in (*range(9), 0))
    attached = finder.attach(article("d", "t", body), tmp_path / "d.md")
    assert _outcome(attached) == ([True] * 10, [])
    assert len(finder._made) == 3
