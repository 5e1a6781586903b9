"""Mutations that know the structure of documents: pieces of markup are inserted, doubled, moved, unbalanced, nested.

Every function takes a ``random.Random`` and depends on nothing else, so a seed is enough to make a document again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

MAX_SIZE = 6000
"""Bytes of a mutated document; what goes wrong in a long one goes wrong in a short one."""

_PIECE = re.compile(rb"<[^<>]{0,200}>|&[#\w]{1,12};?|[\r\n]+|[\w\x80-\xff]+|[ \t]+|.", re.DOTALL)
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")

COMMON = [
    *("\n", "\n\n", "\r\n", "\r", "\t", " ", "　", "\u00a0", "\u200b", "\ufeff", "\x00", "\x0b", "\x1b", "\x85", "\u2028"),
    *(
        "甲",
        "乙丙丁",
        "喆",
        "𠮷",
        "\ue000",
        "\ufffd",
        "👩‍👩‍👧",
        "é",
        "e\u0301",
        "ﬁ",
        "İ",
        "\u202e",
        "ا",
        "：",
        "。",
        "“",
        "”",
        "（",
        "）",
    ),
    *("2024-04-18", "2024年4月18日 9:28", "1713405421000", "13月32日", "昨天", "民國113年"),
    *(
        "记者：甲乙",
        "責任編輯：丙",
        "来源：丁报",
        "（丁通讯社甲三日电）",
        "图片来源：戊",
        "本文系己独家稿件，未经授权，不得转载。",
        "转载自",
    ),
    *(
        "https://e.example/a?b=1&c=%E4%B8%AD",
        "//e.example/x",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "file:///etc/x",
    ),
]
HTML = [
    *(
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<br>",
        "<br/>",
        "<hr>",
        "<span>",
        "</span>",
        "<b>",
        "</b>",
        "<em>",
        "</em>",
        "<i>",
        "</i>",
    ),
    *("<h1>", "</h1>", "<h2>", "</h3>", "<ul>", "<li>", "</ul>", "<ol start='-3'>", "</ol>", "<blockquote>", "</blockquote>"),
    *(
        "<table>",
        "<tr>",
        "<td colspan=99999 rowspan=0>",
        "<th scope=col>",
        "</td>",
        "</tr>",
        "</table>",
        "<caption>",
        "<thead>",
    ),
    *("<figure>", "<figcaption>", "</figcaption>", "</figure>", '<img src="a.jpg" alt="图">', "<img srcset='a 1x, b 2x' src>"),
    *(
        "<a href='https://e.example/'>",
        "</a>",
        "<pre>",
        "</pre>",
        "<code>",
        "</code>",
        "<sup>",
        "</sup>",
        "<ruby>",
        "<rt>",
        "</ruby>",
    ),
    *("<script>", "</script>", "<style>", "</style>", "<template>", "</template>", "<svg>", "</svg>", "<math>", "<textarea>"),
    *("<title>", "</title>", "<noscript>", "</noscript>", "<select>", "<option>", "</select>", "<iframe src=x>", "<plaintext>"),
    *("<!--", "-->", "<!-- x -->", "<![CDATA[", "]]>", "<!DOCTYPE html>", "<?xml ?>", "<", ">", "</", "<p", "<p hidden>", "&"),
    *("&lt;", "&amp;", "&nbsp;", "&#0;", "&#x110000;", "&#xD800;", "&notin", "&NotEqualTilde;", "&amp;amp;", "<o:p>", "<o:p/>"),
    *(
        '<time datetime="2024-04-18">',
        "</time>",
        "<footer>",
        "</footer>",
        "<nav>",
        "</nav>",
        "<address>",
        "<cite>",
        "<details>",
    ),
    *(
        '<p style="display:none">',
        '<meta property="og:title" content="题">',
        "<body>",
        "</body>",
        "<article>",
        "</article>",
        "<main>",
    ),
]
MARKDOWN = [
    *("# ", "## ", "\n===\n", "\n---\n", "* ", "- ", "+ ", "1. ", "9999999999. ", "> ", "    ", "```\n", "~~~ py\n", "`", "``"),
    *(
        "**",
        "*",
        "_",
        "__",
        "~~",
        "[",
        "](",
        "]",
        ")",
        "![",
        "[甲](https://e.example/ '题')",
        "![图](a.jpg)",
        "<https://e.example>",
    ),
    *(
        "[甲]: https://e.example\n",
        "[^1]",
        "[^1]: 注\n",
        "|",
        "\n|---|:-:|\n",
        "\\",
        "\\*",
        "  \n",
        "***\n",
        "- - -\n",
        "<p>",
        "</p>",
    ),
]
FRONT = [
    *("---\n", "...\n", "+++\n", "{\n", "}\n", "title: ", "author: ", "date: ", "tags:\n  - 甲\n", "categories: [甲, 乙]\n"),
    *(
        "url: https://e.example/\n",
        "- ",
        ": ",
        "'",
        '"',
        "|\n  ",
        ">-\n  ",
        "&a ",
        "*a",
        "<<: *a\n",
        "!!python/object:x ",
        "#",
        "? ",
        "%",
    ),
    *(
        "[",
        "]",
        "{",
        "}",
        ",",
        " = ",
        "'''",
        '"""',
        "[[a]]\n",
        '"title": "甲",\n',
        "null",
        "true",
        "0x1F",
        "1e999",
        "\t- ",
        "@",
        "images:\n- a.jpg\n",
    ),
]
STAMPS = [
    *(
        "<!--1713405421000-->\n",
        "<!-- 99999999999999999999 -->",
        "[题](https://e.example/a)\n",
        "------\n",
        "日期：",
        "Thu, 18 Apr 2024 01:57:01 GMT",
    ),
    *("### ", "[首页](https://e.example/) | [目录](https://e.example/l)\n", "[]()\n", "时间：2024-04-18\n"),
]
JSON = [
    *(
        '{"schema":"archivekit/article/1",',
        '"id":"',
        '"title":',
        '"body":[',
        '{"type":"paragraph","children":[',
        '{"type":"text","text":"甲"}',
    ),
    *(
        '"at":"0:1"',
        '"at":"-1:x"',
        '"at":"9999999999999999999999:0"',
        '"span":[0,1]',
        '"span":[-5,18446744073709551616]',
        "null",
        "true",
    ),
    *(
        "-0",
        "1e400",
        "[]",
        "{}",
        "[[[[",
        "]]",
        "}",
        ",",
        '"\\ud800"',
        '"\\u0000"',
        '"asset":"../x"',
        '"src":"file:///etc/x"',
        '"href":"x"',
    ),
    *(
        '"type":"quote"',
        '"type":"table"',
        '"rows":[]',
        '"start":"1"',
        '"colspan":"-1"',
        '"level":"9"',
        '"published":{"value":"x"}',
        '"extra":{"a":1}',
    ),
]


def mutated(random: Random, data: bytes, others: Sequence[bytes], words: Sequence[bytes], most: int = MAX_SIZE) -> bytes:
    """A document made of another by one to six mutations, with pieces of ``others`` and of ``words`` in it."""
    for _ in range(1 + min(random.randrange(6), random.randrange(6))):
        data = random.choice(_MUTATIONS)(random, data, others, words)
    return data[:most]


def pieces(words: Sequence[str]) -> list[bytes]:
    """Words of a dictionary as bytes."""
    return [word.encode("utf-8", "surrogatepass") for word in words]


def _cut(random: Random, data: bytes, pattern: re.Pattern[bytes] = _PIECE) -> list[bytes]:
    return pattern.findall(data)


def _place(random: Random, parts: Sequence[bytes]) -> int:
    return random.randrange(len(parts) + 1)


def _stretch(random: Random, parts: Sequence[bytes]) -> tuple[int, int]:
    start = random.randrange(len(parts) + 1)
    return start, min(len(parts), start + 1 + int(random.expovariate(0.2)))


def _insert(random: Random, data: bytes, others: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    parts = _cut(random, data)
    for _ in range(1 + random.randrange(3)):
        parts.insert(_place(random, parts), random.choice(words))
    return b"".join(parts)


def _replace(random: Random, data: bytes, others: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    parts = _cut(random, data)
    if parts:
        parts[random.randrange(len(parts))] = random.choice(words)
    return b"".join(parts)


def _delete(random: Random, data: bytes, others: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    parts = _cut(random, data, random.choice((_PIECE, _LINE)))
    start, end = _stretch(random, parts)
    return b"".join(parts[:start] + parts[end:])


def _move(random: Random, data: bytes, others: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    parts = _cut(random, data, random.choice((_PIECE, _LINE)))
    start, end = _stretch(random, parts)
    taken, rest = parts[start:end], parts[:start] + parts[end:]
    at = _place(random, rest)
    return b"".join(rest[:at] + taken + rest[at:])


def _repeat(random: Random, data: bytes, others: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    parts = _cut(random, data, random.choice((_PIECE, _LINE)))
    start, end = _stretch(random, parts)
    times = random.choice((2, 2, 3, 10, 70, 600))
    return b"".join(parts[:start] + parts[start:end] * times + parts[end:])[:MAX_SIZE]


def _splice(random: Random, data: bytes, others: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    mine, theirs = _cut(random, data, _LINE), _cut(random, random.choice(others), _LINE)
    start, end = _stretch(random, theirs)
    at = _place(random, mine)
    return b"".join(mine[:at] + theirs[start:end] + mine[at:])


def _cross(random: Random, data: bytes, others: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    mine, theirs = _cut(random, data), _cut(random, random.choice(others))
    return b"".join(mine[: _place(random, mine)] + theirs[_place(random, theirs) :])


def _nest(random: Random, data: bytes, others: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """Put a stretch into something, many times over."""
    parts = _cut(random, data, _LINE)
    start, end = _stretch(random, parts)
    times = random.choice((1, 2, 5, 30, 200))
    before, after = random.choice(_AROUND)
    return b"".join([*parts[:start], before * times, *parts[start:end], after * times, *parts[end:]])[:MAX_SIZE]


_AROUND = (
    *((b"<div>", b"</div>"), (b"<blockquote>", b"</blockquote>"), (b"<ul><li>", b"</ul>"), (b"<b><i>", b"</b></i>")),
    *((b"<table><tr><td>", b"</table>"), (b"> ", b""), (b"  - ", b""), (b"[", b"]"), (b"*", b"*"), (b'{"a":', b"}")),
)


def _dirt(random: Random, data: bytes, others: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """Change, insert or drop bytes."""
    changed = bytearray(data)
    for _ in range(1 + random.randrange(4)):
        at = random.randrange(len(changed) + 1)
        changed[at : at + random.randrange(3)] = random.randbytes(random.randrange(3))
    return bytes(changed)


def _recode(random: Random, data: bytes, others: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """The same words in another encoding, or the wrong one."""
    to = random.choice(("gb18030", "big5hkscs", "utf-16", "utf-16-be", "utf-8-sig", "latin-1", "shift_jis"))
    return data.decode("utf-8", "replace").encode(to, random.choice(("ignore", "xmlcharrefreplace")))


def _ends(random: Random, data: bytes, others: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """Other line ends, throughout."""
    return data.replace(b"\n", random.choice((b"\r\n", b"\r", b"\n\n", b" \n", b"\xc2\x85")))


_Mutation = Callable[[Random, bytes, Sequence[bytes], Sequence[bytes]], bytes]
_MUTATIONS: tuple[_Mutation, ...] = (
    *(_insert, _insert, _insert, _replace, _replace, _delete, _delete, _move, _move, _repeat, _splice, _splice),
    *(_cross, _nest, _dirt, _recode, _ends),
)
