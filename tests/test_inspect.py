"""Inspecting shows all of a source, each stretch with what speaks of it, on a page that loads nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from archivekit.inspect import coloured, stretches
from archivekit.inspect.attribution import attribute
from archivekit.inspect.html import as_html
from archivekit.model import Article, encode, plain_text
from archivekit.reading import load_profiles, read_source
from archivekit.source import Source, load

CORPUS = Path(__file__).parent.parent / "corpus"
SAMPLES = ["mirror", "site", "hugo", "pasted", "feeds"]


def read(data: bytes, path: str = "a") -> tuple[Source, tuple[Article, ...]]:
    source = load(path, data)
    return source, read_source(source, load_profiles())


def one_of(folder: str) -> tuple[Source, tuple[Article, ...]]:
    path = sorted(path for path in (CORPUS / folder).rglob("*") if path.suffix in (".md", ".html", ".txt"))[0]
    return read(path.read_bytes(), path.name)


class Page(HTMLParser):
    """The links, anchors, tags and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.words: dict[str, str] = {}
        self._inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if tag == "a":
            self.links.append(given.get("href") or "")
        if "src" in given or tag in ("link", "img", "iframe", "object") or any(name.startswith("on") for name in given):
            self.loads.append(tag)
        if tag == "pre":
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.words["pre"] = self.words.get("pre", "") + data


@pytest.mark.parametrize("folder", SAMPLES)
def test_the_stretches_join_to_the_source_and_each_kind_is_counted(folder: str) -> None:
    source, articles = one_of(folder)
    found = attribute(source, articles)
    assert "".join(source.text[one.start : one.end] for one in found.stretches) == source.text
    assert sum(found.shown.values()) == found.account.visible
    assert found.shown["lost"] == found.account.lost_characters
    assert found.shown["body"] and found.shown["field"]


@pytest.mark.parametrize("folder", SAMPLES)
def test_the_page_shows_the_whole_source_and_every_link_has_its_anchor(folder: str) -> None:
    source, articles = one_of(folder)
    page = Page(as_html(source, articles))
    assert page.words["pre"].strip() == source.text.replace("\r", "").replace("\ufeff", "").strip()
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith("#") for link in page.links)
    missing = {link.removeprefix("#") for link in page.links} - set(page.ids)
    assert page.links and not missing
    assert page.loads == []


def test_a_page_is_complete_in_itself() -> None:
    text = as_html(*one_of("mirror"))
    assert "default-src 'none'" in text
    assert not re.search(
        r"@import|url\(|<script src|https?://(?![^<\"]*<)", re.sub(r"<(section|header)\b.*", "", text, flags=re.S)
    )


def test_a_hostile_source_stays_text() -> None:
    source, articles = read("标题<script>alert(1)</script>\n\n\x1b[2J文字 \"onload='x'\u202e 正文正文正文正文。\n".encode())
    page = as_html(source, articles)
    assert "<script>alert" not in page and "\u202e" not in page and "\x1b" not in page
    assert "\x1b[2J" not in coloured(source, articles)
    assert "\x1b" not in stretches(source, articles)


def test_what_is_unaccounted_for_is_shown() -> None:
    source, (article,) = one_of("mirror")
    body = article.body[:-1]
    broken = msgspec.structs.replace(article, body=body, text=plain_text(body))
    found = attribute(source, (broken,))
    assert found.shown["lost"] > 0
    assert 'class="account broken"' in as_html(source, (broken,))
    assert re.search(r"^accounted: \d\d\.\d\d % of [\d,]+ characters", stretches(source, (broken,)), re.M)
    assert "  lost     in no field, no leaf and no removal  " in stretches(source, (broken,))


def test_the_line_of_the_account() -> None:
    source, articles = one_of("mirror")
    said = f"accounted: 100.00 % of {attribute(source, articles).account.visible:,} characters"
    assert said in as_html(source, articles)
    assert coloured(source, articles).endswith(said) and stretches(source, articles).endswith(said)
    assert "\x1b[44;97m" in coloured(source, articles)


def test_records_of_another_file_are_shown_beside_their_lines() -> None:
    _, articles = one_of("mirror")
    source, back = read(b"".join(encode(one) + b"\n" for one in articles), "a.jsonl")
    page = Page(as_html(source, back))
    assert page.words["pre"].strip() == source.text.strip()
