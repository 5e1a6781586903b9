"""Records: the JSON Lines that several outputs hold, held against each other and against what a record must be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from ..errors import RecordError
from ..migrate import upgrade
from ..model import SCHEMA, Article, encode, plain_text
from .findings import Finding, differences


class Archive(msgspec.Struct, frozen=True):
    """The records of one format, which may be of several volumes."""

    lines: list[tuple[str, bytes]]
    """Each with the name of its file."""
    whole: bool
    """Whether every file of it is as it was written."""


def compared(archives: Sequence[Archive]) -> Iterator[Finding]:
    """Where the formats do not hold the same records: field by field, against one that is whole."""
    best = next((archive for archive in archives if archive.whole), archives[0])
    for archive in archives:
        if archive is best:
            continue
        file = archive.lines[0][0]
        for (_, expected), (name, found) in zip(best.lines, archive.lines, strict=False):
            file = name
            if expected != found:
                yield from _unlike(name, expected, found)
        for _, line in best.lines[len(archive.lines) :]:
            yield Finding(id="record.missing", file=file, article=_id(line), expected="a record")
        for name, line in archive.lines[len(best.lines) :]:
            yield Finding(id="record.unknown", file=name, article=_id(line), expected="no such record")


def sound(archive: Archive, findings: list[Finding]) -> list[Article]:
    """The records of an archive that can be read; what is wrong with any goes to ``findings``."""
    articles: list[Article] = []
    offsets: dict[str, int] = {}
    for file, line in archive.lines:
        start = offsets.get(file, 0)
        offsets[file] = start + len(line) + 1
        try:
            article = upgrade(line)
        except RecordError as error:
            findings.append(
                Finding(id="record.invalid", file=file, field=f"byte {start}", expected=SCHEMA, found=error.message)
            )
            continue
        articles.append(article)
        findings.extend(_derived(file, line, article))
    return articles


def _derived(file: str, line: bytes, article: Article) -> Iterator[Finding]:
    """What a record says of itself that does not follow from the rest of it."""
    source = article.provenance.source
    facts = (
        ("id", f"{source.sha256[:24]}.{article.provenance.place}", article.id),
        ("text", plain_text(article.body), article.text),
    )
    for field, expected, found in facts:
        if expected != found:
            yield Finding(
                id="record.derived", file=file, article=article.id, field=field, expected=expected[:200], found=found[:200]
            )
    if f'"{SCHEMA}"'.encode() in line[:60] and encode(article) != line:
        yield Finding(id="record.form", file=file, article=article.id, expected="the canonical form of the record")


def _unlike(file: str, expected: bytes, found: bytes) -> Iterator[Finding]:
    """How a line differs from what it should be."""
    try:
        should, does = upgrade(expected), upgrade(found)
    except RecordError as error:
        yield Finding(id="record.invalid", file=file, article=_id(expected), expected="a record", found=error.message)
        return
    unlike = list(differences("record.differs", file, should, does))
    yield from unlike or [Finding(id="record.form", file=file, article=should.id, expected="the canonical form of the record")]


def _id(line: bytes) -> str | None:
    try:
        return upgrade(line).id
    except RecordError:
        return None
