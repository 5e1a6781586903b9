"""The committed archive is what the sample corpus gives today: same records, same pages of the EPUB."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from archivekit.building import pipeline

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SOURCE_DATE_EPOCH", raising=False)
        report = pipeline.build(ROOT / "corpus", out, {"name": "sample", "formats": ["epub", "jsonl"]})
    assert report.exit_code == 0
    return out


def _pages(path: Path) -> dict[str, bytes]:
    """The files of an EPUB that do not depend on the fonts of the machine: all but the cover's picture."""
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist() if not name.endswith("cover.jpg")}


def test_the_records_are_the_same(rebuilt: Path) -> None:
    assert (rebuilt / "sample.jsonl").read_bytes() == (DIST / "sample.jsonl").read_bytes(), "run `make demo` and commit dist/"


def test_the_pages_of_the_epub_are_the_same(rebuilt: Path) -> None:
    new, old = _pages(rebuilt / "sample.epub"), _pages(DIST / "sample.epub")
    assert new.keys() == old.keys()
    assert [name for name in new if new[name] != old[name]] == [], "run `make demo` and commit dist/"


def test_everything_is_there() -> None:
    assert {path.name for path in DIST.iterdir()} >= {f"sample.{kind}" for kind in ("epub", "pdf", "jsonl", "report.json")}
