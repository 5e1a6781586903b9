"""Templates: the documents of the sample corpus, taken apart into what stays, what is varied and what is written anew.

archivekit itself says what of a document is title, address and body: a stretch of text that is in the body is written
anew, a paragraph of such stretches can stand several times, and all else (envelope, markup, chrome, boilerplate) stays.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import archivekit

LEAST: Final = 200
"""Characters of a body below which a document is no template: short texts are compared by other rules, and are soon alike."""

_UNIT: Final = re.compile(
    r"<p(?:\s[^>]*)?>(?:(?!</?p\b|<img|<figure|<iframe|<table|<center|<div).)*?</p>"
    r"|(?<=\n\n)[^\s#>|*!\[<\d+~`{&-][^\n]*(?:\n[^\n]+)*(?=\n\n)",
    re.DOTALL,
)
_RUN: Final = re.compile(r"[^<>\n\[\]()|*`#\\!&{}]+")
_LEAST_RUN: Final = {"zh": 10, "en": 30}
_PICTURE: Final = re.compile(
    r"<figure\b(?:(?!</figure>).)*?/images/(?:(?!</figure>).)*</figure>"
    r"|<img\b[^>]*/images/[^>]*>"
    r"|!\[[^\]]*\]\(/images/[^)\n]*\)"
    r"|<img src='/images/[^>]*>"
    r"|^(?:headimg|thumbnail|image_feature):[^\n]*\n",
    re.DOTALL | re.MULTILINE,
)


class Slot(NamedTuple):
    """A stretch of prose to be written anew."""

    length: int


class Unit(NamedTuple):
    """A paragraph, which can stand several times."""

    parts: tuple[str | Slot, ...]


Part = str | Slot | Unit


class Template(NamedTuple):
    """One sample document."""

    path: str
    """In the corpus, with forward slashes."""
    encoding: str
    language: str
    crlf: bool
    titles: tuple[str, ...]
    """How its title is spelt in it, longest first."""
    address: str
    """Host and path of its address up to the end of the name, as it stands in the document; empty for none."""
    parts: tuple[Part, ...]
    """Of the document with its pictures."""
    bare: tuple[Part, ...]
    """Of the document without them."""


@cache
def load(corpus: Path) -> tuple[tuple[Template, ...], dict[str, list[str]]]:
    """The templates of a corpus in the order of their paths, and the body texts of all its articles by language."""
    found: list[Template] = []
    texts: dict[str, list[str]] = {}
    for reading in archivekit.read_tree(corpus):
        for article in reading.articles:
            texts.setdefault(article.language, []).append(article.text)
        if len(reading.articles) == 1 and len(reading.articles[0].text) >= LEAST:
            found.append(_template(corpus, reading.articles[0]))
    return tuple(found), texts


def _template(corpus: Path, article: archivekit.Article) -> Template:
    source = article.provenance.source
    data = (corpus / source.path).read_bytes()
    encoding = "utf-16" if source.encoding.startswith("utf-16") else source.encoding
    text = data.decode(encoding)
    crlf = "\r\n" in text
    text = text.replace("\r\n", "\n")
    kind = "en" if article.language.startswith("en") else "zh"
    body = _squashed(article.text)
    raw = article.provenance.evidence["title"].raw if "title" in article.provenance.evidence else ""
    titles = tuple(sorted({title for title in (raw, article.title or "") if title and title in text}, key=len, reverse=True))
    return Template(
        path=source.path,
        encoding=encoding,
        language=article.language,
        crlf=crlf,
        titles=titles,
        address=_address(article.url or ""),
        parts=tuple(_parts(text, body, kind, titles)),
        bare=tuple(_parts(_PICTURE.sub("", text), body, kind, titles)),
    )


def _address(url: str) -> str:
    """``shanyue.example/article/1102/metro`` for ``https://shanyue.example/article/1102/metro.html?a=b``."""
    bare = re.sub(r"^https?://|[?#].*$", "", url).rstrip("/")
    return re.sub(r"\.[a-z]+$", "", bare) if "/" in bare else ""


def _parts(text: str, body: str, kind: str, titles: tuple[str, ...]) -> list[Part]:
    parts: list[Part] = []
    end = 0
    for match in _UNIT.finditer(text):
        inner = _runs(match[0], body, kind, titles)
        if sum(part.length for part in inner if isinstance(part, Slot)) < 2 * _LEAST_RUN[kind]:
            continue
        parts += [*_runs(text[end : match.start()], body, kind, titles), Unit(tuple(inner))]
        end = match.end()
    return [*parts, *_runs(text[end:], body, kind, titles)]


def _runs(text: str, body: str, kind: str, titles: tuple[str, ...]) -> list[str | Slot]:
    """A stretch of a document with what is prose of its body as slots."""
    parts: list[str | Slot] = []
    end = 0
    for match in _RUN.finditer(text):
        run = match[0].strip()
        inside_tag = text.rfind("<", 0, match.start()) > text.rfind(">", 0, match.start())
        if inside_tag or len(run) < _LEAST_RUN[kind] or run in titles or _squashed(run) not in body:
            continue
        start = match.start() + match[0].index(run)
        parts += [text[end:start], Slot(len(run))]
        end = start + len(run)
    return [*parts, text[end:]]


def _squashed(text: str) -> str:
    return "".join(text.split())
