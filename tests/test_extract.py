"""Round trips: records out of books, books out of records, and records of every schema there ever was."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import fixtures
import jsonschema
import msgspec
import pikepdf
import pytest
import small
from hypothesis import given
from hypothesis import strategies as st

import archivekit
from archivekit import extract, migrate, readings
from archivekit.building import pipeline
from archivekit.config import Settings
from archivekit.errors import BookError, RecordError, TooManyFailuresError, UsageError
from archivekit.extract import pdf as pdf_contents
from archivekit.extract import pictures
from archivekit.model import SCHEMA, decode, encode, json_schema
from archivekit.verify import printed
from archivekit.writers import writer

SHARED = os.environ.get("ARCHIVEKIT_SHARED")
RECORDS = sorted((Path(__file__).parent / "data" / "records").rglob("*.jsonl"))
needs_corpora = pytest.mark.skipif(not SHARED, reason="ARCHIVEKIT_SHARED is not set: no real corpora")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return small.built(tmp_path_factory.mktemp("extract"))[:2]


# --- books give back their records --------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["epub", "pdf", "jsonl"])
def test_a_book_gives_back_its_records(built: tuple[Path, Path], suffix: str) -> None:
    assert extract.extract(built[1] / f"x.{suffix}") == (built[1] / "x.jsonl").read_bytes()


@pytest.mark.parametrize("suffix", ["epub", "pdf"])
def test_awkward_records_come_back(tmp_path: Path, suffix: str) -> None:
    bundle = fixtures.bundle()
    writer(suffix).write(bundle, tmp_path / "book", Settings())
    assert extract.extract(tmp_path / "book") == b"".join(encode(record) + b"\n" for record in bundle.records)


def test_awkward_words_are_printed(tmp_path: Path) -> None:
    bundle = fixtures.bundle()
    writer("epub").write(bundle, tmp_path / "x.epub", Settings())
    parts = {name: data for name, data in extract.members(tmp_path / "x.epub") if isinstance(data, bytes)}
    assert list(printed.in_epub("x.epub", bundle.articles, parts)) == []
    writer("pdf").write(bundle, tmp_path / "x.pdf", Settings())
    found = list(printed.in_pdf("x.pdf", bundle.articles, pdf_contents.words(tmp_path / "x.pdf")))
    assert [str(finding) for finding in found] == []


def test_the_images_of_a_book(built: tuple[Path, Path]) -> None:
    found = list(pictures(built[1] / "x.epub"))
    named = {node.asset for record in _records(built[1]) for node in _images(record)}
    assert {picture.sha256 for picture in found} == named and named
    assert all(picture.data for picture in found)


def _records(dist: Path) -> list[Any]:
    return [decode(line) for line in (dist / "x.jsonl").read_bytes().splitlines()]


def _images(record: Any) -> Iterator[Any]:
    from archivekit.model import Image, walk

    return (node for node in walk(record.body) if isinstance(node, Image) and node.asset)


def _no_archive(path: Path, target: Path) -> None:
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(target, "w") as out:
        for info in book.infolist():
            if info.filename != extract.ARCHIVE:
                out.writestr(info, book.read(info))


def _no_attachment(path: Path, target: Path) -> None:
    with pikepdf.open(path) as pdf:
        del pdf.attachments["x.jsonl"]
        pdf.save(target)


def _cut(path: Path, target: Path) -> None:
    data = path.read_bytes()
    target.write_bytes(data[: len(data) // 3])


@pytest.mark.parametrize(
    ("name", "harm", "message"),
    [
        ("x.epub", _no_archive, "archive.jsonl cannot be read: There is no item named"),
        ("x.pdf", _no_attachment, "0 attached JSON Lines archives, there should be one"),
        ("x.epub", _cut, "cannot be read: File is not a zip file"),
        ("x.pdf", _cut, "cannot be read as a PDF"),
    ],
)
def test_a_book_that_does_not_give_its_records(
    built: tuple[Path, Path], tmp_path: Path, name: str, harm: Callable[[Path, Path], None], message: str
) -> None:
    harm(built[1] / name, tmp_path / name)
    with pytest.raises(BookError, match=message):
        extract.extract(tmp_path / name)


@pytest.mark.parametrize("data", [b"", b"words", b"\x89PNG\r\n", b"PK", b"%PDF-"])
def test_what_is_no_book(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(BookError):
        extract.extract(tmp_path / "x")
    with pytest.raises(UsageError, match="no such file"):
        extract.extract(tmp_path / "nosuch")


@given(st.binary(max_size=300), st.sampled_from([b"PK\x03\x04", b"%PDF-1.7\n", b'{"schema":']))
def test_bytes_of_any_kind_raise_nothing_else(tmp_path_factory: pytest.TempPathFactory, data: bytes, head: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(head + data)
    with suppress(BookError):
        extract.extract(path)
    with suppress(BookError):
        pdf_contents.words(path)


# --- records give back their books --------------------------------------------------------------------------------


def test_the_records_alone_build_the_same_books(built: tuple[Path, Path], tmp_path: Path) -> None:
    corpus, dist = built
    pipeline.build(dist / "x.jsonl", tmp_path / "again", {"name": "x"}, corpus=corpus)
    for name in ("x.jsonl", "x.epub", "x.pdf"):
        assert (tmp_path / "again" / name).read_bytes() == (dist / name).read_bytes(), name


def test_the_records_in_a_book_build_the_same_records(built: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "from-pdf.jsonl").write_bytes(extract.extract(built[1] / "x.pdf"))
    pipeline.build(tmp_path / "from-pdf.jsonl", tmp_path / "again", {"name": "x", "formats": ["jsonl"]})
    assert (tmp_path / "again" / "x.jsonl").read_bytes() == (built[1] / "x.jsonl").read_bytes()


def test_records_without_their_images_get_placeholders_and_stay(built: tuple[Path, Path], tmp_path: Path) -> None:
    pipeline.build(built[1] / "x.jsonl", tmp_path / "again", {"name": "x", "formats": ["jsonl", "epub"]})
    assert extract.extract(tmp_path / "again" / "x.epub") == (built[1] / "x.jsonl").read_bytes()
    assert list(pictures(tmp_path / "again" / "x.epub")) == []


def _identical(folder: Path) -> tuple[int, list[str]]:
    """How many records a folder gives, and those that do not come back from JSON as they were."""
    tried, lost = 0, []
    for reading in readings.read_tree(folder):
        for record in reading.articles:
            tried += 1
            line = encode(record)
            again = decode(line)
            if again != record or encode(again) != line:
                lost.append(record.id)
    return tried, lost


def test_every_record_of_the_sample_comes_back() -> None:
    tried, lost = _identical(small.ROOT / "corpus")
    assert tried >= 29 and lost == []


@pytest.mark.slow
@needs_corpora
def test_every_record_of_the_corpora_comes_back() -> None:
    tried, lost = _identical(Path(str(SHARED)) / "corpora")
    print(f"round trips tried {tried}, not identical {len(lost)}")
    assert tried >= 800 and lost == []


@pytest.mark.slow
@needs_corpora
@pytest.mark.parametrize("name", ["plain-text", "rss-front-matter", "bom-and-typed-titles", "broken-html"])
def test_corpora_are_built_again_from_their_records(tmp_path: Path, name: str) -> None:
    corpus = Path(str(SHARED)) / "corpora" / name
    pipeline.build(corpus, tmp_path / "dist", {"name": "x"})
    pipeline.build(tmp_path / "dist" / "x.jsonl", tmp_path / "again", {"name": "x"}, corpus=corpus)
    for file in ("x.jsonl", "x.epub", "x.pdf"):
        assert (tmp_path / "again" / file).read_bytes() == (tmp_path / "dist" / file).read_bytes(), file
        assert extract.extract(tmp_path / "dist" / file) == (tmp_path / "dist" / "x.jsonl").read_bytes()


# --- schemas ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", RECORDS, ids=[f"{path.parent.name}-{path.stem}" for path in RECORDS])
def test_frozen_records_are_read(path: Path) -> None:
    """These files are never written again: what was once a record is one for ever."""
    lines = path.read_bytes().splitlines()
    validator = jsonschema.Draft202012Validator(json_schema())
    assert lines
    for line in lines:
        article = migrate.upgrade(line)
        assert article.schema == SCHEMA
        validator.validate(msgspec.json.decode(encode(article)))
        if path.parent.name == f"v{migrate.CURRENT}":
            assert encode(article) == line


def test_every_version_has_frozen_records() -> None:
    assert {path.parent.name for path in RECORDS} == {f"v{version}" for version in range(1, migrate.CURRENT + 1)}
    assert set(migrate.STEPS) == set(range(1, migrate.CURRENT))


def _line(schema: object) -> bytes:
    record: dict[str, Any] = msgspec.json.decode(encode(fixtures.bundle().articles[0]))
    return msgspec.json.encode({**record, "schema": schema})


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("archivekit/article/2", "is of the schema archivekit/article/2, this archivekit reads archivekit/article/1 and older"),
        ("archivekit/article/999", "a newer one is needed"),
        ("archivekit/article/0", "its schema is 'archivekit/article/0'"),
        ("archivekit/article/x", "its schema is 'archivekit/article/x'"),
        ("archivekit/report/1", "its schema is 'archivekit/report/1'"),
        ("", "its schema is ''"),
        (1, "is not a record"),
    ],
)
def test_an_unknown_schema_is_refused(tmp_path: Path, schema: object, message: str) -> None:
    with pytest.raises(RecordError, match=message):
        migrate.upgrade(_line(schema))


def test_a_newer_record_is_set_aside_with_its_place(tmp_path: Path) -> None:
    good = _line(SCHEMA)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "a.txt").write_bytes(good + b"\n" + _line("archivekit/article/2") + b"\n")
    (reading,) = readings.read_tree(tmp_path / "c")
    assert (reading.error, len(reading.articles)) == (None, 1)
    (error,) = reading.damaged
    assert str(error).startswith(f"a.txt@{len(good) + 1}: line 2 is of the schema archivekit/article/2")
    (strict,) = readings.read_tree(tmp_path / "c", strict=True)
    assert isinstance(strict.error, RecordError)
    with pytest.raises(RecordError, match="line 2 is of the schema"):
        readings.read(tmp_path / "c" / "a.txt")


def test_a_damaged_line_costs_no_other_line(tmp_path: Path) -> None:
    texts = [f"第{n}篇\n\n这里有些话，{n}。\n".encode() for n in range(3)]
    records = [encode(archivekit.read_bytes(text, path=f"{n}.txt")[0]) for n, text in enumerate(texts)]
    lines = [records[0], b"damaged", records[1], records[2]]
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "a.txt").write_bytes(b"\n".join(lines))
    at = len(lines[0]) + 1
    for _ in range(2):
        report = archivekit.build(tmp_path / "c", tmp_path / "out", {"formats": ["jsonl"]}, cache=tmp_path / "cache")
        assert (report.articles, len(report.sources), report.exit_code) == (3, 1, 3)
        (entry,) = report.quarantined
        assert (entry.path, entry.error, entry.offset) == ("a.txt", "RecordError", at)
        assert [(one.reason, one.offset) for one in report.sources[0].damaged] == [(entry.reason, at)]
    checked = archivekit.verify.verify(tmp_path / "out", sources=tmp_path / "c")
    assert (checked.findings, checked.sources) == ((), 1)
    (tmp_path / "c" / "a.txt").write_bytes(b"\n".join(records))
    found = archivekit.verify.verify(tmp_path / "out", sources=tmp_path / "c").findings
    assert {"source.changed", "quarantine.differs"} <= {finding.id for finding in found}
    with pytest.raises(TooManyFailuresError):
        (tmp_path / "c" / "a.txt").write_bytes(b"\n".join(lines))
        archivekit.build(tmp_path / "c", tmp_path / "out", {"formats": ["jsonl"]}, max_failures=0)


def test_older_records_go_through_every_step() -> None:
    def first(record: dict[str, Any]) -> dict[str, Any]:
        return {**record, "schema": "archivekit/article/2", "title": record["title"] + " one"}

    def second(record: dict[str, Any]) -> dict[str, Any]:
        return {**record, "schema": SCHEMA, "title": record["title"] + " two"}

    article = migrate.upgrade(_line(SCHEMA), {1: first, 2: second}, 3)
    assert article.title == f"{fixtures.bundle().articles[0].title} one two"
    with pytest.raises(RecordError, match="archivekit/article/1, which never was"):
        migrate.upgrade(_line(SCHEMA), {2: second}, 3)
    with pytest.raises(RecordError, match="is not a record"):
        migrate.upgrade(_line(SCHEMA), {1: lambda record: {"schema": SCHEMA}}, 2)
