"""EPUB 3.3: a bundle as one book that needs nothing from outside and runs nothing.

Every page is finished XHTML; the package is :mod:`.opf`'s work. The records themselves travel inside as
``archive.jsonl``, so that the book alone is enough to make it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from ...archive.bundle import Bundle
from ...config import Settings
from ...markup.xhtml import attribute, language_tag, text
from ...model import Block, Image, Notice, walk
from .. import jsonl
from ..colophon import colophon
from ..indexes import Index, indexes
from ..pages import (
    Entry,
    Medium,
    Section,
    article_body,
    article_foot,
    article_head,
    article_page,
    article_section,
    book_title,
    contents,
    group_page,
    grouped,
    line,
    page,
    plan,
    shelf,
    title_page,
)
from ..strings import Words, words
from ..tables import with_short_cells
from .cover import Cover, cover
from .describe import book_language, described
from .divide import divided
from .embedded_fonts import TYPEFACE, faces
from .embedded_fonts import style as font_style
from .linked import linked_json
from .opf import Heading, Package, Part
from .opf import write as write_package

MAX_PAGE: Final = 280_000
"""Bytes of XHTML in one file: below the 300 KB that old reading systems (Adobe's engine, on many e-ink readers) take."""

LINKED_DATA: Final = "metadata.jsonld"
"""A linked record in the sense of EPUB 3.3, not a publication resource, so it may not be in the manifest. It is a file
of its own because a ``<script>`` in the pages, though EPUBCheck takes a data block for what it is, is still a script
to every tool that looks for one."""

USER_STYLE: Final = "user.css"
FONT_STYLE: Final = "fonts.css"

_XHTML: Final = "application/xhtml+xml"
_SUFFIXES: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
}


class Page(NamedTuple):
    """One XHTML file."""

    key: str
    title: str
    kind: str
    """The ``epub:type`` of its section; empty when it has its own."""
    language: str
    body: str
    """One ``<section>``; the navigation document has more."""


def write(bundle: Bundle, target: Path, settings: Settings) -> tuple[Notice, ...]:
    """Write the book to ``target``; the same bundle gives the same bytes. Says in a Notice what the cover lacks."""
    front = cover(bundle)
    archive = Part("archive", "archive.jsonl", "application/jsonl", b"".join(jsonl.lines(bundle)))
    write_package(lambda: _package(bundle, settings, front, archive), archive, target)
    return front.notices


def _package(bundle: Bundle, settings: Settings, front: Cover, archive: Part) -> Package:
    said = words(bundle.language)
    medium = Medium(said, lambda image: _image_name(image.asset, bundle), _href, popups=True)
    sections = plan(bundle)
    found = indexes(shelf(bundle), medium)
    pages = [
        *_front(bundle, said, front.name),
        *_articles(sections, medium),
        *_back(bundle, found, said, TYPEFACE if settings.embed_fonts else ""),
    ]
    styles = ("style.css", *([FONT_STYLE] if settings.embed_fonts else []), *([USER_STYLE] if bundle.dress.style else []))
    printed = [
        Part("nav", "nav.xhtml", _XHTML, _document(_nav(bundle, sections, found, medium), styles), ("nav",)),
        *(Part(page.key, _href(page.key), _XHTML, _document(page, styles)) for page in pages),
    ]
    parts = [
        *printed,
        *(_fonts(printed, book_language(bundle, said)) if settings.embed_fonts else ()),
        Part("style", "style.css", "text/css", files(__package__).joinpath("epub.css").read_bytes()),
        *([Part("user-style", USER_STYLE, "text/css", bundle.dress.style.encode())] if bundle.dress.style else []),
        Part("cover-image", front.name, front.media_type, front.data, ("cover-image",)),
        *_images(bundle),
        archive,
        Part("linked-data", LINKED_DATA, "application/ld+json", linked_json(bundle.articles), listed=False),
    ]
    keys = [page.key for page in pages]
    return Package(
        identifier=line(bundle.identifier),
        title=book_title(bundle),
        language=book_language(bundle, said),
        modified=datetime.fromisoformat(bundle.modified),
        metadata=described(bundle, said),
        parts=tuple(parts),
        spine=(*keys[:2], "nav", *keys[2:]),
        headings=_headings(sections, found, said),
        guide=(
            ("cover", said.cover, "cover.xhtml"),
            ("toc", said.contents, "nav.xhtml"),
            ("text", said.start, _href(keys[2])),
        ),
    )


def _href(key: str) -> str:
    return f"{key}.xhtml"


def _image_name(sha256: str, bundle: Bundle) -> str | None:
    asset = bundle.assets.get(sha256)
    return f"images/{asset.sha256}.{_SUFFIXES[asset.media_type]}" if asset else None


def _images(bundle: Bundle) -> Iterator[Part]:
    """Every image that is shown, once."""
    used = {node.asset for article in bundle.articles for node in walk(article.body) if isinstance(node, Image)}
    for sha256 in sorted(used & bundle.assets.keys()):
        asset = bundle.assets[sha256]
        yield Part(f"image-{sha256}", _image_name(sha256, bundle) or "", asset.media_type, asset.data)


def _fonts(pages: list[Part], language: str) -> Iterator[Part]:
    """The faces the pages need, and the style sheet that puts them in use."""
    found = faces([page.data for page in pages], language)
    yield Part("font-style", FONT_STYLE, "text/css", font_style(found, language).encode())
    for face in found:
        yield Part(f"font-{face.language}-{face.weight}", face.name, "font/otf", face.data)


# --- pages ------------------------------------------------------------------------------------------------------


def _front(bundle: Bundle, said: Words, picture_name: str) -> Iterator[Page]:
    alt = attribute(said.cover_alt.format(book_title(bundle)))
    shown = f'<img src="{picture_name}" alt="{alt}"/>'
    picture = f'<section id="cover" class="cover" aria-label="{alt}">{shown}</section>\n'
    yield Page("cover", said.cover, "cover", said.language, picture)
    yield Page("title-page", said.title_page, "titlepage", said.language, title_page(bundle))


def _articles(sections: tuple[Section, ...], medium: Medium) -> Iterator[Page]:
    for section in sections:
        if grouped(sections):
            yield Page(section.key, section.title, "part", medium.said.language, group_page(section, medium))
        for entry in section.entries:
            yield from _article(entry, medium)


def _article(entry: Entry, medium: Medium) -> Iterator[Page]:
    """An article as one page, or as several when it is too long for one."""
    article = entry.article
    whole = with_short_cells(article_page(entry, medium))
    if len(whole.encode()) <= MAX_PAGE:
        yield Page(entry.key, entry.title, "chapter", article.language, whole)
        return

    def printed(blocks: Sequence[Block]) -> str:
        return with_short_cells(article_body(article, blocks, medium))

    parts = divided(article.body, MAX_PAGE - 20_000, lambda blocks: len(printed(blocks).encode()))
    for number, part in enumerate(parts, 1):
        title = entry.title if number == 1 else medium.said.continued.format(entry.title, number)
        key = _continued(entry.key, number)
        head = article_head(entry, medium) if number == 1 else f'<h1 id="{key}-title" class="continued">{text(title)}</h1>\n'
        foot = article_foot(entry, medium) if number == len(parts) else ""
        inner = f'{head}<div class="body">\n{printed(part)}</div>\n{foot}'
        body = article_section(entry._replace(key=key), inner)
        yield Page(key, title, "chapter", article.language, body)


def _continued(key: str, number: int) -> str:
    """The key of a page's continuation; no other key has a dot in it."""
    return key if number == 1 else f"{key}.{number}"


def _back(bundle: Bundle, found: tuple[Index, ...], said: Words, typeface: str) -> Iterator[Page]:
    for index in found:
        yield from _index(index, said)
    yield Page("colophon", said.colophon, "colophon", said.language, colophon(bundle, typeface))


def _index(index: Index, said: Words) -> Iterator[Page]:
    """An index as one page, or as several when it is too long for one."""
    runs: list[list[str]] = [[]]
    used = 0
    for part in index.parts:
        size = len(part.encode())
        if runs[-1] and used + size > MAX_PAGE:
            runs.append([])
            used = 0
        runs[-1].append(part)
        used += size
    for number, run in enumerate(runs, 1):
        key = _continued(index.key, number)
        title = index.title if number == 1 else said.continued.format(index.title, number)
        inner = f'<h1 id="{key}-title">{text(title)}</h1>\n' + "".join(run)
        yield Page(key, title, "index", said.language, page(key, "index", said.language, inner, role="doc-index"))


# --- navigation -------------------------------------------------------------------------------------------------


def _nav(bundle: Bundle, sections: tuple[Section, ...], found: tuple[Index, ...], medium: Medium) -> Page:
    """The navigation document: contents for people, landmarks for reading systems."""
    said = medium.said
    back = [*((index.title, index.key) for index in found), (said.colophon, "colophon")]
    rows = "".join(f'<li><a href="{_href(key)}">{text(title)}</a></li>\n' for title, key in back)
    listed = contents(sections, medium).removesuffix("</ol>\n") + rows + "</ol>\n"
    first = sections[0].key if grouped(sections) else sections[0].entries[0].key if sections else "colophon"
    marks = [
        ("cover", "cover.xhtml", said.cover),
        ("titlepage", "title-page.xhtml", said.title_page),
        ("toc", "nav.xhtml#toc", said.contents),
        ("bodymatter", _href(first), said.start),
        *(("index", _href(index.key), index.title) for index in found[:1]),
        ("colophon", "colophon.xhtml", said.colophon),
    ]
    places = "".join(f'<li><a epub:type="{kind}" href="{href}">{text(title)}</a></li>\n' for kind, href, title in marks)
    body = (
        '<nav epub:type="toc" role="doc-toc" id="toc" aria-labelledby="toc-title">\n'
        f'<h1 id="toc-title">{text(said.contents)}</h1>\n{listed}</nav>\n'
        '<nav epub:type="landmarks" id="landmarks" aria-labelledby="landmarks-title" hidden="hidden">\n'
        f'<h2 id="landmarks-title">{text(said.landmarks)}</h2>\n<ol>\n{places}</ol>\n</nav>\n'
    )
    return Page("nav", f"{said.contents}{said.colon}{book_title(bundle)}", "", said.language, body)


def _headings(sections: tuple[Section, ...], found: tuple[Index, ...], said: Words) -> tuple[Heading, ...]:
    """The NCX, with what the navigation document has."""
    listed = [(section, tuple(Heading(entry.title, _href(entry.key)) for entry in section.entries)) for section in sections]
    if grouped(sections):
        body = [Heading(section.title, _href(section.key), entries) for section, entries in listed]
    else:
        body = [entry for _, entries in listed for entry in entries]
    back = [Heading(index.title, _href(index.key)) for index in found]
    return (*body, *back, Heading(said.colophon, "colophon.xhtml"))


def _document(page: Page, styles: tuple[str, ...]) -> bytes:
    """A whole XHTML file."""
    tag = language_tag(page.language)
    body = page.body.replace("<section ", f'<section epub:type="{page.kind}" ', 1) if page.kind else page.body
    sheets = "".join(f'<link rel="stylesheet" type="text/css" href="{name}"/>\n' for name in styles)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        f'lang="{tag}" xml:lang="{tag}">\n<head>\n<meta charset="utf-8"/>\n<title>{text(page.title)}</title>\n'
        f"{sheets}</head>\n"
        f"<body>\n{body}</body>\n</html>\n"
    ).encode()
