"""Front matter: finds the block of metadata at the head of a text and reads it as its author meant it.

Every scalar is text: ``no``, ``0123`` and ``20:14:09`` stay what they look like, a bracket that does not span its
value is no list, a number sign in a title is no comment. What the format's own parser refuses is read line by line,
with a notice. Takes any text and expands nothing.
"""

from __future__ import annotations

import re

from ...errors import FrontMatterLimitError
from ...limits import DEFAULT, Limits, over
from . import json_block, lines, toml_block, yaml_block
from .fields import MAX_BLOCK, Entry, Fields, FrontMatter, Refused, Remark, Value

__all__ = ["Entry", "FrontMatter", "Remark", "Value", "is_bare", "split"]

_BLANK = "\ufeff\u200b \t\r\n\f\v\u00a0\u3000"
_OPEN = re.compile(r"(-{3,}|\+{3}|\{)[ \t]*\r?(?:\n|$)")
_SEMICOLONS = re.compile(r";{3,}[ \t]*+\r?(?:\n|\Z)")
_BARE_JSON = re.compile(r"(?:;{3,}[ \t]*+\r?\n\s*+)?(?=\"[^\"\n]+\"[ \t]*+:)")
_BARE_YAML = re.compile(
    r"(?:[A-Za-z_][\w-]*+:(?:[ \t][^\r\n]*+)?\r?\n(?:(?:[ \t]++\S|-[ \t]|#)[^\r\n]*+\r?\n)*+)++"
    r"(?P<fence>-{3,})[ \t]*+\r?(?:\n|\Z)",
    re.ASCII,
)
_TITLE = re.compile(r"^title:", re.MULTILINE)


def is_bare(text: str) -> bool:
    """Whether a text begins with front matter as Hexo has it without an opening fence: keys, of which one is the title, down
    to a line of dashes, or the inside of a JSON object down to a line of semicolons."""
    start = len(text) - len(text.lstrip(_BLANK))
    return _bare_yaml(text, start) is not None or _bare_json(text, start, DEFAULT.front_matter_characters) is not None


def split(text: str, limits: Limits = DEFAULT) -> FrontMatter | None:
    """The front matter of a text; None when it has none.

    White space and byte order marks may stand before it. Fences are ``---`` … ``---`` or ``...`` for YAML,
    ``+++`` … ``+++`` for TOML and lines with nothing but a brace for JSON; Hexo's have no opening fence where the first line
    is a key, and JSON without braces ends with ``;;;``. A block between ``---`` of which the
    first line, and half of the rest, do not begin with a key is ordinary text between thematic breaks. Raises
    FrontMatterLimitError for a block longer than the limit, and nothing else.
    """
    start = len(text) - len(text.lstrip(_BLANK))
    opening = _OPEN.match(text, start)
    if opening is None:
        return _bare(text, start, limits.front_matter_characters)
    if opening[1] == "{":
        return _json(text, start, limits.front_matter_characters)
    fence = re.escape(opening[1])
    closers = rf"(?:{fence}|\.\.\.)" if opening[1][0] == "-" else fence
    closing = re.compile(rf"^{closers}[ \t]*\r?(?:\n|\Z)", re.MULTILINE).search(text, opening.end())
    if closing is None:
        return None
    inside = opening.end(), closing.start()
    end = closing.start() + len(closing[0].rstrip())
    if opening[1][0] == "-" and not _has_keys(text, *inside):
        return None
    most = limits.front_matter_characters
    if inside[1] - inside[0] > most:
        raise FrontMatterLimitError(
            f"front matter of {inside[1] - inside[0]} characters, {over('front_matter_characters', most)}"
        )
    if opening[1][0] == "+":
        found = toml_block.read(text, *inside)
        return _assemble("toml", found, start, end, closing.end()) if found.entries else None
    return _assemble("yaml", _yaml(text, *inside), start, end, closing.end())


def _bare(text: str, start: int, most: int) -> FrontMatter | None:
    """Front matter without an opening fence."""
    if closing := _bare_yaml(text, start):
        if closing.start("fence") - start > most:
            said = over("front_matter_characters", most)
            raise FrontMatterLimitError(f"front matter of {closing.start('fence') - start} characters, {said}")
        found = _yaml(text, start, closing.start("fence"))
        return _assemble("yaml", found, start, closing.end("fence"), closing.end())
    return _bare_json(text, start, most)


def _bare_yaml(text: str, start: int) -> re.Match[str] | None:
    found = _BARE_YAML.match(text, start)
    return found if found is not None and _TITLE.search(text, start, found.start("fence")) else None


def _bare_json(text: str, start: int, most: int) -> FrontMatter | None:
    opening = _BARE_JSON.match(text, start)
    if opening is None:
        return None
    try:
        found, end = json_block.read_bare(text, opening.end(), start + most)
    except Refused:
        return None
    closing = _SEMICOLONS.match(text, end)
    if closing is None or not found.entries or text[end - 1] not in "\n\r" or end - start > most:
        return None
    return _assemble("json", found, start, end + len(closing[0].rstrip()), closing.end())


def _has_keys(text: str, start: int, end: int) -> bool:
    """Whether lines of keys, not of prose, stand between two fences."""
    keys = others = 0
    margin: int | None = None
    for line in text[start:end].split("\n"):
        words = line.lstrip()
        if not words or words[0] in "#-]}":
            continue
        margin = len(line) - len(words) if margin is None else margin
        if len(line) - len(words) > margin:
            continue
        if lines.is_key_line(words):
            keys += 1
        elif keys == 0:
            return False
        else:
            others += 1
    return keys > 0 and keys >= others


def _yaml(text: str, start: int, end: int) -> Fields:
    if end - start > MAX_BLOCK:
        found = lines.read(text, start, end)
        found.remarks.append(Remark("front-matter.too-large", f"more than {MAX_BLOCK} characters", start, start))
        return found
    try:
        return yaml_block.read(text, start, end)
    except Refused as refused:
        found = lines.read(text, start, end)
        found.remarks.append(Remark("front-matter.not-yaml", refused.message, refused.at, refused.at))
        return found


def _json(text: str, start: int, most: int) -> FrontMatter | None:
    try:
        found, end = json_block.read(text, start, start + most)
    except Refused:
        return None
    after = re.compile(r"[ \t]*\r?(?:\n|\Z)").match(text, end)
    if after is None or not found.entries or text[end - 2] not in "\n\r" or end - start > most:
        return None
    return _assemble("json", found, start, end, after.end())


def _assemble(kind: str, found: Fields, start: int, end: int, body_start: int) -> FrontMatter:
    first: dict[str, Entry] = {}
    duplicates: list[Entry] = []
    for entry in sorted(found.entries, key=lambda entry: entry.key_start):
        if first.setdefault(entry.key, entry) is not entry:
            duplicates.append(entry)
            message = f"the key {entry.key!r} is there again; the first one counts"
            found.remarks.append(Remark("front-matter.duplicate-key", message, entry.key_start, entry.end))
    return FrontMatter(
        kind="toml" if kind == "toml" else "json" if kind == "json" else "yaml",
        start=start,
        end=end,
        body_start=body_start,
        entries=tuple(first.values()),
        duplicates=tuple(duplicates),
        comments=tuple(sorted(found.comments, key=lambda value: value.start)),
        notices=tuple(found.remarks),
    )
