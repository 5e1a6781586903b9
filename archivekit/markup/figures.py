"""Images that stand on their own: what looks like a caption, and joining the two."""

from __future__ import annotations

import re
from enum import IntEnum

from .soup import Tag, attribute


class CaptionHint(IntEnum):
    """How sure the markup is that words are a caption."""

    NONE = 0
    WEAK = 1
    """Small or grey: a caption if it follows an image at once."""
    STRONG = 2
    """The markup says caption."""
    CREDIT = 3
    """The markup says whose picture it is."""


_CAPTION_CLASS = re.compile(
    r"(^|[-_\s])(caption|captions|figcaption|imagecaption|img-desc|pic-desc|photo-desc)([-_]?(text|body|content))?(\s|$)", re.I
)
_CREDIT_CLASS = re.compile(r"(^|[-_\s])(credit|credits|cred|copyright|copyright-holder|photo-credit|image-credit)(\s|$)", re.I)
_GREY = re.compile(r"color:\s*(#([5-9a-b])\2{2,5}\b|(dark|dim)?gr[ae]y|#8[0-9a-f]8[0-9a-f]8[0-9a-f])", re.I)


def caption_hint(tag: Tag) -> CaptionHint:
    """What an element says of its words."""
    name = tag.name
    if name == "cite" and tag.find_parent("figcaption") is not None:
        return CaptionHint.CREDIT
    if name in ("figcaption", "figcapiton"):
        return CaptionHint.STRONG
    classes = attribute(tag, "class")
    said = _said_by(classes) if classes else CaptionHint.NONE
    if said is not CaptionHint.NONE and tag.find("img") is None:
        return said
    if name == "small" or (name in ("span", "p", "div", "font", "em") and _GREY.search(attribute(tag, "style"))):
        return CaptionHint.WEAK
    return CaptionHint.NONE


def _said_by(classes: str) -> CaptionHint:
    """What the classes of an element say of its words."""
    if _CREDIT_CLASS.search(classes):
        return CaptionHint.CREDIT
    return CaptionHint.STRONG if _CAPTION_CLASS.search(classes) else CaptionHint.NONE
