"""The metadata of a book: what a bundle says of itself in Dublin Core, MARC relators and schema.org accessibility terms.

EPUB 3.3 and EPUB Accessibility 1.1. Nothing is claimed that does not hold of this very bundle, so no conformance to
WCAG is: that takes a person.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from ...archive.bundle import Bundle
from ...languages import other
from ...markup.weblinks import safe_href
from ...markup.xhtml import clean, language_tag
from ...model import Article, Figure, Image, inline_text, walk
from ...version import __version__
from ..pages import book_title, line, period
from ..strings import ROLES, Words, number
from .opf import Meta

MOST_PEOPLE: Final = 12
"""The most creators, and the most contributors, named: those with the most articles."""
MOST_SOURCES: Final = 50
"""With more addresses than this none is listed: the records inside the book have all of them."""
MOST_SUBJECTS: Final = 20
MOST_PUBLISHERS: Final = 10
_CREATORS: Final = frozenset({"aut", "rpt", "ill", "pht"})


def described(bundle: Bundle, said: Words) -> tuple[Meta, ...]:
    """Every metadata element but the identifier and the date of change."""
    return (
        *_titles(bundle),
        *_series(bundle),
        *_languages(bundle, said),
        *_people(bundle.articles),
        *_subject_matter(bundle, said),
        *_accessibility(bundle, said),
        Meta("", "", (("name", "generator"), ("content", f"archivekit {__version__}"))),
        Meta("", "", (("name", "cover"), ("content", "cover-image"))),
    )


def _dc(name: str, value: str, **attributes: str) -> Meta:
    return Meta(name, value, tuple(attributes.items()), dublin_core=True)


def _refine(identifier: str, name: str, value: str, scheme: str = "") -> Meta:
    return Meta(name, value, (("refines", f"#{identifier}"), *((("scheme", scheme),) if scheme else ())))


def _titles(bundle: Bundle) -> list[Meta]:
    metas = [
        _dc("title", book_title(bundle), id="title", **_own_language(bundle.title, bundle)),
        _refine("title", "title-type", "main"),
    ]
    if bundle.subtitle and line(bundle.subtitle):
        own = _own_language(bundle.subtitle, bundle)
        metas += [_dc("title", line(bundle.subtitle), id="subtitle", **own), _refine("subtitle", "title-type", "subtitle")]
    return metas


def _own_language(words_: str, bundle: Bundle) -> dict[str, str]:
    """The language of a title that is clearly not in the book's."""
    own = other(words_, bundle.language)
    return {"{http://www.w3.org/XML/1998/namespace}lang": own} if own else {}


def _series(bundle: Bundle) -> list[Meta]:
    """The series a volume belongs to, and its place there; also as Calibre writes it, which other programs read."""
    if bundle.volume is None:
        return []
    title, number_ = line(bundle.title), str(bundle.volume.number)
    return [
        Meta("belongs-to-collection", title, (("id", "series"),)),
        _refine("series", "collection-type", "series"),
        _refine("series", "group-position", number_),
        _refine("series", "dcterms:identifier", bundle.volume.series),
        Meta("", "", (("name", "calibre:series"), ("content", title))),
        Meta("", "", (("name", "calibre:series_index"), ("content", number_))),
    ]


def book_language(bundle: Bundle, said: Words) -> str:
    """The language of the book: the bundle's, or that of the furniture's words when the bundle's is not known."""
    tag = language_tag(bundle.language)
    return said.language if tag.split("-")[0] == "und" else tag


def _languages(bundle: Bundle, said: Words) -> list[Meta]:
    tags = {language_tag(article.language) for article in bundle.articles}
    found = sorted(tag for tag in tags if tag.split("-")[0] != "und")
    return [_dc("language", tag) for tag in dict.fromkeys((book_language(bundle, said), *found))]


def _people(articles: tuple[Article, ...]) -> list[Meta]:
    """Creators and contributors by number of articles, each with every role they have."""
    counts: Counter[str] = Counter()
    roles: dict[str, set[str]] = {}
    for article in articles:
        for person in article.contributors:
            if name := line(person.name):
                counts[name] += 1
                roles.setdefault(name, set()).add(person.role)
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    creators = [name for name in ranked if roles[name] & _CREATORS][:MOST_PEOPLE]
    others = [name for name in ranked if not roles[name] & _CREATORS][:MOST_PEOPLE]
    metas: list[Meta] = []
    for element, names in (("creator", creators), ("contributor", others)):
        for place, name in enumerate(names, 1):
            identifier = f"{element}-{place}"
            metas.append(_dc(element, name, id=identifier))
            metas += [_refine(identifier, "role", role, "marc:relators") for role in ROLES if role in roles[name]]
            metas.append(_refine(identifier, "display-seq", str(place)))
    metas += [_dc("contributor", "archivekit", id="producer"), _refine("producer", "role", "bkp", "marc:relators")]
    return metas


def _subject_matter(bundle: Bundle, said: Words) -> list[Meta]:
    articles = bundle.articles
    publishers = Counter(line(article.publisher) for article in articles if article.publisher and line(article.publisher))
    subjects = Counter(subject for article in articles for subject in _subjects(article))
    urls = dict.fromkeys(href for article in articles if (href := safe_href(article.url or "")))
    span = period(articles, said)
    count = said.articles.format(number(len(articles)))
    metas = [_dc("publisher", name) for name in _commonest(publishers, MOST_PUBLISHERS)]
    metas.append(_dc("date", bundle.modified[:10]))
    metas.append(_dc("description", said.description.format(count, span) if span else count))
    metas += [_dc("subject", subject) for subject in _commonest(subjects, MOST_SUBJECTS)]
    metas += [_dc("source", url) for url in urls] if len(urls) <= MOST_SOURCES else []
    metas.append(_dc("rights", said.rights_note))
    days = sorted(day for article in articles if article.published and (day := _iso(article.published.value)))
    if days:
        metas.append(Meta("dcterms:temporal", f"{days[0]}/{days[-1]}"))
    return metas


def _subjects(article: Article) -> list[str]:
    return list(dict.fromkeys(line(subject) for subject in article.categories + article.tags if line(subject)))


def _commonest(counts: Counter[str], most: int) -> list[str]:
    return sorted(counts, key=lambda name: (-counts[name], name))[:most]


def _iso(value: str) -> str:
    match = re.match(r"\d{4}(-\d\d){0,2}(?![\d-])", value)
    return match[0] if match else ""


# --- accessibility ----------------------------------------------------------------------------------------------


def undescribed(articles: tuple[Article, ...], held: frozenset[str]) -> tuple[int, int]:
    """How many of the images that are printed there are, and how many of them have neither alternative nor caption."""
    total = missing = 0
    for article in articles:
        captioned: set[int] = set()
        for node in walk(article.body):
            if isinstance(node, Figure) and clean(inline_text(node.caption)).strip():
                captioned.update(id(image) for image in node.images)
            elif isinstance(node, Image) and node.asset in held:
                total += 1
                missing += not (clean(node.alt).strip() or clean(node.title).strip() or id(node) in captioned)
    return total, missing


def _accessibility(bundle: Bundle, said: Words) -> list[Meta]:
    """What is true of this bundle's text and images, no more."""
    images, without = undescribed(bundle.articles, frozenset(bundle.assets))
    modes = ["textual", *(["visual"] if images else [])]
    sufficient = ["textual,visual" if without else "textual"]
    features = ["displayTransformability", "index", "readingOrder", "structuralNavigation", "tableOfContents"]
    features += ["alternativeText"] if images and not without else []
    moving = any(asset.media_type in ("image/gif", "image/webp", "image/svg+xml") for asset in bundle.assets.values())
    about = said.accessibility_gaps if without else said.accessibility_images if images else said.accessibility_text
    return [
        *(Meta("schema:accessMode", mode) for mode in modes),
        *(Meta("schema:accessModeSufficient", mode) for mode in sufficient),
        *(Meta("schema:accessibilityFeature", feature) for feature in sorted(features)),
        Meta("schema:accessibilityHazard", "unknown" if moving else "none"),
        Meta("schema:accessibilitySummary", said.accessibility + about),
    ]
