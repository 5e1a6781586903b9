"""Same sources, same settings, same version: same bytes, whatever the machine's mood."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def _build(corpus: str, cwd: Path, out: Path, **environment: str) -> dict[str, bytes]:
    command = [sys.executable, "-m", "archivekit", "build", corpus, "--out", str(out), "--name", "x", "--format", "jsonl"]
    kept = {key: value for key, value in os.environ.items() if key not in ("SOURCE_DATE_EPOCH", "PYTHONHASHSEED", "TZ")}
    subprocess.run([*command, "--quiet"], cwd=cwd, env={**kept, **environment}, check=True, timeout=120)
    return {path.name: path.read_bytes() for path in out.iterdir()}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return _build(str(ROOT / "corpus"), ROOT, tmp_path_factory.mktemp("reference"))


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "2", "TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "0"},
    ],
)
def test_hash_seed_time_zone_and_locale(reference: dict[str, bytes], tmp_path: Path, environment: dict[str, str]) -> None:
    assert _build(str(ROOT / "corpus"), ROOT, tmp_path / "out", **environment) == reference


def test_folder_and_file_order(reference: dict[str, bytes], tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "corpus"
    files = sorted((path for path in (ROOT / "corpus").rglob("*") if path.is_file()), reverse=True)
    for file in files:
        target = copy / file.relative_to(ROOT / "corpus")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    assert _build("corpus", copy.parent, tmp_path / "out") == reference


def test_files_one_by_one_give_the_records_of_the_folder(reference: dict[str, bytes], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "archivekit", "read", "--root", "corpus", "corpus"]
    read = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120).stdout
    assert sorted(read.split(b"\n")) == sorted(reference["x.jsonl"].split(b"\n"))
