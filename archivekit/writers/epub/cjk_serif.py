"""The serif of each East Asian language, looked for by file name in the machine's font folders."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

_FACES: Final = {"ja": 0, "ko": 1, "zh-Hans": 2, "zh-Hant": 3}
"""Index of a language's face in the Noto CJK collections."""
_FILES: Final = {
    "zh-Hans": ("NotoSerifCJKsc-{}.otf", "NotoSerifSC-{}.otf", "SourceHanSerifSC-{}.otf"),
    "zh-Hant": ("NotoSerifCJKtc-{}.otf", "NotoSerifTC-{}.otf", "SourceHanSerifTC-{}.otf"),
    "ja": ("NotoSerifCJKjp-{}.otf", "NotoSerifJP-{}.otf", "SourceHanSerif-{}.otf"),
    "ko": ("NotoSerifCJKkr-{}.otf", "NotoSerifKR-{}.otf", "SourceHanSerifK-{}.otf"),
}


class Serif(NamedTuple):
    """A face in a font file."""

    path: str
    place: int
    """Of the face in a collection; 0 in a file of one."""


def serif(language: str, weight: str) -> Serif | None:
    """The serif of a language (``zh-Hans``, ``zh-Hant``, ``ja``, ``ko``; that of zh-Hans for any other) in the weight
    ``Regular`` or ``Bold``: Noto Serif CJK or Source Han Serif. None where this machine has neither."""
    files = font_files()
    face = language if language in _FACES else "zh-Hans"
    if collection := files.get(f"NotoSerifCJK-{weight}.ttc"):
        return Serif(collection, _FACES[face])
    named = (files.get(name.format(weight)) for name in _FILES[face])
    return next((Serif(path, 0) for path in named if path), None)


@cache
def font_files() -> dict[str, str]:
    """File name → path of every font file in the machine's font folders."""
    found: dict[str, str] = {}
    for folder in _folders():
        for here, _, names in os.walk(folder):
            for name in sorted(names):
                if name.endswith((".ttc", ".otf", ".ttf")):
                    found.setdefault(name, str(Path(here, name)))
    return found


def _folders() -> list[Path]:
    """Where the XDG base directories, macOS and Windows keep fonts."""
    home = Path(os.environ.get("HOME") or os.environ.get("USERPROFILE") or "/")
    if sys.platform == "win32":
        return [Path(os.environ.get("WINDIR", "C:/Windows"), "Fonts"), home / "AppData/Local/Microsoft/Windows/Fonts"]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    data = os.environ.get("XDG_DATA_DIRS", "") or "/usr/local/share:/usr/share"
    own = os.environ.get("XDG_DATA_HOME", "") or str(home / ".local/share")
    return [Path(folder, "fonts") for folder in (*data.split(":"), "/usr/share", own) if folder] + [home / ".fonts"]
