"""What a closed HTML container becomes: quotes, lists, tables, figures, each from the blocks inside it."""

from __future__ import annotations

from typing import Any

from ..model import (
    Block,
    Cell,
    CodeBlock,
    Embed,
    Figure,
    Heading,
    Image,
    Inline,
    LineBreak,
    List,
    ListItem,
    Paragraph,
    Quote,
    Row,
    Table,
)
from .figures import CaptionHint
from .numbers import number


class Frame:
    """An open container and the blocks it has so far, each with what it looks like."""

    __slots__ = ("blocks", "data", "kind")

    def __init__(self, kind: str, **data: Any) -> None:
        self.kind = kind
        self.data = data
        self.blocks: list[tuple[Any, CaptionHint]] = []


def join_captions(entries: list[tuple[Any, CaptionHint]]) -> tuple[Block, ...]:
    """Blocks in which a paragraph that looks like a caption is one with the image it follows."""
    out: list[tuple[Any, CaptionHint]] = []
    for block, hint in entries:
        if isinstance(block, (Row, Cell, ListItem)):
            out.extend(_loose(block))
            continue
        last = out[-1][0] if out else None
        if hint is not CaptionHint.NONE and isinstance(block, Paragraph) and isinstance(last, Figure):
            joined = _captioned(last, block, hint)
            if joined is not None:
                out[-1] = (joined, CaptionHint.NONE)
                continue
        if isinstance(block, Figure) and isinstance(last, Paragraph) and out[-1][1] is CaptionHint.STRONG and not block.caption:
            out[-1] = (Figure(block.images, last.children, block.credit), CaptionHint.NONE)
            continue
        out.append((block, hint))
    return tuple(_lone_caption(block) if hint is CaptionHint.STRONG else block for block, hint in out)


def _lone_caption(block: Block) -> Block:
    """Words the markup calls a caption, whose image stands elsewhere or is lost."""
    return Figure((), block.children) if isinstance(block, Paragraph) else block


def _captioned(figure: Figure, words: Paragraph, hint: CaptionHint) -> Figure | None:
    if hint is CaptionHint.CREDIT:
        return Figure(figure.images, figure.caption, (*figure.credit, *words.children))
    if hint is CaptionHint.WEAK and figure.caption:
        return None
    gap: tuple[Inline, ...] = (LineBreak(),) if figure.caption else ()
    return Figure(figure.images, (*figure.caption, *gap, *words.children), figure.credit)


def _loose(part: Row | Cell | ListItem) -> list[tuple[Any, CaptionHint]]:
    """The blocks of a table or list part that stands outside a table or list."""
    if isinstance(part, Row):
        return [(block, CaptionHint.NONE) for cell in part.cells for block in cell.children]
    return [(block, CaptionHint.NONE) for block in part.children]


def _quote(frame: Frame) -> Any:
    blocks = join_captions(frame.blocks)
    return Quote(blocks) if blocks else None


def _list(frame: Frame) -> Any:
    items = []
    for block, hint in frame.blocks:
        if isinstance(block, ListItem):
            items.append(block)
        else:
            items.append(ListItem(join_captions([(block, hint)])))
    items = [item for item in items if item.children]
    if not items:
        return None
    start = frame.data["start"] if frame.kind == "ordered" and number(frame.data["start"]) is not None else ""
    return List("ordered" if frame.kind == "ordered" else "bullet", tuple(items), "" if start == "1" else start)


def _item(frame: Frame) -> Any:
    return ListItem(join_captions(frame.blocks))


def _cell(frame: Frame) -> Any:
    data = frame.data
    return Cell(join_captions(frame.blocks), data["scope"], data["colspan"], data["rowspan"])


def _row(frame: Frame) -> Any:
    cells = [block if isinstance(block, Cell) else Cell(join_captions([(block, hint)])) for block, hint in frame.blocks]
    return Row(tuple(cells)) if cells else None


def _head(frame: Frame) -> Any:
    rows = [block for block, _ in frame.blocks if isinstance(block, Row)]
    others = [entry for entry in frame.blocks if not isinstance(entry[0], Row)]
    return [(_Head(tuple(rows)), CaptionHint.NONE), *others] if rows else others


class _Head:
    """The header rows of a table, on their way to it."""

    def __init__(self, rows: tuple[Row, ...]) -> None:
        self.rows = rows


class _Caption:
    """The caption of a table, on its way to it."""

    def __init__(self, children: tuple[Inline, ...]) -> None:
        self.children = children


def _table_caption(frame: Frame) -> Any:
    children: list[Inline] = []
    rest: list[tuple[Any, CaptionHint]] = []
    for block, hint in frame.blocks:
        if isinstance(block, Paragraph):
            children.extend((LineBreak(), *block.children) if children else block.children)
        else:
            rest.append((block, hint))
    return [(_Caption(tuple(children)), CaptionHint.NONE), *rest] if children else rest


def _table(frame: Frame) -> Any:
    """A table, or its contents one after another when it only lays things out."""
    head = tuple(row for block, _ in frame.blocks if isinstance(block, _Head) for row in block.rows)
    rows = tuple(block for block, _ in frame.blocks if isinstance(block, Row))
    caption: tuple[Inline, ...] = tuple(child for b, _ in frame.blocks if isinstance(b, _Caption) for child in b.children)
    rest = [entry for entry in frame.blocks if not isinstance(entry[0], (_Head, _Caption, Row))]
    rows = tuple(row for row in rows if any(cell.children for cell in row.cells))
    if not rows and not head:
        return [*rest, *([(Paragraph(caption), CaptionHint.STRONG)] if caption else [])]
    if is_layout(head + rows):
        inside = [entry for row in head + rows for entry in _loose(row)]
        words = [(Paragraph(caption), CaptionHint.STRONG)] if caption else []
        return [*rest, *_with_captions(inside), *words]
    if not head:
        count = _heads(rows)
        head, rows = rows[:count], rows[count:]
    return [*rest, (Table(rows, head, caption), CaptionHint.NONE)]


def _heads(rows: tuple[Row, ...]) -> int:
    """How many rows are the head of a table that marks none: those of header cells alone, and those such a cell reaches into;
    never all."""
    count = next((at for at, row in enumerate(rows) if not all(cell.scope for cell in row.cells)), 1)
    reached = max((at + (number(cell.rowspan) or 1) for at, row in enumerate(rows[:count]) for cell in row.cells), default=0)
    return reached if reached < len(rows) else 0


def _with_captions(entries: list[tuple[Any, CaptionHint]]) -> list[tuple[Any, CaptionHint]]:
    """In a table that only holds pictures, the words right after a picture are its caption."""
    pictures = [block for block, _ in entries if isinstance(block, Figure)]
    words = [block for block, _ in entries if isinstance(block, Paragraph)]
    if pictures and len(words) <= len(pictures) and all(isinstance(block, (Figure, Paragraph)) for block, _ in entries):
        return [(block, CaptionHint.WEAK if isinstance(block, Paragraph) else hint) for block, hint in entries]
    return entries


def is_layout(rows: tuple[Row, ...]) -> bool:
    """Whether a table only puts things beside or below each other: one column or cell, pictures, or cells full of blocks."""
    cells = [cell for row in rows for cell in row.cells]
    if max(len(row.cells) for row in rows) <= 1 or sum(bool(cell.children) for cell in cells) <= 1:
        return True
    if any(isinstance(block, (Figure, Table, Embed, Heading)) for cell in cells for block in cell.children):
        return True
    full = sum(1 for cell in cells if len(cell.children) > 3)
    return len(rows) == 1 and full > 0


def _figure_element(frame: Frame) -> Any:
    """Images with everything else that is said in the element as their caption."""
    images: list[Image] = []
    caption: list[Inline] = []
    credit: list[Inline] = []
    rest: list[tuple[Any, CaptionHint]] = []
    for block, hint in frame.blocks:
        if isinstance(block, Figure):
            images.extend(block.images)
            caption.extend(block.caption)
            credit.extend(block.credit)
        elif isinstance(block, Paragraph):
            target = credit if hint is CaptionHint.CREDIT else caption
            target.extend((LineBreak(), *block.children) if target else block.children)
        else:
            rest.append((block, hint))
    if not images:
        return _without_images(rest, (*caption, *((LineBreak(),) if caption and credit else ()), *credit), frame.blocks[:1])
    return [(Figure(tuple(images), tuple(caption), tuple(credit)), CaptionHint.NONE), *rest]


def _without_images(
    rest: list[tuple[Any, CaptionHint]], said: tuple[Inline, ...], first: list[tuple[Any, CaptionHint]]
) -> list[tuple[Any, CaptionHint]]:
    """A table has what is said for its caption; by code, quotations and lists it is a line, above them when it came first."""
    if not said:
        return rest
    block = rest[0][0] if len(rest) == 1 else None
    if isinstance(block, Table) and not block.caption:
        return [(Table(block.rows, block.head, said), rest[0][1])]
    if rest and all(isinstance(block, (CodeBlock, Quote, List)) for block, _ in rest):
        line = [(Paragraph(said), CaptionHint.NONE)]
        return [*line, *rest] if isinstance(first[0][0], Paragraph) else [*rest, *line]
    return [*rest, (Paragraph(said), CaptionHint.STRONG)]


def _root(frame: Frame) -> Any:
    return frame.blocks


MAKERS = {
    "root": _root,
    "quote": _quote,
    "bullet": _list,
    "ordered": _list,
    "item": _item,
    "cell": _cell,
    "row": _row,
    "head": _head,
    "tablecaption": _table_caption,
    "table": _table,
    "figure": _figure_element,
}
