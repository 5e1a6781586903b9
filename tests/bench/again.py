"""Again: the first build, the second, and one after a document was added; and reading with one process and with several."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from . import generate
from .measure import Measured, run
from .results import Row, run_of
from .tools import Contender, Kit, archivekit, build, emptied, fresh, has_option, in_turn, processors

STEPS = ("first build", "second build, nothing changed", "one document added")
BUILDS = {"jsonl": ["jsonl"], "jsonl in one process": ["jsonl", "--jobs", "1"], "epub": ["epub"]}
"""What a build is called, and what it is told."""


def measure(kit: Kit, sizes: Sequence[int]) -> None:
    """Measure the three builds of every size and kind, each time from an empty cache."""
    results = kit.results("again")
    for size in sizes:
        for name, told in BUILDS.items():
            rows: dict[str, Row] = {}
            for step in STEPS:
                tool = f"{name}, {step}"
                rows[step] = {"size": size, "tool": tool, "runs": []}
                if not has_option("build", "--cache"):
                    rows[step]["missing"] = "this archivekit has no cache"
            for _ in range(kit.runs if has_option("build", "--cache") else 0):
                for step, measured in zip(STEPS, _three(kit, size, told), strict=True):
                    rows[step]["runs"].append(run_of(measured))
            for row in rows.values():
                results.put(row)


def _three(kit: Kit, size: int, told: Sequence[str]) -> list[Measured]:
    documents, cache, out = kit.documents(size), emptied(kit.work / "cache"), emptied(kit.work / "out")
    common: list[str | Path] = ["--out", out, "--name", "book", "--quiet", "--cache", cache, "--format", *told]
    command = archivekit("build", documents, *common)
    runs = [run(command, limit=kit.limit), run(command, limit=kit.limit)]
    generator = generate.Generator(kit.corpus)
    added = documents / generator.document(size).path
    try:
        generate.write(generator, documents, size, hashlib.sha256(), set())
        runs.append(run(command, limit=kit.limit))
    finally:
        added.unlink(missing_ok=True)
    return runs


def measure_scaling(kit: Kit, sizes: Sequence[int]) -> None:
    """Measure reading and building with one process and with as many as there are processors."""
    results, out = kit.results("scaling"), kit.work / "out"
    for size in sizes:
        documents = kit.documents(size)
        contenders = []
        for number in sorted({1, 2, processors()}):
            ready = ["--jobs", str(number)]
            lines = {
                "read": archivekit("read", "--quiet", documents, *ready, *fresh("read", out)),
                "build jsonl": build(kit, "jsonl", documents, *ready),
                "build epub": build(kit, "epub", documents, *ready),
            }
            for tool, command in lines.items():
                known = has_option(tool.split()[0], "--jobs")
                contenders.append(
                    Contender(f"{tool}, {number} process{'es' if number > 1 else ''}", command if known else None)
                )
        in_turn(kit, results, size, contenders, out)
