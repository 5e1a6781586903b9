"""A small, rich bundle made by hand: every block and inline type, three languages, every awkward case at least once."""

from __future__ import annotations

import hashlib
import io
from array import array
from collections.abc import Mapping

from PIL import Image as Picture

from archivekit.archive.arrangement import Arrangement, Numbered, identity
from archivekit.archive.bundle import Bundle, Group
from archivekit.archive.shelf import Held
from archivekit.images.assets import Asset
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
    Rule,
    SourceInfo,
    Span,
    Strike,
    Strong,
    Subscript,
    Superscript,
    Table,
    Text,
    plain_text,
)
from archivekit.version import __version__

HOSTILE = "]]> <script>alert(1)</script> & &amp; \"quoted\" 'single' -->\u202e \u0085 \u2028 \u00ad"
"""Text that breaks writers which forget to escape."""


def asset(colour: str, format: str = "PNG", size: tuple[int, int] = (320, 200)) -> Asset:
    """A picture of one colour."""
    out = io.BytesIO()
    Picture.new("RGB", size, colour).save(out, format)
    data = out.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    return Asset(sha256=digest, media_type=f"image/{format.lower()}", width=size[0], height=size[1], data=data)


RED, BLUE = asset("#a33"), asset("#247", "JPEG", (640, 360))
ASSETS: Mapping[str, Asset] = {picture.sha256: picture for picture in (RED, BLUE)}


def paragraph(*words: str) -> Paragraph:
    """A paragraph of plain text."""
    return Paragraph(tuple(Text(word) for word in words))


def cell(words: str, **attributes: str) -> Cell:
    """A table cell with one paragraph."""
    return Cell((paragraph(words),), **attributes)  # type: ignore[arg-type]


def provenance(path: str, **more: object) -> Provenance:
    """Where a record of the fixture pretends to come from."""
    digest = hashlib.sha256(path.encode()).hexdigest()
    source = SourceInfo(path=path, sha256=digest, size=len(path) * 100, encoding="utf-8", encoding_basis="strict-utf-8")
    return Provenance(source=source, reader="stamped", version=__version__, **more)  # type: ignore[arg-type]


def article(path: str, title: str | None, body: tuple[Block, ...], **fields: object) -> Article:
    """A record whose id follows from its path."""
    made = fields.pop("provenance", None) or provenance(path)
    identifier = hashlib.sha256(path.encode()).hexdigest()[:24] + ".0"
    return Article(id=identifier, title=title, body=body, text=plain_text(body), provenance=made, **fields)  # type: ignore[arg-type]


INLINES = Paragraph(
    (
        Text("这一段里有"),
        Emphasis((Text("着重"),)),
        Text("、"),
        Strong((Text("“粗体”"), Emphasis((Text("与强调"),)))),
        Text("、"),
        Link("https://example.org/路径/文 件?q=新闻&b=1#节", (Text("一个链接"),), title='说明 "引号"'),
        Text("、"),
        Code("x < y && z"),
        Text("、"),
        Ruby((Text("漢字"),), (Text("かんじ"),)),
        Text("、H"),
        Subscript((Text("2"),)),
        Text("O、E=mc"),
        Superscript((Text("2"),)),
        Text("、"),
        Strike((Text("删去的字"),)),
        Text("，换行在此"),
        LineBreak(),
        Text("。行内图片"),
        Image("https://example.org/i.png", alt="小图", asset=RED.sha256),
        Text("与没有收入的图片"),
        Image("https://example.org/none.png", alt="不在"),
        Text("。"),
    )
)

BAD_LINKS = Paragraph(
    tuple(
        Link(url, (Text(f"[{number}]"),))
        for number, url in enumerate(
            (
                "javascript:alert(1)",
                "file:///etc/passwd",
                "../relative/path",
                "#fragment",
                "http://host:99999/",
                "http://a b.example/",
                "//no.scheme.example/",
                "http://user:secret@example.org/",
                "mailto:nobody",
                "http://[::1",
                "data:text/html,<b>",
                "",
            )
        )
    )
)

INNER = List("bullet", (ListItem((paragraph("内层"),)), ListItem((paragraph("另一内层"),))))

PICTURE = Image("https://example.org/p.jpg", asset=RED.sha256)

BLOCKS: tuple[Block, ...] = (
    paragraph("中国同意就核军控与美国举行谈判。双方上一次举行此类会谈，还是在奥巴马政府时期；", "会谈将于下周一在华盛顿举行。"),
    INLINES,
    Heading("4", (Text("第一个小标题"),)),
    paragraph("源文件从第四级开始，书里从第二级开始。"),
    Heading("6", (Text("更深一层"),)),
    Quote((paragraph("引文第一段。"), Quote((paragraph("引文中的引文。"),)))),
    Heading("2", (Text("第二个小标题"),)),
    List(
        "ordered",
        (
            ListItem((paragraph("第三项"),)),
            ListItem(
                (paragraph("第四项"), List("bullet", (ListItem((paragraph("内层"),)), ListItem((paragraph("另一内层"),)))))
            ),
        ),
        start="3",
    ),
    Table(
        (
            Row((cell("美国", scope="row"), cell("3,708"), cell("1,770"))),
            Row((cell("俄罗斯", scope="row"), cell("4,380", colspan="2"))),
            Row((cell("中国", scope="row"), cell("500"))),
        ),
        head=(Row((cell("国家"), cell("库存"), cell("部署"))),),
        caption=(Text("各国核弹头数量（2024年）"),),
    ),
    Figure(
        (Image("https://example.org/photo.jpg", alt="两人握手", asset=BLUE.sha256),),
        caption=(Text("2023年11月，两国代表在华盛顿会面。"),),
        credit=(Text("某某/某通讯社"),),
    ),
    Figure((Image("https://example.org/lost.jpg"),), caption=(Text("这张图片没有收入档案。"),)),
    CodeBlock("def f(x):\n    return x < 1 and '&'\n", language="python"),
    Rule(),
    Embed("https://video.example/watch?v=1&t=2", title="新闻视频"),
    Embed("javascript:void(0)"),
    BAD_LINKS,
    Paragraph((Link("https://example.org/a", (PICTURE, Link("https://b.example", (Text("内"),)))),)),
    Paragraph((Text("  \u3000"),)),
    paragraph(HOSTILE),
)

_HANT_BODY: tuple[Block, ...] = (
    paragraph("（中央社華盛頓二日電）美國國務院表示，雙方將就核武器管制舉行會談；這是多年來的第一次。"),
    Heading("3", (Text("會談的背景"),)),
    paragraph("「我們希望對話，」發言人說，「而不是對抗。」"),
    Figure((Image("https://example.org/photo.jpg", asset=BLUE.sha256),)),
)

_ENGLISH_BODY: tuple[Block, ...] = (
    paragraph("For the first time in years, the two governments have agreed to talk about their arsenals."),
    paragraph("The talks are a modest step, but an unprecedented one, officials said. Nobody expects much."),
    List("bullet", (ListItem((paragraph("No date has been set."),)), ListItem((paragraph("Both sides were represented."),)))),
)


def bundle(**changes: object) -> Bundle:
    """The bundle; ``changes`` replace its fields."""
    long = article(
        "nyt/2024/long.md",
        "中国提出罕见的核谈判邀请，美国该怎么做？",
        BLOCKS,
        subtitle="一个值得把握的机会",
        contributors=(
            Contributor(name="张三", role="aut"),
            Contributor(name="J. Q. Public", role="aut"),
            Contributor(name="李四", role="trl"),
            Contributor(name="王五", role="pht"),
        ),
        publisher="示例时报中文网",
        via="某通讯社",
        published=Moment(value="2024-04-18T09:28:26+08:00", precision="second", zone_basis="site"),
        modified=Moment(value="2024-04-19", precision="day"),
        url="https://example.org/opinion/20240418/talks/",
        links=(RelatedLink(rel="original", url="https://example.org/2024/en", language="en", title="What Should America Do?"),),
        language="zh-Hans",
        categories=("国际", "观点"),
        tags=("核武器", "国际"),
        rights="本文系示例时报独家稿件，未经授权，不得转载。",
        extra={"headimg": "https://example.org/h.jpg", "keys": ("a", "b")},
        provenance=provenance(
            "nyt/2024/long.md",
            profile="example",
            evidence={"title": Evidence(span=Span(3, 60), raw="中国提出", rule="stamped.title")},
            removals=(Removal(text="点击订阅", span=Span(60, 72), rule="boilerplate.line"),),
            notices=(
                Notice(id="image-missing", message="no such image", span=Span(1, 2)),
                Notice(id="link-bad", message="bad"),
            ),
        ),
    )
    hant = article(
        "tw/2024/會談.txt",
        "【國際】美中將恢復核軍控談判「值得期待」",
        _HANT_BODY,
        contributors=(Contributor(name="陳大文", role="rpt"),),
        publisher="範例社",
        published=Moment(value="2023-11-02", precision="day"),
        language="zh-Hant",
    )
    english = article(
        "en/talks.html",
        "Two Governments Agree to Talk",
        _ENGLISH_BODY,
        publisher="The Example",
        published=Moment(value="2023-11", precision="month"),
        url="javascript:alert(1)",
        language="en",
    )
    hostile = article("x/hostile.txt", HOSTILE, (paragraph(HOSTILE),), publisher="The Example", rights=HOSTILE, tags=(HOSTILE,))
    bare = article("x/bare.txt", None, ())
    values: dict[str, object] = {
        "identifier": "urn:uuid:6f2b1a3c-58c1-5d0e-9a52-0c5a3ed0f3b1",
        "title": "核军控谈判：示例文章选编（2023—2024）",
        "subtitle": "供排版检验之用",
        "language": "zh-Hans",
        "cover_text": "示例编\n第一卷",
        "modified": "2024-04-19T00:00:00Z",
        "groups": (Group("示例时报中文网", (long,)), Group("範例社", (hant,)), Group("The Example", (english, hostile, bare))),
        "assets": ASSETS,
    }
    return Bundle(**(values | changes))  # type: ignore[arg-type]


def arranged(given: Bundle) -> Arrangement:
    """An arrangement of which ``given`` is the bundle, its groups and versions as they are."""
    records = given.records
    number = {article.id: at for at, article in enumerate(records)}
    return Arrangement(
        shelf=Held(records, given.assets),
        identifier=given.identifier,
        series=identity(given.title, ()),
        title=given.title,
        subtitle=given.subtitle,
        language=given.language,
        cover_text=given.cover_text,
        epoch=None,
        groups=tuple(Numbered(group.title, array("L", [number[one.id] for one in group.articles])) for group in given.groups),
        versions={number[id]: tuple(number[one.id] for one in others) for id, others in given.versions.items()},
        dress=given.dress,
    )
