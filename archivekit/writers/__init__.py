"""Writers: each knows one container and turns a bundle into a file.

A writer is a module with ``write(bundle, target, settings)``; it writes the whole file to ``target`` (a path the
pipeline moves into place afterwards), returns Notices about what it could not print as it was, opens no socket and
gives the same bytes for the same bundle. A writer that can do better with all volumes of a set at hand also has
``write_series(books, settings, processes)``. Modules are imported when first used: WeasyPrint and EbookLib are heavy.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

from ..bundle import Bundle
from ..config import Settings
from ..errors import UsageError
from ..model import Notice

Write = Callable[[Bundle, Path, Settings], tuple[Notice, ...]]

WRITERS: dict[str, str] = {"jsonl": "jsonl", "epub": "epub", "pdf": "pdf"}
"""Format name (also the file's extension) → module in this package."""


def writer(name: str) -> Write:
    """The ``write`` function of a format; raises UsageError for an unknown one."""
    if name not in WRITERS:
        raise UsageError(f"unknown format {name!r}; known are {', '.join(sorted(WRITERS))}")
    return cast(Write, import_module(f".{WRITERS[name]}", __package__).write)


def write_each(
    write: Write, books: Sequence[tuple[Bundle, Path]], settings: Settings, processes: int
) -> Iterator[tuple[Notice, ...]]:
    """Write every volume of a set to its file, in order, in up to ``processes`` processes where the format can; gives the
    Notices of each. ``write`` is what ``writer`` returned."""
    series = getattr(inspect.getmodule(write), "write_series", None)
    if series is None:
        return (write(bundle, target, settings) for bundle, target in books)
    return cast(Iterator[tuple[Notice, ...]], series(books, settings, processes))
