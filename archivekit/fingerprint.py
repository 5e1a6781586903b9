"""Fingerprints: of texts and addresses, so that what is kept of a record to compare it does not grow with its text.

Texts are compared as NFC without white space. The estimate of their likeness is a bottom-k MinHash over runs of five
characters (Broder 1997; Cohen and Kaplan 2007) with BLAKE2b for the random order, so that it is the same on every machine.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Sequence
from hashlib import blake2b
from urllib.parse import unquote, urlsplit

SKETCH = 256
"""How many hashes are kept of a text: the estimate's standard error is at most 0.032."""

_GRAM = 5
_CHUNK = 1 << 16


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
    """The ``SKETCH`` smallest 64-bit hashes of the sets of five characters in a normalised text, ascending."""
    smallest: list[bytes] = []
    for start in range(0, max(1, len(text) - _GRAM + 1), _CHUNK):
        part = text[start : start + _CHUNK + _GRAM - 1]
        grams = {part[at : at + _GRAM] for at in range(max(1, len(part) - _GRAM + 1))}
        hashes = {blake2b(gram.encode("utf-8", "replace"), digest_size=8).digest() for gram in grams}
        smallest = sorted(hashes.union(smallest))[:SKETCH]
    return array("Q", [int.from_bytes(digest, "big") for digest in smallest])


def hashed(data: bytes) -> int:
    """A 64-bit number that stands for bytes, the same everywhere."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")


def similarity(a: Sequence[int], b: Sequence[int]) -> float:
    """The estimated Jaccard similarity of two sketches, exact when both are of fewer than ``SKETCH`` hashes."""
    union = sorted({*a, *b})[:SKETCH]
    return len({*a}.intersection(b).intersection(union)) / len(union) if union else 1.0
