"""A small corpus with a bit of everything: images, three languages, a duplicate, a file that cannot be read, and a version."""

from __future__ import annotations

import shutil
from pathlib import Path

from archivekit.building import pipeline
from archivekit.report import Report

ROOT = Path(__file__).parent.parent
TAKEN = (
    "archivekit.toml",
    "blog/2017-06-10-peking-to-paris.md",
    "feeds/tide.txt",
    "hugo/article_1102.md",
    "mirror/typhoon-names-en.txt",
    "pasted/winds.txt",
)


def corpus(folder: Path) -> Path:
    """Lay the corpus out in a new folder."""
    for name in TAKEN:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "corpus" / name, folder / name)
    for name in ("static", "profiles"):
        shutil.copytree(ROOT / "corpus" / name, folder / name)
    shutil.copyfile(folder / "pasted" / "winds.txt", folder / "winds-again.txt")
    (folder / "empty.txt").write_bytes(b"\n \n")
    return folder


def built(folder: Path, *formats: str) -> tuple[Path, Path, Report]:
    """A corpus below ``folder``, its outputs and their report; in every format unless some are named."""
    place = corpus(folder / "corpus")
    overrides = {"name": "x", "formats": list(formats or ("epub", "pdf", "jsonl"))}
    return place, folder / "dist", pipeline.build(place, folder / "dist", overrides)
