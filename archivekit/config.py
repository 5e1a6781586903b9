"""Settings of a build: the command line over ``archivekit.toml`` over the defaults."""

from __future__ import annotations

from typing import Literal

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a build can be told. Field names are the keys of ``archivekit.toml``."""

    name: str = "archive"
    """The stem of every output file."""
    title: str | None = None
    """Of the bundle; None takes it from the folder's name."""
    subtitle: str | None = None
    language: str | None = None
    """BCP 47 tag of the furniture (contents, colophon); None takes the commonest language of the articles."""
    cover_text: str | None = None
    """A line or two for the cover, below the title."""
    order: Literal["date", "title", "path"] = "date"
    group: Literal["publisher", "month", "category", "none"] = "publisher"
    formats: tuple[str, ...] = ("epub", "pdf", "jsonl")
    page: Literal["a5", "a4"] = "a5"
    static: tuple[str, ...] = ()
    """Folders, relative to the corpus, in which root-relative image addresses are looked up."""
