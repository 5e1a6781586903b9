"""The bench's inputs are the same every time and no two alike; its pages say what was measured and what was not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from bench import cost, render
from bench.generate import Generator
from bench.measure import run
from bench.results import Results, failed, middle, run_of
from bench.words import number, size

from archivekit.reading import load_profiles, read_source
from archivekit.source import load
from archivekit.versions import groups
from archivekit.versions.fingerprint import normal, similarity, sketch

CORPUS = Path(__file__).parent.parent / "corpus"


@pytest.fixture(scope="module")
def generator() -> Generator:
    return Generator(CORPUS)


def test_a_document_is_known_by_seed_and_number(generator: Generator) -> None:
    one, other = Generator(CORPUS), Generator(CORPUS, seed=1)
    for count in (3, 29, 51):
        assert one.document(count) == generator.document(count)
        assert other.document(count).data != one.document(count).data


def test_no_two_documents_of_one_sample_are_alike(generator: Generator) -> None:
    profiles = load_profiles([CORPUS / "profiles"])
    samples = len(generator.templates)
    for first in (1, 4, 14, samples - 1):
        documents = [generator.document(first + times * samples) for times in range(3)]
        articles = [read_source(load(one.path, one.data), profiles)[0] for one in documents]
        sketches = [sketch(normal(article.text)) for article in articles]
        assert similarity(sketches[0], sketches[1]) < 0.3 > similarity(sketches[1], sketches[2])
        assert groups(articles) == ()
        for what in ("title", "text", "id"):
            assert len({getattr(article, what) for article in articles}) == 3
        urls = {article.url for article in articles}
        assert len(urls) == 3 or urls == {None}


def test_a_command_is_measured_with_its_children() -> None:
    inner = "import time; held = bytearray(30_000_000); time.sleep(0.3)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    measured = run([sys.executable, "-c", outer])
    assert measured.code == 0 and measured.seconds >= 0.3
    assert measured.tree_mb > measured.process_mb > 30 or not Path("/proc/self/stat").exists()
    assert run([sys.executable, "-c", "while True: pass"], limit=0.1).code is None


def test_a_row_takes_the_place_of_its_earlier_self(tmp_path: Path) -> None:
    good = {"seconds": 2.0, "cpu": 1.0, "tree_mb": 10.0, "process_mb": 9.0, "code": 0, "load": 0.0}
    results = Results(tmp_path, "epub")
    results.put({"size": 5, "tool": "archivekit", "runs": [good]})
    results.put({"size": 5, "tool": "pandoc", "runs": [], "missing": "not installed"})
    results.put({"size": 5, "tool": "archivekit", "runs": [good, {**good, "seconds": 4.0}, {**good, "seconds": 9.0}]})
    read = Results(tmp_path, "epub")
    assert [row["tool"] for row in read] == ["archivekit", "pandoc"]
    assert middle(read.rows[0], "seconds") == 4.0
    assert failed(read.rows[1]) == "not installed" and middle(read.rows[1], "seconds") is None
    assert "| pandoc | not installed |" in render.page(tmp_path)


def test_a_run_that_did_not_end_has_no_figures(tmp_path: Path) -> None:
    measured = run([sys.executable, "-c", "raise SystemExit(3)"])
    row = {"size": 5, "tool": "archivekit", "runs": [run_of(measured)]}
    assert middle(row, "seconds") is None and failed(row) == "failed, exit code 3"


def test_the_costs_are_computed_from_the_results(tmp_path: Path) -> None:
    assert cost.page(tmp_path) == ""
    results = Results(tmp_path, "growth")
    for count, seconds in ((1000, 11.0), (10_000, 101.0)):
        run_ = {"seconds": seconds, "cpu": seconds, "tree_mb": 100.0, "process_mb": 100.0, "code": 0, "load": 0.0}
        facts = {"bytes": count * 8000, "source_bytes": count * 7000, "volumes": 1}
        results.put({"size": count, "tool": "jsonl", "runs": [run_], "facts": facts})
    page = cost.page(tmp_path)
    assert "| reading and JSON Lines | 10.0 | 360,000 | 8.00 kB |" in page
    assert "does not grow" in page


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0.0, "0.00"), (0.0123, "0.012"), (1.5, "1.50"), (12.34, "12.3"), (123.4, "123"), (12345.0, "12,300")],
)
def test_figures_have_three_places(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_bytes_have_the_unit_that_suits_them() -> None:
    assert [size(one) for one in (12, 12_000, 1_500_000, 2e12)] == ["12 bytes", "12.0 kB", "1.50 MB", "2.00 TB"]
