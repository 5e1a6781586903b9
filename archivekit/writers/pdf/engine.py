"""Layout and PDF by WeasyPrint, shut in: it sees the bytes it is given and nothing else of the world."""

from __future__ import annotations

import logging
import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache

import msgspec
from PIL import ImageFile
from weasyprint import CSS, HTML, Attachment  # type: ignore[import-untyped]
from weasyprint.css.counters import CounterStyle  # type: ignore[import-untyped]
from weasyprint.html import UA  # type: ignore[import-untyped]
from weasyprint.layout import block, inline, preferred  # type: ignore[import-untyped]
from weasyprint.pdf import fonts, stream  # type: ignore[import-untyped]
from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]

from ...model import Notice
from .attached import Attached, name_attachments
from .colours import name_rgb
from .even_lines import can_be_had, even_lines
from .images import Printable
from .joined import join
from .memory import drop_layout, fonts_on_disk, for_some, pack_pages
from .narrow_lines import narrow_lines
from .pydyf_refs import linear_page_references
from .snug_figures import snug_figures
from .tags import mend
from .xmp import merge

# WeasyPrint switches this on for the whole process when it is imported; a truncated image is to be noticed, not half shown.
ImageFile.LOAD_TRUNCATED_IMAGES = False

ASSET_SCHEME = "asset:"
"""``asset:<sha256>`` is the address of an image handed to :func:`write_pdf`."""

_RECURSION_LIMIT = 6000
"""Frames WeasyPrint may use: a block costs it about seven, and the default of Python ends at some 130 blocks."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a PDF is made of. It can be pickled."""

    target: str
    """The file to write."""
    html: str
    styles: tuple[str, ...]
    """Style sheets, later ones over earlier ones."""
    justified: str
    """A style sheet that asks for justified text; left out where lines cannot be made even by characters."""
    images: Mapping[str, Printable]
    """By sha256 of the asset they stand for."""
    archive: Attached
    sources: tuple[Attached, ...] = ()
    """Files to attach beside the archive."""
    xmp: str
    """``rdf:Description`` elements for the XMP packet."""
    profile: bytes = b""
    """The ICC profile of the press, where the file is meant for one."""
    notices: tuple[Notice, ...] = ()
    """What is known before layout not to be printed as it was; handed on."""


class Trouble(msgspec.Struct, frozen=True):
    """What WeasyPrint said while it worked, apart from progress."""

    lines: tuple[str, ...]

    @property
    def missing_glyphs(self) -> tuple[str, ...]:
        """``U+XXXX`` of every character that was drawn as .notdef, each once, in order."""
        found = (re.search(r"^\.notdef .*\((U\+[0-9A-F]+)\)$", line, re.DOTALL) for line in self.lines)
        return tuple(dict.fromkeys(match[1] for match in found if match))

    @property
    def other(self) -> tuple[str, ...]:
        """Every other message, each once, in order."""
        return tuple(dict.fromkeys(line for line in self.lines if not line.startswith(".notdef")))


class Made(msgspec.Struct, frozen=True):
    """What came of a job."""

    notices: tuple[Notice, ...]
    """Those of the job."""
    trouble: Trouble


PROFILE = "cmyk"
"""``asset:cmyk`` is the address of the profile of the press."""


class _SealedFetcher(URLFetcher):  # type: ignore[misc]
    """Serves the images of the job by ``asset:`` address and refuses everything else, whatever its scheme."""

    def __init__(self, job: Job) -> None:
        super().__init__(allowed_protocols={"asset"}, allow_redirects=False)
        self._images = (
            {**job.images, PROFILE: Printable("application/vnd.iccprofile", job.profile)} if job.profile else job.images
        )

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The bytes of a known image; raises ValueError for any other address."""
        image = self._images.get(url.removeprefix(ASSET_SCHEME)) if url.startswith(ASSET_SCHEME) else None
        if image is None:
            raise ValueError(f"refused to fetch {url[:200]}")
        return URLFetcherResponse(url, image.data, {"Content-Type": image.media_type})


class _Pages(HTML):  # type: ignore[misc]
    """A document whose user agent has styles for what our pages have."""

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_user_agent()]


@cache
def _user_agent() -> CSS:
    # The counter styles it defines are known from WeasyPrint's own reading of it, and may not be defined twice.
    return CSS(string=for_some(UA), counter_style=CounterStyle())


def count_pages(job: Job) -> int:
    """How many pages the job takes; nothing is written."""
    fetcher = _SealedFetcher(job)
    with _engine(job):
        sheets, profiles = _sheets(job, fetcher)
        html = _Pages(string=job.html, url_fetcher=fetcher)
        document = html.render(stylesheets=sheets, color_profiles=profiles, presentational_hints=True)
        return len(document.pages)


def write_pdf(job: Job) -> Made:
    """Lay the job out and write it as PDF/A-3a and PDF/UA-1; the same job gives the same bytes."""
    fetcher = _SealedFetcher(job)
    attached = (job.archive, *job.sources)

    def finish(document: object, pdf: object) -> None:
        mend(pdf)
        name_attachments(pdf, attached)
        join(document, pdf)
        drop_layout(document)
        if job.profile:
            name_rgb(pdf)
        _merge_xmp(pdf, job.xmp)

    with _engine(job) as lines:
        sheets, profiles = _sheets(job, fetcher)
        options = {
            "stylesheets": sheets,
            "pdf_variant": "pdf/a-3a",
            "output_intent": "device-cmyk" if job.profile else "srgb",
            "presentational_hints": True,  # the start of a numbered list
        }
        document = _Pages(string=job.html, url_fetcher=fetcher).render(color_profiles=profiles, **options)
        pack_pages(document)
        document.write_pdf(
            job.target, finisher=finish, attachments=[_attachment(file, fetcher) for file in attached], **options
        )
    return Made(job.notices, Trouble(tuple(lines)))


def _attachment(file: Attached, fetcher: _SealedFetcher) -> Attachment:
    return Attachment(
        string=file.data,
        name=file.name,
        description=file.description,
        created=file.moment,
        modified=file.moment,
        url_fetcher=fetcher,
    )


def _sheets(job: Job, fetcher: _SealedFetcher) -> tuple[list[CSS], dict[str, object]]:
    """The style sheets, and the colour profiles they name."""
    styles = (*job.styles, job.justified) if can_be_had(inline) else job.styles
    profiles: dict[str, object] = {}
    return [CSS(string=style, url_fetcher=fetcher, color_profiles=profiles) for style in styles], profiles


@contextmanager
def _engine(job: Job) -> Iterator[list[str]]:
    """WeasyPrint as it is wanted inside the block; gives the messages it logs."""
    with (
        _captured() as lines,
        _environment(job.archive.moment),
        _recursion(_RECURSION_LIMIT),
        linear_page_references(),
        even_lines(inline),
        snug_figures(block),
        narrow_lines(preferred),
        fonts_on_disk(fonts, stream),
        warnings.catch_warnings(),
    ):
        # WeasyPrint leaves the file of its sRGB profile to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        yield lines


def _merge_xmp(pdf: object, additions: str) -> None:
    for item in pdf.objects:  # type: ignore[attr-defined]
        extra = getattr(item, "extra", {})
        if extra.get("Type") == "/Metadata":
            item.stream = [merge(item.stream[0].decode(), additions).encode()]


@contextmanager
def _captured() -> Iterator[list[str]]:
    """Collect what WeasyPrint logs instead of letting it reach the terminal."""
    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    loggers = [logging.getLogger("weasyprint"), logging.getLogger("fontTools")]
    before = [(log, log.propagate, log.level) for log in loggers]
    collector = Collector(logging.WARNING)
    for log in loggers:
        log.propagate = False
        log.setLevel(logging.WARNING)
    loggers[0].addHandler(collector)
    try:
        yield lines
    finally:
        loggers[0].removeHandler(collector)
        for log, propagate, level in before:
            log.propagate = propagate
            log.setLevel(level)


@contextmanager
def _environment(moment: datetime) -> Iterator[None]:
    """Set for the block what libraries read from the environment: fontTools writes SOURCE_DATE_EPOCH into the fonts it
    subsets, and the clock without it; Pango chooses fonts for Han characters by LANGUAGE unless PANGO_LANGUAGE is set."""
    values = {"SOURCE_DATE_EPOCH": str(int(moment.timestamp())), "PANGO_LANGUAGE": ""}
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _recursion(limit: int) -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, before))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
