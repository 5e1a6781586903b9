"""Fingerprints: of texts and addresses, so that what is kept of a record to compare it does not grow with its text.

Texts are compared as NFC without white space. The estimate of their likeness is a bottom-k MinHash over runs of five
characters (Broder 1997; Cohen and Kaplan 2007), in an order that is the same on every machine.
"""

from __future__ import annotations

import sys
import unicodedata
from array import array
from collections.abc import Sequence
from hashlib import blake2b
from urllib.parse import unquote, urlsplit

SKETCH = 256
"""How many hashes are kept of a text: the estimate's standard error is at most 0.032."""

_RUN = 5
"""How many characters are hashed together."""
_CHUNK = 1 << 16
"""How many characters are hashed at once."""
_LANE = 12
"""Bytes that the hash of one run is worked out in: a character has 21 bits, a factor 64, and five such products are added."""
FACTORS = (0x9E3779B97F4A7C15, 0xF39CC0605CEDC835, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F)
"""Odd numbers of 64 bits without a pattern, one for each place in a run."""
_KERNEL = sum(factor << (8 * _LANE * place) for place, factor in enumerate(FACTORS))


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
    """The ``SKETCH`` smallest hashes of the runs of five characters in a normalised text, ascending, 32 bits each. By chance
    two texts share one of them less than once in a thousand times, unless they are long as books."""
    kept: set[int] = set()
    for start in range(0, max(1, len(text) - _RUN + 1), _CHUNK):
        ranks = _ranks(text[start : start + _CHUNK + _RUN - 1])
        least = (2 * SKETCH << 32) // len(ranks)
        likely = {rank for rank in ranks if rank <= least}
        kept.update(likely if len(likely) >= SKETCH else ranks)
    return array("I", sorted(kept)[:SKETCH])


def _ranks(text: str) -> array[int]:
    """The hash of every run in a text, by multiply-shift (Dietzfelbinger 1996), of which two-independence is enough for
    bottom-k (Thorup 2013): the sum of each character times the factor of its place, modulo 2 to the 64th, the upper half.

    Such sums are a convolution, which multiplying does: of two numbers with a character and a factor to a lane.
    """
    characters = array("I", text.ljust(_RUN, "\0").encode("utf-32-le", "surrogatepass"))
    lanes = array("I", bytes(_LANE * len(characters)))
    lanes[:: _LANE // 4] = characters
    product = int.from_bytes(lanes.tobytes(), "little") * _KERNEL
    sums = array("I", product.to_bytes(_LANE * (len(characters) + _RUN), "little"))
    if sys.byteorder == "big":
        sums.byteswap()
    return sums[_LANE // 4 * (_RUN - 1) + 1 : _LANE // 4 * len(characters) : _LANE // 4]


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
