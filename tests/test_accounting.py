"""Nothing of a source is lost and nothing invented, and the accounting that says so would find it if it were."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archivekit import reading, readings
from archivekit.accounting import account, visible
from archivekit.corpus.walk import EXTENSIONS
from archivekit.errors import ArchiveKitError, UnaccountedTextError
from archivekit.model import Article, Code, CodeBlock, Evidence, Figure, Image, Removal, Span, Text, encode, plain_text, walk
from archivekit.reading import Profiles, Read, load_profiles, read_source
from archivekit.source import Source, load

HERE = Path(__file__).parent
SAMPLE = sorted(
    path
    for folder in (HERE.parent / "corpus", HERE / "cases")
    for path in folder.rglob("*")
    if path.suffix[1:] in EXTENSIONS and path.is_file()
)
SHARED = os.environ.get("ARCHIVEKIT_SHARED")


@cache
def profiles() -> Profiles:
    return load_profiles()


def read(data: bytes, path: str = "a") -> tuple[Source, tuple[Article, ...]]:
    source = load(path, data)
    return source, read_source(source, profiles())


def assert_accounted(data: bytes, path: str = "a") -> None:
    """Everything in the file is in its records, and the records say nothing the file does not bear out."""
    source, articles = read(data, path)
    found = account(source, articles)
    said = [source.data[span.start : span.end].decode(source.encoding, "replace") for span in (*found.lost, *found.altered)]
    assert found.complete, (found.line(), said[:5], found.faults[:5])
    assert found.share == 1.0


# --- the accounting is not vacuous ------------------------------------------------------------------------------

LEAVES = (Text, Code, CodeBlock)


def rebuilt(article: Article, change: Callable[[Any], Any | None]) -> Article:
    """The article with every leaf of its body put through ``change`` (None takes it out), its plain text derived anew."""

    def visit(node: Any) -> Any | None:
        if isinstance(node, LEAVES):
            return change(node)
        if not isinstance(node, msgspec.Struct):
            return node
        fields = {}
        for name in node.__struct_fields__:
            value = getattr(node, name)
            if isinstance(value, tuple):
                fields[name] = tuple(kept for one in value if (kept := visit(one)) is not None)
        return msgspec.structs.replace(node, **fields) if fields else node

    body = tuple(kept for block in article.body if (kept := visit(block)) is not None)
    return msgspec.structs.replace(article, body=body, text=plain_text(body))


def with_provenance(article: Article, **fields: Any) -> Article:
    return msgspec.structs.replace(article, provenance=msgspec.structs.replace(article.provenance, **fields))


def leaves_of(article: Article) -> list[Any]:
    return [node for node in walk(article.body) if isinstance(node, LEAVES) and node.text.strip()]


def places_of(article: Article) -> list[tuple[object, Span]]:
    """Everything that covers a part of the source, with its place."""
    made = article.provenance
    leaves: list[tuple[object, Span]] = [(leaf, Span.parse(leaf.at)) for leaf in walk(article.body) if getattr(leaf, "at", "")]
    fields = [(entry, entry.span) for entry in made.evidence.values() if entry.span is not None]
    return [*leaves, *fields, *((removal, removal.span) for removal in made.removals)]


def alone(source: Source, articles: tuple[Article, ...], holder: object) -> bool:
    """Whether something visible at the holder's place is covered by it and by nothing else."""
    shown = bytearray(visible(source, articles))
    own: Span | None = None
    for article in articles:
        for other, place in places_of(article):
            if other is holder and own is None:
                own = place
            else:
                start, end = source.char(place.start), source.char(place.end)
                shown[start:end] = bytes(end - start)
    return own is not None and any(shown[source.char(own.start) : source.char(own.end)])


def other_words(text: str) -> str:
    """The text with its first visible character, if it is a letter or figure, changed."""
    for at, char in enumerate(text):
        if char.isalnum():
            return text[:at] + ("乙" if char != "乙" else "丙") + text[at + 1 :]
    return text + "丙"


def incomplete(source: Source, article: Article, rest: tuple[Article, ...]) -> bool:
    return not account(source, (article, *rest)).complete


each_sample = pytest.mark.parametrize("path", SAMPLE, ids=[str(path.relative_to(HERE.parent)) for path in SAMPLE])


@each_sample
def test_a_leaf_that_goes_missing_or_is_altered_is_found(path: Path) -> None:
    source, (article, *more) = read(path.read_bytes(), path.name)
    rest = tuple(more)
    leaves = leaves_of(article)
    for leaf in leaves[:: max(1, len(leaves) // 12)]:
        altered = rebuilt(
            article, lambda node, leaf=leaf: type(node)(other_words(node.text), at=node.at) if node is leaf else node
        )
        assert incomplete(source, altered, rest), leaf
        added = rebuilt(article, lambda node, leaf=leaf: type(node)(node.text + "多", at=node.at) if node is leaf else node)
        assert incomplete(source, added, rest), leaf
        if alone(source, (article, *rest), leaf):
            gone = rebuilt(article, lambda node, leaf=leaf: None if node is leaf else node)
            assert incomplete(source, gone, rest), leaf


@each_sample
def test_a_removal_that_goes_missing_or_lies_is_found(path: Path) -> None:
    source, (article, *more) = read(path.read_bytes(), path.name)
    rest = tuple(more)
    removals = article.provenance.removals
    for removal in removals[:: max(1, len(removals) // 12)]:

        def instead(new: Removal | None, removal: Removal = removal) -> Article:
            kept = tuple(new if one is removal else one for one in removals)
            return with_provenance(article, removals=tuple(one for one in kept if one is not None))

        assert incomplete(source, instead(msgspec.structs.replace(removal, rule="")), rest), removal
        assert incomplete(source, instead(msgspec.structs.replace(removal, text=other_words(removal.text))), rest), removal
        past = Span(removal.span.start, len(source.data) + 1)
        assert incomplete(source, instead(msgspec.structs.replace(removal, span=past)), rest), removal
        if alone(source, (article, *rest), removal):
            assert incomplete(source, instead(None), rest), removal


@each_sample
def test_evidence_that_goes_missing_or_lies_is_found(path: Path) -> None:
    source, (article, *more) = read(path.read_bytes(), path.name)
    rest = tuple(more)
    evidence = article.provenance.evidence
    for key, entry in evidence.items():
        if entry.span is None:
            continue

        def instead(new: Evidence, key: str = key) -> Article:
            return with_provenance(article, evidence={**evidence, key: new})

        assert incomplete(source, instead(msgspec.structs.replace(entry, raw=other_words(entry.raw))), rest), key
        assert incomplete(source, instead(msgspec.structs.replace(entry, rule="")), rest), key
        if entry.span.end > entry.span.start:
            shorter = Span(entry.span.start, entry.span.end - 1)
            assert incomplete(source, instead(msgspec.structs.replace(entry, span=shorter)), rest), key
        if alone(source, (article, *rest), entry):
            left = {name: one for name, one in evidence.items() if name != key}
            assert incomplete(source, with_provenance(article, evidence=left), rest), key


def test_words_from_nowhere_and_words_said_twice_are_found() -> None:
    source, (article,) = read("标题在此\n\n第一段文字，有一些话。\n\n第二段文字，也有一些话。\n".encode())
    assert account(source, (article,)).complete
    invented = msgspec.structs.replace(article, body=(*article.body, type(article.body[0])((Text("凭空"),))))
    twice = msgspec.structs.replace(article, body=(*article.body, article.body[-1]))
    for wrong in (invented, twice):
        found = account(source, (msgspec.structs.replace(wrong, text=plain_text(wrong.body)),))
        assert found.faults and not found.complete
    assert account(source, (msgspec.structs.replace(article, text="别的"),)).faults == ("the plain text is not the body's",)


def test_almost_everything_in_a_body_stands_in_a_leaf_and_nowhere_else() -> None:
    sole = total = 0
    for path in SAMPLE:
        source, articles = read(path.read_bytes(), path.name)
        shown = bytes(visible(source, articles))
        covered = bytearray(len(source.text))
        for article in articles:
            for holder, place in places_of(article):
                for at in range(source.char(place.start), source.char(place.end)):
                    covered[at] |= 1 if isinstance(holder, LEAVES) else 2
        total += sum(1 for seen, by in zip(shown, covered, strict=True) if seen and by & 1)
        sole += sum(1 for seen, by in zip(shown, covered, strict=True) if seen and by == 1)
    assert sole / total > 0.99


# --- the laws, on documents nobody has seen ---------------------------------------------------------------------

WORD = st.text(
    st.sampled_from("文字新闻記者的是在了，。：“”！（）—…abcXYZ 019&;*_`~[]<>/\\|#'\"-+=.!?:%$　\u00a0\u200b\ue123喆€"),
    min_size=1,
    max_size=24,
)
HAN = st.text(st.sampled_from("天地玄黃宇宙洪荒日月盈昃辰宿列張寒來暑往秋收冬藏，。"), min_size=2, max_size=30)
LINE = st.one_of(HAN, WORD, st.builds("{}{}{}".format, HAN, WORD, HAN)).map(lambda line: line.replace("\n", " "))
LABEL = st.sampled_from(
    ["记者：", "責任編輯：", "来源：", "日期：2024-04-18", "作者:", "（中央社記者甲乙台北2日電）", "【本報訊】", "图片来源："]
)


@st.composite
def html_piece(draw: st.DrawFn) -> str:
    tag = draw(
        st.sampled_from(["p", "div", "h2", "blockquote", "li", "small", "figcaption", "td", "em", "strong", "span", "section"])
    )
    inner = draw(LINE).replace("<", "&lt;")
    shape = draw(st.integers(0, 9))
    if shape == 0:
        return f'<p><a href="https://e.org/?a=1&b=2">{inner}</a></p>'
    if shape == 1:
        return f'<figure><img src="https://e.org/a.jpg" alt="图"/><figcaption>{inner}</figcaption></figure>'
    if shape == 2:
        return f"<p>{inner}<br/> <br/>{draw(LABEL)}甲乙</p>"
    if shape == 3:
        return f"<{tag}>{inner}"
    if shape == 4:
        return f"{inner}</{tag}>"
    if shape == 5:
        return f"<table><tr><td>{inner}</td><p>{draw(HAN)}</p></tr></table>"
    if shape == 6:
        return f"<p style='display:none'>{inner}</p><script>var a = '{draw(HAN)}'</script>"
    return f"<{tag}>{inner}</{tag}>"


HTML = st.lists(html_piece(), min_size=1, max_size=6).map("\n".join)


@st.composite
def markdown_piece(draw: st.DrawFn) -> str:
    inner = draw(LINE)
    shape = draw(
        st.sampled_from(
            [
                "{}",
                "{}\n{}",
                "## {}",
                "**{}**",
                "* {}\n* {}",
                "1. {}\n2. {}",
                "> {}",
                "[{}](https://e.org/a_b)",
                "![{}](https://e.org/a.jpg)",
                "```\n{}\n```",
                "    {}",
                "|{}|{}|\n|---|---|\n|a|{}|",
                "<p>{}</p>",
                "---",
                "[甲]: {}",
                "{}\n===",
                "{{% note info {} %}}\n{}\n{{% endnote %}}",
                "{{% blockquote {}, https://e.org/ {} %}}{}{{% endblockquote %}}",
                "{{% highlight py %}}\n{}\n{{% endhighlight %}}",
                "{}{{% raw %}}{}{{% endraw %}}{}",
                '{{{{< figure src="a.png" caption="{}" >}}}}',
                "{}{{% kbd {} %}}{{{{< ruby '{}' 'a' >}}}}",
                "{{% comment %}}{}\n\n{}{{% endcomment %}}",
                ":::tip {}\n{}\n:::",
                "[{}]({{% post_url {} %}})![{}]({{{{ site.url }}}}/a.png)",
                "甲[^1]{}\n\n[^1]: {}\n    {}",
                "{}^[{}]",
                "## {} {{#a .b}}\n{{: .c}}\n\n[{}](/a){{:target='_blank'}}",
                "* {}\n{{:toc}}\n\n<div>{{{{< x >}}}}{}</div>",
            ]
        )
    )
    return shape.format(inner, draw(HAN), draw(HAN))


MARKDOWN = st.lists(st.one_of(markdown_piece(), LABEL), min_size=1, max_size=6).map("\n\n".join)
VALUE = st.one_of(
    LINE, HAN, st.sampled_from(["2024-04-18", "'甲: 乙'", '"甲"', "[甲, 乙]", "*a", "|\n  甲\n  乙", "yes", "0x1F"])
)
FRONT = st.lists(
    st.tuples(st.sampled_from(["title", "author", "date", "tags", "categories", "url", "x"]), VALUE), max_size=5
).map(lambda rows: "---\n" + "".join(f"{key}: {value}\n" for key, value in rows) + "---\n\n")
STAMP = st.builds("<!--1713405421000-->\n[{}](https://e.org/a)\n------\n\n".format, LINE)
DATED = st.builds("[{}](https://e.org/a)\n------\n日期：Thu, 18 Apr 2024 01:57:01 GMT\n\n".format, LINE)
PAGE = st.builds(
    '<!DOCTYPE html><html><head><title>{}</title><meta property="og:title" content="甲"></head><body><nav>首页</nav>'
    "<article><h1>{}</h1>{}</article><footer>版权所有</footer></body></html>".format,
    HAN,
    HAN,
    HTML,
)
BARE = st.builds("title: {}\nauthor: {}\n---\n{}".format, HAN, HAN, MARKDOWN)
SEMICOLONS = st.builds('"title": "{}",\n"x": ["{}"]\n;;;\n{}'.format, HAN, HAN, MARKDOWN)
PLAIN = st.lists(st.one_of(LINE, LABEL, st.just("")), min_size=1, max_size=10).map("\n".join)
DOCUMENTS = {
    "stamped": st.builds("{}{}".format, STAMP, HTML),
    "dated": st.builds("{}{}".format, DATED, HTML),
    "stamped-in-front-matter": st.builds("{}{}<div>{}</div>".format, FRONT, STAMP, HTML),
    "front-matter-markdown": st.builds("{}{}".format, FRONT, MARKDOWN),
    "front-matter-html": st.builds("{}{}".format, FRONT, HTML),
    "headline": st.builds("### {}\n------\n[首页](https://e.org/) | [目录](https://e.org/l)\n\n{}".format, HAN, HTML),
    "front-matter-unopened": st.one_of(BARE, SEMICOLONS),
    "markup-markdown": st.builds("# {}\n\n**{}**\n\n{}".format, HAN, HAN, MARKDOWN),
    "markup-html": st.builds("<p>{}</p>{}".format, HAN, HTML),
    "page": PAGE,
    "plain": PLAIN,
}
QUIET = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def documents(kind: str) -> st.SearchStrategy[str]:
    return DOCUMENTS[kind]


@pytest.mark.parametrize("kind", DOCUMENTS)
@QUIET
@given(st.data())
def test_generated_documents_are_accounted_for(kind: str, data: st.DataObject) -> None:
    text = data.draw(DOCUMENTS[kind])
    try:
        assert_accounted(text.encode())
    except ArchiveKitError:
        return


@pytest.mark.parametrize("kind", DOCUMENTS)
@QUIET
@given(st.data())
def test_reading_is_deterministic_and_its_spans_lie_in_the_file(kind: str, data: st.DataObject) -> None:
    raw = data.draw(DOCUMENTS[kind]).encode(data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"])))
    try:
        source, articles = read(raw)
    except ArchiveKitError:
        return
    assert [encode(one) for one in read(raw)[1]] == [encode(one) for one in articles]
    for article in articles:
        for holder, place in places_of(article):
            assert 0 <= place.start <= place.end <= len(raw), holder
            if isinstance(holder, Evidence):
                assert raw[place.start : place.end].decode(source.encoding, "replace") == holder.raw
            if isinstance(holder, Removal):
                assert holder.rule
        for notice in article.provenance.notices:
            assert notice.span is None or 0 <= notice.span.start <= notice.span.end <= len(raw)


@QUIET
@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
def test_arbitrary_bytes_raise_nothing_but_an_archivekit_error(data: bytes) -> None:
    try:
        read(data)
    except ArchiveKitError:
        return


@QUIET
@given(st.sampled_from(sorted(DOCUMENTS)).flatmap(documents), st.integers(0, 10_000), st.integers(0, 60), st.binary(max_size=8))
def test_damaged_documents_raise_nothing_but_an_archivekit_error(text: str, at: int, size: int, dirt: bytes) -> None:
    data = text.encode()
    at %= len(data) + 1
    try:
        read(data[:at] + dirt + data[at + size :])
    except ArchiveKitError:
        return


def test_a_file_of_records_is_accounted_for_line_by_line() -> None:
    path = SAMPLE[0]
    _, articles = read(path.read_bytes(), path.name)
    data = b"".join(encode(one) + b"\n" for one in articles) * 2
    source, back = read(data, "a.jsonl")
    assert account(source, back).complete
    assert not account(source, back[:-1]).complete
    assert not account(source, (*back, back[0])).complete
    assert not account(source, (msgspec.structs.replace(back[0], title="别的"), *back[1:])).complete


# --- real documents ---------------------------------------------------------------------------------------------


@each_sample
def test_the_sample_corpus_is_accounted_for(path: Path) -> None:
    assert_accounted(path.read_bytes(), path.name)


def real(step: int) -> Iterator[Path]:
    """Every ``step``-th real document of each folder."""
    if not SHARED:
        pytest.skip("ARCHIVEKIT_SHARED is not set: the real documents are not here")
    for folder in (Path(SHARED) / "seeds", *sorted((Path(SHARED) / "corpora").iterdir())):
        if folder.is_dir():
            files = [path for path in folder.iterdir() if path.is_file() and path.name != "README.md"]
            yield from sorted(files)[::step]


def test_some_real_documents_of_every_folder_are_accounted_for() -> None:
    for path in real(12):
        assert_accounted(path.read_bytes(), f"{path.parent.name}/{path.name}")


@pytest.mark.slow
def test_every_real_document_is_accounted_for() -> None:
    count = 0
    for path in real(1):
        assert_accounted(path.read_bytes(), f"{path.parent.name}/{path.name}")
        count += 1
    assert count > 900


def test_words_that_html_moves_out_of_a_table_are_accounted_for() -> None:
    assert_accounted(
        "<!DOCTYPE html><html><head><title>题</title></head><body><nav>首页</nav><article><h1>题目</h1><p>文字。</p>"
        "</article><footer><table><tr><td>版权</td><p>所有</p></tr></table></footer></body></html>".encode()
    )
    assert_accounted(
        '<!DOCTYPE html><html><head><title>。。</title><meta property="og:title" content="甲"></head><body>'
        "<nav>首页</nav><article><h1>。。</h1><figcaption>。。\n<table><tr><td>。冬</td><p>。來</p></tr></table>\n"
        "<p>。。<br/> <br/>记者：甲乙</p></article><footer>版权所有</footer></body></html>".encode()
    )
    assert_accounted(b"---\ntitle: a\n---\n\n<em>*0\n<em>*")


@pytest.mark.parametrize(
    "body",
    [
        "<p>第一段的文字。</p><p>活动到此结束。<img src=/photo.jpg>（编辑：王小明）</p>",
        "<p>第一段的文字。</p><p>活动到此结束。（编辑：王小明）<img src=/photo.jpg></p>",
        "<p>第一段的文字。</p><p>活动到此结束。<img src=/photo.jpg>文章已于2020-03-04修改</p>",
        "<p>第一段的文字。<img src=/photo.jpg> </p>",
    ],
)
def test_pictures_beside_what_is_taken_out_stay(body: str) -> None:
    data = f"---\ntitle: 题目\n---\n{body}\n".encode()
    assert_accounted(data)
    _, (article,) = read(data)
    assert [node.src for node in walk(article.body) if isinstance(node, Image)] == ["/photo.jpg"]


def test_a_picture_that_goes_missing_is_found() -> None:
    for body in ("<p>一段文字。<img src='/a.jpg'></p>", "一段文字。![图](/a.jpg)"):
        source, (article,) = read(f"---\ntitle: 题目\n---\n{body}\n".encode())
        assert account(source, (article,)).complete
        words = tuple(block for block in article.body if not isinstance(block, Figure))
        assert len(words) == len(article.body) - 1
        assert account(source, (msgspec.structs.replace(article, body=words),)).lost


@pytest.mark.parametrize(
    "body",
    [
        "| 甲 | 乙 |\n|:--|--:|\n| 1 | 2 |\n",
        "甲 | 乙\n:-: | ---\n1 | 2\n",
        "> | 甲 |\n> | :-- |\n> | 1 |\n",
        "见[文档][ref]，又见[此处][ REF  a ]。\n\n[ref]: https://e.org/\n[ref a]: /b '题'\n",
        "![图][ref]\n\n[ref]: /a.png\n",
        "见[文档][ref]，没有出处。\n",
        "一行:--|里的冒号。\n",
        "![图]({{ site.baseurl }}/assets/a.png)，[文]({% post_url a %} '题')与[文]({{< ref \"甲.md\" >}})。\n",
        "[文](https://e.org/a-\nb)，[图][a]。\n\n[a]: {{ site.url }}/a.png\n",
    ],
)
def test_what_is_only_syntax_in_markdown_need_not_be_accounted_for(body: str) -> None:
    assert_accounted(f"---\ntitle: 题目\n---\n{body}".encode())
    assert_accounted(f"+++\ntitle = '题目'\n[params.cover] # 注\nimage = 'a.png'\n[[x]]\ny = 1\n+++\n{body}".encode())


def test_what_only_looks_like_syntax_is_missed_when_it_goes_missing() -> None:
    cases = [("见[文档][ref]。", "ref"), ("[ref]: 正文的话", "ref"), ("正文 :-- 冒号", ":"), ("a[甲][乙]\n\n[丙]: /b", "乙")]
    for body, seen in cases:
        source, articles = read(f"---\ntitle: 题目\n---\n{body}\n".encode())
        shown = visible(source, articles)
        assert all(shown[source.text.rindex(seen) + at] for at in range(len(seen))), body
    source, articles = read("+++\ntitle = '题目'\nx = [\n  ['值'],\n]\n+++\n文\n".encode())
    assert visible(source, articles)[source.text.index("值")]


# --- strict reading ---------------------------------------------------------------------------------------------


def test_strict_reading_fails_what_is_not_accounted_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "whole.txt").write_text("标题在此\n\n第一段文字，有一些话。\n", "utf-8")
    (tmp_path / "broken.txt").write_text("别的标题\n\n第二段文字，也有一些话。\n", "utf-8")
    honest = reading.read_with_profiles

    def careless(source: Source, known: Profiles) -> tuple[Read, ...]:
        read = honest(source, known)
        if source.path != "broken.txt":
            return read
        return tuple(one._replace(article=msgspec.structs.replace(one.article, body=(), text="")) for one in read)

    assert [one.error for one in readings.read_tree(tmp_path, strict=True)] == [None, None]
    monkeypatch.setattr(reading, "read_with_profiles", careless)
    assert [one.error for one in readings.read_tree(tmp_path)] == [None, None]
    broken, whole = readings.read_tree(tmp_path, strict=True)
    assert whole.error is None
    assert isinstance(broken.error, UnaccountedTextError)
    assert (broken.error.path, broken.error.offset) == ("broken.txt", len("别的标题\n\n".encode()))
    assert broken.error.message.startswith("accounted: ") and "100.00" not in broken.error.message


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: 题\nauthor: 阿岸\n---\n<address>阿岸</address>\n<p>正文正文正文</p>\n",
        "---\ntitle: 题\nauthor:阿岸\n关键词：水\nd: [\n---\n正文正文正文\n",
        "### 题\n------\n[首页](https://e.org/) | [目录](https://e.org/l)\n\n&lt;\\&lt;</p>",
        "---\ntitle: >#0\n---\n\n正文正文\n",
        "[乡村开门](https://e.org/1)\n---\n日期<footer>甲<footer>一",
        "<h1>题</h1><iframe >\r&amp来源：</iframe>",
        "---\ntitle: 题\n---\n<h3>\n![码]()\n</h3>\n\n正文正文\n",
    ],
    ids=[
        "author-twice",
        "keys-without-yaml",
        "escaped-reference",
        "comment-and-no-block",
        "footer-in-footer",
        "reference-in-a-frame",
        "image-of-nothing",
    ],
)
def test_what_generated_documents_found(text: str) -> None:
    assert_accounted(text.encode())
