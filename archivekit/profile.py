"""Profile: the facts that are known of one publisher or platform. Data only; ``sites`` loads and matches them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

import msgspec


class Boilerplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that stand in many articles of a publisher and are not part of any.

    Exactly one of ``line`` (a whole block), ``head`` (this block and all before it), ``tail`` (this block and all
    after it) and ``inline`` (a stretch inside a block) is given: a regular expression.
    """

    line: str | None = None
    head: str | None = None
    tail: str | None = None
    inline: str | None = None
    within: int = 12
    """How many blocks from the start (``head``) or the end (``tail``) are looked at."""
    field: Literal["", "rights", "via", "excerpt", "original", "bio"] = ""
    """What the words are, when they are worth keeping as metadata."""

    @property
    def kind(self) -> str:
        """Which of the four it is."""
        return next(kind for kind in ("line", "head", "tail", "inline") if getattr(self, kind) is not None)

    @property
    def pattern(self) -> re.Pattern[str]:
        """The regular expression, compiled once."""
        return _compiled(str(getattr(self, self.kind)))


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of one publisher or platform."""

    name: str
    """The stem of the file."""
    extends: bool = False
    publisher: str | None = None
    """The name the record carries; a platform such as WeChat has none."""
    names: tuple[str, ...] = ()
    """Other spellings, as feeds and front matter have them."""
    hosts: tuple[str, ...] = ()
    """Host names; a subdomain matches too. ``host/path`` matches a part of a site."""
    signs: tuple[str, ...] = ()
    """Strings that give it away in the text of an article that has no address."""
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
    decoration: tuple[str, ...] = ()
    """Regular expressions for addresses of images that are no content."""
    boilerplate: tuple[Boilerplate, ...] = ()
    related: Literal["", "lists"] = ""
    """``lists``: a list made of nothing but links is a list of related articles."""
    proxies: Mapping[str, str] = {}
    """Image proxies and redirectors: a pattern with a group ``url`` → how to read the group (``url``, ``host``, ``quoted``)."""
    tracking: tuple[str, ...] = ()
    """Query parameters that only count visitors."""


def fold(name: str) -> str:
    """A name without what spellings of it differ in: case and white space."""
    return re.sub(r"\s+", "", name).casefold()


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def compiled(pattern: str) -> re.Pattern[str]:
    """A regular expression of a profile, compiled once."""
    return _compiled(pattern)
