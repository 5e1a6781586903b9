"""The comparison with other extractors scores answers as it says, whoever gives them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "quality"
sys.path.insert(0, str(HERE))

import peers  # noqa: E402

KEY: dict[str, Any] = {
    "file": "a.md",
    "folder": "some",
    "title": ["标题"],
    "authors": ["甲"],
    "published": "2024-04-18T09:28:26+08:00",
    "first": ["开头"],
    "last": ["结尾。"],
    "not_body": ["广告"],
}
RIGHT = {"title": "标 题", "authors": ["甲"], "published": "2024-04-18T01:28:26Z", "text": "开头\n正文\n结尾。"}


def test_a_right_answer_is_right_in_every_field() -> None:
    assert peers.score(RIGHT, KEY) == dict.fromkeys(peers.FIELDS, True)
    assert peers.score({**RIGHT, "published": "2024-04-18"}, KEY)["published"]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("title", {"title": "标题 - 网站"}),
        ("authors", {"authors": []}),
        ("published", {"published": "2024-04-19"}),
        ("published", {"published": "April"}),
        ("published", {"published": None}),
        ("first", {"text": "前言开头结尾。"}),
        ("last", {"text": "开头结尾。版权"}),
        ("leaks", {"text": "开头广告结尾。"}),
        ("leaks", {"text": ""}),
    ],
)
def test_a_wrong_answer_is_wrong(field: str, change: dict[str, Any]) -> None:
    assert not peers.score({**RIGHT, **change}, KEY)[field]


def test_a_document_without_an_author_needs_an_answer_without_one() -> None:
    assert peers.score({**RIGHT, "authors": None}, {**KEY, "authors": []})["authors"]
    assert not peers.score(RIGHT, {**KEY, "authors": []})["authors"]


def test_the_table_runs_an_extractor_in_a_process_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "a.md").write_text(
        "---\ntitle: 标题\nauthor: 甲\ndate: 2024-04-18\n---\n\n开头，正文。\n\n结尾。\n", "utf-8"
    )
    shown = peers.compare(tmp_path, sys.executable, [{**KEY, "file": "a.md"}], ["archivekit"])
    head, row = shown.split("\n")
    assert head.split()[:2] == ["extractor", "title"]
    assert row.split()[:3] == ["archivekit", "100.0", "%"]


def test_the_clock_runs_behind_the_documents_that_warm_an_extractor_up(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(3)]
    for path in paths:
        path.write_text(f"标题{path.stem}\n\n正文一段。\n", "utf-8")
    command = [sys.executable, str(HERE / "peers.py"), "--run", "archivekit", "--warm", "2"]
    done = subprocess.run(
        command, input="".join(f"{path}\n" for path in paths), capture_output=True, encoding="utf-8", check=True
    )
    (answer,) = map(json.loads, done.stdout.splitlines())
    assert answer["title"] == "标题2"
    assert 0 < answer["seconds"] < 1


def test_plain_text_becomes_paragraphs_and_html_stays() -> None:
    assert peers.as_html("甲 < 乙\n\n丙") == "<html><body><article><p>甲 &lt; 乙</p><p>丙</p></article></body></html>"
    assert peers.as_html("<p>甲</p>") == "<p>甲</p>"
