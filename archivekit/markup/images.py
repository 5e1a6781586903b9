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
    "file",
    "_src",
)
"""Attributes in which scripts that load late keep the address."""
_PLACEHOLDER = re.compile(
    r"^(data:image/(gif|png|svg)|about:)"
    r"|(^|/)(blank|spacer|transparent|placeholder|loading|lazy|grey|pixel|1x1|s)\.(gif|png|svg|jpg)(\?|$)",
    re.I,
)
_CANDIDATE = re.compile(r"\s*(\S+?)(?:\s+(\d+(?:\.\d+)?)([wx]))?\s*(?:,\s|,$|$)")


def best_address(attrs: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The address of an image and its other spellings, best first; ``("", ())`` when it has none."""
    src = attrs.get("src", "").strip()
    late = [attrs[key].strip() for key in LAZY if _is_address(attrs.get(key, ""))]
    listed = candidates(attrs.get("srcset", "") or attrs.get("data-srcset", ""))
    ranked = [src, *late, *listed] if src and not is_placeholder(src) else [*late, *listed, src]
    unique = list(dict.fromkeys(address for address in ranked if address))
    return (unique[0], tuple(unique[1:])) if unique else ("", ())


def is_placeholder(src: str) -> bool:
    """Whether an address is that of a stand-in shown until the real image is loaded."""
    return bool(_PLACEHOLDER.search(src)) and len(src) < 600


def candidates(srcset: str) -> list[str]:
    """The addresses of a ``srcset``, the largest first (HTML, image candidate strings)."""
    found = [(float(m.group(2) or 1), m.group(1)) for m in _CANDIDATE.finditer(srcset) if m.group(1)]
    return [address for _, address in sorted(found, key=lambda pair: -pair[0])]


def _is_address(value: str) -> bool:
    value = value.strip()
    return bool(value) and not value.isspace() and ("/" in value or "." in value) and " " not in value
