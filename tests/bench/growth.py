"""Growth: what archivekit alone takes at a few, a thousand, ten thousand documents and more; how long its start takes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .tools import Contender, Kit, archivekit, build, in_turn

FORMATS = ("jsonl", "epub")


def measure(kit: Kit, sizes: Sequence[int]) -> None:
    """Measure JSON Lines and EPUB builds of every size."""
    _builds(kit, "growth", sizes, FORMATS)


def measure_memory(kit: Kit, sizes: Sequence[int]) -> None:
    """Measure JSON Lines builds of large sizes, once each."""
    _builds(kit._replace(runs=1), "memory", sizes, ("jsonl",))


def _builds(kit: Kit, section: str, sizes: Sequence[int], formats: Sequence[str]) -> None:
    results, out = kit.results(section), kit.work / "out"
    for size in sizes:
        documents = kit.documents(size)
        contenders = [Contender(name, build(kit, name, documents), facts=_facts(out, documents, name)) for name in formats]
        in_turn(kit, results, size, contenders, out)


def _facts(out: Path, documents: Path, format: str) -> Callable[[], dict[str, Any]]:
    def facts() -> dict[str, Any]:
        books = sorted(out.glob(f"*.{format}"))
        read = [path for path in documents.rglob("*") if path.suffix in (".txt", ".md", ".html")]
        return {
            "bytes": sum(book.stat().st_size for book in books),
            "volumes": len(books),
            "report_bytes": sum(path.stat().st_size for path in out.glob("*.report.json*")),
            "source_bytes": sum(path.stat().st_size for path in read),
        }

    return facts


def measure_start(kit: Kit, sizes: Sequence[int]) -> None:
    """Measure the start of the command line beside Python's own; ``sizes`` do not matter."""
    del sizes
    contenders = [
        Contender("python -c pass", [sys.executable, "-c", "pass"]),
        Contender("import archivekit", [sys.executable, "-c", "import archivekit"]),
        Contender("archivekit --help", archivekit("--help")),
        Contender("archivekit read, one document", archivekit("read", "--quiet", next((kit.corpus / "feeds").glob("*.txt")))),
    ]
    in_turn(kit._replace(runs=max(5, kit.runs)), kit.results("start"), 0, contenders, kit.work / "out")
