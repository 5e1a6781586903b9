"""Golden cases: ``tests/cases/<reader>/<case>/`` holds a document, ``input`` with any ending, and what is read from it.

``article.json`` is the record, indented (a list of them when the document holds several), or ``error.json`` what is
raised; the version of archivekit is masked. A new folder is a new case: nothing to register. ``make accept`` rewrites
what is expected; read the difference before you commit it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from archivekit import readings
from archivekit.errors import ArchiveKitError, InternalError
from archivekit.model import encode

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(path.parent for path in CASES.glob("*/*/input*"))
ACCEPT = os.environ.get("ARCHIVEKIT_ACCEPT") == "1"


def read(folder: Path) -> tuple[str, Any]:
    """The name of the file that is expected and what it holds."""
    (document,) = folder.glob("input*")
    try:
        articles = readings.read(document, root=folder)
    except InternalError:
        raise  # a bug is never what a case expects
    except ArchiveKitError as error:
        return "error.json", {"error": type(error).__name__, "reason": error.message, "offset": error.offset}
    records = [json.loads(encode(article)) for article in articles]
    for record in records:
        assert record["provenance"]["reader"] == folder.parent.name
        record["provenance"]["version"] = "*"
    return "article.json", records[0] if len(records) == 1 else records


@pytest.mark.parametrize("folder", FOLDERS, ids=["/".join(folder.parts[-2:]) for folder in FOLDERS])
def test_a_case_reads_as_expected(folder: Path) -> None:
    name, got = read(folder)
    if ACCEPT:
        for other in {"article.json", "error.json"} - {name}:
            (folder / other).unlink(missing_ok=True)
        (folder / name).write_bytes(msgspec.json.format(msgspec.json.encode(got), indent=1) + b"\n")
    assert (folder / name).exists(), f"read {name}, which is not expected: {got}"
    assert got == json.loads((folder / name).read_bytes())


def test_every_folder_of_a_reader_is_a_case() -> None:
    assert [path for path in CASES.glob("*/*") if path not in FOLDERS] == []
