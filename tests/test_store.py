"""The store and its lock file, and builds that take images from it; renditions, in ``test_renditions.py``, come after."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest
from PIL import Image as Picture

from archivekit.building.pipeline import build
from archivekit.config import Settings
from archivekit.errors import ConfigError, FolderInUseError, OutputError, UsageError
from archivekit.images.assets import Finder
from archivekit.images.store import JOURNAL_NAME, LOCK_NAME, Attempt, Entry, Store
from archivekit.model import Article, Figure, Image, walk
from archivekit.readings import read_tree

ADDRESS = "https://a.example/1.png"
WHEN = "2026-01-02T03:04:05Z"


def _png(colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (30, 20), colour).save(out, "PNG")
    return out.getvalue()


def _entry(store: Store, address: str = ADDRESS, data: bytes | None = None, **more: str) -> Entry:
    data = _png() if data is None else data
    sha256 = store.put(data, "image/png")
    return Entry(address=address, sha256=sha256, media_type="image/png", size=len(data), width=30, height=20, when=WHEN, **more)


def _filled(folder: Path) -> Store:
    store = Store(folder)
    with store.writing():
        store.record(_entry(store))
        tried = (Attempt("https://a.example/2.png", "status", "the server answered 404 Not Found"),)
        store.record(Entry(address="https://a.example/2.png", when=WHEN, tried=tried))
    return store


def _corpus(folder: Path, *addresses: str) -> Path:
    folder.mkdir(exist_ok=True)
    images = "".join(f'<p><img src="{address}"></p>' for address in addresses)
    text = f"<!--1713403706000-->\n[A title](https://example.org/)\n------\n\n<p>Words.</p>{images}\n"
    (folder / "1.txt").write_text(text, encoding="utf-8")
    return folder


def _built(corpus: Path, out: Path, store: Path | None = None, **settings: object) -> Article:
    given = Settings(formats=("jsonl",), name="x", **settings)  # type: ignore[arg-type]
    build(corpus, out, given, store=store)
    return msgspec.json.decode((out / "x.jsonl").read_bytes(), type=Article)


def _outcome(article: Article) -> tuple[list[bool], list[str]]:
    found = [bool(node.asset) for node in walk(article.body) if isinstance(node, Image)]
    return found, [notice.id for notice in article.provenance.notices if notice.id.startswith("asset.")]


def test_bytes_lie_under_their_hash(tmp_path: Path) -> None:
    store = _filled(tmp_path / "store")
    sha256 = hashlib.sha256(_png()).hexdigest()
    assert store.path(store.entries[ADDRESS]) == tmp_path / "store" / sha256[:2] / f"{sha256[2:]}.png"
    files = {file.relative_to(tmp_path / "store").as_posix() for file in (tmp_path / "store").rglob("*") if file.is_file()}
    assert files == {LOCK_NAME, f"{sha256[:2]}/{sha256[2:]}.png"}


def test_the_lock_file_is_sorted_and_says_why_not(tmp_path: Path) -> None:
    store = _filled(tmp_path)
    lines = [json.loads(line) for line in (tmp_path / LOCK_NAME).read_text().splitlines()]
    assert [line["address"] for line in lines] == [ADDRESS, "https://a.example/2.png"]
    assert set(lines[0]) == {"address", "sha256", "media_type", "size", "width", "height", "when"}
    assert lines[1]["tried"] == [
        {"address": "https://a.example/2.png", "reason": "status", "message": "the server answered 404 Not Found"}
    ]
    assert Store(tmp_path).entries == store.entries


def test_nothing_new_leaves_the_lock_file_alone(tmp_path: Path) -> None:
    _filled(tmp_path)
    before = (tmp_path / LOCK_NAME).stat().st_mtime_ns
    with Store(tmp_path).writing():
        pass
    assert (tmp_path / LOCK_NAME).stat().st_mtime_ns == before


@pytest.mark.parametrize("torn", [b"", b'{"address":"https://a.exa', b"\xff\xfe"])
def test_a_journal_that_was_left_behind_is_read(tmp_path: Path, torn: bytes) -> None:
    store = _filled(tmp_path)
    late = _entry(store, "https://a.example/3.png", _png("red"))
    (tmp_path / JOURNAL_NAME).write_bytes(msgspec.json.encode(late) + b"\n" + torn)
    again = Store(tmp_path)
    assert again.find("https://a.example/3.png") == late
    with again.writing():
        again.record(_entry(again, "https://a.example/4.png"))
    assert sorted(Store(tmp_path).entries) == [ADDRESS, *(f"https://a.example/{n}.png" for n in (2, 3, 4))]
    assert not (tmp_path / JOURNAL_NAME).exists()


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        '{"sha256":"00"}',
        '{"address":"x","sha256":"../../etc/passwd","media_type":"image/png"}',
        '{"address":"x","sha256":"%s","media_type":"text/html"}' % ("0" * 64),
        "<<<<<<< HEAD",
    ],
)
def test_a_lock_file_that_cannot_be_meant_stops_all(tmp_path: Path, line: str) -> None:
    store = _filled(tmp_path / "store")
    with (store.folder / LOCK_NAME).open("a") as stream:
        stream.write(line + "\n")
    with pytest.raises(ConfigError, match="line 3"):
        Store(store.folder).find(ADDRESS)
    with pytest.raises(ConfigError, match="line 3"):
        _built(_corpus(tmp_path / "corpus", ADDRESS), tmp_path / "out", store.folder)


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    with Store(tmp_path).writing(), pytest.raises(FolderInUseError), Store(tmp_path).writing():
        pass


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError), Store(tmp_path / "file").writing():
        pass
    with pytest.raises(OutputError):
        Store(tmp_path).record(Entry(address="x"))


def test_a_build_takes_images_from_the_store(tmp_path: Path) -> None:
    store = _filled(tmp_path / "store")
    addresses = (ADDRESS, "https://a.example/2.png", "https://a.example/never-tried.png")
    article = _built(_corpus(tmp_path / "corpus", *addresses), tmp_path / "out", store.folder)
    assert _outcome(article) == ([True, False, False], ["asset.not-fetched", "asset.not-local"])
    (notice,) = (notice for notice in article.provenance.notices if notice.id == "asset.not-fetched")
    assert notice.message == "the server answered 404 Not Found: https://a.example/2.png"
    image = next(node for node in walk(article.body) if isinstance(node, Image))
    assert (image.asset, image.width, image.height) == (hashlib.sha256(_png()).hexdigest(), "30", "20")


def test_any_spelling_finds_the_image(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with store.writing():
        store.record(_entry(store, asked="https://p.example/1.png"))
    for image in (
        Image(f"  {ADDRESS}\n"),
        Image("https://b.example/1.png", fallbacks=("x.png", "https://p.example/1.png")),
        Image("nowhere.png", fallbacks=("//p.example/1.png",)),
        Image("//a.example/1.png"),
    ):
        corpus = _corpus(tmp_path / "corpus")
        (reading,) = read_tree(corpus)
        (article,) = reading.articles
        given = msgspec.structs.replace(article, body=(Figure((image,)),))
        attached = Finder(corpus, store=store).attach(given, corpus / "1.txt")
        assert _outcome(attached.article) == ([True], [])


def test_a_local_file_goes_before_the_store(tmp_path: Path) -> None:
    store = _filled(tmp_path / "store")
    corpus = _corpus(tmp_path / "corpus", "/1.png")
    (corpus / "1.txt").write_text((corpus / "1.txt").read_text().replace("example.org", "a.example"))
    (corpus / "1.png").write_bytes(_png("red"))
    article = _built(corpus, tmp_path / "out", store.folder)
    (image,) = (node for node in walk(article.body) if isinstance(node, Image))
    assert image.src == ADDRESS
    assert image.asset == hashlib.sha256(_png("red")).hexdigest()


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * len(_png()), None])
def test_a_damaged_copy_is_a_notice_and_a_placeholder(tmp_path: Path, damage: bytes | None) -> None:
    store = _filled(tmp_path / "store")
    path = store.path(store.entries[ADDRESS])
    path.unlink() if damage is None else path.write_bytes(damage)
    corpus = _corpus(tmp_path / "corpus", ADDRESS)
    assert _outcome(_built(corpus, tmp_path / "out", store.folder)) == ([False], ["asset.store-damaged"])
    build(corpus, tmp_path / "out", Settings(formats=("epub",), name="x"), store=store.folder)
    with zipfile.ZipFile(tmp_path / "out" / "x.epub") as book:
        text = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xhtml"))
    assert "missing-image" in text


def test_a_store_named_in_the_settings(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "corpus", ADDRESS)
    _filled(corpus / "images")
    (corpus / "archivekit.toml").write_text('store = "images"\n')
    (reading,) = read_tree(corpus)
    assert _outcome(reading.articles[0]) == ([True], [])


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        _built(_corpus(tmp_path / "corpus"), tmp_path / "out", tmp_path / "nowhere")
    with pytest.raises(UsageError):
        build(_corpus(tmp_path / "corpus"), tmp_path / "out", {"store": "../elsewhere"})


def test_a_build_with_a_store_is_the_same_wherever_the_store_lies(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "corpus", ADDRESS, "https://a.example/2.png")
    outputs = []
    for name in ("one", "two"):
        store = _filled(tmp_path / name)
        given = Settings(formats=("epub", "jsonl"), name="x")
        build(corpus, tmp_path / f"out-{name}", given, store=store.folder)
        outputs.append([file.read_bytes() for file in sorted((tmp_path / f"out-{name}").iterdir()) if file.is_file()])
    assert outputs[0] == outputs[1]


def test_a_build_never_imports_what_opens_a_socket(tmp_path: Path) -> None:
    store = _filled(tmp_path / "store")
    corpus = _corpus(tmp_path / "corpus", ADDRESS)
    program = (
        "import sys; from pathlib import Path; from archivekit.building.pipeline import build;"
        f"given = {{'formats': ('epub', 'jsonl')}}; store = Path({str(store.folder)!r});"
        f"build({str(corpus)!r}, {str(tmp_path / 'out')!r}, given, store=store);"
        "print([name for name in ('httpx2', 'httpcore2', 'archivekit.fetch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
