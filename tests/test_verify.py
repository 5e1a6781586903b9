"""What verify promises: one line when all is well; every flipped byte of every file found and placed."""

from __future__ import annotations

import json
import random
import re
import shutil
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pikepdf
import pytest
import small
from PIL import Image as Picture

from archivekit import report as reports
from archivekit.building import pipeline
from archivekit.config import Settings
from archivekit.errors import UsageError
from archivekit.files import sums
from archivekit.images import assets
from archivekit.limits import Limits
from archivekit.model import Article, decode, encode
from archivekit.verify import Verification, verify
from archivekit.verify import encode as as_json
from archivekit.verify.findings import Finding
from archivekit.verify.rederive import rederived

OUTPUTS = ("x.jsonl", "x.epub", "x.pdf", "x.report.json")
FLIPS = 6
"""In each file, in the default run."""
MANY = 60
"""In each file, in the slow run."""


class Archive(NamedTuple):
    """A corpus and what was built from it."""

    corpus: Path
    dist: Path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return Archive(*small.built(tmp_path_factory.mktemp("verify"))[:2])


@pytest.fixture
def archive(whole: Archive, tmp_path: Path) -> Archive:
    """A copy that a test may damage."""
    shutil.copytree(whole.corpus, tmp_path / "corpus")
    shutil.copytree(whole.dist, tmp_path / "dist")
    return Archive(tmp_path / "corpus", tmp_path / "dist")


def _ids(verification: Verification) -> set[str]:
    return {finding.id for finding in verification.findings}


def test_all_is_well(whole: Archive) -> None:
    verification = verify(whole.dist, sources=whole.corpus)
    assert verification.findings == ()
    assert verification.exit_code == 0
    assert (verification.outputs, verification.articles, verification.sources) == (3, 5, 7)
    assert verify(whole.dist).sources is None
    assert json.loads(as_json(verification))["findings"] == []


def test_nothing_is_written(archive: Archive) -> None:
    def state() -> dict[str, tuple[bytes, int]]:
        files = [path for folder in archive for path in folder.rglob("*") if path.is_file()]
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    before = state()
    verify(archive.dist, sources=archive.corpus)
    assert state() == before


# --- flips --------------------------------------------------------------------------------------------------------


def _flip(path: Path, offset: int, mask: int) -> Callable[[], None]:
    """Change one byte; what is returned puts the file back."""
    data = path.read_bytes()
    path.write_bytes(data[:offset] + bytes([data[offset] ^ mask]) + data[offset + 1 :])
    return lambda: path.write_bytes(data) and None


def _offsets(path: Path, count: int) -> Iterator[tuple[int, int]]:
    """Where to flip which bits: the ends of the file and places in between, the same in every run."""
    chance, size = random.Random(path.name), path.stat().st_size
    for offset in (0, size - 1, *(chance.randrange(size) for _ in range(count - 2))):
        yield offset, chance.choice((0x01, 0x20, 0x80, 0xFF))


def _placed(findings: tuple[Finding, ...], name: str, offset: int) -> bool:
    """Whether a finding names the file, and the bytes around the offset where the file is an output."""
    for finding in findings:
        if finding.file != name:
            continue
        if finding.id in ("report.damaged", "report.unreadable", "source.changed", "quarantine.differs"):
            return True
        span = re.match(r"bytes (\d+)–(\d+)", finding.field or "")
        if finding.id == "output.damaged" and span and int(span[1]) <= offset < int(span[2]):
            return True
    return False


def _flipped(archive: Archive, path: Path, name: str, count: int) -> list[str]:
    lost = []
    for offset, mask in _offsets(path, count):
        restore = _flip(path, offset, mask)
        verification = verify(archive.dist, sources=archive.corpus)
        if not _placed(verification.findings, name, offset) or verification.exit_code != 30:
            lost.append(f"{name} byte {offset} mask {mask:#x}: {verification.findings}")
        restore()
    return lost


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_flip_in_an_output_is_found_and_placed(archive: Archive, name: str) -> None:
    assert _flipped(archive, archive.dist / name, name, FLIPS) == []


@pytest.mark.parametrize("name", [*small.TAKEN[1:], "empty.txt", "winds-again.txt"])
def test_a_flip_in_a_source_is_found_and_placed(archive: Archive, name: str) -> None:
    for output in ("x.epub", "x.pdf"):
        _forget(archive.dist, output)
    assert _flipped(archive, archive.corpus / name, name, 3) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", OUTPUTS)
def test_many_flips_in_an_output(archive: Archive, name: str) -> None:
    assert _flipped(archive, archive.dist / name, name, MANY) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [*small.TAKEN[1:], "empty.txt", "winds-again.txt"])
def test_many_flips_in_a_source(archive: Archive, name: str) -> None:
    for output in ("x.epub", "x.pdf"):
        _forget(archive.dist, output)
    assert _flipped(archive, archive.corpus / name, name, MANY) == []


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("change", ["cut", "longer", "emptied", "gone"])
def test_other_damage_is_found(archive: Archive, name: str, change: str) -> None:
    path = archive.dist / name
    data = path.read_bytes()
    if change == "gone":
        path.unlink()
        if name == "x.report.json":
            with pytest.raises(UsageError, match=r"no NAME\.report\.json"):
                verify(archive.dist)
            return
    else:
        path.write_bytes({"cut": data[: len(data) // 2], "longer": data + b"\n", "emptied": b""}[change])
    findings = verify(archive.dist).findings
    assert any(finding.file == name for finding in findings)


# --- damage that the report does not know of: hashes are made to agree ---------------------------------------------


def _reseal(dist: Path, **changes: object) -> None:
    """Write a report that agrees with the files as they are."""
    path = dist / "x.report.json"
    report = reports.decode(path.read_bytes())
    outputs = tuple(
        reports.output(one.file, sums.of(dist / one.file), one.notices) for one in report.outputs if (dist / one.file).exists()
    )
    changed = msgspec.structs.replace(report, **{"outputs": outputs, **changes})
    reports.write(changed, path)


def _forget(dist: Path, name: str) -> None:
    (dist / name).unlink()
    _reseal(dist)


def _records(dist: Path) -> list[Article]:
    return [decode(line) for line in (dist / "x.jsonl").read_bytes().splitlines()]


def _rewrite(path: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Change one file of an EPUB."""
    with zipfile.ZipFile(path) as book:
        parts = [(info, book.read(info)) for info in book.infolist()]
    with zipfile.ZipFile(path, "w") as book:
        for info, data in parts:
            book.writestr(info, change(data) if info.filename == name else data)


def _field(verification: Verification, id: str, file: str) -> set[tuple[str | None, str | None]]:
    return {(one.article, one.field) for one in verification.findings if one.id == id and one.file == file}


def test_a_record_that_differs_between_outputs(archive: Archive) -> None:
    records = _records(archive.dist)
    other = msgspec.structs.replace(records[1], title="Another title", tags=("one",))
    lines = [encode(one) for one in (records[0], other, *records[2:])]
    (archive.dist / "x.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    _reseal(archive.dist)
    verification = verify(archive.dist)
    for file in ("x.epub", "x.pdf"):
        assert _field(verification, "record.differs", file) == {(other.id, "title"), (other.id, "tags")}
        assert (other.id, "title") in _field(verification, "page.differs", file)


def test_a_record_that_is_gone_or_new(archive: Archive) -> None:
    lines = (archive.dist / "x.jsonl").read_bytes().splitlines(keepends=True)
    (archive.dist / "x.jsonl").write_bytes(b"".join(lines[:-1]))
    _reseal(archive.dist)
    verification = verify(archive.dist)
    assert _field(verification, "record.unknown", "x.pdf") == {(decode(lines[-1]).id, None)}
    assert {"identifier", "articles", "sources"} == {one.field for one in verification.findings if one.id == "report.differs"}
    (archive.dist / "x.jsonl").write_bytes(b"".join([*lines, lines[0]]))
    _reseal(archive.dist)
    assert _field(verify(archive.dist), "record.missing", "x.epub") == {(decode(lines[0]).id, None)}


def test_a_word_of_a_page_of_the_epub(archive: Archive) -> None:
    record = _records(archive.dist)[0]
    word = record.text[200:206]
    name = f"EPUB/a-{record.id.replace('.', '-')}.xhtml"
    _rewrite(archive.dist / "x.epub", name, lambda data: data.replace(word.encode(), b"forged"))
    _reseal(archive.dist)
    (finding,) = verify(archive.dist).findings
    assert (finding.id, finding.file, finding.article) == ("page.differs", "x.epub", record.id)
    assert finding.field and finding.field.startswith("body.")
    assert word in str(finding.expected) and "forged" in str(finding.found)


def test_a_page_of_the_epub_that_is_gone_or_broken(archive: Archive) -> None:
    record = _records(archive.dist)[0]
    name = f"EPUB/a-{record.id.replace('.', '-')}.xhtml"
    _rewrite(archive.dist / "x.epub", name, lambda data: data.replace(b"</section>", b""))
    _reseal(archive.dist)
    assert ("part.unreadable", name) in {(one.id, one.field) for one in verify(archive.dist).findings}
    _rewrite(archive.dist / "x.epub", "EPUB/archive.jsonl", lambda data: data.replace(b'"tags"', b'"togs"', 1))
    _reseal(archive.dist)
    assert "record.invalid" in _ids(verify(archive.dist))


def test_words_that_a_page_of_the_pdf_lost(archive: Archive) -> None:
    path = archive.dist / "x.pdf"
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for page in list(pdf.pages)[3:6]:
            kept = [one for one in pikepdf.parse_content_stream(page) if str(one.operator) not in ("Tj", "TJ")]
            page.obj.Contents = pdf.make_stream(pikepdf.unparse_content_stream(kept))
        pdf.save(path)
    _reseal(archive.dist)
    findings = verify(archive.dist).findings
    assert {(one.id, one.file) for one in findings} <= {("page.differs", "x.pdf"), ("page.missing", "x.pdf")}
    assert findings and all(one.article for one in findings)


def test_facts_of_the_report(archive: Archive) -> None:
    _reseal(archive.dist, articles=6, identifier="urn:uuid:0")
    findings = verify(archive.dist).findings
    assert {(one.file, one.field) for one in findings} == {("x.report.json", "articles"), ("x.report.json", "identifier")}


def test_what_does_not_follow_from_the_record(archive: Archive) -> None:
    for output in ("x.epub", "x.pdf"):
        _forget(archive.dist, output)
    records = _records(archive.dist)
    source = records[0].provenance.evidence["title"]
    wrong = msgspec.structs.replace(source, span=(source.span[0] + 1, source.span[1] + 1) if source.span else None)
    evidence = {**records[0].provenance.evidence, "title": wrong}
    made = msgspec.structs.replace(records[0].provenance, evidence=evidence)
    changed = msgspec.structs.replace(records[0], text="short", provenance=made)
    (archive.dist / "x.jsonl").write_bytes(b"".join(encode(one) + b"\n" for one in (changed, *records[1:])))
    _reseal(archive.dist)
    verification = verify(archive.dist, sources=archive.corpus)
    assert _field(verification, "record.derived", "x.jsonl") == {(changed.id, "text")}
    path = changed.provenance.source.path
    assert _field(verification, "span.differs", path) == {(changed.id, "provenance.evidence.title")}
    assert (changed.id, "text") in _field(verification, "record.not-derived", path)


def test_a_source_that_says_something_else_now(archive: Archive) -> None:
    path = archive.corpus / "pasted" / "winds.txt"
    path.write_text(path.read_text().replace("A Short Table of Winds", "A Long Table of Winds", 1))
    verification = verify(archive.dist, sources=archive.corpus)
    assert _field(verification, "source.changed", "pasted/winds.txt") == {(None, "sha256")}
    fields = {field for _, field in _field(verification, "record.not-derived", "pasted/winds.txt")}
    assert "title" in fields and not any(str(field).endswith(".at") for field in fields)


def test_sources_that_are_gone_or_can_be_read_now(archive: Archive) -> None:
    (archive.corpus / "feeds" / "tide.txt").unlink()
    (archive.corpus / "empty.txt").write_text("A title\n\nAnd some words.\n")
    (archive.corpus / "winds-again.txt").write_text("Not the same bytes.\n\nAt all.\n")
    found = {(one.id, one.file) for one in verify(archive.dist, sources=archive.corpus).findings}
    expected = {
        ("source.missing", "feeds/tide.txt"),
        ("quarantine.differs", "empty.txt"),
        ("source.changed", "winds-again.txt"),
    }
    assert found == expected


def test_sources_are_held_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "RECENT_BYTES", 2_000_000)
    (tmp_path / "corpus").mkdir()
    chance = random.Random(1)
    for number in range(12):
        Picture.frombytes("RGB", (600, 600), chance.randbytes(1_080_000)).save(tmp_path / "corpus" / f"{number}.png")
        text = f"---\ntitle: Number {number}\n---\n\n![]({number}.png)\n\n" + f"Tide {number} of the day.\n" * 20
        (tmp_path / "corpus" / f"{number}.md").write_text(text)
    settings = {"formats": ["jsonl"], "images": "none"}
    report = pipeline.build(tmp_path / "corpus", tmp_path / "dist", settings)
    records = [decode(line) for line in (tmp_path / "dist" / "archive.jsonl").read_bytes().splitlines()]
    tracemalloc.start()
    found = list(rederived(report, records, tmp_path / "corpus", None, Limits(image_bytes=2_000_000)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [] and len(records) == 12
    assert peak < 9_000_000


def test_a_stray_output_and_an_interrupted_switch(archive: Archive) -> None:
    (archive.dist / "x-2.epub").write_bytes(b"")
    place = archive.dist / ".archivekit-1.part"
    (place / "new").mkdir(parents=True)
    (place / "new" / "x.pdf").write_bytes(b"")
    (place / "journal").write_text('{"names":["x.pdf"],"kept":[]}')
    found = {(one.id, one.file) for one in verify(archive.dist).findings}
    assert found == {("output.stray", "x-2.epub"), ("switch.interrupted", "x.pdf")}


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        verify(tmp_path / "nosuch")
    with pytest.raises(UsageError, match="no such folder"):
        verify(tmp_path, sources=tmp_path / "nosuch")
    with pytest.raises(UsageError, match="no NAME"):
        verify(tmp_path)


def test_volumes_are_one_archive(archive: Archive) -> None:
    settings = {"name": "v", "formats": ["epub", "jsonl"], "volume_articles": 2}
    report = pipeline.build(archive.corpus, archive.dist, settings)
    assert [output.file for output in report.outputs] == ["v-1.epub", "v-2.epub", "v-3.epub", "v.jsonl"]
    assert verify(archive.dist, sources=archive.corpus).findings == ()
    (archive.dist / "v-2.epub").unlink()
    found = {(one.id, one.file) for one in verify(archive.dist).findings}
    assert ("output.missing", "v-2.epub") in found


def test_every_finding_is_documented() -> None:
    code = "".join(path.read_text() for path in (small.ROOT / "archivekit").rglob("*.py"))
    made = set(re.findall(r'Finding\(\s*id="([a-z.-]+)"', code)) | set(re.findall(r'differences\(\s*"([a-z.-]+)"', code))
    page = (small.ROOT / "docs" / "verify.md").read_text()
    rows = {name for row in re.findall(r"^\| (`[^|]*) \|", page, re.MULTILINE) for name in re.findall(r"`([a-z.-]+)`", row)}
    assert made == rows


def test_a_finding_names_everything() -> None:
    finding = Finding(id="record.differs", file="x.epub", article="ab.0", field="title", expected="a", found="b")
    assert str(finding) == "x.epub: ab.0: title: expected 'a', found 'b' [record.differs]"
    assert str(Finding(id="x", file="y")) == "y: not as it should be [x]"


def test_evidence_that_ends_in_a_damaged_byte_is_no_finding(tmp_path: Path) -> None:
    found = small.ROOT / "tests" / "fuzz" / "finds" / "evidence-ends-in-a-damaged-byte.txt"
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_bytes(found.read_bytes())
    pipeline.build(tmp_path / "corpus", tmp_path / "dist", Settings(formats=("jsonl",)))
    assert verify(tmp_path / "dist", sources=tmp_path / "corpus").findings == ()
