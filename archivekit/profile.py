"""Profile: the facts that are known of one publisher or platform. Data only; ``sites`` loads and matches them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Literal

import msgspec


class Boilerplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Words that stand in many articles of a publisher and are not part of any.

    Exactly one of ``line`` (a whole block, or a whole line of a paragraph), ``head`` (this block and all before it),
    ``tail`` (this block and all after it) and ``inline`` (a stretch inside a block, or its group ``cut``) is given:
    a regular expression.
    """

    line: str | None = None
    head: str | None = None
    tail: str | None = None
    inline: str | None = None
    within: int | None = None
    """How many blocks from the start (``head``) or the end are looked at: 12 for ``head`` and ``tail``, else all."""
    field: Literal["", "rights", "via", "authors", "excerpt", "original", "related", "bio", "source"] = ""
    """What the words are, when they are worth keeping as metadata: a group ``value`` narrows them.

    ``original`` and ``related`` keep the links below the words as links of the record, ``authors`` leaves names to the
    edit that reads credits, ``excerpt``, ``bio`` and ``source`` go to ``extra``. A group ``via`` names an agency
    beside another field.
    """

    @cached_property
    def reach(self) -> int:
        """How many blocks are looked at."""
        return self.within if self.within is not None else 12 if self.kind in ("head", "tail") else 1_000_000

    @cached_property
    def kind(self) -> str:
        """Which of the four it is."""
        return next(kind for kind in ("line", "head", "tail", "inline") if getattr(self, kind) is not None)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The regular expression, compiled once."""
        return compiled(str(getattr(self, self.kind)))


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of one publisher or platform."""

    name: str
    """The stem of the file."""
    extends: bool = False
    """Whether a user's profile adds to the built-in one of the same name instead of replacing it."""
    on: str = ""
    """The platform it publishes on: the profile of that name whose facts hold here too."""
    publisher: str | None = None
    """The name the record carries; a platform such as WeChat has none."""
    names: tuple[str, ...] = ()
    """Other spellings, as feeds and front matter have them."""
    hosts: tuple[str, ...] = ()
    """Host names; a subdomain matches too. ``host/path`` matches a part of a site; a step ``*`` is any step."""
    signs: tuple[str, ...] = ()
    """Strings that give it away at either end of the text of an article that has no address."""
    timezone: str | None = None
    """IANA name of the zone its clock shows."""
    mislabelled: tuple[str, ...] = ()
    """Zone labels (``GMT``, ``Z``) that its feed puts on local time."""
    platform: bool = False
    """Whether the front matter's ``author`` is the account, that is the publisher."""
    author_is: Literal["", "publisher", "person"] = ""
    """What the front matter's ``author`` is, when the names do not tell."""
    bylines: tuple[str, ...] = ()
    """Regular expressions for whole blocks that are bylines, with a group ``name`` and an optional group ``role``."""
    captions: tuple[str, ...] = ()
    """Regular expressions for whole blocks beside an image that speak of it, with a group ``caption`` or ``credit``."""
    title_suffix: tuple[str, ...] = ()
    """Regular expressions for what its pages add to the end of a title."""
    title_source: str | None = None
    """A regular expression for a title that names the source first, in a group ``via``; the title stays as it is."""
    decoration: tuple[str, ...] = ()
    """Regular expressions for addresses of images that are no content."""
    boilerplate: tuple[Boilerplate, ...] = ()
    related: Literal["", "lists"] = ""
    """``lists``: a list made of nothing but links is a list of related articles."""
    proxies: Mapping[str, str] = {}
    """Image proxies and redirectors: a pattern with a group ``url`` → how to read the group (``url``, ``host``, ``quoted``)."""
    tracking: tuple[str, ...] = ()
    """Query parameters that only count visitors."""


class Signals(msgspec.Struct, frozen=True, array_like=True):
    """What of an article tells which profile fits it."""

    url: str
    """Empty for none."""
    names: tuple[str, ...]
    """Of the author, the source, the publisher and the site, as the front matter has them."""
    text: str
    """The words of its first and last blocks."""


def fold(name: str) -> str:
    """A name without what spellings of it differ in: case and white space."""
    return re.sub(r"\s+", "", name).casefold()


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """A regular expression of a profile, compiled once."""
    return re.compile(pattern)
