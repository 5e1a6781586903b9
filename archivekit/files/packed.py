"""Packed: a long sequence of structs in little memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar, overload

import msgspec

from . import compressed

_T = TypeVar("_T", bound=msgspec.Struct)

_CHUNK = 256


class Packed(Sequence[_T], Generic[_T]):
    """A sequence that grows at its end, encoded and compressed; what is asked for is decoded again each time."""

    def __init__(self, kind: type[_T]) -> None:
        self._kind = kind
        self._chunks: list[bytes] = []
        self._open: list[_T] = []

    def append(self, item: _T) -> None:
        """Add an item at the end."""
        self._open.append(item)
        if len(self._open) == _CHUNK:
            self._chunks.append(compressed.compress(msgspec.msgpack.encode(self._open)))
            self._open = []

    def __len__(self) -> int:
        return len(self._chunks) * _CHUNK + len(self._open)

    def __iter__(self) -> Iterator[_T]:
        for at in range(len(self._chunks)):
            yield from self._chunk(at)
        yield from self._open

    @overload
    def __getitem__(self, at: int) -> _T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[_T]: ...
    def __getitem__(self, at: int | slice) -> _T | Sequence[_T]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        place = range(len(self))[at]
        chunk, rest = divmod(place, _CHUNK)
        return self._chunk(chunk)[rest] if chunk < len(self._chunks) else self._open[rest]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def _chunk(self, at: int) -> list[_T]:
        return msgspec.msgpack.decode(compressed.decompressor()(self._chunks[at]), type=list[self._kind])  # type: ignore[name-defined]
