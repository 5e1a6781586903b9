"""Within: whether a file lies in a folder when every link on the way is followed. What reads or writes asks it first."""

from __future__ import annotations

import os
from pathlib import Path


def is_below(real: str, folder: str) -> bool:
    """Whether one real path lies below another."""
    return real.startswith(folder.rstrip(os.sep) + os.sep)


def is_within(path: str | Path, folder: str | Path) -> bool:
    """Whether a path leads to something below a folder, wherever the links of either lead."""
    return is_below(os.path.realpath(path), os.path.realpath(folder))
