"""Walks every object of a PDF and says what in it could run, open, fetch, send or hide something.

The lists of actions, annotations and triggers are those of ISO 32000-2, 12.5 and 12.6. What is not on the short list of what
a printed book needs is reported, so that a kind nobody thought of is reported, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf

ADDRESS = re.compile(rb"(?:https?://[!-~]+|mailto:[!-~]+)", re.I)

FORBIDDEN = frozenset(
    re.findall(
        r"/\w+",
        "/AA /JS /JavaScript /AcroForm /XFA /RichMediaContent /RichMediaSettings /Launch /Win /Movie /Sound /Rendition "
        "/Collection /NeedsRendering /DPartRoot /Perms /Legal /OPI /PS /Ref /GoToR /GoToE /SubmitForm /ImportData /ResetForm "
        "/Threads /PieceInfo /SpiderInfo",
    )
)
"""Keys that no dictionary of a book has."""

ACTIONS = frozenset(
    re.findall(
        r"/\w+",
        "/GoToR /GoToE /GoToDp /Launch /Thread /Sound /Movie /Hide /Named /SubmitForm /ResetForm /ImportData /SetOCGState "
        "/Rendition /Trans /GoTo3DView /JavaScript /RichMediaExecute",
    )
)
"""Kinds of action that no book has; what is left is to go to a place in the book, and to a web or mail address."""


def dangers(document: pikepdf.Pdf, attached: str) -> list[str]:
    """Everything suspicious, a line each. ``attached`` is the name of the only file that may be embedded."""
    found: list[str] = []
    for place, value in _everything(document):
        if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            found += [f"{place}: {line}" for line in _wrong(value, attached)]
    return [*found, *_catalog(document, attached)]


def _everything(document: pikepdf.Pdf) -> Iterator[tuple[str, Any]]:
    """Every indirect object and all that is directly in it, with where it is."""
    for item in document.objects:
        stack: list[tuple[str, Any]] = [(f"object {item.objgen[0]}", item)]
        while stack:
            place, value = stack.pop()
            yield place, value
            inner: list[tuple[str, Any]] = []
            if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
                inner = [(f"{place} {key}", value[key]) for key in value.keys()]  # noqa: SIM118 - not a mapping
            elif isinstance(value, pikepdf.Array):
                inner = [(f"{place}[{at}]", one) for at, one in enumerate(value)]
            stack += [
                (name, one) for name, one in inner if isinstance(one, pikepdf.Object) and not getattr(one, "is_indirect", False)
            ]


def _wrong(value: Any, attached: str) -> Iterator[str]:
    keys = set(value.keys())
    kind, sort = str(value.get("/Type", "")), str(value.get("/S", ""))
    yield from (f"has {key}" for key in sorted(keys & FORBIDDEN))
    if sort in ACTIONS:
        yield f"is the action {sort}"
    if kind == "/Action" and sort not in ("/URI", "/GoTo"):
        yield f"is the action {sort or 'without a kind'}"
    if "/URI" in keys and kind != "/Catalog" and not ADDRESS.fullmatch(bytes(value["/URI"])):
        yield f"leads to {bytes(value['/URI'])[:80]!r}"
    if "/Next" in keys and (kind == "/Action" or sort in ("/URI", "/GoTo")):
        yield "is a chain of actions"
    if kind == "/Annot" or ("/Subtype" in keys and "/Rect" in keys):
        yield from _annotation(value)
    if kind in ("/Filespec", "/F") or "/EF" in keys:
        yield from _file(value, attached)
    if isinstance(value, pikepdf.Stream):
        yield from (f"is a stream with {key}" for key in ("/F", "/FFilter", "/FDecodeParms") if key in keys)
        if str(value.get("/Subtype", "")) == "/PS":
            yield "is a PostScript program"


def _annotation(value: Any) -> Iterator[str]:
    if str(value.get("/Subtype")) != "/Link":
        yield f"is an annotation {value.get('/Subtype')}"
    action = value.get("/A")
    if action is not None and str(action.get("/S")) not in ("/URI", "/GoTo"):
        yield f"does {action.get('/S')} when it is clicked"


def _file(value: Any, attached: str) -> Iterator[str]:
    names = {str(value[key]) for key in ("/F", "/UF") if key in value}
    if names != {attached} or "/EF" not in value or "/FS" in value:
        yield f"names the file {sorted(names)}"


def _catalog(document: pikepdf.Pdf, attached: str) -> Iterator[str]:
    root = document.Root
    opening = root.get("/OpenAction")
    if opening is not None and not isinstance(opening, pikepdf.Array):
        yield "the catalog has an action when it is opened"
    known = {"/EmbeddedFiles", "/Dests"}
    names = root.get("/Names", pikepdf.Dictionary())
    yield from (f"the catalog has names of {key}" for key in names.keys() if key not in known)  # noqa: SIM118
    if "/Base" in root.get("/URI", {}):
        yield "the catalog has a base for addresses"
    if list(document.attachments) != [attached]:
        yield f"the attachments are {list(document.attachments)}"
    if "/Encrypt" in document.trailer:
        yield "it is encrypted"
