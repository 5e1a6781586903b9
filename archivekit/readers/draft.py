"""Draft: what a reader fills in while it reads; every value goes in together with the bytes it came from."""

from __future__ import annotations

from typing import Any

from ..model import Article, Block, Evidence, Notice, Provenance, Removal, Span
from ..source import Source
from ..version import __version__


class Draft:
    """Collects one article. Offsets are characters of ``source.text``; the record gets bytes."""

    def __init__(self, source: Source, reader: str, *, place: int = 0) -> None:
        self.source = source
        self.reader = reader
        self.place = place
        self.fields: dict[str, Any] = {}
        self.extra: dict[str, str | tuple[str, ...]] = {}
        self.evidence: dict[str, Evidence] = {}
        self.removals: list[Removal] = []
        self.notices: list[Notice] = list(source.notices)
        self.body: tuple[Block, ...] = ()

    def set(self, field: str, value: Any, start: int, end: int, rule: str, *, detail: str | None = None) -> None:
        """Give a field of Article its value, and say that ``text[start:end]`` is where it was read."""
        self.fields[field] = value
        self.witness(field, start, end, rule, detail=detail)

    def keep(self, key: str, value: str | tuple[str, ...], start: int, end: int, rule: str) -> None:
        """Keep a key of the source that is no field of the record in ``extra``."""
        self.extra[key] = value
        self.witness(f"extra.{key}", start, end, rule)

    def witness(self, path: str, start: int, end: int, rule: str, *, detail: str | None = None) -> None:
        """Record evidence for a dotted path."""
        raw = self.source.text[start:end]
        self.evidence[path] = Evidence(span=self.source.span(start, end), raw=raw, rule=rule, detail=detail)

    def remove(self, start: int, end: int, rule: str, text: str | None = None) -> None:
        """Say that ``text[start:end]`` is not part of the body, and by which rule."""
        visible = self.source.text[start:end] if text is None else text
        self.removals.append(Removal(text=visible, span=self.source.span(start, end), rule=rule))

    def notice(self, id: str, message: str, start: int | None = None, end: int | None = None) -> None:
        """Record a problem that was survived."""
        span: Span | None = None
        if start is not None:
            span = self.source.span(start, start if end is None else end)
        self.notices.append(Notice(id=id, message=message, span=span))

    def article(self) -> Article:
        """The article as read; edits and :func:`archivekit.edits.finish` come after."""
        provenance = Provenance(
            source=self.source.info,
            reader=self.reader,
            version=__version__,
            place=self.place,
            evidence=self.evidence,
            removals=tuple(self.removals),
            notices=tuple(self.notices),
        )
        fields: dict[str, Any] = {"title": None, **self.fields}
        return Article(
            id=f"{self.source.sha256[:24]}.{self.place}", body=self.body, extra=self.extra, provenance=provenance, **fields
        )
