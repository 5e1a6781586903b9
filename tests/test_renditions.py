"""Renditions: what a book carries of an image. Upright, small enough, and silent about where it was taken."""

from __future__ import annotations

import hashlib
import io
import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Picture
from PIL import ImageChops, ImageDraw, PngImagePlugin

from archivekit import images
from archivekit.building.pipeline import build
from archivekit.config import Settings
from archivekit.images import Asset
from archivekit.images.metadata import without_metadata
from archivekit.images.renditions import BOX, Renditions, rendition

SECRET = b"31.2304N 121.4737E"
CORPUS = Path(__file__).parent.parent / "corpus"


def _photo(size: tuple[int, int] = (90, 60), mode: str = "RGB") -> Picture.Image:
    """Something with many colours: a fractal and a gradient."""
    fractal = Picture.effect_mandelbrot(size, (-2, -1.5, 1, 1.5), 60)
    merged = Picture.merge(
        "RGB", (fractal, fractal.transpose(Picture.Transpose.ROTATE_180), Picture.radial_gradient("L").resize(size))
    )
    return merged.convert(mode)


def _drawing(size: tuple[int, int] = (400, 300)) -> Picture.Image:
    picture = Picture.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for n in range(0, size[0], 20):
        draw.line((n, 0, size[0] - n, size[1]), fill="navy" if n % 40 else "red")
    return picture


def _exif(orientation: int = 1) -> bytes:
    exif = Picture.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[29] = SECRET.decode()
    return exif.tobytes()


def _saved(picture: Picture.Image, format: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def _asset(data: bytes) -> Asset:
    made = images.make(data)
    assert made.asset is not None
    return made.asset


def _open(asset: Asset) -> Picture.Image:
    picture = Picture.open(io.BytesIO(asset.data))
    picture.load()
    assert Picture.MIME[picture.format or ""] == asset.media_type
    assert picture.size == (asset.width, asset.height)
    return picture


def _multi_picture() -> bytes:
    """An MPO: a second picture, with its own EXIF, behind the end of the first."""
    return _saved(_photo(), "JPEG") + _saved(_photo(), "JPEG", exif=_exif())


def _png() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode(), zip=False)
    return _saved(_photo(), "PNG", exif=_exif(), pnginfo=text)


TELLTALES: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: _saved(_photo(), "JPEG", exif=_exif(), comment=SECRET, xmp=SECRET),
    "progressive": lambda: _saved(_photo(), "JPEG", exif=_exif(), progressive=True, optimize=True),
    "restarts": lambda: _saved(_photo(), "JPEG", exif=_exif(), restart_marker_blocks=2),
    "grey-jpeg": lambda: _saved(_photo(mode="L"), "JPEG", exif=_exif()),
    "multi-picture": _multi_picture,
    "png": _png,
    "palette": lambda: _saved(_photo(mode="P"), "PNG", exif=_exif()),
    "webp": lambda: _saved(_photo(), "WEBP", exif=_exif(), xmp=SECRET),
    "webp-lossless": lambda: _saved(_photo(mode="RGBA"), "WEBP", exif=_exif(), xmp=SECRET, lossless=True),
    "gif": lambda: _saved(_photo(mode="P"), "GIF", comment=SECRET),
    "animation": lambda: _saved(
        _photo(mode="P"),
        "GIF",
        save_all=True,
        append_images=[_drawing((90, 60)).convert("P")],
        loop=0,
        duration=80,
        comment=SECRET,
    ),
}


@pytest.mark.parametrize("name", TELLTALES)
def test_metadata_goes_and_every_pixel_stays(name: str) -> None:
    data = TELLTALES[name]()
    assert SECRET in data
    before, after = _asset(data), rendition(_asset(data), "full")
    assert SECRET not in after.data
    assert b"Exif" not in after.data
    assert len(after.data) < len(data)
    assert (after.sha256, after.media_type) == (hashlib.sha256(data).hexdigest(), before.media_type)
    one, two = Picture.open(io.BytesIO(data)), _open(after)
    assert getattr(one, "n_frames", 1) == getattr(two, "n_frames", 1) or name == "multi-picture"
    for frame in range(getattr(two, "n_frames", 1)):
        one.seek(frame)
        two.seek(frame)
        assert one.convert("RGBA").tobytes() == two.convert("RGBA").tobytes()


@pytest.mark.parametrize("policy", ["ereader", "grey"])
@pytest.mark.parametrize("name", TELLTALES)
def test_no_rendition_tells_where_it_was_taken(name: str, policy: str) -> None:
    after = rendition(_asset(TELLTALES[name]()), policy)  # type: ignore[arg-type]
    assert SECRET not in after.data
    assert after.media_type in ("image/jpeg", "image/png")
    assert not _open(after).getexif()


@pytest.mark.parametrize("policy", ["full", "ereader", "grey"])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_every_orientation_is_made_upright(orientation: int, format: str, policy: str) -> None:
    corner = Picture.new("L", (60, 40), 255)
    corner.paste(0, (0, 0, 30, 20))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = corner.convert("RGB").transpose(Picture.Transpose(back[orientation]))
    after = rendition(_asset(_saved(stored, format, exif=_exif(orientation), quality=95)), policy)  # type: ignore[arg-type]
    seen = _open(after).convert("L")
    assert seen.size == (60, 40)
    assert ImageChops.difference(seen.resize((6, 4)), corner.resize((6, 4))).getextrema()[1] < 60
    assert SECRET not in after.data


@pytest.mark.parametrize("packed", [False, True])
def test_what_a_png_says_in_xmp_of_how_it_is_turned_is_heeded(packed: bool) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", '<rdf:Description tiff:Orientation="6"/>', zip=packed)
    after = rendition(_asset(_saved(_photo((60, 40)), "PNG", pnginfo=text)), "full")
    assert _open(after).size == (40, 60)


def test_a_large_photo_fits_the_screen() -> None:
    data = _saved(_photo((2600, 1900)), "JPEG", quality=95)
    after = rendition(_asset(data), "ereader")
    assert (after.media_type, _open(after).size) == ("image/jpeg", (1264, 924))
    assert len(after.data) < len(data) / 2
    tall = rendition(_asset(_saved(_photo((900, 3000)), "PNG")), "ereader")
    assert _open(tall).size == (504, BOX[1])


def test_line_art_stays_png_and_a_photo_becomes_jpeg() -> None:
    assert rendition(_asset(_saved(_drawing(), "PNG")), "ereader").media_type == "image/png"
    assert rendition(_asset(_saved(_drawing(), "GIF")), "ereader").media_type == "image/png"
    noise = Picture.frombytes("RGB", (200, 200), random.Random(1).randbytes(120_000))
    assert rendition(_asset(_saved(noise, "PNG")), "ereader").media_type == "image/jpeg"


def test_grey_has_no_colour() -> None:
    for data in (_saved(_photo(), "JPEG"), _saved(_drawing(), "PNG"), _saved(_photo(mode="P"), "GIF")):
        red, green, blue = _open(rendition(_asset(data), "grey")).convert("RGB").split()
        assert red.tobytes() == green.tobytes() == blue.tobytes()
    clear = _photo(mode="RGBA")
    clear.putalpha(Picture.radial_gradient("L").resize(clear.size))
    assert _open(rendition(_asset(_saved(clear, "PNG")), "grey")).mode == "LA"


def test_what_shines_through_stays() -> None:
    clear = _photo(mode="RGBA")
    clear.putalpha(Picture.radial_gradient("L").resize(clear.size))
    after = _open(rendition(_asset(_saved(clear, "WEBP", lossless=True)), "ereader"))
    assert after.mode == "RGBA"
    assert after.getchannel("A").tobytes() == clear.getchannel("A").tobytes()
    solid = rendition(_asset(_saved(_photo(mode="RGBA"), "PNG")), "ereader")
    assert _open(solid).mode == "RGB"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_every_kind_of_pixel(mode: str) -> None:
    picture = Picture.new(mode, (50, 40)) if mode == "I;16" else _photo((50, 40)).convert(mode)
    asset = _asset(_saved(picture, "JPEG" if mode == "CMYK" else "PNG"))
    for policy in ("full", "ereader", "grey"):
        assert _open(rendition(asset, policy)).size == (50, 40)  # type: ignore[arg-type]


@pytest.mark.parametrize("policy", ["full", "ereader", "grey"])
def test_no_rendition_is_larger_and_each_is_made_once(policy: str) -> None:
    small = _asset(_saved(_photo((40, 30)), "JPEG", quality=20))
    makes = Renditions(policy)  # type: ignore[arg-type]
    (first,) = makes.new({small.sha256: small})
    assert len(first.data) <= len(small.data)
    assert makes.new({small.sha256: small}) == ()
    assert Renditions(policy).new({small.sha256: small}) == (first,)  # type: ignore[arg-type]


def test_none_is_none() -> None:
    asset = _asset(_saved(_drawing(), "PNG"))
    assert Renditions("none").new({asset.sha256: asset}) == ()


@settings(deadline=None)
@given(st.sampled_from(sorted(TELLTALES)), st.data())
def test_broken_files_are_refused_or_cut_clean(name: str, data: st.DataObject) -> None:
    whole = TELLTALES[name]()
    at = data.draw(st.integers(0, len(whole) - 1))
    broken = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    kind = images.kind(whole)
    for each in (broken, cut):
        result = without_metadata(each, kind)
        assert result is None or len(result) <= len(each) + 2


WHOLE = {name: make() for name, make in TELLTALES.items()}


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(WHOLE)), st.sampled_from(["full", "ereader", "grey"]), st.data())
def test_what_can_be_decoded_can_be_rendered(name: str, policy: str, data: st.DataObject) -> None:
    broken = bytearray(WHOLE[name])
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, min(len(broken) - 1, 600)))] = data.draw(st.integers(0, 255))
    made = images.make(bytes(broken))
    if made.asset is not None:
        after = rendition(made.asset, policy)  # type: ignore[arg-type]
        assert images.make(after.data).asset is not None


def test_a_length_that_lies_is_no_loop() -> None:
    assert without_metadata(b"\xff\xd8\xff\xe1\x00\x00" + b"\0" * 40, "image/jpeg") is None
    assert without_metadata(b"GIF89a" + bytes(7) + b"\x2c" + bytes(9), "image/gif") is None
    endless = b"RIFF" + struct.pack("<I", 1 << 31) + b"WEBP" + b"VP8 " + struct.pack("<I", 1 << 30)
    assert without_metadata(endless, "image/webp") is not None


@pytest.mark.parametrize("policy", ["full", "ereader", "grey", "none"])
def test_a_policy_changes_the_book_and_not_the_records(tmp_path: Path, policy: str) -> None:
    for name in ("full", policy):
        build(CORPUS / "blog", tmp_path / name, {"formats": ("jsonl", "epub"), "images": name, "name": "x"}, root=CORPUS)
    assert (tmp_path / "full" / "x.jsonl").read_bytes() == (tmp_path / policy / "x.jsonl").read_bytes()
    sizes = [(tmp_path / name / "x.epub").stat().st_size for name in ("full", policy)]
    assert sizes[1] < sizes[0] or policy == "full"
    assert Settings().images == "full"
