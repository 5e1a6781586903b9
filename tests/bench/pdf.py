"""PDF: one printed book of the same articles by archivekit, WeasyPrint alone, pandoc and WeasyPrint, Chromium and calibre."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from . import verdicts
from .tools import PRINTING, Contender, Kit, build, contender, in_turn, jobs, processors, program

JUDGED: Final = 200
"""Up to so many articles the other programs' books go to veraPDF, too; archivekit's always do."""


def measure(kit: Kit, sizes: Sequence[int]) -> None:
    """Measure every program on every size."""
    results = kit.results("pdf")
    for size in sizes:
        in_turn(kit, results, size, contenders(kit, size), kit.work / "out")


def measure_line(kit: Kit, sizes: Sequence[int]) -> None:
    """Measure archivekit alone, for the line of seconds by pages."""
    results = kit.results("pdf")
    for size in sizes:
        in_turn(kit, results, size, contenders(kit, size)[:1], kit.work / "out")


def contenders(kit: Kit, size: int) -> list[Contender]:
    """The programs and what each is told; archivekit builds from its records, as the others print ready HTML."""
    documents, pages, out = kit.documents(size), kit.pages(size), kit.work / "out"
    book = out / "book.pdf"
    records = (pages / "records.jsonl", "--corpus", documents)
    here = {"folder": pages, "facts": _facts(out, kit.judged and size <= JUDGED)}
    weasyprint = Path(sys.executable).with_name("weasyprint")
    chromium = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={book}"]
    through = ["-f", "html", "book.html", "--metadata", "title=Bench", "--css", "print.css"]
    margins = [word for side in ("left", "right", "top", "bottom") for word in (f"--pdf-page-margin-{side}", "44")]
    paper = ["--custom-size", "148x210", "--unit", "millimeter", "--pdf-default-font-size", "13", *margins]
    many = max(2, processors())
    return [
        Contender(
            f"archivekit, {number} process{'es' if number > 1 else ''}",
            build(kit, "pdf", *records, *jobs(number)),
            facts=_facts(out, kit.judged),
        )
        for number in (many, 1)
    ] + [
        contender("WeasyPrint", weasyprint, ["-q", "book.html", book], **here),
        contender("WeasyPrint, tagged", weasyprint, ["-q", "--pdf-variant", "pdf/ua-1", "book.html", book], **here),
        contender(
            "pandoc and WeasyPrint",
            kit.pandoc(),
            [*through, f"--pdf-engine={weasyprint}", "-o", book],
            **here,
        ),
        contender(
            "Chromium",
            program("chromium", "chromium-browser", "google-chrome"),
            [*chromium, (pages / "book.html").as_uri()],
            **here,
        ),
        contender(
            "calibre", program("ebook-convert"), ["index.html", book, "--language", "zh", *paper], environment=PRINTING, **here
        ),
    ]


def _facts(out: Path, judged: bool) -> Callable[[], dict[str, Any]]:
    def facts() -> dict[str, Any]:
        books = sorted(out.glob("*.pdf"))
        found = verdicts.pdf(books)
        return {**found, "volumes": len(books), **({"verapdf": verdicts.verapdf(books)} if judged else {})}

    return facts
