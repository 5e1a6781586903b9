"""Page chrome in plain text: what a browser's page leaves among the lines when it is copied as text.

A line is chrome only when nothing else is in it: every word of it is a control, a counter or a separator.
"""

from __future__ import annotations

import re
from typing import Final

MAX_LENGTH: Final = 160
"""A longer line is never chrome, cookie notices apart."""

_CONTROLS: Final = (
    r"(?:我要|点击|點擊)?(?:打印|列印|友善列印)(?:本页|本頁|此页|此頁|本文|此文|本稿|文稿|文章|页面|頁面)?|print(?: this page)?"
    r"|(?:加入|添加到?)?收藏(?:本页|本頁|此页|此頁|本文|夹|夾)|加入收藏"
    r"|(?:我要|发表|發表|查看|我来说|點我|告诉|告訴)(?:好友|评论|評論|纠错|糾錯|投稿|推荐|推薦|分享|收藏|两句|兩句|看法)|我要[“\"]?揪[”\"]?错"
    r"|(?:关闭|關閉)(?:窗口|視窗|本页|本頁|此页|此頁|页面|頁面)?|close window"
    r"|(?:返回|回到?)(?:首页|首頁|顶部|頂部|页首|頁首|列表|上一页|上一頁|频道)|back to top|top"
    r"|(?:上|下|前|后|後)(?:一)?(?:页|頁|篇)(?!\S*[:：])|(?:尾|末|最后一|最後一)(?:页|頁)|(?:共|第)\s*\d+\s*(?:页|頁)"
    r"|(?:上|下)一?篇(?:文章)?\s*[:：]\s*(?:没有了|沒有了|暂无|暫無)$|(?:上|下)一?篇文章\s*[:：][^。]{0,60}$|(?:文章录入|文章錄入|录入)\s*[:：]\s*admin|责任编辑\s*[:：]\s*admin"
    r"|previous|next(?: page)?"
    r"|(?:正文)?(?:字号|字號|字体|字體|文字)(?:大小|設定|设置)?\s*[:：]?|大\s*中\s*小|小\s*中\s*大|A\s*[-－]\s*A\s*[+＋]|T\s*\|\s*T"
    r"|分享(?:到|至|给|給)|转发(?:到|至)\S{0,8}?|推荐给(?:朋友|好友)|(?:转寄|轉寄)(?:朋友|好友)?|复制(?:链接|本文链接)|複製(?:連結|網址)"
    r"|手机看新闻|(?:参与互动|參與互動)\s*(?:[(（]\d+[)）])?|手机免费访问|听新闻|聽新聞|(?:扫一扫|掃一掃)\S{0,16}$|繁體版|简体版|繁体中文版|发短信|进入论坛|页面功能"
    r"|(?:点击|點擊|点击数|阅读|閱讀|浏览|瀏覽|访问|訪問)(?:次数|次數|量|数|數)\s*[:：]?|人气\s*[:：]|人氣\s*[:：]"
    r"|(?:点击|點擊|阅读|閱讀|浏览|瀏覽|评论|評論|回复|回覆|跟帖)\s*[:：(（]\s*\d[\d,]*\s*[)）]?"
    r"|(?:已有)?\d[\d,]*\s*(?:条|條|人|次)(?:评论|評論|参与|參與|阅读|閱讀|浏览|瀏覽)"
    r"|-{0,3}\s?(?:广告|廣告|advertisement)\s?-{0,3}|[（(]?(?:廣告)?請?繼續(?:往下)?閱讀(?:本文)?(?:\.{3}|…+)?[)）]?"
    r"|搜狗\s?\(www\.sogou\.com\)\s?搜索\s?[:：].{0,40}?共找到|共找到(?=\s*\d[\d,]*$)|个相关网页"
)
_WORDS: Final = (
    r"最新热点|最新熱點|最新推荐|最新推薦|相关文章|相關文章|首页|首頁|评论|評論|分享|推荐|推薦|收藏|转发|投稿|纠错|糾錯|保存|留言|举报|舉報|点赞|點讚|订阅|訂閱|朋友圈|微信|微博|新浪微博|QQ空间|腾讯微博"
    r"|桌面版|手机版|手機版|正體|打賞|打赏|论坛|論壇|网摘|手机点评|facebook|twitter|line|plurk|telegram|email|更多|繁體|简体|繁体|簡體|大|中|小|\d[\d,]*"
)
_SEPARATORS: Final = r"[\s\[\]【】〖〗()（）|｜/／·•>»＞«<.。,，+\-－—:：]+"
_LINE: Final = re.compile(rf"(?:(?P<control>{_CONTROLS})|(?:{_WORDS})|{_SEPARATORS})", re.IGNORECASE)
_SIZES: Final = frozenset("大中小")
_NUMBERED: Final = re.compile(r"(?:\s*[\[【(（]\d{1,3}[\]】)）]){2,}")
_COOKIES: Final = re.compile(r"cookies?", re.IGNORECASE)
_POLICY: Final = re.compile(r"[請请]同意我[們们]的[隱隐]私")
_CONSENT: Final = re.compile(r"同意|接受|隱私|隐私|accept|agree|consent|privacy|policy", re.IGNORECASE)
_USE: Final = re.compile(r"使用|網站|网站|網頁|website|\bsite\b|\buses?\b", re.IGNORECASE)


def is_chrome(text: str) -> bool:
    """Whether a line is a control, a pager, a counter, a text-size or sharing widget, and nothing else."""
    text = text.strip()
    if not text or len(text) > MAX_LENGTH:
        return False
    if _NUMBERED.fullmatch(text):
        return True
    at = controls = words = 0
    while at < len(text):
        match = _LINE.match(text, at)
        if match is None or match.end() == at:
            return False
        word = match[0]
        controls += match["control"] is not None
        words += match["control"] is None and (word[0].isalpha() and word not in _SIZES)
        at = match.end()
    return controls > 0 or words > 1


def is_cookie_notice(text: str) -> bool:
    """Whether a line asks for consent to cookies or to a privacy policy."""
    if len(text) > 400:
        return False
    return bool(_POLICY.match(text)) or all(pattern.search(text) for pattern in (_COOKIES, _CONSENT, _USE))
