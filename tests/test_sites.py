"""Site profiles: every built-in one loads, a user's replace or extend, mistakes are named, and the right one is found."""

from __future__ import annotations

import os
import re
import time
from functools import partial
from pathlib import Path

import pytest
from fixtures import article
from hypothesis import given
from hypothesis import strategies as st

from archivekit.accounting import check
from archivekit.dates import with_zone
from archivekit.edits.links import canonical
from archivekit.errors import ConfigError
from archivekit.model import Article, Figure, Moment, Paragraph, Text
from archivekit.profile import Profile
from archivekit.reading import read_source
from archivekit.sites import Profiles, load_profiles, match, signals
from archivekit.source import load

ROOT = Path(__file__).parent.parent
SITES = ROOT / "archivekit" / "sites"
BUILT_IN = load_profiles()
PAGE = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```toml\n(.*?)```", PAGE, re.S)


def folder_with(tmp_path: Path, **files: str) -> Profiles:
    """The built-in profiles with some of the user's own over them."""
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return load_profiles([tmp_path])


def read(text: str, profiles: Profiles = BUILT_IN) -> Article:
    (found,) = read_source(load("a.md", text.encode()), profiles)
    return found


def stamped(body: str, url: str = "https://tide.example.org/a", title: str = "潮水的脚步") -> str:
    return f"[{title}]({url})\n------\n\n日期：Fri, 26 Jun 2020 19:15:46 +0000\n\n{body}"


# --- what comes with archivekit ---------------------------------------------------------------------------------


def test_every_file_and_table_is_a_profile() -> None:
    files = {path.stem for path in SITES.glob("*.toml")} - {"outlets"}
    assert files <= set(BUILT_IN.by_name)
    assert len(BUILT_IN.by_name) > 130


@pytest.mark.parametrize("profile", BUILT_IN.by_name.values(), ids=lambda profile: profile.name)
def test_a_profile_is_whole(profile: Profile) -> None:
    assert profile.publisher or profile.platform or profile.name == "common"
    assert len(set(profile.hosts)) == len(profile.hosts)
    assert not any(host.startswith(("http", "www.")) or host != host.strip("/") for host in profile.hosts)
    assert profile.publisher not in profile.names
    if profile.timezone:
        assert with_zone(Moment(value="2020-07-01T12:00", precision="minute"), profile.timezone).zone_basis == "site"


def test_no_host_and_no_name_belongs_to_two() -> None:
    hosts = [host for profile in BUILT_IN.by_name.values() for host in profile.hosts]
    assert sorted(hosts) == sorted(set(hosts))
    publishers = [profile.publisher for profile in BUILT_IN.by_name.values() if profile.publisher]
    assert sorted(publishers) == sorted(set(publishers))


PROSE = [
    "他把报纸叠好，放回原来的地方，然后点击屏幕查看下一篇。",
    "她说：“请关注水位，不要关注我。”",
    "编辑部的灯一直亮到天明，记者们在等一份声明。",
    "本文想说明的是，二维码并不是最早的密码。",
    "相关部门表示，转载这张照片不需要任何人的授权。",
    "我们往期推荐过三本关于河流的书，这是第四本。",
    "他长按门铃，识别出楼下的人是他的老师。",
    "（根据他的回忆，那天没有下雨。）",
    "张三（化名）在路透社工作过三年。",
    "原标题是什么已经没有人记得。",
    "顾客用手机扫描二维码就能下单。",
    "他点击上方的蓝字，关注了那家报社，又取消了。",
    "她把那家店设为星标，第二天就忘了。",
    "返回的路上下起了雨。",
    "阅读 10万字的小说要一个星期。",
    "Original Sin and Grace",
    "The End of History",
    "扫描二维码就能下单。",
    "店主说，扫描二维码，再输入金额，钱就付了。",
    "1.扫描下方二维码填写报名表；",
    "欢迎转发本店的优惠信息到朋友圈的活动已经结束。",
]
"""Sentences that sound like boilerplate and are text."""


@pytest.mark.parametrize("name", sorted(BUILT_IN.by_name))
def test_no_rule_eats_prose(name: str) -> None:
    profile = BUILT_IN.by_name[name]
    url = f"https://{profile.hosts[0].replace('*', 'x')}/1" if profile.hosts else "https://example.org/1"
    found = read(stamped("".join(f"<p>{line}</p>" for line in PROSE), url))
    assert found.text.split("\n") == PROSE
    assert found.provenance.profile == (name if profile.hosts else None)


@given(st.text(alphabet="获取更多RSS：订阅关注转载点击“”（）阅读原文公众号二维码 \n。，@A1", max_size=60))
def test_whatever_is_taken_out_is_recorded(words: str) -> None:
    found = read(stamped(f"<p>一</p><p>{words}</p><p>二</p>"))
    kept = re.sub(r"\s", "", found.text + "".join(removal.text for removal in found.provenance.removals))
    extra = "".join(str(value) for value in (found.rights, found.via, found.publisher, *found.extra.values()))
    assert all(letter in kept + extra for letter in re.sub(r"\s", "", words))


# --- the right one ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.rfa.org/mandarin/yataibaodao/x.html", "rfa-mandarin"),
        ("https://www.rfa.org/cantonese/news/x.html", "rfa-cantonese"),
        ("https://nei.st/medium/caixin/cw881f", "caixin-weekly"),
        ("https://nei.st/about", "nei-st"),
        ("https://agora0.github.io/pen/2411/rthk/2024/11/23/x.html", "rthk"),
        ("https://agora0.github.io/pen/0x2e/hkers/x.html", "agora"),
        ("https://web.archive.org/web/2020id_/https://www.hkcnews.com/article/1", "hkcnews"),
        ("https://weekly.caixin.com/2020/1.html", "caixin-weekly"),
        ("https://china.caixin.com/2020/1.html", "caixin"),
        ("https://cn.nytimes.com/world/1/", "nytimes-chinese"),
        ("https://www.nytimes.com/2020/1.html", "nytimes"),
        ("https://example.org/rfa.org/x", None),
        ("mailto:someone@dw.com", None),
        ("", None),
    ],
)
def test_the_longest_host_and_path_wins(url: str, name: str | None) -> None:
    found = BUILT_IN.by_host(url)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("联合早报 - 新闻", "zaobao"),
        ("IT 之家", "ithome"),
        ("bbc 中文", "bbc-chinese"),
        ("21 财经 - 频道", "21jingji"),
        ("早", None),
    ],
)
def test_a_feed_goes_by_its_publishers_name(spelling: str, name: str | None) -> None:
    found = BUILT_IN.by_spelling(spelling)
    assert (found.name if found else None) == name


def test_a_topic_is_no_publisher() -> None:
    assert match(signals(article("1", None, (), categories=("微博",), tags=("腾讯", "新浪"))), BUILT_IN) is None


def test_signs_count_at_the_ends_of_a_text_only() -> None:
    plain = [Paragraph((Text("一"),)) for _ in range(40)]
    sign = Paragraph((Text("【明報專訊】今天有雨。"),))
    first, middle = (sign, *plain), (*plain[:20], sign, *plain[20:])
    for body, name in ((first, "mingpao"), (middle, None)):
        found = match(signals(article("1", None, body)), BUILT_IN)
        assert (found.name if found else None) == name


# --- profiles of the user's own ---------------------------------------------------------------------------------


def test_the_documented_example_loads_and_is_applied(tmp_path: Path) -> None:
    assert EXAMPLE is not None
    profiles = folder_with(tmp_path, tide=EXAMPLE.group(1))
    body = (
        "<p>晚潮報記者 林遠</p>"
        '<p><img src="https://img.example.net/?u=https%3A%2F%2Ftide.example.org%2Fa.jpg"></p><p>圖片版權 江一</p>'
        "<p>潮水今天早到了四分鐘（海事處供稿）</p><p>碼頭的鐘沒有改。</p><p>本報保留一切權利。</p><p>請訂閱晚潮報</p><p>每月三元</p>"
    )
    found = read(stamped(body, "https://tide.example.org/a?from_feed=1", "海港｜潮水的腳步 - 晚潮報"), profiles)
    assert (found.publisher, found.title, found.url) == ("晚潮報", "海港｜潮水的腳步", "https://tide.example.org/a")
    assert (found.via, found.rights) == ("海港", "本報保留一切權利。")
    assert found.text == "潮水今天早到了四分鐘\n碼頭的鐘沒有改。"
    assert found.provenance.profile == "tide"
    assert [one.name for one in found.contributors] == ["林遠"]


def test_every_key_is_documented() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.M)) >= set(Profile.__struct_fields__) - {"name"}


def test_a_users_profile_replaces_the_built_in_one(tmp_path: Path) -> None:
    profiles = folder_with(tmp_path, zaobao='publisher = "早報"\nhosts = ["zaobao.com"]')
    assert profiles.by_name["zaobao"].publisher == "早報"
    assert profiles.by_name["zaobao"].boilerplate == ()
    assert profiles.by_host("https://www.zaobao.com/x") is profiles.by_name["zaobao"]


def test_or_extends_it(tmp_path: Path) -> None:
    profiles = folder_with(tmp_path, zaobao='extends = true\nnames = ["早"]\n[[boilerplate]]\nline = "甲"')
    old, new = BUILT_IN.by_name["zaobao"], profiles.by_name["zaobao"]
    assert new.publisher == old.publisher and new.timezone == old.timezone
    assert new.names == (*old.names, "早")
    assert len(new.boilerplate) == len(old.boilerplate) + 1


def test_a_list_of_outlets_and_a_file_over_it(tmp_path: Path) -> None:
    listed = '[a]\npublisher = "甲"\nhosts = ["a.example"]\n[b]\npublisher = "乙"\n'
    profiles = folder_with(tmp_path, outlets=listed, b='publisher = "丙"')
    assert profiles.by_name["a"].publisher == "甲"
    assert profiles.by_name["b"].publisher == "丙"
    assert "xinhua" in profiles.by_name


def test_what_is_on_a_platform_has_its_facts(tmp_path: Path) -> None:
    profiles = folder_with(tmp_path, mine='on = "wechat"\npublisher = "小号"\nsigns = ["小号出品"]')
    mine, wechat = profiles.by_name["mine"], profiles.by_name["wechat"]
    assert mine.boilerplate == wechat.boilerplate and mine.timezone == "Asia/Shanghai"
    assert (mine.platform, mine.hosts, mine.signs) == (False, (), ("小号出品",))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("publisher = ", "Invalid value"),
        ("publisher = 3", "Expected `str | null`, got `int`"),
        ('colour = "red"', "unknown field `colour`"),
        ("[[boilerplate]]\nline = 'a'\ntail = 'b'", "exactly one of"),
        ("[[boilerplate]]\nfield = 'rights'", "exactly one of"),
        ("[[boilerplate]]\nline = '('", "unterminated"),
        ("[[boilerplate]]\nline = 'a'\nfield = 'price'", "Invalid enum value"),
        ("decoration = ['[']", "unterminated"),
        ("title_source = 'a'", "has no group 'via'"),
        ("bylines = ['a']", "has no group 'name'"),
        ("[proxies]\n'a' = 'url'", "has no group 'url'"),
        ('timezone = "Asia/Atlantis"', "no such time zone"),
        ('name = "other"', "not by a key"),
        ('on = "nowhere"', "no platform that is known"),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(reason)) as caught:
        folder_with(tmp_path, wrong=text)
    assert "wrong" in str(caught.value.path or caught.value)


def test_bytes_that_are_no_text_and_folders_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not a site profile"):
        load_profiles([tmp_path])
    with pytest.raises(ConfigError, match="no such folder"):
        load_profiles([tmp_path / "missing"])
    for name, make in [("folder", Path.mkdir), ("pipe", os.mkfifo), ("link", partial(Path.symlink_to, target="nowhere"))]:
        odd = tmp_path / name / "odd.toml"
        odd.parent.mkdir()
        make(odd)
        with pytest.raises(ConfigError, match="it is no file"):
            load_profiles([odd.parent])


def test_what_is_built_in_is_as_sound_as_what_a_user_gives() -> None:
    assert load_profiles([SITES]).digests == BUILT_IN.digests


# --- what rules do ----------------------------------------------------------------------------------------------


def profile_with(tmp_path: Path, rules: str) -> Profiles:
    return folder_with(tmp_path, tide=f'publisher = "晚潮報"\nhosts = ["tide.example.org"]\n{rules}')


def test_a_line_goes_without_the_lines_around_it(tmp_path: Path) -> None:
    profiles = profile_with(tmp_path, "[[boilerplate]]\nline = '請訂閱'")
    found = read(stamped("<p>甲說了話。<br>請訂閱<br>乙沒有說。</p><p>請訂閱</p>"), profiles)
    assert "請訂閱" not in found.text
    assert [removal.text for removal in found.provenance.removals if "tide" in removal.rule] == ["請訂閱", "請訂閱"]


def test_a_tail_spares_credits_and_a_line_spares_pictures(tmp_path: Path) -> None:
    profiles = profile_with(tmp_path, "[[boilerplate]]\ntail = '^廣告$'\n[[boilerplate]]\nline = '海報'")
    body = '<p>甲說了話。</p><figure><img src="/a.jpg"><figcaption>海報</figcaption></figure>'
    body += "<p>廣告</p><p>三元</p><p>編輯：林遠</p>"
    found = read(stamped(body), profiles)
    assert [(one.name, one.role) for one in found.contributors] == [("林遠", "edt")]
    assert "figure" in [type(block).__name__.lower() for block in found.body]
    assert "三元" not in found.text


def test_a_picture_before_words_that_go_stays(tmp_path: Path) -> None:
    profiles = profile_with(tmp_path, "[[boilerplate]]\ninline = '點一下'")
    found = read(stamped('<p>甲說了話。</p><p>看圖<img src="/a.jpg">點一下</p><p>乙。</p>'), profiles)
    assert "a.jpg" in repr(found.body) and "點一下" not in found.text


@pytest.mark.parametrize(
    "line",
    [
        "长按二维码关注我们",
        "扫描下方二维码，加入读者群！",
        "👇长按识别下图二维码，即可关注",
        "微信扫描二维码",
        "更多精彩，请扫描上方二维码或搜索微信号关注我们～",
        "请长按或扫描下方的二维码，支持我们。",
        "欢迎扫码关注我们的公众号",
    ],
)
def test_a_line_that_asks_to_scan_a_code_goes(line: str) -> None:
    assert read(stamped(f"<p>{PROSE[0]}</p><p>{line}</p>")).text == PROSE[0]


@pytest.mark.parametrize(
    "line",
    [
        "点击蓝字关注我们",
        "点击上方“蓝字”关注我们",
        "▲点击上方蓝字关注“新闻周刊”",
        "点击下方卡片，关注我们",
        "设为星标，不错过每一篇推送",
        "扫码关注我们",
        "喜欢就点个在看吧",
        "点击阅读原文，查看更多",
        "写留言",
        "阅读 10万+",
        "阅读 1234 赞 56 在看 7",
        "3人划线",
        "在小说阅读器中沉浸阅读",
        "去阅读",
        "继续滑动看下一个",
        "微信扫一扫可打开此内容，使用完整服务",
        "名称已清空",
        "最低赞赏 ¥0",
        "—— END ——",
        "Scan to Follow",
        "Scan with Weixin to use this Mini Program",
        "Cancel Allow",
        "： ， ， 。 Video Mini Program Like ，轻点两下取消赞 Wow ，轻点两下取消在看 Share Comment Favorite 听过",
    ],
)
def test_what_wechat_shows_beside_the_text_goes(line: str) -> None:
    body = f"<p>{PROSE[0]}</p><p>{line}</p>"
    assert read(stamped(body, "https://mp.weixin.qq.com/s/x")).text == PROSE[0]


@pytest.mark.parametrize(
    "line", ["点击蓝字关注我们", "设为星标，不错过每一篇推送", "写留言", "阅读 10万+", "去阅读", "—— END ——", "确定"]
)
def test_and_stays_where_nothing_says_that_it_is_wechat(line: str) -> None:
    assert line in read(stamped(f"<p>{PROSE[0]}</p><p>{line}</p><p>{PROSE[1]}</p>")).text


@pytest.mark.parametrize(
    "line", ["聽全文", "選擇與事實站在一起", "您的每一筆支持，都是守護新聞自由的力量。", "加入中央社", "iOS App下載"]
)
def test_what_a_page_of_cna_shows_beside_the_text_goes(line: str) -> None:
    assert read(stamped(f"<p>{PROSE[0]}</p><p>{line}</p>", "https://www.cna.com.tw/news/1.aspx")).text == PROSE[0]


def test_an_author_above_a_text_of_wechat() -> None:
    body = f"<p>Original 张三 新闻周刊</p><p>{PROSE[0]}</p>"
    found = read(stamped(body, "https://mp.weixin.qq.com/s/x"))
    assert (found.text, [person.name for person in found.contributors]) == (PROSE[0], ["张三"])


def test_a_drawn_emoji_is_accounted_for_between_the_words_it_stands_in() -> None:
    emoji = '<img src="https://s.w.org/images/core/emoji/13/72x72/1f600.png" alt="😀" class="wp-smiley" />'
    origin = load("a.md", stamped(f"<p>他笑了{emoji}{emoji}，又走了。</p><p>{emoji}</p>").encode())
    (found,) = read_source(origin, BUILT_IN)
    assert found.text == "他笑了😀😀，又走了。\n😀"
    check(origin, (found,))


def test_an_address_in_a_stamp_may_be_spelled_as_html_spells_it() -> None:
    address = "https://tide.example.org/a?utm_source=rss&amp;id=3&copy=1&amp;utm_medium=feed"
    article = read(stamped(f"<p>{PROSE[0]}</p>", url=address))
    assert article.url == "https://tide.example.org/a?id=3&copy=1"
    assert article.provenance.evidence["url"].raw == address


def test_a_stand_in_is_decoration_only_where_nothing_else_is_the_image() -> None:
    late = '<img src="/img/loading.gif" data-src="https://x.example/1.jpg">'
    article = read(stamped(f'<p>{PROSE[0]}</p><p>{late}</p><p><img src="/img/loading.gif"></p>'))
    (figure,) = (block for block in article.body if isinstance(block, Figure))
    assert [(image.src, image.fallbacks) for image in figure.images] == [
        ("https://x.example/1.jpg", ("https://tide.example.org/img/loading.gif",))
    ]
    assert [removal.rule for removal in article.provenance.removals] == ["stamped.label", "figures.decoration"]


def test_links_of_words_that_go_are_kept(tmp_path: Path) -> None:
    rules = "[[boilerplate]]\nline = '英文版'\nfield = 'original'\n[[boilerplate]]\nline = '參見.*'\nfield = 'related'"
    body = '<p>甲說了話。</p><p><a href="/en">英文版</a></p><p>參見<a href="/b">乙</a></p>'
    found = read(stamped(body), profile_with(tmp_path, rules))
    assert [(link.rel, link.url) for link in found.links] == [
        ("original", "https://tide.example.org/en"),
        ("related", "https://tide.example.org/b"),
    ]
    assert {"links.0", "links.1"} <= set(found.provenance.evidence)


def test_a_label_alone_announces_the_next_block(tmp_path: Path) -> None:
    profiles = profile_with(tmp_path, "captions = ['圖片版權\\s*(?P<credit>.{0,20})', '說明\\s*(?P<caption>.{0,40})']")
    body = '<p><img src="/a.jpg"></p><p>圖片版權</p><p>江一</p><p>說明 碼頭的鐘</p>'
    body += "<p>甲說了話，說得很長很長，長過一張圖的說明所能容納的字數。</p>"
    (figure, rest) = read(stamped(body), profiles).body
    assert figure.caption[0].text == "碼頭的鐘"  # type: ignore[union-attr]
    assert figure.credit[0].text == "江一"  # type: ignore[union-attr]
    assert isinstance(rest, Paragraph)


@pytest.mark.parametrize("filler", [" ", "\u3000", "甲", "A b ", "“", "點擊閱讀原文", "<br>"])
@pytest.mark.parametrize("host", ["dw.com", "bbc.com", "ftchinese.com", "cn.nytimes.com", "mp.weixin.qq.com"])
def test_a_long_run_of_anything_is_read_at_once(host: str, filler: str) -> None:
    start = time.process_time()
    read(stamped(f"<p>一。</p><p>乙{filler * 4000}丙</p><p>二。</p>", f"https://{host}/1", f"潮{' ' * 4000}水"))
    assert time.process_time() - start < 5


def test_a_copy_is_known_by_the_address_it_names() -> None:
    head = "---\ntitle: 石桥\ndate: 2018-06-22 14:05\n---\n\n"
    text = head + "原文来自南方周末网站：[石桥](http://www.infzm.com/content/100000)\n\n桥还在，人也在。\n\n水走了。\n"
    found = read(text)
    assert (found.provenance.profile, found.publisher, found.url) == (
        "infzm",
        "南方周末",
        "http://www.infzm.com/content/100000",
    )
    assert found.published is not None and found.published.value == "2018-06-22T14:05+08:00"


def test_an_account_goes_before_its_platform(tmp_path: Path) -> None:
    profiles = folder_with(tmp_path, mine='on = "wechat"\npublisher = "小号"\nsigns = ["小号出品"]')
    for words, name in (("小号出品", "mine"), ("大号出品", "wechat")):
        body = (Paragraph((Text("一"),)), Paragraph((Text(words),)))
        found = match(signals(article("1", None, body, url="https://mp.weixin.qq.com/s/x")), profiles)
        assert found is not None and found.name == name


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://a.example/s?wd=%B9%FA%BC%D2&b=a%20b&utm_source=x", "https://a.example/s?wd=%B9%FA%BC%D2&b=a%20b"),
        ("https://a.example/s?utm_medium=x&id=1;2&empty=", "https://a.example/s?id=1;2&empty="),
        ("https://a.example/s?utm%5Fsource=x#top", "https://a.example/s#top"),
        ("https://a.example/s?a=1+2", "https://a.example/s?a=1+2"),
    ],
)
def test_what_counts_visitors_is_dropped_and_the_rest_of_an_address_stays_as_it_is_spelled(written: str, kept: str) -> None:
    assert canonical(written, BUILT_IN.common) == kept
    assert canonical(kept, BUILT_IN.common) == kept
