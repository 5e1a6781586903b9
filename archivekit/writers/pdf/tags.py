"""What the structure tree and the catalog of WeasyPrint's PDF still lack for PDF/UA-1."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any


def mend(pdf: Any) -> None:
    """Repair what validators and assistive technology trip over; ``pdf`` is a ``pydyf.PDF`` about to be written."""
    _scope_headers(pdf)
    _wrap_list_bodies(pdf)
    _tag_links(pdf)


def _scope_headers(pdf: Any) -> None:
    """Say what each header cell heads (ISO 14289-1, 7.5): the cells of a header row head columns, others their row."""
    for row in _elements(pdf, "/TR"):
        cells = [object_of(pdf, reference) for reference in row["K"]]
        headers = [cell for cell in cells if cell.get("S") == "/TH"]
        scope = "/Column" if len(headers) == len(cells) else "/Row"
        for cell in headers:
            cell["A"]["Scope"] = scope


def _wrap_list_bodies(pdf: Any) -> None:
    """Put what stands loose in a list item into an LBody, the only thing it may hold beside its label (7.2)."""
    for item in _elements(pdf, "/LI"):
        kids: list[Any] = []
        for loose, run in groupby(item["K"], lambda kid: not _is(pdf, kid, "/Lbl", "/LBody")):
            members = list(run)
            kids += [_body(pdf, item, members)] if loose else members
        item["K"][:] = kids


def _body(pdf: Any, item: Any, kids: list[Any]) -> bytes:
    """A new LBody below ``item`` with ``kids`` in it; returns its reference."""
    body = type(item)(item)
    pdf.add_object(body)
    body.update({"S": "/LBody", "K": type(item["K"])(kids), "P": item.reference})
    for kid in kids:
        if not isinstance(kid, int):
            object_of(pdf, kid)["P"] = body.reference
    reference: bytes = body.reference
    return reference


def _tag_links(pdf: Any) -> None:
    """Make a Link of each element that holds a link annotation (7.18.5).

    WeasyPrint gives every element inside a link an annotation of its own, but the tag of a link to the link alone.
    """
    for item in pdf.objects:
        if not isinstance(item, dict) or not _is_element(item):
            continue
        for kid in item["K"]:
            held = None if isinstance(kid, int) else object_of(pdf, kid)
            if held and held.get("Type") == "/OBJR" and object_of(pdf, held["Obj"]).get("Subtype") == "/Link":
                item["S"] = "/Link"


def _elements(pdf: Any, kind: str) -> Iterator[Any]:
    """The structure elements of one type."""
    yield from [item for item in pdf.objects if isinstance(item, dict) and _is_element(item) and item["S"] == kind]


def _is_element(item: Any) -> bool:
    return item.get("Type") == "/StructElem" and "K" in item


def _is(pdf: Any, reference: Any, *kinds: str) -> bool:
    return not isinstance(reference, int) and object_of(pdf, reference).get("S") in kinds


def object_of(pdf: Any, reference: bytes) -> Any:
    """The object that a reference (``12 0 R``) stands for."""
    return pdf.objects[int(reference.split()[0])]
