"""Images as a PDF/A with an sRGB intent can hold them: JPEG or PNG, RGB or grey, no larger than print needs."""

from __future__ import annotations

import io

import msgspec
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from ...images import grey
from ...images.assets import Asset

_JPEG_QUALITY = 88


class Printable(msgspec.Struct, frozen=True):
    """Bytes WeasyPrint can embed as they are."""

    media_type: str
    data: bytes


def printable(asset: Asset, box: tuple[int, int]) -> Printable | None:
    """The asset for print, scaled down into ``box`` (pixels); None when it cannot be decoded.

    JPEG in RGB or grey and SVG pass as they are unless they are larger than the box. Anything else becomes JPEG when
    it is opaque and was compressed with loss, PNG otherwise. Of an animation the first frame is kept.
    """
    if asset.media_type == "image/svg+xml":
        return Printable(asset.media_type, asset.data)
    try:
        with Image.open(io.BytesIO(asset.data)) as image:
            fits = image.width <= box[0] and image.height <= box[1]
            upright = image.getexif().get(0x0112, 1) == 1
            if image.format == "JPEG" and image.mode in ("RGB", "L") and fits and upright:
                image.load()
                return Printable("image/jpeg", asset.data)
            lossy = image.format in ("JPEG", "WEBP", "AVIF")
            return _encode(_scaled(_rgb(ImageOps.exif_transpose(image)), box), lossy=lossy)
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        return None


def _scaled(image: Image.Image, box: tuple[int, int]) -> Image.Image:
    if image.width > box[0] or image.height > box[1]:
        image.thumbnail(box, Image.Resampling.LANCZOS)
    return image


def _rgb(image: Image.Image) -> Image.Image:
    """The image in one of L, LA, RGB, RGBA; four-colour images through their profile when they carry one."""
    if image.mode in ("L", "RGB", "RGBA", "LA"):
        return image
    if image.mode in ("CMYK", "LAB", "YCbCr"):
        return _through_profile(image)
    if image.mode in ("1", "I;16", "I;16B", "I;16L", "I", "F"):
        return grey(image)
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _through_profile(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def _encode(image: Image.Image, *, lossy: bool) -> Printable:
    out = io.BytesIO()
    image.info.clear()
    if lossy and image.mode in ("L", "RGB"):
        image.save(out, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
        return Printable("image/jpeg", out.getvalue())
    image.save(out, "PNG")
    return Printable("image/png", out.getvalue())
