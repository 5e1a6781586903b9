"""Addresses: what is behind them is found, read and written as on a disk, and nothing else is asked of any place."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import fsspec
import pytest
from small import corpus

from archivekit.config import load_settings
from archivekit.corpus import places
from archivekit.corpus.walk import Found, base_of, find, read_bytes
from archivekit.errors import (
    ConfigError,
    MissingRequirementError,
    OutputError,
    TooManyFilesError,
    UnreadableSourceError,
    UsageError,
)
from archivekit.files import remote
from archivekit.images.remote import TOP, RemoteFinder, RemoteStore
from archivekit.images.store import Entry, Store
from archivekit.limits import DEFAULT, Limits
from archivekit.readings import read_tree


@pytest.fixture
def memory() -> Iterator[Any]:
    """An empty file system in memory."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


def _touch(system: Any, *names: str) -> None:
    for name in names:
        system.pipe_file(f"/{name}", b"x")


def upload(folder: Path, address: str) -> None:
    """Put a whole folder behind an address."""
    system, path = fsspec.core.url_to_fs(address)
    for file in folder.rglob("*"):
        if file.is_file():
            system.pipe_file(f"{path}/{file.relative_to(folder).as_posix()}", file.read_bytes())


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("s3://bucket/a/b/", "s3://bucket/a/b"),
        (Path("s3://bucket/a"), "s3://bucket/a"),
        ("memory://x", "memory://x"),
        ("gs://b", "gs://b"),
        ("file:///x", None),
        ("http://example.org/x", None),
        ("s3", None),
        ("/data/s3:/x", None),
        ("C://x", None),
    ],
)
def test_what_is_an_address(path: str | Path, address: str | None) -> None:
    assert remote.address_of(path) == address


def test_a_folder_is_listed_like_one_on_a_disk(memory: Any, tmp_path: Path) -> None:
    names = ["b/1.txt", "b.txt", "a/z/9.md", "a/10.md", "图/三.txt", "c.png", ".hidden/d.txt", "archivekit.toml", "e"]
    _touch(memory, *(f"x/{name}" for name in names))
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    here, there = find([tmp_path]), find(["memory://x"])
    assert [found.path for found in there.documents] == [found.path for found in here.documents]
    assert there.skipped == here.skipped
    assert (there.root, there.address) == (None, "memory://x")


def test_files_patterns_and_folders_together(memory: Any) -> None:
    _touch(memory, "x/a/1.txt", "x/a/2.png", "x/b/3.txt", "x/b/4.txt", "y/5.txt")

    def paths(*given: str, root: str | None = None) -> list[str]:
        return [found.path for found in find(given, root=Path(root) if root else None).documents]

    assert paths("memory://x/a/2.png") == ["2.png"]
    assert paths("memory://x/a/2.png", "memory://x/b") == ["a/2.png", "b/3.txt", "b/4.txt"]
    assert paths("memory://x/*/*.txt") == ["a/1.txt", "b/3.txt", "b/4.txt"]
    assert paths("memory://x/b", "memory://x/b/3.txt") == ["3.txt", "4.txt"]
    assert paths("memory://x/b", root="memory://x") == ["b/3.txt", "b/4.txt"]


@pytest.mark.parametrize(
    ("paths", "root", "message"),
    [
        (["memory://x/nosuch"], None, "no such file or folder"),
        (["memory://x", "."], None, "cannot be read together"),
        (["memory://x", "-"], None, "cannot be read together"),
        (["memory://x"], Path("memory://y"), "not below the root"),
        (["memory://x"], Path("/"), "cannot be read together"),
    ],
)
def test_paths_that_cannot_be_meant(memory: Any, paths: list[str], root: Path | None, message: str) -> None:
    _touch(memory, "x/1.txt", "y/1.txt")
    with pytest.raises(UsageError, match=message):
        find(paths, root=root)


def test_names_that_would_lead_out_of_a_folder_are_passed_over(memory: Any) -> None:
    for name in ("/x/a/../../../etc/passwd.txt", "/x//b.txt", "/x/c.txt"):
        memory.store[name] = memory.store.get(name) or fsspec.implementations.memory.MemoryFile(memory, name, b"x")
    walk = find(["memory://x"])
    assert [found.path for found in walk.documents] == ["c.txt"]
    assert {entry.reason for entry in walk.skipped} == {"special"}


def test_limits_hold(memory: Any) -> None:
    _touch(memory, "x/1.txt", "x/2.txt")
    memory.pipe_file("/x/3.txt", b"x" * 100)
    with pytest.raises(TooManyFilesError):
        find(["memory://x"], limits=Limits(files=2))
    (found,) = find(["memory://x/3.txt"]).documents
    assert read_bytes(found) == b"x" * 100
    assert remote.sha256(found.address, 99) is None
    assert remote.sha256(found.address, 100) == hashlib.sha256(b"x" * 100).hexdigest()
    with pytest.raises(UnreadableSourceError, match="gone"):
        read_bytes(Found("gone.txt", address="memory://x/gone.txt"))


def test_what_file_names_is_a_path_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    assert find([f"file://{tmp_path}"]) == find([tmp_path])
    assert places.settled(["-"], corpus=Path(f"file://{tmp_path}")) == places.settled(["-"], corpus=tmp_path)
    Store(tmp_path / "store").folder.mkdir()
    (reading,) = read_tree(tmp_path / "a.txt", store=Path(f"file://{tmp_path}/store"))
    assert reading.error is None


def test_the_settings_of_a_corpus_and_what_they_name_are_got(memory: Any) -> None:
    memory.pipe_file("/x/archivekit.toml", b'title = "T"\nprofiles = ["p"]\ncss = "s/a.css"\n')
    memory.pipe_file("/x/p/one.toml", b"")
    memory.pipe_file("/x/s/a.css", b"p {}")
    _touch(memory, "x/article.txt")
    folder = base_of(["memory://x"])
    assert folder is not None
    assert folder.name == "x"
    assert load_settings(folder).title == "T"
    assert sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()) == [
        "archivekit.toml",
        "p/one.toml",
        "s/a.css",
    ]


def test_images_are_found_beside_their_document_and_in_the_sites_folders(memory: Any, tmp_path: Path) -> None:
    place = corpus(tmp_path / "corpus")
    upload(place, "memory://x")
    png = next(file for file in (place / "static").rglob("*.png"))
    name = png.relative_to(place / "static").as_posix()
    finder = RemoteFinder("memory://x", ("static",), None, DEFAULT)
    assert finder._locate(f"/{name}", TOP / "blog" / "a.md") == f"static/{name}"
    assert finder._locate("../../../etc/passwd", TOP / "blog" / "a.md") is None
    assert finder._bytes(f"static/{name}")[0] == png.read_bytes()
    looked = dict(finder.looked)
    assert finder.is_as_it_was(looked)
    memory.pipe_file(f"/x/static/{name}", b"other")
    assert not RemoteFinder("memory://x", ("static",), None, DEFAULT).is_as_it_was(looked)


def test_a_store_is_read_where_it_is(memory: Any, tmp_path: Path) -> None:
    made = Store(tmp_path / "store")
    with made.writing():
        digest = made.put(b"bytes", "image/png")
        made.record(Entry(address="https://example.org/1.png", sha256=digest, media_type="image/png", size=5))
    upload(tmp_path / "store", "memory://store")
    store = RemoteStore("memory://store", DEFAULT)
    entry = store.find("https://example.org/1.png")
    assert entry is not None
    assert store.load(entry) == b"bytes"
    memory.pipe_file(f"/store/{store.path(entry).as_posix()}", b"bites")
    assert RemoteStore("memory://store", DEFAULT).load(entry) is None
    memory.pipe_file("/store/assets.lock.jsonl", b"{")
    with pytest.raises(ConfigError, match="line 1 is not an entry"):
        RemoteStore("memory://store", DEFAULT).entries  # noqa: B018


def test_outputs_are_put_when_all_are_there_the_report_last(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put: list[str] = []
    system = type(memory)
    real = system.put_file
    monkeypatch.setattr(
        system, "put_file", lambda self, here, there, **more: (put.append(there), real(self, here, there, **more))[1]
    )
    with remote.outputs("memory://out", ".report.json") as folder:
        for name in ("x.report.json", "x.epub", "y.jsonl"):
            (folder / name).write_text(name)
        assert put == []
    assert put == ["/out/x.epub", "/out/y.jsonl", "/out/x.report.json"]
    with remote.fetched("memory://out") as folder:
        assert sorted(file.name for file in folder.iterdir()) == ["x.epub", "x.report.json", "y.jsonl"]
    with pytest.raises(OutputError, match="refused"):
        monkeypatch.setattr(system, "put_file", _refuse)
        with remote.outputs("memory://out", ".report.json") as folder:
            (folder / "x").write_text("x")


def _refuse(*given: object, **more: object) -> None:
    raise PermissionError("refused")


class _Driver(ModuleType):
    """A driver with an exception that is neither an OSError nor a ValueError."""

    class HttpError(Exception):
        """What a driver of Google's raises."""


def test_whatever_a_driver_raises_is_told(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object, **more: object) -> None:
        raise _Driver.HttpError("Invalid Credentials, 401")

    _touch(memory, "x/1.txt")
    monkeypatch.setitem(sys.modules, "gcsfs.retry", _Driver("gcsfs.retry"))
    for name in ("isfile", "isdir", "open", "put_file", "ls"):
        monkeypatch.setattr(type(memory), name, broken)
    said = r"Invalid Credentials, 401"
    with pytest.raises(UsageError, match=said):
        find(["memory://x/1.txt"])
    with pytest.raises(UnreadableSourceError, match=f"1.txt: {said}"):
        read_bytes(Found("1.txt", address="memory://x/1.txt"))
    with pytest.raises(UsageError, match=said):
        remote.is_folder("memory://x")
    with pytest.raises(ConfigError, match=said):
        base_of(["memory://x"], Path("memory://x"))
    with pytest.raises(OutputError, match=said), remote.outputs("memory://out", ".report.json") as folder:
        (folder / "x").write_text("x")


def test_a_place_that_cannot_be_reached_at_all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(scheme: str, **more: object) -> None:
        raise ValueError("Must provide either a connection_string or account_name with credentials!!")

    monkeypatch.setattr(fsspec, "filesystem", unknown)
    remote._system.cache_clear()
    with pytest.raises(UsageError, match="az://box/x: Must provide"):
        find(["az://box/x"])
    remote._system.cache_clear()


def test_nothing_remote_is_imported_before_it_is_asked_for() -> None:
    program = (
        "import sys; from archivekit import verify, writers; from archivekit.building import pipeline;"
        "from archivekit.corpus import walk; from archivekit.cli import building, reading;"
        "walk.find(['.']); writers.writer('jsonl'); writers.writer('jsonl.zst');"
        "print(sorted({'fsspec', 's3fs', 'distributed', 'dask', 'pyarrow', 'botocore'} & set(sys.modules)))"
    )
    here = Path(__file__).parent / "deadly"
    assert subprocess.run([sys.executable, "-c", program], cwd=here, capture_output=True, check=True).stdout == b"[]\n"


def test_a_scheme_whose_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(scheme: str, **more: object) -> None:
        raise ImportError(f"Install {scheme}fs")

    monkeypatch.setattr(fsspec, "filesystem", missing)
    remote._system.cache_clear()
    with pytest.raises(MissingRequirementError, match=r"pip install 'archivekit\[remote\]'"):
        find(["s3://bucket"])
    remote._system.cache_clear()
