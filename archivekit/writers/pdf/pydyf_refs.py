"""Makes the tagged part of a PDF linear in its pages.

``pydyf.PDF.page_references`` builds a tuple of every page's reference each time it is read, and WeasyPrint reads it
for every tagged element: 4,038 pages took six minutes to write. Inside :func:`linear_page_references` the tuple is
built once per page count. What is written is the same, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pydyf  # type: ignore[import-untyped]

_ATTRIBUTE = "page_references"


class _Once:
    """A read-only attribute that answers as pydyf's property does and remembers the answer until a page is added."""

    def __init__(self, original: property) -> None:
        self._original = original
        self._held: dict[int, tuple[object, int, tuple[bytes, ...]]] = {}

    def __get__(self, pdf: object, owner: type | None = None) -> object:
        if pdf is None:
            return self
        count = len(pdf.pages["Kids"])  # type: ignore[attr-defined]
        held = self._held.get(id(pdf))
        if held is None or held[1] != count:
            # The document is held as well, so that its id cannot pass to another one meanwhile.
            held = (pdf, count, self._original.__get__(pdf, owner))
            self._held[id(pdf)] = held
        return held[2]


def is_needed() -> bool:
    """Whether the installed pydyf still builds the tuple anew on each read."""
    if not isinstance(vars(pydyf.PDF).get(_ATTRIBUTE), property):
        return False
    probe = pydyf.PDF()
    probe.add_page(pydyf.Dictionary())
    return probe.page_references is not probe.page_references


@contextmanager
def linear_page_references() -> Iterator[None]:
    """Answer ``page_references`` from memory inside the block; does nothing where pydyf has no need of it."""
    if not is_needed():
        yield
        return
    original = vars(pydyf.PDF)[_ATTRIBUTE]
    setattr(pydyf.PDF, _ATTRIBUTE, _Once(original))
    try:
        yield
    finally:
        setattr(pydyf.PDF, _ATTRIBUTE, original)
