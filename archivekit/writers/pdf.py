"""PDF: the bundle as a typeset book that is PDF/A-3a and PDF/UA-1 at once, with its JSON Lines archive attached."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from ..assets import Asset
from ..bundle import Bundle
from ..config import Settings
from ..markup.xhtml import attribute, language_tag, text
from ..model import Article, Code, CodeBlock, Image, Notice, Text, encode, walk
from ..version import __version__
from . import pages
from .colophon import colophon
from .fonts import Fonts, installed, require_cjk
from .glyphs import name_missing
from .indexes import Terms, tables
from .pdf_engine import ASSET_SCHEME, Archive, Job, Trouble, write_pdf
from .pdf_images import Printable, printable
from .pdf_xmp import additions
from .strings import Words, words

_PRINT_BOX = {"a5": (1313, 2025), "a4": (1875, 2925)}
"""The text block in pixels at 300 to the inch: no image needs more."""

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]")
_OWN_INDENT = re.compile(r"(<p>(?:<(?:strong|em|s|a [^<>]*)>)*)[ \u00a0\u2002-\u200a\u3000]+")
_LIST_GAP = re.compile(r"(</d[td]>|<dl>)\s+(?=</?d[tdl]>)")
"""White space that would stand between the items of an inline list, where PDF/UA allows nothing."""
_LONE_IMAGE = re.compile(r"<p>(<img [^<>]*/>|<span class=\"missing-image\">)")


def write(bundle: Bundle, target: Path, settings: Settings) -> tuple[Notice, ...]:
    """Write the book; raises MissingRequirementError where no font has Chinese characters and the text needs one."""
    fonts = installed()
    images = _Images(bundle.assets, _PRINT_BOX[settings.page])
    html, notices = _book(bundle, images, fonts)
    if _HAN.search(html):
        require_cjk(fonts)
    data = b"".join(encode(article) + b"\n" for article in bundle.records)
    name = f"{settings.name}.jsonl"
    job = Job(
        html=html,
        styles=(_style("pdf.css"), _style(f"pdf-{settings.page}.css")),
        justified=_style("pdf-justified.css"),
        images=images.used,
        archive=Archive(name, "The records this file is a printing of, one JSON object a line", data, _moment(bundle)),
        xmp=additions(bundle, archive=name, archive_sha256=hashlib.sha256(data).hexdigest()),
    )
    trouble = write_pdf(job, target)
    return (*notices, *images.notices(), *_trouble(trouble))


class _Images:
    """Hands out an address for each image that can be printed, once per content, and remembers what cannot be."""

    def __init__(self, assets: Mapping[str, Asset], box: tuple[int, int]) -> None:
        self.used: dict[str, Printable] = {}
        self._assets = assets
        self._box = box
        self._unreadable: dict[str, str] = {}

    def __call__(self, image: Image) -> str | None:
        key = image.asset
        if key not in self.used:
            asset = self._assets.get(key)
            if asset is None or key in self._unreadable:
                return None
            ready = printable(asset, self._box)
            if ready is None:
                self._unreadable[key] = image.src
                return None
            self.used[key] = ready
        return f"{ASSET_SCHEME}{key}"

    def notices(self) -> list[Notice]:
        """One for each image that could not be decoded."""
        return [
            Notice(id="pdf.image-unreadable", message=f"the image {src or key} cannot be decoded; a placeholder is printed")
            for key, src in self._unreadable.items()
        ]


def _book(bundle: Bundle, images: Callable[[Image], str | None], fonts: Fonts) -> tuple[str, list[Notice]]:
    """The whole document as HTML, and what in it could not be shown."""
    said = words(bundle.language)
    sections = pages.plan(bundle)
    medium = pages.Medium(said=said, images=images, href=lambda key: f"#{key}", link_images=False)
    notices: list[Notice] = []

    def shown(xhtml: str, where: str) -> str:
        marked, missing = name_missing(_LIST_GAP.sub(r"\1", xhtml), fonts.shows)
        notices.extend(_no_glyph(char, where) for char in missing)
        return marked

    toc = f'<nav class="toc">{pages.contents(sections, medium)}</nav>'
    front = pages.page("contents", "contents", said.language, f'<h1 id="contents-title">{text(said.contents)}</h1>\n{toc}')
    parts = [shown(pages.title_page(bundle) + front, bundle.title)]
    for section in sections:
        if pages.grouped(sections):
            parts.append(shown(pages.group_page(section, medium), section.title))
        for entry in section.entries:
            notices.extend(_controls(entry.article, entry.title))
            parts.append(shown(_set(pages.article_page(entry, medium)), entry.title))
    parts += [shown(_index(*table, said), table[1]) for table in tables(sections, said)]
    parts.append(shown(colophon(bundle), said.colophon))
    kind = ' class="grouped"' if pages.grouped(sections) else ""
    return f"{_head(bundle)}<body{kind}>\n{''.join(parts)}</body>\n</html>\n", notices


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
        f"<title>{text(pages.line(bundle.title))}</title>\n"
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
            found.update(dict.fromkeys(re.findall("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]", node.text)))
    return [
        Notice(id="pdf.control-character", message=f"“{where}”: the control character U+{ord(char):04X} is not printed")
        for char in found
    ]


def _trouble(trouble: Trouble) -> list[Notice]:
    missing = [
        Notice(id="pdf.missing-glyph", message=f"no installed font shows {code}; an empty box is printed in its place")
        for code in trouble.missing_glyphs
    ]
    return missing + [Notice(id="pdf.layout", message=line) for line in trouble.other]


def _style(name: str) -> str:
    return files(__package__).joinpath("styles", name).read_text("utf-8")


def _moment(bundle: Bundle) -> datetime:
    return datetime.strptime(bundle.modified, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
