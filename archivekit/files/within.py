"""Within: whether a file lies in a folder when every link on the way is followed. What reads or writes asks it first."""

from __future__ import annotations

import os
from pathlib import Path


class Real:
    """:func:`os.path.realpath` of many files, each of whose folders is looked up once; links made meanwhile are not seen."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def __call__(self, path: str) -> str:
        """Of one file."""
        if os.path.islink(path):  # noqa: PTH114 - paths of many files, as strings
            return os.path.realpath(path)
        folder, _, name = path.rpartition(os.sep)
        real = self._folders.get(folder)
        if real is None:
            real = self._folders[folder] = os.path.realpath(folder or os.sep)
        return os.path.join(real, name)  # noqa: PTH118


def beneath(folder: str) -> str:
    """What the path of everything below a folder begins with."""
    return folder.rstrip(os.sep) + os.sep


def is_below(real: str, folder: str) -> bool:
    """Whether one real path lies below another."""
    return real.startswith(beneath(folder))


def is_within(path: str | Path, folder: str | Path) -> bool:
    """Whether a path leads to something below a folder, wherever the links of either lead."""
    return is_below(os.path.realpath(path), os.path.realpath(folder))
