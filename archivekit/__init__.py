"""archivekit: article dumps in; one canonical, traceable record per article out.

>>> import archivekit
>>> articles = archivekit.read("dump.txt")
>>> report = archivekit.build("corpus", "dist")

Names are imported when they are first used, so that ``import archivekit`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .version import __version__

if TYPE_CHECKING:
    from .assets import Asset
    from .bundle import Bundle
    from .config import Settings
    from .errors import ArchiveKitError
    from .model import Article, json_schema
    from .pipeline import build, write
    from .readings import Reading, read, read_tree
    from .report import Report

__all__ = [
    "ArchiveKitError",
    "Article",
    "Asset",
    "Bundle",
    "Reading",
    "Report",
    "Settings",
    "__version__",
    "build",
    "json_schema",
    "read",
    "read_tree",
    "write",
]

_HOME = {
    "ArchiveKitError": "errors",
    "Article": "model",
    "Asset": "assets",
    "Bundle": "bundle",
    "Reading": "readings",
    "Report": "report",
    "Settings": "config",
    "build": "pipeline",
    "json_schema": "model",
    "read": "readings",
    "read_tree": "readings",
    "write": "pipeline",
}
"""The module each public name lives in."""


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
