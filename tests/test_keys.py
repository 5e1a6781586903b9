"""The keys of front matter: which field each one fills, in which language, and what is more than one value."""

from __future__ import annotations

import pytest

from archivekit import source
from archivekit.accounting import check
from archivekit.model import Article
from archivekit.reading import read_source
from archivekit.sites import load_profiles

PROFILES = load_profiles()


def read(keys: str) -> Article:
    origin = source.load("a.md", f"---\n{keys}\n---\n\n港口上空有四十个蜂箱。\n".encode())
    (found,) = read_source(origin, PROFILES)
    check(origin, (found,))
    return found


@pytest.mark.parametrize(
    ("keys", "field", "expected"),
    [
        ("tags: react, vue，前端", "tags", ("react", "vue", "前端")),
        ("tags: ，一、二、", "tags", ("一", "二")),
        ("tags: 一，，二，，", "tags", ("一", "二")),
        ('tags: "a, \\u4e00"', "tags", ("a", "一")),
        ("tags: ,", "tags", ()),
        ("tags: [茶, 潮州", "tags", ("[茶, 潮州",)),
        ("tags: ['a, b', c]", "tags", ("a, b", "c")),
        ("categories: 文化、教育，社会", "categories", ("文化、教育", "社会")),
        ("标题: 蜂", "title", "蜂"),
        ("標籤: 颱風, 天氣", "tags", ("颱風", "天氣")),
        ("分類: 生活", "categories", ("生活",)),
        ("連結: https://e.example/1", "url", "https://e.example/1"),
        ("來源: 聯合新聞網", "extra", {"source": "聯合新聞網"}),
        ("备注: 一", "extra", {"备注": "一"}),
        ("copyright: true", "rights", None),
        ("copyright: true", "extra", {"copyright": "true"}),
        ("copyright: CC BY 4.0", "rights", "CC BY 4.0"),
    ],
)
def test_keys(keys: str, field: str, expected: object) -> None:
    assert getattr(read(keys), field) == expected


def test_an_author_and_a_date_in_chinese() -> None:
    article = read("作者: 王小明\n日期: 2023-09-02")
    assert [(person.name, person.role) for person in article.contributors] == [("王小明", "aut")]
    assert article.published is not None
    assert article.published.value == "2023-09-02"
