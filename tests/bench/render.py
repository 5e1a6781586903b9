"""Render: docs/benchmarks.md out of what was measured. Every figure of the page comes from the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from . import cost, machine
from .generate import SEED, SHARE
from .results import Results, Row, failed, middle
from .words import NONE, megabytes, number, ratio, size, table

HEAD: Final = """# Benchmarks

What archivekit costs beside other programs, on one machine. `make bench` measures and writes this page. Figures are medians
over the runs; “×” is how many times archivekit's figure another program's is. CPU seconds are of all processes of a program
together; they suffer less than wall seconds from whatever else the machine does. Memory is resident memory, the most there
was: of all processes together (pages they share count for each), and of the largest.

The documents are made from the sample corpus: envelope, markup, chrome and encoding of its documents are kept; titles, dates,
addresses and prose are new for each, about {length:,} characters, no two alike. Where the sample has pictures, {share:.0%} of
the documents have some of their own and the others none. They come from the seed {seed}, the same on every machine.
"""

LENGTH: Final = 2500
"""Characters of a generated document's body, about: what 1,000 of them have on the average."""

READING: Final = """## Reading

Documents per CPU second of the reading calls alone, on one core. Imports and start are left out, and so is the first tenth of
the documents, some of each kind: what a program loads or compiles when it first needs it is not counted as reading.
“Nothing” is documents in which a program found no text.
"""
EPUB: Final = """## One EPUB

archivekit reads the dumps. The others cannot, and get what it has read as clean HTML with the pictures beside it; archivekit's
second line begins where they do, with its records. The zip holds the same pages and pictures and nothing else.
"""
WRITING: Final = """## The EPUB writer alone

From articles in memory, the median of five times in one process; beside it a bare zip of the very files of the book, from
memory, too.
"""
PDF: Final = """## One PDF

On A5 with like type and margins. archivekit starts from its records, the others from clean HTML. With many articles archivekit
prints volumes of at most about 800 pages each; the others make one file.
"""


def page(work: Path) -> str:
    """The whole page; a section that was not measured is left out."""
    parts = [HEAD.format(length=LENGTH, share=SHARE, seed=SEED), _machines(work)]
    if cost.page(work):
        parts.append("What it makes of a million articles and of a hundred million: [cost.md](cost.md).\n")
    for section, write in SECTIONS.items():
        results = Results(work, section)
        if results.rows:
            parts.append(write(results))
    return "\n".join(parts)


def _machines(work: Path) -> str:
    known = [Results(work, section).machine for section in SECTIONS]
    distinct = list({tuple(sorted(one.items())): one for one in known if one}.values()) or [machine.described()]
    lines = [
        f"Measured on {one['cores']} cores of {one['processor']}, {one['memory']} of memory, {one['system']}, "
        f"Python {one['python']}, archivekit {one['archivekit']}."
        for one in distinct
    ]
    loads = [run["load"] for section in SECTIONS for row in Results(work, section) for run in row.get("runs", [])]
    busy = f" Load average before a run: {min(loads):.1f} to {max(loads):.1f}." if loads else ""
    if loads and max(loads) > 2 * int(distinct[0]["cores"]):
        busy += "\nOther work ran beside some of the runs: their CPU seconds say something, their wall seconds do not."
    return "\n".join(lines) + busy + "\n"


def _named(row: Row) -> str:
    return f"{row['tool']} {row['version']}" if row.get("version") and row["tool"] != "archivekit" else str(row["tool"])


def _figures(results: Results, count: int, base: Row | None, more: Callable[[Row], list[str]]) -> Iterator[list[str]]:
    """A line for each program: seconds, CPU seconds, both as multiples of archivekit's, memory, and what ``more`` says."""
    for row in results.of(count):
        if reason := failed(row):
            yield [_named(row), reason, *[NONE] * (5 + len(more(row)))]
            continue
        seconds, cpu, tree = (middle(row, key) for key in ("seconds", "cpu", "tree_mb"))
        times = [ratio(value, middle(base, key) if base else None) for value, key in ((cpu, "cpu"), (tree, "tree_mb"))]
        own = row is base
        memory = [number(tree), number(middle(row, "process_mb"))]
        yield [
            _named(row),
            number(seconds),
            number(cpu),
            "1" if own else times[0],
            *memory,
            "1" if own else times[1],
            *more(row),
        ]


_COLUMNS: Final = ["program", "seconds", "CPU seconds", "× CPU", "MB, all", "MB, largest", "× memory"]


def _runs(results: Results, count: int) -> str:
    numbers = sorted({len(row["runs"]) for row in results.of(count) if row.get("runs")})
    return f"Runs of each: {' to '.join(str(one) for one in {numbers[0]: 0, numbers[-1]: 0})}." if numbers else ""


def _start(results: Results) -> str:
    rows = [
        [row["tool"], number((middle(row, "seconds") or 0) * 1000), number(middle(row, "tree_mb"))] for row in results.of(0)
    ]
    return "## Start\n\n" + table(["command", "milliseconds", "MB"], rows)


def _reading(results: Results) -> str:
    text = [READING]
    for count in results.sizes():
        base = results.find(count, "archivekit")
        rows = []
        for row in results.of(count):
            if reason := failed(row):
                rows.append([_named(row), reason, *[NONE] * 4])
                continue
            speed = _speed(row)
            share = "1" if row is base else ratio(speed, _speed(base) if base else None)
            nothing = number(middle(row, "nothing"))
            rows.append([_named(row), number(speed), share, number(middle(row, "tree_mb")), nothing])
        heads = ["program", "documents a second", "× archivekit", "MB", "nothing"]
        text += [f"### {count:,} documents\n", table(heads, rows), _runs(results, count) + "\n"]
    return "\n".join(text)


def _speed(row: Row) -> float:
    """Documents a second."""
    return (middle(row, "documents") or 0) / (middle(row, "reading") or 0.01)


def _epub(results: Results) -> str:
    text = [EPUB]
    for count in results.sizes():
        base = results.find(count, "archivekit")
        lines = _figures(
            results,
            count,
            base,
            lambda row: [megabytes(row.get("facts", {}).get("bytes")), row.get("facts", {}).get("epubcheck", NONE)],
        )
        text += [
            f"### {count:,} articles\n",
            table([*_COLUMNS, "size", "EPUBCheck"], list(lines)),
            _runs(results, count) + "\n",
        ]
    return "\n".join(text)


def _pdf(results: Results) -> str:
    text = [PDF]
    for count in results.sizes():
        if len(results.of(count)) > 1:
            rows = [_pdf_row(row) for row in results.of(count)]
            heads = ["program", "seconds", "CPU seconds", *_PDF_COLUMNS, "tagged", "veraPDF"]
            text += [f"### {count:,} articles\n", table(heads, rows), _runs(results, count) + "\n"]
    line = [row for count in results.sizes() for row in results.of(count)[:1] if not failed(row)]
    if len(line) > 1:
        rows = [[f"{row['size']:,}", *_pdf_row(row)[1:8], str(row["facts"]["volumes"])] for row in line]
        heads = ["articles", "seconds", "CPU seconds", *_PDF_COLUMNS, "volumes"]
        text += [f"### Seconds by pages: {line[-1]['tool']}\n", table(heads, rows)]
    return "\n".join(text)


_PDF_COLUMNS: Final = ("pages", "pages/s", "MB, all", "MB, largest", "a page")


def _pdf_row(row: Row) -> list[str]:
    if reason := failed(row):
        return [_named(row), reason, *[NONE] * 8]
    facts = row["facts"]
    seconds, pages = middle(row, "seconds") or 0.01, facts["pages"]
    memory = [number(middle(row, "tree_mb")), number(middle(row, "process_mb"))]
    speed = [number(seconds), number(middle(row, "cpu")), f"{pages:,}", number(pages / seconds), *memory]
    verdict = facts.get("verapdf", "not asked")
    return [_named(row), *speed, size(facts["bytes"] / pages), "yes" if facts["tagged"] else "no", verdict]


def _growth(results: Results) -> str:
    text = ["## Growth\n\nFrom the dumps, archivekit alone.\n"]
    for tool in dict.fromkeys(row["tool"] for row in results):
        rows = []
        for count in results.sizes():
            row = results.find(count, tool)
            if row is None:
                continue
            if reason := failed(row):
                rows.append([f"{count:,}", reason, *[NONE] * 6])
                continue
            seconds, facts = middle(row, "seconds") or 0.01, row["facts"]
            memory = [number(middle(row, "tree_mb")), number(middle(row, "process_mb"))]
            times = [number(seconds), number(middle(row, "cpu")), number(1000 * (middle(row, "cpu") or 0) / count)]
            rows.append([f"{count:,}", *times, *memory, size(facts["bytes"]), str(facts["volumes"])])
        heads = ["articles", "seconds", "CPU seconds", "CPU ms an article", "MB, all", "MB, largest", "size", "files"]
        text += [f"### {tool}\n", table(heads, rows)]
    return "\n".join(text)


def _memory(results: Results) -> str:
    return _growth(results).replace("## Growth\n\nFrom the dumps, archivekit alone.", "## Memory of long runs", 1)


def _again(results: Results) -> str:
    said = "The first build starts from an empty cache and reads in several processes; the others have little to share out."
    text = [f"## Built again\n\n{said}\n"]
    for count in results.sizes():
        rows = []
        for row in results.of(count):
            kind = row["tool"].partition(",")[0]
            base = results.find(count, f"{kind}, first build")
            if reason := failed(row):
                rows.append([row["tool"], reason, *[NONE] * 4])
                continue
            figures = []
            for what in ("seconds", "cpu"):
                own, first = middle(row, what) or 0.0, middle(base, what) if base else None
                figures += [number(own), f"{100 * own / first:.1f} %" if first else NONE]
            rows.append([row["tool"], *figures, number(middle(row, "tree_mb"))])
        heads = ["build", "seconds", "of the first", "CPU seconds", "of the first", "MB, all"]
        text += [f"### {count:,} articles\n", table(heads, rows)]
    return "\n".join(text)


def _scaling(results: Results) -> str:
    text = ["## One process and several\n"]
    for count in results.sizes():
        rows = []
        for row in results.of(count):
            if reason := failed(row):
                rows.append([row["tool"], reason, *[NONE] * 4])
                continue
            base = results.find(count, f"{row['tool'].rpartition(',')[0]}, 1 process")
            first, seconds = (middle(base, "seconds") if base else None), middle(row, "seconds")
            faster = ratio(first, seconds)
            memory = [number(middle(row, "tree_mb")), number(middle(row, "process_mb"))]
            rows.append([row["tool"], number(seconds), number(middle(row, "cpu")), faster, *memory])
        heads = ["work", "seconds", "CPU seconds", "as fast as one", "MB, all", "MB, largest"]
        text += [f"### {count:,} articles\n", table(heads, rows)]
    return "\n".join(text)


def _policies(results: Results) -> str:
    rows = []
    for row in results.of(0):
        facts = row.get("facts")
        if facts is None:
            rows.append([row["tool"], failed(row), *[NONE] * 4])
            continue
        reasons = ", ".join(f"{number} {name}" for name, number in facts["failed"].items()) or "none"
        inside = [str(facts["files"]), size(facts["file_bytes"])]
        rows.append([row["tool"], size(facts["epub"]), size(facts["pdf"]), *inside, reasons])
    facts = next((row["facts"] for row in results.of(0) if "facts" in row), {"named": 0, "found": 0})
    text = f"The sample corpus names {facts['named']} pictures in its articles; the bytes of {facts['found']} are found.\n"
    heads = ["`--images`", "EPUB", "PDF", "pictures in the EPUB, with its cover", "their bytes", "notices"]
    return f"## Image policies\n\n{text}\n" + table(heads, rows)


def _writing(results: Results) -> str:
    text = [WRITING]
    for count in results.sizes():
        base = results.find(count, "zip of the same files")
        bare = middle(base, "writing") if base else None
        rows = [
            [row["tool"], failed(row) or number(middle(row, "writing")), ratio(middle(row, "writing"), bare)]
            for row in results.of(count)
        ]
        text += [f"### {count:,} articles\n", table(["work", "seconds", "× zip"], rows)]
    return "\n".join(text)


SECTIONS: Final[dict[str, Callable[[Results], str]]] = {
    "start": _start,
    "reading": _reading,
    "epub": _epub,
    "writing": _writing,
    "pdf": _pdf,
    "growth": _growth,
    "memory": _memory,
    "again": _again,
    "scaling": _scaling,
    "policies": _policies,
}
