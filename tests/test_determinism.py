"""Same sources, same settings, same version: same bytes in every format, whatever the machine's mood."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
import small

ROOT = Path(__file__).parent.parent

DAYS = 400
CLOCK = f"""
import time
now, local, utc, text = time.time, time.localtime, time.gmtime, time.strftime
time.time = lambda: now() + {DAYS} * 86400
time.time_ns = lambda: int(time.time() * 1e9)
time.localtime = lambda seconds=None: local(time.time() if seconds is None else seconds)
time.gmtime = lambda seconds=None: utc(time.time() if seconds is None else seconds)
time.strftime = lambda form, moment=None: text(form, moment or time.localtime())
"""
"""A ``sitecustomize`` module that moves the clock of ``time``; it is imported before anything else."""

SHIM = f"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *t) {{
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(id, t);
    if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) t->tv_sec += {DAYS} * 86400;
    return result;
}}
time_t time(time_t *t) {{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (t) *t = now.tv_sec;
    return now.tv_sec;
}}
"""
"""The same for every clock of the process, ``datetime``'s as well, where there is a C compiler."""


class Mood(NamedTuple):
    """What may differ between two builds of one corpus."""

    environment: Mapping[str, str]
    elsewhere: bool = False
    """Whether the corpus is copied to another folder, its files made in reverse order with new times, and the working
    folder is that one."""
    tomorrow: bool = False
    """Whether the clock is four hundred days on."""
    processes: str = ""


ZONES = ("UTC", "Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati")
LOCALES = ({"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "0"}, {"LC_ALL": "POSIX", "LANGUAGE": "zh_TW"})
SEEDS = ("0", "1", "4294967295")

FEW = (
    Mood({"TZ": "Asia/Shanghai", "LC_ALL": "C", "LANGUAGE": "zh_TW", "PYTHONHASHSEED": "1"}, elsewhere=True, tomorrow=True),
    Mood({"TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "0", "PYTHONHASHSEED": "2", "COLUMNS": "40"}),
)
MANY = tuple(
    Mood({"TZ": zone, "PYTHONHASHSEED": seed, **locale}, elsewhere=elsewhere, tomorrow=tomorrow, processes=processes)
    for zone in ZONES
    for locale, seed in zip(LOCALES, SEEDS, strict=True)
    for elsewhere, tomorrow, processes in ((False, True, "1"), (True, False, "2"))
)
LEFT_OUT = ("SOURCE_DATE_EPOCH", "PYTHONHASHSEED", "TZ", "LC_ALL", "LANG", "LANGUAGE")


def _build(corpus: str, cwd: Path, out: Path, mood: Mood, *formats: str) -> dict[str, bytes]:
    chosen = [part for name in formats for part in ("--format", name)]
    command = [sys.executable, "-m", "archivekit", "build", corpus, "--out", str(out), "--name", "x", "--quiet", *chosen]
    command += ["--jobs", mood.processes] if mood.processes else []
    kept = {key: value for key, value in os.environ.items() if key not in LEFT_OUT}
    path = [str(ROOT), kept.pop("PYTHONPATH", "")]
    if mood.tomorrow:
        more = _tomorrow(out.parent / "clock")
        path.insert(0, more.pop("PYTHONPATH", ""))
        kept |= more
    environment = {**kept, "PYTHONPATH": os.pathsep.join(filter(None, path)), **mood.environment}
    done = subprocess.run(command, cwd=cwd, env=environment, check=False, timeout=300, capture_output=True)
    assert done.returncode in (0, 3), done.stderr.decode()
    return {path.name: path.read_bytes() for path in out.iterdir()}


def _tomorrow(folder: Path) -> dict[str, str]:
    """What must be in the environment of a process for it to take the day for another."""
    folder.mkdir(parents=True)
    compiler = shutil.which("cc") or shutil.which("gcc")
    if sys.platform == "linux" and compiler:
        (folder / "clock.c").write_text(SHIM)
        command = [compiler, "-shared", "-fPIC", "-o", str(folder / "clock.so"), str(folder / "clock.c"), "-ldl"]
        if subprocess.run(command, check=False, capture_output=True).returncode == 0:
            return {"LD_PRELOAD": str(folder / "clock.so")}
    (folder / "sitecustomize.py").write_text(CLOCK)
    return {"PYTHONPATH": str(folder)}


def _moved(corpus: Path, target: Path) -> None:
    """Copy a corpus, its files made in reverse order and all of one time."""
    for file in sorted((path for path in corpus.rglob("*") if path.is_file()), reverse=True):
        copy = target / file.relative_to(corpus)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
        os.utime(copy, (10**9, 10**9))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small.corpus(tmp_path_factory.mktemp("mood") / "corpus")


@pytest.fixture(scope="module")
def reference(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    made = _build(str(corpus), ROOT, tmp_path_factory.mktemp("reference") / "out", Mood({}))
    assert sorted(made) == ["x.epub", "x.jsonl", "x.pdf", "x.report.json"]
    return made


def _same(reference: dict[str, bytes], corpus: Path, folder: Path, mood: Mood) -> None:
    if mood.elsewhere:
        _moved(corpus, folder / "elsewhere" / "corpus")
        made = _build("corpus", folder / "elsewhere", folder / "out", mood)
    else:
        made = _build(str(corpus), folder, folder / "out", mood)
    assert [name for name in reference if made[name] != reference[name]] == []
    assert made.keys() == reference.keys()


@pytest.mark.parametrize("mood", FEW, ids=str)
def test_every_format_in_any_mood(reference: dict[str, bytes], corpus: Path, tmp_path: Path, mood: Mood) -> None:
    _same(reference, corpus, tmp_path, mood)


@pytest.mark.slow
@pytest.mark.parametrize("mood", MANY, ids=str)
def test_every_format_in_every_mood(reference: dict[str, bytes], corpus: Path, tmp_path: Path, mood: Mood) -> None:
    _same(reference, corpus, tmp_path, mood)


def test_the_clock_of_the_matrix_is_moved(tmp_path: Path) -> None:
    environment = _tomorrow(tmp_path / "clock")
    code = "import datetime, time; print(time.time(), time.strftime('%Y'), datetime.datetime.now().timestamp())"
    moved, real = (
        subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True, text=True).stdout.split()
        for env in ({**os.environ, **environment}, {**os.environ})
    )
    assert float(moved[0]) - float(real[0]) > (DAYS - 1) * 86400
    assert moved[1] != real[1]
    assert "LD_PRELOAD" not in environment or float(moved[2]) - float(real[2]) > (DAYS - 1) * 86400


def test_files_one_by_one_give_the_records_of_the_folder(tmp_path: Path) -> None:
    built = _build(str(ROOT / "corpus"), ROOT, tmp_path / "out", Mood({}), "jsonl")
    command = [sys.executable, "-m", "archivekit", "read", "--root", "corpus", "corpus"]
    read = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120).stdout
    assert sorted(read.split(b"\n")) == sorted(built["x.jsonl"].split(b"\n"))
