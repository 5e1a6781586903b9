"""archivekit.toml: what it may say, and what is said of it when it says something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from archivekit.config import Settings, checked, load_settings
from archivekit.errors import ConfigError, UsageError


def test_a_file_sets_every_key_and_the_command_line_wins(tmp_path: Path) -> None:
    (tmp_path / "archivekit.toml").write_text(
        'name = "x"\ntitle = "书"\nlanguage = "zh-Hant"\ncover_text = "封面"\norder = "title"\n'
        'group = "month"\nformats = ["jsonl"]\npage = "a4"\nstatic = ["static"]\n',
        encoding="utf-8",
    )
    settings = load_settings(tmp_path, {"page": "a5"})
    assert settings == Settings(
        name="x",
        title="书",
        language="zh-Hant",
        cover_text="封面",
        order="title",
        group="month",
        formats=("jsonl",),
        page="a5",
        static=("static",),
    )


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == Settings() == load_settings(None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name = "a"\ntitel = "x"\n', r"unknown key 'titel' \(line 2\); did you mean 'title'\?"),
        ("[section]\nx = 1\n", r"unknown key 'section' \(line 1\); known are name, title"),
        ("title = 1\n", r"title: expected `str \| null`, got `int` \(line 1\)"),
        ('# here\n\npage = "a3"\n', r"page 'a3' is not one of a5, a4, b5, 6x9in or a size such as 170x240mm \(line 3\)"),
        ('formats = "epub"\n', r"formats: expected `array`, got `str` \(line 1\)"),
        ("formats = []\n", r"no output format is asked for \(line 1\)"),
        ('name = "../x"\n', r"name '\.\./x' cannot be the stem of a file"),
        ('language = "中文"\n', r"language '中文' is not a BCP 47 tag"),
        ('static = ["../../etc"]\n', r"static folder '\.\./\.\./etc' is not inside the corpus"),
        ("title = \n", r"is not TOML: .*line 1"),
        ('title = "a"\ntitle = "b"\n', r"is not TOML: .*line 2"),
    ],
)
def test_what_cannot_be_meant_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "archivekit.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message) as caught:
        load_settings(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / "archivekit.toml"))
    assert caught.value.exit_code == 2


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "archivekit.toml").write_bytes('title = "标题"'.encode("gb18030"))
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path)


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a/b", "a\\b", "a\nb", "a\0b", "x" * 101])
def test_a_name_never_leads_out_of_the_output_folder(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the stem of a file"):
        checked(Settings(name=name))


@pytest.mark.parametrize("name", ["a", "样本", "my archive 2024", "v1.2"])
def test_names_that_may_be_used(name: str) -> None:
    assert checked(Settings(name=name)).name == name


def test_a_wrong_override_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="page 'a3' is not one of a5, a4"):
        load_settings(None, {"page": "a3"})
