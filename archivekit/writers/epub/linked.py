"""An article as linked data: schema.org ``NewsArticle`` with PROV-O terms for where the record came from."""

from __future__ import annotations

import json
from typing import Final

from ...markup.weblinks import safe_href
from ...markup.xhtml import language_tag
from ...model import Article, Role

CONTEXT: Final = {"@vocab": "https://schema.org/", "prov": "http://www.w3.org/ns/prov#", "spdx": "http://spdx.org/rdf/terms#"}

_PROPERTIES: Final[dict[Role, str]] = {
    "aut": "author",
    "rpt": "author",
    "edt": "editor",
    "trl": "translator",
    "ill": "illustrator",
}


def linked_data(article: Article) -> dict[str, object]:
    """The record's metadata as a JSON-LD object in terms of :data:`CONTEXT`; what is not known is left out."""
    source = article.provenance.source
    data: dict[str, object | None] = {
        "@type": "NewsArticle",
        "@id": f"urn:archivekit:{article.id}",
        "identifier": article.id,
        "headline": article.title,
        "alternativeHeadline": article.subtitle,
        "inLanguage": language_tag(article.language),
        "datePublished": article.published.value if article.published else None,
        "dateModified": article.modified.value if article.modified else None,
        "publisher": {"@type": "Organization", "name": article.publisher} if article.publisher else None,
        "url": safe_href(article.url or ""),
        "articleSection": list(article.categories),
        "keywords": list(article.tags),
        "copyrightNotice": article.rights,
        "translationOfWork": [_work(link.url) for link in article.links if link.rel == "original" and safe_href(link.url)],
        "citation": [_work(link.url) for link in article.links if link.rel == "cite" and safe_href(link.url)],
        "prov:wasDerivedFrom": {
            "@type": ["DigitalDocument", "prov:Entity"],
            "name": source.path,
            "sha256": source.sha256,
            "contentSize": f"{source.size} B",
            "encodingFormat": f"text/plain; charset={source.encoding}",
        },
        "prov:wasGeneratedBy": {
            "@type": "prov:Activity",
            "prov:wasAssociatedWith": {
                "@type": ["SoftwareApplication", "prov:SoftwareAgent"],
                "name": "archivekit",
                "softwareVersion": article.provenance.version,
            },
        },
        **_people(article),
    }
    return {name: value for name, value in data.items() if value}


def linked_json(articles: tuple[Article, ...]) -> bytes:
    """All articles as one JSON-LD document, an article a line; a lone surrogate stays the JSON escape it has to be."""
    rows = ",\n".join(_json(linked_data(article)) for article in articles)
    data = f'{{"@context":{_json(CONTEXT)},"@graph":[\n{rows}\n]}}\n'
    return data.encode(errors="backslashreplace")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _work(url: str) -> dict[str, str]:
    return {"@type": "CreativeWork", "url": safe_href(url) or ""}


def _people(article: Article) -> dict[str, object]:
    people: dict[str, list[dict[str, str]]] = {}
    for contributor in article.contributors:
        name = _PROPERTIES.get(contributor.role, "contributor")
        people.setdefault(name, []).append({"name": contributor.name})
    return dict(people)
