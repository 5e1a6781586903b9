"""Compressed: Zstandard files (RFC 8878), written the same way every time and read no further than a limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import BinaryIO, Final

import zstandard

from ..errors import UnreadableSourceError
from ..limits import Limits
from ..source import RECORD, checked_size

MAGIC: Final = b"\x28\xb5\x2f\xfd"
"""How a Zstandard frame begins."""

LEVEL: Final = 10

WINDOW: Final = 2**27
"""The most memory a file may ask for to be read, in bytes; ``zstd --long`` stays within it."""

_STEP: Final = 1024
"""Bytes that are unpacked at a time: 4 bytes can stand for a block of 128 KiB."""


_QUICK: Final = 2
"""The level of what is kept for a while."""


class DamagedError(Exception):
    """The bytes are not what a compressor wrote."""


def write(out: BinaryIO, chunks: Iterable[bytes]) -> None:
    """Write one frame with a checksum; the same bytes for the same chunks, however they are cut."""
    compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True, write_content_size=False)
    with compressor.stream_writer(out, closefd=False) as packed:
        for chunk in chunks:
            packed.write(chunk)


def unpacked(head: bytes, stream: BinaryIO, path: str, limits: Limits) -> bytes:
    """What a document holds whose first bytes are ``head`` and the others in ``stream``. The limits are those of what it
    holds; raises SourceTooLargeError before much more than that is unpacked, and UnreadableSourceError."""
    data = bytearray()
    try:
        for piece in expanded(stream, head):
            data += piece
            checked_size(path, bytes(data[: len(RECORD)]), len(data), limits)
    except DamagedError as error:
        raise UnreadableSourceError(f"cannot be unpacked: {error}", path=path) from None
    return bytes(data)


def expanded(stream: BinaryIO, head: bytes = b"") -> Iterator[bytes]:
    """What ``head`` and a stream, of one frame or several, hold, piece by piece, none much larger than 32 MB; raises
    DamagedError, also for a stream that stops in the middle."""
    frame = _frame()
    begun = False
    for data in chain([head], iter(partial(stream.read, _STEP), b"")):
        while data:
            begun = True
            yield _piece(frame, data)
            data = frame.unused_data if frame.eof else b""
            if frame.eof:
                frame, begun = _frame(), False
    if begun:
        raise DamagedError("it stops in the middle")


def compress(data: bytes) -> bytes:
    """A few bytes as one frame with a checksum, quickly; a :func:`decompressor` reads it again. It is copied, for behind what
    zstandard gives lies the rest of the space for the longest frame there could have been, which small things do not fill."""
    return bytes(memoryview(zstandard.ZstdCompressor(level=_QUICK, write_checksum=True).compress(data)))


def decompressor() -> Callable[[bytes], bytes]:
    """What gives back what :func:`compress` was given, or raises DamagedError. For one thread."""
    decompress = zstandard.ZstdDecompressor().decompress

    def decompressed(frame: bytes) -> bytes:
        try:
            return decompress(frame)
        except zstandard.ZstdError as error:
            raise DamagedError(str(error)) from None

    return decompressed


def _piece(frame: zstandard.ZstdDecompressionObj, data: bytes) -> bytes:
    try:
        return frame.decompress(data)
    except zstandard.ZstdError as error:
        raise DamagedError(str(error)) from None


def _frame() -> zstandard.ZstdDecompressionObj:
    return zstandard.ZstdDecompressor(max_window_size=WINDOW).decompressobj()
