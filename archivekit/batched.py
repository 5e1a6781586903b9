"""Batched: ``itertools.batched`` of Python 3.12 for the versions before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

_T = TypeVar("_T")


def batched(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """The items, ``size`` at a time; the last batch may have fewer."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
