"""Tools: which programs there are on this machine, and the running of several of them in turn."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from . import generate, pages
from .machine import version
from .measure import Measured, run
from .results import Results, Row, run_of

ROOT: Final = Path(__file__).parents[2]
ONCE_OVER: Final = 60.0
"""A run of more seconds than this is not repeated."""
PRINTING: Final = {"QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox", "QT_QPA_PLATFORM": "offscreen"}
"""What calibre needs to print where there is no display and no sandbox."""


class Kit(NamedTuple):
    """Where things are, and how long a run may take."""

    corpus: Path
    work: Path
    """For inputs, outputs and results."""
    peers: Path
    """The Python that the other extractors are installed for."""
    percollate: Path
    runs: int
    limit: float
    """Seconds."""
    judged: bool = True
    """Whether validators are asked; without, what they said before of the same size and program is kept."""

    def documents(self, size: int) -> Path:
        """The folder of ``size`` generated documents."""
        return generate.folder(self.corpus, self.work / "documents" / str(size), size)

    def pages(self, size: int) -> Path:
        """The same articles as clean pages."""
        return pages.folder(self.documents(size), self.work / "pages" / str(size))

    def results(self, section: str) -> Results:
        """What is known of a section."""
        return Results(self.work, section)

    def pandoc(self) -> Path | None:
        """The pandoc beside the other extractors, or the machine's."""
        code = "import pypandoc; print(pypandoc.get_pandoc_path())"
        if self.peers.exists():
            done = subprocess.run([self.peers, "-c", code], capture_output=True, text=True, check=False)
            if done.returncode == 0 and done.stdout.strip():
                return Path(done.stdout.strip())
        return program("pandoc")


class Contender(NamedTuple):
    """One program in a comparison; ``command`` is None where it is not installed."""

    tool: str
    command: Sequence[str | Path] | None
    version: str | None = None
    folder: Path | None = None
    environment: Mapping[str, str] = {}
    given: str = ""
    each: Callable[[Measured], Row] | None = None
    """What else to keep of every run."""
    facts: Callable[[], dict[str, Any]] | None = None
    """What to find out of the output after the last run."""


def in_turn(kit: Kit, results: Results, size: int, contenders: Sequence[Contender], out: Path) -> None:
    """Run every contender once, then every one again, ``kit.runs`` times; ``out`` is emptied before each run."""
    rows: dict[str, Row] = {}
    for turn in range(kit.runs):
        for one in contenders:
            row = rows.setdefault(one.tool, {"size": size, "tool": one.tool, "version": one.version, "runs": []})
            if one.command is None:
                row["missing"] = "not installed"
            elif turn == 0 or _again(row):
                emptied(out)
                _say(f"{size:>7} {one.tool}")
                measured = run(one.command, folder=one.folder, environment=one.environment, given=one.given, limit=kit.limit)
                good = measured.code == 0
                more = one.each(measured) if one.each is not None and good else {}
                row["runs"].append({**run_of(measured), **more})
                _say(f" {measured.seconds:.1f} s, {measured.cpu:.1f} s CPU, {measured.tree_mb:.0f} MB\n")
                if not good:
                    row["said"] = measured.err[-500:]
                if good and one.facts is not None and (turn == kit.runs - 1 or not _again(row)):
                    row["facts"] = {**_said_before(kit, results, row), **one.facts()}
            results.put(row)


def _said_before(kit: Kit, results: Results, row: Row) -> dict[str, Any]:
    """The verdicts of an earlier measurement, where none are asked for in this."""
    earlier = results.find(row["size"], row["tool"]) if not kit.judged else None
    facts = earlier.get("facts", {}) if earlier else {}
    return {key: facts[key] for key in ("epubcheck", "verapdf") if key in facts}


def _again(row: Row) -> bool:
    return all(run["code"] == 0 and run["seconds"] <= ONCE_OVER for run in row["runs"])


def archivekit(*words: str | Path) -> list[str | Path]:
    """The command line of this archivekit."""
    return [sys.executable, "-m", "archivekit", *words]


@lru_cache(maxsize=64)
def has_option(command: str, option: str) -> bool:
    """Whether this archivekit's command knows an option."""
    done = subprocess.run(archivekit(command, "--help"), capture_output=True, text=True, check=False)
    return re.search(rf"(?<![\w-]){option}(?![\w-])", done.stdout) is not None


def fresh(command: str, out: Path) -> list[str | Path]:
    """The words that keep what an earlier run left in a cache out of a measurement."""
    if has_option(command, "--no-cache"):
        return ["--no-cache"]
    return ["--cache", out / "cache"] if has_option(command, "--cache") else []


def build(kit: Kit, format: str, *words: str | Path) -> list[str | Path]:
    """The command line of a build of one format into the folder for outputs, without a cache."""
    out = kit.work / "out"
    return archivekit("build", *words, "--out", out, "--name", "book", "--format", format, "--quiet", *fresh("build", out))


def jobs(number: int) -> list[str]:
    """The words that tell ``build`` how many processes to use."""
    return ["--jobs" if has_option("build", "--jobs") else "--processes", str(number)]


def program(*names: str) -> Path | None:
    """The first of these programs that is installed."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    return Path(found) if found else None


def contender(tool: str, path: Path | None, words: Sequence[str | Path], **more: Any) -> Contender:
    """A contender that is a program with words behind it, with the version it gives itself."""
    return Contender(tool, [path, *words] if path else None, version([path, "--version"]) if path else None, **more)


def emptied(folder: Path) -> Path:
    """The folder, with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
