"""The quality measure counts what it says it counts, and the labels it reads are well formed."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent / "quality"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("quality_measure", HERE / "measure.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


measure = _load()
LABELS: list[dict[str, Any]] = measure.read_labels(HERE / "labels")

RECORD: dict[str, Any] = {
    "title": "A title  with spaces",
    "contributors": [{"name": "Ann Lee", "role": "aut"}, {"name": "Bo", "role": "edt"}],
    "publisher": "The Paper",
    "published": {"value": "2024-04-18T09:28:26+08:00", "precision": "second", "zone_basis": "site"},
    "url": "https://example.org/%E7%AF%87",
    "language": "en",
    "body": [
        {"type": "paragraph", "children": [{"type": "text", "text": "First words, "}, {"type": "text", "text": "then more."}]},
        {
            "type": "figure",
            "images": [{"type": "image", "src": "https://example.org/a.png", "alt": "never read"}],
            "caption": [{"type": "text", "text": "A caption"}],
            "credit": [{"type": "text", "text": "A credit"}],
        },
        {"type": "paragraph", "children": [{"type": "text", "text": "Last words."}]},
    ],
    "provenance": {"source": {"sha256": "00" * 32}},
}
KEY: dict[str, Any] = {
    "file": "a.md",
    "folder": "some",
    "sha256": "00" * 32,
    "title": ["A title with spaces"],
    "authors": ["ann lee"],
    "contributors": [["Bo", "edt"], ["Ann Lee", "aut"]],
    "contributors_include": [["Bo", "edt"]],
    "publisher": ["Another", "The Paper"],
    "published": "2024-04-18T01:28:26+00:00",
    "url": "https://example.org/篇",
    "language": "en",
    "images": 1,
    "captions": ["A cap", "A credit"],
    "first": ["First words"],
    "last": ["Last words."],
    "not_body": ["A caption", "icon-zoom"],
}


def test_a_right_record_is_right_in_every_field() -> None:
    assert measure.score(RECORD, KEY) == dict.fromkeys(measure.FIELDS, True)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("title", {"title": "Another title"}),
        ("title", {"title": None}),
        ("authors", {"contributors": [{"name": "Bo", "role": "edt"}]}),
        ("contributors", {"contributors": [{"name": "Ann Lee", "role": "aut"}]}),
        ("contributors_include", {"contributors": [{"name": "Bo", "role": "trl"}]}),
        ("publisher", {"publisher": None}),
        ("published", {"published": {"value": "2024-04-18T09:28:26Z"}}),
        ("published", {"published": {"value": "2024-04-18"}}),
        ("published", {"published": None}),
        ("url", {"url": "https://example.org/%E7%AF%87?utm_source=rss"}),
        ("language", {"language": "zh-Hans"}),
        ("images", {"body": RECORD["body"][:1]}),
        ("captions", {"body": RECORD["body"][:1]}),
        ("first", {"body": RECORD["body"][1:]}),
        ("last", {"body": RECORD["body"][:-1]}),
        ("leaks", {"body": [{"type": "paragraph", "children": [{"type": "text", "text": "A  caption"}]}]}),
        ("leaks", {"body": [{"type": "image", "src": "https://example.org/icon-zoom.png"}]}),
    ],
)
def test_a_wrong_field_is_wrong(field: str, change: Mapping[str, Any]) -> None:
    assert not measure.score({**RECORD, **change}, KEY)[field]


def test_no_author_means_no_author() -> None:
    assert not measure.score(RECORD, {**KEY, "authors": []})["authors"]
    assert measure.score(RECORD, {**KEY, "authors": [], "authors_also": [["Ann Lee"]]})["authors"]


def test_an_absent_value_is_wanted_when_the_label_says_null() -> None:
    assert measure.score({**RECORD, "published": None, "url": None}, {**KEY, "published": None, "url": None})["published"]
    assert not measure.score(RECORD, {**KEY, "published": None})["published"]


def test_an_undetermined_language_may_name_its_script() -> None:
    assert measure.score({**RECORD, "language": "und-Latn"}, {**KEY, "language": "und"})["language"]
    assert not measure.score({**RECORD, "language": "und-Latn"}, KEY)["language"]


def test_only_the_fields_a_label_gives_are_judged() -> None:
    bare = {name: KEY[name] for name in ("title", "publisher", "published", "url", "language", "not_body")}
    assert set(measure.score(RECORD, {**bare, "publisher": []})) == {"title", "published", "url", "language", "leaks"}


def test_the_table_counts_missing_records_as_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "labels").mkdir()
    labels = [KEY, {**KEY, "sha256": "11" * 32, "file": "b.md"}]
    (tmp_path / "labels" / "some.jsonl").write_text("".join(json.dumps(one) + "\n" for one in labels), "utf-8")
    (tmp_path / "archive.jsonl").write_text(json.dumps({**RECORD, "language": "und"}) + "\n", "utf-8")
    assert measure.main([str(tmp_path / "archive.jsonl"), "--labels", str(tmp_path / "labels"), "--wrong"]) == 1
    shown = capsys.readouterr().out
    assert "some/b.md\tno record" in shown
    assert 'some/a.md\tlanguage\texpected "en"\tgot "und"' in shown
    assert "2 documents, 1 without a record, 12 of 26 fields right" in shown


def test_a_field_below_its_floor_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "some.jsonl").write_text(json.dumps(KEY) + "\n", "utf-8")
    (tmp_path / "archive.jsonl").write_text(json.dumps({**RECORD, "language": "und"}) + "\n", "utf-8")
    argv = [str(tmp_path / "archive.jsonl"), "--labels", str(tmp_path / "labels"), "--floors", str(tmp_path / "floors.toml")]
    (tmp_path / "floors.toml").write_text("[right]\ntitle = 1\nlanguage = 0\n", "utf-8")
    assert measure.main(argv) == 0
    (tmp_path / "floors.toml").write_text("[right]\ntitle = 1\nlanguage = 1\n", "utf-8")
    assert measure.main(argv) == 1
    assert "language: 0 right, the floor is 1" in capsys.readouterr().out
    (tmp_path / "floors.toml").write_text("[right]\ntilte = 1\n", "utf-8")
    with pytest.raises(SystemExit, match="tilte"):
        measure.main(argv)


def test_every_field_has_a_floor() -> None:
    floors = tomllib.loads((HERE / "floors.toml").read_text("utf-8"))["right"]
    assert set(floors) == set(measure.FIELDS)


def test_labels_name_each_document_once() -> None:
    assert len({key["sha256"] for key in LABELS}) == len(LABELS)
    assert len(LABELS) >= 12 * 12


@pytest.mark.parametrize("key", LABELS, ids=lambda key: f"{key['folder']}/{key['file'][:24]}")
def test_a_label_is_well_formed(key: Mapping[str, Any]) -> None:
    assert {"file", "folder", "sha256", "title", "publisher", "published", "url", "language", "not_body"} <= set(key)
    assert key["title"] and isinstance(key["publisher"], list)
    for moment in (key["published"], *key.get("published_also", ())):
        assert moment is None or len(moment) == 10 or measure.instant(moment)
    assert key["language"] in ("zh-Hans", "zh-Hant", "en", "ja", "und")
    ends = [*key.get("first", ()), *key.get("last", ())]
    assert all(ends) and max(map(len, ends), default=0) <= 30, "labels quote the ends of a text, never the text"


def test_labels_are_of_the_documents_they_name() -> None:
    shared = os.environ.get("ARCHIVEKIT_SHARED")
    if not shared:
        pytest.skip("ARCHIVEKIT_SHARED is not set: the labelled documents are not here")
    for key in LABELS:
        data = (Path(shared) / "corpora" / key["folder"] / key["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == key["sha256"], key["file"]
