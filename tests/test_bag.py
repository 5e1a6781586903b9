"""A package any BagIt tool validates, the same from run to run, that can be verified by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bagit
import pytest
import small

from archivekit.bag import bag
from archivekit.building import pipeline
from archivekit.errors import BookError, UsageError
from archivekit.verify import verify


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return small.built(tmp_path_factory.mktemp("bag"), "jsonl", "epub")[:2]


def _tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_package_is_valid_complete_and_the_same_again(built: tuple[Path, Path], tmp_path: Path) -> None:
    corpus, dist = built
    before = {**_tree(corpus), **_tree(dist)}
    one, two = (bag(dist, tmp_path / name, sources=corpus) for name in ("one", "two"))
    assert _tree(one) == _tree(two)
    assert {**_tree(corpus), **_tree(dist)} == before
    script = Path(sys.executable).with_name("bagit.py")
    subprocess.run([str(script), "--quiet", "--validate", str(one)], check=True, capture_output=True)
    assert _tree(one / "data" / "outputs") == _tree(dist)
    assert _tree(one / "data" / "sources") == _tree(corpus)
    info = bagit.Bag(str(one)).info
    assert (info["Bagging-Date"], info["External-Description"]) == ("2023-08-01", "潮汐与纸：样刊")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_a_package_can_be_verified_by_itself(built: tuple[Path, Path], tmp_path: Path) -> None:
    place = bag(built[1], tmp_path / "one", sources=built[0])
    verification = verify(place / "data" / "outputs", sources=place / "data" / "sources")
    assert (verification.findings, verification.sources) == ((), 7)


def test_a_damaged_package_does_not_validate(built: tuple[Path, Path], tmp_path: Path) -> None:
    place = bag(built[1], tmp_path / "one", sources=built[0])
    path = place / "data" / "outputs" / "x.epub"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(place)).validate()


def test_the_date_may_be_given(built: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    place = bag(built[1], tmp_path / "one", sources=built[0])
    assert bagit.Bag(str(place)).info["Bagging-Date"] == "1970-01-02"


@pytest.mark.parametrize("formats", [("epub",), ("jsonl.zst", "jsonl"), ("epub", "jsonl")])
def test_the_date_is_the_latest_of_all_volumes(tmp_path: Path, formats: tuple[str, ...]) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, title, date in (("a", "Alpha", "2005-03-03"), ("b", "Beta", "2020-03-04"), ("c", "Gamma", "2011-11-11")):
        (corpus / f"{name}.md").write_text(f"---\ntitle: {title}\ndate: {date}\n---\n\nWords about {title}.\n")
    settings = {"name": "x", "formats": formats, "order": "path", "volume_articles": 1, "shards": 3}
    report = pipeline.build(corpus, tmp_path / "dist", settings)
    assert len(report.outputs) == 3 + (len(formats) - 1)
    place = bag(tmp_path / "dist", tmp_path / "one", sources=corpus)
    assert bagit.Bag(str(place)).info["Bagging-Date"] == "2020-03-04"


def test_damaged_outputs_are_not_packed(tmp_path: Path) -> None:
    corpus, dist, _ = small.built(tmp_path, "jsonl")
    (dist / "x.jsonl").write_bytes((dist / "x.jsonl").read_bytes()[:-9])
    with pytest.raises(BookError, match=r"dist: is not packed: x\.jsonl: size: expected"):
        bag(dist, tmp_path / "one", sources=corpus)
    assert not (tmp_path / "one").exists()


def test_a_package_is_made_in_a_new_folder_outside(built: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(UsageError, match="exists already"):
        bag(built[1], tmp_path / "there", sources=built[0])
    for folder in built:
        with pytest.raises(UsageError, match="which is packed"):
            bag(built[1], folder / "one", sources=built[0])
