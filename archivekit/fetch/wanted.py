"""Wanted: which images articles refer to that the archive does not hold, and every known way to spell their addresses."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

import msgspec

from ..images.assets import remote_address
from ..model import Article, Image, walk
from .limits import Limits

EARLIEST = "0"
"""What a Wayback Machine takes for its first copy; asked for when the article has no date."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One image to get."""

    address: str
    """The original address; the key of its entry in the lock file."""
    spellings: tuple[str, ...]
    """All addresses to try, in this order: the original, the others the source gives (the proxy it came through, then
    ``srcset`` alternatives, largest first), a web archive's copy nearest the publication date."""


def wanted(
    articles: Iterable[Article], limits: Limits, fallback: str = "none", known: Container[str] = ()
) -> tuple[Wanted, ...]:
    """Each image once, sorted by address. Images that have no address on the web are not wanted, nor are those that have
    an asset, unless their address is among the ``known`` ones: then it is the store they have it from."""
    spellings: dict[str, dict[str, None]] = {}
    dates: dict[str, str] = {}
    for article in articles:
        stamp = _stamp(article)
        for node in walk(article.body):
            if not isinstance(node, Image):
                continue
            addresses = [at for at in map(remote_address, (node.src, *node.fallbacks)) if at]
            if addresses and (not node.asset or addresses[0] in known):
                spellings.setdefault(addresses[0], {}).update(dict.fromkeys(addresses))
                dates[addresses[0]] = min(dates.get(addresses[0], stamp), stamp)
    result: list[Wanted] = []
    for address in sorted(spellings):
        copies = [_archived(address, dates[address], limits)] if fallback == "wayback" else []
        result.append(Wanted(address=address, spellings=(*spellings[address], *copies)))
    return tuple(result)


def _stamp(article: Article) -> str:
    """The publication date as a Wayback Machine has it, ``YYYYMMDDhhmmss`` or the first digits of it; after all dates
    for an article that has none."""
    digits = re.sub(r"[^0-9]", "", article.published.value[:19]) if article.published else ""
    return digits if len(digits) >= 4 else "~"


def _archived(address: str, stamp: str, limits: Limits) -> str:
    """The address of the archived copy nearest a date, with the bytes as they were (``id_``)."""
    return f"{limits.web_archive}/web/{EARLIEST if stamp == '~' else stamp}id_/{address}"
