"""What only a real process shows: terminals, pipes, signals, speed. What is printed is in ``tests/commands/``."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "archivekit"]
DUMP = "<!--1713403706000-->\n[A title](https://example.org/)\n------\n\n<p>Words.</p>\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(DUMP.replace("Words", f"Words {number}"))
    return folder


def _on_a_terminal(*arguments: str) -> bytes:
    """What a command writes to standard error when that is a terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "NO_COLOR": "1"}
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.DEVNULL, stderr=theirs, env=environment) as process:
        os.close(theirs)
        written = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            written += part
        os.close(ours)
        assert process.wait(timeout=60) == 0
    return written


def test_a_progress_bar_is_for_terminals_only(corpus: Path, tmp_path: Path) -> None:
    arguments = ["build", str(corpus), "--out", str(tmp_path / "dist"), "--format", "jsonl"]
    assert b"3/3" in _on_a_terminal(*arguments)
    assert _on_a_terminal(*arguments, "--quiet") == b""
    assert subprocess.run([*COMMAND, *arguments], capture_output=True, check=True).stderr == b""


def _environment(buffered: bool) -> dict[str, str]:
    """Python writes standard output at once where this variable has any text."""
    return {**os.environ, "PYTHONUNBUFFERED": "" if buffered else "1"}


@pytest.mark.parametrize("buffered", [True, False])
def test_a_reader_that_goes_away_is_no_error(corpus: Path, buffered: bool) -> None:
    for number in range(3, 300):
        (corpus / f"{number}.txt").write_text(DUMP.replace("Words", f"Words {number}" * 50))
    command = [*COMMAND, "read", str(corpus)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment(buffered)) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline().startswith(b'{"schema":"archivekit/article/1"')
        process.stdout.close()
        assert (process.wait(timeout=60), process.stderr.read()) == (141, b"")


PRINTED = [["--help"], ["--version"], ["schema"], ["readers"], ["read", "note.txt"], ["inspect", "note.txt"]]


@pytest.mark.parametrize("arguments", PRINTED)
def test_a_reader_that_was_never_there_is_no_error(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "note.txt").write_text(DUMP)
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run([*COMMAND, *arguments], stdout=theirs, stderr=subprocess.PIPE, cwd=tmp_path, check=False)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("arguments", PRINTED)
def test_standard_output_that_cannot_be_written_is_an_error(tmp_path: Path, arguments: list[str], buffered: bool) -> None:
    (tmp_path / "note.txt").write_text(DUMP)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env=_environment(buffered),
            check=False,
        )
    said = b"archivekit: standard output: No space left on device [OutputError]\n"
    assert (done.returncode, done.stderr) == (1, said)


def test_a_polite_kill_leaves_nothing_half_done(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "dist"
    os.mkfifo(tmp_path / "pipe")
    arguments = ["build", str(corpus), str(tmp_path / "pipe"), "--out", str(out), "--format", "jsonl"]
    with subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 30
        while not out.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert out.exists()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 128 + signal.SIGTERM
    assert not out.exists()


def _seconds(*command: str) -> float:
    """Processor time of a command, the best of three."""
    taken = []
    for _ in range(3):
        before = os.times()
        subprocess.run([sys.executable, *command], capture_output=True, check=True)
        after = os.times()
        taken.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return min(taken)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_costs_little_more_than_the_interpreter_and_typer(arguments: list[str]) -> None:
    assert _seconds("-m", "archivekit", *arguments) < 2 * _seconds("-c", "import typer.main, typer.core") + 0.1


def test_the_installed_command_is_the_module(corpus: Path) -> None:
    command = Path(sys.executable).parent / "archivekit"
    outputs = {
        subprocess.run([*start, "read", str(corpus)], capture_output=True, check=True).stdout for start in ([command], COMMAND)
    }
    assert len(outputs) == 1
