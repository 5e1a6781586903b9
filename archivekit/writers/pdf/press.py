"""What a printer needs beyond an archive: four colours with black as black ink, marks, sharp images, addresses in print."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Final

from ...errors import MissingRequirementError
from ...images.assets import Asset
from ...markup.xhtml import text
from ...model import Notice
from ...paper import Paper
from .sizes import LEAST_DPI, press_width

_PROFILES: Final = (
    "ghostscript/default_cmyk.icc",
    "colord/FOGRA39L_coated.icc",
    "ISOcoated_v2_300_bas.icc",
    "ISOcoated_v2.icc",
)
_FOLDERS: Final = (Path("/usr/share/color/icc"), Path("/usr/local/share/color/icc"), Path("/Library/ColorSync/Profiles"))
HOW_TO_INSTALL: Final = "`apt install libgs-common` or `apt install colord-data` (Debian, Ubuntu), `dnf install libgs` (Fedora)"

_COLOUR: Final = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})(?![\w-])(?=[^{}]*\})")
_LINK: Final = re.compile(r'(<a href="((?:https?|ftp)://[^"]*)"[^<>]*>)(.*?)(</a>)', re.DOTALL)
_TAG: Final = re.compile(r"<[^<>]*>")
_UNNOTED: Final = re.compile(r"(<table.*?</table>|<figure.*?</figure>|<header>.*?</header>|<footer>.*?</footer>)", re.DOTALL)


def profile() -> bytes:
    """The four-colour profile the output is meant for: of those a system may have, the first that is a sound CMYK profile.

    Raises MissingRequirementError, naming what to install.
    """
    for name in _PROFILES:
        for folder in _FOLDERS:
            try:
                data = (folder / name).read_bytes()
            except OSError:
                continue
            if data[36:40] == b"acsp" and data[16:20] == b"CMYK":
                return data
    raise MissingRequirementError(f"no CMYK colour profile for --print is installed: {HOW_TO_INSTALL}")


def in_black(css: str) -> str:
    """The style sheet with every colour as black ink alone, as dark as it was light."""
    return _COLOUR.sub(lambda match: f"device-cmyk(0 0 0 {_ink(match[1]):g})", css)


def _ink(digits: str) -> float:
    """How much black has the luminance of a colour (ITU-R BT.709), from 0 to 1. What is dark enough for text becomes black,
    for a press would screen small text in a tint into dots."""
    wide = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    red, green, blue = (int(wide[at : at + 2], 16) / 255 for at in (0, 2, 4))
    ink = round(1 - (0.2126 * red + 0.7152 * green + 0.0722 * blue), 2)
    return 1 if ink > 0.55 else ink


def with_notes(xhtml: str) -> str:
    """An article with the address of each link as a footnote, once each, unless the link's own words are the address.

    Links in tables, figures, head and foot are left alone: a note cannot be called from there.
    """
    noted: set[str] = set()

    def note(match: re.Match[str]) -> str:
        address = unescape(match[2])
        said = unescape(_TAG.sub("", match[3])).strip()
        if address in noted or said.rstrip("/…") in (address, address.rstrip("/")):
            return match[0]
        noted.add(address)
        return f'{match[0]}<span class="note">{text(address)}</span>'

    parts = _UNNOTED.split(xhtml)
    return "".join(part if at % 2 else _LINK.sub(note, part) for at, part in enumerate(parts))


def too_coarse(asset: Asset, sheet: Paper, src: str) -> Notice | None:
    """A Notice when an image has fewer pixels to the inch than print asks."""
    if asset.media_type == "image/svg+xml":
        return None
    dpi = asset.width / press_width(asset, sheet) * 96
    if round(dpi) >= LEAST_DPI:
        return None
    size = f"{asset.width} × {asset.height} pixels are {dpi:.0f} to the inch, {LEAST_DPI} are wanted"
    return Notice(id="pdf.low-resolution", message=f"the image {src or asset.sha256}: {size}")
