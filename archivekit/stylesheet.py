"""CSS that fetches nothing: a person's style sheet for a book is taken as it is, or refused with the line that says why.

A book needs nothing from outside, so nothing in a style sheet may fetch; and EPUB 3.3 forbids ``direction`` and
``unicode-bidi``. It is read as CSS Syntax Level 3 says, escapes undone, so that no spelling gets past the check.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import tinycss2  # type: ignore[import-untyped]

from .errors import ConfigError

MAX_BYTES: Final = 1_000_000
"""A style sheet with more bytes is refused."""

_FETCHING: Final = frozenset(
    {"url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "-webkit-cross-fade", "element"}
)
_MAX_DEPTH: Final = 100
"""Brackets in brackets."""
_PROBE: Final = "\n@end;"
"""What is read as a rule of its own unless the text before it leaves something open."""
_FORBIDDEN: Final = frozenset({"direction", "unicode-bidi"})


def checked(data: bytes, name: str) -> str:
    """The style sheet as text; raises ConfigError, with ``name`` as its path, when it cannot be in a book."""
    if len(data) > MAX_BYTES:
        raise ConfigError(f"a style sheet of more than {MAX_BYTES} bytes", path=name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not UTF-8: {error.reason}", path=name, offset=error.start) from None
    if "\0" in text:
        raise ConfigError("holds a NUL", path=name, offset=text.index("\0"))
    try:
        *rules, last = tinycss2.parse_stylesheet(text + _PROBE)
        for rule in rules:
            _check_rule(rule, name)
    except RecursionError:
        raise ConfigError("is nested too deeply", path=name) from None
    if last.type != "at-rule" or last.lower_at_keyword != "end":
        raise ConfigError("ends inside a rule, a text or a comment", path=name)
    return text.replace("\r\n", "\n")


def reaches_outside(css: str) -> bool:
    """Whether CSS of a drawing, a style sheet or a value, may fetch anything but a part of the drawing (``url(#name)``), or
    cannot be read."""
    try:
        return any(
            token.type == "error"
            or (token.type == "at-keyword" and token.lower_value == "import")
            or (_fetches(token) and not _is_part(token))
            for token in _every(tinycss2.parse_component_value_list(css))
        )
    except RecursionError:
        return True


def _check_rule(rule: Any, name: str) -> None:
    if rule.type == "error":
        raise _refused(rule, f"cannot be read ({rule.message})", name)
    if rule.type == "at-rule" and rule.lower_at_keyword in ("import", "charset", "namespace"):
        raise _refused(rule, f"@{rule.lower_at_keyword} may not be in it", name)
    if rule.type in ("at-rule", "qualified-rule"):
        _check_values(rule.prelude, name)
        _check_contents(rule, name)


def _check_contents(rule: Any, name: str) -> None:
    """What is between the braces of a rule: declarations and, in an at-rule, rules."""
    tokens = rule.content or []
    _check_values(tokens, name)
    for inner in tinycss2.parse_blocks_contents(tokens, skip_comments=True, skip_whitespace=True):
        if inner.type == "declaration" and inner.lower_name in _FORBIDDEN:
            raise _refused(inner, f"{inner.lower_name} may not be in the style sheet of an EPUB", name)
        if inner.type in ("at-rule", "qualified-rule"):
            if rule.type == "qualified-rule":
                raise _refused(inner, "a rule inside a rule is not CSS that e-book readers know", name)
            _check_rule(inner, name)
        if inner.type == "error":
            raise _refused(inner, f"cannot be read ({inner.message})", name)


def _check_values(tokens: Iterable[Any], name: str) -> None:
    """Refuse what fetches, wherever it stands."""
    for token in _every(tokens):
        if _fetches(token):
            raise _refused(token, "nothing in it may fetch: no url() and no image functions", name)
        if token.type == "error":
            raise _refused(token, f"cannot be read ({token.message})", name)


def _every(tokens: Iterable[Any]) -> Iterator[Any]:
    """Tokens with all that is in their brackets, in the order of the text; raises RecursionError for what is too deep."""
    pending = [iter(tokens)]
    while pending:
        token = next(pending[-1], None)
        if token is None:
            pending.pop()
            continue
        yield token
        for inner in ("arguments", "content"):
            if isinstance(below := getattr(token, inner, None), list):
                pending.append(iter(below))
        if len(pending) > _MAX_DEPTH:
            raise RecursionError


def _fetches(token: Any) -> bool:
    return token.type == "url" or (token.type == "function" and token.lower_name in _FETCHING)


def _is_part(token: Any) -> bool:
    """Whether what a token fetches is in the document itself: ``url(#name)`` or ``url("#name")`` and nothing more."""
    if token.type == "url":
        return str(token.value).startswith("#")
    said = [inner for inner in token.arguments if inner.type != "whitespace"]
    alone = token.lower_name == "url" and [inner.type for inner in said] == ["string"]
    return alone and str(said[0].value).startswith("#")


def _refused(node: Any, why: str, name: str) -> ConfigError:
    return ConfigError(f"line {node.source_line}: {why}", path=name)
