"""Sums: what is known of a file by its bytes: how many, their SHA-256, and a CRC-32 of each block."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

BLOCK: Final = 4096
"""How many bytes one check covers."""

_STEP: Final = 256 * BLOCK
"""Bytes that are read or written at a time."""


class Sums:
    """Of bytes that come one after the other."""

    def __init__(self) -> None:
        self.size = 0
        self._sha256 = hashlib.sha256()
        self._checks: list[int] = []
        self._rest = b""
        """What is of a block that has not all come."""

    def add(self, data: bytes) -> None:
        """The bytes that follow."""
        self.size += len(data)
        self._sha256.update(data)
        whole = self._rest + data if self._rest else data
        end = len(whole) - len(whole) % BLOCK
        self._checks += [zlib.crc32(whole[at : at + BLOCK]) for at in range(0, end, BLOCK)]
        self._rest = whole[end:]

    @property
    def sha256(self) -> str:
        """Of all that came, as hexadecimal digits."""
        return self._sha256.hexdigest()

    @property
    def checks(self) -> str:
        """CRC-32 of each block, eight hexadecimal digits each; the last block may be shorter."""
        last = [zlib.crc32(self._rest)] if self._rest else []
        return "".join(f"{check:08x}" for check in self._checks + last)


def of(path: Path) -> Sums:
    """Of a file. Raises OSError."""
    sums = Sums()
    with path.open("rb") as stream:
        while data := stream.read(_STEP):
            sums.add(data)
    return sums


def sha256(stream: BinaryIO, most: float = inf) -> str | None:
    """Of what a stream gives, as hexadecimal digits; None where that is more than ``most`` bytes. Raises OSError."""
    digest, size = hashlib.sha256(), 0
    while data := stream.read(_STEP):
        size += len(data)
        if size > most:
            return None
        digest.update(data)
    return digest.hexdigest()


class Written(NamedTuple):
    """A file that is being written, from its beginning to its end."""

    stream: BinaryIO
    sums: Sums
    """Of what it holds once it is closed."""


@contextmanager
def written(path: Path) -> Iterator[Written]:
    """A new file, written and summed in a thread while what follows is got ready. Raises OSError, for what could not be
    written when more follows or at the end."""
    sums = Sums()
    with (
        ThreadPoolExecutor(1) as beside,
        path.open("wb", buffering=0) as file,
        io.BufferedWriter(_Behind(file, sums, beside), _STEP) as stream,
    ):
        yield Written(stream, sums)


class _Behind(io.RawIOBase):
    """Takes what is to be written, and has it written and added to the sums, one stretch at a time."""

    def __init__(self, file: io.FileIO, sums: Sums, beside: ThreadPoolExecutor) -> None:
        self._file = file
        self._sums = sums
        self._beside = beside
        self._size = 0
        self._writing: Future[None] | None = None

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def write(self, data: Any) -> int:
        taken = bytes(data)
        self._wait()
        self._writing = self._beside.submit(self._put, taken)
        self._size += len(taken)
        return len(taken)

    def close(self) -> None:
        try:
            self._wait()
        finally:
            super().close()

    def _wait(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def _put(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._sums.add(data)
