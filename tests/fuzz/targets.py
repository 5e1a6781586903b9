"""Targets: a reader each, with the words of its envelope and markup and a saved corpus of small files of our own."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from . import mutate

CORPUS = Path(__file__).parent / "corpus"
FINDS = Path(__file__).parent / "finds"
"""What a fuzzer once broke, and what the oracle must let pass ever since."""


class Target(NamedTuple):
    """What is fuzzed."""

    name: str
    words: list[bytes]
    """Pieces to insert."""
    readers: frozenset[str]
    """At least one file of the saved corpus is read by each of these."""

    def saved(self) -> list[Path]:
        """The saved corpus, sorted."""
        return sorted(path for path in (CORPUS / self.name).iterdir() if path.is_file())


def _target(name: str, words: list[str], *readers: str) -> Target:
    return Target(name, mutate.pieces([*mutate.COMMON, *words]), frozenset(readers))


TARGETS = {
    target.name: target
    for target in (
        _target("stamped", [*mutate.STAMPS, *mutate.HTML], "stamped"),
        _target("headline", [*mutate.STAMPS, *mutate.HTML], "headline"),
        _target("html", mutate.HTML, "html"),
        _target("front-matter", [*mutate.FRONT, *mutate.MARKDOWN, *mutate.STAMPS, *mutate.HTML[::3]], "front-matter"),
        _target("markdown", [*mutate.MARKDOWN, *mutate.HTML[::2], "---\n", "title: 甲\n"], "front-matter"),
        _target("plain-text", mutate.COMMON, "plain-text"),
        _target("jsonl", mutate.JSON, "archivekit-jsonl"),
    )
}
"""By name, in the order they are run."""
