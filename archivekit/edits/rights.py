"""Rights: notices of copyright, and lines that name the source, become fields of the record."""

from __future__ import annotations

import re

from ..leaves import hull, words
from ..model import Article, Block, Evidence, Heading, Paragraph
from .bylines import source_named
from .change import amend, removed, without

LONGEST = 160
"""A notice of rights has at most this many characters."""
_RIGHTS = re.compile(
    r"(未经|未經|未获|未獲|不经|非经|非經).{0,12}(授权|授權|许可|許可|允许|允許|同意|书面).{0,16}(转载|轉載|使用|复制|複製|翻版)"
    r"|(版权|版權)(归|歸|所有(?![人者])|声明|聲明)|(转载|轉載).{0,6}(请|請|需|须|須)(注明|註明|联系|聯繫|标明|保留)"
    r"|放弃版权|放棄版權|(谢绝|謝絕|禁止|严禁|嚴禁|不得)(任何)?(转载|轉載)(?![”」』]?的)|All rights reserved|^©|^Copyright",
    re.I,
)
_NOTICE = re.compile(
    r"[\s（(【\[*※◎●■▲＊—–-]*(?:特别|特別|郑重|鄭重|重要)?"
    r"(?:声明|聲明|版权|版權|著作权|著作權|©|c[)）]|Copyright|All rights|欢迎转载|歡迎轉載|转载|轉載"
    r"|如需|如要|如欲|未经|未經|未获|未獲|不经|非经|非經"
    r"|谢绝|謝絕|禁止|严禁|嚴禁|请勿|請勿|不得|凡|以上"
    r"|(?:本|此|该|該)?(?:文章?|刊|站|网站?|網站?|报|報|社|篇|号|號|公众号|公眾號|作品|著作|内容|內容|稿件?"
    r"|图文|圖文|原创|原創)"
    r"(?:之|的)?(?=版权|版權|著作|系|係|为|為|由|经|經|已|未|所有|文字|图片|圖片|内容|內容|作品|谢绝|謝絕|禁止|严禁"
    r"|如|欢迎|歡迎|转载|轉載|原创|原創|首发|仅|僅|放弃|放棄|任何|及|不得|[，,、：:]))"
    r"|[^，。,]{1,24}(?:版权所有|版權所有|保留所有权利|保留所有權利|All rights reserved)",
    re.I,
)
"""How a notice of rights begins, whatever it says. A sentence about rights begins with who says it."""


def is_notice(text: str) -> bool:
    """Whether words are a notice of rights: they begin and end like one."""
    return bool(len(text) <= LONGEST and _NOTICE.match(text) and _RIGHTS.search(text)) and not re.search(r"[？?]\s*$", text)


def apply(article: Article) -> Article:
    """Take a source line and a notice of rights at either end out of the body."""
    gone: list[Block] = []
    fields: dict[str, object] = {}
    evidence: dict[str, Evidence] = {}
    size = len(article.body)
    for index, block in enumerate(article.body):
        if not isinstance(block, (Paragraph, Heading)) or not (index < 4 or index >= size - 6):
            continue
        text = words(block).strip()
        place = hull((block,))
        source = source_named(text)
        if source and "source" not in fields and not re.match(r"^[（(]?(?:图片|圖片|图|圖)", text):
            fields["source"] = source[0].strip("《》“”「」@ ")
            evidence["source"] = Evidence(span=place, raw="", rule="credits.source-line")
            gone.append(block)
        elif is_notice(text) and (index >= size - 6 or len(text) <= 60):
            if "rights" not in fields and article.rights is None:
                fields["rights"] = text
                evidence["rights"] = Evidence(span=place, raw="", rule="credits.rights-line")
            gone.append(block)
    if not gone or len(gone) == size:
        return article
    value = fields.pop("source", None)
    if value is not None:
        target = "publisher" if article.publisher is None else "via"
        entry = evidence.pop("source")
        if value != article.publisher and getattr(article, target) is None:
            fields[target] = value
            evidence[target] = entry
    fields["body"] = without(article.body, gone)
    return amend(article, fields=fields, evidence=evidence, removals=removed(gone, "credits.rights-or-source"))
