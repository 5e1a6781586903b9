"""What is tried first, what broke the oracle, and how a document that did is made shorter."""

from __future__ import annotations

import argparse
import hashlib
import re
import time
import traceback
from pathlib import Path

from . import mutate, oracle
from .targets import TARGETS, Target

ROOT = Path(__file__).parent.parent.parent


def arguments(prog: str, doc: str | None) -> argparse.Namespace:
    """What a run of one target is told."""
    parser = argparse.ArgumentParser(prog=prog, description=doc)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--finds", type=Path, required=True)
    return parser.parse_args()


def seeds(target: Target) -> list[bytes]:
    """The saved corpus, and the project's own documents for words and shapes to borrow."""
    mine = [path.read_bytes() for path in target.saved()]
    if target.name == "jsonl":
        return mine
    folders = (ROOT / "corpus", ROOT / "tests" / "cases")
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in (".md", ".txt", ".html")]
    return mine * 4 + [path.read_bytes()[: mutate.MAX_SIZE] for path in paths]


class Finds:
    """What broke the oracle: a file for each place it broke at, the shortest that was met, and why beside it."""

    def __init__(self, folder: Path, target: Target) -> None:
        self._folder = folder
        self._target = target
        self._sizes: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._sizes)

    def check(self, data: bytes) -> frozenset[str]:
        """What is remarkable about what a document gives; nothing when it breaks the oracle, which is kept."""
        try:
            return oracle.features(oracle.check(data))
        except (Exception, oracle.Hang) as error:
            self._add(data, error)
            return frozenset()

    def _add(self, data: bytes, error: BaseException) -> None:
        found = kind(error)
        if found in self._sizes and len(data) >= self._sizes[found]:
            return
        data = shrunk(data, found, 60.0 if found not in self._sizes else 5.0)
        self._sizes[found] = len(data)
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{self._target.name}-{hashlib.sha256(found.encode()).hexdigest()[:12]}.bin"
        path.write_bytes(data)
        path.with_suffix(".why").write_text(f"{found}\n\n{''.join(traceback.format_exception(error))}", "utf-8")

    def report(self, count: int, seconds: float, engine: str) -> None:
        """Say on one line how it went."""
        print(f"{self._target.name}: {count} documents in {seconds:.0f} s by {engine}, {len(self)} finds", flush=True)


def kind(error: BaseException) -> str:
    """The exception, the kind of thing it says, and the innermost lines it passed through."""
    frames = [
        one for one in traceback.extract_tb(error.__traceback__) if "archivekit" in one.filename or "fuzz" in one.filename
    ]
    said = re.sub(r"[^a-z ].*", "", str(error), flags=re.DOTALL)[:40]
    return " ".join([type(error).__name__, said, *(f"{Path(one.filename).name}:{one.lineno}" for one in frames[-2:])])


def shrunk(data: bytes, found: str, seconds: float) -> bytes:
    """A shorter document that breaks at the same place: ever smaller stretches are left out for as long as it does."""
    until, size = time.monotonic() + seconds, len(data) // 2
    while size and time.monotonic() < until:
        at = 0
        while at < len(data) and time.monotonic() < until:
            less = data[:at] + data[at + size :]
            if _breaks(less, found):
                data = less
            else:
                at += size
        size //= 2
    return data


def _breaks(data: bytes, found: str) -> bool:
    try:
        oracle.check(data, seconds=5.0)
    except (Exception, oracle.Hang) as error:
        return kind(error) == found
    return False
