"""The oracle: what must hold of every file whatsoever, when it is read as a document.

Nothing but an ArchiveKitError is raised; every ideograph is accounted for, every span and every piece of evidence
holds (``archivekit.accounting``); reading again gives the same bytes; a record survives JSON Lines; its body is
well-formed XHTML of known elements; and all of that takes no longer than a few seconds.
"""

from __future__ import annotations

import html
import re
import signal
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from xml.etree import ElementTree

from archivekit import accounting
from archivekit.errors import ArchiveKitError, SourceError
from archivekit.markup import xhtml
from archivekit.model import Article, Code, CodeBlock, Image, Span, Text, decode, encode, walk
from archivekit.reading import Profiles, load_profiles, read_source
from archivekit.source import Source, load

_IDEOGRAPH = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")

_TAG = re.compile(r"<[!?/]?[A-Za-z][^>]*(?:>|\Z)")

SECONDS = 10.0
"""Of the processor, which no file of a fuzzer's size may take longer."""


class Hang(BaseException):
    """A file took too long; no ``except Exception`` stops it."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise Hang when the block takes more of the processor; nothing is raised where there are no signals."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise Hang(f"longer than {seconds} s of the processor")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@cache
def profiles() -> Profiles:
    """The built-in site profiles."""
    return load_profiles()


def check(data: bytes, path: str = "fuzz.txt", *, seconds: float = SECONDS) -> tuple[Article, ...]:
    """The records of a file; raises AssertionError, Hang, or whatever escaped, when a law is broken."""
    with within(seconds):
        try:
            source = load(path, data)
            articles = read_source(source, profiles())
        except ArchiveKitError as error:
            assert str(error) and error.exit_code in (1, 2)
            assert error.path == path or not isinstance(error, SourceError), error
            return ()
        _hold(source, articles)
        return articles


def _hold(source: Source, articles: tuple[Article, ...]) -> None:
    _account(source, articles)
    lines = [encode(article) for article in articles]
    assert [encode(article) for article in read_source(source, profiles())] == lines, "read twice, and not the same"
    for article, line in zip(articles, lines, strict=True):
        assert b"\n" not in line
        assert decode(line) == article and encode(decode(line)) == line, "a record is another after JSON Lines"
        for notice in article.provenance.notices:
            assert notice.span is None or 0 <= notice.span.start <= notice.span.end, notice
        _printable(article)


def _account(source: Source, articles: tuple[Article, ...]) -> None:
    """What of the accounting holds of ruins, too.

    Whether a ``<`` or a ``|`` in broken markup is shown is a matter of opinion, and the accounting, which has its own
    route to what is visible, is of another at times. Of ideographs there is no doubt: none is lost, none invented, none
    printed twice. And every span lies in the file, every piece of evidence quotes it, every Removal has a rule.
    """
    found = accounting.account(source, articles)
    lost = [source.data[span.start : span.end].decode(source.encoding, "replace") for span in _doubtless(source, found.lost)]
    names = "".join(key for article in articles for key in article.extra)
    assert not any(set(_IDEOGRAPH.findall(words)) - set(names) for words in lost), f"lost: {lost[:3]}"
    doubts = ("the text is not what it took", "its words stand in the body twice")
    faults = [fault for fault in found.faults if not fault.split(": ", 1)[-1].startswith(doubts)]
    assert not faults, faults[:3]
    for article in articles:
        made = article.provenance
        if made.source.sha256 != source.sha256:
            continue
        taken = [removal.text for removal in made.removals]
        leaves = [node.text for node in walk(article.body) if isinstance(node, (Text, Code, CodeBlock))]
        words = Counter(_IDEOGRAPH.findall("".join([*leaves, *taken])))
        there = Counter(_IDEOGRAPH.findall(html.unescape(source.text)))
        there |= Counter(_IDEOGRAPH.findall(html.unescape(source.text.replace("\0", ""))))  # as HTML has it in a table
        assert words <= there, f"invented: {words - there}"


def _doubtless(source: Source, places: Iterable[Span]) -> Iterator[Span]:
    """The places that are in nothing HTML could take for a tag, names of attributes included."""
    tags = [source.span(*match.span()) for match in _TAG.finditer(source.text)]
    for place in places:
        if not any(tag.start <= place.start < tag.end for tag in tags):
            yield place


def _printable(article: Article) -> None:
    """The body as XHTML is XML, fetches nothing and runs nothing, with its images and without them."""
    for images in (lambda image: "images/x.png", lambda image: None):
        tree = ElementTree.fromstring(f"<body>{xhtml.blocks(article.body, images=images)}</body>")
        for element in tree.iter():
            assert element.tag not in ("script", "style", "iframe", "object", "embed", "link", "base", "form"), element.tag
            assert not any(name.lower().startswith("on") or name == "style" for name in element.attrib), element.attrib
            assert element.get("src", "images/x.png") == "images/x.png"
            assert element.get("href", "http://").startswith(("http://", "https://", "mailto:")), element.attrib


def features(articles: tuple[Article, ...], error: str = "") -> frozenset[str]:
    """What is remarkable about a result: which reader, rules, notices and pairs of nodes there are."""
    found = {error}
    for article in articles:
        made = article.provenance
        found.add(f"reader {made.reader}")
        found |= {f"profile {made.profile}", f"{len(article.contributors)} contributors"}
        found |= {f"{field}: {entry.rule}" for field, entry in made.evidence.items()}
        found |= {f"removal {removal.rule}" for removal in made.removals}
        found |= {f"notice {notice.id}" for notice in made.notices}
        for parent in walk(article.body):
            inside = (child for name in parent.__struct_fields__ for child in _nodes(getattr(parent, name)))
            found |= {f"{type(parent).__name__} > {type(child).__name__}" for child in inside}
            found |= {"image with fallbacks"} if isinstance(parent, Image) and parent.fallbacks else set()
    return frozenset(found)


def _nodes(value: object) -> Iterator[object]:
    if isinstance(value, tuple):
        yield from (one for one in value if hasattr(one, "__struct_fields__"))
