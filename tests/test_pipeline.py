"""The loop: one bad file never costs another, outputs appear whole, the same sources give the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fixtures import RED, paragraph

from archivekit import reading, readings
from archivekit import report as reports
from archivekit.archive.bundle import Bundle
from archivekit.building import pipeline
from archivekit.config import Settings
from archivekit.errors import (
    BookError,
    ConfigError,
    InternalError,
    MarkupLimitError,
    NothingToBuildError,
    OutputError,
    UsageError,
)
from archivekit.model import Article, Figure, Image, Notice, decode, encode, plain_text
from archivekit.readers.draft import Draft
from archivekit.reading import Read
from archivekit.sites import Profiles
from archivekit.source import Source
from archivekit.writers import BookWriter, _one_by_one

RAISED: dict[str, Callable[[], BaseException]] = {
    "typed": lambda: MarkupLimitError("too deep", path="d", offset=7),
    "bug": lambda: ZeroDivisionError("division by zero"),
    "deep": lambda: RecursionError("maximum recursion depth exceeded"),
    "memory": lambda: MemoryError(),
}


def _read(source: Source, profiles: Profiles) -> tuple[Read, ...]:
    """A reader for these tests: the first line is the title, or what to raise; a line with a dot is an image."""
    first, _, rest = source.text.partition("\n")
    if first.startswith("raise "):
        raise RAISED[first[6:].strip()]()
    draft = Draft(source, "lines")
    title = "\ud800" if first == "half a character" else first
    draft.set("title", title, 0, len(first), "lines.title")
    draft.body = tuple(Figure((Image(line),)) if "." in line else paragraph(line) for line in rest.split("\n") if line)
    draft.fields["text"] = plain_text(draft.body)
    return (Read(draft.article()),)


@pytest.fixture(autouse=True)
def _lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_with_profiles", _read)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.txt").write_text("One\nwords\n1.png\n")
    (folder / "b.txt").write_text("Two\nmore\n")
    (folder / "1.png").write_bytes(RED.data)
    return folder


JSONL = Settings(name="x", formats=("jsonl",))


def _records(out: Path) -> list[Article]:
    return [decode(line) for line in (out / "x.jsonl").read_bytes().split(b"\n") if line]


def test_a_build(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    report = pipeline.build(corpus, out, JSONL)
    assert sorted(path.name for path in out.iterdir()) == ["x.jsonl", "x.report.json"]
    assert [record.title for record in _records(out)] == ["One", "Two"]
    assert (report.title, report.articles, report.exit_code) == ("corpus", 2, 0)
    assert json.loads((out / "x.report.json").read_bytes())["outputs"][0]["sha256"] == report.outputs[0].sha256
    assert [(entry.path, entry.reason) for entry in report.skipped] == [("1.png", "extension")]


def test_a_bug_is_placed_in_the_package_whatever_folder_that_is_cloned_into(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope: dict[str, Any] = {"__name__": "elsewhere"}
    exec(compile("def fails(*given): return 1 / 0", "/src/archivekit/elsewhere.py", "exec"), scope)
    monkeypatch.setattr(reading, "read_with_profiles", scope["fails"])
    (found,) = readings.read_tree([corpus / "a.txt"])
    assert str(found.error).startswith("a.txt: ZeroDivisionError: division by zero (readings.py:")


def test_a_build_into_the_folder_it_reads_is_no_news_to_the_next(corpus: Path) -> None:
    first = pipeline.build(corpus, corpus / "dist", JSONL)
    again = pipeline.build(corpus, corpus / "dist", JSONL)
    assert (again.skipped, again.sources, again.outputs) == (first.skipped, first.sources, first.outputs)


def test_images_reach_the_record_and_the_bundle(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Bundle] = []

    def fake(bundle: Bundle, target: Path, settings: Settings) -> tuple[Notice, ...]:
        seen.append(bundle)
        target.write_bytes(b"x")
        return ()

    monkeypatch.setattr(pipeline, "writer", lambda name: BookWriter(fake, partial(_one_by_one, fake)))
    pipeline.build(corpus, tmp_path / "dist", Settings(formats=("epub",)))
    assert dict(seen[0].assets) == {RED.sha256: RED}
    (one, _) = readings.read_tree(corpus)
    assert dict(one.assets) == {RED.sha256: RED}


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (b"raise typed", "MarkupLimitError", "too deep"),
        (b"raise bug", "InternalError", "ZeroDivisionError: division by zero (readings.py:"),
        (b"raise deep", "InternalError", "RecursionError: maximum recursion depth exceeded (readings.py:"),
        (b"raise memory", "InternalError", "MemoryError:  (readings.py:"),
        (b"half a character", "InternalError", "UnicodeEncodeError: "),
        (b"", "EmptySourceError", "the file is empty"),
        (b" \n\t\n", "EmptySourceError", "the file is empty"),
        (
            b"x" * 17_000_000,
            "SourceTooLargeError",
            "17000000 bytes, the limit is 16777216 (--limit document_bytes=N raises it)",
        ),
    ],
)
def test_one_bad_file_costs_no_other(corpus: Path, tmp_path: Path, content: bytes, kind: str, reason: str) -> None:
    (corpus / "bad.txt").write_bytes(content)
    report = pipeline.build(corpus, tmp_path / "dist", JSONL)
    (entry,) = report.quarantined
    assert (entry.path, entry.error) == ("bad.txt", kind)
    assert entry.reason.startswith(reason)
    assert entry.offset == (7 if kind == "MarkupLimitError" else None)
    assert entry.sha256 == (None if kind == "SourceTooLargeError" else hashlib.sha256(content).hexdigest())
    assert report.exit_code == 3
    assert [record.title for record in _records(tmp_path / "dist")] == ["One", "Two"]


def test_what_never_ends_costs_no_other(corpus: Path, tmp_path: Path) -> None:
    report = pipeline.build([corpus, "/dev/zero"], tmp_path / "dist", JSONL, quarantine=tmp_path / "aside")
    (entry,) = report.quarantined
    assert (entry.path, entry.error, entry.sha256) == ("dev/zero", "SourceTooLargeError", None)
    assert not (tmp_path / "aside").exists() and len(_records(tmp_path / "dist")) == 2


def test_a_stop_is_not_taken_for_a_bad_file(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RAISED, "stop", KeyboardInterrupt)
    (corpus / "c.txt").write_text("raise stop")
    with pytest.raises(KeyboardInterrupt):
        pipeline.build(corpus, tmp_path / "dist", JSONL)
    assert not (tmp_path / "dist").exists()


def test_read_raises_what_build_would_quarantine(tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_text("raise bug")
    with pytest.raises(InternalError) as caught:
        readings.read(path)
    assert caught.value.path == "bad.txt"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("names", [[], ["1.png"], [".hidden.txt"]])
def test_a_folder_without_a_document(tmp_path: Path, names: list[str]) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    for name in names:
        (folder / name).write_text("x")
    with pytest.raises(NothingToBuildError, match="no document among the paths given"):
        pipeline.build(folder, tmp_path / "dist", JSONL)
    assert not (tmp_path / "dist").exists()


def test_a_folder_with_bad_files_only(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    for name in "abcd":
        (tmp_path / "c" / name).write_text("raise typed")
    with pytest.raises(NothingToBuildError, match="no document could be read: a: too deep; b: too deep; c: too deep; …"):
        pipeline.build(tmp_path / "c", tmp_path / "dist", JSONL)


@pytest.mark.parametrize("end", [1, 300, 1 << 20])
def test_the_outputs_of_a_report_are_read_without_the_rest(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: int
) -> None:
    monkeypatch.setattr(reports, "_END", end)
    title = '\n  "outputs": [],'
    for formats in (["jsonl", "epub"], ["epub"]):
        report = pipeline.build(corpus, tmp_path / "out", {"formats": formats, "name": "x", "title": title})
        assert reports.outputs(tmp_path / "out" / "x.report.json") == report.outputs
        assert sorted(path.name for path in (tmp_path / "out").glob("x.*")) == sorted(
            ["x.report.json", *(output.file for output in report.outputs)]
        )
    (tmp_path / "none").write_bytes(b"{}")
    with pytest.raises(BookError):
        reports.outputs(tmp_path / "none")


def test_earlier_outputs_survive_every_failure(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "dist"
    pipeline.build(corpus, out, JSONL)
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def broken(bundle: Bundle, target: Path, settings: Settings) -> tuple[Notice, ...]:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device", str(target))

    good = pipeline.writer("jsonl")
    monkeypatch.setattr(
        pipeline, "writer", lambda name: BookWriter(broken, partial(_one_by_one, broken)) if name == "epub" else good
    )
    (corpus / "a.txt").write_text("Changed\n")
    with pytest.raises(OutputError, match="No space left"):
        pipeline.build(corpus, out, Settings(name="x", formats=("jsonl", "epub")))
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_an_output_folder_that_cannot_be_made(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="Not a directory"):
        pipeline.build(corpus, tmp_path / "file" / "dist", JSONL)


@pytest.mark.parametrize("formats", [("docx",), ("",), ("epub", "../x")])
def test_an_unknown_format_is_wrong_usage(corpus: Path, tmp_path: Path, formats: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="unknown format"):
        pipeline.build(corpus, tmp_path / "dist", Settings(formats=formats))


def test_the_same_bytes_twice_are_in_the_archive_once(corpus: Path, tmp_path: Path) -> None:
    (corpus / "z.txt").write_text("Two\nmore\n")
    report = pipeline.build(corpus, tmp_path / "dist", JSONL)
    assert [(entry.path, entry.same_as) for entry in report.duplicates] == [("z.txt", "b.txt")]
    assert report.articles == 2 and report.exit_code == 0


def test_settings_come_from_the_folder_and_the_call_wins(corpus: Path, tmp_path: Path) -> None:
    (corpus / "archivekit.toml").write_text('name = "x"\ntitle = "Of the file"\nformats = ["jsonl"]\norder = "title"\n')
    report = pipeline.build(corpus, tmp_path / "dist", {"title": "Of the call"})
    assert (report.title, report.settings.order, report.settings.formats) == ("Of the call", "title", ("jsonl",))
    (corpus / "archivekit.toml").write_text("titel = 1\n")
    with pytest.raises(ConfigError, match="did you mean 'title'"):
        pipeline.build(corpus, tmp_path / "dist")


def test_the_title_of_a_single_article_is_that_of_its_bundle(corpus: Path, tmp_path: Path) -> None:
    assert pipeline.build(corpus / "b.txt", tmp_path / "dist", JSONL).title == "Two"


@pytest.mark.parametrize("value", ["x", "-1", "1.5", "9" * 12, "١"])
def test_a_senseless_source_date_epoch_is_wrong_usage(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        pipeline.build(corpus, tmp_path / "dist", JSONL)


def test_jsonl_to_articles_to_jsonl_is_the_identity(corpus: Path, tmp_path: Path) -> None:
    pipeline.build(corpus, tmp_path / "dist", JSONL)
    records = _records(tmp_path / "dist")
    assert b"".join(encode(record) + b"\n" for record in records) == (tmp_path / "dist" / "x.jsonl").read_bytes()
    pipeline.write(reversed(records), tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "dist" / "x.jsonl").read_bytes()


def test_write_refuses_what_it_cannot_do(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(NothingToBuildError):
        pipeline.write([], tmp_path / "x.jsonl")
    with pytest.raises(UsageError, match="unknown format"):
        pipeline.write(readings.read(corpus / "a.txt"), tmp_path / "x")


def test_progress_goes_from_nothing_to_all(corpus: Path, tmp_path: Path) -> None:
    said: list[tuple[str, int, int]] = []
    pipeline.build(corpus, tmp_path / "dist", JSONL, progress=lambda *step: said.append(step))
    assert said == [("read", 0, 2), ("read", 1, 2), ("read", 2, 2), ("jsonl", 0, 1), ("jsonl", 1, 1)]


def test_the_report_does_not_say_when_or_where(corpus: Path, tmp_path: Path) -> None:
    reports = []
    for out in (tmp_path / "one", tmp_path / "two"):
        pipeline.build(corpus, out, JSONL)
        reports.append((out / "x.report.json").read_bytes())
    assert reports[0] == reports[1]
    assert str(tmp_path).encode() not in reports[0]


def test_what_is_no_longer_made_goes_when_the_new_comes(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    pipeline.build(corpus, out, Settings(name="x", formats=("jsonl", "epub"), volume_articles=1))
    (out / "x-2.epub").write_bytes(b"changed by hand")
    (out / "x-3.epub").write_bytes(b"not ours")
    pipeline.build(corpus, out, Settings(name="x", formats=("epub",)))
    assert sorted(path.name for path in out.iterdir()) == ["x-2.epub", "x-3.epub", "x.epub", "x.report.json"]
