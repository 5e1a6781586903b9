"""Paths: what a caller may give where a path is asked for, and what is said of something that is none."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import overload

from ..errors import UsageError

AnyPath = str | os.PathLike[str]
"""A path of this machine, or an address such as ``s3://bucket/folder``."""

Paths = AnyPath | Iterable[AnyPath]
"""A file, a folder, a pattern or ``-``, or several of them."""


def path_text(given: AnyPath) -> str:
    """A path as text, addresses as they were given; raises UsageError for what is no path."""
    text = os.fspath(given) if isinstance(given, os.PathLike) else given
    if not isinstance(text, str) or "\0" in text:
        raise UsageError(f"{given!r} is not a path")
    return text


@overload
def as_path(given: AnyPath) -> Path: ...
@overload
def as_path(given: AnyPath | None) -> Path | None: ...
def as_path(given: AnyPath | None) -> Path | None:
    """What was given as a Path, None as None; raises UsageError for what is no path."""
    return Path(path_text(given)) if given is not None else None


def listed(paths: Paths) -> tuple[str, ...]:
    """One path or several as several, read once; raises UsageError for what is no path."""
    if isinstance(paths, Iterable) and not isinstance(paths, str | bytes | os.PathLike):
        return tuple(map(path_text, paths))
    return (path_text(paths),)
