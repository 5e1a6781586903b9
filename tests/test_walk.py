"""Which files are documents, what they are called, and in which order they come."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from archivekit import Settings, build
from archivekit.corpus.walk import Found, find, is_document, read_bytes
from archivekit.errors import SourceTooLargeError, UnreadableSourceError, UsageError


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def _paths(*paths: str | Path, root: Path | None = None) -> list[str]:
    return [found.path for found in find(paths, root=root).documents]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", True),
        ("a.MD", True),
        ("a.markdown", True),
        ("a.html", True),
        ("a.xhtml", True),
        ("LICENSE", True),
        ("2021-04-28-文章", True),
        ("Apple vs. Samsung", True),
        ("iPhone 14. 第二版", True),
        ("第3.5章", True),
        ("a.png", False),
        ("a.jpeg", False),
        ("a.json", False),
        ("a.epub", False),
        ("a.tar.gz", False),
        ("a.mp3", False),
    ],
)
def test_extensions(name: str, expected: bool) -> None:
    assert is_document(name) is expected


def test_a_folder_is_walked_in_an_order_that_names_alone_decide(tmp_path: Path) -> None:
    names = ["b/1.txt", "b.txt", "a/z/9.md", "a/10.md", "a/2.md", "图/三.txt"]
    random.Random(1).shuffle(names)
    _touch(tmp_path, *names)
    assert _paths(tmp_path) == ["a/10.md", "a/2.md", "a/z/9.md", "b/1.txt", "b.txt", "图/三.txt"]


def test_what_is_not_a_document_is_skipped_and_said_to_be(tmp_path: Path) -> None:
    _touch(tmp_path, "a.txt", "b.png", ".hidden.txt", ".git/c.txt", "archivekit.toml")
    walk = find([tmp_path])
    assert [found.path for found in walk.documents] == ["a.txt"]
    assert [(entry.path, entry.reason) for entry in walk.skipped] == [("b.png", "extension")]


def test_a_named_file_is_a_document_whatever_it_is_called(tmp_path: Path) -> None:
    _touch(tmp_path, "b.png", ".hidden")
    assert _paths(tmp_path / "b.png", tmp_path / ".hidden") == [".hidden", "b.png"]


def test_paths_are_relative_to_the_deepest_folder_that_holds_all(tmp_path: Path) -> None:
    _touch(tmp_path, "a/1.txt", "b/2.txt", "b/c/3.txt")
    assert _paths(tmp_path / "a" / "1.txt") == ["1.txt"]
    assert _paths(tmp_path / "b") == ["2.txt", "c/3.txt"]
    assert _paths(tmp_path / "a" / "1.txt", tmp_path / "b") == ["a/1.txt", "b/2.txt", "b/c/3.txt"]
    assert _paths(tmp_path / "b" / "c", root=tmp_path) == ["b/c/3.txt"]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    _touch(tmp_path, "a.txt")
    assert _paths(tmp_path, tmp_path / "a.txt", str(tmp_path / "*.txt")) == ["a.txt"]


def test_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _touch(tmp_path, "a/1.txt", "a/2.txt", "a/b/3.txt", "[x].txt")
    monkeypatch.chdir(tmp_path)
    assert _paths("a/*.txt") == ["1.txt", "2.txt"]
    assert _paths("a/**/*.txt") == ["1.txt", "2.txt", "b/3.txt"]
    assert _paths("[x].txt") == ["[x].txt"]


@pytest.mark.parametrize("path", ["nosuch.txt", "*.nosuch", "nosuch/", "a\ud800.txt"])
def test_a_path_that_does_not_exist_is_wrong_usage(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no such file"):
        find([path])


def test_a_path_outside_the_root_is_wrong_usage(tmp_path: Path) -> None:
    _touch(tmp_path, "a/1.txt", "b/2.txt")
    with pytest.raises(UsageError, match="not below the root"):
        find([tmp_path / "a"], root=tmp_path / "b")


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    _touch(tmp_path, "secret.txt", "out/o.txt", "in/a.txt")
    (tmp_path / "in" / "leak.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "dead.txt").symlink_to("nowhere")
    (tmp_path / "in" / "same.txt").symlink_to("a.txt")
    (tmp_path / "in" / "self.txt").symlink_to("self.txt")
    (tmp_path / "in" / "there.txt").symlink_to("back.txt")
    (tmp_path / "in" / "back.txt").symlink_to("there.txt")
    walk = find([tmp_path / "in"])
    assert [found.path for found in walk.documents] == ["a.txt"]
    links = {"leak.txt", "folder", "loop", "dead.txt", "self.txt", "there.txt", "back.txt"}
    assert {(entry.path, entry.reason) for entry in walk.skipped} == {(path, "link") for path in links}


def test_a_link_to_a_hidden_file_of_the_folder_is_followed(tmp_path: Path) -> None:
    _touch(tmp_path, ".store/abc")
    (tmp_path / "a.txt").symlink_to(".store/abc")
    assert _paths(tmp_path) == ["a.txt"]


def test_names_that_are_not_utf8_survive(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xc4\xe3\xba\xc3.txt")
    _touch(tmp_path, name)
    (found,) = find([tmp_path]).documents
    assert found.path == "\\xc4\\xe3\\xba\\xc3.txt"
    assert found.path.encode("utf-8")
    assert read_bytes(found) == b"x"


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    with pytest.raises(SourceTooLargeError, match="50000000 bytes, the limit is 16777216"):
        read_bytes(Found("big.txt", path))


def test_a_file_that_vanishes_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match=r"gone\.txt: No such file"):
        read_bytes(Found("gone.txt", tmp_path / "gone.txt"))


def test_special_files_in_a_folder_are_not_opened(tmp_path: Path) -> None:
    _touch(tmp_path, "a.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    walk = find([tmp_path])
    assert [found.path for found in walk.documents] == ["a.txt"]
    assert [(entry.path, entry.reason) for entry in walk.skipped] == [("pipe.txt", "special")]


def test_what_a_pattern_matches_is_passed_over_as_in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.txt").write_text("外面", "utf-8")
    mix = tmp_path / "mix"
    (mix / "deep").mkdir(parents=True)
    (mix / "ok.txt").write_text("里面", "utf-8")
    (mix / "deep" / "too.txt").write_text("里面", "utf-8")
    (mix / "out.txt").symlink_to("../secret.txt")
    (mix / "round").symlink_to(".")
    (mix / "self").symlink_to("self")
    os.mkfifo(mix / "pipe.txt")
    monkeypatch.chdir(tmp_path)
    for pattern in ("mix/*", "mix/**/*", str(mix / "*")):
        walk = find([pattern])
        assert walk.root == mix
        assert [found.path for found in walk.documents] == ["deep/too.txt", "ok.txt"]
        skipped = {entry.path: entry.reason for entry in walk.skipped}
        assert {"out.txt": "link", "round": "link", "self": "link", "pipe.txt": "special"}.items() <= skipped.items()


def test_a_folder_that_cannot_be_listed_is_an_error_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _touch(tmp_path, "a.txt", "closed/b.txt")
    listed = os.scandir

    def refuse(path: str | bytes | int) -> object:
        if not isinstance(path, int) and os.fsdecode(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    walk = find([tmp_path])
    assert [found.path for found in walk.documents] == ["a.txt", "closed"]
    with pytest.raises(UnreadableSourceError, match="closed: a folder that cannot be listed: Permission denied"):
        read_bytes(walk.documents[1])
    report = build([tmp_path], tmp_path / "out", Settings(formats=("jsonl",)))
    assert [entry.path for entry in report.quarantined] == ["closed"]
    assert [entry.path for entry in report.sources] == ["a.txt"]
