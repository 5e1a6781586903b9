"""Fingerprints: of texts and addresses, so that what is kept of a record to compare it does not grow with its text.

Texts are compared as NFC without white space. The estimate of their likeness is a bottom-k MinHash over runs of five
characters (Broder 1997; Cohen and Kaplan 2007), in an order that is the same on every machine.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Sequence
from hashlib import blake2b
from urllib.parse import unquote, urlsplit
from zlib import crc32

SKETCH = 256
"""How many hashes are kept of a text: the estimate's standard error is at most 0.032."""

_CHARACTER = 4
"""Bytes of a character in UTF-32."""
_GRAM = 5 * _CHARACTER
_CHUNK = (1 << 16) * _CHARACTER


def normal(text: str) -> str:
    """Text as it is compared: NFC, without white space."""
    return "".join(unicodedata.normalize("NFC", text).split())


def address(url: str | None) -> str:
    """An address as it is compared: host without ``www.``, path and query decoded; empty for none and for a whole site."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return url
    path = unquote(parts.path).rstrip("/")
    tail = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""
    return f"{host}{path}?{unquote(parts.query)}{tail}" if path or parts.query or tail else ""


def sketch(text: str) -> array[int]:
    """The ``SKETCH`` smallest CRC-32 of the sets of five characters in a normalised text, ascending. By chance two texts
    share one of them less than once in a thousand times, unless they are long as books."""
    data = text.encode("utf-32-le", "surrogatepass")
    kept: set[int] = set()
    for start in range(0, max(1, len(data) - _GRAM + 1), _CHUNK):
        part = data[start : start + _CHUNK + _GRAM - _CHARACTER]
        ranks = [crc32(part[at : at + _GRAM]) for at in range(0, max(1, len(part) - _GRAM + 1), _CHARACTER)]
        likely = set(filter(((2 * SKETCH << 32) // len(ranks)).__ge__, ranks))
        kept.update(likely if len(likely) >= SKETCH else ranks)
    return array("I", sorted(kept)[:SKETCH])


def hashed(data: bytes) -> int:
    """A 64-bit number that stands for bytes, the same everywhere."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")


def similarity(a: Sequence[int], b: Sequence[int], least: float = 0.0) -> float:
    """The estimated Jaccard similarity of two sketches, exact when both are of fewer than ``SKETCH`` hashes. Of one that is
    less than ``least`` no more is told than that: 0."""
    shared = {*a}.intersection(b)
    if len(shared) < least * max(len(a), len(b)):
        return 0.0
    union = sorted({*a, *b})[:SKETCH]
    return len(shared.intersection(union)) / len(union) if union else 1.0
