"""The canonical article record: plain frozen structs, from which JSON, strict decoding and the JSON Schema all come.

In JSON a body node is an object with a ``type``. **No node of the body holds a number, a true or a null**: as in
HTML, attribute values are strings and an absent one is left out, so whoever walks a body meets strings, arrays and
objects only. Everything outside the body uses the natural JSON types.

Spans are half-open byte offsets into the source file. In the provenance a span is ``[start, end]``; on a leaf of
the body it is the string ``"start:end"`` under ``at``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Annotated, Any, Final, Literal, NamedTuple, Union

import msgspec

from .errors import RecordError

SCHEMA: Final = "archivekit/article/1"
At = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{1,15}:[0-9]{1,15})?$")]
"""A span as a leaf of the body carries it, or nothing."""


class Span(NamedTuple):
    """Half-open byte offsets into the source file."""

    start: int
    end: int

    @classmethod
    def parse(cls, at: str) -> Span:
        """Read the form a body leaf carries, ``"start:end"``."""
        start, _, end = at.partition(":")
        return cls(int(start), int(end))

    def __str__(self) -> str:
        return f"{self.start}:{self.end}"


# A record cannot hold itself: nothing in it changes after it is made, so the garbage collector need not follow it.
class _Struct(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """What every part of the record has in common."""


class _Node(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False, tag_field="type"):
    """What every node of the body has in common."""


# --- inline nodes -----------------------------------------------------------------------------------------------


class Text(_Node, frozen=True, tag="text"):
    """A run of words. White space inside is already folded as the markup demands."""

    text: str
    at: At = ""
    """Where in the source the run stands, ``"start:end"`` in bytes; ``""`` when it was not read from a source."""


class Emphasis(_Node, frozen=True, tag="emphasis"):
    """Stress emphasis (HTML ``em``, ``i``)."""

    children: tuple[Inline, ...]


class Strong(_Node, frozen=True, tag="strong"):
    """Strong importance (HTML ``strong``, ``b``)."""

    children: tuple[Inline, ...]


class Link(_Node, frozen=True, tag="link"):
    """A hyperlink. ``url`` is absolute with an allowed scheme, or a path or fragment as the source has it."""

    url: str
    children: tuple[Inline, ...]
    title: str = ""


class Image(_Node, frozen=True, tag="image"):
    """An image. ``src`` is the original address, proxies undone; ``asset`` is the sha256 of the bytes that stand for it."""

    src: str
    alt: str = ""
    title: str = ""
    asset: str = ""
    width: str = ""
    height: str = ""
    at: At = ""
    fallbacks: tuple[str, ...] = ()
    """Other known addresses of the same image: the proxy it came through, ``srcset`` alternatives."""


class LineBreak(_Node, frozen=True, tag="line_break"):
    """A line break that is part of the text (HTML ``br``)."""


class Code(_Node, frozen=True, tag="code"):
    """Inline code; white space is kept."""

    text: str
    at: At = ""


class Ruby(_Node, frozen=True, tag="ruby"):
    """A base text with its reading above it (HTML ``ruby``)."""

    children: tuple[Inline, ...]
    annotation: tuple[Inline, ...]


class Superscript(_Node, frozen=True, tag="superscript"):
    """Raised text."""

    children: tuple[Inline, ...]


class Subscript(_Node, frozen=True, tag="subscript"):
    """Lowered text."""

    children: tuple[Inline, ...]


class Strike(_Node, frozen=True, tag="strike"):
    """Text marked as deleted or no longer right (HTML ``s``, ``del``)."""

    children: tuple[Inline, ...]


Inline = Union[Text, Emphasis, Strong, Link, Image, LineBreak, Code, Ruby, Superscript, Subscript, Strike]


# --- block nodes ------------------------------------------------------------------------------------------------


class Paragraph(_Node, frozen=True, tag="paragraph"):
    """A paragraph of running text."""

    children: tuple[Inline, ...]


class Heading(_Node, frozen=True, tag="heading"):
    """A heading inside the article. ``level`` is ``"2"`` to ``"6"``: the article's title is the only level 1."""

    level: Literal["2", "3", "4", "5", "6"]
    children: tuple[Inline, ...]


class Quote(_Node, frozen=True, tag="quote"):
    """A block quotation."""

    children: tuple[Block, ...]


class ListItem(_Node, frozen=True, tag="item"):
    """One item of a list."""

    children: tuple[Block, ...]


class List(_Node, frozen=True, tag="list"):
    """A list. ``start`` is the first number of an ordered list when it is not 1."""

    style: Literal["bullet", "ordered"]
    items: tuple[ListItem, ...]
    start: str = ""


class Cell(_Node, frozen=True, tag="cell"):
    """A table cell. ``colspan`` and ``rowspan`` are decimal strings, left out when 1."""

    children: tuple[Block, ...]
    scope: Literal["", "col", "row"] = ""
    """Not empty for a header cell: what it heads."""
    colspan: str = ""
    rowspan: str = ""


class Row(_Node, frozen=True, tag="row"):
    """A table row."""

    cells: tuple[Cell, ...]


class Table(_Node, frozen=True, tag="table"):
    """A table. ``head`` holds the header rows, ``rows`` the rest."""

    rows: tuple[Row, ...]
    head: tuple[Row, ...] = ()
    caption: tuple[Inline, ...] = ()


class Figure(_Node, frozen=True, tag="figure", omit_defaults=False):
    """Images that stand on their own, with their caption and credit, which are always there, if only empty. Without images
    it is the caption of an image that the source lost."""

    images: tuple[Image, ...]
    caption: tuple[Inline, ...] = ()
    credit: tuple[Inline, ...] = ()


class CodeBlock(_Node, frozen=True, tag="code_block"):
    """Preformatted text; white space is kept."""

    text: str
    language: str = ""
    at: At = ""


class Rule(_Node, frozen=True, tag="rule"):
    """A thematic break."""


class Embed(_Node, frozen=True, tag="embed"):
    """Something that cannot be printed, such as a video or a framed page: its address and what it is called."""

    url: str
    title: str = ""
    at: At = ""


Block = Union[Paragraph, Heading, Quote, List, Table, Figure, CodeBlock, Rule, Embed]
Node = Union[Inline, Block, ListItem, Row, Cell]


# --- metadata ---------------------------------------------------------------------------------------------------

Role = Literal["aut", "rpt", "edt", "trl", "pht", "ill", "cmt", "pfr", "pro", "ctb"]
"""MARC relator codes: author, reporter, editor, translator, photographer, illustrator, compositor, proofreader,
producer, contributor. Whoever checks a translation (审校) edits it; MARC's reviewer writes reviews."""

Precision = Literal["year", "month", "day", "minute", "second"]
ZoneBasis = Literal["stated", "site", "epoch", "none"]


class Contributor(_Struct, frozen=True, kw_only=True):
    """A person or body that had a part in the text."""

    name: str
    role: Role


class Moment(_Struct, frozen=True, kw_only=True):
    """An instant or a local date. ``value`` is ISO 8601, only as long as ``precision`` allows."""

    value: str
    """``2024-04-18T09:28:26+08:00``; without a zone only when ``zone_basis`` is ``none``; ``2024-04-18`` for a day."""
    precision: Precision
    zone_basis: ZoneBasis = "none"
    """Why the zone is what it is: stated in the source, known of the site, or an epoch count (UTC by definition)."""


class RelatedLink(_Struct, frozen=True, kw_only=True):
    """A link from the article to something it stands in a named relation to."""

    rel: str
    """An IANA link relation or one of ``original`` (the text this is a translation of), ``cite``, ``related``."""
    url: str
    language: str | None = None
    title: str | None = None


class Evidence(_Struct, frozen=True, kw_only=True):
    """Where a field's value came from."""

    span: Span | None
    """The bytes that hold it; None when it was inferred from the whole text or from the file's path."""
    raw: str
    """The decoded text at the span, exactly."""
    rule: str
    """The rule that read it, ``module.rule-name``."""
    detail: str | None = None
    """What else a person should know, such as the counts a language was decided by."""


class Removal(_Struct, frozen=True, kw_only=True):
    """Text taken out of the body, or never put into it."""

    text: str
    """The visible text of the span."""
    span: Span
    rule: str


class Notice(_Struct, frozen=True, kw_only=True):
    """A problem that was survived. ``id`` is stable and listed in ``docs/notices.md``."""

    id: str
    message: str
    span: Span | None = None


class SourceInfo(_Struct, frozen=True, kw_only=True):
    """The file a record was read from."""

    path: str
    """As it was given, relative to the folder that was read, with forward slashes."""
    sha256: str
    size: int
    """In bytes."""
    encoding: str
    """The Python codec name the text was decoded with."""
    encoding_basis: str
    """``bom``, ``declared``, ``strict-utf-8`` or ``detected``."""


class Provenance(_Struct, frozen=True, kw_only=True):
    """How the record came to be."""

    source: SourceInfo
    reader: str
    version: str
    """Of archivekit."""
    profile: str | None = None
    """The site profile that was applied."""
    place: int = 0
    """Which article of the source this is, from 0."""
    evidence: dict[str, Evidence] = {}
    """By dotted path: ``title``, ``contributors.0``, ``tags.2``, ``extra.headimg``."""
    removals: tuple[Removal, ...] = ()
    notices: tuple[Notice, ...] = ()


class Article(_Struct, frozen=True, kw_only=True, omit_defaults=False):
    """One article: metadata, body, provenance. Absent is None, never an empty string and never a guess."""

    schema: Literal["archivekit/article/1"] = SCHEMA
    id: str
    """``sha256(source bytes)[:24]`` and the article's place in the source: same bytes, same id, everywhere."""
    title: str | None
    subtitle: str | None = None
    contributors: tuple[Contributor, ...] = ()
    publisher: str | None = None
    via: str | None = None
    published: Moment | None = None
    modified: Moment | None = None
    url: str | None = None
    links: tuple[RelatedLink, ...] = ()
    language: str = "und"
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    rights: str | None = None
    body: tuple[Block, ...] = ()
    text: str = ""
    """The body as plain text without captions, a block a line, derived by :func:`plain_text`."""
    extra: dict[str, str | tuple[str, ...]] = {}
    """Every other key of the source, as it was."""
    provenance: Provenance

    def __reduce__(self) -> tuple[object, ...]:
        return decode, (encode(self),)  # which defaults JSON leaves out is told by identity, and pickle's own way loses that


# --- walking ----------------------------------------------------------------------------------------------------

_WRAPPERS: Final = (Emphasis, Strong, Link, Superscript, Subscript, Strike, Paragraph, Heading, Quote, ListItem, Cell)
_PARTS: Final[Mapping[type, Callable[[Any], tuple[Node, ...]]]] = {
    **dict.fromkeys(_WRAPPERS, attrgetter("children")),
    Ruby: lambda node: (*node.children, *node.annotation),
    List: attrgetter("items"),
    Row: attrgetter("cells"),
    Table: lambda node: (*node.caption, *node.head, *node.rows),
    Figure: lambda node: (*node.images, *node.caption, *node.credit),
}
"""How to get at what is directly below a node, by its type; a leaf has no entry."""


def children_of(node: Node) -> tuple[Node, ...]:
    """The nodes directly below a node, in reading order (a figure's images, then caption, then credit)."""
    parts = _PARTS.get(type(node))
    return parts(node) if parts is not None else ()


def walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Every node below and including ``nodes``, in reading order."""
    stack = list(reversed(nodes))
    while stack:
        node = stack.pop()
        yield node
        if (parts := _PARTS.get(type(node))) is not None:
            stack.extend(reversed(parts(node)))


def inline_text(nodes: tuple[Node, ...]) -> str:
    """The words of inline nodes; a line break is ``\n``, an image nothing."""
    if len(nodes) == 1 and type(nodes[0]) is Text:
        return nodes[0].text
    said: list[str] = []
    stack = list(reversed(nodes))
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is Text or kind is Code or kind is CodeBlock:
            said.append(node.text)  # type: ignore[union-attr]
        elif kind is LineBreak:
            said.append("\n")
        elif (parts := _PARTS.get(kind)) is not None:
            stack.extend(reversed(parts(node)))
    return "".join(said)


def plain_text(body: tuple[Block, ...]) -> str:
    """The body as plain text, a block a line, captions and credits left out."""
    return "\n".join(line for line in _lines(body) if line)


def _lines(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, (Paragraph, Heading)):
            yield inline_text(block.children)
        elif isinstance(block, CodeBlock):
            yield block.text
        elif isinstance(block, Quote):
            yield from _lines(block.children)
        elif isinstance(block, List):
            for item in block.items:
                yield from _lines(item.children)
        elif isinstance(block, Table):
            for row in block.head + block.rows:
                yield "\t".join(" ".join(_lines(cell.children)) for cell in row.cells)


# --- JSON -------------------------------------------------------------------------------------------------------

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Article)


def encode(article: Article) -> bytes:
    """One canonical JSON line, without the newline: UTF-8, fields in the struct's order, mapping keys sorted."""
    return _encoder.encode(article)


def decode(line: bytes | str) -> Article:
    """Read one JSON record of this schema strictly; raises RecordError. ``read_bytes`` reads those of older schemas, too."""
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RecordError(f"is not a record: {error}") from None


def json_schema() -> dict[str, object]:
    """The JSON Schema (2020-12) every record validates against."""
    schema = msgspec.json.schema(Article)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:{SCHEMA.replace('/', ':')}", **schema}
