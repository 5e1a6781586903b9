"""The arrows between modules point one way, and each heavy package has one door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "archivekit"
FILES = sorted(PACKAGE.rglob("*.py"))

ONE_DOOR = ("bs4", "justhtml", "markdown_it", "mdit_py_cjk_friendly", "frontmatter", "charset_normalizer")
ONE_DOOR += ("bagit", "ebooklib", "pikepdf", "typer", "rich")
ONE_DOOR += ("tinycss2", "uharfbuzz")
ONE_DOOR += ("distributed", "fsspec", "pyarrow", "zstandard")

FORBIDDEN = {
    "readers": ("writers", "sites", "edits", "pipeline", "cli", "assets", "bundle"),
    "writers": ("readers", "sites", "edits", "pipeline", "cli", "reading", "walk", "atomic"),
    "edits": ("readers", "writers", "sites", "pipeline", "cli", "bundle"),
    "markup": ("readers", "writers", "sites", "edits", "pipeline", "cli", "bundle"),
    "sites": ("readers", "writers", "edits", "pipeline", "cli"),
    "model": ("*",),
    "errors": ("*",),
    "source": ("readers", "writers", "sites", "edits", "pipeline", "cli", "markup", "assets", "bundle", "config"),
    "dates": ("readers", "writers", "sites", "edits", "pipeline", "cli", "markup", "assets", "bundle", "config"),
    "config": ("readers", "writers", "sites", "edits", "pipeline", "cli", "markup", "assets", "bundle"),
    "assets": ("readers", "writers", "sites", "edits", "pipeline", "cli", "bundle"),
    "bundle": ("readers", "writers", "sites", "edits", "pipeline", "cli"),
    "volumes": ("readers", "writers", "sites", "edits", "pipeline", "cli"),
    "dress": ("readers", "writers", "sites", "edits", "pipeline", "cli"),
    "stylesheet": ("readers", "writers", "sites", "edits", "pipeline", "cli", "bundle", "config", "assets"),
    "languages": ("*",),
    "findings": ("readers", "writers", "sites", "edits", "pipeline", "cli", "verify"),
    "migrate": ("readers", "writers", "sites", "edits", "pipeline", "cli", "bundle"),
    "extract": ("readers", "writers", "sites", "edits", "pipeline", "cli", "bundle"),
    "pdf_contents": ("readers", "writers", "sites", "edits", "pipeline", "cli", "bundle"),
    "printed": ("readers", "writers", "sites", "edits", "pipeline", "cli", "bundle"),
    "atomic": ("readers", "writers", "sites", "edits", "pipeline", "cli", "bundle", "verify"),
    "verify": ("readers", "writers", "sites", "edits", "cli"),
    "inspect": ("readers", "writers", "sites", "edits", "pipeline", "cli"),
    "pipeline": ("cli",),
}
"""What a module or package may not import. ``*`` is anything of archivekit but errors."""


def _name(path: Path) -> tuple[str, ...]:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


@cache
def _imports(path: Path) -> tuple[tuple[str, ...], ...]:
    """Every module a file imports, wherever in the file, as a path of names."""
    return tuple(_imported(path))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imported(path: Path) -> Iterator[tuple[str, ...]]:
    package = _name(path) if path.stem == "__init__" else _name(path)[:-1]
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield tuple(alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = (*base, *(node.module.split(".") if node.module else ()))
            for alias in node.names:
                yield (*module, alias.name)


@pytest.mark.parametrize("path", FILES, ids=[".".join(_name(path)) for path in FILES])
def test_arrows_point_one_way(path: Path) -> None:
    name = _name(path)
    forbidden = FORBIDDEN.get(name[1], ()) if len(name) > 1 else ()
    for imported in _imports(path):
        if imported[0] != "archivekit" or len(imported) < 2 or imported[1] == name[-1]:
            continue
        assert imported[1] not in forbidden, f"{'.'.join(name)} imports {'.'.join(imported)}"
        assert "*" not in forbidden or imported[1] in ("errors", "version"), f"{'.'.join(name)} imports {'.'.join(imported)}"


@pytest.mark.parametrize("package", ONE_DOOR)
def test_a_package_has_one_door(package: str) -> None:
    doors = {_door(path) for path in FILES if any(imported[0] == package for imported in _imports(path))}
    assert len(doors) == 1, doors


def _door(path: Path) -> str:
    """The module, except that the command line is one door with several leaves."""
    name = _name(path)
    return "archivekit.cli" if name[1:2] == ("cli",) else ".".join(name)


def test_the_pdf_engine_is_imported_by_pdf_modules_only() -> None:
    doors = {".".join(_name(path)) for path in FILES if any(imported[0] == "weasyprint" for imported in _imports(path))}
    assert doors == {"archivekit.writers.pdf.engine"}


def test_nothing_but_fetch_can_open_a_socket() -> None:
    network = {"socket", "ssl", "http", "httpx", "httpx2", "httpcore2", "requests", "urllib3", "ftplib", "smtplib", "asyncio"}
    doors = set()
    for path in FILES:
        for imported in _imports(path):
            if imported[0] in network or imported[:2] == ("urllib", "request"):
                doors.add(".".join(_name(path)))
    assert doors == {"archivekit.fetch.transport"}


def test_only_the_command_line_knows_fetch() -> None:
    for path in FILES:
        name = _name(path)
        if any(imported[:2] == ("archivekit", "fetch") for imported in _imports(path)):
            assert name[1:2] in ((), ("fetch",), ("cli",)), ".".join(name)  # the package itself gives it to whoever asks


def test_only_the_per_file_guard_catches_everything() -> None:
    caught = []
    for path in FILES:
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.ExceptHandler):
                kind = ast.unparse(node.type) if node.type is not None else "everything"
                if kind in ("everything", "Exception", "BaseException"):
                    caught.append(".".join(_name(path)))
    assert caught == ["archivekit.readings"]


def test_modules_and_functions_stay_small() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 450, f"{path} has {text.count(chr(10))} lines"
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                assert length <= 60, f"{path}:{node.lineno} {node.name} has {length} lines"
