"""Schemes: addresses that run something instead of leading somewhere."""

from __future__ import annotations

import re

_SPACE = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\ufeff]+")
_RUNNING = re.compile(r"(?:javascript|vbscript|livescript|mocha|data:text|data:application|about|blob|filesystem):?", re.I)


def runs(url: str) -> bool:
    """Whether an address is code: browsers drop white space and controls before they look at the scheme (WHATWG URL)."""
    return bool(_RUNNING.match(_SPACE.sub("", url))) and ":" in url
