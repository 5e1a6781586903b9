"""Front matter: every value as its author meant it, and the characters it was read from."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from archivekit.errors import MarkupLimitError
from archivekit.readers.front_matter import FrontMatter, Value, split


def read(block: str) -> FrontMatter:
    """The front matter of a document with this block."""
    front = split(f"---\n{block}\n---\nbody\n")
    assert front is not None
    return front


def plain(front: FrontMatter) -> dict[str, str | list[str]]:
    """Keys and texts; a list where there is a list."""
    return {
        entry.key: [value.text for value in entry.values] if entry.is_list else "".join(value.text for value in entry.values)
        for entry in front.entries
    }


TITLES = [
    # (the text after "title: ", what a person reads there)
    ("借书卡", "借书卡"),
    ("'借书卡'", "借书卡"),
    ('"借书卡"', "借书卡"),
    ("  借书卡  ", "借书卡"),
    ("'it''s'", "it's"),
    (r'"a \"b\" \u501f \x41\n"', 'a "b" 借 A\n'),
    (r'"\ud83d\ude00"', "😀"),
    (r'"C:\下载"', r"C:\下载"),
    ("no", "no"),
    ("0123", "0123"),
    ("007", "007"),
    ("20:14:09", "20:14:09"),
    ("1e3", "1e3"),
    ("2021-13-45", "2021-13-45"),
    ("2021-08-29", "2021-08-29"),
    ("=", "="),
    ("C# 与 # 注释", "C# 与 # 注释"),
    ("#话题# 内容", "#话题# 内容"),
    ("# 一", "# 一"),
    ("甲: 乙", "甲: 乙"),
    ("甲: 乙: 丙", "甲: 乙: 丙"),
    ("甲：乙", "甲：乙"),
    ("a:b", "a:b"),
    ('"a": b', '"a": b'),
    ('"借"后又"还"，三年', '"借"后又"还"，三年'),
    ("'O'Brien's card'", "O'Brien's card"),
    ("'借'与还", "'借'与还"),
    ('"甲"与"乙"', '"甲"与"乙"'),
    ('"She said "yes" to it"', 'She said "yes" to it'),
    ("[快讯] 借书卡", "[快讯] 借书卡"),
    ("[快讯]借书卡[图]", "[快讯]借书卡[图]"),
    ("[快讯]", "[快讯]"),
    ("[a, b]", "[a, b]"),
    ("{甲} 乙", "{甲} 乙"),
    ("{甲}", "{甲}"),
    ("{{ page.title }}", "{{ page.title }}"),
    ("@某人", "@某人"),
    ("% 一", "% 一"),
    ("*重点* 新闻", "*重点* 新闻"),
    ("**重点**", "**重点**"),
    ("*all", "*all"),
    ("&重点", "&重点"),
    ("&a 重点", "&a 重点"),
    ("! 一", "! 一"),
    ("!重要", "!重要"),
    ("!!str 7", "7"),
    ("`code` 一", "`code` 一"),
    ("> 一", "> 一"),
    ("| 一", "| 一"),
    ("- 一", "- 一"),
    ("? 一", "? 一"),
    (", 一", ", 一"),
    ("一\t二", "一\t二"),
    ("\t一", "一"),
    ("一\x01二", "一\x01二"),
    ("一\u2028二", "一\u2028二"),
    ("一\u0085二", "一\u0085二"),
    ("\u3000一", "一"),
    ('"""\'借书卡\'"""', "借书卡"),
    ("\"\"\"\"\"\"\"\"\"'借书卡！'\"\"\"\"\"\"\"\"\"", "借书卡！"),
    ('"没有收尾', '"没有收尾'),
    ("没有开头\"", "没有开头\""),
    ("一\n  二", "一 二"),
    ('"一\n  二"', "一 二"),
    ("|\n  一\n  二\n", "一\n二"),
    (">-\n  一\n  二\n", "一 二"),
    ("|\n  # 一\n  二: 三", "# 一\n二: 三"),
    ("\n  一", "一"),
    ("😀 𠮷", "😀 𠮷"),
]  # fmt: skip


@pytest.mark.parametrize(
    "around", ["title: {}", "title: {}\ndate: 2021-08-29", "layout: post\ntitle: {}\ntags: [a]", "title: {}\nx: @y"]
)
@pytest.mark.parametrize(("written", "meant"), TITLES)
def test_titles(written: str, meant: str, around: str) -> None:
    text = f"---\n{around.format(written)}\n---\n"
    front = split(text)
    assert front is not None
    assert [value.text for value in front.values("title")] == [meant]


LISTS = [
    ("[a, b]", ["a", "b"]),
    ("[ 甲 ]", ["甲"]),
    ("['a', \"b\"]", ["a", "b"]),
    ("['it's', \"b\"]", ["it's", "b"]),
    (r"['it\'s', 'b']", ["it's", "b"]),
    ("['a, b', c]", ["a, b", "c"]),
    ("[#甲, #乙]", ["#甲", "#乙"]),
    ("[a: b, c]", ["a: b", "c"]),
    ("[[a, b], [c]]", ["a", "b", "c"]),
    ("[a,\n  b]", ["a", "b"]),
    ("[]", []),
    ("['']", []),
    ("\n- a\n- b", ["a", "b"]),
    (" \n - a\n - b", ["a", "b"]),
    ("\n    - a\n    - 'b'\n", ["a", "b"]),
    ("\n\n- a\n\n- b\n", ["a", "b"]),
    ("\n- C# 与 #甲\n- #乙", ["C# 与 #甲", "#乙"]),
    ("\n- @a\n- b: c: d", ["@a", "b: c: d"]),
    ('\n- "a" 与\n- b', ['"a" 与', "b"]),
    ("\n- [a, b]\n- c", ["a", "b", "c"]),
]


@pytest.mark.parametrize("after", ["", "\nx: @y", "\ntitle: 甲: 乙"])
@pytest.mark.parametrize(("written", "meant"), LISTS)
def test_lists(written: str, meant: list[str], after: str) -> None:
    front = read(f"title: t\ntags: {written}{after}")
    tags = front.get("tags")
    assert tags is not None
    assert tags.is_list
    assert [value.text for value in tags.values] == meant


@pytest.mark.parametrize("written", ["", "''", '""', "~", "null", "# 无", "\n", " \n  \n"])
@pytest.mark.parametrize("after", ["", "\nx: y", "\nx: @y"])
def test_empty_values_are_none(written: str, after: str) -> None:
    front = read(f"title: t\nauthor: {written}{after}")
    author = front.get("author")
    assert author is not None
    assert author.values == ()


BLOCKS = [
    # (a whole block, its entries, the ids of its notices)
    ("a: 1\na: 2", {"a": "1"}, ["front-matter.duplicate-key"]),
    ("a:\n  b: 1\n  c:\n    d: 2\n", {"a.b": "1", "a.c.d": "2"}, []),
    ("a:\n  b: 1\n  c: @2", {"a.b": "1", "a.c": "@2"}, ["front-matter.not-yaml"]),
    ("a: {b: 1, c: [2, 3]}", {"a.b": "1", "a.c": ["2", "3"]}, []),
    ("a:\n- b: 1\n  c: 2\n- d", {"a": ["d"], "a.0.b": "1", "a.0.c": "2"}, []),
    ("a: &x 1\nb: *x", {"a": "&x 1", "b": "*x"}, ["front-matter.anchor"] * 2),
    ("a: &x {b: 1}\nc:\n  <<: *x", {"a.b": "1", "c.<<": "*x"}, ["front-matter.anchor"] * 3),
    ("a: !thing 1", {"a": "!thing 1"}, ["front-matter.tag"]),
    ("a: !!python/object:os.system 1", {"a": "1"}, []),
    ("a: 1\n\nb: 2\n\n\nc: 3\n", {"a": "1", "b": "2", "c": "3"}, []),
    ("a: 1\r\nb: [c]\r\nd: e: f\r", {"a": "1", "b": ["c"], "d": "e: f"}, ["front-matter.not-yaml"]),
    ('a: "没有收尾\nb: "二"', {"a": '"没有收尾', "b": "二"}, ["front-matter.not-yaml"]),
    ('a: "没有收尾\nb: 二', {"a": '"没有收尾', "b": "二"}, ["front-matter.not-yaml"]),
    ("a：一\nb: 二", {"a": "一", "b": "二"}, ["front-matter.not-yaml"]),
    ("a:一\nb: 二", {"a": "一", "b": "二"}, ["front-matter.not-yaml"]),
    ("a: 一\n二\nb: @三", {"a": "一 二", "b": "@三"}, ["front-matter.not-yaml", "front-matter.stray-line"]),
    ("  a: 1\n  b: 2", {"a": "1", "b": "2"}, []),
    ("\ta: 1\n\tb: 2", {"a": "1", "b": "2"}, ["front-matter.not-yaml"]),
    ("'a b': 1\n\"c\": 2\nd e: 3\n标题: 四", {"a b": "1", "c": "2", "d e": "3", "标题": "四"}, []),
    ("'a b': 1\nc: @2", {"a b": "1", "c": "@2"}, ["front-matter.not-yaml"]),
    ('a: "x"y"\nb: "z"', {"a": 'x"y', "b": "z"}, ["front-matter.not-yaml"]),
    ("a: 2020-01-01 # local\n", {"a": "2020-01-01"}, []),
    ("a: https://e.org/#x\nb: https://e.org:80/?q=a&b=c#d", {"a": "https://e.org/#x", "b": "https://e.org:80/?q=a&b=c#d"}, []),
]


@pytest.mark.parametrize(("block", "entries", "notices"), BLOCKS)
def test_blocks(block: str, entries: dict[str, str | list[str]], notices: list[str]) -> None:
    front = read(block)
    assert plain(front) == entries
    assert sorted(notice.id for notice in front.notices) == sorted(notices)


def test_notices_say_where() -> None:
    text = "---\ntitle: 好\ndate: a: b\n---\n"
    front = split(text)
    assert front is not None
    (notice,) = front.notices
    assert (notice.id, notice.message) == ("front-matter.not-yaml", "mapping values are not allowed in this context")
    assert text[notice.start - 1 : notice.start + 2] == "a: "


def test_a_control_character_is_pointed_at() -> None:
    text = "---\ntitle: 借书\x08卡\n---\n"
    front = split(text)
    assert front is not None
    (notice,) = front.notices
    assert (notice.message, text[notice.start]) == ("control characters are not allowed", "\x08")


def test_duplicates_are_kept() -> None:
    front = read("a: 1\nb: 2\nA: 3\na: 4")
    assert [(entry.key, entry.values[0].text) for entry in front.entries] == [("a", "1"), ("b", "2"), ("A", "3")]
    assert [(entry.key, entry.values[0].text) for entry in front.duplicates] == [("a", "4")]


def test_comments_are_kept() -> None:
    text = "---\n# 一\na: 1 # 二\nb: '#x' # 三\ntags:\n  # 四\n  - c # 五\n---\n"
    front = split(text)
    assert front is not None
    assert [value.text for value in front.comments] == ["# 一", "# 二", "# 三", "# 四", "# 五"]
    assert all(text[value.start : value.end] == value.text for value in front.comments)


FENCES = [
    # (text, the block, the body); None where there is no front matter
    ("---\na: 1\n---\nbody", "---\na: 1\n---", "body"),
    ("\n\n---\na: 1\n---\n\nbody", "---\na: 1\n---", "\nbody"),
    ("\ufeff---\na: 1\n---\n", "---\na: 1\n---", ""),
    (" \r\n---\r\na: 1\r\n---\r\n  body", "---\r\na: 1\r\n---", "  body"),
    ("--- \na: 1\n---\t\nbody", "--- \na: 1\n---", "body"),
    ("---\na: 1\n...\nbody", "---\na: 1\n...", "body"),
    ("---\na: 1\n---", "---\na: 1\n---", ""),
    ("---\na: |\n  ---\n---\nb", "---\na: |\n  ---\n---", "b"),
    ("----\na: 1\n---\n----\nb", "----\na: 1\n---\n----", "b"),
    ("+++\na = 1\n+++\nbody", "+++\na = 1\n+++", "body"),
    ('{\n"a": 1\n}\nbody', '{\n"a": 1\n}', "body"),
    ("title: 甲\ntags:\n  - 乙\n- 丙\nx:\n---\nbody", "title: 甲\ntags:\n  - 乙\n- 丙\nx:\n---", "body"),
    ("\ndate: 1\r\ntitle: 甲\r\n----\r\nbody", "date: 1\r\ntitle: 甲\r\n----", "body"),
    ('"title": "甲",\n"a": {"b": 1}\n;;;\nbody', '"title": "甲",\n"a": {"b": 1}\n;;;', "body"),
    (';;;\n"a": 1\n;;;\n\nbody', ';;;\n"a": 1\n;;;', "\nbody"),
    ("date: 1\nauthor: 甲\n---\nbody", None, None),
    ("title: 甲\n一段话。\n---\nbody", None, None),
    ("title: 甲\n\nx: 1\n---\nbody", None, None),
    ("# 题\ntitle: 甲\n---\nbody", None, None),
    ("title: 甲\nbody", None, None),
    ('"title": "甲"\nbody', None, None),
    ('"title": "甲";;;\nbody', None, None),
    ('"他说": “甲”\n;;;\nbody', None, None),
    ("---\n\n一段话。\n\n---\n", None, None),
    ("---\n一段话：甲\n还有一段\n再来一段\n---\n", None, None),
    ("---\nNote: one\ntwo\nthree\nfour\n---\n", None, None),
    ("---\n---\nbody", None, None),
    ("---\na: 1\nbody", None, None),
    ("text\n---\na: 1\n---\n", None, None),
    ("-- -\na: 1\n---\n", None, None),
    ("--- a\na: 1\n---\n", None, None),
    ("---\n- a\n- b\n---\n", None, None),
    ("---\n# 标题\n\n一段话。\n---\n", None, None),
    ('{"a": 1}\n{"a": 2}\n', None, None),
    ('{"a": 1}', None, None),
    ("{\nnot json\n}\n", None, None),
    ("+++\nwords\n+++\n", None, None),
    ("", None, None),
    ("---", None, None),
]


@pytest.mark.parametrize(("text", "block", "body"), FENCES)
def test_fences(text: str, block: str | None, body: str | None) -> None:
    front = split(text)
    if block is None:
        assert front is None
        return
    assert front is not None
    assert text[front.start : front.end] == block
    assert text[front.body_start :] == body


def test_toml() -> None:
    text = (
        '+++\ntitle = "借书卡 # \\"一\\""\nplain = \'a\\b\'\ndate = 2021-08-29T20:14:09+08:00 # 夜\ndraft = false\n'
        "n = 0x1F\n"
        "tags = [\"a\", 'b',\n  \"c\\u0041\"]\nlong = '''\n一\n二'''\n# 注\n"
        '[params]\nkey.sub = "v"\n[[authors]]\nname = "甲"\n+++\nbody'
    )
    front = split(text)
    assert front is not None
    assert front.kind == "toml"
    assert plain(front) == {
        "title": '借书卡 # "一"',
        "plain": "a\\b",
        "date": "2021-08-29T20:14:09+08:00",
        "draft": "false",
        "n": "0x1F",
        "tags": ["a", "b", "cA"],
        "long": "一\n二",
        "params.key.sub": "v",
        "authors.name": "甲",
    }
    assert front.notices == ()
    assert [value.text for value in front.comments] == ["# 夜", "# 注"]
    assert text[front.body_start :] == "body"


def test_broken_toml_is_read_as_lines() -> None:
    front = split('+++\ntitle = 没有引号\na = "x"\na = "y"\n+++\n')
    assert front is not None
    assert plain(front) == {"title": "没有引号", "a": "x"}
    assert sorted(notice.id for notice in front.notices) == ["front-matter.duplicate-key", "front-matter.not-toml"]


def test_toml_keeps_what_follows_a_value() -> None:
    front = split('+++\na = [快讯] 借书\nb = "x" y # z\nc = ["]", "#", 1, {d = "e"}]\n+++\n')
    assert front is not None
    assert plain(front) == {"a": "[快讯] 借书", "b": '"x" y # z', "c": ["]", "#", "1", '{d = "e"}']}


def test_json() -> None:
    text = (
        '{\n  "title": "借\\u4e66",\n "n": 1.50,\n "d": false, "x": null,\n'
        ' "tags": ["a", "b"],\n "p": {"q": [{"r": "s"}]}\n}\n\nbody'
    )
    front = split(text)
    assert front is not None
    assert front.kind == "json"
    assert plain(front) == {"title": "借书", "n": "1.50", "d": "false", "x": "", "tags": ["a", "b"], "p.q": [], "p.q.0.r": "s"}
    assert text[front.body_start :] == "\nbody"


# --- laws ---------------------------------------------------------------------------------------------------------


def assert_positions(text: str, front: FrontMatter) -> None:
    """Everything stands where it says, inside the block, and values are in the order of the text."""
    assert text[: front.start].strip("\ufeff\u200b \t\r\n\f\v\u00a0\u3000") == ""
    assert front.start < front.end <= front.body_start <= len(text)
    for entry in (*front.entries, *front.duplicates):
        assert front.start <= entry.key_start <= entry.start <= entry.end <= front.end
        for value in entry.values:
            assert value.text
            assert entry.start <= value.start < value.end <= front.end


SCALARS = st.text(alphabet=st.sampled_from("借书ab :#'\"[]{},&*!|>%@`-?\\/=~0123。：\t"), max_size=12)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["title: ", "date: ", "tags: ", "  - ", "- ", "  x: ", "", "# "]), SCALARS), max_size=6)
)
def test_positions_in_any_yaml(lines: list[tuple[str, str]]) -> None:
    text = "---\nlayout: post\n" + "".join(f"{head}{rest}\n" for head, rest in lines) + "---\nbody"
    front = split(text)
    if front is None:
        return
    assert_positions(text, front)
    for entry in front.entries:
        for value in entry.values:
            raw = text[value.start : value.end]
            if "\n" not in raw and raw[0] not in "\"'!":
                assert value.text == raw


WORDS = st.text(
    alphabet=st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufeff"), max_size=20
).map(str.strip)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), WORDS | st.lists(WORDS, max_size=3), min_size=1))
def test_what_a_dumper_wrote_is_read_back(data: dict[str, str | list[str]]) -> None:
    wanted = {key: [item for item in value if item] if isinstance(value, list) else value for key, value in data.items()}
    written = (
        f"---\n{yaml.safe_dump(data, allow_unicode=True)}---\n",
        f"---\n{yaml.safe_dump(data, default_style=chr(34))}---\n",
        json.dumps(data, indent=1, ensure_ascii=False),
        "+++\n" + "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in data.items()) + "+++\n",
    )
    for text in written:
        front = split(text)
        assert front is not None
        assert_positions(text, front)
        assert plain(front) == wanted


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["---", "+++", "{"]))
def test_any_text_is_read_without_an_exception(inside: str, fence: str) -> None:
    key = {"---": "a: ", "+++": "a = ", "{": '"a": '}[fence]
    for text in (inside, f"{fence}\n{key}{inside}\n{fence.replace('{', '}')}\n", f"{fence}\n{inside}"):
        front = split(text)
        if front is not None:
            assert_positions(text, front)


BOMBS = {
    "brackets": "a: " + "[" * 50_000,
    "closed brackets": "a: " + "[" * 20_000 + "]" * 20_000,
    "braces": "a: " + "{" * 50_000,
    "dashes": "a:\n  " + "- " * 30_000,
    "questions": "a: 1\n" + "? " * 30_000,
    "laughs": "a: &a [x, x]\n"
    + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12)),
    "merges": "a: &a {x: 1}\n"
    + "".join(f"b{n}: &b{n}\n  <<: [{', '.join([f'*b{n - 1}' if n else '*a'] * 9)}]\n" for n in range(12)),
    "digits": "a: " + "9" * 100_000,
    "quotes": "a: " + "\"'" * 30_000,
    "open quotes": "\n".join(f'k{n}: "x' for n in range(6_000)),
    "commas": "a: [" + "'," * 30_000 + "]",
    "quoted items": "tags: [" + "'a" * 20_000 + "]",
    "keys": "\n".join(f"k{n}: @{n}" for n in range(6_000)),
    "same key": "a: @\n" * 6_000,
    "comments": "a: 1\n" + "# x\n" * 15_000,
    "indents": "\n".join(" " * n + f"k{n}: " for n in range(300)) + "\nz: @",
    "spaces": "a:" + " " * 200_000 + "b",
    "large": "\n".join(f"key{n}: value {n}" for n in range(10_000)),
    "colons": "a: " + ": " * 30_000,
    "hashes": "a: " + " #" * 30_000,
    "backslashes": 'a: "' + "\\" * 60_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_neither_hang_nor_raise(name: str) -> None:
    for fence, block in (("---", BOMBS[name]), ("+++", BOMBS[name].replace(": ", " = ", 1))):
        text = f"{fence}\n{block}\n{fence}\n"
        began = time.perf_counter()
        front = split(text)
        assert time.perf_counter() - began < 2, fence
        if fence == "---":
            assert front is not None
            assert_positions(text, front)
    began = time.perf_counter()
    split('{\n"a": ' + BOMBS[name][3:] + "\n}\n")
    split("{\n" + '{"a":' * 30_000)
    split("+++\n" + "a." * 30_000 + "a = 1\n+++\n")
    split(BOMBS[name] + "\n---\n")
    split('"a": ' + BOMBS[name][3:] + "\n;;;\n")
    assert time.perf_counter() - began < 2


def test_a_block_has_a_limit() -> None:
    with pytest.raises(MarkupLimitError):
        split("---\n" + "a: 1\n" * 60_000 + "---\n")
    assert split("---\na: 1\n" + "一段话。\n" * 60_000 + "---\n") is None


# --- real data ----------------------------------------------------------------------------------------------------

SHARED = os.environ.get("ARCHIVEKIT_SHARED")
needs_shared = pytest.mark.skipif(not SHARED, reason="ARCHIVEKIT_SHARED is not set: real documents and suites are not checked")


@needs_shared
def test_the_yaml_suite_raises_nothing() -> None:
    files = sorted(Path(SHARED or "", "suites", "yaml").glob("*.yaml"))
    assert len(files) > 300
    for path in files:
        cases = path.read_text("utf-8")
        for inside in (cases, *(case.get("yaml", "") for case in yaml.load(cases, yaml.CBaseLoader) if isinstance(case, dict))):
            for text in (f"---\nfirst: 1\n{inside}\n---\n", f"---\n{inside}\n---\n"):
                front = split(text)
                if front is not None:
                    assert_positions(text, front)


@needs_shared
def test_real_front_matter_has_the_title_a_person_reads() -> None:
    count = 0
    for path in sorted(Path(SHARED or "", "corpora").rglob("*.md")):
        text = path.read_bytes().decode("utf-8-sig", "replace")
        front = split(text)
        if front is None or path.name == "README.md":
            continue
        count += 1
        assert_positions(text, front)
        line = next(line for line in text.splitlines() if line.startswith("title:"))
        words = line.removeprefix("title:").strip()
        if words.startswith('"""'):
            words = words.strip("\"'")
        elif words[:1] == "'":
            words = words[1:-1].replace("''", "'")
        elif words[:1] == '"':
            words = words[1:-1].replace('\\"', '"')
        assert "".join(value.text for value in front.values("title")) == words, path.name
    assert count > 780


@needs_shared
def test_speed() -> None:
    texts = [
        path.read_bytes().decode("utf-8-sig", "replace") for path in Path(SHARED or "", "corpora", "hugo-zh-hant").glob("*.md")
    ]
    began = time.perf_counter()
    for text in texts:
        split(text)
    assert (time.perf_counter() - began) / len(texts) < 0.005


def test_keys_are_found_whatever_their_case() -> None:
    front = read("Title: [快讯]\nTAGS:\n  - a\n  - b")
    assert front.values("title") == (Value("[快讯]", 11, 15),)
    assert [value.text for value in front.values("Tags")] == ["a", "b"]
    assert front.get("missing") is None
    assert front.values("missing") == ()
