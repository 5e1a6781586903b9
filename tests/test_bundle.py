"""Order, grouping, identity and date of a bundle depend on the articles and the settings, on nothing else."""

from __future__ import annotations

import random

import pytest
from fixtures import RED, article
from hypothesis import given
from hypothesis import strategies as st

from archivekit.archive.arrangement import make
from archivekit.archive.bundle import Bundle
from archivekit.config import Settings
from archivekit.dates import instant
from archivekit.model import Article, Figure, Image, Moment, Precision


def _moment(value: str) -> Moment:
    precision: Precision = {4: "year", 7: "month", 10: "day"}.get(len(value), "second")  # type: ignore[assignment]
    return Moment(value=value, precision=precision)


def _article(path: str, published: str | None = None, title: str | None = "t", **fields: object) -> Article:
    return article(path, title, (), published=_moment(published) if published else None, **fields)


def _paths(bundle: Bundle) -> list[list[str]]:
    return [[one.provenance.source.path for one in group.articles] for group in bundle.groups]


def _made(*articles: Article, title: str = "T", epoch: int | None = None, **settings: object) -> Bundle:
    return make(articles, {}, Settings(**settings), title=title, epoch=epoch)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values",
    [
        ["2023-12-31T23:59:59Z", "2024", "2024-01-02", "2024-02", "2024-03-01T00:00:00+08:00", None],
        ["2024-04-18T09:00:00+08:00", "2024-04-18T02:00:00+00:00", "2024-04-17T23:00:00-04:00"],
        ["2024-04-18", "2024-04-18T09:28:26+08:00", "2024-04-19"],
    ],
)
def test_by_date_means_by_instant_and_undated_last(values: list[str | None]) -> None:
    articles = [_article(str(number), value) for number, value in enumerate(values)]
    shuffled = articles[::-1]
    assert list(_made(*shuffled, group="none").articles) == articles


def test_ties_are_settled_by_title_then_path() -> None:
    articles = [
        _article("z", "2024", "a"),
        _article("a/2", "2024", "b"),
        _article("b", "2024", "b"),
        _article("c", "2024", None),
    ]
    assert list(_made(*reversed(articles), group="none").articles) == articles
    assert [one.provenance.source.path for one in _made(*articles, order="path", group="none").articles] == [
        "a/2",
        "b",
        "c",
        "z",
    ]
    assert [one.title for one in _made(*articles, order="title", group="none").articles] == ["a", "b", "b", None]


@given(st.randoms(use_true_random=False), st.sampled_from(["date", "title", "path"]))
def test_the_order_given_does_not_matter(shuffler: random.Random, key: str) -> None:
    dates = ["2024", None, "2024-01", "2023-05-06", "x"]
    articles = [_article(str(n), dates[n % 5], ["b", "a", None][n % 3], publisher=["P", None][n % 2]) for n in range(12)]
    shuffled = articles.copy()
    shuffler.shuffle(shuffled)
    assert _made(*shuffled, order=key) == _made(*articles, order=key)


def test_groups_come_in_the_order_of_their_first_article_and_the_rest_last() -> None:
    bundle = _made(
        _article("1", "2021", publisher="B", language="zh-Hant"),
        _article("2", "2020", publisher=None, language="zh-Hant"),
        _article("3", "2022", publisher="A", language="zh-Hant"),
        _article("4", "2023", publisher="B", language="en"),
    )
    assert [group.title for group in bundle.groups] == ["B", "A", "未註明出處"]
    assert _paths(bundle) == [["1", "4"], ["3"], ["2"]]


@pytest.mark.parametrize(
    ("group", "language", "titles"),
    [
        ("month", "zh-Hans", ["2024年1月", "2024年10月", "未注明日期"]),
        ("month", "en", ["2024-01", "2024-10", "Not dated"]),
        ("category", "en", ["News", "Without a category"]),
        ("none", "en", [""]),
    ],
)
def test_other_groupings(group: str, language: str, titles: list[str]) -> None:
    articles = [
        _article("1", "2024-10-05T00:00:00+08:00", categories=("News", "World")),
        _article("2", "2024-01"),
        _article("3", None, categories=("News",)),
    ]
    assert [one.title for one in _made(*articles, group=group, language=language).groups] == titles


def test_when_nothing_has_a_heading_there_is_no_grouping() -> None:
    assert [group.title for group in _made(_article("1"), _article("2")).groups] == [""]


def test_the_identifier_is_that_of_the_records_and_the_title() -> None:
    one, two = _article("1"), _article("2")
    assert _made(one, two).identifier == _made(two, one, order="path").identifier
    assert len({_made(one).identifier, _made(two).identifier, _made(one, title="U").identifier}) == 3


def test_settings_win_over_what_is_derived() -> None:
    bundle = _made(_article("1", language="en"), title="folder", language="zh-Hans", subtitle="s", cover_text="c")
    assert (bundle.title, bundle.language, bundle.subtitle, bundle.cover_text) == ("folder", "zh-Hans", "s", "c")
    assert make([_article("1")], {}, Settings(title="set"), title="folder").title == "set"


@pytest.mark.parametrize("blank", ["", "   ", "\u3000", "\x01"])
def test_a_title_that_shows_nothing_is_none(blank: str) -> None:
    assert make([_article("a")], {}, Settings(title=blank), title="T").title == "T"
    assert _made(_article("a"), title=blank, name="book").title == "book"


@pytest.mark.parametrize(
    ("languages", "expected"),
    [(["en", "zh-Hans", "zh-Hans"], "zh-Hans"), (["zh-Hant", "en"], "en"), (["und", "en"], "en"), (["und"], "und")],
)
def test_the_furniture_speaks_the_commonest_language(languages: list[str], expected: str) -> None:
    assert _made(*[_article(str(n), language=tag) for n, tag in enumerate(languages)]).language == expected


@pytest.mark.parametrize(
    ("values", "epoch", "expected"),
    [
        (["2024-04-18T09:28:26+08:00", "2020"], None, "2024-04-18T01:28:26Z"),
        (["2024-04-18"], None, "2024-04-18T00:00:00Z"),
        ([None], None, "1980-01-01T00:00:00Z"),
        (["1911-10-10"], None, "1980-01-01T00:00:00Z"),
        (["2024-04-18"], 0, "1970-01-01T00:00:00Z"),
        (["2024-04-18"], 1_700_000_000, "2023-11-14T22:13:20Z"),
    ],
)
def test_modified_is_never_the_clock(values: list[str | None], epoch: int | None, expected: str) -> None:
    assert _made(*[_article(str(n), value) for n, value in enumerate(values)], epoch=epoch).modified == expected


@given(st.text(max_size=30))
def test_what_is_no_date_is_undated(value: str) -> None:
    at = instant(Moment(value=value, precision="day"))
    assert at is None or at.tzinfo is not None


def test_only_assets_that_are_used_go_in() -> None:
    used = article("1", "t", (Figure((Image("a", asset=RED.sha256), Image("b", asset="f" * 64))),))
    assert make([used], {RED.sha256: RED, "0" * 64: RED}, Settings(), title="T").assets == {RED.sha256: RED}
