"""Writing: the EPUB writer alone, from articles that are in memory, beside a bare zip of the very files it writes.

As a program: writes the book of a folder of documents several times, or zips what is in it, and prints the seconds of each.
"""

from __future__ import annotations

import json
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import archivekit
from archivekit.archive.arrangement import make
from archivekit.archive.bundle import Bundle
from archivekit.config import Settings
from archivekit.images.renditions import Renditions
from archivekit.writers import epub

from .measure import Measured
from .results import Row
from .tools import ROOT, Contender, Kit, in_turn

TOOLS: Final = ("EPUB writer", "zip of the same files")
TIMES: Final = 5


def measure(kit: Kit, sizes: Sequence[int]) -> None:
    """Measure both on generated documents."""
    results = kit.results("writing")
    for size in sizes:
        documents, out = kit.documents(size), kit.work / "out"
        contenders = [
            Contender(
                tool,
                [sys.executable, "-m", "bench.writing", tool, documents, out / "book"],
                environment={"PYTHONPATH": str(ROOT / "tests")},
                each=_taken,
            )
            for tool in TOOLS
        ]
        in_turn(kit, results, size, contenders, out)


def _taken(measured: Measured) -> Row:
    return {"writing": sorted(json.loads(measured.out))[TIMES // 2]}


def main(tool: str, documents: str, target: str) -> None:
    """Print how many seconds each time took, as JSON."""
    bundle, settings = _bundle(Path(documents)), Settings()
    book, copy = Path(f"{target}.epub"), Path(f"{target}.zip")
    epub.write(bundle, book, settings)
    if tool == TOOLS[0]:
        print(json.dumps([_seconds(lambda: epub.write(bundle, book, settings)) for _ in range(TIMES)]))
        return
    with zipfile.ZipFile(book) as made:
        files = [(info.filename, made.read(info), info.compress_type) for info in made.infolist()]

    def zipped() -> None:
        with zipfile.ZipFile(copy, "w") as out:
            for name, data, method in files:
                out.writestr(name, data, method)

    print(json.dumps([_seconds(zipped) for _ in range(TIMES)]))


def _bundle(documents: Path) -> Bundle:
    readings = list(archivekit.read_tree(documents))
    articles = [article for reading in readings for article in reading.articles]
    assets = {sha256: asset for reading in readings for sha256, asset in reading.assets.items()}
    images = {asset.sha256: asset for asset in Renditions("full").new(assets)}
    return make(articles, images, Settings(), title="Bench")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
