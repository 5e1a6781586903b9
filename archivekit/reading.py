"""Reading: one source to its finished records. Detect, read, edit, finish; the same for every caller."""

from __future__ import annotations

from .edits import apply, finish, origin
from .errors import SourceError
from .model import Article
from .readers import detect
from .sites import Profiles, load_profiles, match
from .source import Source

__all__ = ["Profiles", "load_profiles", "read_source"]


def read_source(source: Source, profiles: Profiles) -> tuple[Article, ...]:
    """The records of a source, in their order; raises SourceError with path and offset."""
    detection = detect(source)
    try:
        articles = detection.reader.read(source)
    except SourceError as error:
        if error.path is None:
            error.path = source.path
        raise
    if detection.reader.finished:
        return articles
    finished = []
    for article in articles:
        profile = match(origin.apply(article), profiles)
        edited = apply(article, profile, profiles.common)
        finished.append(finish(detection.noted(edited), source))
    return tuple(finished)
