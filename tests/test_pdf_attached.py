"""The files that records were read from, attached to the PDF where it is asked for."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pikepdf
import pytest
from fixtures import article, bundle, paragraph

from archivekit import extract
from archivekit.archive.bundle import Bundle, Group
from archivekit.building import pipeline
from archivekit.building.originals import Originals
from archivekit.config import Settings
from archivekit.corpus.walk import find
from archivekit.model import encode
from archivekit.writers import pdf
from archivekit.writers.pdf import attached

MOMENT = datetime(2024, 4, 19, tzinfo=UTC)
PATHS = ("乙/二.md", "a (1).HTML", "b\\xff.txt", "none")


def records(*paths: str, **more: object) -> Bundle:
    made = tuple(article(path, path, (paragraph("一。"),), language="zh-Hans") for path in paths)
    return bundle(groups=(Group("", made),), **more)


def test_each_source_at_hand_is_attached_once_under_its_path_and_type() -> None:
    made = records(*PATHS, sources={path: path.encode() for path in PATHS[:3]})
    found = attached.sources(made, MOMENT)
    assert [(file.name, file.media_type, file.relationship) for file in found] == [
        ("sources/乙/二.md", "text/markdown", "Source"),
        ("sources/a (1).HTML", "text/html", "Source"),
        ("sources/b\\xff.txt", "text/plain", "Source"),
    ]
    (lacking,) = attached.not_at_hand(made)
    assert lacking.id == "pdf.source-missing"
    assert "none" in lacking.message


def test_what_is_not_as_it_was_read_is_not_taken(tmp_path: Path) -> None:
    for name in ("same.txt", "changed.txt"):
        (tmp_path / name).write_text(name, "utf-8")
    made = records("same.txt", "changed.txt", "gone.txt")
    read = []
    for each in made.articles:
        source = msgspec.structs.replace(each.provenance.source, sha256=hashlib.sha256(b"same.txt").hexdigest())
        read.append(msgspec.structs.replace(each, provenance=msgspec.structs.replace(each.provenance, source=source)))
    made = msgspec.structs.replace(made, groups=(Group("", tuple(read)),))
    assert Originals(find([tmp_path]), Settings().limits).beside(made).sources == {"same.txt": b"same.txt"}


@pytest.mark.slow
def test_attached_sources_are_the_files_and_the_archive_is_still_found(tmp_path: Path) -> None:
    made = records(*PATHS, sources={path: path.encode() for path in PATHS})
    chosen = Settings(name="x", attach_sources=True)
    for name in ("a.pdf", "b.pdf"):
        assert pdf.write(made, tmp_path / name, chosen) == ()
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    with pikepdf.open(tmp_path / "a.pdf") as opened:
        tree = [bytes(name) for name in opened.Root.Names.EmbeddedFiles.Names[::2]]
        assert tree == sorted(tree)
        assert set(opened.attachments) == {"x.jsonl", *(f"sources/{path}" for path in PATHS)}
        assert len(opened.Root.AF) == len(tree) == 5
        found = {str(spec.UF): (spec.AFRelationship, spec.EF.F.read_bytes(), spec.EF.F.Subtype) for spec in opened.Root.AF}
    assert found.pop("x.jsonl")[0] == "/Data"
    assert {name: (str(kind), data) for name, (kind, data, _) in found.items()} == {
        f"sources/{path}": ("/Source", path.encode()) for path in PATHS
    }
    assert found["sources/none"][2] == "/text/plain"
    assert extract.extract(tmp_path / "a.pdf") == b"".join(encode(each) + b"\n" for each in made.articles)


@pytest.mark.slow
def test_a_build_attaches_the_files_it_read(tmp_path: Path) -> None:
    (tmp_path / "corpus" / "文").mkdir(parents=True)
    (tmp_path / "corpus" / "文" / "一.txt").write_text("第一篇\n\n一段文字，说一件事。\n", "utf-8")
    report = pipeline.build(tmp_path / "corpus", tmp_path / "dist", {"formats": ["pdf"], "name": "x", "attach_sources": True})
    assert [notice.id for notice in report.outputs[0].notices] == []
    with pikepdf.open(tmp_path / "dist" / "x.pdf") as opened:
        data = opened.attachments["sources/文/一.txt"].get_file().read_bytes()
    assert data == (tmp_path / "corpus" / "文" / "一.txt").read_bytes()
