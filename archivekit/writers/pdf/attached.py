"""Files attached to a PDF: the archive it is a printing of and, where they are asked for, the sources of its records."""

from __future__ import annotations

from codecs import BOM_UTF16_BE
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final

import msgspec

from ...archive.bundle import Bundle
from ...model import Notice

FOLDER: Final = "sources/"
"""What the name of an attached source begins with; its path follows."""

_MEDIA_TYPES: Final = {
    ".htm": "text/html",
    ".html": "text/html",
    ".markdown": "text/markdown",
    ".md": "text/markdown",
    ".xhtml": "application/xhtml+xml",
}
"""By suffix; any other source is plain text."""


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """A file attached to the PDF."""

    name: str
    description: str
    data: bytes
    moment: datetime
    """In UTC, given out as creation and modification date."""
    media_type: str = "application/jsonl"
    relationship: str = "Data"
    """What the file is to the PDF (ISO 19005-3, annex E): ``Data`` or ``Source``."""


def sources(bundle: Bundle, moment: datetime) -> tuple[Attached, ...]:
    """The sources of the bundle's records that are at hand, each once, in the order of the records."""
    return tuple(
        Attached(
            name=f"{FOLDER}{path}",
            description=f"The source of {', '.join(ids)}",
            data=bundle.sources[path],
            moment=moment,
            media_type=_MEDIA_TYPES.get(PurePosixPath(path).suffix.lower(), "text/plain"),
            relationship="Source",
        )
        for path, ids in _paths(bundle).items()
        if path in bundle.sources
    )


def not_at_hand(bundle: Bundle) -> Iterator[Notice]:
    """A Notice for each source that cannot be attached."""
    for path in _paths(bundle):
        if path not in bundle.sources:
            message = f"the source {path} is not attached: it is not at hand as it was read"
            yield Notice(id="pdf.source-missing", message=message)


def _paths(bundle: Bundle) -> Mapping[str, list[str]]:
    """Path of a source → the ids of its records."""
    found: dict[str, list[str]] = {}
    for record in bundle.records:
        found.setdefault(record.provenance.source.path, []).append(record.id)
    return found


def name_attachments(pdf: Any, files: Sequence[Attached]) -> None:
    """Say of each attached file what it is, list each once, and sort them by name, as a name tree must be (ISO 32000-1,
    7.9.6). ``pdf`` is a ``pydyf.PDF`` in which ``files`` are attached in this order."""
    specifications = [item for item in pdf.objects if isinstance(item, dict) and item.get("Type") == "/Filespec"]
    for specification, file in zip(specifications, files, strict=True):
        specification["AFRelationship"] = f"/{file.relationship}"
        stream = pdf.objects[int(specification["EF"]["F"].split()[0])]
        stream.extra["Subtype"] = "/" + file.media_type.replace("/", "#2f")
    pdf.catalog["AF"][:] = list(dict.fromkeys(pdf.catalog["AF"]))
    tree = pdf.objects[int(pdf.catalog["Names"]["EmbeddedFiles"].split()[0])]["Names"]
    keys = [type(tree[0])(file.name) for file in files]
    pairs = sorted(zip(files, keys, tree[1::2], strict=True), key=lambda row: _text_string(row[0].name))
    tree[:] = [item for _, key, reference in pairs for item in (key, reference)]


def _text_string(words: str) -> bytes:
    """A text string as pydyf writes it (ISO 32000-1, 7.9.2.2), without escapes."""
    return words.encode() if words.isascii() else BOM_UTF16_BE + words.encode("utf-16-be")
