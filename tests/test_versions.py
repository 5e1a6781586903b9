"""Versions of one work are found by address and by text; a book prints one of each and names the others; no record is lost."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import closing
from operator import mul

import pytest
from fixtures import article, paragraph
from hypothesis import given, settings
from hypothesis import strategies as st

from archivekit import cache, versions
from archivekit.archive.arrangement import make
from archivekit.cache import shelf as cached_shelf
from archivekit.config import Settings
from archivekit.entries import Entry, Record
from archivekit.model import Article, Moment
from archivekit.report import Document
from archivekit.versions import NEAR, Marks, alike, describe, fingerprint, groups, works
from archivekit.versions.cards import carded
from archivekit.versions.fingerprint import SKETCH, address, normal, similarity, sketch
from archivekit.writers import jsonl, pages
from archivekit.writers.strings import words

HAN = [chr(code) for code in range(0x4E00, 0x9FA0)]


def reading_copies(articles: Sequence[Article]) -> tuple[tuple[Article, ...], dict[str, tuple[Article, ...]]]:
    """The articles a book prints, and the other versions of each work by the id of the one that is printed."""
    found = list(works(map(carded, articles)))
    dropped = {place for _, *others in found for place in others}
    kept = tuple(one for place, one in enumerate(articles) if place not in dropped)
    return kept, {articles[first].id: tuple(articles[place] for place in others) for first, *others in found}


def prose(seed: int, size: int = 1200) -> str:
    """Han characters in an order of their own; two seeds have nothing in common."""
    return "".join(random.Random(seed).choices(HAN, k=size))


def edited(text: str, share: float, seed: int = 7) -> str:
    """The text with a share of its characters replaced in one stretch."""
    size = round(len(text) * share)
    return text[: len(text) - size] + prose(seed, size)


def record(path: str, title: str | None, text: str, **fields: object) -> Article:
    return article(path, title, (paragraph(text),), **fields)


def sets(*articles: Article) -> list[list[str]]:
    return [[version.path for version in group.versions] for group in groups(articles)]


TEXT = prose(1)


@pytest.mark.parametrize(
    ("first", "second", "bonds"),
    [
        (("甲乙丙丁", TEXT, "https://a.org/1"), ("甲乙丙丁", TEXT, "https://b.org/9"), ("text",)),
        (("甲乙丙丁", TEXT, None), ("甲乙丙丁戊", edited(TEXT, 0.05), None), ("near",)),
        (("甲乙丙丁", TEXT, "https://a.org/1"), ("子丑寅卯", prose(2), "http://www.a.org/1/#top"), ("address",)),
        (("甲乙丙丁", TEXT, "https://a.org/1"), ("甲乙丙丁", edited(TEXT, 0.05), "https://a.org/1"), ("address", "near")),
        (("甲乙丙丁", TEXT, None), ("子丑寅卯", TEXT, None), ("text",)),
        (("甲乙丙丁", "不到四十字的一句话", None), ("甲乙丙丁", "不到四十字的 一句话", None), ("text",)),
        ((None, TEXT, None), ("甲乙丙丁", TEXT, None), ("text",)),
    ],
    ids=["one-text", "near", "one-address", "address-and-near", "other-headline", "short-same-title", "one-without-title"],
)
def test_versions_of_one_work(first: tuple[str | None, ...], second: tuple[str | None, ...], bonds: tuple[str, ...]) -> None:
    made = [record(str(at), title, text or "", url=url) for at, (title, text, url) in enumerate((first, second))]
    (group,) = groups(made)
    assert group.bonds == bonds
    assert len(group.versions) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("甲乙丙丁", TEXT, "https://a.org/1"), ("甲乙丙丁", prose(2), "https://a.org/2")),
        (("甲乙丙丁", TEXT, None), ("甲乙丙丁", edited(TEXT, 0.3), None)),
        (("甲乙丙丁", TEXT, None), ("子丑寅卯", edited(TEXT, 0.08), None)),
        (("甲乙丙丁", TEXT, "https://a.org/"), ("子丑寅卯", prose(2), "https://a.org")),
        (("甲乙丙丁", "不到四十字的一句话", None), ("子丑寅卯", "不到四十字的一句话", None)),
        (("札记（227）春天", TEXT[:300], None), ("札记（228）春天", TEXT[:300], None)),
        (("甲乙丙丁", "", None), ("甲乙丙丁", "", None)),
        (("天气预报", prose(3, 150), None), ("天气预报", edited(prose(3, 150), 0.04), None)),
    ],
    ids=["other-text", "rewritten", "other-headline-and-text", "a-site", "short", "a-series", "no-text", "figures-changed"],
)
def test_other_works(first: tuple[str | None, ...], second: tuple[str | None, ...]) -> None:
    made = [record(str(at), title, text or "", url=url) for at, (title, text, url) in enumerate((first, second))]
    assert groups(made) == ()


def test_what_many_unlike_titles_share_is_no_work() -> None:
    titles = ["甲乙丙丁", "子丑寅卯", "金木水火", "甲乙丙丁续"]
    made = [record(title, title, TEXT) for title in titles]
    assert sets(*made) == [["甲乙丙丁", "甲乙丙丁续"]]


def test_an_address_that_many_works_share_is_no_work_of_its_own() -> None:
    made = [record(str(seed), chr(0x4E00 + seed) * 6, prose(seed), url="https://a.org/list") for seed in range(2, 8)]
    assert groups(made) == ()
    assert sets(*made[:3]) == [["2", "3", "4"]]


def test_the_reading_copy_is_the_longest_then_the_latest_then_the_first_by_path() -> None:
    late, early = (Moment(value=value, precision="day") for value in ("2024-05-01", "2024-01-01"))
    made = [
        record("a", "题目在此", TEXT, published=early),
        record("c", "题目在此", TEXT, published=early, modified=late),
        record("b", "题目在此", TEXT, modified=late),
        record("d", "题目在此", TEXT + "尾声", published=early),
    ]
    assert sets(*made) == [["d", "b", "c", "a"]]
    kept, others = reading_copies(made)
    assert [one.provenance.source.path for one in kept] == ["d"]
    assert [one.provenance.source.path for one in others[kept[0].id]] == ["b", "c", "a"]


def test_one_record_given_twice_is_printed_once() -> None:
    one = record("a", "题目在此", "")
    kept, others = reading_copies([one, one])
    assert kept == (one,) and others == {one.id: (one,)}


@given(
    st.lists(st.tuples(st.sampled_from("甲乙丙"), st.integers(0, 3), st.sampled_from([None, "https://a.org/x"])), max_size=8)
)
def test_nothing_is_thrown_away_and_the_order_given_does_not_matter(drawn: list[tuple[str, int, str | None]]) -> None:
    made = [record(f"{at}", title * 5, prose(seed, 300), url=url) for at, (title, seed, url) in enumerate(drawn)]
    kept, others = reading_copies(made)
    assert sorted([one.id for one in kept] + [one.id for more in others.values() for one in more]) == sorted(x.id for x in made)
    backwards, _ = reading_copies(made[::-1])
    assert {one.id for one in kept} == {one.id for one in backwards}


def test_a_book_prints_the_reading_copy_and_names_the_others_while_the_archive_keeps_all() -> None:
    made = [record("a.md", "题目在此", TEXT), record("b.md", "题目在此", TEXT + "尾"), record("c.md", "别的题目", prose(9))]
    bundle = make(made, {}, Settings(), title="T")
    assert sorted(one.provenance.source.path for one in bundle.articles) == ["b.md", "c.md"]
    assert len(list(jsonl.lines(bundle))) == 3
    entries = {entry.article.provenance.source.path: entry for section in pages.plan(bundle) for entry in section.entries}
    said = words("en")
    rows = pages.provenance(entries["b.md"], said)
    assert (said.versions, f"a.md ({made[0].id})") in rows
    assert said.versions not in dict(pages.provenance(entries["c.md"], said))


def test_both_orders_of_reading_give_one_archive() -> None:
    made = [record(f"{at}.md", "题目在此", TEXT + "尾" * at) for at in range(4)]
    one, other = (list(make(given_, {}, Settings(), title="T").records) for given_ in (made, made[::-1]))
    assert one == other


@pytest.mark.parametrize("share", [0.0, 0.02, 0.05, 0.1, 0.3, 1.0])
def test_the_estimate_is_near_the_true_similarity(share: float) -> None:
    text = prose(5, 5000)
    other = edited(text, share)
    a, b = ({one[at : at + 5] for at in range(len(one) - 4)} for one in (text, other))
    assert similarity(sketch(text), sketch(other)) == pytest.approx(len(a & b) / len(a | b), abs=0.08)


def test_a_sketch_is_the_same_on_every_machine_and_small() -> None:
    assert list(sketch("一二三四五六")) == [977055944, 1662813793]
    assert len(sketch(prose(1, 200_000))) == SKETCH
    assert sketch("") == sketch("") and len(sketch("一")) == 1
    assert 0 < NEAR < 1


@given(st.text(max_size=40), st.sampled_from([1, 9, 2_000]))
def test_a_sketch_is_of_every_run_of_five_characters(text: str, times: int) -> None:
    whole = text * times
    padded = whole.ljust(5, "\0")
    runs = {padded[at : at + 5] for at in range(len(padded) - 4)}
    factors = fingerprint.FACTORS[::-1]
    hashes = {sum(map(mul, map(ord, run), factors)) % 2**64 >> 32 for run in runs}
    assert list(sketch(whole)) == sorted(hashes)[:SKETCH]


def test_texts_are_compared_without_white_space_and_spelling_of_characters() -> None:
    assert normal("e\u0301 \u3000a\n") == normal("\u00e9a")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.a.org/b/", "https://a.org/b"),
        ("https://a.org/%E7%AF%87", "https://a.org/篇"),
        ("https://a.org/b#top", "https://a.org/b"),
    ],
)
def test_addresses_that_are_one(one: str, other: str) -> None:
    assert address(one) == address(other) != ""


@pytest.mark.parametrize("url", [None, "", "https://a.org", "https://a.org/"])
def test_addresses_that_are_none(url: str | None) -> None:
    assert address(url) == ""


def test_groups_are_told_to_a_person_and_drive_no_terminal() -> None:
    lines = list(describe(groups([record("a\x1b[31m", "题目在此", TEXT), record("b", "题目在此", TEXT)])))
    assert lines[0] == "group 1: one text"
    assert lines[1].startswith("  * 1.00") and "\x1b" not in "".join(lines)
    assert list(describe(())) == ["no versions and no duplicates"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 40), max_size=16, unique=True), max_size=40),
    st.fixed_dictionaries({"COMMON": st.integers(1, 5), "FAMILY": st.integers(1, 9), "SHARED": st.integers(1, 7)}),
)
def test_alike_on_disk_is_alike_in_memory(parts: list[list[int]], numbers: dict[str, int]) -> None:
    with pytest.MonkeyPatch.context() as patch, cache.opened(None) as held:
        for module in (versions, cached_shelf):
            for name, number in numbers.items():
                if hasattr(module, name):
                    patch.setattr(module, name, number)
        made = carded(record("a.md", "t", "text"))
        given_marks = [Marks((1000 + sum(some) % 90, 2**64 - 1 - place), tuple(some)) for place, some in enumerate(parts)]
        records = tuple(Record(made.card, marks, b"", b"", b"") for marks in given_marks)
        document = Document(
            path="a.md", sha256="00", size=1, encoding="", reader="", profile=None, articles=("",) * len(parts), notices=()
        )
        patch.setattr(cached_shelf, "_FEW", 0)
        with closing(cached_shelf.CachedShelf(held, "full")) as shelf:
            assert shelf.add(held.put(b"source", Entry(document=document, records=records)), document) is None
            shelf.fill()
            assert list(shelf.alike()) == alike(given_marks)


def test_a_large_family_of_near_duplicates_is_one_work() -> None:
    made = [record(f"{at:03}.md", "题目在此", prose(1, 900) + "尾" * (at % 7) + prose(at + 2, 20)) for at in range(90)]
    other = [record(f"x{at:03}.md", f"别的题目{at}", prose(at + 500, 900)) for at in range(30)]
    (group,) = groups([*made, *other])
    assert len(group.versions) == 90
