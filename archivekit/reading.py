"""Reading: one source to its finished records. Detect, read, edit, finish; the same for every caller."""

from __future__ import annotations

from typing import NamedTuple

from .errors import SourceError
from .model import Article
from .profile import Profile, Signals
from .readers import Detection, detect
from .sites import Profiles, load_profiles, match, signals
from .source import Source

__all__ = ["Profiles", "load_profiles", "read_source"]


class Read(NamedTuple):
    """A record, and what it was read with; nothing for one that was finished before."""

    article: Article
    signals: Signals | None = None
    profile: Profile | None = None


def read_source(source: Source, profiles: Profiles) -> tuple[Article, ...]:
    """The records of a source, in their order; raises SourceError with path and offset."""
    return tuple(read.article for read in read_with_profiles(source, profiles))


def read_with_profiles(source: Source, profiles: Profiles) -> tuple[Read, ...]:
    """As ``read_source``, with how the profile of each record was chosen."""
    detection = detect(source)
    try:
        articles = detection.reader.read(source)
    except SourceError as error:
        if error.path is None:
            error.path = source.path
        raise
    if detection.reader.finished:
        return tuple(map(Read, articles))
    return tuple(_edited(article, detection, source, profiles) for article in articles)


def _edited(article: Article, detection: Detection, source: Source, profiles: Profiles) -> Read:
    """The finished record. What edits is imported where something is to be edited."""
    from .edits import apply, finish, origin

    told = signals(origin.apply(article))
    profile = match(told, profiles)
    edited = apply(article, profile, profiles.common)
    return Read(finish(detection.noted(edited), source), told, profile)
