"""Policies: how large the books of the sample corpus are under each image policy, and how many of its pictures are in them."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import archivekit
from archivekit.model import Image, walk

from .tools import Contender, Kit, build, in_turn

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
POLICIES = ("full", "ereader", "grey", "none")


def measure(kit: Kit, sizes: Sequence[int]) -> None:
    """Build the sample corpus under every policy; ``sizes`` do not matter."""
    del sizes
    out = kit.work / "out"
    contenders = [
        Contender(policy, build(kit, "epub", kit.corpus, "--format", "pdf", "--images", policy), facts=lambda: _facts(kit, out))
        for policy in POLICIES
    ]
    in_turn(kit._replace(runs=1), kit.results("policies"), 0, contenders, out)


def _facts(kit: Kit, out: Path) -> dict[str, Any]:
    with zipfile.ZipFile(out / "book.epub") as book:
        inside = [
            info for info in book.infolist() if info.filename.rpartition(".")[2] in ("png", "jpg", "jpeg", "gif", "webp", "svg")
        ]
    report = json.loads((out / "book.report.json").read_bytes())
    notices = Counter(one["id"] for source in report["sources"] for one in source["notices"] if one["id"].startswith("asset."))
    return {
        "epub": (out / "book.epub").stat().st_size,
        "pdf": (out / "book.pdf").stat().st_size,
        "files": len(inside),
        "file_bytes": sum(info.file_size for info in inside),
        "failed": dict(sorted(notices.items())),
        **_named(kit.corpus),
    }


def _named(corpus: Path) -> dict[str, int]:
    """How often the records of a corpus name a picture, and how often its bytes were found."""
    named = found = 0
    for reading in archivekit.read_tree(corpus):
        for article in reading.articles:
            images = [node for node in walk(article.body) if isinstance(node, Image)]
            named += len(images)
            found += sum(1 for image in images if image.asset)
    return {"named": named, "found": found}
