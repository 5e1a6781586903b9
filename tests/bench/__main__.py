"""Measure and write the pages.

    python -m bench [SECTION…] [--sizes N…] [--runs N] [--limit SECONDS]

Results are kept as ``WORK/SECTION.json``, a row for each size and program, and the pages are made of all that are there:
measuring one section, or one more size, changes nothing else. ``pages`` alone writes the pages and measures nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from . import again, cost, epub, growth, pdf, policies, reading, render, writing
from .tools import ROOT, Kit

VENV: Final = ROOT / ".venv"


class Section(NamedTuple):
    """One part of the bench."""

    measure: Callable[[Kit, Sequence[int]], None]
    sizes: tuple[int, ...]
    """Documents, where none are asked for."""
    runs: int
    """How often, where it is not asked for."""
    usual: bool = True
    """Whether it runs where no section is named."""
    limit: float = 900.0
    """Seconds after which a run is ended, where it is not asked for."""


SECTIONS: Final = {
    "start": Section(growth.measure_start, (0,), 5),
    "reading": Section(reading.measure, (1000,), 3),
    "epub": Section(epub.measure, (5, 1000), 2),
    "writing": Section(writing.measure, (1000,), 1),
    "pdf": Section(pdf.measure, (100,), 1),
    "growth": Section(growth.measure, (5, 1000, 10_000), 1),
    "again": Section(again.measure, (1000,), 1),
    "scaling": Section(again.measure_scaling, (500,), 1),
    "policies": Section(policies.measure, (0,), 1),
    "line": Section(pdf.measure_line, (1000, 2000, 5000), 1, usual=False, limit=14_400.0),
    "memory": Section(growth.measure_memory, (5000, 20_000, 100_000), 1, usual=False, limit=14_400.0),
}


def main(words: Sequence[str] | None = None) -> int:
    """Measure what is asked for, write the pages, print the first."""
    parser = argparse.ArgumentParser(prog="bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)}; or pages")
    parser.add_argument("--sizes", type=int, nargs="+", metavar="N", help="how many documents")
    parser.add_argument("--runs", type=int, help="how often each program runs")
    parser.add_argument("--limit", type=float, help="seconds after which a run is ended")
    parser.add_argument("--unjudged", action="store_true", help="ask no validator; keep what they said before")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "bench")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    parser.add_argument("--peers", type=Path, default=VENV / "peers/bin/python")
    parser.add_argument(
        "--percollate", type=Path, default=ROOT / ".venv" / "percollate" / "node_modules" / ".bin" / "percollate"
    )
    options = parser.parse_args(words)
    unknown = [name for name in options.sections if name not in SECTIONS and name != "pages"]
    if unknown:
        parser.error(f"no section {unknown[0]!r}")
    for name in options.sections or [name for name, section in SECTIONS.items() if section.usual]:
        if name == "pages":
            continue
        section = SECTIONS[name]
        kit = Kit(
            corpus=ROOT / "corpus",
            work=options.work.absolute(),
            peers=options.peers.absolute(),
            percollate=options.percollate.absolute(),
            runs=options.runs or section.runs,
            limit=options.limit or section.limit,
            judged=not options.unjudged,
        )
        print(f"{name}:", file=sys.stderr)
        section.measure(kit, options.sizes or section.sizes)
    page = render.page(options.work)
    (options.docs / "benchmarks.md").write_text(page, "utf-8")
    if costs := cost.page(options.work):
        (options.docs / "cost.md").write_text(costs, "utf-8")
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
