"""Results: one JSON file a section, a row for each size and program. Measuring again replaces the row and no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, Final

from . import machine
from .measure import Measured

Row = dict[str, Any]
"""``size``, ``tool``, ``runs`` (a list of measured runs) and, where they say something, ``version``, ``missing``, facts."""

_KEPT: Final = ("seconds", "cpu", "tree_mb", "process_mb", "code", "load")


class Results:
    """The rows of one section."""

    def __init__(self, folder: Path, section: str) -> None:
        self._file = folder / f"{section}.json"
        self.rows: list[Row] = []
        self.machine: dict[str, str] = {}
        if self._file.is_file():
            read = json.loads(self._file.read_text("utf-8"))
            self.rows, self.machine = read["rows"], read["machine"]

    def put(self, row: Row) -> None:
        """Take in a row, in the place of an earlier one of the same size and tool, and write the file."""
        key = (row["size"], row["tool"])
        places = [at for at, old in enumerate(self.rows) if (old["size"], old["tool"]) == key]
        if places:
            self.rows[places[0]] = row
        else:
            self.rows.append(row)
        self.machine = machine.described()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"machine": self.machine, "rows": self.rows}, indent=1, ensure_ascii=False)
        self._file.write_text(text + "\n", "utf-8")

    def of(self, size: int) -> list[Row]:
        """The rows of one size, in the order they were first measured."""
        return [row for row in self.rows if row["size"] == size]

    def sizes(self) -> list[int]:
        """Every size there is a row of, ascending."""
        return sorted({row["size"] for row in self.rows})

    def find(self, size: int, tool: str) -> Row | None:
        """The row of one size and tool."""
        return next((row for row in self.of(size) if row["tool"] == tool), None)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


def run_of(measured: Measured) -> Row:
    """A measured run as it is kept."""
    return {key: getattr(measured, key) for key in _KEPT}


def middle(row: Row, key: str) -> float | None:
    """The median over a row's runs; None where there is none, or one of them did not reach its end."""
    runs = row.get("runs", [])
    if not runs or any(run["code"] != 0 for run in runs):
        return None
    return float(median(run[key] for run in runs))


def failed(row: Row) -> str:
    """Why a row has no figures; empty where it has."""
    if row.get("missing"):
        return str(row["missing"])
    codes = [run["code"] for run in row.get("runs", []) if run["code"] != 0]
    if not codes:
        return ""
    return "over the limit of time" if codes[0] is None else f"failed, exit code {codes[0]}"
