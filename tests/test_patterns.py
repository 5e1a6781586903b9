"""No pattern costs a power of what it looks at: each is tried on one thing again and again that it may be about to match."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping

from fuzz import oracle

import archivekit

HEADS = ("", "---\n", "<!--", "[", "《", "（", "<", "天", "作者：", "---\na", "<p", "(", "**", ">")
AGAIN = (
    *(" ", "\n", "a", "1", "天", "\u3000", "(", "[", "<", "-", "*", "~", "`", '"a"', "&nbsp;", "：", "、"),
    *("<!--a-->", "  # x\n", "[a](b) ", "](", " | [a](b)", "<p a=b>", "<p ", "a b ", "天 ", "1-", "-a", "a.", "a,"),
    *("> ", "| ", "a:\n", "a\n", "**", "记者", "报道", "作者：天 ", "2020-01-01 ", "http://a."),
)


def _patterns() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes]]]:
    """Every compiled pattern of a module, with its name."""
    for module in pkgutil.walk_packages(archivekit.__path__, "archivekit."):
        if not module.name.endswith("__main__"):
            for name, value in vars(importlib.import_module(module.name)).items():
                inside = value.values() if isinstance(value, Mapping) else value
                several = inside if isinstance(value, (Mapping, tuple, list)) else [value]
                yield from ((f"{module.name}.{name}", one) for one in _compiled(several))


def _compiled(values: Iterable[object]) -> Iterator[re.Pattern[str] | re.Pattern[bytes]]:
    yield from (one for one in values if isinstance(one, re.Pattern))


def test_no_pattern_costs_a_power_of_what_it_looks_at() -> None:
    known, slow = list(_patterns()), []
    assert len(known) > 200
    for name, pattern in known:
        try:
            with oracle.within(2):
                for text in (head + again * 30 + "\x01!" for head in HEADS for again in AGAIN):
                    given = text.encode() if isinstance(pattern.pattern, bytes) else text
                    pattern.search(given)  # type: ignore[arg-type]
                    pattern.fullmatch(given)  # type: ignore[arg-type]
        except oracle.Hang:
            slow.append(name)
    assert slow == []
