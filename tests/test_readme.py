"""The documentation does what it says: its commands and programs are run, its links lead somewhere, its tables are whole."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path
from typing import get_args

import pytest
from test_commands import FENCE, matches, run, steps

from archivekit import model
from archivekit.config import Settings

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "docs" / "cli.md", ROOT / "docs" / "library.md"]
EVERY_PAGE = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _blocks(page: Path, kind: str) -> list[str]:
    return [fence["text"] for fence in FENCE.finditer(page.read_text(encoding="utf-8")) if fence["info"].strip() == kind]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a fresh clone's, as far as the pages see it."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    return folder


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_commands_print_what_the_page_shows(page: Path, folder: Path) -> None:
    for block in _blocks(page, "console"):
        for step in steps(block):
            got = run(step.command, folder)
            assert matches(step.expected, got), f"$ {step.command}\n{got[:4000]}"


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_programs_run(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, object] = {}
    for block in _blocks(page, "python"):
        exec(compile(block, page.name, "exec"), names)
    assert "archivekit" in names or not _blocks(page, "python")


def test_continuous_integration_runs_the_newcomers_commands() -> None:
    (block,) = _blocks(ROOT / "README.md", "sh")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in script if line in block.splitlines()] == block.splitlines()
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    for line in block.splitlines():
        assert re.search(rf"^{line.removeprefix('make ')}:", targets, re.MULTILINE)


@pytest.mark.parametrize("page", EVERY_PAGE, ids=[page.name for page in EVERY_PAGE])
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", text):
        assert (page.parent / target).exists(), target


def test_every_setting_is_in_the_table() -> None:
    rows = re.findall(r"^\| `--[^|]*\| `(\w+)` \|", (ROOT / "docs" / "cli.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(Settings.__struct_fields__)


def test_every_public_name_is_in_the_table() -> None:
    import archivekit

    table = "".join(re.findall(r"^\| .*$", (ROOT / "docs" / "library.md").read_text(encoding="utf-8"), re.MULTILINE))
    for name in archivekit.__all__:
        assert f"`{name}" in table or name == "__version__", name


def _ids_in_code() -> tuple[set[str], set[str]]:
    """The ids that notices are visibly made with, and every string constant of the code."""
    made: set[str] = set()
    constants: set[str] = set()
    for path in (ROOT / "archivekit").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                constants.add(node.value)
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func).rpartition(".")[2].lstrip("_")
                given = {"notice": node.args[:1], "Made": node.args[1:2]}.get(name, [])
                given = given + [word.value for word in node.keywords if word.arg == "id" and name == "Notice"]
                made |= {one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return made, constants


def test_every_notice_is_in_the_table_and_the_table_has_no_other() -> None:
    rows = set(re.findall(r"^\| `([a-z.-]+)` \|", (ROOT / "docs" / "notices.md").read_text(encoding="utf-8"), re.MULTILINE))
    made, constants = _ids_in_code()
    assert made - rows == set(), "add a row to docs/notices.md"
    assert rows - constants == set(), "nothing makes these any more"


@pytest.mark.parametrize(
    "name", ["Article", "Provenance", "Evidence", "Removal", "Moment", "RelatedLink", "SourceInfo", "Notice"]
)
def test_every_field_of_the_record_is_described(name: str) -> None:
    text = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    for field in getattr(model, name).__struct_fields__:
        assert f"`{field}`" in text, field


def test_every_node_of_the_body_is_described() -> None:
    text = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    for kind in (*get_args(model.Block), *get_args(model.Inline)):
        assert f"`{kind.__struct_config__.tag}`" in text, kind
