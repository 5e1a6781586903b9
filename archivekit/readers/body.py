"""The body of an article inside an envelope: which markup it is, and what its elements say about the article."""

from __future__ import annotations

import re

from ..dates import parse_moment
from ..leaves import hull, spans, words
from ..markup import html, markdown
from ..markup.content import article_root, is_page
from ..markup.parsed import Mark, Parsed
from ..model import Block, Figure, Heading, Link, List, RelatedLink, Span, walk
from ..source import Source
from .draft import Draft

_TAG_FIRST = re.compile(
    r"\s*<(?:!doctype|html|body|div|section|article|main|p|figure|table|header|center|span|img|ul|h[1-6]|address)\b",
    re.I,
)
_MARKDOWN_LINE = re.compile(r"^ {0,3}(?:!\[[^\]\n]*\]\(|#{1,6} |\[[^\]\n]+\]\([^)\n]+\)|\*\*\S|[-*] \S|> \S)", re.M)


def is_html(text: str) -> bool:
    """Whether a body is HTML throughout, not Markdown with HTML in it."""
    return bool(_TAG_FIRST.match(text)) and not _MARKDOWN_LINE.search(text)


def parse_body(source: Source, start: int, end: int) -> Parsed:
    """Parse ``source.text[start:end]`` as HTML or Markdown, whichever it is."""
    if not is_html(source.text[start:end]):
        return markdown.parse(source, start, end)
    return parse_page(source, start, end)


def parse_page(source: Source, start: int, end: int) -> Parsed:
    """Parse HTML; when it is a whole page, only the article in it is the body and the rest is Removals."""
    tree = html.tree(source, start, end)
    root = article_root(tree) if is_page(tree) else None
    if root is None:
        return html.convert(tree, source, start)
    return html.convert(root, source, start, outside=tree)


def fill(draft: Draft, parsed: Parsed) -> None:
    """Put a parsed body into a draft; what ``time``, ``address`` and ``footer`` say goes where it belongs."""
    draft.removals.extend(parsed.removals)
    draft.notices.extend(parsed.notices)
    blocks = list(parsed.blocks)
    for mark in parsed.marks:
        if mark.name == "time":
            blocks = _take_time(draft, mark, blocks)
        elif mark.name == "address":
            blocks = _take_address(draft, mark, blocks)
        elif mark.name == "footer":
            blocks = _take_footer(draft, mark, blocks)
        elif mark.name == "header":
            blocks = _take_header(draft, mark, blocks)
    draft.body = tuple(blocks)


def _inside(block: Block, span: Span) -> bool:
    place = hull((block,))
    return place is not None and span.start <= place.start and place.end <= span.end


def _reaches_into(block: Block, span: Span) -> bool:
    return any(place.start < span.end and span.start < place.end for place in spans((block,)))


def _decode(draft: Draft, span: Span) -> str:
    return draft.source.data[span.start : span.end].decode(draft.source.encoding, "replace")


def _take_time(draft: Draft, mark: Mark, blocks: list[Block]) -> list[Block]:
    """A ``time`` that is a line of its own is the page's publication time; its attributes say it to the second."""
    own = [block for block in blocks if _inside(block, mark.span)]
    if not own or "published" in draft.fields or any(_reaches_into(block, mark.span) for block in blocks if block not in own):
        return blocks
    start = draft.source.char(mark.span.start)
    for key in ("pudate", "datetime", "title"):
        value = mark.attrs.get(key, "").strip()
        moment = parse_moment(value) if value else None
        at = draft.source.text.rfind(value, 0, start) if moment else -1
        if moment and at >= 0:
            draft.set("published", moment, at, at + len(value), f"html.time-{key}")
            break
    else:
        moment = parse_moment(_decode(draft, mark.span))
        if moment is None:
            return blocks
        draft.set("published", moment, start, draft.source.char(mark.span.end), "html.time")
        return [block for block in blocks if block not in own]
    for block in own:
        place = hull((block,))
        if place is not None:
            draft.remove(draft.source.char(place.start), draft.source.char(place.end), "html.time", words(block))
    return [block for block in blocks if block not in own]


def _take_address(draft: Draft, mark: Mark, blocks: list[Block]) -> list[Block]:
    """An ``address`` before the text is who wrote it (HTML: contact information of the article)."""
    own = [block for block in blocks if _inside(block, mark.span)]
    text = " ".join(words(block) for block in own).strip()
    if not own or not text or len(text) > 200 or "byline" in draft.extra or blocks.index(own[0]) > 2:
        return blocks
    draft.keep("byline", text, draft.source.char(mark.span.start), draft.source.char(mark.span.end), "html.address")
    return [block for block in blocks if block not in own]


def _take_header(draft: Draft, mark: Mark, blocks: list[Block]) -> list[Block]:
    """In the ``header`` of the article, a heading below the title is its subtitle."""
    own = [block for block in blocks if isinstance(block, Heading) and _inside(block, mark.span)]
    if len(own) < 2 or "subtitle" in draft.fields or _inside(blocks[-1], mark.span):
        return blocks
    block = own[1]
    place, text = hull((block,)), words(block).strip()
    if place is None or len(text) > 200 or re.search(r"[|｜]\s*\d{4}", text):
        return blocks
    draft.set("subtitle", text, draft.source.char(place.start), draft.source.char(place.end), "html.header-heading")
    return [other for other in blocks if other is not block]


def _take_footer(draft: Draft, mark: Mark, blocks: list[Block]) -> list[Block]:
    """A ``footer`` after the text: credits, a note on the author, links to other versions."""
    own = [block for block in blocks if _inside(block, mark.span)]
    known = draft.extra.get("footer", ())
    if (
        not own
        or own[-1] is not blocks[-1]
        or any(isinstance(block, (Figure, List)) for block in own)
        or isinstance(known, str)
    ):
        return blocks
    notes = list(known)
    links: list[RelatedLink] = list(draft.fields.get("links", ()))
    for block in own:
        place = hull((block,))
        if place is None:
            continue
        start, end = draft.source.char(place.start), draft.source.char(place.end)
        for node in walk((block,)):
            if isinstance(node, Link):
                draft.witness(f"links.{len(links)}", start, end, "html.footer-link")
                links.append(RelatedLink(rel="related", url=node.url, title=words(node)))
        draft.witness(f"extra.footer.{len(notes)}", start, end, "html.footer")
        notes.append(words(block))
    if notes:
        draft.extra["footer"] = tuple(notes)
    if links:
        draft.fields["links"] = tuple(links)
    return [block for block in blocks if block not in own]
