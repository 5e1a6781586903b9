"""Limits: how large, how deep and how many anything may be before archivekit turns it away.

They hold by themselves. The ``archivekit.toml`` of a corpus comes with the corpus, so it may lower a limit and never
raise one; whoever runs archivekit raises them, with ``--limit KEY=N`` or the environment variable ``ARCHIVEKIT_LIMITS``.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from typing import Annotated, Final

import msgspec

from .errors import UsageError

VARIABLE: Final = "ARCHIVEKIT_LIMITS"
"""The environment variable: ``KEY=N`` as often as need be, white space between."""

_Most = Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is turned away when it is more. Field names are the keys of ``[limits]`` and of ``--limit``."""

    files: _Most = 2_000_000
    """In the folders that are read. More is TooManyFilesError."""
    document_bytes: _Most = 16 * 1024 * 1024
    """Of one document. More is SourceTooLargeError; the document is quarantined."""
    records_bytes: _Most = 1024 * 1024 * 1024
    """Of one JSON Lines archive that is read as a source. More is RecordsTooLargeError; it is quarantined."""
    front_matter_characters: _Most = 256 * 1024
    """Of one block of front matter. More is FrontMatterLimitError; the document is quarantined."""
    depth: _Most = 512
    """Of HTML elements in one another. More is NestingLimitError; the document is quarantined."""
    pieces: _Most = 500_000
    """Of one document: HTML tags, tokens of Markdown, stretches of plain text. More is PieceLimitError; it is quarantined."""
    image_bytes: _Most = 32 * 1024 * 1024
    """Of one image. With more it becomes a placeholder, with the notice ``asset.too-large``."""
    image_pixels: Annotated[int, msgspec.Meta(ge=1, le=178_956_970)] = 64_000_000
    """Of one image, width times height, before it is decoded: a few kilobytes can stand for gigabytes. As above; it
    cannot be raised above what Pillow opens."""
    book_bytes: _Most = 1024 * 1024 * 1024
    """Of an EPUB unpacked, and of any one stream of a PDF. More is BookTooLargeError; ``verify`` has a finding."""

    def within(self, most: Limits) -> Limits:
        """Each limit, or that of ``most`` where it is lower."""
        return Limits(**{key: min(getattr(self, key), getattr(most, key)) for key in KEYS})


KEYS: Final = Limits.__struct_fields__

DEFAULT: Final = Limits()


def over(key: str, limit: int) -> str:
    """The end of a message about something that is too much: the limit, and how to raise it."""
    return f"the limit is {limit} (--limit {key}=N raises it)"


def ambient() -> Limits:
    """The defaults with what ``ARCHIVEKIT_LIMITS`` says; raises UsageError when that cannot be meant."""
    return parsed(os.environ.get(VARIABLE, "").split())


def parsed(settings: Iterable[str]) -> Limits:
    """The defaults with what ``KEY=N`` settings say, the last of a key; raises UsageError when one cannot be meant."""
    values: dict[str, int] = {}
    for setting in settings:
        key, equals, number = setting.partition("=")
        if key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(KEYS)}"
            raise UsageError(f"there is no limit {key!r}; {hint}")
        digits = number.replace("_", "")
        if not equals or not digits.isascii() or not digits.isdigit():
            raise UsageError(f"limit {setting!r} is not {key}=N with a whole number N from 1")
        values[key] = int(digits.lstrip("0")[:20] or "0")
    return checked(values)


def checked(values: Mapping[str, int]) -> Limits:
    """Limits of these values, the defaults where there is none; raises UsageError for one that is out of its bounds."""
    try:
        return msgspec.convert(values, Limits)
    except msgspec.ValidationError as error:
        what, _, key = str(error).partition(" - at `$.")
        raise UsageError(f"limit {key.rstrip('`')}: {what[:1].lower()}{what[1:]}") from None
