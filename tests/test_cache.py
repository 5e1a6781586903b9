"""The cache: what has not changed is not read or printed again, and no byte of any output depends on it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import pytest
import small
from fixtures import RED

from archivekit import cache
from archivekit.building import gathering, pipeline
from archivekit.cache import shelf as cached_shelf
from archivekit.cli.app import cache_folder
from archivekit.errors import CacheError
from archivekit.report import Report
from archivekit.writers import epub

PAGE = (
    "---\ntitle: {0}\ndate: 2020-01-{1:02}\nauthor: {2}\n---\n\nThe tide of day {1}, told at some length by the keeper.\n\n{3}"
)

Build = Callable[..., tuple[list[str], Report]]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Twelve documents, two with an image beside them, one that is there twice, and profiles of two publishers."""
    folder = tmp_path / "corpus"
    for name in ("profiles", "own"):
        (folder / name).mkdir(parents=True)
    (folder / "archivekit.toml").write_text('profiles = ["profiles"]\n')
    for name in ("east", "west"):
        (folder / "profiles" / f"{name}.toml").write_text(f'publisher = "{name.title()} Post"\nnames = ["{name}"]\n')
    for day in range(1, 12):
        image = f"![a picture](own/{day}.png)\n" if day < 3 else ""
        (folder / f"{day:02}.md").write_text(PAGE.format(f"Day {day}", day, ("east", "west")[day % 2], image))
    (folder / "again.md").write_bytes((folder / "05.md").read_bytes())
    (folder / "own" / "1.png").write_bytes(RED.data)
    return folder


@pytest.fixture
def build(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Builds with a cache; says which documents were read."""
    read: list[str] = []
    real = gathering.keep

    def noted(task: gathering.Task, found: gathering.Found) -> gathering.Kept:
        read.append(found.path)
        return real(task, found)

    def run(out: str = "out", *, cached: bool = True, **settings: object) -> tuple[list[str], Report]:
        read.clear()
        chosen = {"formats": ["jsonl", "epub"], "name": "x", **settings}
        report = pipeline.build(corpus, tmp_path / out, chosen, cache=tmp_path / "cache" if cached else None)
        return sorted(read), report

    monkeypatch.setattr(gathering, "keep", noted)
    return run


def same(tmp_path: Path, build: Build, **settings: object) -> None:
    """What the cache gave is what is made without it."""
    build("anew", cached=False, **settings)
    for name in ("x.jsonl", "x.epub", "x.report.json"):
        if (tmp_path / "anew" / name).exists():
            assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "anew" / name).read_bytes(), name


def test_what_is_known_is_not_read_again(tmp_path: Path, build: Build) -> None:
    first, report = build()
    assert len(first) == 12 and len(report.duplicates) == 1
    assert build()[0] == []
    same(tmp_path, build)


def test_one_document_more_is_the_only_one_that_is_read(tmp_path: Path, corpus: Path, build: Build) -> None:
    build()
    (corpus / "13.md").write_text(PAGE.format("Day 13", 13, "west", ""))
    assert build()[0] == ["13.md"]
    (corpus / "02.md").write_text(PAGE.format("Another", 2, "west", ""))
    (corpus / "03.md").unlink()
    assert build()[0] == ["02.md"]
    same(tmp_path, build)


def test_a_changed_profile_rereads_what_it_touches(tmp_path: Path, corpus: Path, build: Build) -> None:
    build()
    (corpus / "profiles" / "west.toml").write_text('publisher = "Western Post"\nnames = ["west"]\n')
    assert build()[0] == ["01.md", "03.md", "05.md", "07.md", "09.md", "11.md", "again.md"]
    (corpus / "profiles" / "north.toml").write_text('publisher = "North"\nsigns = ["day 4,"]\n')
    assert build()[0] == []
    (corpus / "04.md").write_text((corpus / "04.md").read_text().replace("author: east", "author: nobody"))
    assert build()[0] == ["04.md"]
    (corpus / "profiles" / "north.toml").unlink()
    assert build()[0] == ["04.md"]
    same(tmp_path, build)


def test_images_beside_a_document_count(tmp_path: Path, corpus: Path, build: Build) -> None:
    build()
    (corpus / "own" / "2.png").write_bytes(RED.data)
    assert build()[0] == ["02.md"]
    (corpus / "own" / "1.png").unlink()
    assert build()[0] == ["01.md"]
    assert build(images="grey")[0] == ["02.md"]
    assert build(images="none")[0] == []
    same(tmp_path, build, images="none")


def test_settings_that_change_a_record_count(build: Build, corpus: Path) -> None:
    build()
    assert build(order="title", group="month", title="Another")[0] == []
    assert len(build(static=["own"])[0]) == 12


def test_a_file_that_cannot_be_read_is_tried_every_time(corpus: Path, build: Build) -> None:
    (corpus / "bad.md").write_bytes(b"\x00\x01\x02" * 400)
    assert build()[1].exit_code == 3
    read, report = build()
    assert read == ["bad.md"] and [entry.path for entry in report.quarantined] == ["bad.md"]


def test_a_pipe_is_read_once(tmp_path: Path, corpus: Path, build: Build) -> None:
    build()
    for content in (PAGE.format("Piped", 20, "north", "").encode(), b" \n"):
        ours, theirs = os.pipe()
        os.write(theirs, content)
        os.close(theirs)
        named = [corpus, f"/dev/fd/{ours}"]
        report = pipeline.build(named, tmp_path / "out", {"formats": ["jsonl"]}, root=Path("/"), cache=tmp_path / "cache")
        os.close(ours)
        assert [(one.path, one.sha256) for one in report.quarantined] == [(f"dev/fd/{ours}", None)] * (not content.strip())
        assert report.articles == 12 - len(report.quarantined)


def test_only_the_volumes_that_change_are_printed(
    tmp_path: Path, corpus: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []
    real = epub.write

    def noted(bundle: epub.Bundle, target: Path, settings: epub.Settings) -> tuple[epub.Notice, ...]:
        printed.append(target.name)
        return real(bundle, target, settings)

    monkeypatch.setattr(epub, "write", noted)
    several = partial(build, volume_articles=3, group="none")
    files = [output.file for output in several()[1].outputs if output.file.endswith(".epub")]
    assert printed == files and len(files) >= 4
    printed.clear()
    assert [output.file for output in several()[1].outputs if output.file.endswith(".epub")] == files
    assert printed == []
    (corpus / "13.md").write_text(PAGE.format("Day 13", 13, "west", ""))
    several()
    assert 1 <= len(printed) <= 2 and "x-1.epub" not in printed
    (tmp_path / "out" / "x-1.epub").write_bytes(b"damaged")
    printed.clear()
    several()
    assert printed == ["x-1.epub"]
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir() if path.suffix == ".epub"}
    several("anew", cached=False)
    assert {path.name: path.read_bytes() for path in (tmp_path / "anew").iterdir() if path.suffix == ".epub"} == before


def test_a_cache_that_is_damaged_is_begun_anew(tmp_path: Path, build: Build) -> None:
    build()
    (tmp_path / "cache" / cache.FILE).write_bytes(b"no database at all" * 400)
    assert len(build()[0]) == 12
    assert build()[0] == []
    same(tmp_path, build)


def test_what_a_cache_holds_and_how_it_is_cleared(tmp_path: Path, build: Build) -> None:
    place = tmp_path / "cache"
    assert cache.contents(place).bytes == 0
    build()
    held = cache.contents(place)
    assert (held.sources, held.records, held.images, held.volumes) == (12, 12, 1, 1)
    with cache.opened(place), pytest.raises(CacheError, match="a build is using the cache"):
        cache.clear(place)
    assert cache.clear(place) == held
    assert cache.contents(place).bytes == 0
    assert len(build()[0]) == 12


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path, corpus: Path, build: Build) -> None:
    build()
    for path in sorted(corpus.glob("*.md"))[:6]:
        path.unlink()
    build()
    with cache.opened(tmp_path / "cache") as held:
        held.prune(most=1)
        assert [held.count(table) for table in ("entry", "record", "full_record", "rendition", "volume", "used")] == [0] * 6
    build()
    assert cache.contents(tmp_path / "cache").sources == 6


def test_what_goes_from_the_cache_in_the_middle_of_a_build_is_missed(
    tmp_path: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    build()
    before = (tmp_path / "out" / "x.jsonl").read_bytes()
    fill = cached_shelf.CachedShelf.fill

    def robbed(shelf: cached_shelf.CachedShelf) -> None:
        with closing(sqlite3.connect(tmp_path / "cache" / cache.FILE)) as other, other:
            other.execute("DELETE FROM record WHERE id = 1")
        fill(shelf)

    monkeypatch.setattr(cached_shelf.CachedShelf, "fill", robbed)
    with pytest.raises(CacheError, match="is gone"):
        build()
    assert (tmp_path / "out" / "x.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("table", "column"), [("full_record", "line"), ("record", "card"), ("record", "marks"), ("entry", "document")]
)
@pytest.mark.parametrize("at", [0, -1])
def test_what_is_damaged_in_the_cache_is_not_printed(tmp_path: Path, build: Build, table: str, column: str, at: int) -> None:
    build()
    before = (tmp_path / "out" / "x.jsonl").read_bytes()
    with closing(sqlite3.connect(tmp_path / "cache" / cache.FILE)) as other, other:
        for row, kept in other.execute(f"SELECT rowid, {column} FROM {table}").fetchall():
            damaged = bytearray(kept)
            damaged[at] ^= 0xC1
            other.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (bytes(damaged), row))
    with pytest.raises(CacheError, match="what is in it is damaged; archivekit cache --clear begins it anew"):
        build()
    assert (tmp_path / "out" / "x.jsonl").read_bytes() == before


def test_what_is_damaged_of_a_volume_is_said_so(tmp_path: Path, build: Build) -> None:
    build()
    with closing(sqlite3.connect(tmp_path / "cache" / cache.FILE)) as other, other:
        assert other.execute("UPDATE volume SET facts = ?", (b"\xc1",)).rowcount
    with pytest.raises(CacheError, match="what is in it is damaged"):
        build()


def test_a_byte_of_a_record_that_is_another_is_seen(tmp_path: Path, build: Build) -> None:
    build()
    with closing(sqlite3.connect(tmp_path / "cache" / cache.FILE)) as other, other:
        line = bytearray(other.execute("SELECT line FROM full_record WHERE id = 1").fetchone()[0])
        line[len(line) // 2] ^= 1
        other.execute("UPDATE full_record SET line = ? WHERE id = 1", (bytes(line),))
    with pytest.raises(CacheError, match="damaged"):
        build()


def test_a_volume_is_not_kept_without_when_it_was_used(tmp_path: Path) -> None:
    with cache.opened(tmp_path) as held:
        held.put_volume(b"key", b"facts")
        with closing(sqlite3.connect(tmp_path / cache.FILE)) as other:
            assert other.execute("SELECT kind, key FROM used").fetchall() == [("volume", b"key")]
            assert other.execute("SELECT key, facts FROM volume").fetchall() == [(b"key", b"facts")]


def test_a_cache_that_cannot_be_written_is_said_so(tmp_path: Path, build: Build) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(CacheError, match="cannot be written"):
        build()


def _building(corpus: Path, out: Path, place: Path) -> list[str]:
    options = ["--format", "jsonl", "--format", "epub", "--name", "x", "--quiet", "--jobs", "2", "--cache", str(place)]
    return [sys.executable, "-m", "archivekit", "build", str(corpus), "--out", str(out), *options]


BEGINNER = """
import sys
from pathlib import Path
from archivekit import cache

for line in sys.stdin:
    with cache.opened(Path(line.rstrip())) as held:
        print(held.count("build"), flush=True)
"""


def test_many_processes_begin_one_cache_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", BEGINNER]
    with ExitStack() as stack:
        started = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        ends = [(stack.enter_context(one).stdin, one.stdout) for one in started]
        for turn in range(24):
            for asked, _ in ends:
                print(tmp_path / str(turn), file=asked, flush=True)
            counts = [int((told.readline() if told else "") or 0) for _, told in ends]
            assert max(counts) == len(ends)
            assert min(counts) > 0
            assert not list((tmp_path / str(turn)).glob(f"{cache.FILE}.*")), "what was made beside it stays"


@pytest.mark.slow
def test_two_builds_with_one_cache(tmp_path: Path) -> None:
    corpus = small.corpus(tmp_path / "corpus")
    place = tmp_path / "cache"
    both = [subprocess.Popen(_building(corpus, tmp_path / f"out{n}", place), stderr=subprocess.PIPE) for n in range(2)]
    assert [(one.communicate()[1].count(b"quarantined"), one.returncode) for one in both] == [(1, 3)] * 2
    names = ("x.jsonl", "x.epub", "x.report.json")
    assert all((tmp_path / "out0" / name).read_bytes() == (tmp_path / "out1" / name).read_bytes() for name in names)


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0.6, 1.0, 1.4, 1.8, 2.4])
def test_a_build_that_is_killed_leaves_a_cache_that_is_whole(tmp_path: Path, moment: float) -> None:
    corpus = small.corpus(tmp_path / "corpus")
    place = tmp_path / "cache"
    run = subprocess.Popen(_building(corpus, tmp_path / "out", place), stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        run.wait(moment)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    for out in ("out", "anew"):
        assert subprocess.run(_building(corpus, tmp_path / out, place), capture_output=True, check=False).returncode == 3
    names = ("x.jsonl", "x.epub", "x.report.json")
    assert all((tmp_path / "out" / name).read_bytes() == (tmp_path / "anew" / name).read_bytes() for name in names)


def test_the_users_cache_is_done_without_where_it_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ARCHIVEKIT_CACHE", str(tmp_path / "file" / "cache"))
    assert cache_folder(None) is None
    assert "no cache is used" in capfd.readouterr().err
    assert cache_folder(tmp_path) == tmp_path
    monkeypatch.setenv("ARCHIVEKIT_CACHE", "off")
    assert cache_folder(None) is None
    assert capfd.readouterr().err == ""
    monkeypatch.delenv("ARCHIVEKIT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr(sys, "platform", "linux")
    assert cache_folder(None) == tmp_path / "xdg" / "archivekit"


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_a_user_without_a_home_has_no_cache(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], platform: str
) -> None:
    def homeless(uid: int) -> None:
        raise KeyError(uid)

    for name in ("ARCHIVEKIT_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", homeless)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder(None) is None
    assert capfd.readouterr().err == "archivekit: no cache is used: there is no home folder\n"
