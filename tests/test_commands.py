"""Runs ``tests/commands/*.md``: each is a page a person can read, and every command on it does what the page says.

A fenced block whose info string ends in ``file=NAME`` is an input file. In a ``console`` block a line ``$ command`` is
run by the shell in a folder of the page's own; what follows, up to the next ``$``, is its output, standard error
included: ``...`` stands for anything in a line, and alone on a line for any number of lines. A last line ``=> 3`` is the
exit code, when it is not 0. ``ARCHIVEKIT_ACCEPT=1`` rewrites what does not match.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

PAGES = sorted((Path(__file__).parent / "commands").glob("*.md"))
FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
ACCEPT = os.environ.get("ARCHIVEKIT_ACCEPT") == "1"


class Step(NamedTuple):
    """A command and what is expected of it, output and exit code together as the page has them."""

    command: str
    expected: str


def steps(block: str) -> list[Step]:
    """The commands of a console block."""
    found = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [Step(*(part.partition("\n")[::2])) for part in found]


def run(command: str, folder: Path) -> str:
    """What a command prints and how it ends, in the form of the page."""
    shim = folder / ".bin" / "archivekit"
    if not shim.exists():
        shim.parent.mkdir()
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m archivekit "$@"\n')
        shim.chmod(0o755)
    path = os.pathsep.join([str(shim.parent), str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "COLUMNS": "100", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=120,
    )
    text = done.stdout.decode("utf-8", "backslashreplace")
    if text and not text.endswith("\n"):
        text += "\n"
    return text + (f"=> {done.returncode}\n" if done.returncode else "")


def matches(expected: str, got: str) -> bool:
    """Whether output is as the page says, ``...`` standing for anything."""
    lines = [
        "(?:[^\n]*\n)*" if line == "..." else "[^\n]*".join(re.escape(part) for part in line.split("...")) + "\n"
        for line in expected.split("\n")[:-1]
    ]
    return re.fullmatch("".join(lines), got) is not None


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    wrong: list[str] = []
    page_now: list[str] = []
    place = 0
    for fence in FENCE.finditer(text):
        kind, _, name = fence["info"].partition("file=")
        if name:
            target = tmp_path / name.strip()
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(fence["text"], encoding="utf-8")
        if kind.strip() != "console":
            continue
        page_now.append(text[place : fence.start("text")])
        place = fence.end("text")
        for step in steps(fence["text"]):
            got = run(step.command, tmp_path)
            good = matches(step.expected, got)
            page_now.append(f"$ {step.command}\n{step.expected if good else got}")
            if not good:
                wrong.append(f"$ {step.command}\nexpected:\n{step.expected}\ngot:\n{got}")
    assert place, "the page runs nothing"
    if ACCEPT:
        page.write_text("".join(page_now) + text[place:], encoding="utf-8")
        return
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        ("", "", True),
        ("a\n", "a\n", True),
        ("a\n", "b\n", False),
        ("a...c\n", "abbbc\n", True),
        ("a...c\n", "ab\nc\n", False),
        ("...\nz\n", "x\ny\nz\n", True),
        ("...\nz\n", "z\n", True),
        ("a\n", "a\n=> 1\n", False),
        ("a.b\n", "axb\n", False),
    ],
)
def test_the_pattern_language(expected: str, got: str, same: bool) -> None:
    assert matches(expected, got) is same


def test_there_are_pages() -> None:
    assert len(PAGES) >= 8
