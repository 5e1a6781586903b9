"""Readers: each knows one envelope and turns a Source into Articles. None knows a site or a writer.

A reader is a row of the table below, a :class:`~.envelope.Reader`. ``score`` is a pure function of the head of the text,
from 0 (not mine) to 1 (certainly mine); the highest score wins, a tie is a Notice. Nothing is tried in turn.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ..errors import UnknownFormatError
from ..model import Article, Notice
from ..source import Source
from .envelope import Reader
from .foreign import foreign

HEAD = 8192
"""How many characters of a text a score may look at."""


class Detection(msgspec.Struct, frozen=True):
    """Which reader claims a text, and how strongly each did."""

    reader: Reader
    scores: tuple[tuple[str, float], ...]
    """By reader's name, the highest first."""

    def noted(self, article: Article) -> Article:
        """The article with a Notice if two readers claimed its text equally."""
        if len(self.scores) < 2 or self.scores[0][1] > self.scores[1][1]:
            return article
        message = f"{self.scores[0][0]} and {self.scores[1][0]} both score {self.scores[0][1]:.2f}"
        provenance = article.provenance
        notices = (*provenance.notices, Notice(id="reader.tie", message=message))
        return msgspec.structs.replace(article, provenance=msgspec.structs.replace(provenance, notices=notices))


def readers() -> Iterator[Reader]:
    """The built-in readers: the table. A new format is a module and a row here. What reads documents is imported when it is
    asked for, for finished records need none of it."""
    from . import jsonl

    yield jsonl.READER

    from . import headline, html_page, markup_only, plain_text, stamped, with_front_matter

    yield from (
        stamped.READER,
        html_page.READER,
        with_front_matter.READER,
        headline.READER,
        markup_only.READER,
        plain_text.READER,
    )


def detect(source: Source) -> Detection:
    """The reader whose score for the head of the text is highest; raises UnknownFormatError for what is known to be none's
    and what none claims. Of what is certainly finished records no other reader is asked."""
    head = source.text[:HEAD]
    if name := foreign(head):
        raise UnknownFormatError(f"{name}, which no reader reads", path=source.path, offset=0)
    scored: list[tuple[float, Reader]] = []
    for reader in readers():
        scored.append((reader.score(head), reader))
        if reader.finished and scored[-1][0] == 1:
            break
    scored.sort(key=lambda pair: -pair[0])
    if scored[0][0] <= 0:
        raise UnknownFormatError("no reader recognises the text", path=source.path, offset=0)
    return Detection(scored[0][1], tuple((reader.name, score) for score, reader in scored))
