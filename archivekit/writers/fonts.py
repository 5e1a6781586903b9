"""Which characters the fonts of this machine can show, asked of fontconfig.

fontconfig is what chooses the fonts of a PDF, and it keeps the character set of every font in its own cache: asking
it takes a twentieth of a second, where opening the fonts takes many.
"""

from __future__ import annotations

import subprocess
import unicodedata
from bisect import bisect_right
from functools import cache

import msgspec

from ..errors import MissingRequirementError

HOW_TO_INSTALL = (
    "install Noto CJK: `apt install fonts-noto-cjk` (Debian, Ubuntu), `dnf install google-noto-serif-cjk-fonts "
    "google-noto-sans-cjk-fonts` (Fedora), `brew install --cask font-noto-serif-cjk font-noto-sans-cjk` (macOS)"
)

_QUERY = ("fc-list", ":scalable=true", "--format", "%{family}\t%{charset}\n", "family", "charset")

_FILES = ("fc-list", "--format", "%{file} %{fontversion}\n")


class Fonts(msgspec.Struct, frozen=True):
    """The families fontconfig offers and the code points at least one of them covers."""

    families: frozenset[str]
    starts: tuple[int, ...]
    """First code point of each covered range, ascending."""
    ends: tuple[int, ...]
    """Last code point of each covered range."""

    def covers(self, code: int) -> bool:
        """Whether some font has a glyph for the code point."""
        place = bisect_right(self.starts, code) - 1
        return place >= 0 and code <= self.ends[place]

    def shows(self, char: str) -> bool:
        """Whether the character can be set: covered, or one that draws nothing and is known not to need a glyph.

        Private-use characters never count as shown: what they look like is an accident of the machine. Nor do the marks of
        interlinear annotation: fonts that claim them have no glyph Pango would use.
        """
        if unicodedata.category(char) in ("Co", "Cs", "Cc") or "\ufff9" <= char <= "\ufffb":
            return char in "\t\n\r"
        return char in _NO_GLYPH_NEEDED or "\ufe00" <= char <= "\ufe0f" or self.covers(ord(char))


_NO_GLYPH_NEEDED = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
"""Soft hyphen, zero-width space and joiners, direction marks, word joiner: Pango draws them as nothing."""


def parse(listing: str) -> Fonts:
    """Read fontconfig's answer: a line a font, its families, a tab, its ranges of code points in hexadecimal."""
    families: set[str] = set()
    ranges: set[tuple[int, int]] = set()
    for line in listing.split("\n"):
        names, tab, charset = line.partition("\t")
        if not tab:
            continue
        families.update(name.strip() for name in names.split(","))
        for item in charset.split():
            first, _, last = item.partition("-")
            ranges.add((int(first, 16), int(last or first, 16)))
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(ranges):
        if ends and start <= ends[-1] + 1:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return Fonts(frozenset(families), tuple(starts), tuple(ends))


@cache
def installed() -> Fonts:
    """What this machine has; raises MissingRequirementError where fontconfig's ``fc-list`` cannot be run."""
    try:
        answer = subprocess.run(_QUERY, capture_output=True, check=True, timeout=120)
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingRequirementError(
            f"fontconfig's fc-list cannot be run ({error}): install fontconfig, then {HOW_TO_INSTALL}"
        ) from error
    return parse(answer.stdout.decode("utf-8", "replace"))


@cache
def faces() -> str:
    """What changes when a font is installed, removed or replaced by another version; empty where that cannot be asked."""
    try:
        answer = subprocess.run(_FILES, capture_output=True, check=True, timeout=120)
    except (OSError, subprocess.SubprocessError):
        return ""
    return "\n".join(sorted(answer.stdout.decode("utf-8", "replace").splitlines()))


def require_cjk(fonts: Fonts) -> None:
    """Raise MissingRequirementError, naming the commands that help, if no font has Chinese characters."""
    if not all(fonts.covers(ord(char)) for char in "的國国"):
        raise MissingRequirementError(f"no font for Chinese text is installed: {HOW_TO_INSTALL}")
