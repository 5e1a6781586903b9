"""The package of an EPUB 3: EbookLib makes package document and NCX, everything else goes in as finished bytes.

EbookLib would rewrite the XHTML it is given, stamp files with the time of day and write no ``xml:lang``; here it sees
no XHTML, and the ZIP is written by this module with fixed dates and order, so that the same book is the same bytes.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from ebooklib import epub  # type: ignore[import-untyped]

from ...markup.xhtml import clean

FOLDER: Final = "EPUB"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_STORED: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


class Part(NamedTuple):
    """One file of the book."""

    id: str
    """Its id in the manifest."""
    name: str
    """Its path below the package document."""
    media_type: str
    data: bytes
    properties: tuple[str, ...] = ()
    listed: bool = True
    """False for a linked record: in the container and named by a ``link``, but no item of the manifest."""


class Meta(NamedTuple):
    """One metadata element. ``name`` is a Dublin Core element (``title``), or the property of a ``meta``
    (``schema:accessMode``); a ``name`` is never both, as properties have a prefix or refine something."""

    name: str
    value: str
    attributes: tuple[tuple[str, str], ...] = ()
    dublin_core: bool = False


class Heading(NamedTuple):
    """One line of the NCX."""

    title: str
    name: str
    below: tuple[Heading, ...] = ()


class Package(NamedTuple):
    """Everything the package document says. ``identifier`` and ``title`` repeat what ``metadata`` has for the NCX."""

    identifier: str
    title: str
    language: str
    modified: datetime
    """In UTC."""
    metadata: tuple[Meta, ...]
    parts: tuple[Part, ...]
    spine: tuple[str, ...]
    """Ids in reading order."""
    headings: tuple[Heading, ...]
    guide: tuple[tuple[str, str, str], ...]
    """Type, title and path, for EPUB 2 reading systems."""


def write(make: Callable[[], Package], largest: Part, target: Path) -> None:
    """Write the book to ``target``; raises OSError. Same package, same zlib, same bytes. The largest part takes as long to be
    compressed as all pages to be made, so that one is done beside the other, in a thread."""
    with zipfile.ZipFile(target, "w") as book, ThreadPoolExecutor(1) as beside:
        _put(book, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        put = beside.submit(_put, book, f"{FOLDER}/{largest.name}", largest.data, zipfile.ZIP_DEFLATED)
        package = make()
        put.result()
        stored = {f"{FOLDER}/{part.name}" for part in package.parts if part.media_type in _STORED}
        for name, data in _Writer(package).files().items():
            if name != f"{FOLDER}/{largest.name}":
                _put(book, name, data, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)


def _put(book: zipfile.ZipFile, name: str, data: bytes, method: int) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.create_system = 3
    info.external_attr = 0o644 << 16
    info.compress_type = method
    book.writestr(info, data)


class _Item(epub.EpubItem):  # type: ignore[misc]
    """A file that EbookLib lists and does not look into."""

    def __init__(self, part: Part) -> None:
        name = part.name if part.listed else f"{FOLDER}/{part.name}"
        super().__init__(uid=part.id, file_name=name, media_type=part.media_type, content=part.data, manifest=part.listed)
        self.properties = list(part.properties)

    def get_content(self, default: Any = None) -> Any:
        return self.content


class _Writer(epub.EpubWriter):  # type: ignore[misc]
    """EbookLib's writer with the files collected instead of zipped."""

    def __init__(self, package: Package) -> None:
        options = {"mtime": package.modified, "play_order": {"enabled": True, "start_from": 1}, "epub3_pages": False}
        super().__init__("", _book(package), options)
        self._package = package
        self._files: dict[str, bytes] = {}
        self.out = self

    def files(self) -> dict[str, bytes]:
        """Path in the archive → bytes, in the order they are stored."""
        self._write_container()
        self._write_opf()
        self._write_items()
        return self._files

    def writestr(self, name: str, data: bytes | str) -> None:
        """What EbookLib calls on a ZIP file."""
        self._files[name] = data.encode() if isinstance(data, str) else data

    def _write_opf_file(self, root: Any) -> None:
        root.set(_XML_LANG, self._package.language)
        super()._write_opf_file(root)

    def _get_ncx(self) -> bytes:
        depth = 1 + any(heading.below for heading in self._package.headings)
        ncx: bytes = super()._get_ncx()
        return ncx.replace(b'content="0" name="dtb:depth"', b'content="%d" name="dtb:depth"' % depth)


def _book(package: Package) -> Any:
    book = epub.EpubBook()
    book.FOLDER_NAME = FOLDER
    book.metadata.clear()
    book.set_identifier(package.identifier)
    book.title, book.language = package.title, package.language
    for meta in package.metadata:
        # EbookLib leaves a value out without a word when XML cannot hold one of its characters.
        value = clean(meta.value)
        attributes = {name: clean(words) for name, words in meta.attributes}
        if meta.dublin_core:
            book.add_metadata("DC", meta.name, value, attributes)
        elif meta.name:
            book.add_metadata(None, "meta", value, {"property": meta.name, **attributes})
        else:
            book.add_metadata(None, "meta", value, attributes)
    items = {part.id: _Item(part) for part in package.parts}
    for part in package.parts:
        if not part.listed:
            link = {"rel": "record", "href": part.name, "media-type": part.media_type}
            book.add_metadata(None, "link", "", link)
    for item in items.values():
        book.add_item(item)
    book.add_item(epub.EpubNcx())
    book.spine = [items[identifier] for identifier in package.spine]
    book.toc = [_toc(heading, str(number)) for number, heading in enumerate(package.headings, 1)]
    book.guide = [{"type": kind, "title": title, "href": href} for kind, title, href in package.guide]
    return book


def _toc(heading: Heading, number: str) -> Any:
    if not heading.below:
        return epub.Link(heading.name, heading.title, f"nav-{number}")
    below = [_toc(inner, f"{number}-{place}") for place, inner in enumerate(heading.below, 1)]
    return (epub.Section(heading.title, heading.name), below)
