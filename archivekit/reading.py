"""Reading: one source to its finished records. Detect, read, edit, finish; the same for every caller."""

from __future__ import annotations

from typing import NamedTuple

from .errors import RecordError, SourceError
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
    """The records of a source, in their order; raises SourceError or RecordError with path and offset."""
    found = read_with_profiles(source, profiles)
    for one in found:
        if isinstance(one, RecordError):
            raise one
    return tuple(one.article for one in found if isinstance(one, Read))


def read_with_profiles(source: Source, profiles: Profiles) -> tuple[Read | RecordError, ...]:
    """The records of a source with how the profile of each was chosen, and an error for each part of a file of records that
    is none; raises SourceError or RecordError where there is no record."""
    detection = detect(source)
    try:
        articles = detection.reader.read(source)
    except SourceError as error:
        if error.path is None:
            error.path = source.path
        raise
    if detection.reader.finished:
        return tuple(one if isinstance(one, RecordError) else Read(one) for one in articles)
    return tuple(_edited(one, detection, source, profiles) for one in articles if isinstance(one, Article))


def _edited(article: Article, detection: Detection, source: Source, profiles: Profiles) -> Read:
    """The finished record. What edits is imported where something is to be edited."""
    from .edits import apply, finish, origin

    told = signals(origin.apply(article))
    profile = match(told, profiles)
    edited = apply(article, profile, profiles.common)
    return Read(finish(detection.noted(edited), source), told, profile)
