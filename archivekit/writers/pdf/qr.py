"""An address as a QR code (ISO/IEC 18004), for readers of a printed page."""

from __future__ import annotations

import io
from typing import Final

import segno

from .images import Printable

_MODULE_MM: Final = 0.42
"""The side of one module: what the camera of a telephone reads with ease from a printed page."""

_LARGEST: Final = 57
"""The most modules on a side: beyond it the code would be larger than the facts it stands beside."""

_SCALE: Final = 8


def qr(address: str) -> tuple[Printable, float] | None:
    """The code as a picture and its side in millimetres; None when the address is too long for a small one."""
    try:
        code = segno.make_qr(address, error="l", boost_error=True)
    except segno.DataOverflowError:
        return None
    side = code.symbol_size(border=0)[0]
    if side > _LARGEST:
        return None
    out = io.BytesIO()
    code.save(out, kind="png", scale=_SCALE, border=0)
    return Printable("image/png", out.getvalue()), side * _MODULE_MM
