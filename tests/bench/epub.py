"""EPUB: one book of the same articles by archivekit, pandoc, calibre and percollate; a bare zip of the pages is the floor."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from . import verdicts
from .tools import Contender, Kit, build, contender, in_turn, program

ZIP: Final = """
import sys, zipfile
from pathlib import Path
folder, target = Path(sys.argv[1]), sys.argv[2]
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
    for path in sorted(path for name in sys.argv[3:] for path in folder.glob(name) if path.is_file()):
        stored = path.suffix in (".png", ".jpg", ".gif", ".webp")
        book.write(path, path.relative_to(folder), zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED)
"""


def measure(kit: Kit, sizes: Sequence[int]) -> None:
    """Measure every program on every size."""
    results = kit.results("epub")
    for size in sizes:
        in_turn(kit, results, size, contenders(kit, size), kit.work / "out")


def contenders(kit: Kit, size: int) -> list[Contender]:
    """The programs and what each is told."""
    documents, pages, out = kit.documents(size), kit.pages(size), kit.work / "out"
    book = out / "book.epub"
    one_volume = ("--volume-articles", "0", "--volume-mb", "0")
    records = pages / "records.jsonl"
    inside = {"folder": pages, "facts": _facts(kit, book)}
    pandoc: list[str | Path] = [
        "-f",
        "html",
        "-t",
        "epub3",
        "--split-level=1",
        "--toc",
        "--metadata",
        "title=Bench",
        "-o",
        book,
        "book.html",
    ]
    calibre: list[str | Path] = ["index.html", book, "--epub-version", "3", "--language", "zh", "--title", "Bench"]
    several = [path.relative_to(pages) for path in sorted((pages / "p").glob("*.html"))]
    return [
        Contender("archivekit", build(kit, "epub", documents, *one_volume), facts=_facts(kit, book)),
        Contender(
            "archivekit, from its records",
            build(kit, "epub", records, "--corpus", documents, *one_volume),
            facts=_facts(kit, book),
        ),
        contender("pandoc", kit.pandoc(), pandoc, **inside),
        contender("calibre", program("ebook-convert"), calibre, **inside),
        contender(
            "percollate",
            kit.percollate if kit.percollate.exists() else None,
            ["epub", "--no-cover", "--title", "Bench", "-o", book, *several],
            **inside,
        ),
        Contender(
            "bare zip",
            [sys.executable, "-c", ZIP, pages, out / "book.zip", "p/*", "i/*"],
            facts=lambda: {"bytes": (out / "book.zip").stat().st_size},
        ),
    ]


def _facts(kit: Kit, book: Path) -> Callable[[], dict[str, Any]]:
    def facts() -> dict[str, Any]:
        return {"bytes": book.stat().st_size, **({"epubcheck": verdicts.epub(book)} if kit.judged else {})}

    return facts
