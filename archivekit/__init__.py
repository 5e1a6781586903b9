"""archivekit: article dumps in; one canonical, traceable record per article out.

>>> import archivekit
>>> articles = archivekit.read("dump.txt")
>>> report = archivekit.build("corpus", "dist")
>>> archivekit.verify.verify("dist").findings
()

Names and modules are imported when they are first used, so that ``import archivekit`` costs nothing. A name that a module
has is always the module: what ``archivekit verify`` does is the function ``verify`` in ``archivekit.verify``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .version import __version__

if TYPE_CHECKING:
    from . import bag as bag
    from . import cache as cache
    from . import errors as errors
    from . import extract as extract
    from . import fetch as fetch
    from . import inspect as inspect
    from . import limits as limits
    from . import model as model
    from . import readers as readers
    from . import report as report
    from . import suggest as suggest
    from . import verify as verify
    from . import versions as versions
    from . import workers as workers
    from .archive.bundle import Bundle
    from .building.pipeline import build, write
    from .config import Settings
    from .errors import ArchiveKitError
    from .images.assets import Asset
    from .model import Article, decode, encode, json_schema
    from .readings import Reading, read, read_bytes, read_tree
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
    "decode",
    "encode",
    "json_schema",
    "read",
    "read_bytes",
    "read_tree",
    "write",
]

_HOME = {
    "ArchiveKitError": "errors",
    "Article": "model",
    "Asset": "images.assets",
    "Bundle": "archive.bundle",
    "Reading": "readings",
    "Report": "report",
    "Settings": "config",
    "build": "building.pipeline",
    "decode": "model",
    "encode": "model",
    "json_schema": "model",
    "read": "readings",
    "read_bytes": "readings",
    "read_tree": "readings",
    "write": "building.pipeline",
}
"""The module each public name lives in."""

_MODULES = frozenset(
    {
        *("bag", "cache", "errors", "extract", "fetch", "inspect", "limits"),
        *("model", "readers", "report", "suggest", "verify", "versions", "workers"),
    }
)
"""The modules that are public themselves; none has the name of something in ``_HOME``."""


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES])
