"""The arrows between modules point one way, and each heavy package has one door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "archivekit"
FILES = sorted(PACKAGE.rglob("*.py"))

ONE_DOOR = ("bs4", "justhtml", "markdown_it", "mdit_py_cjk_friendly", "frontmatter", "charset_normalizer")
ONE_DOOR += ("bagit", "ebooklib", "pikepdf", "typer", "rich")
ONE_DOOR += ("tinycss2", "uharfbuzz")
ONE_DOOR += ("distributed", "fsspec", "pyarrow", "zstandard")

PAGE = PACKAGE.parent / "docs" / "architecture.md"
ORDER = [
    name.rstrip("/")
    for line in PAGE.read_text(encoding="utf-8").split("```")[1].strip().splitlines()
    for name in line[:31].split()
]
"""The modules and packages as the documentation has them: each imports what stands before it, and itself."""

APART = {
    "edits": ("markup",),
    "writers": ("accounting", "corpus", "edits", "inspect", "readers", "reading", "sites"),
    "verify": ("edits", "readers", "reading", "sites"),
    "fetch": ("accounting", "edits", "readers", "sites", "writers"),
}
"""What stands before a package and is still none of its business."""


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


def test_every_module_has_its_place() -> None:
    names = {_name(path)[1] for path in FILES if len(_name(path)) > 1} - {"__main__"}
    assert sorted(ORDER) == sorted(names)


@pytest.mark.parametrize("path", FILES, ids=[".".join(_name(path)) for path in FILES])
def test_arrows_point_one_way(path: Path) -> None:
    name = _name(path)
    if name[1:] in ((), ("__main__",)):
        return
    for imported in _imports(path):
        if imported[0] == "archivekit" and imported[1] not in (name[1], "__version__"):
            before = ORDER[: ORDER.index(name[1])]
            assert imported[1] in before, f"{'.'.join(name)} imports {'.'.join(imported)}, which does not stand before it"
            assert imported[1] not in APART.get(name[1], ()), f"{'.'.join(name)} imports {'.'.join(imported)}"


def test_no_module_imports_itself_by_way_of_another() -> None:
    modules = {_name(path) for path in FILES}
    graph: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for path in FILES:
        if len(_name(path)) > 1:
            named = {imported if imported in modules else imported[:-1] for imported in _imports(path)}
            graph[_name(path)] = (named & modules) - {_name(path)}
    assert list(TopologicalSorter(graph).static_order())


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
