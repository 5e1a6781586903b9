"""PDF: the bundle as a typeset book that is PDF/A-3a and PDF/UA-1 at once, with its JSON Lines archive attached."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from itertools import accumulate
from pathlib import Path

import msgspec

from ...archive.bundle import Bundle
from ...config import Settings
from ...images.assets import Asset
from ...model import Image, Notice
from ...paper import Paper, paper
from ...workers import Workers, each
from .. import Books, arrived, jsonl, pages
from ..fonts import installed, require_cjk
from . import document
from .attached import Attached, not_at_hand, sources
from .engine import ASSET_SCHEME, Job, Made, Trouble, count_pages, write_pdf
from .images import Printable, printable
from .press import in_black, profile, too_coarse
from .qr import qr
from .sizes import size
from .xmp import additions

_PIXELS_PER_PIXEL = 300 / 96
"""No image needs more than 300 pixels to the inch."""

_TITLE = 1.571
"""How large an article's title is beside its text, in the style sheet."""

_ARCHIVE = "The records this file is a printing of, one JSON object a line"

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]")


def write(bundle: Bundle, target: Path, settings: Settings) -> tuple[Notice, ...]:
    """Write the book; raises MissingRequirementError where no font has Chinese characters and the text needs one."""
    return next(write_series([(lambda: bundle, target)], settings, None))


def write_series(books: Books, settings: Settings, workers: Workers | None) -> Iterator[tuple[Notice, ...]]:
    """Write each volume of a set to its file, in order, and give what could not be printed as it was.

    The bytes do not depend on where volumes are laid out. Where page numbers run through the set each volume is laid out
    twice, first to learn how many pages it has. Raises OutputError for a volume whose process died.
    """
    several = workers if len(books) > 1 else None
    starts: tuple[int, ...] = ()
    if settings.numbering == "series" and len(books) > 1:
        counts = arrived(each(count_pages, _jobs(books, settings, ()), several, alone=True))
        starts = _starts(counts)
    return (_notices(made) for made in arrived(each(write_pdf, _jobs(books, settings, starts), several, alone=True)))


def _starts(counts: Iterator[int]) -> tuple[int, ...]:
    """The number of each volume's first page; it is odd, for a volume begins on the right."""
    return tuple(accumulate((count + count % 2 for count in counts), initial=1))[:-1]


def _jobs(books: Books, settings: Settings, starts: tuple[int, ...]) -> Iterator[tuple[str, Job]]:
    for at, (made, target) in enumerate(books):
        bundle = made()
        yield pages.book_title(bundle), _job(bundle, target, settings, starts, starts[at] if starts else 1)


def _job(bundle: Bundle, target: Path, settings: Settings, starts: tuple[int, ...], first: int) -> Job:
    """Everything the layout of one book needs, and nothing of the other volumes."""
    fonts, sheet = installed(), paper(settings.page)
    images = _Images(bundle.assets, sheet, press=settings.print_ready)
    book = document.Book(bundle=bundle, images=images, fonts=fonts, starts=starts, notes=settings.print_ready)
    book = msgspec.structs.replace(book, title_ems=sheet.block[0] / (_TITLE * sheet.size), measure=sheet.measure)
    if settings.qr:
        book = msgspec.structs.replace(book, code=images.code)
    html, notices = document.document(book)
    styles = (_style("pdf.css"), _page_style(sheet, first), images.styles())
    if _HAN.search(html):
        require_cjk(fonts)
    data = b"".join(jsonl.lines(bundle))
    name, moment = f"{settings.name}.jsonl", _moment(bundle)
    return Job(
        target=str(target),
        html=html,
        styles=tuple(in_black(style) for style in (*styles, _style("pdf-print.css"))) if settings.print_ready else styles,
        profile=profile() if settings.print_ready else b"",
        justified=_style("pdf-justified.css"),
        images=images.used,
        archive=Attached(name=name, description=_ARCHIVE, data=data, moment=moment),
        sources=sources(bundle, moment) if settings.attach_sources else (),
        xmp=additions(bundle, archive=name, archive_sha256=hashlib.sha256(data).hexdigest()),
        notices=(*notices, *images.notices(), *(not_at_hand(bundle) if settings.attach_sources else ())),
    )


def _page_style(sheet: Paper, first: int) -> str:
    """The page and the size of its characters; ``first`` is the number of the first page."""
    top, outer, bottom, inner = (f"{length:.2f}px" for length in sheet.margins)
    return (
        f"@page {{ size: {sheet.width_mm}mm {sheet.height_mm}mm; margin: {top} {outer} {bottom} {inner} }}\n"
        f"@page :left {{ margin-left: {outer}; margin-right: {inner} }}\n"
        f"html {{ font-size: {sheet.size}px; line-height: {sheet.leading}px }}\n"
        + (f"@page :first {{ counter-reset: page {first} }}\n" if first > 1 else "")
    )


class _Images:
    """Hands out an address for each image that can be printed, once per content, and remembers what cannot be."""

    def __init__(self, assets: Mapping[str, Asset], sheet: Paper, *, press: bool) -> None:
        self.used: dict[str, Printable] = {}
        self._assets = assets
        self._sheet = sheet
        self._press = press
        width, height = sheet.block
        self._box = (round(width * _PIXELS_PER_PIXEL), round(height * _PIXELS_PER_PIXEL))
        self._notices: dict[str, Notice] = {}

    def __call__(self, image: Image) -> str | None:
        key = image.asset
        if key not in self.used:
            asset = self._assets.get(key)
            if asset is None or key in self._notices:
                return None
            ready = printable(asset, self._box)
            if ready is None:
                message = f"the image {image.src or key} cannot be decoded; a placeholder is printed"
                self._notices[key] = Notice(id="pdf.image-unreadable", message=message)
                return None
            self.used[key] = ready
            coarse = too_coarse(asset, self._sheet, image.src) if self._press else None
            if coarse is not None:
                self._notices[key] = coarse
        return f"{ASSET_SCHEME}{key}"

    def code(self, address: str) -> tuple[str, float] | None:
        """The address and the side in millimetres of a QR code."""
        made = qr(address)
        if made is None:
            return None
        key = f"qr-{hashlib.sha256(address.encode()).hexdigest()}"
        self.used[key] = made[0]
        return f"{ASSET_SCHEME}{key}", made[1]

    def styles(self) -> str:
        """A style sheet with the size of each image."""
        sizes = ((key, size(self._assets[key], self._sheet, press=self._press)) for key in self.used if key in self._assets)
        return "".join(f'figure img[src="{ASSET_SCHEME}{key}"] {{ {rule} }}\n' for key, rule in sizes if rule)

    def notices(self) -> list[Notice]:
        """One for each image that could not be decoded, and for each too coarse for a press."""
        return list(self._notices.values())


def _notices(made: Made) -> tuple[Notice, ...]:
    return (*made.notices, *_trouble(made.trouble))


def _trouble(trouble: Trouble) -> list[Notice]:
    missing = [
        Notice(id="pdf.missing-glyph", message=f"no installed font shows {code}; an empty box is printed in its place")
        for code in trouble.missing_glyphs
    ]
    return missing + [Notice(id="pdf.layout", message=line) for line in trouble.other]


def _style(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _moment(bundle: Bundle) -> datetime:
    return datetime.strptime(bundle.modified, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
