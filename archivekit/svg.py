"""SVG that can neither run nor fetch anything: parsed, held against an allow list, written again.

What escapes is imported where it is used: ``xml.sax.saxutils`` brings an HTTP client with it, and few images are SVG.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_XML = "{http://www.w3.org/XML/1998/namespace}"

_ELEMENT_NAMES = (
    "svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan textPath linearGradient"
    " radialGradient stop clipPath mask pattern marker filter feBlend feColorMatrix feComponentTransfer feComposite"
    " feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset style switch"
)
_ELEMENTS = frozenset(_ELEMENT_NAMES.split())
_DROPPED = frozenset({"metadata"})
_ATTRIBUTE_NAMES = (
    "id class style x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy d points width height viewBox preserveAspectRatio version"
    " transform gradientTransform gradientUnits patternTransform patternUnits patternContentUnits spreadMethod offset"
    " clipPathUnits maskUnits maskContentUnits markerUnits markerWidth markerHeight refX refY orient pathLength rotate"
    " textLength lengthAdjust startOffset method spacing filterUnits primitiveUnits in in2 result mode operator values"
    " type stdDeviation radius k1 k2 k3 k4 tableValues slope intercept amplitude exponent role lang systemLanguage"
    " fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit"
    " stroke-dasharray stroke-dashoffset opacity color display visibility overflow clip-path clip-rule mask filter"
    " marker-start marker-mid marker-end stop-color stop-opacity flood-color flood-opacity font-family font-size"
    " font-style font-weight font-variant font-stretch letter-spacing word-spacing text-anchor text-decoration"
    " dominant-baseline alignment-baseline baseline-shift direction writing-mode unicode-bidi paint-order vector-effect"
    " shape-rendering text-rendering image-rendering color-interpolation color-interpolation-filters mix-blend-mode"
    " isolation enable-background xml:space"
)
_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())
_MAX_BYTES = 4 * 1024 * 1024
_MAX_DEPTH = 64
_MAX_ELEMENTS = 50_000
_OUTWARD = re.compile(r"url\s*\(\s*(?!\s*['\"]?#)|@import|@font-face|expression\s*\(|javascript:|\\", re.IGNORECASE)
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+)(px)?\s*")


class Clean(NamedTuple):
    """The bytes to embed with their size in pixels, or what is wrong (``problem``, which completes "an SVG that …")."""

    data: bytes
    width: int
    height: int
    problem: str = ""


class _Refusal(Exception):
    """Raised inside this module only: the document holds what cannot be allowed."""


def looks_like(data: bytes) -> bool:
    """Whether bytes claim to be SVG: the first element, after prolog and comments, is ``svg``."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"<") and re.search(rb"<(?:\w+:)?svg[\s>/]", head) is not None and b"<html" not in head.lower()


def sanitise(data: bytes) -> Clean:
    """Parse, check and write again. Script, handlers, animation, links and anything from outside are refused, not cut
    out, because a drawing without them may say something else; editors' own elements and metadata are left out."""
    try:
        if len(data) > _MAX_BYTES:
            raise _Refusal(f"has {len(data)} bytes, the limit is {_MAX_BYTES}")
        text = data.decode("utf-8-sig")
        if "<!ENTITY" in text:
            raise _Refusal("declares entities")
        root = ElementTree.fromstring(text)
        if root.tag != f"{_SVG}svg":
            raise _Refusal("does not begin with an svg element")
        width, height = _size(root)
        body = "".join(_written(root, 0, [0], set()))
    except _Refusal as error:
        return Clean(b"", 0, 0, str(error))
    except (UnicodeDecodeError, ElementTree.ParseError, ValueError) as error:
        return Clean(b"", 0, 0, f"cannot be parsed ({error})")
    return Clean(body.encode("utf-8"), width, height)


def _written(element: ElementTree.Element, depth: int, count: list[int], ids: set[str]) -> Iterator[str]:
    """The element as text: allowed attributes in alphabetical order, foreign elements left out with what they hold."""
    from xml.sax import saxutils

    count[0] += 1
    if depth > _MAX_DEPTH or count[0] > _MAX_ELEMENTS:
        raise _Refusal("is nested too deep or has too many parts")
    name = element.tag.removeprefix(_SVG)
    if name not in _ELEMENTS:
        raise _Refusal(f"holds a {name} element")
    declared = ' xmlns="http://www.w3.org/2000/svg"' if depth == 0 else ""
    linked = ' xmlns:xlink="http://www.w3.org/1999/xlink"' if depth == 0 else ""
    yield f"<{name}{declared}{linked}{''.join(_attributes(element, ids))}>"
    if element.text:
        if name == "style" and _OUTWARD.search(element.text):
            raise _Refusal("has a style sheet that reaches outside")
        yield saxutils.escape(element.text)
    for child in element:
        if not isinstance(child.tag, str):
            pass
        elif child.tag.startswith(_SVG) and child.tag.removeprefix(_SVG) not in _DROPPED:
            yield from _written(child, depth + 1, count, ids)
        if child.tail:
            yield saxutils.escape(child.tail)
    yield f"</{name}>"


def _attributes(element: ElementTree.Element, ids: set[str]) -> Iterator[str]:
    from xml.sax import saxutils

    for key, value in sorted(element.attrib.items()):
        name = key.replace(_XLINK, "xlink:").replace(_XML, "xml:")
        if name.lower().startswith("on"):
            raise _Refusal(f"has a {name} handler")
        if name in ("href", "xlink:href"):
            if not value.strip().startswith("#"):
                raise _Refusal("refers to something outside itself")
            yield f" xlink:href={saxutils.quoteattr(value.strip())}"
        elif name in _ATTRIBUTES:
            if _OUTWARD.search(value):
                raise _Refusal(f"has a {name} attribute that reaches outside")
            if name == "id":
                if value in ids:
                    continue
                ids.add(value)
            yield f" {name}={saxutils.quoteattr(value)}"


def _size(root: ElementTree.Element) -> tuple[int, int]:
    """In pixels: the stated lengths, else the view box, else what CSS says a replaced element without a size has."""
    box = [float(part) for part in re.split(r"[\s,]+", root.get("viewBox", "").strip()) if part]
    stated = [_LENGTH.fullmatch(root.get(key, "")) for key in ("width", "height")]
    if stated[0] and stated[1]:
        size = float(stated[0][1]), float(stated[1][1])
    elif len(box) == 4:
        size = box[2], box[3]
    else:
        size = 300.0, 150.0
    if not all(0 < side <= 20_000 for side in size):
        raise _Refusal("has no usable size")
    return max(1, round(size[0])), max(1, round(size[1]))
