"""Joins what a page break has cut: WeasyPrint tags the part of an element on each page as an element of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .tags import object_of

_KINDS = {"section": "/Sect", "div": "/Div", "blockquote": "/BlockQuote", "p": "/P", "li": "/LI", "dl": "/L"}
_KINDS |= {"ul": "/L", "ol": "/L", "header": "/NonStruct", "footer": "/NonStruct", "nav": "/NonStruct"}
"""The elements that are joined and their types. A table is left in parts, for its header is repeated on each page."""


def join(document: Any, pdf: Any) -> None:
    """Make one structure element of the parts of each element on consecutive pages.

    ``document`` is the laid-out ``weasyprint.Document``, ``pdf`` its ``pydyf.PDF`` with the tags and not yet written.
    """
    root = object_of(pdf, object_of(pdf, pdf.catalog["StructTreeRoot"])["K"][0])
    tops: dict[bytes, list[bytes]] = {}
    for reference in root["K"]:
        tops.setdefault(object_of(pdf, reference)["Pg"], []).append(reference)
    pages = [tops.get(reference, []) for reference in pdf.page_references]
    whole: dict[bytes, bytes] = {}
    for at in range(1, len(pages)):
        kinds = _cut(document.pages[at - 1], document.pages[at])
        if kinds:
            before = (whole.get(one, one) for one in reversed(pages[at - 1]))
            left = next((one for one in before if object_of(pdf, one)["S"] == kinds[0]), None)
            right = next((one for one in pages[at] if object_of(pdf, one)["S"] == kinds[0]), None)
            if left is not None and right is not None:
                whole[right] = left
                _merge(pdf, object_of(pdf, left), object_of(pdf, right), kinds[1:])
    root["K"][:] = [reference for reference in root["K"] if reference not in whole]


def _merge(pdf: Any, left: Any, right: Any, kinds: list[str]) -> None:
    """Move what is in ``right`` to the end of ``left``; the element at the seam is joined likewise when ``kinds`` begins
    with its type, or when it is the body of the same list item."""
    kids = list(right["K"])
    if kids and left["K"] and not isinstance(kids[0], int) and not isinstance(left["K"][-1], int):
        last, first = object_of(pdf, left["K"][-1]), object_of(pdf, kids[0])
        body = last.get("S") == first.get("S") == "/LBody"
        if body or (kinds and last.get("S") == first.get("S") == kinds[0]):
            _merge(pdf, last, first, kinds if body else kinds[1:])
            kids = kids[1:]
    for kid in kids:
        object_of(pdf, kid)["P"] = left.reference
    left["K"].extend(kids)
    right.clear()


def _cut(before: Any, after: Any) -> list[str]:
    """The types of the elements a page break goes through, from the outermost inward."""
    kinds = []
    for left, right in zip(_edge(before, -1), _edge(after, 0), strict=False):
        if left is not right or _tag(left) not in _KINDS:
            break
        kinds.append(_KINDS[_tag(left)])
    return kinds


def _edge(page: Any, side: int) -> Iterator[Any]:
    """The elements along the first (0) or last (-1) boxes of a page's text, from the outermost inward, each once."""
    box = next((child for child in page._page_box.children if child.element_tag == "html"), None)
    seen: list[Any] = []
    while box is not None:
        if box.element is not None and box.element_tag not in ("html", "body") and not any(box.element is one for one in seen):
            seen.append(box.element)
            yield box.element
        children = [child for child in getattr(box, "children", ()) if child.is_in_normal_flow()]
        box = children[side] if children else None


def _tag(element: Any) -> str:
    return element.tag if isinstance(element.tag, str) else ""
