"""Lines that articles of one publisher repeat become a draft profile that loads and does what it says."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from fixtures import article, paragraph
from hypothesis import given
from hypothesis import strategies as st

from archivekit import suggest as module
from archivekit.model import Article, LineBreak, Moment, Paragraph, Text
from archivekit.reading import read_source
from archivekit.sites import load_profiles
from archivekit.source import load
from archivekit.suggest import as_toml, suggest


def record(number: int, *lines: str, publisher: str | None = "某报", **fields: object) -> Article:
    body = tuple(paragraph(line) for line in (f"第{'甲乙丙丁戊己庚辛壬癸'[number % 10]}篇{chr(0x5000 + number)}文。", *lines))
    return article(f"{number}.md", "题", body, publisher=publisher, url=f"https://www.bao.example/{number}", **fields)


def test_repeated_lines_are_found_with_counts_and_examples() -> None:
    made = [record(at, f"© 20{at:02} 某报 (版权所有)", *(["偶尔的话"] if at < 2 else [])) for at in range(10)]
    (draft,) = suggest(iter(made))
    assert (draft.publisher, draft.articles, draft.hosts) == ("某报", 10, (("bao.example", 10),))
    (found,) = draft.repeated
    assert (found.count, found.share, found.kind) == (10, 1.0, "line")
    assert found.pattern == r"©\s+\d+\s+某报\s+\(版权所有\)"
    assert found.example.startswith("© 20") and found.path == "0.md"


def test_what_is_followed_by_more_of_the_end_is_a_tail() -> None:
    made = [record(at, "正文。" * (at + 2), "相关阅读", f"别的新闻{chr(0x6000 + at)}") for at in range(6)]
    (draft,) = suggest(made)
    (found,) = draft.repeated
    assert (found.kind, found.within, found.pattern) == ("tail", 2, "^相关阅读$")


def test_a_line_inside_the_last_block_is_found() -> None:
    made = [record(at) for at in range(4)]
    made = [
        article(
            f"{at}.md",
            "题",
            (Paragraph((Text(f"末段{at * 7}{chr(0x5100 + at)}"), LineBreak(), Text("责编：无"))),),
            publisher="某报",
        )
        for at in range(4)
    ]
    (draft,) = suggest(made)
    assert [one.example for one in draft.repeated] == ["责编：无"]


def test_publishers_are_told_apart_and_few_articles_prove_nothing() -> None:
    made = [record(at, "共同的话", publisher=name) for at, name in enumerate(["甲报"] * 4 + ["乙报"] * 3 + ["丙报"] * 2)]
    assert [(draft.publisher, len(draft.repeated)) for draft in suggest(made)] == [("甲报", 1), ("乙报", 1)]
    unnamed = [record(at, "共同的话", publisher=None) for at in range(3)]
    (draft,) = suggest(unnamed)
    assert draft.publisher == "" and draft.hosts == (("bao.example", 3),)


def test_the_zone_and_the_spellings_are_questions() -> None:
    at = Moment(value="2024-04-18T09:28:26+08:00", precision="second", zone_basis="stated")
    text = as_toml(suggest([record(n, published=at, extra={"author": "某報 RSS"}) for n in range(3)])[0])
    assert "# ? which zone does its clock show? +08:00, stated (3)" in text
    assert "names = ['某報 RSS']" in text
    assert "timezone" not in tomllib.loads(text)


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=30), min_size=1, max_size=4))
def test_every_draft_is_a_profile_whose_patterns_match_their_examples(lines: list[str]) -> None:
    made = [record(at, *lines, extra={"author": lines[0]}) for at in range(3)]
    for draft in suggest(made):
        table = tomllib.loads(as_toml(draft))
        assert len(table.get("boilerplate", [])) == len(draft.repeated)
        for rule, found in zip(table.get("boilerplate", []), draft.repeated, strict=True):
            import re

            assert re.fullmatch(rule.get("line") or rule["tail"], found.example)


def test_a_draft_taken_as_it_is_removes_what_it_found(tmp_path: Path) -> None:
    texts = [
        f"<!--171340542{at}000-->\n[题目{at}](https://bao.example/{at})\n------\n\n<p>第{'甲乙丙'[at]}篇正文，各有不同，{'子丑寅'[at]}。</p><p>关注某报，天天好报</p>"
        for at in range(3)
    ]
    made = [read_source(load(f"{at}.md", text.encode()), load_profiles())[0] for at, text in enumerate(texts)]
    (draft,) = suggest(made)
    assert [one.example for one in draft.repeated] == ["关注某报，天天好报"]
    (tmp_path / "bao.toml").write_text(as_toml(draft), "utf-8")
    profiles = load_profiles([tmp_path])
    again = read_source(load("0.md", texts[0].encode()), profiles)[0]
    assert "天天好报" not in again.text and "正文" in again.text
    assert [one.rule for one in again.provenance.removals if "天天好报" in one.text] == ["sites.bao.line-0"]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MANY", 50)
    made = (record(at, "共同的话", *(f"只此一次{chr(0x5000 + 9 * at + n)}" for n in range(9))) for at in range(100))
    (draft,) = suggest(made)
    assert [(one.example, one.count) for one in draft.repeated] == [("共同的话", 100)]
