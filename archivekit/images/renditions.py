"""Renditions: an image as a book carries it. Upright, without a word of where it was taken, no larger than is asked for."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from typing import Literal

import msgspec
from PIL import Image, ImageCms

from .. import images
from . import DECODER_ERRORS, Asset
from .metadata import without_metadata

Policy = Literal["full", "ereader", "grey", "none"]

BOX = (1264, 1680)
"""The pixels of a seven-inch e-ink screen: no image for one needs more."""

_QUALITY = 80
_TURNED_QUALITY = 92
"""Of an image that is only turned: high enough that nobody sees a second compression."""

_ORIENTATION = 0x0112
_TURNS = (None, None, *map(Image.Transpose, (0, 3, 1, 5, 4, 6, 2)))
"""What undoes each value of the EXIF orientation, 1 to 8."""

_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


class Renditions:
    """Makes the renditions of one policy, each once however often its image is used.

    ``full``: the image as it is. ``ereader``: JPEG at quality 80 that fits ``BOX``; PNG where there is transparency, or
    where the original has no loss and PNG is smaller, as with line art; the original where it would do and is smallest;
    the first frame of an animation. ``grey``: the same without colour. ``none``: no image. Whatever the policy, a
    rendition is upright, has no EXIF, XMP or comment, and keeps the original's ``sha256``, by which records name it.
    SVG stays as it is. The same bytes and the same Pillow give the same rendition.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._made: set[str] = set()

    def new(self, assets: Mapping[str, Asset]) -> tuple[Asset, ...]:
        """The rendition of each asset that was not asked for before."""
        if self._policy == "none":
            return ()
        fresh = [asset for sha256, asset in assets.items() if sha256 not in self._made]
        self._made.update(assets)
        return tuple(rendition(asset, self._policy) for asset in fresh)


def rendition(asset: Asset, policy: Policy) -> Asset:
    """One image by one policy, ``none`` excepted."""
    if asset.media_type == "image/svg+xml":
        return asset
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            whole = _whole(asset)
            return whole if policy == "full" else _smaller(whole, grey=policy == "grey")
        except DECODER_ERRORS:
            bare = without_metadata(asset.data, asset.media_type)
            return msgspec.structs.replace(asset, data=bare) if bare is not None else asset


def _whole(asset: Asset) -> Asset:
    """The image upright and without metadata, its pixels untouched where it was upright before."""
    with Image.open(io.BytesIO(asset.data)) as image:
        turn = _turn(image) if _may_be_turned(asset) else None
        bare = without_metadata(asset.data, asset.media_type) if turn is None else None
        if bare is not None:
            return msgspec.structs.replace(asset, data=bare)
        turned = image.transpose(turn) if turn is not None else image.copy()
        profile = image.info.get("icc_profile")
        turned.info = {"transparency": image.info["transparency"]} if "transparency" in image.info else {}
        format = _FORMATS.get(asset.media_type, "PNG")
        out = io.BytesIO()
        turned.save(out, format, icc_profile=profile, **({} if format == "PNG" else {"quality": _TURNED_QUALITY}))
        media_type = f"image/{format.lower()}"
        return msgspec.structs.replace(asset, data=out.getvalue(), media_type=media_type)


def _may_be_turned(asset: Asset) -> bool:
    """Whether anything in a file may say how it is turned. A PNG has to be decoded to be asked."""
    if asset.media_type == "image/png":
        return any(word in asset.data for word in (b"eXIf", b"exif", b"xmp"))
    return asset.media_type in _FORMATS


def _turn(image: Image.Image) -> Image.Transpose | None:
    """How to turn an image upright; None where it is."""
    stated = image.getexif().get(_ORIENTATION, 1)
    return _TURNS[stated] if isinstance(stated, int) and 1 <= stated <= 8 else None


def _smaller(asset: Asset, *, grey: bool) -> Asset:
    """The smallest of: JPEG, PNG where that may be, and the image as it is where that would do."""
    with Image.open(io.BytesIO(asset.data)) as image:
        lossless = image.format in ("PNG", "GIF")
        would_do = image.format in ("JPEG", "PNG") and image.width <= BOX[0] and image.height <= BOX[1]
        would_do = would_do and not getattr(image, "is_animated", False) and (not grey or image.mode in ("1", "L"))
        small = _fitted(image, grey=grey)
    made = [asset] if would_do else []
    clear = small.mode in ("LA", "RGBA")
    if clear or lossless:
        made.append(_png(asset, small))
    if not clear:
        made.append(_encoded(asset, small, "JPEG"))
    return min(made, key=lambda each: len(each.data))


def _fitted(image: Image.Image, *, grey: bool) -> Image.Image:
    """The first frame in ``BOX``, as L, LA, RGB or RGBA in sRGB; LA and RGBA only where something shines through."""
    image.thumbnail(BOX, Image.Resampling.LANCZOS) if image.mode not in ("P", "1") else image.load()
    plain = _srgb(_plain(image))
    plain.thumbnail(BOX, Image.Resampling.LANCZOS)
    if plain.mode in ("LA", "RGBA") and plain.getchannel("A").getextrema() == (255, 255):
        plain = plain.convert(plain.mode.removesuffix("A"))
    if grey:
        plain = plain.convert("LA" if plain.mode in ("LA", "RGBA") else "L")
    plain.info.clear()
    return plain


def _plain(image: Image.Image) -> Image.Image:
    if image.mode in ("L", "LA", "RGB", "RGBA"):
        return image.convert("RGBA" if image.mode == "RGB" and image.has_transparency_data else image.mode)
    if image.mode in ("1", "F") or image.mode.startswith("I"):
        return images.grey(image)
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _srgb(image: Image.Image) -> Image.Image:
    """Colours of a profile as sRGB, since the profile is left out; a profile that cannot be used is passed over."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=image.mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return changed if changed is not None else image


def _png(asset: Asset, image: Image.Image) -> Asset:
    """As PNG, with a palette where the colours are few enough for one and that is smaller."""
    made = [_encoded(asset, each, "PNG") for each in (image, _with_palette(image)) if each is not None]
    return min(made, key=lambda each: len(each.data))


def _with_palette(image: Image.Image) -> Image.Image | None:
    """The same image with a palette, or None where it has too many colours to be the same."""
    colours = image.getcolors(256) if image.mode in ("L", "RGB") else None
    if colours is None:
        return None
    few = image.quantize(len(colours), method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    return few if few.convert(image.mode).tobytes() == image.tobytes() else None


def _encoded(asset: Asset, image: Image.Image, format: Literal["JPEG", "PNG"]) -> Asset:
    out = io.BytesIO()
    if format == "JPEG":
        image.save(out, "JPEG", quality=_QUALITY, optimize=True)
    else:
        image.save(out, "PNG", optimize=image.mode == "P")
    media_type = f"image/{format.lower()}"
    return msgspec.structs.replace(asset, data=out.getvalue(), media_type=media_type, width=image.width, height=image.height)
