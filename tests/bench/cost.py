"""Cost: docs/cost.md, what the measured figures make of a million and of a hundred million articles. Nothing is typed in."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from .results import Results, Row, middle
from .words import number, size, table

SCALES: Final = (1_000_000, 100_000_000)
CORES: Final = (1, 64, 1000)
SMALL: Final = 16e9
"""Memory of the machine that growth is held against, in bytes."""


DISK: Final = 500e6
"""Bytes a second of the disk that reading is held against."""


class Stage(NamedTuple):
    """One kind of work, by what it takes for each article."""

    name: str
    cpu: float
    """Seconds of one core."""
    disk: float
    """Bytes it leaves behind."""
    growth: float
    """Bytes of memory that every further article adds."""
    held: float
    """Bytes of memory whatever the number of articles."""
    measured: str
    """Where the figures come from."""


def page(work: Path) -> str:
    """The whole page; empty where ``growth`` was not measured at two sizes of a thousand documents or more."""
    stages = _stages(work)
    if not stages:
        return ""
    parts = [_HEAD, _per_hour(stages), _scales(stages), _moves(stages, work)]
    return "\n".join(parts)


_HEAD: Final = """# What large archives cost

Written by `make bench` from the figures in [benchmarks.md](benchmarks.md): what one article costs, drawn as a straight line
to a million and to a hundred million. A core is one of that machine's; CPU seconds are counted, so waiting for a disk or a
network is not in it.
"""
_NOTE: Final = """The columns of cores divide evenly, which holds for shares of an archive that are built on their own. The last
column is what one run over all of it would hold in its largest process at the measured growth.
"""


def _slope(small: Row, large: Row, key: str) -> float:
    """What each further article adds between two rows, never below zero."""
    first, last = middle(small, key), middle(large, key)
    if first is None or last is None or large["size"] == small["size"]:
        return 0.0
    return max(0.0, (last - first) / float(large["size"] - small["size"]))


def _stages(work: Path) -> list[Stage]:
    growth, memory, pdf = (Results(work, name) for name in ("growth", "memory", "pdf"))
    stages: list[Stage] = []
    lines = _ends(growth, "jsonl")
    if lines:
        small, large = lines
        far = _ends(memory, "jsonl") or lines
        held = middle(far[1], "process_mb") or 0.0
        per = _slope(far[0], far[1], "process_mb") * 1e6
        stages.append(
            Stage(
                "reading and JSON Lines",
                _slope(small, large, "cpu"),
                (large["facts"]["bytes"] + large["facts"].get("report_bytes", 0)) / large["size"],
                per,
                max(0.0, held * 1e6 - per * far[1]["size"]),
                f"{small['size']:,} to {large['size']:,} documents; memory {far[0]['size']:,} to {far[1]['size']:,}",
            )
        )
    books = _ends(growth, "epub")
    if lines and books:
        small, large = books
        stages.append(
            Stage(
                "EPUB, beyond that",
                max(0.0, _slope(small, large, "cpu") - stages[0].cpu),
                large["facts"]["bytes"] / large["size"],
                0.0,
                (middle(large, "process_mb") or 0.0) * 1e6,
                f"{small['size']:,} to {large['size']:,} documents; memory is one volume's, which has a limit",
            )
        )
    alone = [row for row in pdf if row["tool"] == "archivekit, 1 process" and middle(row, "cpu") is not None]
    if alone:
        row = max(alone, key=lambda one: int(one["size"]))
        held = (middle(row, "process_mb") or 0.0) * 1e6
        cpu = (middle(row, "cpu") or 0.0) / row["size"]
        stages.append(
            Stage("PDF, from the records", cpu, row["facts"]["bytes"] / row["size"], 0.0, held, f"{row['size']:,} articles")
        )
    return stages


def _ends(results: Results, tool: str) -> tuple[Row, Row] | None:
    """The smallest row of a thousand documents or more and the largest: below that the start counts for too much."""
    rows = sorted(
        (row for row in results if row["tool"] == tool and middle(row, "cpu") is not None and "facts" in row),
        key=lambda row: int(row["size"]),
    )
    many = [row for row in rows if row["size"] >= 1000]
    return (many[0], many[-1]) if len(many) > 1 else None


def _per_hour(stages: list[Stage]) -> str:
    rows = [
        [one.name, number(1000 * one.cpu), number(3600 / one.cpu) if one.cpu else "–", size(one.disk), one.measured]
        for one in stages
    ]
    heads = ["work", "CPU ms an article", "articles in a core hour", "disk an article", "measured on"]
    return "## One core, one hour\n\n" + table(heads, rows)


def _scales(stages: list[Stage]) -> str:
    text = []
    for scale in SCALES:
        rows = []
        for one in stages:
            hours = one.cpu * scale / 3600
            times = [_time(hours / cores) for cores in CORES]
            rows.append([one.name, number(hours), *times, size(one.disk * scale), size(one.held + one.growth * scale)])
        hours = sum(one.cpu for one in stages) * scale / 3600
        disk = size(sum(one.disk for one in stages) * scale)
        rows.append(["all of it", number(hours), *[_time(hours / cores) for cores in CORES], disk, "–"])
        heads = [
            "work",
            "core hours",
            *(f"on {cores:,}" for cores in CORES),
            "disk",
            "memory of one run",
        ]
        text += [f"## {scale:,} articles\n", table(heads, rows)]
    return "\n".join([*text, _NOTE])


def _time(hours: float) -> str:
    """Hours in the unit that suits them."""
    for unit, length in (("years", 8760.0), ("days", 24.0), ("hours", 1.0), ("minutes", 1 / 60)):
        if hours >= 2 * length or unit == "minutes":
            return f"{number(hours / length)} {unit}"
    return ""


def _moves(stages: list[Stage], work: Path) -> str:
    total = sum(one.cpu for one in stages) or 1.0
    dear, wide = max(stages, key=lambda one: one.cpu), max(stages, key=lambda one: one.disk)
    lines = [
        "## Where the bottleneck is, and where it moves\n",
        f"- **Processor.** {dear.name} takes {100 * dear.cpu / total:.0f} % of the processor time of all that was measured.",
        "  Documents do not depend on one another, nor do volumes, so both are shared out whole.",
        f"- **Disk.** {wide.name} leaves {size(wide.disk)} for each article, the most of all outputs.",
        *(_memory(one) for one in stages),
        *_input(stages[0], work),
    ]
    return "\n".join(lines) + "\n"


def _memory(stage: Stage) -> str:
    if stage.growth <= 0:
        return f"- **Memory, {stage.name}.** {size(stage.held)}; it does not grow with the archive as far as was measured."
    return (
        f"- **Memory, {stage.name}.** Each further article adds {size(stage.growth)}; a machine of {size(SMALL)} holds a run\n"
        f"  of about {number((SMALL - stage.held) / stage.growth)} articles. Beyond that an archive is built in shares."
    )


def _input(stage: Stage, work: Path) -> list[str]:
    rows = [row for row in Results(work, "growth") if "source_bytes" in row.get("facts", {})]
    if not rows or not stage.cpu:
        return []
    last = max(rows, key=lambda row: int(row["size"]))
    each = last["facts"]["source_bytes"] / last["size"]
    speed = each / stage.cpu
    return [
        f"- **Input.** A document has {size(each)} without its pictures, so one core reads {size(speed)} of dumps a second; a",
        f"  disk of {size(DISK)} a second feeds {number(DISK / speed)} cores.",
    ]
