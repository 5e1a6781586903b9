"""The cover: a JPEG drawn from the title, set as a Chinese or Latin title is set.

The fonts are those of the machine, looked for by file name. A machine without them gets a cover without words and a
Notice: the title page says the same, and a missing font must not cost the book.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

from PIL import Image, ImageDraw, ImageFont, ImageOps

from ...archive.bundle import Bundle
from ...images.assets import Asset
from ...model import Notice
from ..pages import line, period, volume_name
from ..strings import number, words
from ..titles import broken
from .cjk_serif import serif

SIZE: Final = (1600, 2560)
"""In pixels: what Kindle asks for and every other store takes."""

_MARGIN: Final = 150
_WIDTH: Final = SIZE[0] - 2 * _MARGIN
_TITLE_SIZES: Final = (216, 192, 172, 152, 136, 120, 104, 92, 80)
_TITLE_HEIGHT: Final = 1150
_COLOURS: Final = ("#22344f", "#4a2c2a", "#23423a", "#3d2f4d", "#5a3e1b", "#1f4650", "#4b2338", "#363c2a")
_INK: Final = "#f6f1e6"
_FAINT: Final = "#cfc8b8"


class Cover(NamedTuple):
    """The picture and what is to be said about it."""

    data: bytes
    """A JPEG of :data:`SIZE`, or the picture that was given."""
    notices: tuple[Notice, ...]
    media_type: str = "image/jpeg"

    @property
    def name(self) -> str:
        """The file it is in the book."""
        return "cover.png" if self.media_type == "image/png" else "cover.jpg"


def cover(bundle: Bundle) -> Cover:
    """The cover of a bundle; the same bundle and fonts give the same bytes."""
    if bundle.dress.cover is not None:
        return _given(bundle.dress.cover, bundle)
    said = words(bundle.language)
    colour = _COLOURS[hashlib.sha256(bundle.identifier.encode("utf-8", "replace")).digest()[0] % len(_COLOURS)]
    picture = Image.new("RGB", SIZE, colour)
    try:
        _draw(ImageDraw.Draw(picture), bundle, said.language)
        notices: tuple[Notice, ...] = ()
    except _NoFont:
        notices = (_no_font(),)
    return Cover(_jpeg(picture), notices)


def _given(asset: Asset, bundle: Bundle) -> Cover:
    """The picture a person gave, as it is; in a series with the number of the volume on a band at its foot."""
    volume = volume_name(bundle)
    if not volume:
        return Cover(asset.data, (), asset.media_type)
    with Image.open(io.BytesIO(asset.data)) as given:
        picture = ImageOps.exif_transpose(given).convert("RGB")
    height = max(24, picture.height // 12)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, picture.height - height, picture.width, picture.height), fill=_COLOURS[0])
    notices: tuple[Notice, ...] = ()
    try:
        font = _font(words(bundle.language).language, "Bold", height // 2)
        middle = (picture.width / 2, picture.height - height / 2)
        draw.text(middle, _shown(volume, font), font=font, fill=_INK, anchor="mm")
    except _NoFont:
        notices = (_no_font(),)
    return Cover(_jpeg(picture), notices)


def _no_font() -> Notice:
    message = "no Noto Serif CJK or Source Han Serif font on this machine: the cover has no words on it"
    return Notice(id="cover.font-missing", message=message)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88, optimize=True, subsampling=0, dpi=(300, 300))
    return out.getvalue()


def _draw(draw: ImageDraw.ImageDraw, bundle: Bundle, language: str) -> None:
    said = words(bundle.language)
    top = _title(draw, bundle, language)
    draw.rectangle((_MARGIN, top, _MARGIN + 220, top + 8), fill=_FAINT)
    top += 90
    if volume := volume_name(bundle):
        top = _paragraph(draw, volume, top, _font(language, "Bold", 120), _INK, most=1) + 30
    rows = [line(bundle.subtitle or ""), *(line(row) for row in (bundle.cover_text or "").splitlines())]
    for row in [row for row in rows if row][:4]:
        top = _paragraph(draw, row, top, _font(language, "Regular", 76), _INK, most=2)
        top += 20
    foot = [period(bundle.articles, said), said.articles.format(number(len(bundle.articles)))]
    bottom = SIZE[1] - _MARGIN
    for row in [row for row in foot if row]:
        font = _font(language, "Regular", 60)
        draw.text((_MARGIN, bottom), _shown(row, font), font=font, fill=_FAINT, anchor="ls")
        bottom -= 96


def _title(draw: ImageDraw.ImageDraw, bundle: Bundle, language: str) -> float:
    """Draw the title as large as it fits; the height at which it ends."""
    title = line(bundle.title)
    for size in _TITLE_SIZES:
        font = _font(language, "Bold", size)
        rows = broken(_shown(title, font), _WIDTH, _measure(font))
        fits = len(rows) * size * 1.35 <= _TITLE_HEIGHT and all(font.getlength(row) <= _WIDTH for row in rows)
        if fits and (len(rows) <= 4 or size <= 120):
            break
    return _paragraph(draw, title, 420, font, _INK, most=int(_TITLE_HEIGHT / (size * 1.35))) + 70


def _paragraph(
    draw: ImageDraw.ImageDraw, words_: str, top: float, font: ImageFont.FreeTypeFont, fill: str, *, most: int
) -> float:
    """Draw at most ``most`` rows, the last ending in ``…`` when there would be more; the height at which they end."""
    rows = broken(_shown(words_, font), _WIDTH, _measure(font))
    if len(rows) > most:
        rows = [*rows[: most - 1], rows[most - 1].rstrip()[:-1] + "…"]
    for row in rows:
        draw.text((_MARGIN, top), row, font=font, fill=fill, anchor="la")
        top += font.size * 1.35
    return top


def _measure(font: ImageFont.FreeTypeFont) -> Callable[[str], float]:
    return cache(lambda row: font.getlength(row))


def _shown(value: str, font: ImageFont.FreeTypeFont) -> str:
    """``value`` without the characters the font would draw as an empty box."""
    box = bytes(font.getmask("\U0010ffff"))
    drawn = {char: char.isspace() or bytes(font.getmask(char)) != box for char in set(value)}
    return line("".join(char for char in value if drawn[char]))


# --- fonts ------------------------------------------------------------------------------------------------------


class _NoFont(Exception):
    """None of the fonts is on this machine."""


@cache
def _font(language: str, weight: str, size: int) -> ImageFont.FreeTypeFont:
    """The serif of a language in a weight; raises :class:`_NoFont`."""
    found = serif(language, weight)
    if found is not None:
        return ImageFont.truetype(found.path, size, index=found.place, layout_engine=ImageFont.Layout.BASIC)
    raise _NoFont
