"""How large an image is printed."""

from __future__ import annotations

from typing import Final

from ...images.assets import Asset
from ...paper import Paper

LEAST_DPI: Final = 150
"""Pixels to the inch below which an image looks soft in print."""

_SHARE: Final = 0.44
"""Of the height of the text block, what an image may take: with its caption it then leaves less than half a page empty
where it does not fit."""

_STRIP: Final = 2.2
"""An image that many times as high as wide is read from top to bottom and may take most of a page."""


def size(asset: Asset, sheet: Paper, *, press: bool) -> str:
    """CSS declarations for an image in a figure; empty when the style sheet's own will do."""
    if asset.width < 1 or asset.height < 1:
        return ""
    wide = press_width(asset, sheet) if press else float(min(asset.width, sheet.block[0]))
    most = sheet.block[1] * (_SHARE if asset.height < _STRIP * asset.width else 2 * _SHARE)
    shown = min(wide, most * asset.width / asset.height)
    if shown == min(asset.width, sheet.block[0]):
        return ""
    return f"width: {shown:.1f}px; max-height: none"


def press_width(asset: Asset, sheet: Paper) -> float:
    """How wide an image is printed, in CSS pixels: as sharp as print asks, but no narrower than half the measure unless it
    is so by itself, and no wider than the measure."""
    half = sheet.block[0] / 2
    return min(max(asset.width * 96 / LEAST_DPI, min(asset.width, half)), float(sheet.block[0]))
