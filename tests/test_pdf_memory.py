"""What WeasyPrint need not hold is not held, and the bytes are the same."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fixtures import bundle
from weasyprint.html import UA, UA_STYLESHEET  # type: ignore[import-untyped]
from weasyprint.pdf import fonts, stream  # type: ignore[import-untyped]

from archivekit.config import Settings
from archivekit.writers import pdf
from archivekit.writers.pdf import engine, memory


@pytest.mark.slow
@pytest.mark.parametrize("chosen", [Settings(), Settings(print_ready=True)], ids=["screen", "press"])
def test_no_font_file_is_read_whole_and_the_bytes_are_the_same(
    chosen: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    read = fonts.get_hb_object_data

    def counted(*given: Any) -> bytes:
        data: bytes = read(*given)
        held.append(len(data))
        return data

    monkeypatch.setattr(fonts, "get_hb_object_data", counted)
    pdf.write(bundle(), tmp_path / "lean.pdf", chosen)
    assert held
    assert max(held) < 2_000_000

    held.clear()
    monkeypatch.setattr(engine, "fonts_on_disk", lambda *_: nullcontext())
    monkeypatch.setattr(engine, "pack_pages", lambda _: None)
    monkeypatch.setattr(engine, "drop_layout", lambda _: None)
    monkeypatch.setattr(engine, "_user_agent", lambda: UA_STYLESHEET)
    pdf.write(bundle(), tmp_path / "plain.pdf", chosen)
    assert max(held) > 2_000_000
    assert (tmp_path / "lean.pdf").read_bytes() == (tmp_path / "plain.pdf").read_bytes()


def test_another_weasyprint_is_left_alone() -> None:
    other = SimpleNamespace()
    assert not memory.can_be_had(other, other)
    with memory.fonts_on_disk(other, other):
        assert vars(other) == {}
    assert memory.can_be_had(fonts, stream)


def test_a_stream_of_what_is_not_known_stays_as_it_is() -> None:
    for items, packed in (([b"q", "/P", 1.5, b"Q"], [b"q", "/P", 1.5, b"Q"]), ([b"q", "/P", b"Q"], [b"q\n/P\nQ"])):
        content = SimpleNamespace(stream=list(items))
        page = SimpleNamespace(paint=lambda content, scale: None)
        memory.pack_pages(SimpleNamespace(pages=[page]))
        page.paint(content, 1.0)
        assert content.stream == packed


def test_no_pseudo_element_is_styled_for_every_element() -> None:
    narrowed = memory.for_some(UA)
    assert "\nli::marker {" in narrowed
    assert "\n.note::footnote-call {" in narrowed
    assert "\n::" in UA
    assert "\n::" not in narrowed
    assert narrowed.count("{") == UA.count("{")
