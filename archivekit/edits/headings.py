"""Headings: bold-only lines become headings; levels are renumbered so that none is skipped."""

from __future__ import annotations

import re

import msgspec

from ..leaves import words
from ..model import (
    Article,
    Block,
    Emphasis,
    Figure,
    Heading,
    Inline,
    LineBreak,
    Link,
    Paragraph,
    Quote,
    Strong,
    Text,
)
from .change import amend

PARAGRAPH = 90
"""A heading of more characters than this is a paragraph that an export set as a heading."""
LONGEST = 40
"""A bold line of more characters than this is a stressed sentence, not a heading."""
_NUMBER = re.compile(
    r"(?:PART|Part|CHAPTER|Chapter|第)?[\s.]*(?:\d{1,2}|[一二三四五六七八九十]{1,3}|[IVX]{1,5})[章节節部分]?[\s.、．:：]*"
)
_SENTENCE = re.compile(r"[。！？!?；;…：:，,、]\s*$|[。！？]\S")


def apply(article: Article) -> Article:
    """Make headings of lines that are nothing but bold, and number the levels from 2 on without gaps."""
    demoted = tuple(_demoted(block) for block in article.body)
    body = _numbered([_promoted(block, index, demoted) for index, block in enumerate(demoted)])
    used = sorted({block.level for block in body if isinstance(block, Heading)})
    levels = {level: str(min(6, number + 2)) for number, level in enumerate(used)}
    out: list[Block] = []
    for block in body:
        if isinstance(block, Heading) and levels[block.level] != block.level:
            block = msgspec.structs.replace(block, level=levels[block.level])
        out.append(block)
    return amend(article, fields={"body": tuple(out)}) if tuple(out) != article.body else article


def _demoted(block: Block) -> Block:
    """A heading that is a paragraph: too long for a heading, or several sentences."""
    if not isinstance(block, Heading):
        return block
    text = words(block).strip()
    prose = len(text) > PARAGRAPH or (len(text) > LONGEST and re.search(r"[。！？]\s*[”」』]?$|[。！？]\S", text))
    return Paragraph(block.children) if prose else block


def _numbered(body: list[Block]) -> list[Block]:
    """A number on a line of its own goes with the heading below it."""
    out: list[Block] = []
    for block in body:
        last = out[-1] if out else None
        if isinstance(block, Heading) and isinstance(last, Paragraph) and _NUMBER.fullmatch(words(last).strip()):
            out[-1] = Heading(block.level, (*plain(last.children), Text(" "), *block.children))
        else:
            out.append(block)
    return out


def plain(children: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """Inline nodes with bold around them undone, for a heading is bold by itself."""
    inner: list[Inline] = []
    for child in children:
        inner.extend(child.children if isinstance(child, Strong) else (child,))
    return tuple(child for child in inner if not isinstance(child, LineBreak))


def _promoted(block: Block, index: int, body: tuple[Block, ...]) -> Block:
    if not isinstance(block, Paragraph) or not is_bold(block):
        return block
    text = words(block).strip()
    if not 0 < len(text) <= LONGEST or _SENTENCE.search(text) or text.startswith(("（", "(", "【", "图", "圖", "▲", "△")):
        return block
    following = body[index + 1] if index + 1 < len(body) else None
    if following is None or (isinstance(following, Figure) and index + 2 >= len(body)):
        return block
    previous = body[index - 1] if index else None
    if isinstance(previous, Paragraph) and is_bold(previous) and _is_prose(previous) and isinstance(following, Quote):
        return block
    return Heading("3" if any(isinstance(other, Heading) for other in body) else "2", plain(block.children))


def is_bold(block: Paragraph) -> bool:
    """Whether every word of a paragraph is bold."""
    if len(block.children) == 1 and isinstance(block.children[0], Text):
        return False
    plain = [child for child in block.children if not _bold(child)]
    blank = all(isinstance(child, LineBreak) or (isinstance(child, Text) and not child.text.strip()) for child in plain)
    return blank and len(plain) < len(block.children)


def _bold(node: Inline) -> bool:
    """Whether a node is bold, or wraps (as a link or stress) nothing but bold."""
    if isinstance(node, Strong):
        return True
    return isinstance(node, (Link, Emphasis)) and len(node.children) == 1 and isinstance(node.children[0], Strong)


def _is_prose(block: Paragraph) -> bool:
    return bool(_SENTENCE.search(words(block)))
