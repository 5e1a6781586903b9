"""Addresses that a template makes: ``{{ site.baseurl }}/a.png``, ``{% link a.pdf %}``, ``{{< ref "a.md" >}}``.

What an address says is read where the text alone says it: where a site lies is nothing, a path is a path. What only the
site's own settings know, such as the address of another article, is not guessed.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from .shortcodes import TAG, Tag, tag

WITH_TAGS: Final = re.compile(
    r"(?:\{\{[<%][^{}]*+\}\}(?<=[>%]\}\})|\{%[^{}]*+\}(?<=%\})|\{\{[^{}\n]*+\}\}"
    r"|[^\x00- \x7f(){}<>]|\([^\x00- \x7f(){}<>]*+\))++"
)
"""An address that may have tags in it, as it stands in a link."""
_BASE: Final = re.compile(r"\.?(?:site|config|\$)\.(?:base_?url|url|root|github\.url)|base_?url|base_?path", re.I)
"""Where the site lies."""
_LITERAL: Final = re.compile(r"\"([^\"]*)\"|'([^']*)'|`([^`]*)`")
_WHOLE: Final = frozenset({"relative_url", "absolute_url", "relurl", "absurl", "rellangurl", "abslangurl", "safeurl"})
"""Filters that put the site before a path, which says no more than the path."""
_FILE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|tiff?|pdf|mp[34]|m4a|ogg|webm|mov|zip)(?:[?#].*)?$", re.I)


class Address(NamedTuple):
    """An address without its tags, and whether that is all of it."""

    url: str
    known: bool


def resolve(raw: str) -> Address:
    """What an address says without the template that it was written for; an address without tags is itself."""
    if "{{" not in raw and "{%" not in raw:
        return Address(raw, True)
    parts: list[str] = []
    known, at = True, 0
    for found in TAG.finditer(raw):
        value = _value(found.group())
        known = known and value is not None
        parts += [raw[at : found.start()], value or ""]
        at = found.end()
    url = re.sub(r"^//+", "/", "".join([*parts, raw[at:]]).strip()) if at else raw
    return Address(url or ("/" if known else ""), known)


def link_address(raw: str) -> Address:
    """What a link leads to; nothing where a part of it is not known."""
    found = resolve(raw)
    return found if found.known else Address("", False)


def image_address(raw: str) -> Address:
    """Where an image lies: the rest of its address, too, where that still names a file."""
    found = resolve(raw)
    return found if found.known or _FILE.search(found.url) else Address("", False)


def _value(code: str) -> str | None:
    """What a tag puts into an address; None when that is not known."""
    found = tag(code)
    return _piped(code.strip("{}").strip(" -\t")) if found is None or _is_value(code) else _named(found)


def _is_value(code: str) -> bool:
    return code.startswith("{{") and code[2:3] not in "<%"


def _piped(expression: str) -> str | None:
    """``'/a.png' | relative_url``, ``site.baseurl | append: '/a.png'``."""
    head, *filters = (part.strip() for part in expression.split("|"))
    value = _operand(head)
    for name, _, argument in (filter_.partition(":") for filter_ in filters):
        other = _operand(argument.strip()) if argument.strip() else ""
        if value is None or other is None:
            return None
        if name.strip() == "prepend":
            value = other + value
        elif name.strip() == "append":
            value += other
        elif name.strip().lower() not in _WHOLE:
            return None
    return value


def _operand(words: str) -> str | None:
    """The words in quotes, nothing for where the site lies, None for what is not known."""
    literal = _LITERAL.fullmatch(words)
    if literal is not None:
        return next(group for group in literal.groups() if group is not None)
    return "" if _BASE.fullmatch(words) else None


def _named(found: Tag) -> str | None:
    """What a tag with a name says: a path of the site, a place on the page, a file."""
    if found.name in ("baseurl", "base_url", "site_url"):
        return ""
    said = found.get("src", "path", "file", "url") if not found.words else found.words[0] if len(found.words) == 1 else None
    if said is None:
        return None
    path = said.text.strip()
    if found.name in ("ref", "relref"):
        return path if path.startswith("#") else None
    if found.name == "link":
        return None if path.startswith("_") or path.endswith((".md", ".markdown")) else "/" + path.lstrip("/")
    return path if found.name == "asset_path" or _FILE.search(path) else None
