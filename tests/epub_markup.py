"""Takes an EPUB apart and says what in its markup could run, open, fetch or send something."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

XHTML = "{http://www.w3.org/1999/xhtml}"
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

ELEMENTS = frozenset(
    re.findall(
        r"\w+",
        "html head meta title link body section header footer nav aside h1 h2 h3 h4 h5 h6 p em strong sup sub s blockquote a "
        "img ruby rt figure figcaption ol ul li div table caption thead tbody tr th td br code pre hr span dl dt dd time",
    )
)
"""Every element a page may have. None of them runs, fetches or sends anything, apart from ``a``, ``img`` and ``link``."""

ATTRIBUTES = frozenset(
    re.findall(
        r"[\w-]+",
        "alt aria-label aria-labelledby charset class colspan datetime dir hidden href id lang rel role rowspan scope src "
        "start title type",
    )
) | {EPUB_TYPE, XML_LANG}
"""Every attribute. No event handler and no style is among them."""

_WEB = re.compile(r"(?:https?://[^/?#\s@]+(?=[/?#]|\Z)|mailto:[^\s:/]+@)[!-~]*", re.I)
_PROLOGUE = re.compile(rb'<\?xml version=[\'"]1\.0[\'"] encoding=[\'"]utf-8[\'"]\?>\s*(?:<!DOCTYPE html>\s*)?', re.I)


def contents(book: Path) -> dict[str, bytes]:
    """Every file of an EPUB by its path."""
    with zipfile.ZipFile(book) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names)), "two files have one name"
        return {name: archive.read(name) for name in names}


def words(page: bytes) -> str:
    """All words of a page, those of alternative texts and titles included, without white space."""
    root = ElementTree.fromstring(page)
    said = [*root.itertext(), *(value for element in root.iter() for value in element.attrib.values())]
    return squashed("".join(said))


def squashed(text: str) -> str:
    """Text without white space."""
    return re.sub(r"\s+", "", text)


def dangers(book: dict[str, bytes]) -> list[str]:
    """Everything suspicious, a line each."""
    found: list[str] = []
    for name, data in book.items():
        if not re.fullmatch(r"mimetype|META-INF/container\.xml|EPUB/(?:images/)?[A-Za-z0-9_.-]+", name) or ".." in name:
            found.append(f"{name}: a file of that name")
        if name.endswith((".xhtml", ".opf", ".ncx", "/container.xml")):
            found += [f"{name}: {line}" for line in _document(name, data, book)]
        elif name.endswith(".css") and data != files("archivekit.writers.epub").joinpath("epub.css").read_bytes():
            found.append(f"{name}: not the style sheet of archivekit")
    return found


def _document(name: str, data: bytes, book: dict[str, bytes]) -> Iterator[str]:
    prologue = _PROLOGUE.match(data)
    if prologue is None or b"<!" in data[prologue.end() :] or b"<?" in data[prologue.end() :]:
        yield "a comment, an instruction or a declaration"
    root = ElementTree.fromstring(data)
    for element in root.iter():
        if name.endswith(".xhtml"):
            yield from _element(element)
        for key in ("href", "src", "full-path"):
            if key in element.attrib:
                yield from _address(name, element, element.attrib[key], book)


def _element(element: ElementTree.Element) -> Iterator[str]:
    kind = element.tag.removeprefix(XHTML)
    if not element.tag.startswith(XHTML) or kind not in ELEMENTS:
        yield f"the element {element.tag}"
    yield from (f"the attribute {key} of {kind}" for key in sorted(element.attrib.keys() - ATTRIBUTES))
    if kind == "meta" and element.attrib != {"charset": "utf-8"}:
        yield f"a meta element {element.attrib}"
    if kind == "link" and (element.get("rel"), element.get("type")) != ("stylesheet", "text/css"):
        yield f"a link element {element.attrib}"


def _address(name: str, element: ElementTree.Element, address: str, book: dict[str, bytes]) -> Iterator[str]:
    """Only an ``a`` may lead out of the book, and only to the web or to a mail address."""
    kind = element.tag.rpartition("}")[2]
    if kind == "a" and _WEB.fullmatch(address):
        return
    parts = urlsplit(address)
    folder = "" if name.endswith("container.xml") else posixpath.dirname(name)
    target = posixpath.join(folder, unquote(parts.path)) if parts.path else name
    if parts.scheme or parts.netloc or parts.query or target not in book:
        yield f"{kind} leads to {address[:100]!r}"
    elif parts.fragment and f' id="{parts.fragment}"'.encode() not in book[target]:
        yield f"{kind} leads to no such place: {address[:100]!r}"
