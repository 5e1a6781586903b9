"""SVG that can neither run nor fetch anything: parsed, held against an allow list, written again.

What escapes and what reads CSS is imported where it is used: ``xml.sax.saxutils`` brings an HTTP client with it, and few
images are SVG.
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
_MAX_CSS = 512 * 1024
"""Characters of what is checked as CSS, which takes a hundred times its size in memory for a while."""
_TRANSFORMATIONS = re.compile(r"(?:(?:matrix|translate|scale|rotate|skewX|skewY)\([-+0-9.,eE\s]*\)[\s,]*)*")
"""What need not be checked, and stands on each of many elements."""
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
        body = "".join(_Drawing().written(root))
    except _Refusal as error:
        return Clean(b"", 0, 0, str(error))
    except (UnicodeDecodeError, ElementTree.ParseError, ValueError) as error:
        return Clean(b"", 0, 0, f"cannot be parsed ({error})")
    return Clean(body.encode("utf-8"), width, height)


class _Drawing:
    """A drawing while it is checked and written."""

    def __init__(self) -> None:
        self._elements = 0
        self._ids: set[str] = set()
        self._css: set[str] = set()
        self._css_size = 0

    def written(self, element: ElementTree.Element, depth: int = 0) -> Iterator[str]:
        """The element as text: allowed attributes in alphabetical order, foreign elements left out with what they hold."""
        from xml.sax import saxutils

        self._elements += 1
        if depth > _MAX_DEPTH or self._elements > _MAX_ELEMENTS:
            raise _Refusal("is nested too deep or has too many parts")
        name = element.tag.removeprefix(_SVG)
        if name not in _ELEMENTS:
            raise _Refusal(f"holds a {name} element")
        if name == "style":
            self._check_sheet(element)
        declared = ' xmlns="http://www.w3.org/2000/svg"' if depth == 0 else ""
        linked = ' xmlns:xlink="http://www.w3.org/1999/xlink"' if depth == 0 else ""
        yield f"<{name}{declared}{linked}{''.join(self._attributes(element))}>"
        yield saxutils.escape(element.text or "")
        for child in element:
            if child.tag.startswith(_SVG) and child.tag.removeprefix(_SVG) not in _DROPPED:
                yield from self.written(child, depth + 1)
            yield saxutils.escape(child.tail or "")
        yield f"</{name}>"

    def _check_sheet(self, element: ElementTree.Element) -> None:
        """A style sheet is the text directly in its element; one that is cut by other elements is not for drawing."""
        if len(element):
            raise _Refusal("has a style sheet with elements in it")
        if self._reaches_outside(element.text or ""):
            raise _Refusal("has a style sheet that reaches outside")

    def _attributes(self, element: ElementTree.Element) -> Iterator[str]:
        from xml.sax import saxutils

        for key, value in sorted(element.attrib.items()):
            name = key.replace(_XLINK, "xlink:").replace(_XML, "xml:")
            if name.lower().startswith("on"):
                raise _Refusal(f"has a {name} handler")
            if name in ("href", "xlink:href"):
                if not value.strip().startswith("#"):
                    raise _Refusal("refers to something outside itself")
                if name == "href" or "href" not in element.attrib:
                    yield f" xlink:href={saxutils.quoteattr(value.strip())}"
            elif name in _ATTRIBUTES:
                if self._reaches_outside(value):
                    raise _Refusal(f"has a {name} attribute that reaches outside")
                if name == "id":
                    if value in self._ids:
                        continue
                    self._ids.add(value)
                yield f" {name}={saxutils.quoteattr(value)}"

    def _reaches_outside(self, css: str) -> bool:
        """Whether a style sheet or the value of an attribute, any of which may be CSS, fetches something: what has neither a
        bracket nor an ``@`` cannot, however it is escaped."""
        from ..stylesheet import reaches_outside

        if css in self._css or ("(" not in css and "@" not in css) or _TRANSFORMATIONS.fullmatch(css):
            return False
        self._css.add(css)
        self._css_size += len(css)
        if self._css_size > _MAX_CSS:
            raise _Refusal(f"has more than {_MAX_CSS} characters of CSS")
        return reaches_outside(css)


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
