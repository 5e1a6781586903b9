"""Accounting: proves that every visible character of a source is in a field, in the body or in a Removal.

The source's visible text is taken by a route of its own, much simpler than the readers': all text between tags, all
Markdown that is no syntax, all lines, all images. What counts is the character and its place, white space aside. Then every
place that is visible must lie in the span of a leaf, of a piece of evidence or of a Removal; every leaf's words must
be the visible words at its place, and stand in the body once; and the record must keep its own promises: spans lie
inside the file, evidence quotes its bytes, a Removal has a rule and says what it took, the plain text is the body's.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

import msgspec

from .errors import RecordError, UnaccountedTextError
from .leaves import spans
from .migrate import upgrade
from .model import Article, Code, CodeBlock, Removal, Span, Text, plain_text, walk
from .readers.body import is_html
from .source import Source

_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff\ue5e5]+")
"""What shows nothing: white space, controls, marks of direction and width, and GBK's A3A0, a blank that Unicode lacks."""
_TAGS = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[|\]\]>|<![A-Z]+\s[^>]*>"
    r"|</?[A-Za-z](?:[^<>=]++|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|=)*+>|<[!?/]?[A-Za-z][^<>]*>|<!\[CDATA\[|\]\]>",
    re.S,
)
_INLINE_TAGS = re.compile(
    r"<!--.*?-->|<\?.*?\?>|<![A-Z]+\s[^>]*>|<!\[CDATA\[.*?\]\]>|</[A-Za-z][A-Za-z0-9-]*\s*>|<[A-Za-z][A-Za-z0-9-]*"
    r"(?:\s+[A-Za-z_:][\w:.-]*(?:\s*=\s*(?:[^\s\"'=<>`]+|'[^']*'|\"[^\"]*\"))?)*+\s*/?>",
    re.S,
)
"""The same as CommonMark (6.6) takes them for tags: what is not quite one is words."""
_HTML_TAGS = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))|\]\]>|<(?:[!?]|/[^A-Za-z])[^>]*+(?:>|\Z)"
    r"|</?[A-Za-z][^\t\n\f\r />]*+(?:[\t\n\f\r /]++|[^\t\n\f\r />][^\t\n\f\r />=]*+(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    r"(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\t\n\f\r >\"'][^\t\n\f\r >]*+|(?=>)))?+)*+(?:>|\Z)",
    re.S,
)
"""The same where all is HTML, as its standard takes tags apart (13.2.5): a ``<`` inside one is part of it, and one that the end
of the file cuts off is dropped. Markdown takes both for words."""
_DROPPED = re.compile(r"<(script|style)\b[^>]*>(?P<inside>.*?)(?:</\1\s*>|\Z)", re.S | re.I)
_REFERENCE = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);?")
_DESTINATION = re.compile(
    r"\]\(\s*(?:<[^<>\n]*>|[^()\x00- \x7f]*(?:\([^()\x00- \x7f]*\)[^()\x00- \x7f]*)*)(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
    r"|\]\((?=[^()\n]*\{[{%])(?:\{\{[^{}\n]*+\}\}|\{%[^{}\n]*+\}(?<=%\})|[^(){}\x00- \x7f]|\([^(){}\x00- \x7f]*+\))++"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
    r"|\]\((?:[^()\x00- \x7f]*-\r?\n)+[^()\x00- \x7f]+\)"
    r"|<[a-z][a-z0-9+.-]*:[^<>\x00- ]*>"
    r"|^ {0,3}\[[^\]\n]+\]:[ \t]*(?:<[^<>\n]*>|\S*[/.#:]\S*|\{[{%][^{}\n]*\}+\S*)"
    r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?[ \t]*$",
    re.M | re.I,
)
_TEMPLATE = re.compile(r"\{\{[^{}\n]*\}\}|\{%[^{}\n]*%\}")
"""What a template puts in: in an address, too, a record must speak of it."""
_ENDED_REFERENCE = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")
_ESCAPED = re.compile(rf"\\([!-/:-@\[-`{{-~])|{_ENDED_REFERENCE.pattern}")
"""The same, and what a backslash makes words of (CommonMark, 2.4): ``\\&lt;`` is no reference."""
_VERBATIM = re.compile(
    r"<plaintext\b[^>]*>(?P<rest>.*)|<(xmp|textarea|iframe|noembed|noframes)\b[^>]*>(?P<inside>.*?)(?:</\2[\s/>]|\Z)",
    re.S | re.I,
)
"""Elements in which HTML sees no tags."""
_IMAGE_TAG = re.compile(r"<(?:amp-)?img\b[^>]*?\s(?:src|data-src)\s*=\s*[\"']?[^\s\"'>]", re.I)
_DRAWN = re.compile(r"<img\b[^>]*?\salt\s*+=\s*+(?P<alt>\"[^\"]*+\"|'[^']*+'|[^\s\"'>]++)[^>]*+>", re.I)
"""An image that stands for the words it is called."""
_IMAGE_MARK = re.compile(r"!\[[^\[\]\n]*\]\((?=[^\s)])")
"""The two ways to an image with an address, which shows something at the place where it begins."""
_SYNTAX = re.compile(r"[!#()*+<=>\[\]\\_`{|}~\-]+")
"""ASCII punctuation that may be Markdown's."""
_MARKS = re.compile(r"[!-/:-@\[-`{-~]+")
"""ASCII punctuation, any of which may be front matter's."""
_ALIGNMENT = re.compile(r"^(?=[^|\n]*\|)(?=[^\n-]*-)[ \t>|:-]+$", re.M)
"""The line below the head of a table that says how its columns are set."""
_LABEL = re.compile(r"(?<=\])\[([^\[\]\n]{1,999})\]|^ {0,3}\[([^\[\]\n]{1,999})\]:", re.M)
"""The label of a reference to an address, and the label that the address is defined by."""
_TABLES = re.compile(r"^[ \t]*\[\[?[ \t]*[A-Za-z_][\w.\"' -]*\]\]?(?=[ \t\r]*(?:#|$))", re.M)
"""The names of tables in TOML."""
_NUMBERING = re.compile(r"^[ \t>]*\d{1,9}[.)](?=[ \t])", re.M)
_BARE = re.compile(
    r"\s*(?:(?=[A-Za-z_][\w-]*:)(?:[^\n]*[^\s-][^\n]*\n)++-{3,}|(?:;{3,}[ \t]*\r?\n\s*)?\"[^\"\n]+\"[ \t]*:.*?^;{3,})"
    r"[ \t]*(?:\r?\n|\Z)",
    re.S | re.M,
)
"""Front matter that nothing opens."""
_KEYS = re.compile(r"^[ \t]*(?:-[ \t]+)?[\"']?[\w.\u00b7 -]{1,60}[\"']?[ \t]*[:=](?=\s|$)", re.M)
_LOOSE_KEYS = re.compile(rf"{_KEYS.pattern}|^[ \t]*(?:[\w.\u00b7 -]{{1,60}}：|[A-Za-z_][\w.-]{{0,40}}:(?!//))", re.M)
"""The same in front matter that is no YAML, as a person reads it."""
_BRACES = re.compile(r"\{[^{}\n]*\}")
_KEYS_IN_BRACES = re.compile(r"[{,][ \t]*[\"']?[\w.\u00b7-]{1,60}[\"']?[ \t]*[:=](?=\s)")
"""``{name: …, url: …}``: the keys of a mapping that is written in one line."""
_JSON_KEYS = re.compile(r"\"(?:[^\"\\\n]|\\.){1,60}\"\s*:")
_LANGUAGE = re.compile(r"^[ \t>]*(?:```+|~~~+)[^\n`]*$", re.M)


class Account(msgspec.Struct, frozen=True):
    """The result for one source: how much is visible, what no record speaks of, and where a record does not keep its word."""

    visible: int
    """Characters that show something; an image counts as one."""
    lost: tuple[Span, ...]
    """Visible text that is in no field, no leaf and no Removal."""
    lost_characters: int
    altered: tuple[Span, ...]
    """Places of leaves whose words are not the visible words there."""
    faults: tuple[str, ...] = ()
    """What else a record says that its source does not bear out, a sentence each."""

    @property
    def share(self) -> float:
        """The part of the visible characters that is accounted for, 0 to 1."""
        return 1.0 if not self.visible else 1 - self.lost_characters / self.visible

    @property
    def complete(self) -> bool:
        """Whether nothing is lost, nothing altered and no record at fault."""
        return not (self.lost or self.altered or self.faults)

    def line(self) -> str:
        """``accounted: 100.00 % of 1,234 characters``, never rounded up to 100, and what is wrong beside that."""
        share = 100.0 if not self.lost_characters else min(99.99, 100 * self.share)
        wrong = [f"{len(self.altered)} altered"] if self.altered else []
        wrong += [f"{len(self.faults)} at fault"] if self.faults else []
        return ", ".join([f"accounted: {share:.2f} % of {self.visible:,} characters", *wrong])


def account(source: Source, articles: Iterable[Article]) -> Account:
    """Compare a source with all the records that were read from it."""
    articles = tuple(articles)
    if articles and all(article.provenance.source.sha256 != source.sha256 for article in articles):
        return _records(source, articles)
    faults = tuple(fault for article in articles for fault in _faults(source, article))
    inside = [place for place in _places(articles) if _is_inside(place, source)]
    shown = visible(source, articles)
    covered = bytearray(len(source.text))
    for place in inside:
        start, end = source.char(place.start), source.char(place.end)
        covered[start:end] = b"\x01" * (end - start)
    missing = int.from_bytes(shown, "big") & ~int.from_bytes(covered, "big")
    mask = missing.to_bytes(len(source.text), "big")
    lost = tuple(source.span(*run.span()) for run in re.finditer(rb"\x01+", mask))
    altered = tuple(_altered(source, articles))
    return Account(shown.count(1), lost, mask.count(1), altered, faults)


def check(source: Source, articles: Iterable[Article]) -> None:
    """Raise UnaccountedTextError, with the first place that is wrong, unless all of the source is accounted for."""
    found = account(source, articles)
    if not found.complete:
        offset = min((span.start for span in (*found.lost, *found.altered)), default=None)
        raise UnaccountedTextError("; ".join([found.line(), *found.faults[:3]]), path=source.path, offset=offset)


def _records(source: Source, articles: tuple[Article, ...]) -> Account:
    """The account of a file of records: every line is one of the articles, and every article a line."""
    given = iter(articles)
    lost, count = [], 0
    for match in re.finditer(rb"[^\n]*[^\s][^\n]*", source.data):
        record = _record(match[0])
        if record is None or record != next(given, None):
            lost.append(Span(*match.span()))
            count += len(_bare(match[0].decode(source.encoding, "replace")))
    more = sum(1 for _ in given)
    return Account(len(_bare(source.text)), tuple(lost), count, (), (f"{more} records more than lines",) if more else ())


def _record(line: bytes) -> Article | None:
    try:
        return upgrade(line)
    except RecordError:
        return None


def _faults(source: Source, article: Article) -> Iterator[str]:
    """What a record says that its source does not bear out."""
    made = article.provenance
    for path, entry in made.evidence.items():
        if entry.span is None:
            continue
        if not _is_inside(entry.span, source):
            yield f"evidence of {path}: bytes {entry.span} are not in the file"
        elif not source.quotes(entry.span, entry.raw):
            yield f"evidence of {path}: bytes {entry.span} are not what it quotes"
        if not entry.rule:
            yield f"evidence of {path}: no rule"
    places = sorted(removal.span for removal in made.removals)
    for removal in made.removals:
        others = [place for place in places if place != removal.span]
        if not removal.rule:
            yield f"removal of bytes {removal.span}: no rule"
        if not _is_inside(removal.span, source):
            yield f"removal of bytes {removal.span}: not in the file"
        elif not _agrees(removal.text, removal.span, source, others) and not _moved(removal, source):
            yield f"removal of bytes {removal.span}: the text is not what it took"
    yield from _body_faults(source, article)
    if article.text != plain_text(article.body):
        yield "the plain text is not the body's"


def _body_faults(source: Source, article: Article) -> Iterator[str]:
    """Leaves outside the file or from nowhere, and words that stand in the body twice."""
    places = []
    for leaf in walk(article.body):
        if not isinstance(leaf, (Text, Code, CodeBlock)) or not _bare(leaf.text):
            continue
        if not leaf.at:
            yield f"the body has words from nowhere: {leaf.text[:40]!r}"
            continue
        place = Span.parse(leaf.at)
        if _is_inside(place, source):
            places.append(place)
        else:
            yield f"leaf at bytes {place}: not in the file"
    reached = 0
    for place in sorted(places):
        if place.start < reached and _bare(_raw(source, Span(place.start, min(reached, place.end)))):
            yield f"leaf at bytes {place}: its words stand in the body twice"
        reached = max(reached, place.end)


def _is_inside(place: Span, source: Source) -> bool:
    return 0 <= place.start <= place.end <= len(source.data)


def _raw(source: Source, place: Span) -> str:
    return source.data[place.start : place.end].decode(source.encoding, "replace")


def visible(source: Source, articles: tuple[Article, ...]) -> bytearray:
    """One byte a character of the source's text: 1 where something is shown."""
    text = source.text
    mask = bytearray(b"\x01" * len(text))
    _hide(mask, _BLANK.finditer(text))
    plain = all(article.provenance.reader == "plain-text" for article in articles) and not re.search(
        r"<(?:p|br|div)\b", text, re.I
    )
    if plain:
        return mask
    for match in _DROPPED.finditer(text):
        _clear(mask, match.start("inside"), match.end("inside"))
    # What looks like front matter and could not be read is body, like the rest of the file.
    body = _body_start(text) if not _is_noticed(articles, "front-matter.none") else 0
    is_markdown = not _is_html(text, body, articles)
    _hide_tags(mask, _TAGS.finditer(text, 0, len(text) if is_markdown else body))
    if not is_markdown:
        _hide_tags(mask, _HTML_TAGS.finditer(text, body))
    if body:
        keys = _LOOSE_KEYS if _is_noticed(articles, "front-matter.not-yaml") else _KEYS
        _hide(mask, (_JSON_KEYS if text.lstrip().startswith(("{", '"', ";")) else keys).finditer(text, 0, body))
        _hide(mask, _TABLES.finditer(text, 0, body) if text.lstrip().startswith("+++") else ())
        for braces in _BRACES.finditer(text, 0, body):
            _hide(mask, _KEYS_IN_BRACES.finditer(text, *braces.span()))
        _hide(mask, _MARKS.finditer(text, 0, body))
    if is_markdown:
        images = [match.start() for match in _IMAGE_MARK.finditer(text, body) if mask[match.start()]]
        _hide_addresses(mask, text, body)
        for pattern in (_LANGUAGE, _ALIGNMENT, _SYNTAX, _NUMBERING):
            _hide(mask, pattern.finditer(text, body))
        _hide(mask, _references(text, body))
        for start in images:
            mask[start] = 1
    for match in _REFERENCE.finditer(text):
        if not html.unescape(match.group()).strip():
            _clear(mask, *match.span())
    return mask


def _references(text: str, body: int) -> list[re.Match[str]]:
    """The labels of references whose address stands elsewhere in the text: they show nothing."""
    labels = list(_LABEL.finditer(text, body))
    defined = {_label(match[2]) for match in labels if match[2] and _DESTINATION.match(text, match.start())}
    return [match for match in labels if match[1] and _label(match[1]) in defined]


def _label(words: str) -> str:
    """A label as CommonMark compares it (4.7): without regard to case and to the size of blanks."""
    return " ".join(words.split()).casefold()


def _hide(mask: bytearray, matches: Iterable[re.Match[str]]) -> None:
    for match in matches:
        _clear(mask, match.start(), match.end())


def _hide_addresses(mask: bytearray, text: str, body: int) -> None:
    for match in _DESTINATION.finditer(text, body):
        at = match.start()
        for tag in _TEMPLATE.finditer(text, *match.span()):
            _clear(mask, at, tag.start())
            at = tag.end()
        _clear(mask, at, match.end())


def _hide_tags(mask: bytearray, matches: Iterable[re.Match[str]]) -> None:
    """Tags show nothing, but those of images do."""
    for match in matches:
        _clear(mask, match.start(), match.end())
        if _IMAGE_TAG.match(match.group()):
            mask[match.start()] = 1


def _clear(mask: bytearray, start: int, end: int) -> None:
    mask[start:end] = bytes(end - start)


def _body_start(text: str) -> int:
    """Where the envelope at the top ends: front matter, a stamp, or both."""
    start = 0
    fence = re.match(r"\s*(---|\+\+\+)[ \t]*\r?\n.*?^(?:\1|\.\.\.)[ \t]*(?:\r?\n|\Z)", text, re.S | re.M)
    if fence:
        start = fence.end()
    elif text.lstrip().startswith("{"):
        close = re.search(r"^\}[ \t]*(?:\r?\n|\Z)", text, re.M)
        start = close.end() if close else 0
    elif (bare := _BARE.match(text)) and re.search(r"^[\s\"]*title\b", bare[0], re.M):
        start = bare.end()
    stamp = re.compile(
        r"\s*(?:<!--\s*\d{9,16}\s*-->[ \t]*\r?\n\s*)?\[[^\n]*\]\(\S*\)[ \t]*\r?\n-{3,}[ \t]*\r?\n"
        r"(?:\s*(?:日期|時間|时间|Date)[：:][^\n]*\n)?"
    ).match(text, start)
    return stamp.end() if stamp else start


def _is_noticed(articles: tuple[Article, ...], id: str) -> bool:
    """Whether one of the articles has a Notice of this kind."""
    return any(notice.id == id for article in articles for notice in article.provenance.notices)


def _is_html(text: str, body: int, articles: tuple[Article, ...]) -> bool:
    """Whether what stands below the envelope is HTML throughout: some envelopes hold nothing else."""
    known = {article.provenance.reader for article in articles}
    return (bool(known) and known <= {"stamped", "html"}) or is_html(text[body:])


def _places(articles: Iterable[Article]) -> Iterable[Span]:
    for article in articles:
        yield from spans(article.body)
        for entry in article.provenance.evidence.values():
            if entry.span is not None:
                yield entry.span
        for removal in article.provenance.removals:
            yield removal.span


def _altered(source: Source, articles: Iterable[Article]) -> Iterable[Span]:
    for article in articles:
        taken = sorted(removal.span for removal in article.provenance.removals)
        for leaf in walk(article.body):
            if isinstance(leaf, (Text, Code, CodeBlock)) and leaf.at:
                place = Span.parse(leaf.at)
                if _is_inside(place, source) and not _agrees(leaf.text, place, source, taken):
                    yield place


def _agrees(words: str, place: Span, source: Source, taken: list[Span]) -> bool:
    """Whether words are what the source shows at a place, once what was taken out of it is left aside."""
    raw = _raw(source, place)
    wanted = _bare(words)
    if wanted == _bare(raw):
        return True
    pieces, at = [], place.start
    for span in taken[bisect_left(taken, Span(place.start, 0)) : bisect_left(taken, Span(place.end, 0))]:
        if span.start >= at and span.end <= place.end:
            pieces.append(_raw(source, Span(at, span.start)))
            at = span.end
    raw = "".join([*pieces, _raw(source, Span(at, place.end))])
    shown = _bare(html.unescape(_TAGS.sub("", raw)))
    untagged = _bare(html.unescape(_untagged(raw)))
    if wanted in (shown, untagged, _bare(html.unescape(raw))):
        return True
    ended = _ENDED_REFERENCE.sub(lambda match: html.unescape(match[0]), raw)
    escaped = _ESCAPED.sub(lambda match: match[1] or html.unescape(match[0]), raw)
    others = (
        shown,
        untagged,
        _bare(html.unescape(_HTML_TAGS.sub("", raw))),
        _bare(html.unescape(_TAGS.sub("", _DRAWN.sub(lambda match: match["alt"].strip("\"'"), raw)))),
        _bare(html.unescape(_HTML_TAGS.sub(lambda match: "" if match[0].endswith(">") else match[0], raw))),
        _bare(_DESTINATION.sub("", raw)),
        _bare(ended),
        _bare(_TAGS.sub("", ended)),
        _bare(_INLINE_TAGS.sub("", ended)),
        _bare(_INLINE_TAGS.sub("", escaped)),
    )
    return _unmarked(wanted) in map(_unmarked, others)


def _untagged(raw: str) -> str:
    """HTML without its tags."""
    pieces, at = [], 0
    for match in _VERBATIM.finditer(raw):
        start, end = match.span("rest" if match["rest"] is not None else "inside")
        pieces += [_HTML_TAGS.sub("", raw[at:start]), raw[start:end]]
        at = end
    return "".join([*pieces, _HTML_TAGS.sub("", raw[at:])])


def _moved(removal: Removal, source: Source) -> bool:
    """Whether a Removal has the characters of its place in another order: HTML moves what stands wrongly in a table."""
    return sorted(_bare(removal.text)) == sorted(_bare(html.unescape(_untagged(_raw(source, removal.span)))))


def _bare(text: str) -> str:
    return _BLANK.sub("", text)


def _unmarked(text: str) -> str:
    return _SYNTAX.sub("", _bare(text)).replace("\ufffd", "")
