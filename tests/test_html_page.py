"""A built HTML page: what its head says of the article, and which part of it is the article."""

from __future__ import annotations

import pytest

from archivekit import source
from archivekit.model import Article, decode, encode
from archivekit.readers import html_page
from archivekit.readers.page_title import bare_title
from archivekit.reading import read_source
from archivekit.sites import load_profiles

BODY = (
    "<div itemprop=articleBody>"
    + "<p>港口上空有四十个蜂箱，每天早上九点都照得到太阳，养蜂人随邮差一同上楼。</p>" * 2
    + "</div>"
)


def markup(head: str, body: str = BODY) -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def page(head: str, body: str = BODY) -> Article:
    origin = source.load("x.html", markup(head, body))
    (article,) = html_page.read(origin)
    return article


def script(said: str) -> str:
    return f'<script type="application/ld+json">{said}</script>'


@pytest.mark.parametrize(
    ("said", "title", "raw"),
    [
        (r'{"@type":"NewsArticle","headline":"蜂"}', "蜂", "蜂"),
        (r'{"@type":["NewsArticle"],"headline":"蜂"}', "蜂", "蜂"),
        (r'{"@type":["Thing","BlogPosting"],"headline":"蜂"}', "蜂", "蜂"),
        (r'{"@type":"Article","headline":"a\/b \u8702蜂"}', "a/b 蜂蜂", r"a\/b \u8702蜂"),
        (r'{"@type":"Article","headline":"abc\ud800"}', "abc�", r"abc\ud800"),
        (r'{"@type":"Article","headline":"\uDC00 \uD83D\uDC1D"}', "� 🐝", r"\uDC00 \uD83D\uDC1D"),
        (r'{"@type":"Article","author":"headline","headline":"headline"}', "headline", "headline"),
    ],
)
def test_json_ld(said: str, title: str, raw: str) -> None:
    article = page(script(said))
    found = article.provenance.evidence["title"]
    assert (article.title, found.raw) == (title, raw)
    assert decode(encode(article)) == article
    for evidence in article.provenance.evidence.values():
        assert evidence.span is not None
        assert markup(script(said))[evidence.span.start - 2 :].startswith(b':"')


@pytest.mark.parametrize("kind", ['["WebPage",3]', '{"a":"Article"}', "null", '"Articles"'])
def test_json_ld_of_something_else(kind: str) -> None:
    assert page(script(f'{{"@type":{kind},"headline":"蜂","author":"人"}}')).provenance.evidence == {}


PROSE = "港口上空有四十个蜂箱，每天早上九点都照得到太阳，养蜂人随邮差一同上楼，把蜂蜜装进玻璃瓶，摆在窗台上等着阳光。"


@pytest.mark.parametrize(
    "part",
    [
        "<h2 id=social-media-use>词</h2>",
        "<h3 id=share-config>词</h3>",
        "<h2 id=comments>词</h2>",
        "<section id=comments-and-caveats><p>词</p></section>",
        "<div class=section id=related-work>词</div>",
        "<div class=code-block><pre>词</pre></div>",
        "<div class='language-sh theme-code-block'><div>词</div><pre>x</pre></div>",
        "<div class='highlight-toolbar'><div class=toolbar><pre>词</pre></div></div>",
        "<aside class=note><pre>词</pre></aside>",
        "<blockquote><p>话</p><footer>词</footer></blockquote>",
        "<figure><img src=/a.jpg><footer>词</footer></figure>",
    ],
)
def test_what_an_author_wrote_is_no_furniture(part: str) -> None:
    article = page("", f"<div class=entry-content><p>{PROSE}</p>{part}<p>{PROSE}</p></div>")
    assert all("词" not in removal.text for removal in article.provenance.removals)


@pytest.mark.parametrize(
    "part",
    [
        "<div class='code-block code-block-1'>词</div>",
        "<div class=share-box>词</div>",
        "<div id=share-buttons>词</div>",
        "<div id=related_posts-2>词</div>",
        "<ul id=comments>词</ul>",
        "<h2 class=sidebar>词</h2>",
        "<footer>词</footer>",
        "<nav>词</nav>",
    ],
)
def test_furniture(part: str) -> None:
    article = page("", f"<div class=entry-content><p>{PROSE}</p>{part}<p>{PROSE}</p></div>")
    assert [(removal.rule, removal.text) for removal in article.provenance.removals] == [("html.furniture", "词")]


@pytest.mark.parametrize(
    ("title", "headlines", "site", "expected"),
    [
        ("豆漿店 - 城市散步", ["豆漿店"], "", "豆漿店"),
        ("豆漿店 - 城市散步", [], "城市散步", "豆漿店"),
        ("豆漿店 - 城市散步", ["早餐"], "散步", "豆漿店 - 城市散步"),
        ("加開班次 | 生活 | 某新聞雲", ["加開 班次"], "某新聞雲", "加開班次"),
        ("加開班次 | 生活 | 某新聞雲", [], "某新聞雲", "加開班次 | 生活"),
        ("运动会-某某大学新闻网", ["运动会"], "", "运动会"),
        ("城市散步 - 豆漿店", ["城市散步", "豆漿店"], "", "城市散步 - 豆漿店"),
        ("城市散步 - 豆漿店", ["城市散步"], "城市散步", "城市散步 - 豆漿店"),
        ("COVID-19", ["COVID-19", "COVID"], "", "COVID-19"),
        ("A | B | C", ["A | B"], "", "A | B"),
        ("- 城市散步", [""], "城市散步", "- 城市散步"),
        (" - " * 200, [], "", " - " * 200),
    ],
)
def test_titles(title: str, headlines: list[str], site: str, expected: str) -> None:
    assert bare_title(title, headlines, site) == expected


def test_a_title_is_trimmed_and_its_evidence_with_it() -> None:
    article = page('<meta property="og:title" content="蜂 &amp; 蜜 | 港口评论">', f"<h1>蜂 &amp; 蜜</h1>{BODY}")
    assert (article.title, article.provenance.evidence["title"].raw) == ("蜂 & 蜜", "蜂 &amp; 蜜 | 港口评论")
    article = page(
        '<meta name="twitter:title" content="蜂蜜 | 港口评论">', f"<h1><a href=/>港口评论</a></h1><h2>蜂蜜</h2>{BODY}"
    )
    assert (article.title, article.provenance.evidence["title"].raw) == ("蜂蜜", "蜂蜜")


@pytest.mark.parametrize(
    ("head", "field", "expected", "evidence"),
    [
        (
            '<meta property="article:tag" content="豆漿"><meta property="article:tag" content="早餐">',
            "tags",
            ("豆漿", "早餐"),
            2,
        ),
        ('<meta property="article:tag" content="豆漿"><meta name="keywords" content="早餐">', "tags", ("豆漿",), 1),
        ('<meta name="Keywords" content="历史建筑;保护,保护">', "tags", ("历史建筑", "保护"), 1),
        ('<meta property="article:tag" content=" ">', "tags", (), 0),
        ('<meta property="article:section" content="美食、文化">', "categories", ("美食、文化",), 1),
        ('<meta name="ColumnName" content="通知公告">', "categories", ("通知公告",), 1),
        ('<meta name="ArticleTitle" content="通知">', "title", "通知", 1),
        ('<meta name="ContentSource" content="市住建局">', "via", "市住建局", 1),
        ('<meta name="ContentSource" content="网络">', "via", None, 0),
        ('<meta name="mediaid" content="新华网">', "via", "新华网", 1),
    ],
)
def test_what_the_head_says(head: str, field: str, expected: object, evidence: int) -> None:
    article = page(head)
    assert getattr(article, field) == expected
    assert sum(path.split(".")[0] == field for path in article.provenance.evidence) == evidence


@pytest.mark.parametrize(
    ("part", "via"),
    [
        ("<span class='source ent-source'>新华网</span>", "新华网"),
        ("<span id=source_baidu>来源：<a href=/>新华社</a></span>", "新华社"),
        ("<span class=source>来源：网络</span>", None),
        ("<span class=source>见文末的注释，以及那里的说明。</span>", None),
        ("<span class=resource>新华网</span>", None),
    ],
)
def test_the_source_above_the_text(part: str, via: str | None) -> None:
    assert page("", part + BODY).via == via
    assert page("", f"<div itemprop=articleBody>{part}<p>{PROSE * 2}</p></div>").via is None


def test_a_page_with_a_site_and_a_source_has_the_site_for_its_publisher() -> None:
    head = '<meta name="SiteName" content="某市人民政府"><meta name="ContentSource" content="市住建局">'
    (article,) = read_source(source.load("x.html", markup(head)), load_profiles())
    assert (article.publisher, article.via) == ("某市人民政府", "市住建局")
