"""Printed: whether a book has every article's words, all of them and in their order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from xml.etree import ElementTree

from ..markup.xhtml import clean
from ..model import Article, Code, CodeBlock, Text, walk
from .findings import Finding, cut

_ARTICLE = re.compile(r"EPUB/(a-[^/]*?)(?:\.(\d+))?\.xhtml")
_HTML = "{http://www.w3.org/1999/xhtml}"
_INVISIBLE = {ord(char): None for char in "-\u2010\u00ad"}
"""A hyphen at the end of a line cannot be told from one that was there."""


def plain(text: str) -> str:
    """Text as it is compared: no white space, no hyphens, nothing that has no shape."""
    kept = "".join(clean(text).split()).translate(_INVISIBLE)
    return kept if kept.isascii() else "".join(char for char in kept if unicodedata.category(char) != "Cf")


def words(article: Article) -> Iterator[tuple[str, str]]:
    """What a page must have, in its order: field and words, of title, subtitle and every leaf of the body."""
    yield "title", article.title or ""
    yield "subtitle", article.subtitle or ""
    for at, block in enumerate(article.body):
        for node in walk((block,)):
            if isinstance(node, Text | Code | CodeBlock):
                yield f"body.{at}", node.text


def missing(file: str, article: Article, page: str) -> Iterator[Finding]:
    """A finding for each run of words that ``page``, which is :func:`plain`, does not have in its place."""
    place = 0
    for field, text in words(article):
        wanted = plain(text)
        if not wanted:
            continue
        at, end = _found(page, wanted, place)
        if at >= 0:
            place = end
        else:
            near = page[place : place + len(wanted)]
            yield Finding(id="page.differs", file=file, article=article.id, field=field, expected=cut(text), found=cut(near))


def _found(page: str, wanted: str, place: int) -> tuple[int, int]:
    """Where words begin and end; a character no font shows is printed as its number, ``[U+2FA1D]``."""
    at = page.find(wanted, place)
    if at >= 0:
        return at, at + len(wanted)
    each = (f"(?:{re.escape(char)}|\\[U\\+{ord(char):04X}\\])" for char in wanted)
    match = re.compile("".join(each)).search(page, place) if "[U+" in page else None
    return match.span() if match else (-1, -1)


def in_epub(file: str, articles: Iterable[Article], parts: Mapping[str, bytes]) -> Iterator[Finding]:
    """What the pages of an EPUB lack of its articles; ``parts`` are its files."""
    pages: dict[str, list[tuple[int, str]]] = {}
    for name, data in parts.items():
        if match := _ARTICLE.fullmatch(name):
            try:
                text = _text(data)
            except ElementTree.ParseError as error:
                yield Finding(id="part.unreadable", file=file, field=name, expected="well-formed XHTML", found=str(error))
                continue
            pages.setdefault(match[1], []).append((int(match[2] or 1), text))
    for article in articles:
        key = "a-" + re.sub(r"[^A-Za-z0-9_-]", "-", article.id)[:80]
        runs = sorted(pages.get(key, []))
        if runs:
            yield from missing(file, article, plain("".join(text for _, text in runs)))
        else:
            yield Finding(id="page.missing", file=file, article=article.id, field=f"EPUB/{key}.xhtml", expected="a page")


def in_pdf(file: str, articles: Iterable[Article], book: str) -> Iterator[Finding]:
    """What the pages of a PDF lack of its articles; ``book`` are its words in reading order.

    Every article ends with its record's id, and no id stands on a page before that of its own article.
    """
    text = plain(book)
    place = 0
    for article in articles:
        end = text.find(plain(article.id), place)
        if end < 0:
            yield Finding(id="page.missing", file=file, article=article.id, expected="pages that end with the record's id")
            continue
        yield from missing(file, article, text[place:end])
        place = end + len(article.id)


def _text(page: bytes) -> str:
    """The text of a page's body."""
    root = ElementTree.fromstring(page)
    body = root.find(f"{_HTML}body")
    return "".join((root if body is None else body).itertext())
