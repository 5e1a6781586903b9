"""Hostile words: the naughty strings and XSS payloads of the shared suites and more of our own, put into every field of a
record and into bodies of every markup."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from pathlib import Path

import fixtures
import msgspec

from archivekit.model import (
    Article,
    Block,
    Cell,
    Code,
    CodeBlock,
    Contributor,
    Embed,
    Emphasis,
    Evidence,
    Figure,
    Heading,
    Image,
    Inline,
    LineBreak,
    Link,
    List,
    ListItem,
    Moment,
    Notice,
    Paragraph,
    Provenance,
    Quote,
    RelatedLink,
    Removal,
    Row,
    Ruby,
    SourceInfo,
    Span,
    Strike,
    Strong,
    Table,
    Text,
    plain_text,
)
from archivekit.version import __version__

# --- our own ----------------------------------------------------------------------------------------------------

SCHEMES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " \x01javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "java&Tab;script&colon;alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)",
    "%6Aavascript:alert(1)",
    "javascript\u200b:alert(1)",
    "\u00adjavascript:alert(1)",
    "javascript&#58alert(1)",
    "javascript://example.org/%0aalert(1)",
    "javascript:https://example.org/",
    "view-source:javascript:alert(1)",
    "vbscript:msgbox(1)",
    "livescript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "data:application/pdf;base64,JVBERi0xLjQK",
    "blob:https://example.org/9115d58c-bcda-ff47-86e5-083e9a215304",
    "filesystem:https://example.org/temporary/x.html",
    "file:///etc/passwd",
    "file://server/share/x",
    "ftp://example.org/x",
    "smb://example.org/share",
    "\\\\example.org\\share\\x",
    "jar:https://example.org/x.jar!/y",
    "mhtml:https://example.org/x.mht",
    "ms-word:ofe|u|https://example.org/x.docx",
    "mailto:a@example.org?subject=%0d%0aBcc:%20b@example.org",
    "tel:+1",
    "//example.org/x",
    "https:example.org",
    "https:///example.org",
    "https://user:pass@example.org/",
    "https://example.org:99999/",
    "https://example.org\\@evil.example/",
    "https://[::1",
    "http://\u2100.example/",
    "http://ex\u00adample.org/",
    "http://xn--/",
    "http://example.org/\x00",
    "http://example.org/\u202egnp.exe",
    "http://example.org/)/OpenAction<</S/JavaScript/JS(app.alert(1))>>",
    "http://example.org/?a=1&b=<script>alert(1)</script>#\"onload='alert(1)'",
    "#x",
    "#/../../x",
    "asset:cmyk",
    "about:blank",
    "chrome://settings/",
    "resource:///x",
    "intent://x#Intent;scheme=https;end",
    "urn:x",
    "?",
    ".",
)
"""Addresses that run, open or fetch something, or that readers and validators stumble over."""

TAGS = (
    "<link rel=attachment href=file:///etc/hostname>",
    "<a rel=attachment href=file:///etc/hostname>附件</a>",
    "<link rel=stylesheet href=https://example.org/x.css>",
    "<style>@import url(https://example.org/x.css);p{background:url(https://example.org/x.png);content:attr(onclick)}</style>",
    "<p style=\"background:url(https://example.org/x.png);position:running(x);string-set:title 'x'\">字</p>",
    "<p style=\"bookmark-level:1;bookmark-label:'x';content:url(file:///etc/passwd)\">字</p>",
    "<base href=https://example.org/><a href=x>字</a>",
    '<meta http-equiv=refresh content="0;url=https://example.org/">',
    '<meta http-equiv=Content-Security-Policy content="default-src *">',
    "<img src=https://example.org/x.png onerror=alert(1)>",
    "<img srcset='https://example.org/x.png 2x, data:image/svg+xml,<svg> 1x' src=x alt='\"><script>alert(1)</script>'>",
    "<picture><source srcset=//example.org/x.webp><img src=javascript:alert(1)></picture>",
    "<video poster=//example.org/x.png src=//example.org/x.mp4 autoplay onplay=alert(1)>字</video>",
    "<audio src=//example.org/x.mp3 autoplay></audio>",
    "<iframe src=//example.org/ srcdoc='<script>alert(1)</script>'>字</iframe>",
    "<object data=//example.org/x.swf><embed src=//example.org/x.swf></object>",
    "<applet code=x codebase=//example.org/>字</applet>",
    "<form action=//example.org/ method=post><input name=x autofocus onfocus=alert(1)>"
    "<button formaction=javascript:alert(1)>字</button></form>",
    "<svg onload=alert(1)><use href=//example.org/x.svg#x /><image href=//example.org/x.png /><script>alert(1)</script>"
    "<foreignObject><p onclick=alert(1)>字</p></foreignObject><animate attributeName=href to=javascript:alert(1) /></svg>",
    "<math href=javascript:alert(1)><mtext><style><img src=x onerror=alert(1)></style></mtext>"
    "<mi xlink:href=javascript:alert(1)>x</mi></math>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>字</noscript>",
    "<template><script>alert(1)</script><img src=//example.org/x.png></template>",
    "<textarea></p><script>alert(1)</script></textarea>",
    "<title></title><script>alert(1)</script>",
    "<xmp><script>alert(1)</script></xmp>",
    "<plaintext><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml-stylesheet href=https://example.org/x.xsl type=text/xsl?>",
    "<?php system('id'); ?>",
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY a "&e;&e;">]><p>&e;&a;</p>',
    "<a href=javascript:alert(1) target=_blank ping=https://example.org/ download>字</a>",
    "<a href='https://example.org/' onclick=alert(1) style=position:fixed>字</a>",
    '<a id=nav name=body href="#nav">字</a>',
    "<body onload=alert(1)><frameset><frame src=javascript:alert(1)></frameset>",
    "<table background=//example.org/x.png><td background=javascript:alert(1)><p>字",
    "<ruby>字<rt><script>alert(1)</script></rt></ruby>",
    "<marquee onstart=alert(1)>字</marquee><blink>字</blink><bgsound src=//example.org/x.mp3>",
    "<isindex type=image src=//example.org/x.png onerror=alert(1)><keygen autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)><summary>字</summary>字</details>",
    "<dialog open onclose=alert(1)>字</dialog>",
    "<custom-element is=x onconnected=alert(1)>字</custom-element>",
    "<p lang='zh\" onclick=\"alert(1)' dir=rtl id='a b'>字</p>",
    "<img src=x:x onerror\x0b=alert(1)><img/src=x/onerror=alert(1)><img\x00 src=x onerror=alert(1)>",
    "\ufeff<script>alert(1)</script>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
)
"""HTML of the kinds the suites lack: what print engines and e-book readers, rather than browsers, fetch or run."""

MARKDOWN = (
    "[字](javascript:alert(1))",
    "[字](<javascript:alert(1)>)",
    "[字][x]\n\n[x]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![字](javascript:alert(1) \"onerror='alert(1)'\")",
    '![字"onerror="alert(1)](https://example.org/x.png)',
    '![](https://example.org/x.png "\\"><script>alert(1)</script>")',
    '[字](https://example.org/ "\\" onmouseover=\'alert(1)\'")',
    "[![字](//example.org/x.png)](data:text/html,<script>alert(1)</script>)",
    "<https://example.org/\"onload='alert(1)'>",
    "[字](\\\\example.org\\x)",
    "`<script>alert(1)</script>`",
    '```"onload="alert(1)\n<script>alert(1)</script>\n```',
    "| <script>alert(1)</script> | b |\n|---|---|\n| <img src=x onerror=alert(1)> | [x](javascript:x) |",
    "> <script>\n> alert(1)\n> </script>",
    "- <script>\n\n  alert(1)\n\n- 字",
    "字[^1]\n\n[^1]: <script>alert(1)</script>",
    "# <script>alert(1)</script> {onclick=alert(1)}",
    "{% raw %}{{ 7*7 }}{% include /etc/passwd %}{% endraw %}",
    '{{< figure src="javascript:alert(1)" title="<script>alert(1)</script>" >}}',
)
"""Markdown of the same intent."""

CONTAINERS = (
    ") /OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
    ")>> endobj 9 0 obj << /Type /Action /S /Launch /F (calc.exe) >> endobj",
    "endstream endobj xref trailer << /Root 1 0 R >> startxref 0 %%EOF",
    "\\) \\( \\\\ \\000 \\r\\n <feff0041> #20 %PDF-1.7",
    "(((((((((((((((((((((((((((((((((((",
    "þÿ\u0000j\u0000a\u0000v\u0000a",
    '<?xpacket end="w"?></x:xmpmeta><x:xmpmeta xmlns:x="adobe:ns:meta/">',
    '</rdf:li></rdf:Alt></dc:title><pdfaid:part>9</pdfaid:part><rdf:Description rdf:about="" pdf:Keywords="x">',
    "]]><![CDATA[ &lt; &amp;lt; &#60; &#x3c; &#0; &#xD800; &unknown; &nbsp",
    "</dc:title><meta property='rendition:layout'>pre-paginated</meta>",
    "</text></navLabel><content src='https://example.org/'/>",
    '</title><script src="https://example.org/x.js"></script>',
    '" onload="alert(1)',
    "' onload='alert(1)",
    "` onload=`alert(1)",
    '"/><script>alert(1)</script><x y="',
    "*/ } @import 'https://example.org/x.css'; p { content: '",
    '\\"; } body { background: url(https://example.org/x.png) } a::after { content: "',
    "\\A \\22 \\\n",
    "{0} {title} {} {0.__class__.__mro__} %s %(x)s %n ${7*7} #{7*7} {{7*7}} <%= 7*7 %>",
    "\\1 \\g<0> $& $1 \\\\ \\u0000 \\N{BULLET}",
    '{"@context":"https://example.org/x.jsonld","@type":"Action"}',
    "a\u0000b\u0001c\u0008d\u000be\u000cf\u001bg\u007fh\u0080i\u0085j\u009fk",
    "a\u2028b\u2029c\r\nd\re\nf\tg",
    "\ufffe\uffff\ufdd0\U0001fffe\U0010ffff\ue000\U000f0000",
    "\u202eabc\u202d\u2066def\u2069\u200f\u061c",
    "\u0301\u0301\u0301\u20dd\ufe0f\u200d",
    "a" + "\u0300\u0316" * 60,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f1e8\U0001f1f3\U0001f44d\U0001f3ff\U000e0067\U000e007f",
    "\ufdfa\ufdfd\u0bb8\u0bcd\u0bb0\u0bc0\ua9c5\U0001242b\u0f3e\u0e47\u0e47\u0e47",
    "\u00ad\u200b\u200c\u2060\ufeff\u180e\u3164\u2800\u115f",
    "\u3000\u00a0 \u2003\t",
    "\u1100\u1161\u11a8\uac00\ud7a3\u3131\U00020000\U0002a6df\u9fff\u4e00\u3007",
    "W" * 300,
    "https://example.org/" + "a" * 2100,
    "<" * 200,
    "&" * 200,
    "[" * 100 + "]" * 100,
    "0",
    "-1",
    "1e309",
    "null",
    "..",
    "../../../../etc/passwd",
    "con",
    "NUL.txt",
    "-rf",
    "--help",
    "~",
    "$(touch x)",
    "`touch x`",
    "; touch x #",
    "=cmd|'/c calc'!A1",
    "index.html",
    "mimetype",
    "META-INF/container.xml",
    "nav",
    "cover",
    "content.opf",
)
"""Words that break out of what a PDF, an EPUB, XML, CSS, a template, a shell or a file system wraps them in."""

OWN = (*SCHEMES, *TAGS, *MARKDOWN, *CONTAINERS)


# --- the suites -------------------------------------------------------------------------------------------------


def suites(shared: Path) -> dict[str, tuple[str, ...]]:
    """The strings by kind, each once: those of both suites, and ours."""
    naughty = json.loads((shared / "suites/naughty-strings/blns.json").read_bytes())
    lines = (shared / "suites/xss/xss-payload-list.txt").read_bytes().decode("utf-8", "replace").split("\n")
    return {
        "own": OWN,
        "naughty": tuple(dict.fromkeys(words for words in naughty if words)),
        "xss": tuple(dict.fromkeys(line for line in lines if line.strip())),
    }


# --- documents --------------------------------------------------------------------------------------------------

FILLER = "前文在此，一共有六十个字以上，好让网页的正文够长，不致被当作页面上的一个零件。" * 2

_STAMP = "<!--1718000000000-->\n[{0}](https://example.org/a)\n------\n"


def _quoted(words: str) -> str:
    """A string in YAML and JSON at once."""
    return json.dumps(words, ensure_ascii=False)


def _page(words: str) -> str:
    shown = html.escape(words)
    return (
        f'<!DOCTYPE html>\n<html><head><title>{shown}</title><meta property="og:title" content="{shown}">'
        f'<meta name="author" content="{shown}"><meta name="keywords" content="{shown}"></head>'
        f"<body><article><h1>题目</h1><p>{FILLER}</p>\n<p>{words}</p>\n"
        f'<p>字<a href="{shown}" title="{shown}">{shown}</a></p><figure><img src="{shown}" alt="{shown}" title="{shown}">'
        f"<figcaption>{shown}</figcaption></figure></article></body></html>"
    )


def _front(words: str) -> str:
    keys = ("title", "subtitle", "author", "source", "copyright", "date", "url", "x")
    rows = "".join(f"{key}: {_quoted(words)}\n" for key in keys)
    return f"---\n{rows}tags: [{_quoted(words)}]\ncategories:\n- {_quoted(words)}\n---\n"


def _link(words: str) -> str:
    """An address as Markdown may have it."""
    return "<" + words.replace("<", "%3C").replace(">", "%3E").replace("\n", "%0A").replace("\r", "%0D") + ">"


MARKUPS: Mapping[str, str] = {
    "page": "html",
    "front-html": "md",
    "front-markdown": "md",
    "stamped-html": "txt",
    "stamped-markdown": "md",
    "text": "txt",
}
"""The kinds of document :func:`document` makes, with the extension each goes by."""


def document(kind: str, words: str) -> str:
    """A document with a hostile string as it is in the body, and escaped in every field and address its kind has."""
    shown = html.escape(words)
    title = " ".join(words.split())
    if kind == "page":
        return _page(words)
    if kind == "front-html":
        last = f'<p>字<a href="{shown}">{shown}</a><img src="{shown}" alt="{shown}"></p>\n'
        return f"{_front(words)}<p>{FILLER}</p>\n<p>{words}</p>\n{last}"
    if kind == "front-markdown":
        return f"{_front(words)}前文，**粗**。\n\n{words}\n\n- 字{title}\n\n[字]({_link(words)})，![图]({_link(words)})\n"
    if kind == "stamped-html":
        return f"{_STAMP.format('题目')}<p>前文。</p>{words}<p>后文。</p>"
    if kind == "stamped-markdown":
        return f"[{title}](https://example.org/a)\n------\n\n前文。{words}\n\n后文。\n"
    return f"{title}\n作者：{title}\n来源：{title}\n\n前文，有一些话。{title}\n\n{words}\n\n后文。\n"


# --- records ----------------------------------------------------------------------------------------------------


def record(words: str, body: tuple[Block, ...], **fields: object) -> Article:
    """A record with a hostile string in every field that takes one, its provenance included."""
    digest = hashlib.sha256(words.encode()).hexdigest()
    source = SourceInfo(path=words, sha256=digest, size=1, encoding=words, encoding_basis=words)
    moment = Moment(value=words, precision="second", zone_basis="none")
    values: dict[str, object] = {
        "id": f"{digest[:24]}.0",
        "title": words,
        "subtitle": words,
        "contributors": tuple(Contributor(name=words, role=role) for role in ("aut", "trl", "pht")),
        "publisher": words,
        "via": words,
        "published": moment,
        "modified": moment,
        "url": words,
        "links": (RelatedLink(rel=words, url=words, language=words, title=words), RelatedLink(rel="original", url=words)),
        "language": words,
        "categories": (words,),
        "tags": (words, f"{words}字"),
        "rights": words,
        "extra": {words: words, f"{words}字": (words, words)},
        "body": body,
        "text": plain_text(body),
        "provenance": Provenance(
            source=source,
            reader=words,
            version=__version__,
            profile=words,
            evidence={words: Evidence(span=Span(0, 1), raw=words, rule=words, detail=words)},
            removals=(Removal(text=words, span=Span(0, 1), rule=words),),
            notices=(Notice(id=words, message=words),),
        ),
    }
    return Article(**(values | fields))  # type: ignore[arg-type]


def every_node(words: str, asset: str = fixtures.RED.sha256) -> tuple[Block, ...]:
    """A body with a hostile string in every place a body has for one."""
    said = Text(words)
    held = Image(src=words, alt=words, title=words, asset=asset, width=words, height=words, fallbacks=(words,))
    lost = Image(src=words, alt=words, title=words, asset=words)
    inline: tuple[Inline, ...] = (
        said,
        Link(words, (said,), title=words),
        Emphasis((Strong((Strike((said,)),)),)),
        LineBreak(),
        Code(words),
        Ruby((said,), (said,)),
        lost,
    )
    cell = Cell((Paragraph((said,)),), scope="col", colspan=words, rowspan=words)
    return (
        Paragraph(inline),
        Heading("3", (said,)),
        Quote((Paragraph((said,)),)),
        List("ordered", (ListItem((Paragraph((said,)),)),), start=words),
        Table((Row((Cell((Paragraph((said,)),)),)),), head=(Row((cell,)),), caption=(said,)),
        Figure((held,), (said,), (said,)),
        CodeBlock(words, language=words),
        Embed(words, title=words),
    )


def plain(given: Sequence[str]) -> Article:
    """A record with each string in a paragraph, as words and as the address they lead to."""
    body = tuple(Paragraph((Link(words, (Text(words),), title=words),)) for words in given)
    return fixtures.article(f"plain/{given[0]}", given[0], body)


def packed(given: Sequence[str], asset: str = fixtures.RED.sha256) -> Article:
    """A record with one of the strings in each field, in turn, all of them in its body, and some in every place there."""
    turn = cycle(given)
    whole = record(given[0], ())
    fields: dict[str, object] = {name: next(turn) for name in ("title", "subtitle", "publisher", "via", "url", "rights")}
    people = tuple(Contributor(name=next(turn), role=role) for role in ("aut", "rpt", "edt", "trl", "ill", "cmt"))
    links = tuple(RelatedLink(rel=rel, url=next(turn), title=next(turn)) for rel in ("original", "cite", "related"))
    fields |= {"contributors": people, "links": links, "tags": tuple(given[::9]), "categories": (next(turn), next(turn))}
    source = msgspec.structs.replace(whole.provenance.source, path=next(turn))
    body = tuple(_packed(given[at : at + 12], asset) for at in range(0, len(given), 12)) + every_node(given[-1], asset)
    return msgspec.structs.replace(
        whole,
        **fields,
        extra={words: words for words in given},
        body=body,
        text=plain_text(body),
        provenance=msgspec.structs.replace(whole.provenance, source=source),
    )


def _packed(given: Sequence[str], asset: str) -> Block:
    """A paragraph, or a figure, with a string in each of its inline nodes."""
    made: list[Inline] = []
    for at, words in enumerate(given):
        said = Text(words)
        kinds: tuple[Inline, ...] = (
            Link(words, (said,), title=words),
            Code(words),
            Image(src=words, alt=words, title=words),
            Strong((Link(f"https://example.org/{words}", (said,)),)),
        )
        made += [kinds[at % len(kinds)], Text(" ")]
    if len(given) % 2:
        return Figure((Image(src=given[0], alt=given[0], title=given[0], asset=asset),), caption=tuple(made))
    return Paragraph(tuple(made))


def strings(value: object) -> Iterator[str]:
    """Every string in a record or a part of it, keys of mappings included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from strings(key)
            yield from strings(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from strings(inner)
    elif hasattr(value, "__struct_fields__"):
        for name in value.__struct_fields__:
            yield from strings(getattr(value, name))
