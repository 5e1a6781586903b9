"""Numbers in attributes: ``colspan``, ``width`` and their like, which may hold anything at all."""

from __future__ import annotations


def number(value: str) -> int | None:
    """A whole number of one to nine ASCII digits; None for all other text, and for more digits than can be meant."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
