"""What ``import archivekit`` offers, and what it costs."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from operator import attrgetter
from pathlib import Path

import pytest
import typer

import archivekit
from archivekit import cli

PAGE = (Path(__file__).parent.parent / "docs" / "library.md").read_text(encoding="utf-8")
FUNCTIONS = dict(re.findall(r"^\| `([a-z ]+)` \| `(archivekit[.\w]+)[(`]", PAGE, re.MULTILINE))
"""The function of each command, as the page has it."""

HEAVY = ("weasyprint", "ebooklib", "bs4", "justhtml", "markdown_it", "frontmatter", "opencc", "PIL", "rich", "lxml")


def test_all_is_sorted_complete_and_documented() -> None:
    assert archivekit.__all__ == sorted(archivekit.__all__)
    assert set(archivekit.__all__) == {"__version__", *archivekit._HOME}
    assert dir(archivekit) == sorted([*archivekit.__all__, *archivekit._MODULES])
    for name in archivekit._HOME:
        assert inspect.getdoc(getattr(archivekit, name)), name


@pytest.mark.parametrize(
    "name", [name for name in archivekit._HOME if inspect.isfunction(getattr(archivekit, name))] + [*FUNCTIONS.values()]
)
def test_functions_are_typed(name: str) -> None:
    function = attrgetter(name.removeprefix("archivekit."))(archivekit)
    assert inspect.getdoc(function)
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(one.annotation is not inspect.Parameter.empty for one in signature.parameters.values())


def test_no_public_name_is_also_that_of_a_module() -> None:
    modules = {path.stem for path in Path(archivekit.__file__).parent.glob("*") if path.stem.isidentifier()}
    assert modules.isdisjoint(archivekit._HOME)
    assert modules >= archivekit._MODULES


def test_public_modules_need_no_import_of_their_own() -> None:
    program = "import archivekit as a; print(*(getattr(a, name).__name__ for name in sorted(a._MODULES)))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == [f"archivekit.{name}" for name in sorted(archivekit._MODULES)]


def _commands(application: typer.Typer, before: str = "") -> Iterator[str]:
    for command in application.registered_commands:
        if command.callback is not None:
            yield f"{before}{command.name or command.callback.__name__}"
    for group in application.registered_groups:
        if group.typer_instance is not None:
            yield from _commands(group.typer_instance, f"{group.name} ")


def test_every_command_has_its_function() -> None:
    assert sorted(FUNCTIONS) == sorted(_commands(cli.app))


def _as_documented(function: Callable[..., object]) -> str:
    """The names and defaults of a function's parameters as Python writes them."""
    parameters = [one.replace(annotation=one.empty) for one in inspect.signature(function).parameters.values()]
    return str(inspect.Signature(parameters))


def test_signatures_are_documented_as_they_are() -> None:
    shown = re.findall(r"^\| (?:`[a-z ]+` \| )?`([\w.]+)(\(.*?\))` \|", PAGE, re.MULTILINE)
    assert {name.removeprefix("archivekit.") for name, _ in shown} >= {
        name for name in archivekit._HOME if inspect.isfunction(getattr(archivekit, name))
    }
    for name, parameters in shown:
        assert parameters == _as_documented(attrgetter(name.removeprefix("archivekit."))(archivekit)), name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nosuch'"):
        _ = archivekit.nosuch  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "arguments", [["-c", "import archivekit"], ["-m", "archivekit", "--help"], ["-m", "archivekit", "schema"]]
)
def test_nothing_heavy_is_imported_before_it_is_needed(arguments: list[str]) -> None:
    assert _imported(*arguments).isdisjoint(HEAVY)


def test_nothing_that_reads_documents_is_imported_to_read_records() -> None:
    sample = Path(__file__).parent.parent / "dist" / "sample.jsonl"
    imported = _imported("-m", "archivekit", "read", str(sample))
    assert imported.isdisjoint({"bs4", "justhtml", "markdown_it", "frontmatter", "archivekit.edits", "archivekit.accounting"})


def _imported(*arguments: str) -> set[str]:
    """What a run of Python imports."""
    run = subprocess.run([sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    assert "archivekit" in imported
    return imported
