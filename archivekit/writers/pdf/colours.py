"""Colours of a PDF for the press: whatever is in RGB says which RGB, so that a printer can convert it."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pydyf  # type: ignore[import-untyped]


def name_rgb(pdf: Any) -> None:
    """Make the DeviceRGB of images and marks mean sRGB, as PDF/A and PDF/X-4 ask beside a CMYK output intent."""
    data = files("weasyprint.pdf").joinpath("sRGB2014.icc").read_bytes()
    profile = pydyf.Stream([data], pydyf.Dictionary({"N": 3}), compress=True)
    pdf.add_object(profile)
    for item in pdf.objects:
        if isinstance(item, pydyf.Dictionary) and "lab-d50" in item:
            item["DefaultRGB"] = pydyf.Array(("/ICCBased", profile.reference))
