"""Measure an archive against the quality labels: how many fields of how many labelled documents are right, folder by folder.

    python tests/quality/measure.py archive.jsonl [--labels FOLDER] [--wrong] [--floors FILE]

A label is matched to a record by the sha256 of the source's bytes. A labelled document without a record counts as wrong in
every field. Exit code 1 if there is such a document, or a field with fewer right answers than its floor; else 0.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import unquote

LABELS = Path(__file__).parent / "labels"
FIELDS = (
    "title",
    "authors",
    "contributors",
    "contributors_include",
    "publisher",
    "published",
    "url",
    "language",
    "images",
    "captions",
    "first",
    "last",
    "leaks",
)
CHINA = timezone(timedelta(hours=8))
"""The zone of a date that states none."""

Record = Mapping[str, Any]
Label = Mapping[str, Any]


def squash(text: str | None) -> str:
    """Text without white space, zero-width spaces and byte order marks."""
    return re.sub(r"[\s\u200b\ufeff]+", "", text or "")


def nodes_of(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object at and below a JSON value, in order."""
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from nodes_of(child)
    elif isinstance(value, list):
        for child in value:
            yield from nodes_of(child)


def text_of(value: Any) -> str:
    """The words at and below a body node, captions and credits left out, without white space."""
    if isinstance(value, list):
        return "".join(map(text_of, value))
    if not isinstance(value, dict):
        return ""
    own = value["text"] if isinstance(value.get("text"), str) else ""
    below = (text_of(child) for name, child in value.items() if name not in ("text", "caption", "credit"))
    return squash(own) + "".join(below)


def captions_of(body: Any) -> str:
    """The words of all captions and credits of a body, without white space."""
    parts = [node.get(name) for node in nodes_of(body) for name in ("caption", "credit")]
    return "".join(text_of(part) for part in parts if part)


def images_of(body: Any) -> list[str]:
    """The addresses of a body's images, in order."""
    return [str(node.get("src", "")) for node in nodes_of(body) if node.get("type") == "image"]


def instant(value: str) -> datetime:
    """A date and time in UTC; one without a zone is China's."""
    moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).astimezone(UTC)


def same_date(got: str | None, wanted: Sequence[str]) -> bool:
    """Whether a value is one of those wanted: the same day, the same minute where seconds are nought, else the same second."""
    for want in wanted:
        if got and len(want) == 10 and got[:10] == want:
            return True
        if got and len(want) > 10 and len(got) > 10:
            room = 60 if want[17:19] in ("", "00") else 1
            if abs((instant(got) - instant(want)).total_seconds()) < room:
                return True
    return not wanted and not got


def names(record: Record, roles: Sequence[str] | None = None) -> set[str]:
    """The names of a record's contributors, or of those with one of some roles."""
    people = record.get("contributors") or []
    return {squash(one["name"]).lower() for one in people if roles is None or one.get("role") in roles}


def pairs(people: Sequence[Sequence[str]]) -> set[tuple[str, str]]:
    """Names with their roles, made comparable."""
    return {(squash(name).lower(), role) for name, role in people}


def _same_address(got: str | None, wanted: Sequence[str | None]) -> bool:
    return any((got or None) == want or (got and want and unquote(got) == unquote(want)) for want in wanted)


def _same_language(got: str | None, wanted: Sequence[str]) -> bool:
    """``und`` stands for every undetermined language, whatever script it names."""
    return got in wanted or ("und" in wanted and (got or "").startswith("und-"))


def _score_people(record: Record, key: Label) -> Iterator[tuple[str, bool]]:
    if "authors" in key:
        have = names(record, ("aut", "rpt"))
        wanted = [{squash(name).lower() for name in names_} for names_ in (key["authors"], *key.get("authors_also", ()))]
        yield "authors", any(one <= have if one else not have for one in wanted)
    have_pairs = pairs([(one["name"], one.get("role", "")) for one in record.get("contributors") or []])
    if "contributors" in key:
        yield "contributors", have_pairs == pairs(key["contributors"])
    if "contributors_include" in key:
        yield "contributors_include", pairs(key["contributors_include"]) <= have_pairs


def _score_fields(record: Record, key: Label) -> Iterator[tuple[str, bool]]:
    yield "title", squash(record.get("title")) in map(squash, key["title"])
    if key["publisher"]:
        yield "publisher", squash(record.get("publisher")).lower() in (squash(one).lower() for one in key["publisher"])
    published = record.get("published")
    value = published.get("value") if isinstance(published, dict) else published
    yield "published", same_date(value, [one for one in (key["published"], *key.get("published_also", ())) if one])
    yield "url", _same_address(record.get("url"), (key["url"], *key.get("url_also", ())))
    yield "language", _same_language(record.get("language"), (key["language"], *key.get("language_also", ())))


def _score_body(record: Record, key: Label) -> Iterator[tuple[str, bool]]:
    body = record.get("body") or []
    text, images = text_of(body), images_of(body)
    if "images" in key:
        yield "images", len(images) in (key["images"], *key.get("images_also", ()))
    if "captions" in key:
        have = captions_of(body)
        yield "captions", all(squash(one) in have for one in key["captions"])
    if "first" in key:
        yield "first", any(text.startswith(squash(one)) for one in key["first"])
    if "last" in key:
        yield "last", any(text.endswith(squash(one)) for one in key["last"])
    yield "leaks", not leaks(record, key)


def leaks(record: Record, key: Label) -> list[str]:
    """The strings that must not be in the body and are, in its words or its images' addresses."""
    body = record.get("body") or []
    whole = text_of(body) + "\n" + "\n".join(images_of(body))
    return [one for one in key.get("not_body", ()) if squash(one) in whole]


def score(record: Record, key: Label) -> dict[str, bool]:
    """For each field the label judges, whether the record has it right."""
    return dict([*_score_fields(record, key), *_score_people(record, key), *_score_body(record, key)])


def got(record: Record, key: Label, field: str) -> object:
    """What a record has for a field, shortened for a person to read."""
    body = record.get("body") or []
    if field in ("authors", "contributors", "contributors_include"):
        return [[one["name"], one.get("role")] for one in record.get("contributors") or []]
    if field == "published":
        published = record.get("published")
        return published.get("value") if isinstance(published, dict) else published
    if field == "images":
        return len(images_of(body))
    if field == "captions":
        return captions_of(body)[:120]
    if field == "first":
        return text_of(body)[:40]
    if field == "last":
        return text_of(body)[-40:]
    return leaks(record, key) if field == "leaks" else record.get(field)


def expected(key: Label, field: str) -> object:
    """What a label accepts for a field, alternatives included."""
    own = key.get("not_body" if field == "leaks" else field)
    also = key.get(f"{field}_also")
    return own if also is None else [own, *also]


def read_labels(folder: Path) -> list[dict[str, Any]]:
    """All labels of a folder of JSON Lines files, in order."""
    lines = (line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines())
    return [json.loads(line) for line in lines if line.strip()]


def read_records(archive: Path) -> dict[str, dict[str, Any]]:
    """The first record of each source of an archive, by the sha256 of the source."""
    records: dict[str, dict[str, Any]] = {}
    with archive.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            records.setdefault(record["provenance"]["source"]["sha256"], record)
    return records


def table(right: Counter[tuple[str, str]], total: Counter[tuple[str, str]], folders: Sequence[str]) -> str:
    """Rows of folders and columns of fields, each cell ``right/total``; the last row sums up."""
    rows = [["folder", *FIELDS]]
    for folder in [*folders, "all"]:
        cells = [f"{right[folder, field]}/{total[folder, field]}" if total[folder, field] else "-" for field in FIELDS]
        rows.append([folder, *cells])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def below(right: Counter[tuple[str, str]], floors: Path) -> list[str]:
    """A line for each field of the file's table ``right`` that has fewer right answers than the table asks for."""
    wanted: dict[str, int] = tomllib.loads(floors.read_text("utf-8"))["right"]
    unknown = sorted(set(wanted) - set(FIELDS))
    if unknown:
        raise SystemExit(f"{floors}: no such field: {', '.join(unknown)}")
    return [
        f"{field}: {right['all', field]} right, the floor is {least}"
        for field, least in wanted.items()
        if right["all", field] < least
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table, and with ``--wrong`` every wrong field before it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--labels", type=Path, default=LABELS)
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--floors", type=Path)
    options = parser.parse_args(argv)
    labels, records = read_labels(options.labels), read_records(options.archive)
    right: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    missing = 0
    for key in labels:
        record = records.get(key["sha256"])
        missing += record is None
        where = f"{key['folder']}/{key['file']}"
        if record is None:
            print(f"{where}\tno record")
        for field, hit in score(record or {}, key).items():
            good = hit and record is not None
            for folder in (key["folder"], "all"):
                total[folder, field] += 1
                right[folder, field] += good
            if options.wrong and record is not None and not good:
                wanted = json.dumps(expected(key, field), ensure_ascii=False)
                print(f"{where}\t{field}\texpected {wanted}\tgot {json.dumps(got(record, key, field), ensure_ascii=False)}")
    print(table(right, total, sorted({key["folder"] for key in labels})))
    whole = sum(right["all", field] for field in FIELDS), sum(total["all", field] for field in FIELDS)
    print(f"{len(labels)} documents, {missing} without a record, {whole[0]} of {whole[1]} fields right")
    fallen = below(right, options.floors) if options.floors else []
    for line in fallen:
        print(line)
    return 1 if missing or fallen else 0


if __name__ == "__main__":
    sys.exit(main())
