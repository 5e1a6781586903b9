"""Image metadata: an image file without what it says of camera, place, person and program; not a pixel changes."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_PNG_KEPT = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP mDCV cLLI acTL fcTL fdAT".split(b" "))
_GIF_KEPT = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")
_WEBP_DROPPED = (b"EXIF", b"XMP ")
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
"""JPEG markers without a length."""


def without_metadata(data: bytes, media_type: str) -> bytes | None:
    """The same image without EXIF, XMP, IPTC, comments, thumbnails and anything behind its end; colour profiles, which
    say how to show it, stay. None when the file is not built as its format says."""
    strip = {"image/jpeg": _jpeg, "image/png": _png, "image/gif": _gif, "image/webp": _webp}.get(media_type)
    if strip is None:
        return data
    try:
        return b"".join(strip(data))
    except (struct.error, IndexError, ValueError):
        return None


def _jpeg(data: bytes) -> Iterator[bytes]:
    """ITU-T T.81, annex B: segments up to the end of the (first) image."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("no start of image")
    yield data[:2]
    at = 2
    while at < len(data):
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xD9:
            break
        end = at + 2 if marker in _JPEG_BARE else at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if marker == 0xDA:
            end = _scan_end(data, end)
        if _kept(marker, data[at + 4 : at + 16]):
            yield data[at:end]
        at = end
    yield b"\xff\xd9"


def _scan_end(data: bytes, at: int) -> int:
    """Where the marker after a scan begins: stuffed zeros and restarts belong to the scan."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


def _kept(marker: int, head: bytes) -> bool:
    """Whether a segment is needed to show the image: JFIF, colour profile, Adobe's colour transform, all that codes it."""
    if marker == 0xE0:
        return head.startswith(b"JFIF\0")
    if marker == 0xE2:
        return head.startswith(b"ICC_PROFILE\0")
    return marker == 0xEE or not (0xE1 <= marker <= 0xEF or marker == 0xFE)


def _png(data: bytes) -> Iterator[bytes]:
    """PNG (third edition), 5: chunks up to the end."""
    yield data[:8]
    at = 8
    name = b""
    while name != b"IEND":
        (length,) = struct.unpack_from(">I", data, at)
        name = data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            raise ValueError("cut short")
        if name in _PNG_KEPT:
            yield data[at:end]
        at = end


def _gif(data: bytes) -> Iterator[bytes]:
    """GIF89a: blocks up to the trailer, without comments and foreign extensions."""
    at = 13 + _table(data[10])
    yield data[:at]
    while data[at] != 0x3B:
        start = at
        label = data[at + 1]
        if data[at] == 0x2C:
            at = _sub_blocks_end(data, at + 11 + _table(data[at + 9]))
        elif data[at] == 0x21:
            at = _sub_blocks_end(data, at + 2)
        else:
            raise ValueError("no such block")
        foreign = label == 0xFF and data[start + 3 : start + 14] not in _GIF_KEPT
        if data[start] == 0x2C or not (label == 0xFE or foreign):
            yield data[start:at]
    yield b"\x3b"


def _table(flags: int) -> int:
    """The bytes of a GIF colour table."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _sub_blocks_end(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1


def _webp(data: bytes) -> Iterator[bytes]:
    """RFC 9649: chunks of a RIFF file, the flags of the extended header told what is gone."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise ValueError("no WebP")
    (size,) = struct.unpack_from("<I", data, 4)
    kept: list[bytes] = []
    at = 12
    while at + 8 <= min(len(data), size + 8):
        name, (length,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        chunk = data[at : at + 8 + length]
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~0x0C]) + chunk[9:]
        if name not in _WEBP_DROPPED:
            kept.append(chunk + b"\0" * (length & 1))
        at += 8 + length + (length & 1)
    yield b"RIFF" + struct.pack("<I", 4 + sum(map(len, kept))) + b"WEBP"
    yield from kept
