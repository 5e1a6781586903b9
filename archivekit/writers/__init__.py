"""Writers: each knows one container and turns a bundle into a file.

A writer is a module with ``write(bundle, target, settings)``; it writes the whole file to ``target`` (a path the
pipeline moves into place afterwards), returns Notices about what it could not print as it was, opens no socket and
gives the same bytes for the same bundle. Modules are imported when first used: WeasyPrint and EbookLib are heavy.
"""

from __future__ import annotations

from collections.abc import Callable
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
