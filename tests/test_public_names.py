"""What ``import archivekit`` offers, and what it costs."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import archivekit

HEAVY = ("weasyprint", "ebooklib", "bs4", "justhtml", "markdown_it", "frontmatter", "opencc", "PIL", "rich", "lxml")


def test_all_is_sorted_complete_and_documented() -> None:
    assert archivekit.__all__ == sorted(archivekit.__all__)
    assert set(archivekit.__all__) == {"__version__", *archivekit._HOME} == set(dir(archivekit))
    for name in archivekit._HOME:
        assert inspect.getdoc(getattr(archivekit, name)), name


@pytest.mark.parametrize("name", ["read", "read_tree", "build", "write", "json_schema"])
def test_functions_are_typed(name: str) -> None:
    signature = inspect.signature(getattr(archivekit, name))
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(one.annotation is not inspect.Parameter.empty for one in signature.parameters.values())


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nosuch'"):
        _ = archivekit.nosuch  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "arguments", [["-c", "import archivekit"], ["-m", "archivekit", "--help"], ["-m", "archivekit", "schema"]]
)
def test_nothing_heavy_is_imported_before_it_is_needed(arguments: list[str]) -> None:
    assert _imported(*arguments).isdisjoint(HEAVY)


def test_nothing_that_reads_documents_is_imported_to_read_records() -> None:
    sample = Path(__file__).parent.parent / "dist" / "sample.jsonl"
    imported = _imported("-m", "archivekit", "read", str(sample))
    assert imported.isdisjoint({"bs4", "justhtml", "markdown_it", "frontmatter", "archivekit.edits", "archivekit.accounting"})


def _imported(*arguments: str) -> set[str]:
    """What a run of Python imports."""
    run = subprocess.run([sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    assert "archivekit" in imported
    return imported
