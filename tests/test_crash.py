"""Whatever goes wrong, the outputs are the old set or the new one, and nothing of a source is written to."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from archivekit import readings
from archivekit.building import pipeline
from archivekit.config import Settings
from archivekit.corpus import walk
from archivekit.errors import (
    ChangedSourceError,
    FolderInUseError,
    OutputError,
    TooManyFailuresError,
    UsageError,
)
from archivekit.files import atomic, lock
from archivekit.files.atomic import Staging, settle, unsettled

ROOT = Path(__file__).parent.parent
DRIVER = Path(__file__).with_name("crash_driver.py")
BINARY = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
JSONL = Settings(name="x", formats=("jsonl",))
FULL = {"jsonl": 1, "jsonl,epub": 1, "jsonl,epub,pdf": 5}
"""What the slow run builds, and how many operations lie between two faults."""


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.txt").write_text("One\n\nwords of the first article\n")
    (folder / "b.txt").write_text("Two\n\nwords of the second article\n")
    return folder


# --- a fault at every operation -----------------------------------------------------------------------------------


def _driven(how: str, folder: Path, formats: str, every: int) -> dict[str, object]:
    command = [sys.executable, str(DRIVER), how, str(folder), formats, str(every)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=1800)
    assert done.returncode == 0, done.stderr.decode()
    figures: dict[str, object] = json.loads(done.stdout)
    print(how, formats, figures)
    return figures


@pytest.mark.parametrize(("how", "every"), [("kill", 1), ("once", 3), ("always", 3)])
def test_a_fault_at_every_operation(tmp_path: Path, how: str, every: int) -> None:
    figures = _driven(how, tmp_path, "jsonl", every)
    assert figures["wrong"] == []
    assert figures["untouched"]
    assert int(str(figures["tried"])) >= 60 // every - 10
    assert figures["old"] and figures["new"], "faults before and after the moment of decision"


@pytest.mark.slow
@pytest.mark.parametrize("formats", FULL)
@pytest.mark.parametrize("how", ["kill", "once", "always"])
def test_a_fault_at_every_operation_of_every_format(tmp_path: Path, how: str, formats: str) -> None:
    figures = _driven(how, tmp_path, formats, FULL[formats])
    assert figures["wrong"] == []
    assert figures["untouched"]


# --- kills at any time, full disks, folders that cannot be written --------------------------------------------------


def _building(corpus: Path, out: Path, *formats: str) -> list[str]:
    chosen = [part for name in formats for part in ("--format", name)]
    return [sys.executable, "-m", "archivekit", "build", str(corpus), "--out", str(out), "--name", "x", "-q", *chosen]


def test_a_kill_at_any_time(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pipeline.build(corpus, out, JSONL)
    old = _contents(out)
    (corpus / "a.txt").write_text("One\n\nother words\n")
    pipeline.build(corpus, tmp_path / "new", JSONL)
    new = _contents(tmp_path / "new")
    for delay in (0.1, 0.4, 0.5, 0.6, 0.8):
        process = subprocess.Popen(_building(corpus, out, "jsonl"))
        time.sleep(delay)
        process.kill()
        process.wait()
        seen = _contents_seen(out)
        assert seen in (old, new) or unsettled(out)
    pipeline.build(corpus, out, JSONL)
    assert _contents(out) == new


def _contents_seen(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


@pytest.mark.parametrize("limit", [0, 100, 1000])
def test_a_disk_that_is_full_at_some_byte(corpus: Path, tmp_path: Path, limit: int) -> None:
    out = tmp_path / "out"
    pipeline.build(corpus, out, JSONL)
    old = _contents(out)
    (corpus / "a.txt").write_text("One\n\nother words\n")
    code = "import resource, sys\nfrom archivekit.cli import main\n"
    code += f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
    code += f"sys.argv = {['archivekit', *_building(corpus, out, 'jsonl')[3:]]!r}\nmain()\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=120)
    assert done.returncode == 1, done.stderr.decode()
    assert re.search(rb"(File too large \[OutputError|disk I/O error, where .*\[CacheError)\]\n$", done.stderr)
    assert _contents(out) == old


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="mounting needs root")
@pytest.mark.parametrize("options", ["size=8k", "size=20k", "ro"])
def test_a_small_disk_and_one_that_cannot_be_written(corpus: Path, tmp_path: Path, options: str) -> None:
    out = tmp_path / "disk"
    out.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(out)], check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        with pytest.raises(OutputError, match=r"No space left|Read-only"):
            pipeline.build(ROOT / "corpus", out, JSONL)
        assert _contents(out) == {}
    finally:
        subprocess.run(["umount", str(out)], check=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pipeline.build(corpus, out, JSONL)
    old = _contents(out)
    out.chmod(0o555)
    with pytest.raises(OutputError, match="Permission denied"):
        pipeline.build(corpus, out, JSONL)
    out.chmod(0o755)
    assert _contents(out) == old


# --- the switch ---------------------------------------------------------------------------------------------------


def _interrupted(folder: Path, marker: str) -> None:
    """A folder as a build leaves it that was killed after one of two renames."""
    place = folder / ".archivekit-1.part"
    for part in ("new", "earlier"):
        (place / part).mkdir(parents=True)
    (folder / "a").write_text("new a")
    (folder / "b").write_text("old b")
    (place / "new" / "b").write_text("new b")
    (place / "earlier" / "a").write_text("old a")
    (place / "earlier" / "b").write_text("old b")
    (place / marker).write_text('{"names":["a","b","c"],"kept":["a","b"]}')


@pytest.mark.parametrize(("marker", "expected"), [("journal", "new"), ("undo", "old")])
def test_an_interrupted_switch_is_seen_and_settled(tmp_path: Path, marker: str, expected: str) -> None:
    _interrupted(tmp_path, marker)
    assert unsettled(tmp_path) == ("a", "b", "c")
    settle(tmp_path)
    assert _contents(tmp_path) == {name: f"{expected} {name}".encode() for name in "ab"}
    assert unsettled(tmp_path) == ()


@pytest.mark.parametrize("names", ['["../a"]', '["/etc/a"]', '[".."]', '[""]'])
def test_a_journal_names_files_of_its_folder_only(tmp_path: Path, names: str) -> None:
    inner = tmp_path / "out"
    _interrupted(inner, "journal")
    (inner / ".archivekit-1.part" / "journal").write_text(f'{{"names":{names},"kept":[]}}')
    settle(inner)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_build_that_fails_settles_first(tmp_path: Path) -> None:
    _interrupted(tmp_path, "journal")
    with pytest.raises(RuntimeError), Staging(tmp_path):
        raise RuntimeError
    assert _contents(tmp_path) == {"a": b"new a", "b": b"new b"}


def test_a_stop_in_the_middle_of_the_switch_completes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[str] = []
    replace = Path.replace

    def stopping(self: Path, target: Path) -> Path:
        if self.parent.name == "new":
            moved.append(self.name)
            if len(moved) == 2:
                raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", stopping)
    with pytest.raises(KeyboardInterrupt), Staging(tmp_path) as staging:
        for name in "abc":
            staging.file(name).write_text("new")
        staging.commit()
    assert _contents(tmp_path) == dict.fromkeys("abc", b"new")


def test_files_that_cannot_be_linked_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "z").write_text("old")
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if self.parent.name == "new" and self.name == "z":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    monkeypatch.setattr(os, "link", lambda *given, **more: (_ for _ in ()).throw(OSError(errno.EPERM, "no links")))
    with pytest.raises(OutputError, match="Input/output error"), Staging(tmp_path) as staging:
        for name in "az":
            staging.file(name).write_text("new")
        staging.commit()
    assert _contents(tmp_path) == {"a": b"old", "z": b"old"}


# --- two builds at once -------------------------------------------------------------------------------------------


def test_a_second_build_is_told_who_has_the_folder(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pipeline.build(corpus, out, JSONL)
    old = _contents(out)
    with Staging(out):
        with pytest.raises(
            FolderInUseError, match=rf"process {os.getpid()} on \S+ is writing into this folder; wait"
        ) as caught:
            pipeline.build(corpus, out, JSONL)
        assert caught.value.path == str(out)
        done = subprocess.run(_building(corpus, out, "jsonl"), capture_output=True, check=False, timeout=60)
        assert done.returncode == 1
        assert re.search(rb"out: process \d+ on .* is writing into this folder; .*\[FolderInUseError\]", done.stderr)
    assert _contents(out) == old


def test_the_lock_of_a_killed_process_is_taken_over(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    code = "import os, sys, time\nfrom pathlib import Path\nfrom archivekit.files.lock import locked\n"
    code += "with locked(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"
    process = subprocess.Popen([sys.executable, "-c", code, str(out)], stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"held\n"
    with pytest.raises(FolderInUseError, match=f"process {process.pid} on"):
        pipeline.build(corpus, out, JSONL)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert (out / lock.NAME).exists()
    pipeline.build(corpus, out, JSONL)
    assert sorted(_contents(out)) == ["x.jsonl", "x.report.json"]


def test_many_builds_at_once_leave_one_whole_set(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pipeline.build(corpus, tmp_path / "alone", JSONL)
    processes = [subprocess.Popen(_building(corpus, out, "jsonl"), stderr=subprocess.PIPE) for _ in range(4)]
    ends = [(process.communicate()[1], process.returncode) for process in processes]
    assert {code for _, code in ends} <= {0, 1}
    assert any(code == 0 for _, code in ends)
    assert all(code == 0 or b"FolderInUseError" in said for said, code in ends)
    assert _contents(out) == _contents(tmp_path / "alone")


# --- sources ------------------------------------------------------------------------------------------------------


def test_a_source_that_keeps_changing_is_set_aside(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fstat, calls = os.fstat, iter(range(10**6))

    def restless(handle: int) -> os.stat_result:
        known = list(fstat(handle))
        known[6] += 0 if len(known) < 7 else next(calls) % 2
        return os.stat_result(known)

    monkeypatch.setattr(walk.os, "fstat", restless)
    with pytest.raises(ChangedSourceError, match=r"a\.txt: something else is writing"):
        readings.read(corpus / "a.txt")


def test_a_source_that_changed_once_is_read_again(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, fstat, calls = corpus / "a.txt", os.fstat, []

    def appended(handle: int) -> os.stat_result:
        calls.append(handle)
        if len(calls) == 2:
            with file.open("a") as stream:
                stream.write("one more line\n")
        return fstat(handle)

    monkeypatch.setattr(walk.os, "fstat", appended)
    (article,) = readings.read(file)
    assert article.provenance.source.size == file.stat().st_size
    assert len(calls) == 4


def test_a_source_is_never_an_output(corpus: Path, tmp_path: Path) -> None:
    pipeline.build(corpus, tmp_path / "out", JSONL)
    old = _contents(tmp_path / "out")
    for format in ("jsonl", "epub"):  # written over by the first, taken away as an earlier build's by the second
        with pytest.raises(UsageError, match=r"x\.jsonl is read and is an output's name in this folder"):
            pipeline.build(tmp_path / "out" / "x.jsonl", tmp_path / "out", msgspec.structs.replace(JSONL, formats=(format,)))
    assert _contents(tmp_path / "out") == old


WATCHED = """
import os, sys
from archivekit.building import pipeline
root = os.path.realpath(sys.argv[1])
seen = []
def inside(path):
    return isinstance(path, (str, bytes)) and os.path.realpath(os.fsdecode(path)).startswith(root)
def hook(event, given):
    if event == "open" and inside(given[0]):
        seen.append(given[0])
        assert not (given[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_TRUNC | os.O_CREAT), given
    elif event in ("os.rename", "os.remove", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.utime", "os.mkdir"):
        assert not any(map(inside, given)), (event, given)
sys.addaudithook(hook)
pipeline.build(root, sys.argv[2], {"name": "x", "formats": ["jsonl"]})
assert len(seen) > 20
"""


def test_no_file_of_the_corpus_is_opened_for_writing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WATCHED, str(ROOT / "corpus"), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()


# --- quarantine ---------------------------------------------------------------------------------------------------


@pytest.fixture
def bad(corpus: Path) -> Path:
    (corpus / "deep").mkdir()
    (corpus / "deep" / "empty.txt").write_bytes(b" \n")
    (corpus / "binary.txt").write_bytes(BINARY)
    return corpus


def test_failing_files_are_copied(bad: Path, tmp_path: Path) -> None:
    report = pipeline.build(bad, tmp_path / "out", JSONL, quarantine=tmp_path / "aside")
    assert [entry.path for entry in report.quarantined] == ["binary.txt", "deep/empty.txt"]
    assert (tmp_path / "aside" / "binary.txt").read_bytes() == BINARY
    assert (tmp_path / "aside" / "deep" / "empty.txt").read_bytes() == b" \n"
    assert len([path for path in (tmp_path / "aside").rglob("*") if path.is_file()]) == 2


def test_a_quarantine_that_would_be_read_is_refused(bad: Path, tmp_path: Path) -> None:
    for place in (bad, bad / "aside"):
        with pytest.raises(UsageError, match="inside a folder that is read"):
            pipeline.build(bad, tmp_path / "out", JSONL, quarantine=place)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("allowed", "stops"), [(0, True), (1, True), (2, False), (3, False)])
def test_more_failures_than_allowed_stop_the_build(bad: Path, tmp_path: Path, allowed: int, stops: bool) -> None:
    out = tmp_path / "out"
    pipeline.build(bad, out, JSONL)
    old = _contents(out)
    (bad / "a.txt").write_text("One\n\nother words\n")
    if stops:
        message = f"{allowed + 1} documents cannot be read, {allowed} may: binary.txt: "
        with pytest.raises(TooManyFailuresError, match=message):
            pipeline.build(bad, out, JSONL, max_failures=allowed)
        assert _contents(out) == old
    else:
        assert pipeline.build(bad, out, JSONL, max_failures=allowed).exit_code == 3
        assert _contents(out) != old


def test_a_copy_that_cannot_be_written_leaves_the_earlier_outputs(bad: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        pipeline.build(bad, tmp_path / "out", JSONL, quarantine=tmp_path / "file")
    assert not (tmp_path / "out").exists()
    assert atomic.unsettled(tmp_path) == ()
