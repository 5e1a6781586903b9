"""Reading: documents per second of one core, beside other extractors, each handed the documents as tests/quality does."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Final

from .machine import version
from .measure import Measured
from .results import Row
from .tools import ROOT, Contender, Kit, in_turn

PEERS: Final = (
    ("archivekit", "archivekit"),
    ("trafilatura", "trafilatura"),
    ("readability", "readability-lxml"),
    ("newspaper4k", "newspaper4k"),
)
"""Name in tests/quality/peers.py, and of the package."""
SCRIPT: Final = ROOT / "tests" / "quality" / "peers.py"
DOCUMENTS: Final = frozenset({".txt", ".md", ".html"})
WARM: Final = 10
"""One document in so many, of every kind, is read before the clock runs."""


def measure(kit: Kit, sizes: Sequence[int]) -> None:
    """Measure every extractor on generated documents."""
    results = kit.results("reading")
    for size in sizes:
        folder = kit.documents(size)
        paths = sorted(path for path in folder.rglob("*") if path.suffix in DOCUMENTS)
        warm = paths[::WARM]
        rest = [path for at, path in enumerate(paths) if at % WARM]
        in_turn(kit, results, size, [_contender(kit, *peer, warm, rest) for peer in PEERS], kit.work / "out")


def _contender(kit: Kit, peer: str, package: str, warm: Sequence[Path], paths: Sequence[Path]) -> Contender:
    own = peer == "archivekit"
    python = Path(sys.executable) if own else kit.peers
    code = f"from importlib.metadata import version; print(version({package!r}))"
    known = metadata.version("archivekit") if own else version([python, "-c", code])
    given = "".join(f"{path}\n" for path in (*warm, *paths))

    def read(measured: Measured) -> Row:
        answers = [json.loads(line) for line in measured.out.split("\n") if line.startswith("{")]
        return {
            "documents": len(answers),
            "reading": round(sum(answer["seconds"] for answer in answers), 3),
            "nothing": sum(not answer.get("text") for answer in answers),
        }

    command: list[str | Path] | None = [python, SCRIPT, "--run", peer, "--warm", str(len(warm))] if known else None
    return Contender(peer, command, known, environment={"PYTHONUTF8": "1"}, given=given, each=read)
