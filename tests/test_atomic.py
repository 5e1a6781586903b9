"""Outputs appear whole or not at all, and a failure leaves the earlier ones as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from archivekit.errors import OutputError
from archivekit.files import atomic, lock
from archivekit.files.atomic import Staging


def _contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file() and path.name != lock.NAME}


def _earlier(folder: Path) -> None:
    (folder / "a").write_text("old a")
    (folder / "b").write_text("old b")


def test_everything_appears_together_and_nothing_is_left_behind(tmp_path: Path) -> None:
    _earlier(tmp_path)
    with Staging(tmp_path) as staging:
        staging.file("a").write_text("new a")
        staging.file("c").write_text("new c")
        assert _contents(tmp_path) == {"a": "old a", "b": "old b"}
        staging.commit()
    assert _contents(tmp_path) == {"a": "new a", "b": "old b", "c": "new c"}
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, RecursionError, SystemExit])
def test_a_failure_leaves_the_earlier_outputs(tmp_path: Path, error: type[BaseException]) -> None:
    _earlier(tmp_path)
    with pytest.raises(error), Staging(tmp_path) as staging:
        staging.file("a").write_text("half")
        raise error
    assert _contents(tmp_path) == {"a": "old a", "b": "old b"}
    assert len(list(tmp_path.iterdir())) == 2


def test_a_failure_while_moving_puts_back_what_was_moved(tmp_path: Path) -> None:
    _earlier(tmp_path)
    (tmp_path / "z").mkdir()
    with pytest.raises(OutputError), Staging(tmp_path) as staging:
        for name in ("a", "n", "z"):
            staging.file(name).write_text("new")
        staging.commit()
    assert _contents(tmp_path) == {"a": "old a", "b": "old b"}
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b", "z"}


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="Not a directory") as caught, Staging(tmp_path / "file" / "dist"):
        pass
    assert caught.value.path == str(tmp_path / "file" / "dist")
    assert (tmp_path / "file").read_text() == "x"


@pytest.mark.parametrize("step", ["settle", "mkdir"])
def test_who_is_stopped_before_anything_is_made_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise SystemExit(143)

    if step == "mkdir":
        make = Path.mkdir
        monkeypatch.setattr(Path, "mkdir", lambda path, **how: stopped() if path.name == "new" else make(path, **how))
    else:
        monkeypatch.setattr(atomic, "settle", stopped)
    with pytest.raises(SystemExit), Staging(tmp_path / "out"):
        pass
    assert not (tmp_path / "out").exists()


def test_a_folder_made_for_nothing_is_taken_away(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Staging(tmp_path / "new"):
        raise RuntimeError
    assert not (tmp_path / "new").exists()


def test_a_full_disk_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No space left"), Staging(tmp_path):
        raise OSError(28, "No space left on device")
