"""Imported by every Python process that has this folder on its path: reading the document ``DEADLY`` names kills it, as a
bug in a C library would."""

from __future__ import annotations

import os
import signal
import sys
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any


class _Poisoned:
    """Puts the poison into ``archivekit.source`` when that has been imported."""

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path) if name == "archivekit.source" else None
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module
            spec.loader.exec_module = lambda module: _poison(module, execute(module))  # type: ignore[method-assign]
        return spec


def _poison(source: Any, _: None) -> None:
    load = source.load

    def deadly(path: str, *given: Any, **more: Any) -> Any:
        if path == os.environ["DEADLY"]:
            os.kill(os.getpid(), signal.SIGKILL)
        return load(path, *given, **more)

    source.load = deadly


if os.environ.get("DEADLY"):
    sys.meta_path.insert(0, _Poisoned())  # type: ignore[arg-type]
