"""Which of an ``img`` element's addresses is the image, and which are only other ways to get it."""

from __future__ import annotations

import re
from collections.abc import Mapping

LAZY = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-actualsrc",
    "data-original-src",
    "data-url",
    "data-echo",
    "data-lazyload",
    "data-ks-lazyload",
    "real_src",
    "zoomfile",
    "file",
    "original",
    "_src",
    "data-croporisrc",
)
"""Attributes in which scripts that load late keep the address, the best first."""
_OTHERS = frozenset(["src", "srcset", "alt", "title", "href", "longdesc", "cite", "usemap", "id", "class", "style"])
"""Attributes that are not looked at for an address when no other has one."""
_PICTURE = re.compile(r"(?:https?:)?//[^\s\"'<>]+\.(?:jpe?g|png|gif|webp|avif|bmp|svg)(?:\?[^\s\"'<>]*)?", re.I)
_PLACEHOLDER = re.compile(
    r"^(data:image/(gif|png|svg)|about:)"
    r"|(^|/)(blank|spacer|space|transparent|(sg_)?trans|placeholder|loading|lazy(-?load)?|gr[ae]y|white|empty|none|clear|pixel|1x1|s)"
    r"\.(gif|png|svg|jpg)(\?|$)",
    re.I,
)
_EMOJI = frozenset(["emoji", "wp-smiley", "twemoji", "emojione"])
_EMOJI_AT = re.compile(r"//s\.w\.org/images/core/emoji/|//twemoji\.maxcdn\.com/", re.I)
LONGEST_EMOJI = 12
"""One of more characters is no emoji."""
_CANDIDATE = re.compile(r"\s*(\S+?)(?:\s+(\d+(?:\.\d+)?)([wx]))?\s*(?:,\s|,$|$)")


def best_address(attrs: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The address of an image and its other spellings, best first; ``("", ())`` when it has none."""
    src = attrs.get("src", "").strip()
    late = [attrs[key].strip() for key in LAZY if _is_address(attrs.get(key, ""))]
    listed = candidates(attrs.get("srcset", "") or attrs.get("data-srcset", ""))
    if src and not is_placeholder(src):
        ranked = [src, *late, *listed]
    else:
        found = [] if late or listed else [attrs[key].strip() for key in attrs if _holds_picture(key, attrs[key])]
        ranked = [*late, *listed, *found, src]
    unique = list(dict.fromkeys(address for address in ranked if address))
    return (unique[0], tuple(unique[1:])) if unique else ("", ())


def as_words(attrs: Mapping[str, str]) -> str:
    """The words that an image only draws, as emoji are drawn for browsers without a font for them; ``""`` for other images."""
    alt = attrs.get("alt", "").strip()
    drawn = not _EMOJI.isdisjoint(attrs.get("class", "").lower().split()) or _EMOJI_AT.search(attrs.get("src", ""))
    return alt if drawn and 0 < len(alt) <= LONGEST_EMOJI and not any(map(str.isalpha, alt)) else ""


def is_placeholder(src: str) -> bool:
    """Whether an address is that of a stand-in shown until the real image is loaded."""
    return bool(_PLACEHOLDER.search(src)) and len(src) < 600


def candidates(srcset: str) -> list[str]:
    """The addresses of a ``srcset``, the largest first (HTML, image candidate strings)."""
    found = [(float(m.group(2) or 1), m.group(1)) for m in _CANDIDATE.finditer(srcset) if m.group(1)]
    return [address for _, address in sorted(found, key=lambda pair: -pair[0])]


def _holds_picture(key: str, value: str) -> bool:
    """Whether an attribute that nobody knows holds the whole address of a picture."""
    return key not in _OTHERS and not key.startswith("on") and _PICTURE.fullmatch(value.strip()) is not None


def _is_address(value: str) -> bool:
    value = value.strip()
    return bool(value) and not value.isspace() and ("/" in value or "." in value) and " " not in value
