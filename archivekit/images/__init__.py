"""Images: bytes of any kind in; an Asset that a writer may embed as it is, or the reason why not, out."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import warnings
from typing import NamedTuple

import msgspec
from PIL import Image, ImageOps

from ..limits import DEFAULT, Limits, over
from . import svg


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of one image, as they are embedded, and what is known of them."""

    sha256: str
    """Of the image as the archive keeps it; records name it so. A rendition of it keeps the name."""
    media_type: str
    """Decided by the bytes: ``image/jpeg``, ``image/png``, ``image/gif``, ``image/webp`` or ``image/svg+xml``."""
    width: int
    """In pixels, as it is shown: turned as its EXIF orientation says."""
    height: int
    """In pixels, as it is shown."""
    data: bytes


class Made(NamedTuple):
    """What became of some bytes: an asset or none, and the id and message of a Notice, empty when there is none."""

    asset: Asset | None
    notice: str = ""
    message: str = ""


PIXELS_OF_PILLOW = 2 * (Image.MAX_IMAGE_PIXELS or 0)
"""What Pillow itself refuses to open, whatever our limit."""

_AS_IS = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_OPENED = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "TIFF")
"""What Pillow is let open; it calls a JPEG of several pictures MPO."""

_SIGNATURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb".{4}ftypavi[fs]", re.DOTALL), "image/avif"),
    (re.compile(rb"BM.{12}[\x0c-\x7c]\0\0\0", re.DOTALL), "image/bmp"),
    (re.compile(rb"II\*\0|MM\0\*"), "image/tiff"),
)

DECODER_ERRORS = (
    *(OSError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError, EOFError, RuntimeError, MemoryError),
    struct.error,
)
"""What Pillow's decoders raise on bytes that are not the image they claim to be."""


def kind(data: bytes) -> str:
    """The media type that bytes claim by how they begin, be they whole or broken; empty for no image that is known."""
    if svg.looks_like(data):
        return "image/svg+xml"
    return next((media for pattern, media in _SIGNATURES if pattern.match(data)), "")


def make(data: bytes, limits: Limits = DEFAULT) -> Made:
    """An asset from the bytes of an image file: PNG, JPEG, GIF and WebP as they are, AVIF, BMP and TIFF converted,
    SVG through an allow list. Anything broken, too large or able to run or fetch something yields no asset."""
    if svg.looks_like(data):
        return _vector(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _raster(data, limits.image_pixels)
        except Image.DecompressionBombError:
            said = over("image_pixels", limits.image_pixels)
            return Made(None, "asset.too-large", f"more than {PIXELS_OF_PILLOW} pixels, {said}")
        except DECODER_ERRORS as error:
            said = " ".join(str(error).split())
            detail = said if said and "BytesIO" not in said else "not an image of a known kind"
            return Made(None, "asset.broken", f"the image cannot be decoded ({detail})")


def grey(image: Image.Image) -> Image.Image:
    """An image of one channel in mode L; 16 bits, which Pillow would cut off at 255, are scaled to 8."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("L")


def _vector(data: bytes) -> Made:
    clean = svg.sanitise(data)
    if clean.problem:
        return Made(None, "asset.refused", f"an SVG image that {clean.problem}")
    return Made(_asset(clean.data, "image/svg+xml", clean.width, clean.height))


def _raster(data: bytes, most: int) -> Made:
    with Image.open(io.BytesIO(data), formats=_OPENED) as image:
        width, height = image.size
        if width * height > most:
            return Made(None, "asset.too-large", f"{width} × {height} pixels, {over('image_pixels', most)}")
        image.load()
        kind = image.format or ""
        if kind in _AS_IS and image.mode not in ("CMYK", "YCCK", "LAB"):
            if image.getexif().get(0x0112, 1) in (5, 6, 7, 8):
                width, height = height, width
            return Made(_asset(data, _AS_IS[kind], width, height))
        return _converted(image, kind)


def _converted(image: Image.Image, kind: str) -> Made:
    """As JPEG where the original was lossy or CMYK and has no transparency, as PNG otherwise."""
    turned = ImageOps.exif_transpose(image)
    clear = turned.has_transparency_data
    out = io.BytesIO()
    if kind in ("AVIF", "JPEG", "MPO") and not clear:
        turned.convert("RGB").save(out, "JPEG", quality=90, subsampling=0)
        media = "image/jpeg"
    else:
        turned.convert("RGBA" if clear else "RGB").save(out, "PNG")
        media = "image/png"
    said = f"a {image.mode} {kind} image was converted to {media.removeprefix('image/').upper()}"
    return Made(_asset(out.getvalue(), media, *turned.size), "asset.converted", said)


def _asset(data: bytes, media_type: str, width: int, height: int) -> Asset:
    return Asset(sha256=hashlib.sha256(data).hexdigest(), media_type=media_type, width=width, height=height, data=data)
