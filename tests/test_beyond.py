"""Builds beyond one machine: corpus, store and outputs behind addresses, work on a Dask cluster, and the same bytes."""

from __future__ import annotations

import filecmp
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small import corpus
from test_remote import memory, upload

from archivekit.building import gathering, pipeline
from archivekit.files.remote import fetched
from archivekit.readings import read_tree
from archivekit.report import Report
from archivekit.verify import verify
from archivekit.workers import cluster

__all__ = ["memory"]

MADE = {"name": "x", "formats": ["jsonl", "jsonl.zst"], "shards": 2}
EVERYTHING = {"name": "x", "formats": ["epub", "pdf", "jsonl", "jsonl.zst", "parquet"], "shards": 2, "volume_articles": 12}


def _same(here: Path, address: str) -> None:
    """Every file behind the address is the one of this folder."""
    with fetched(address) as there:
        names = sorted(file.name for file in there.iterdir())
        assert names == sorted(file.name for file in here.iterdir())
        assert filecmp.cmpfiles(here, there, names, shallow=False) == (names, [], [])


def test_a_build_behind_addresses_has_the_same_bytes(memory: Any, tmp_path: Path) -> None:
    place = corpus(tmp_path / "tides")
    upload(place, "memory://tides")
    here = pipeline.build(place, tmp_path / "out", MADE)
    there = pipeline.build("memory://tides", "memory://out", MADE, quarantine=tmp_path / "bad")
    assert here == there
    assert (tmp_path / "bad" / "empty.txt").read_bytes() == b"\n \n"
    _same(tmp_path / "out", "memory://out")
    assert verify("memory://out").exit_code == 0
    memory.pipe_file("/out/x.jsonl", memory.cat_file("/out/x.jsonl").replace("潮".encode(), "湖".encode()))
    assert verify("memory://out").exit_code == 30


def test_only_what_is_new_behind_an_address_is_read_again(memory: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(corpus(tmp_path / "tides"), "memory://tides")
    read: list[str] = []
    keep = gathering.keep
    monkeypatch.setattr(gathering, "keep", lambda task, found: (read.append(found.path), keep(task, found))[1])

    def build() -> list[str]:
        read.clear()
        pipeline.build("memory://tides", tmp_path / "out", {"formats": ["jsonl"]}, cache=tmp_path / "cache")
        return read

    assert len(build()) == 7
    assert build() == ["empty.txt"]
    memory.pipe_file("/tides/new.txt", "新\n\n又来了一篇。\n".encode())
    assert build() == ["empty.txt", "new.txt"]


def test_shards_are_read_where_they_are(memory: Any, tmp_path: Path) -> None:
    place = corpus(tmp_path / "tides")
    pipeline.build(place, "memory://out", MADE)
    found = [reading.articles for reading in read_tree(["memory://out/*.jsonl.zst"])]
    assert len(found) == 2
    whole = [reading.articles for reading in read_tree(["memory://out/x.jsonl"])]
    assert sum(found, ()) == sum(whole, ())
    pipeline.build("memory://out/*.zst", "memory://again", {"name": "x", "formats": ["jsonl"]}, corpus=place)
    assert memory.cat_file("/again/x.jsonl") == memory.cat_file("/out/x.jsonl")


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, str]]:
    from s3_server import running

    with running() as environment:
        yield environment


@pytest.fixture(scope="module")
def address(s3: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cluster whose workers reach the S3 server."""
    from dask_cluster import running

    with running(tmp_path_factory.mktemp("cluster")) as address:
        yield address


def _many(folder: Path, count: int) -> Path:
    """A corpus with ``count`` articles more, all different."""
    place = corpus(folder)
    for number in range(count):
        first = f"本文是第{number}篇，讲的是潮水与第{number * 7 % 31}座桥之间的事。"
        text = f"第{number}篇\n\n{first}\n\n河水每天涨落{number % 5 + 1}次。\n"
        (place / f"{number:03}.txt").write_text(text, encoding="utf-8")
    return place


@pytest.mark.slow
def test_everything_on_a_cluster_and_s3_has_the_same_bytes(s3: dict[str, str], address: str, tmp_path: Path) -> None:
    place = _many(tmp_path / "tides", 24)
    upload(place, "s3://archive/tides")
    here = pipeline.build(place, tmp_path / "out", EVERYTHING)
    with cluster.connect(address) as workers:
        there = pipeline.build("s3://archive/tides", "s3://archive/out", EVERYTHING, workers=workers)
    assert len(here.outputs) > 7
    assert here == there
    _same(tmp_path / "out", "s3://archive/out")


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_time_but_no_document(s3: dict[str, str], address: str, tmp_path: Path) -> None:
    from dask_cluster import pids

    place = _many(tmp_path / "tides", 400)
    settings = {"name": "x", "formats": ["jsonl"]}
    here = pipeline.build(place, tmp_path / "out", settings)
    killed: list[int] = []

    def kill(what: str, done: int, total: int) -> None:
        if what == "read" and done >= 60 and not killed:
            killed.append(next(iter(victims.values())))
            os.kill(killed[0], signal.SIGKILL)

    victims = pids(address)
    with cluster.connect(address) as workers:
        there = pipeline.build(place, tmp_path / "there", settings, workers=workers, progress=kill)
    assert killed
    assert here == there


@pytest.mark.slow
def test_a_document_that_kills_its_worker_is_quarantined(tmp_path: Path) -> None:
    """The workers of this cluster have a reader that dies of one document."""
    from dask_cluster import running

    place = _many(tmp_path / "tides", 60)
    (place / "deadly.txt").write_text("致命\n\n读到这里，进程就没有了。\n", encoding="utf-8")
    (tmp_path / "cluster").mkdir()
    with running(tmp_path / "cluster", deadly="deadly.txt") as address, cluster.connect(address) as workers:
        report: Report = pipeline.build(place, tmp_path / "out", {"name": "x", "formats": ["jsonl"]}, workers=workers)
    assert [(entry.path, entry.error) for entry in report.quarantined] == [
        ("deadly.txt", "LostProcessError"),
        ("empty.txt", "EmptySourceError"),
    ]
    assert report.articles == 65
