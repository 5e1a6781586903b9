"""Findings: what is not as it should be, and where; and the places in which two records differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ..model import Article, encode

LONGEST = 200
"""Characters of a value that a finding shows; what is longer is shown around the first difference."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it should be."""

    id: str
    """Stable and listed in ``docs/verify.md``."""
    file: str
    """The output or the source that it is in."""
    article: str | None = None
    """The id of the record."""
    field: str | None = None
    """A dotted path into the record, a part of the file or a range of its bytes."""
    expected: str | None = None
    found: str | None = None

    def __str__(self) -> str:
        where = [part for part in (self.file, self.article, self.field) if part]
        values = [
            f"{name} {value!r}" for name, value in (("expected", self.expected), ("found", self.found)) if value is not None
        ]
        shown = f"{': '.join(where)}: {', '.join(values) or 'not as it should be'} [{self.id}]"
        return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in shown)


def differences(id: str, file: str, expected: Article, found: Article, *, but: tuple[str, ...] = ()) -> Iterator[Finding]:
    """A finding for each place in which a record is not what it should be, apart from the paths in ``but``."""
    before, after = (msgspec.json.decode(encode(record)) for record in (expected, found))
    for path, old, new in _unlike("", before, after):
        if path not in but:
            shown = _shown(old, new)
            yield Finding(id=id, file=file, article=expected.id, field=path, expected=shown[0], found=shown[1])


_ABSENT = object()


def _unlike(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """The innermost values that differ, with their paths; depth is that of the record, which decoding has bounded."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _unlike(f"{path}.{key}".lstrip("."), old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for at, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _unlike(f"{path}.{at}", one, other)
    elif old != new or type(old) is not type(new):
        yield path, old, new


def _shown(old: Any, new: Any) -> tuple[str | None, str | None]:
    """Both values for a person, from a little before the place where they part."""
    texts = [
        None if value is _ABSENT else value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for value in (old, new)
    ]
    one, other = texts[0] or "", texts[1] or ""
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, same - 40) if max(len(one), len(other)) > LONGEST else 0
    return tuple(None if text is None else cut(text[start:]) for text in texts)  # type: ignore[return-value]


def cut(text: str) -> str:
    """The beginning of a long text."""
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
