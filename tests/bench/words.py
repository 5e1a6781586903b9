"""Words: figures and tables as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

NONE = "–"
"""What stands where there is no figure."""


def number(value: float | None) -> str:
    """Three significant figures, thousands apart, no exponent."""
    if value is None:
        return NONE
    if abs(value) >= 100:
        digits = len(str(int(abs(value)))) - 3
        return f"{round(value / 10**digits) * 10**digits:,}" if digits > 1 else f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 or value == 0 else f"{value:.2g}"


def megabytes(size: float | None) -> str:
    """Bytes in millions."""
    return NONE if size is None else f"{number(size / 1e6)} MB"


def size(value: float | None) -> str:
    """Bytes in the unit that suits them."""
    if value is None:
        return NONE
    for power, unit in ((12, "TB"), (9, "GB"), (6, "MB"), (3, "kB")):
        if value >= 10**power:
            return f"{number(value / 10**power)} {unit}"
    return f"{value:.0f} bytes"


def ratio(value: float | None, base: float | None) -> str:
    """How many times the base a value is."""
    return f"{number(value / base)} ×" if value is not None and base else NONE


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, figures to the right."""
    rule = "|" + "|".join("---" if at == 0 else "---:" for at in range(len(head))) + "|"
    return "\n".join([f"| {' | '.join(head)} |", rule, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"
