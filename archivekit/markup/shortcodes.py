"""Shortcodes: Liquid and Nunjucks tags (Jekyll, Hexo) and Hugo's shortcodes, taken apart into a name and its arguments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

TAG: Final = re.compile(r"\{\{[<%][^{}]*[>%]\}\}|\{%[^{}]*%\}|\{\{[^{}\n]*\}\}")
"""A shortcode, a tag or a value that a template puts in."""
_HEAD: Final = re.compile(r"(?P<sign>\{\{[<%]|\{%)-?\s*+(?P<closing>/?)\s*+(?P<name>[^\s\"'`=<>%{}/][^\s\"'`=<>%{}]*+)")
_ARGUMENT: Final = re.compile(r"(?:(?P<key>[A-Za-z_][\w-]*+)\s*+=\s*+(?=\S))?+(?:\"([^\"]*+)\"|'([^']*+)'|`([^`]*+)`|(\S++))")


class Word(NamedTuple):
    """An argument: its words without quotes, and where in the tag they stand."""

    text: str
    start: int
    end: int


class Tag(NamedTuple):
    """A tag: ``{% name word key="word" %}``, ``{{< name … >}}``; ``{% endname %}`` and ``{{< /name >}}`` are closing."""

    name: str
    closing: bool
    hugo: bool
    words: tuple[Word, ...]
    named: Mapping[str, Word]
    arguments: Word
    """All that stands after the name."""

    def get(self, *keys: str) -> Word | None:
        """The first of these arguments that is there and says something."""
        return next((self.named[key] for key in keys if key in self.named and self.named[key].text.strip()), None)


def tag(code: str) -> Tag | None:
    """A tag taken apart; None when it has no name, such as the value ``{{ page.title }}``."""
    head = _HEAD.match(code)
    if head is None:
        return None
    hugo = head["sign"] != "{%"
    end = len(code.rstrip("}>%").rstrip().removesuffix("-").removesuffix("/" if hugo else ""))
    name, closing = head["name"].lower(), bool(head["closing"])
    if not hugo and name.startswith("end") and len(name) > 3:
        name, closing = name[3:], True
    named: dict[str, Word] = {}
    words: list[Word] = []
    for found in _ARGUMENT.finditer(code, head.end(), max(head.end(), end)):
        group = next(number for number in (2, 3, 4, 5) if found[number] is not None)
        word = Word(found[group], *found.span(group))
        if found["key"]:
            named.setdefault(found["key"].lower(), word)
        else:
            words.append(word)
    rest = code[head.end() : max(head.end(), end)]
    lead = len(rest) - len(rest.lstrip())
    arguments = Word(rest.strip(), head.end() + lead, head.end() + lead + len(rest.strip()))
    return Tag(name, closing, hugo, tuple(words), named, arguments)
