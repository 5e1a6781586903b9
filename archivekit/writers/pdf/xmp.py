"""XMP for PDF/A-3 and PDF/UA-1 in one packet: Dublin Core, and where the records came from.

PDF/A demands that every property outside the predefined schemas is described in an extension schema (ISO 19005-3,
6.6.2.3.3), and validators read the first ``rdf:RDF`` of the packet alone, so everything is merged into that one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from ...archive.bundle import Bundle
from ...errors import OutputError
from ...version import __version__

PROVENANCE_NS = "urn:archivekit:provenance:1#"
"""The namespace of the properties below, prefix ``ak``."""

_END = "</rdf:RDF>"

_SCHEMAS = (
    (
        "PDF/UA identification",
        "http://www.aiim.org/pdfua/ns/id/",
        "pdfuaid",
        (("part", "Integer", "internal", "Part of ISO 14289 the file conforms to"),),
    ),
    (
        "archivekit provenance",
        PROVENANCE_NS,
        "ak",
        (
            ("version", "Text", "internal", "Version of archivekit that wrote the file"),
            ("archive", "Text", "internal", "Name of the attached JSON Lines archive the file is a printing of"),
            ("archiveSha256", "Text", "internal", "SHA-256 of the attached archive, in hexadecimal"),
            ("records", "Integer", "internal", "Number of records in the attached archive"),
            (
                "sources",
                "seq Text",
                "external",
                "Of each record, in order: SHA-256 of its source, address or path",
            ),
        ),
    ),
)


def merge(packet: str, additions: str) -> str:
    """The packet with ``additions`` inside its only ``rdf:RDF``; raises OutputError if it does not have exactly one."""
    if packet.count(_END) != 1:
        raise OutputError("the XMP packet of the PDF has not the one rdf:RDF that was expected")
    return packet.replace(_END, additions + _END)


def additions(bundle: Bundle, *, archive: str, archive_sha256: str) -> str:
    """``rdf:Description`` elements that say what the bundle is and which records it prints."""
    articles = bundle.articles
    languages = _distinct([bundle.language, *(article.language for article in articles)])
    subjects = _distinct(word for article in articles for word in (*article.categories, *article.tags))
    rights = _distinct(article.rights for article in articles)
    core = _plain("dc:identifier", bundle.identifier) + _array("dc:language", "Bag", languages)
    core += _array("dc:subject", "Bag", subjects)
    if rights:
        core += f'<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{_text(chr(10).join(rights))}</rdf:li></rdf:Alt></dc:rights>'
    origins = [f"{a.provenance.source.sha256} {a.url or a.provenance.source.path}" for a in articles]
    ours = _plain("ak:version", __version__) + _plain("ak:archive", archive) + _plain("ak:archiveSha256", archive_sha256)
    ours += _plain("ak:records", str(len(articles))) + _array("ak:sources", "Seq", origins)
    return (
        _description({"pdfuaid": _SCHEMAS[0][1]}, "<pdfuaid:part>1</pdfuaid:part>")
        + _description({"dc": "http://purl.org/dc/elements/1.1/"}, core)
        + _description({"ak": PROVENANCE_NS}, ours)
        + _extension()
    )


def _extension() -> str:
    names = {
        "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
        "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
        "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
    }
    items: list[str] = []
    for title, uri, prefix, properties in _SCHEMAS:
        fields = "".join(
            _resource(
                _plain("pdfaProperty:name", name)
                + _plain("pdfaProperty:valueType", kind)
                + _plain("pdfaProperty:category", category)
                + _plain("pdfaProperty:description", meaning)
            )
            for name, kind, category, meaning in properties
        )
        schema = (
            _plain("pdfaSchema:schema", title) + _plain("pdfaSchema:namespaceURI", uri) + _plain("pdfaSchema:prefix", prefix)
        )
        items.append(_resource(f"{schema}<pdfaSchema:property><rdf:Seq>{fields}</rdf:Seq></pdfaSchema:property>"))
    return _description(names, f"<pdfaExtension:schemas><rdf:Bag>{''.join(items)}</rdf:Bag></pdfaExtension:schemas>")


def _description(names: dict[str, str], content: str) -> str:
    spaces = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in names.items())
    return f'<rdf:Description rdf:about=""{spaces}>{content}</rdf:Description>'


def _resource(content: str) -> str:
    return f'<rdf:li rdf:parseType="Resource">{content}</rdf:li>'


def _plain(name: str, value: str) -> str:
    return f"<{name}>{_text(value)}</{name}>"


def _array(name: str, kind: str, values: Iterable[str]) -> str:
    items = "".join(f"<rdf:li>{_text(value)}</rdf:li>" for value in values)
    return f"<{name}><rdf:{kind}>{items}</rdf:{kind}></{name}>" if items else ""


def _distinct(values: Iterable[str | None]) -> list[str]:
    """The values that are there, each once, in order of first appearance."""
    return list(dict.fromkeys(value for value in values if value))


def _text(value: str) -> str:
    """Escaped for XML 1.0, without the characters it cannot hold."""
    return escape(re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", value))
