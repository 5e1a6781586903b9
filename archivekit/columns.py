"""Columns: records as rows of a Parquet file, written and read back (https://parquet.apache.org).

A column named like a field of the record holds that field. ``published_at`` and ``modified_at`` are the instants, where
the time zone is known; ``published_on`` and ``modified_on`` the days as the source has them. ``body`` is the body as JSON.
``record`` is the whole canonical line, the very bytes of ``NAME.jsonl``, so that nothing of a record is lost; whoever does
not ask for that column does not read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from .batched import batched
from .dates import instant
from .errors import BookError, BookTooLargeError, MissingRequirementError
from .limits import Limits, over
from .model import SCHEMA, Moment, Provenance, Span, decode

try:
    import pyarrow as arrow
    from pyarrow import parquet
except ModuleNotFoundError as missing:
    if missing.name is None or missing.name.partition(".")[0] != "pyarrow":
        raise
    raise MissingRequirementError("Parquet needs pyarrow; install it with: pip install 'archivekit[parquet]'") from None

ROWS: Final = 1000
"""Records in a row group, which is what is held in memory and what a reader may skip as a whole."""

LEVEL: Final = 9
"""Of zstd."""

_json = msgspec.json.Encoder(order="deterministic")


def write(lines: Iterable[bytes], out: BinaryIO) -> None:
    """Write records, each a line of JSON without its newline, in their order, as many row groups as it takes."""
    form = schema()
    with parquet.ParquetWriter(out, form, compression="zstd", compression_level=LEVEL, version="2.6") as file:
        for rows in batched(map(row, lines), ROWS):
            file.write_table(arrow.Table.from_pylist(rows, schema=form), row_group_size=ROWS)


def records(path: Path, limits: Limits) -> bytes:
    """The records of a file this module wrote, as the bytes of ``NAME.jsonl``; raises BookError."""
    data = bytearray()
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=100, columns=["record"]):
                for value in batch.column(0):
                    data += value.as_py().encode() + b"\n"
                if len(data) > limits.records_bytes:
                    raise BookTooLargeError(
                        f"unpacks to more bytes: {over('records_bytes', limits.records_bytes)}", path=path.name
                    )
            return bytes(data)
    except (arrow.ArrowException, OSError, AttributeError) as error:
        raise BookError(f"cannot be read as Parquet: {' '.join(str(error).split())[:200]}", path=path.name) from None


# --- rows -------------------------------------------------------------------------------------------------------


def row(line: bytes) -> dict[str, Any]:
    """The columns of one record, in Python's types."""
    article = decode(line)
    return {
        "id": article.id,
        "title": article.title,
        "subtitle": article.subtitle,
        "contributors": [msgspec.structs.asdict(one) for one in article.contributors],
        "publisher": article.publisher,
        "via": article.via,
        "published": _moment(article.published),
        "published_at": _at(article.published),
        "published_on": _day(article.published),
        "modified": _moment(article.modified),
        "modified_at": _at(article.modified),
        "modified_on": _day(article.modified),
        "url": article.url,
        "links": [msgspec.structs.asdict(link) for link in article.links],
        "language": article.language,
        "categories": article.categories,
        "tags": article.tags,
        "rights": article.rights,
        "text": article.text,
        "body": _json.encode(article.body).decode(),
        "extra": [(key, [value] if isinstance(value, str) else value) for key, value in sorted(article.extra.items())],
        "provenance": _provenance(article.provenance),
        "record": line.decode(),
    }


def _moment(moment: Moment | None) -> dict[str, str] | None:
    return msgspec.structs.asdict(moment) if moment is not None else None


def _at(moment: Moment | None) -> datetime | None:
    """The point in time; None where that would be a guess, as for a day or a time without a zone."""
    return instant(moment) if moment is not None and moment.zone_basis != "none" else None


def _day(moment: Moment | None) -> date | None:
    """The day in the source's own time zone; None for a mere month or year, and for what is no date."""
    try:
        return date.fromisoformat(moment.value[:10]) if moment is not None else None
    except ValueError:
        return None


def _span(span: Span | None) -> dict[str, int] | None:
    return {"start": span.start, "end": span.end} if span is not None else None


def _provenance(provenance: Provenance) -> dict[str, Any]:
    return {
        "source": msgspec.structs.asdict(provenance.source),
        "reader": provenance.reader,
        "version": provenance.version,
        "profile": provenance.profile,
        "place": provenance.place,
        "evidence": [
            (field, {"span": _span(one.span), "raw": one.raw, "rule": one.rule, "detail": one.detail})
            for field, one in sorted(provenance.evidence.items())
        ],
        "removals": [{"text": one.text, "span": _span(one.span), "rule": one.rule} for one in provenance.removals],
        "notices": [{"id": one.id, "message": one.message, "span": _span(one.span)} for one in provenance.notices],
    }


# --- the schema -------------------------------------------------------------------------------------------------


def schema() -> Any:
    """The Arrow schema; its metadata names the schema of the records under ``archivekit.schema``."""
    text, long, span = arrow.string(), arrow.int64(), _struct(start=arrow.int64(), end=arrow.int64())
    moment = _struct(value=text, precision=text, zone_basis=text)
    at, on = arrow.timestamp("us", tz="UTC"), arrow.date32()
    source = _struct(path=text, sha256=text, size=long, encoding=text, encoding_basis=text)
    provenance = _struct(
        source=source,
        reader=text,
        version=text,
        profile=text,
        place=long,
        evidence=arrow.map_(text, _struct(span=span, raw=text, rule=text, detail=text)),
        removals=arrow.list_(_struct(text=text, span=span, rule=text)),
        notices=arrow.list_(_struct(id=text, message=text, span=span)),
    )
    columns = {
        "id": text,
        "title": text,
        "subtitle": text,
        "contributors": arrow.list_(_struct(name=text, role=text)),
        "publisher": text,
        "via": text,
        "published": moment,
        "published_at": at,
        "published_on": on,
        "modified": moment,
        "modified_at": at,
        "modified_on": on,
        "url": text,
        "links": arrow.list_(_struct(rel=text, url=text, language=text, title=text)),
        "language": text,
        "categories": arrow.list_(text),
        "tags": arrow.list_(text),
        "rights": text,
        "text": text,
        "body": text,
        "extra": arrow.map_(text, arrow.list_(text)),
        "provenance": provenance,
        "record": text,
    }
    required = ("id", "language", "text", "body", "provenance", "record")
    fields = [arrow.field(name, kind, nullable=name not in required) for name, kind in columns.items()]
    return arrow.schema(fields, metadata={"archivekit.schema": SCHEMA})


def _struct(**fields: Any) -> Any:
    return arrow.struct(list(fields.items()))
