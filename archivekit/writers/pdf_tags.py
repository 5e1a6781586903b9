"""What the structure tree and the catalog of WeasyPrint's PDF still lack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def mend(pdf: Any) -> None:
    """Give header cells their scope and list each attached file once; ``pdf`` is a ``pydyf.PDF`` before it is written."""
    for row in _elements(pdf, "/TR"):
        cells = [pdf.objects[int(reference.split()[0])] for reference in row["K"]]
        headers = [cell for cell in cells if cell.get("S") == "/TH"]
        # A row of headers alone heads its columns; a header beside data cells heads its row.
        scope = "/Column" if len(headers) == len(cells) else "/Row"
        for cell in headers:
            cell["A"]["Scope"] = scope
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = list(dict.fromkeys(pdf.catalog["AF"]))


def _elements(pdf: Any, kind: str) -> Iterator[Any]:
    """The structure elements of one type."""
    for item in pdf.objects:
        if isinstance(item, dict) and item.get("Type") == "/StructElem" and item.get("S") == kind:
            yield item
