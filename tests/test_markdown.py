"""Markdown to blocks: what is read from what, that every leaf is where it says, and that nothing hangs or raises."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivekit.errors import EmptySourceError, MarkupLimitError
from archivekit.markup.markdown import parse
from archivekit.markup.parsed import Parsed
from archivekit.model import (
    Block,
    Cell,
    Code,
    CodeBlock,
    Embed,
    Emphasis,
    Figure,
    Heading,
    Image,
    LineBreak,
    Link,
    List,
    ListItem,
    Node,
    Paragraph,
    Quote,
    Row,
    Ruby,
    Rule,
    Span,
    Strike,
    Strong,
    Subscript,
    Superscript,
    Table,
    Text,
    plain_text,
    walk,
)
from archivekit.source import Source, load

SHARED = os.environ.get("ARCHIVEKIT_SHARED")
needs_shared = pytest.mark.skipif(not SHARED, reason="ARCHIVEKIT_SHARED is not set: real documents are not here")
_HAN = re.compile("[\u3400-\u9fff]")
_WRAPS = {Strong: "b", Emphasis: "i", Strike: "s", Superscript: "sup", Subscript: "sub"}


def read(text: str) -> tuple[Source, Parsed]:
    source = load("t.md", b"\xef\xbb\xbf" + text.encode("utf-8", "replace"))
    return source, parse(source, 0, len(source.text))


def show(nodes: tuple[Node, ...]) -> str:
    """Nodes in a notation short enough for a table of cases."""
    return "".join(map(_show, nodes))


def _show(node: Node) -> str:
    if isinstance(node, Text):
        return node.text
    if isinstance(node, Code):
        return f"`{node.text}`"
    if isinstance(node, LineBreak):
        return "/"
    if isinstance(node, Image):
        return f"[img {node.src} {node.alt}]".replace(" ]", "]")
    if isinstance(node, Link):
        return f"<a {node.url}>{show(node.children)}</a>"
    if isinstance(node, Ruby):
        return f"<ruby>{show(node.children)}|{show(node.annotation)}</ruby>"
    if isinstance(node, (Strong, Emphasis, Strike, Superscript, Subscript)):
        tag = _WRAPS[type(node)]
        return f"<{tag}>{show(node.children)}</{tag}>"
    return f"({_show_block(node)})"


def _show_block(node: Node) -> str:
    if isinstance(node, (Paragraph, Cell, ListItem)):
        return f"{'p ' if isinstance(node, Paragraph) else ''}{show(node.children)}"
    if isinstance(node, Heading):
        return f"h{node.level} {show(node.children)}"
    if isinstance(node, Quote):
        return f"quote {show(node.children)}"
    if isinstance(node, List):
        return f"{node.style}{node.start} {show(node.items)}"
    if isinstance(node, Table):
        return f"table {show(node.head)}; {show(node.rows)}"
    if isinstance(node, Row):
        return show(node.cells)
    if isinstance(node, Figure):
        return f"figure {show(node.images)}{show(node.caption)}"
    if isinstance(node, CodeBlock):
        return f"code {node.text!r}"
    return "hr" if isinstance(node, Rule) else f"embed {node.url}" if isinstance(node, Embed) else "?"


CASES = [
    # emphasis as CommonMark has it, beside CJK punctuation, and as html2text leaves it
    ("**粗**与*斜*与~~删~~", "(p <b>粗</b>与<i>斜</i>与<s>删</s>)"),
    ("他说**“好。”**然后", "(p 他说<b>“好。”</b>然后)"),
    (" **作者：** Lauren", "(p <b>作者：</b> Lauren)"),
    (" **编译：** 赵某", "(p <b>编译：</b>赵某)"),
    ("作用**夸大了** ，这样", "(p 作用<b>夸大了</b>，这样)"),
    ("Allies, _The Quarterly_ , 44", "(p Allies, <i>The Quarterly</i> , 44)"),
    ("** 有空格 **后", "(p <b>有空格</b>后)"),
    ("前** **后", "(p 前后)"),
    ("**  \n**", ""),
    ("** **", ""),
    ("****", ""),
    ("文件_名_字 and snake_case_name", "(p 文件_名_字 and snake_case_name)"),
    ("电话138****1234", "(p 电话138****1234)"),
    ("__赞赏", "(p 赞赏)"),
    ("*", ""),
    ("***a***", "(p <i><b>a</b></i>)"),
    # soft wraps
    ("中文\n中文", "(p 中文中文)"),
    ("Shane\nSmith和", "(p Shane Smith和)"),
    ("（no-\nfirst-use）", "(p （no-first-use）)"),
    ("然而，\nLatin\n文", "(p 然而，Latin文)"),
    ("**句。**\n而后", "(p <b>句。</b>而后)"),
    ("he said “no.”\nThen", "(p he said “no.” Then)"),
    ("他说“不”\n然后", "(p 他说“不”然后)"),
    ("한국\n사람", "(p 한국 사람)"),
    ("a --\nb", "(p a -- b)"),
    ("一行  \n二行\\\n三行  ", "(p 一行/二行/三行)"),
    ("一行  \n  \n", "(p 一行)"),
    # images and links
    ('![替代](a.png "题")', "(figure [img a.png 替代])"),
    ("![](1.png)左起", "(figure [img 1.png])(p 左起)"),
    ("![](1.png)![](2.png)", "(figure [img 1.png][img 2.png])"),
    ("字![](1.png)字", "(p 字[img 1.png]字)"),
    ("字\n![](1.png)\n字", "(p 字)(figure [img 1.png])(p 字)"),
    ("![]()", ""),
    ("![alt]()字", "(p 字)"),
    ("[文](javascript:;)字", "(p 文字)"),
    ("[文](java&#9;script:x)![](javascript:x)", "(p 文)"),
    ("[文](</a b>)", "(p <a /a b>文</a>)"),
    ("[![](1.png)](http://x.y/)", "(figure [img 1.png])"),
    ("见[报道](/u) ，以及 [说明](/v) 。", "(p 见<a /u>报道</a>，以及<a /v>说明</a>。)"),
    ("<https://x.y/z>", "(p <a https://x.y/z>https://x.y/z</a>)"),
    ("https://x.y/a_b_c", "(p https://x.y/a_b_c)"),
    ("[名][1]\n\n[1]: /there", "(p <a /there>名</a>)"),
    ("[注]: 正文", "(p [注]: 正文)"),
    ("[^1]: 脚注。", "(p [^1]: 脚注。)"),
    # addresses that a template makes, and one that html2text wrapped
    ("![图]({{ site.baseurl }}/a.png)", "(figure [img /a.png 图])"),
    ("![图]({{site.url}}{{site.baseurl}}/a.png '题')", "(figure [img /a.png 图])"),
    ("![图]({{ '/a.png' | relative_url }})", "(figure [img /a.png 图])"),
    ('![图]({{ "/a.png" | prepend: site.baseurl | prepend: site.url }})', "(figure [img /a.png 图])"),
    ("![图]({{ site.baseurl | append: '/a.png' }})", "(figure [img /a.png 图])"),
    ("![图]({% asset_path a.png %})", "(figure [img a.png 图])"),
    ("![图]({{ page.dir }}/a.png)", "(figure [img /a.png 图])"),
    ("![图]({{ page.image }})字", "(p 字)"),
    ("[![]({{ site.url }}/1.png)]({% post_url a %})", "(figure [img /1.png])"),
    ("见[文]({% link files/a.pdf %})。", "(p 见<a /files/a.pdf>文</a>。)"),
    ("见[文]({{ site.url }})。", "(p 见<a />文</a>。)"),
    ('见[文]({{< relref "#节" >}})。', "(p 见<a #节>文</a>。)"),
    ("见[**文**]({% post_url 2018-03-02-a %})。", "(p 见<b>文</b>。)"),
    ('见[文]({{< ref "a.md" >}} "题")。', "(p 见文。)"),
    ("见[文]({{ page.url }}/b)。", "(p 见文。)"),
    ("见[文](a{b})和[文](a{{b)。", "(p 见<a a{b}>文</a>和<a a{{b>文</a>。)"),
    ("见[文][1]。\n\n[1]: {{ site.baseurl }}/there", "(p 见<a /there>文</a>。)"),
    ("见[文][1]。\n\n[1]: {% post_url 2018-03-02-a %}", "(p 见文。)"),
    ("<img src='{{ site.baseurl }}/a.png'>", "(figure [img /a.png])"),
    ("字<img src='{{ site.baseurl }}/a.png'><a href='{% post_url a %}'>文</a>", "(p 字[img /a.png]文)"),
    ("![](https://e.org/ab-\nc-\nd.png)", "(figure [img https://e.org/ab-c-d.png])"),
    ("见[文](https://e.org/ab-\nc)。", "(p 见<a https://e.org/ab-c>文</a>。)"),
    ("见[文](https://e.org/ab-\nc 字)。", "(p 见[文](https://e.org/ab-c 字)。)"),
    # headings and rules
    ("# 一\n\n### 三 ###", "(h2 一)(h3 三)"),
    ("短题\n---", "(h2 短题)"),
    ("By 某号，某地\n---", "(p By 某号，某地)(hr)"),
    ("前文\n-\n后文", "(p 前文-后文)"),
    ("这是一句话。\n---", "(p 这是一句话。)(hr)"),
    ("一\n二\n===", "(p 一二)(hr)"),
    ("文\n\n* * *\n\n文", "(p 文)(hr)(p 文)"),
    # containers
    ("- 甲\n- 乙\n  - 丙", "(bullet ((p 甲))((p 乙)(bullet ((p 丙)))))"),
    ("3. 甲\n4. 乙\n7. 丙", "(ordered3 ((p 甲))((p 乙)))(ordered7 ((p 丙)))"),
    ("1. 甲\n1. 乙", "(ordered ((p 甲))((p 乙)))"),
    ("1\\. 不是列表", "(p 1. 不是列表)"),
    ("> 引\n续\n>\n> 二", "(quote (p 引续)(p 二))"),
    ("| 甲 | 乙 |\n|--|--|\n| a\\|b | `c\\|d` |", "(table (((p 甲))((p 乙))); (((p a|b))((p `c``|d`))))"),
    # code
    ("```py\na = 1\n\n b\n```", "(code 'a = 1\\n\\n b')"),
    ("    这是缩进的正文", "(p 这是缩进的正文)"),
    ("\t这是缩进的正文", "(p 这是缩进的正文)"),
    ("    x = f(1)\n    y", "(code 'x = f(1)\\ny')"),
    ("    x\u00a0=\u00a01", "(code 'x\\xa0=\\xa01')"),
    ("　　全角缩进", "(p 全角缩进)"),
    ("`a`和`` b` ``", "(p `a`和`b``)"),
    # references and escapes
    ("a&amp;b &copy; \\*c\\*", "(p a&b © *c*)"),
    # HTML in Markdown
    ("<figure>\n<img src='a.png'>\n\n<figcaption>说明</figcaption>\n</figure>", "(figure [img a.png]说明)"),
    ("字<br />字<strong>重</strong><sup>2</sup>", "(p 字/字<b>重</b><sup>2</sup>)"),
    ("字<img src='i.png' width='auto' />字", "(p 字[img i.png]字)"),
    ("字<a href='/u'>链</a><a href='javascript:x'>假</a>", "(p 字<a /u>链</a>假)"),
    ("字<!-- 评 -->字<unknown>明</unknown>", "(p 字字明)"),
    ("字<script>alert(1)</script>字", "(p 字字)"),
    ("字<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字", "(p 字<ruby>漢|かん</ruby>字)"),
    ("字<iframe src='https://v.y/'></iframe>字", "(p 字)(embed https://v.y/)(p 字)"),
    ("<div>\n\n**粗**\n\n</div>", "(p <b>粗</b>)"),
    ("甲<b>乙<i>丙</b>丁</i>", "(p 甲<b>乙<i>丙</i></b><i>丁</i>)"),
    ("> 引\n>", "(quote (p 引))"),
    ("> 甲|乙\n> |-|-|\n> ", "(quote (table (((p 甲))((p 乙))); ))"),
    ("> <div>引</div>\n> <p>文</p>", "(quote (p 引)(p 文))"),
    # shortcodes
    ("{{< note >}}字{{< /note >}}", "(quote (p 字))"),
    ('{{< figure src="/a.png" caption="题" >}}', "(figure [img /a.png]题)"),
    ('{{< video src="https://v.y/1" >}}', "(embed https://v.y/1)"),
    ("{% asset_img a.jpg 题 %}", "(figure [img a.jpg 题])"),
    ("{% img left /a.jpg 300 200 %}", "(figure [img /a.jpg])"),
    ("花括号{不是}短码", "(p 花括号{不是}短码)"),
    ('{{< figure src="a.jpg" title="题" attr="摄" >}}', "(figure [img a.jpg]题)"),
    ('{% include figure.html src="/a.jpg" caption="题" %}', "(figure [img /a.jpg]题)"),
    ('{% include figure image_path="/a.jpg" alt="替" %}', "(figure [img /a.jpg 替])"),
    ("{% include figure.html src=page.image %}", ""),
    ('{% include video id="a-1" provider="youtube" %}', "(embed https://www.youtube.com/watch?v=a-1)"),
    ("{% youtube a-1 %}", "(embed https://www.youtube.com/watch?v=a-1)"),
    ('{{< youtube id="a-1" title="题" >}}', "(embed https://www.youtube.com/watch?v=a-1)"),
    ("{{< vimeo 12 >}}{{< bilibili 12 >}}", "(embed https://vimeo.com/12)(embed https://www.bilibili.com/video/av12)"),
    ("{{< tweet 12 >}}", "(embed https://twitter.com/i/status/12)"),
    ('{{< tweet user="a" id="12" >}}', "(embed https://twitter.com/a/status/12)"),
    ("{{< gist a 12 >}}\n\n{% gist 12 b.rb %}", "(embed https://gist.github.com/a/12)(embed https://gist.github.com/12)"),
    ("{% iframe https://v.y/1 100% 400 %}", "(embed https://v.y/1)"),
    ("{% youtube ../../a?b %}", ""),
    ("{% iframe javascript:x %}", ""),
    ("{% label primary@重点 %}：{% kbd Ctrl %}", "(p 重点：Ctrl)"),
    ('字{{< kbd "Ctrl" >}}字{{< mark "重 点" >}}。', "(p 字Ctrl字重 点。)"),
    ("字{% p red, 甲 %}字{% span cyan::乙 %}字", "(p 字甲字乙字)"),
    ('{{< ruby "漢字" "かんじ" >}}字{% ruby 漢|かん %}', "(p <ruby>漢字|かんじ</ruby>字<ruby>漢|かん</ruby>)"),
    ("{% link 甲 乙 https://x.y/ %}{% asset_link a.pdf 丙 %}", "(p <a https://x.y/>甲 乙</a><a a.pdf>丙</a>)"),
    ("{% post_link a '文章' %}与{% btn https://x.y, 丁, download %}", "(p 文章与<a https://x.y>丁</a>)"),
    ("{% raw %}{{ x }}{% endraw %}", "(p {{ x }})"),
    ("字{% raw %}{{ x }} {% y %}{% endraw %}字{{ z }}", "(p 字{{ x }} {% y %}字)"),
    ("`{% raw %}{{ x }}{% endraw %}`和`{% raw %}`", "(p `{{ x }}`和`{% raw %}`)"),
    ("{% raw %}\n用`{{ x }}`，{{ y }}。\n\n```\n{{ z }}\n```\n{% endraw %}", "(p 用`{{ x }}`，{{ y }}。)(code '{{ z }}')"),
    # pairs of tags
    ("{% highlight py linenos %}\na = 1\n\n  b\n{% endhighlight %}", "(code 'a = 1\\n\\n  b')"),
    ("前文\n{% codeblock 题 lang:js https://x.y %}\n- a\n{% endcodeblock %}\n后文", "(p 前文)(code '- a')(p 后文)"),
    ('{{< highlight go "linenos=table" >}}\n{% a %}\n{{< /highlight >}}', "(code '{% a %}')"),
    ("{% mermaid %}\nA-->B\n{% endmermaid %}", "(code 'A-->B')"),
    ("- 甲\n\n  {% highlight py %}\n  a\n  {% endhighlight %}\n- 乙", "(bullet ((p 甲)(code 'a'))((p 乙)))"),
    ("> {% note %}\n> 甲\n> {% endnote %}\n\n乙", "(quote (quote (p 甲)))(p 乙)"),
    ("{% note info %}\n# 甲\n\n- 乙\n{% endnote %}", "(quote (h2 甲)(bullet ((p 乙))))"),
    ("{% note success no-icon %}**成**：完。{% endnote %}", "(quote (p <b>成</b>：完。))"),
    ("{% note info 题 目 %}\n文\n{% endnote %}", "(quote (p <b>题 目</b>)(p 文))"),
    ("{{% notice tip %}}\n文\n{{% /notice %}}", "(quote (p 文))"),
    ('{{< admonition type=note title="题" open=true >}}\n文\n{{< /admonition >}}', "(quote (p <b>题</b>)(p 文))"),
    ("{% cq %}甲\n乙{% endcq %}", "(quote (p 甲乙))"),
    ("{% note %}{% cq %}甲{% endcq %}{% endnote %}", "(quote (quote (p 甲)))"),
    ("{% tabs 名 %}\n<!-- tab 低配@icon -->\n甲\n<!-- endtab -->\n{% endtabs %}", "(p 低配)(p 甲)"),
    ('{{< details title="题" >}}\n甲\n{{< /details >}}', "(p 题)(p 甲)"),
    ("甲\n{% if a %}\n乙\n{% endif %}\n丙", "(p 甲)(p 乙)(p 丙)"),
    ("甲{% if a %}乙{% endif %}丙", "(p 甲乙丙)"),
    ("甲\n\n{% comment %}\n乙\n\n丙\n{% endcomment %}\n丁", "(p 甲)(p 丁)"),
    ("{% note %}\n没有完", "(p 没有完)"),
    ("{% highlight py %}\n没有完", "(p 没有完)"),
    ("{% endnote %}\n甲\n{% note %}", "(p 甲)"),
    ("{% note %}\n甲\n{% quote %}\n乙\n{% endnote %}\n丙\n{% endquote %}", "(quote (p 甲乙))(p 丙)"),
    ("```\n{% cq %}甲{% endcq %}\n```", "(code '{% cq %}甲{% endcq %}')"),
    ("<div>\n{{< youtube a-1 >}}字{{< /x >}}\n</div>", "(embed https://www.youtube.com/watch?v=a-1)(p 字)"),
    ("{{< rawhtml >}}\n<p>字</p>\n{{< /rawhtml >}}", "(p 字)"),
    # fences of colons
    (":::tip 题\n**甲**\n\n乙\n:::", "(quote (p <b>题</b>)(p <b>甲</b>)(p 乙))"),
    ("前\n::: warning\n- 甲\n:::\n后", "(p 前)(quote (bullet ((p 甲))))(p 后)"),
    (":::note[题]\n甲\n:::", "(quote (p <b>题</b>)(p 甲))"),
    ('::: {.callout-note title="题"}\n甲\n:::', "(quote (p <b>题</b>)(p 甲))"),
    ("::::: columns\n:::: {.column width=50%}\n甲\n::::\n:::::", "(p 甲)"),
    (":::details 题\n甲\n::: tip\n乙\n:::\n:::", "(p 题)(p 甲)(quote (p 乙))"),
    ("::: tip\n没有完", "(p ::: tip没有完)"),
    ("甲\n:::\n乙", "(p 甲:::乙)"),
    # notes
    ("甲[^1]，乙[^注]。\n\n[^1]: 一。\n[^注]: 二。", "(p 甲<sup>[1]</sup>，乙<sup>[注]</sup>。)(p [1] 一。)(p [注] 二。)"),
    ("甲[^1]。\n\n[^1]: 一。\n\n    又。\n\n    > 引\n", "(p 甲<sup>[1]</sup>。)(p [1] 一。)(p 又。)(quote (p 引))"),
    ("甲[^1]。\n\n[^1]:\n    一。", "(p 甲<sup>[1]</sup>。)(p [1] 一。)"),
    ("甲[^1]和`[^1]`。", "(p 甲[^1]和`[^1]`。)"),
    ("甲^[注释，**重**。]。", "(p 甲[注释，<b>重</b>。]。)"),
    ("x^[2]和x^2和^[文](/a)", "(p x^[2]和x^2和^<a /a>文</a>)"),
    # lists of attributes
    ('## 题 {#a .b}\n\n### 题 {#第一 k="v"} ###\n\n题 {: .c}\n---', "(h2 题)(h3 题)(h2 题)"),
    ("## 题 {不是}\n\n## {a} 题\n\n## `{#a}`", "(h2 题 {不是})(h2 {a} 题)(h2 `{#a}`)"),
    ("## 题\n{: .no_toc}\n\n文\n{: .a #b}", "(h2 题)(p 文)"),
    ("* TOC\n{:toc}\n\n文", "(p 文)"),
    ("* 甲\n\n{:toc}", "(bullet ((p 甲)))"),
    ("1. 目录\n{: toc}\n- 乙", "(bullet ((p 乙)))"),
    ('![](1.png){:height="50%"}\n\n[文](/u){:target="_blank"}字', "(figure [img 1.png])(p <a /u>文</a>字)"),
    ("![](1.png){width=50%}`a`{.py}**重**{:.r}", "(figure [img 1.png])(p `a`<b>重</b>)"),
    ("|甲|乙|\n|-|-|\n|a|b|\n{: .table}\n\n文", "(table (((p 甲))((p 乙))); (((p a))((p b))))(p 文)"),
    ("- {:.a} 甲\n- 乙\n{:.b}", "(bullet ((p 甲))((p 乙)))"),
    ("{::comment}\n\n文\n\n{:/comment}", "(p 文)"),
    ("文{:toc}字{: .a}字 {.a} {#b}\n{: 不是 }\n{文}", "(p 文{:toc}字{: .a}字 {.a} {#b} {: 不是 } {文})"),
    ("[文]({1}){a}(b){c=}", "(p <a {1}>文</a>{a}(b){c=})"),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[repr(text)[:40] for text, _ in CASES])
def test_case(text: str, expected: str) -> None:
    source, parsed = read(text)
    assert show(parsed.blocks) == expected
    assert_spans(source, parsed)


def test_who_is_quoted_stands_below_the_quotation() -> None:
    for text, expected in (
        ("{% blockquote 鲁迅, 热风 %}\n甲\n{% endblockquote %}", "(quote (p 甲)(p 鲁迅, 热风))"),
        ("{% blockquote 甲 https://x.y/ 题 %}\n乙\n{% endblockquote %}", "(quote (p 乙)(p 甲 题))"),
        ('{{<quote author="甲" source="乙">}}丙{{</quote>}}', "(quote (p 丙)(p 甲 乙))"),
        ("{% pullquote left %}\n甲\n{% endpullquote %}", "(quote (p 甲))"),
    ):
        assert show(read(text)[1].blocks) == expected


def test_notes_stand_below_the_text() -> None:
    text = "甲[^2]。\n\n[^2]: 一。\n续。\n\n- 乙[^1]\n\n  [^1]: 二。\n- 丙"
    assert show(read(text)[1].blocks) == (
        "(p 甲<sup>[2]</sup>。)(bullet ((p 乙<sup>[1]</sup>))((p 丙)))(p [2] 一。续。)(p [1] 二。)"
    )


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("{% highlight yaml linenos %}\na\n{% endhighlight %}", "yaml"),
        ("{% codeblock 题 lang:js %}\na\n{% endcodeblock %}", "js"),
        ("{% codeblock 题 %}\na\n{% endcodeblock %}", ""),
        ('{{< highlight lang="c++" >}}\na\n{{< /highlight >}}', "c++"),
        ("{{< mermaid >}}\na\n{{< /mermaid >}}", "mermaid"),
    ],
)
def test_the_language_of_code_between_tags(text: str, language: str) -> None:
    (block,) = read(text)[1].blocks
    assert isinstance(block, CodeBlock)
    assert (block.text, block.language) == ("a", language)


REMOVED = [
    ("![图注]()", "图注", "markdown.image-without-address"),
    ("取消 __", "__", "markdown.stray-marker"),
    ("字 **", "**", "markdown.stray-marker"),
    ("{% more %}字", "{% more %}", "markdown.shortcode"),
    ("[a]: /b\n[a]", "[a]: /b", "markdown.reference-definition"),
    ("[字]({% post_url a %})", "{% post_url a %}", "markdown.shortcode"),
    ("[字](/a/{{ page.b }} '{{ page.b }}')", "{{ page.b }}", "markdown.shortcode"),
    ("![字]({{ site.url }}/a.png)", "{{ site.url }}", "markdown.shortcode"),
    ("[字][1]\n\n[1]: {{ site.url }}/a", "[1]: {{ site.url }}/a", "markdown.reference-definition"),
    ("| a |\n|--|\n| b | 多 |", "多", "markdown.excess-cell"),
    ("```这是 一段\nx\n```", "这是 一段", "markdown.fence-info"),
]


@pytest.mark.parametrize(("text", "removed", "rule"), REMOVED)
def test_what_is_left_out_is_said(text: str, removed: str, rule: str) -> None:
    source, parsed = read(text)
    assert [(removal.text, removal.rule) for removal in parsed.removals] == [(removed, rule)]
    start, end = parsed.removals[0].span
    assert removed in source.data[start:end].decode()


@pytest.mark.parametrize(
    "text", ["[字]({% post_url a %})", "![字]({{ page.image }})", "![]({{ page.a }}/b.png)", "[字][1]\n\n[1]: {{ a.b }}"]
)
def test_an_address_that_only_its_site_knows_is_noticed(text: str) -> None:
    _, parsed = read(text)
    assert [notice.id for notice in parsed.notices] == ["link.address-unknown"]
    assert read("[字]({{ site.url }}/a)")[1].notices == ()


def leaves(blocks: tuple[Block, ...]) -> Iterator[Text | Code | CodeBlock | Image | Embed]:
    for node in walk(blocks):
        if isinstance(node, (Text, Code, CodeBlock, Image, Embed)):
            yield node


def assert_spans(source: Source, parsed: Parsed) -> None:
    """Every leaf is verbatim or atomic, and leaves stand in the order of the source."""
    last = 0
    for leaf in leaves(parsed.blocks):
        start, end = Span.parse(leaf.at)
        assert 0 <= start <= end <= len(source.data)
        if isinstance(leaf, (Text, Code)):
            raw = source.data[start:end].decode()
            assert leaf.text == raw or len(leaf.text) <= 2, (leaf, raw)
        if not isinstance(leaf, (Image, Embed)):
            assert start >= last, leaf
            last = start


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    text = "甲\n**乙**\n\n- 丙\n  丁\n\n| a |\n|---|\n| 戊 |\n\n```\nx\ny\n```\n".replace("\n", end)
    source, parsed = read(text)
    assert plain_text(parsed.blocks) == "甲乙\n丙丁\na\n戊\nx\ny"
    assert_spans(source, parsed)


def test_only_the_range_is_read() -> None:
    source = load("t.md", "前言\n\n# 題\n\n正文\n\n後記".encode())
    parsed = parse(source, 4, 11)
    assert show(parsed.blocks) == "(h2 題)(p 正文)"
    assert_spans(source, parsed)


_FRAGMENTS = (
    "{% note %}|{% endnote %}|{% raw %}|{% endraw %}|{% highlight a %}|{% endhighlight %}|{% kbd 键 %}|{{< ruby a b >}}|"
    ":::tip 甲|:::|"
    "{{< /x >}}|{{< x >}}|{{ site.url }}/a|{: .a}|{:toc}|{#a}|[^1]|[^1]: |^[|"
    "*|**|***|_|__|~~|`|```|[|]|(|)|![|](|<|>|\\|&|&amp;|&#0;|{{<|>}}|{%|%}|#|-|1.|+|=|---|===|:|中|文|。|，|“|”|a|b.|￥|한|"
    "😀|[a]:|http://x|\x00|\u200b|\ufe00|<b>|</b>|<p>|<!--|-->|<img |<table>|<td>|<ruby>|<rt>|<iframe>|<script>|<a href=x>|"
    " |  \n|\n|\n\n|\r\n|\r|\t|    |\u3000|\u00a0|\u2028"
)
FRAGMENTS = st.sampled_from(_FRAGMENTS.split("|"))


@settings(max_examples=250, deadline=None)
@given(st.one_of(st.lists(FRAGMENTS, max_size=40).map("".join), st.text(max_size=60)))
def test_no_input_raises_and_every_span_holds(text: str) -> None:
    try:
        source, parsed = read(text)
    except (EmptySourceError, MarkupLimitError):
        return
    assert_spans(source, parsed)
    for removal in parsed.removals:
        assert 0 <= removal.span.start <= removal.span.end <= len(source.data)


_MARKS = (
    "*|**|_|__|~~|`|```|>|> |- |  - |3. |#|# |---|===|[|]|(|!|\\\\|{{< x >}}|"
    "{%|&amp;|甲|乙|丙。|，|a|  \n|\n|\n\n|\r\n|    | |\t|\u3000"
)
_PAIRS = [*("{% note %}", "{% endnote %}", "{% cq %}", "{% endcq %}", "{% raw %}", "{% endraw %}", ":::tip", ":::")]
_PAIRS += [*("{% code %}", "{% endcode %}", "{% kbd ", "%}", "{: .a}", "{:toc}", "[^1]", "[^1]: ", "^[", "{% comment %}")]
_PAIRS += [*("{% endcomment %}", "\n{% note 题 %}\n", "\n{% endnote %}\n", "\n:::tip 题\n", "\n:::\n")]
MARKS = st.sampled_from([*_MARKS.split("|"), *_PAIRS, "|", "\n|-|-|\n", "[注]: "])


@settings(max_examples=300, deadline=None)
@given(st.lists(MARKS, max_size=50).map("".join))
def test_no_word_is_lost_or_said_twice(text: str) -> None:
    """Without HTML, addresses and titles every Han character is in a leaf or in a Removal, once."""
    try:
        source, parsed = read(text)
    except EmptySourceError:
        return
    spans = [Span.parse(leaf.at) for leaf in leaves(parsed.blocks)] + [removal.span for removal in parsed.removals]
    found = "".join(source.data[start:end].decode() for start, end in spans)
    assert sorted(_HAN.findall(found)) == sorted(_HAN.findall(source.text)), show(parsed.blocks)


HOSTILE = {
    "open brackets": "[" * 20_000,
    "image openers": "![" * 20_000,
    "balanced brackets": "[" * 10_000 + "]" * 10_000,
    "links never closed": "[a](" * 5_000,
    "asterisks": "*" * 50_000 + "a" + "*" * 50_000,
    "strong never closed": "**a" * 10_000,
    "underscores": "_a" * 10_000,
    "quotes": ">" * 10_000,
    "bullets": "- " * 5_000 + "x",
    "definitions": "[a]: /x\n" * 3_000,
    "backticks": " ".join("`" * n for n in range(300)),
    "less than": "<" * 20_000,
    "comments": "a <!-- " * 3_000,
    "ampersands": "&" * 20_000,
    "pipes": "|a|b|\n|-|-|\n" + "|" * 20_000,
    "bold and italic": "x" + "<b>" * 3_000 + "<i>" * 3_000 + "</b>" * 3_000,
    "tags never ended": "{% highlight a %}\n" * 8_000,
    "tags never ended, of many names": "".join(f"{{% a{count} %}}\n" for count in range(8_000)),
    "tags in tags": "{% note %}\n" * 3_000 + "{% endnote %}\n" * 3_000,
    "braces": "{" * 30_000,
    "half tags": "{% " * 20_000,
    "half shortcodes": "{{< a " * 10_000,
    "colons": ":::a\n" * 10_000,
    "attributes": "{: .a" * 10_000,
    "attributes of headings": "# a" + " {.a" * 10_000,
    "addresses of templates": "[a]({{ " * 5_000,
    "signs of notes": "^[甲 " * 10_000,
    "notes in notes": "甲[^1]\n\n" + "[^1]: " * 5_000,
    "notes": "[^a]\n\n[^a]: b\n" * 3_000,
    "nested images": "![" * 400 + "]()" * 400,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_hangs(text: str) -> None:
    began = time.process_time()
    source, parsed = read(text)
    assert time.process_time() - began < 10
    assert_spans(source, parsed)


def test_nesting_beyond_the_limit_keeps_the_words() -> None:
    _, parsed = read("> " * 200 + "字")
    assert plain_text(parsed.blocks).endswith("字")


# --- real documents -------------------------------------------------------------------------------------------------

_NO_STRONG = re.compile(r"a\*\*[«∇𝜵]|[«»∇𝜵]\*\*a")
"""Pairs the suite keeps to show that punctuation outside CJK is still CommonMark's."""


@needs_shared
def test_no_literal_asterisks_beside_cjk() -> None:
    blocks = 0
    for path in sorted((Path(SHARED or "") / "suites/markdown-cjk").glob("*.md")):
        for text in re.split(r"\n\n+", path.read_text("utf-8")):
            _, parsed = read(text)
            assert "**" not in plain_text(parsed.blocks) or _NO_STRONG.search(text), text
            blocks += 1
    assert blocks > 90


@needs_shared
def test_soft_wraps_are_undone() -> None:
    folder = Path(SHARED or "") / "seeds"
    expected = json.loads(next(folder.glob("expected/003*.json")).read_text("utf-8"))["body"]
    source = load("003", next(folder.glob("003*.txt")).read_bytes())
    parsed = parse(source, source.text.index("---", 4) + 4, len(source.text))
    got = {_squash(line) for line in plain_text(parsed.blocks).split("\n")}
    missing = [paragraph for paragraph in expected if _squash(paragraph) not in got]
    assert not missing
    assert_spans(source, parsed)


def _squash(text: str) -> str:
    return re.sub(r"\s+", "", text)


_NOT_TEXT = re.compile(r"<!--.*?-->|</?[A-Za-z][^>]*>|\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\s*\)", re.S)


@needs_shared
@pytest.mark.parametrize("folder", ["wechat-html2text", "hexo-wechat-loose", "hugo-zh-hant"])
def test_real_documents_lose_nothing(folder: str) -> None:
    """Every Han character outside addresses, attributes and comments is in a leaf, an alt text or a Removal."""
    files = sorted((Path(SHARED or "") / "corpora" / folder).rglob("*.md"))[::6]
    assert files
    for path in files:
        source = load(path.name, path.read_bytes())
        head = re.match(r"\s*---\r?\n.*?\n---[ \t]*\r?\n", source.text, re.S)
        start = head.end() if head else 0
        parsed = parse(source, start, len(source.text))
        assert_spans(source, parsed)
        found = plain_text(parsed.blocks) + "".join(removal.text for removal in parsed.removals)
        found += "".join(leaf.text if isinstance(leaf, Text) else "" for leaf in leaves(parsed.blocks))
        found += "".join(leaf.alt for leaf in leaves(parsed.blocks) if isinstance(leaf, Image))
        wanted = set(_HAN.findall(_NOT_TEXT.sub("](", source.text[start:])))
        assert wanted <= set(found), path.name
        assert "**" not in plain_text(parsed.blocks).replace("***", "") or "\\*\\*" in source.text, path.name
