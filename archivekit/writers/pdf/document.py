"""The printed book as one HTML document, ready to be laid out."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import msgspec

from ...archive.bundle import Bundle
from ...markup.weblinks import safe_href
from ...markup.xhtml import attribute, language_tag, text
from ...model import Article, Code, CodeBlock, Image, Notice, Text, walk
from ...version import __version__
from .. import pages
from ..colophon import colophon
from ..fonts import Fonts
from ..indexes import Terms, tables
from ..strings import Words, number, words
from ..tables import with_widths
from ..titles import broken
from ..widths import ems
from .breaks import with_breaks
from .glyphs import name_missing
from .press import with_notes

_OWN_INDENT = re.compile(r"(<p>(?:<(?:strong|em|s|a [^<>]*)>)*)[ \u00a0\u2002-\u200a\u3000]+")
_LIST_GAP = re.compile(r"(</d[td]>|<dl>)\s+(?=</?d[tdl]>)")
"""White space that would stand between the items of an inline list, where PDF/UA allows nothing."""
_LONE_IMAGE = re.compile(r"<p>(<img [^<>]*/>|<span class=\"missing-image\">)")
_FACTS = re.compile('<div class="facts"[^<>]*>\n')
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\U00020000-\U000323af]")
_HEADLINE = re.compile(r"<h1([^<>]*)>(.*?)</h1>", re.S)
_TAG = re.compile(r"<[^<>]*>")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """What the document is made with."""

    bundle: Bundle
    images: Callable[[Image], str | None]
    fonts: Fonts
    starts: tuple[int, ...] = ()
    """The number of the first page of every volume, where numbers run through them all."""
    code: Callable[[str], tuple[str, float] | None] = lambda address: None
    """Address → href and side in millimetres of its QR code; None for no code."""
    title_ems: float = 19
    """How many characters of an article's title a line takes."""
    measure: float = 30
    """How many characters of the text a line takes."""
    notes: bool = False
    """Whether the addresses of links are printed as footnotes."""


def document(book: Book) -> tuple[str, tuple[Notice, ...]]:
    """The whole document, and what in it could not be shown."""
    bundle = book.bundle
    said = words(bundle.language)
    sections = pages.plan(bundle)
    medium = pages.Medium(said=said, images=book.images, href=lambda key: f"#{key}", link_images=False)
    notices: list[Notice] = []

    def shown(xhtml: str, where: str) -> str:
        marked, missing = name_missing(_LIST_GAP.sub(r"\1", xhtml), book.fonts.shows)
        notices.extend(_no_glyph(char, where) for char in missing)
        return marked

    parts = [shown(pages.title_page(bundle) + _contents(book, sections, medium), bundle.title)]
    for section in sections:
        if pages.grouped(sections):
            parts.append(shown(pages.group_page(section, medium), section.title))
        for entry in section.entries:
            notices.extend(_controls(entry.article, entry.title))
            parts.append(shown(_article(book, entry, medium), entry.title))
    parts += [shown(_index(*table, said), table[1]) for table in tables(sections, said)]
    parts.append(shown(colophon(bundle), said.colophon))
    kind = ' class="grouped"' if pages.grouped(sections) else ""
    body = _HEADLINE.sub(lambda match: _with_running_head(match, book.title_ems), "".join(parts))
    return f"{_head(bundle)}<body{kind}>\n{body}</body>\n</html>\n", tuple(notices)


def _article(book: Book, entry: pages.Entry, medium: pages.Medium) -> str:
    page = _with_code(book, entry.article, _set(pages.article_page(entry, medium)), medium.said)
    page = page.replace(f">{text(entry.title)}</h1>", f">{_in_rows(entry.title, book.title_ems)}</h1>", 1)
    page = with_widths(with_breaks(page), book.measure)
    return with_notes(page) if book.notes else page


def _in_rows(title: str, room: float) -> str:
    """A title that takes several lines with each in a ``span.row``, so that they are even and no character stands alone."""
    rows = broken(title, room, ems)
    if len(rows) < 2 or len(_HAN.findall(title)) * 2 < len(title):
        return text(title)
    parts, place = [], 0
    for row in rows:
        at = title.find(row, place)
        if at < 0 or title[place:at].strip():
            return text(title)
        parts.append(f'{text(title[place:at])}<span class="row">{text(row)}</span>')
        place = at + len(row)
    return "".join(parts) + text(title[place:])


def _with_running_head(headline: re.Match[str], title_ems: float) -> str:
    """A headline with what heads its pages: its words, as many as one line has room for beside the number of the page."""
    whole = " ".join(html.unescape(_TAG.sub("", headline[2])).split())
    room = 2 * title_ems - 7
    size, shown = 0.0, whole
    for at, char in enumerate(whole):
        size += ems(char)
        if size > room:
            shown = whole[:at].rstrip() + "…"
            break
    return f'<h1{headline[1]} data-head="{attribute(shown)}">{headline[2]}</h1>'


def _with_code(book: Book, article: Article, page: str, said: Words) -> str:
    """The page with the QR code of the article's address beside the facts at its head."""
    address = safe_href(article.url or "")
    made = book.code(address) if address else None
    if made is None or address is None:
        return page
    alt = attribute(f"{said.qr}{said.colon}{address}")
    image = f'<img class="qr" src="{attribute(made[0])}" alt="{alt}" style="width: {made[1]:.2f}mm"/>'
    return _FACTS.sub(lambda match: match[0] + image, page, count=1)


def _contents(book: Book, sections: tuple[pages.Section, ...], medium: pages.Medium) -> str:
    said = medium.said
    inner = f'<h1 id="contents-title">{text(said.contents)}</h1>\n<nav class="toc">{pages.contents(sections, medium)}</nav>'
    if book.bundle.volume is not None and book.bundle.volume.all:
        inner += f'\n<h2 class="set">{text(said.whole_set)}</h2>\n<ol class="set">\n{"".join(_volumes(book, said))}</ol>'
    return pages.page("contents", "contents", said.language, inner)


def _volumes(book: Book, said: Words) -> list[str]:
    """A line for every volume of the set: its name, how much is in it and from when, its groups, its first page."""
    assert book.bundle.volume is not None
    rows = []
    for at, groups in enumerate(book.bundle.volume.all):
        articles = tuple(article for group in groups for article in group.articles)
        facts = [said.articles.format(number(len(articles))), pages.period(articles, said)]
        facts.append(said.comma.join(pages.line(group.title) for group in groups if pages.line(group.title)))
        first = f'<span class="first">{book.starts[at]}</span>' if book.starts else ""
        name = text(pages.volume_name(book.bundle, at + 1))
        own = f"<strong>{name}</strong>" if at + 1 == book.bundle.volume.number else name
        rest = "".join(f"<p>{text(fact)}</p>" for fact in facts if fact)
        rows.append(f'<li><p class="name">{own}{first}</p>{rest}</li>\n')
    return rows


def _index(key: str, title: str, terms: Terms, said: Words) -> str:
    """An index as printed books have it: each term with the numbers of its pages, which the style sheet fills in."""
    rows = []
    for term, entries in terms:
        numbers = text(said.comma).join(f'<a href="#{entry.key}" title="{attribute(entry.title)}"></a>' for entry in entries)
        rows.append(f'<li><span class="term">{text(term)}</span> <span class="pages">{numbers}</span></li>\n')
    return pages.page(key, "index", said.language, f'<h1 id="{key}-title">{text(title)}</h1>\n<ul>\n{"".join(rows)}</ul>\n')


def _head(bundle: Bundle) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="{language_tag(bundle.language)}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{text(pages.book_title(bundle))}</title>\n"
        f'<meta name="generator" content="archivekit {attribute(__version__)}">\n'
        f'<meta name="dcterms.created" content="{attribute(bundle.modified)}">\n'
        f'<meta name="dcterms.modified" content="{attribute(bundle.modified)}">\n</head>\n'
    )


def _set(xhtml: str) -> str:
    """An article's markup with the spaces gone that stand for an indent, for the style sheet indents every paragraph."""
    return _LONE_IMAGE.sub(r'<p class="flat">\1', _OWN_INDENT.sub(r"\1", xhtml))


def _no_glyph(char: str, where: str) -> Notice:
    return Notice(
        id="pdf.missing-glyph",
        message=f"“{where}”: no installed font shows {char!r}; [U+{ord(char):04X}] is printed in its place",
    )


def _controls(article: Article, where: str) -> list[Notice]:
    """A Notice for each control character of the body: XML cannot hold one, so it is left out."""
    found: dict[str, None] = {}
    for node in walk(article.body):
        if isinstance(node, Text | Code | CodeBlock):
            found.update(dict.fromkeys(_CONTROL.findall(node.text)))
    return [
        Notice(id="pdf.control-character", message=f"“{where}”: the control character U+{ord(char):04X} is not printed")
        for char in found
    ]
