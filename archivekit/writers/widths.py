"""Widths: how wide words are before they are set."""


def ems(words: str) -> float:
    """About how wide words are, a Chinese character being 1; on the safe side for Latin ones. Marks of no width have none."""
    return sum(0.62 if char < "\u02ff" else 1 for char in words if char not in "\u200b\u2060")
