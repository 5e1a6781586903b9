"""What the library's functions take: settings and paths in every shape that can be meant, and a typed error for the rest."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import small
from test_remote import memory, upload

import archivekit
from archivekit import cache, extract, fetch, readings, verify
from archivekit import report as reports
from archivekit.bag import bag
from archivekit.building import pipeline
from archivekit.config import Settings, load_settings
from archivekit.errors import EmptySourceError, RecordError, SourceTooLargeError, UsageError
from archivekit.limits import Limits

__all__ = ["memory"]

JSONL = Settings(name="x", formats=("jsonl",))

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"titel": "X"}, r"unknown key 'titel'; did you mean 'title'\?"),
    ({"nothing like it": 1}, r"unknown key 'nothing like it'; known are name, title"),
    ({5: "X"}, "unknown key 5; known are name, title"),  # type: ignore[dict-item]
    ({"name": 5}, "name: expected `str`, got `int`"),
    ({"name": b"x"}, "name: expected `str`, got `bytes`"),
    ({"title": object()}, r"title: expected `str \| null`, got `object`"),
    ({"formats": "epub"}, "formats: expected `array`, got `str`"),
    ({"formats": ["epub", 5]}, r"formats\[1\]: expected `str`, got `int`"),
    ({"formats": ["docx"]}, "unknown format 'docx'"),
    ({"images": "big"}, "images: 'big' is not one of full, ereader, grey, none"),
    ({"order": "dat"}, "order: 'dat' is not one of date, title, path"),
    ({"qr": "yes"}, "qr: expected `bool`, got `str`"),
    ({"shards": "3"}, "shards: expected `int`, got `str`"),
    ({"limits": {"depht": 1}}, "object contains unknown field `depht`"),
    ({"limits": {"depth": 0}}, "limits.depth: expected `int` >= 1"),
    ({"page": "a3"}, "page 'a3' is not one of"),
]


class Named:
    """A path that is neither a str nor a Path."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return str(self._path)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return small.corpus(tmp_path / "corpus")


@pytest.mark.parametrize(
    ("settings", "message"), WRONG, ids=[next(iter(map(repr, settings))) + said for settings, said in WRONG]
)
def test_wrong_settings_are_wrong_usage_however_they_are_given(
    corpus: Path, tmp_path: Path, settings: dict[str, Any], message: str
) -> None:
    articles = readings.read(corpus / "feeds" / "tide.txt")
    shapes: list[Any] = [settings]
    if set(settings) <= set(Settings.__struct_fields__):
        shapes.append(Settings(**settings))
    for given in shapes:
        with pytest.raises(UsageError, match=message):
            pipeline.build(corpus, tmp_path / "dist", given)
        with pytest.raises(UsageError, match=message):
            pipeline.write(
                articles, tmp_path / "dist" / "x.jsonl", settings=given, format=(settings.get("formats") or [None])[0]
            )
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize("given", ["title", 5, ["title"], b"", Limits()])
def test_settings_are_a_settings_or_a_mapping(corpus: Path, tmp_path: Path, given: Any) -> None:
    with pytest.raises(UsageError, match="settings are a Settings or a mapping of its keys, not "):
        pipeline.build(corpus, tmp_path / "dist", given)


def test_settings_take_lists_and_paths_for_tuples_and_strings(corpus: Path) -> None:
    loose: dict[str, Any] = {"formats": ["jsonl"], "static": [Path("static")], "cover": Path("a/b.png"), "limits": {"depth": 7}}
    meant = Settings(formats=("jsonl",), static=("static",), cover="a/b.png", limits=Limits(depth=7))
    assert load_settings(None, Settings(**loose)) == load_settings(None, loose) == meant


def test_a_build_is_told_of_its_settings_in_any_shape(corpus: Path, tmp_path: Path) -> None:
    loose = Settings(name="x", formats=["jsonl"], title="T")  # type: ignore[arg-type]
    report = pipeline.build(corpus, tmp_path / "a", loose)
    assert report.settings == Settings(name="x", formats=("jsonl",), title="T")
    report = pipeline.build(
        corpus, tmp_path / "b", {"name": "x", "formats": ("jsonl",), "title": "T", "limits": Limits(depth=99)}
    )
    assert (report.settings.title, report.settings.limits) == ("T", Limits(depth=99))


@pytest.mark.parametrize("shape", [str, Path, Named])
def test_every_path_may_be_a_string_or_anything_that_stands_for_a_path(
    corpus: Path, tmp_path: Path, shape: Callable[[Path], Any]
) -> None:
    store = tmp_path / "store"
    store.mkdir()
    p = {name: shape(tmp_path / name) for name in ("corpus", "dist", "bad", "cache", "store", "again", "bag", "x.jsonl")}
    report = archivekit.build(
        [p["corpus"]], p["dist"], JSONL, root=p["corpus"], quarantine=p["bad"], store=p["store"], cache=p["cache"]
    )
    assert report.quarantined and (tmp_path / "bad" / "empty.txt").exists()
    archivekit.build(shape(tmp_path / "dist" / "x.jsonl"), p["again"], JSONL, corpus=p["corpus"])
    assert (tmp_path / "again" / "x.jsonl").read_bytes() == (tmp_path / "dist" / "x.jsonl").read_bytes()
    found = {one.path: one.articles for one in readings.read_tree(p["corpus"], root=p["corpus"], store=p["store"])}
    assert archivekit.read(shape(corpus / "feeds" / "tide.txt"), root=p["corpus"]) == found["feeds/tide.txt"]
    archivekit.write(found["feeds/tide.txt"], p["x.jsonl"])
    assert extract.extract(p["x.jsonl"]) == (tmp_path / "x.jsonl").read_bytes()
    assert verify.verify(p["dist"], sources=p["corpus"], store=p["store"]).findings == ()
    assert bag(p["dist"], p["bag"], sources=p["corpus"]) == tmp_path / "bag"
    assert fetch.fetch(p["corpus"], p["store"], root=p["corpus"], dry_run=True).dry_run
    assert cache.contents(p["cache"]) == cache.clear(p["cache"])
    assert cache.contents(p["cache"]).bytes == 0


def test_the_documents_may_come_from_anything_that_gives_paths(corpus: Path, tmp_path: Path) -> None:
    one = pipeline.build(corpus.glob("*/*.txt"), tmp_path / "a", JSONL, root=corpus)
    two = pipeline.build(dict.fromkeys(sorted(corpus.glob("*/*.txt"))), tmp_path / "b", JSONL, root=corpus)
    assert one == two and one.articles == 3


def _calls(good: Path, bad: Any) -> list[Callable[[], object]]:
    """Every function that takes paths, with a wrong one in each of its places in turn."""
    return [
        lambda: archivekit.build(bad, good / "d", JSONL),
        lambda: archivekit.build([bad], good / "d", JSONL),
        lambda: archivekit.build(good, bad, JSONL),
        *(
            lambda name=name: archivekit.build(good, good / "d", JSONL, **{name: bad})
            for name in ("root", "corpus", "quarantine", "store", "cache")
        ),
        lambda: archivekit.read(bad),
        lambda: archivekit.read(good, root=bad),
        lambda: list(readings.read_tree(bad)),
        lambda: list(readings.read_tree(good, store=bad)),
        lambda: archivekit.write(archivekit.read(good / "pasted" / "winds.txt"), bad),
        lambda: verify.verify(bad),
        lambda: verify.verify(good, sources=bad),
        lambda: verify.verify(good, store=bad),
        lambda: extract.extract(bad),
        lambda: bag(bad, good, sources=good),
        lambda: bag(good, bad, sources=good),
        lambda: fetch.fetch(bad, good),
        lambda: fetch.fetch(good, bad),
        lambda: cache.contents(bad),
    ]


@pytest.mark.parametrize("bad", [5, b"corpus", "a\0b", object(), 1.5], ids=lambda bad: type(bad).__name__)
def test_what_is_no_path_is_wrong_usage_wherever_a_path_is_asked_for(corpus: Path, bad: Any) -> None:
    for call in _calls(corpus, bad):
        with pytest.raises(UsageError, match="is not a path"):
            call()
    assert not (corpus / "d").exists()


def test_the_format_is_the_longest_that_the_name_ends_in(corpus: Path, tmp_path: Path) -> None:
    articles = readings.read(corpus / "feeds" / "tide.txt")
    for name in ("x.jsonl", "x.jsonl.zst", "x.2024.jsonl.zst"):
        archivekit.write(articles, tmp_path / name)
        assert extract.extract(tmp_path / name) == (tmp_path / "x.jsonl").read_bytes(), name
    for name in ("x.zst", "x", "jsonl", "x.jsonl.gz"):
        with pytest.raises(UsageError, match=rf"unknown format of '{name}'; names end in \.epub, \.jsonl, \.jsonl\.zst"):
            archivekit.write(articles, tmp_path / name)


def test_articles_are_written_with_some_settings(corpus: Path, tmp_path: Path) -> None:
    articles = readings.read(corpus / "feeds" / "tide.txt")
    for name, settings in (("a.epub", {"title": "T", "qr": False}), ("b.epub", Settings(title="T", qr=False))):
        archivekit.write(articles, tmp_path / name, settings=settings)
    assert (tmp_path / "a.epub").read_bytes() == (tmp_path / "b.epub").read_bytes()


def test_articles_are_written_behind_an_address(memory: Any, corpus: Path) -> None:
    archivekit.write(archivekit.read(corpus / "feeds" / "tide.txt"), "memory://there/x.jsonl")
    (found,) = archivekit.read("memory://there/x.jsonl")
    assert found.title == archivekit.read(corpus / "feeds" / "tide.txt")[0].title


def test_a_document_is_read_from_memory_as_from_its_file(corpus: Path) -> None:
    found = [one for one in archivekit.read_tree(corpus) if one.error is None]
    assert len(found) == 6 and any(reading.assets for reading in found)
    for reading in found:
        data = (corpus / reading.path).read_bytes()
        assert archivekit.read_bytes(data, path=reading.path, root=corpus) == reading.articles


def test_a_document_in_memory_needs_no_name_and_no_folder(corpus: Path) -> None:
    data = (corpus / "pasted" / "winds.txt").read_bytes()
    (article,) = archivekit.read_bytes(data)
    assert (article.title, article.provenance.source.path) == (archivekit.read_bytes(data, path="x")[0].title, "-")
    image = b"---\ntitle: T\n---\n\n![a](a.png)\n\nWords.\n"
    assert [notice.id for notice in archivekit.read_bytes(image)[0].provenance.notices] == ["asset.not-found"]


def test_records_are_read_from_memory_compressed_or_not(corpus: Path, tmp_path: Path) -> None:
    archivekit.build(corpus, tmp_path, {"name": "x", "formats": ["jsonl", "jsonl.zst"]})
    whole = (tmp_path / "x.jsonl").read_bytes()
    (shard,) = tmp_path.glob("*.zst")
    articles = archivekit.read_bytes(whole)
    assert archivekit.read_bytes(shard.read_bytes()) == articles == tuple(map(archivekit.decode, whole.splitlines()))


def test_a_document_in_memory_that_cannot_be_read_is_a_typed_error(corpus: Path) -> None:
    with pytest.raises(EmptySourceError) as caught:
        archivekit.read_bytes(b" ", path="a.txt")
    assert caught.value.path == "a.txt"
    with pytest.raises(SourceTooLargeError):
        archivekit.read_bytes(b"A title\n\nSome words.\n", settings={"limits": {"document_bytes": 9}})
    for wrong in ("text", None, 5):
        with pytest.raises(UsageError, match="a document is bytes, not "):
            archivekit.read_bytes(wrong)  # type: ignore[arg-type]
    for path in ("../x.txt", "/x.txt"):
        with pytest.raises(UsageError, match="not below the root"):
            archivekit.read_bytes(b"A title\n\nSome words.\n", path=path, root=corpus)
    with pytest.raises(UsageError, match="no such file or folder"):
        archivekit.read_bytes(b"x", root=corpus / "nosuch")
    with pytest.raises(UsageError, match="the root is not a folder"):
        archivekit.read_bytes(b"x", root=corpus / "archivekit.toml")


def test_a_document_in_memory_has_the_images_behind_an_address(memory: Any, corpus: Path) -> None:
    upload(corpus, "memory://tides")
    for reading in archivekit.read_tree(corpus):
        if reading.assets:
            data = (corpus / reading.path).read_bytes()
            assert archivekit.read_bytes(data, path=reading.path, root="memory://tides") == reading.articles


def test_a_tree_is_read_with_the_settings_that_are_given(corpus: Path) -> None:
    (empty,) = [one for one in archivekit.read_tree(corpus) if one.error is not None]
    assert empty.path == "empty.txt"
    for settings in ({"limits": {"document_bytes": 9}}, Settings(limits=Limits(document_bytes=9))):
        errors = {type(one.error) for one in archivekit.read_tree(corpus, settings=settings)}  # type: ignore[arg-type]
        assert errors == {SourceTooLargeError, EmptySourceError}
    with pytest.raises(UsageError, match="did you mean 'title'"):
        archivekit.read_tree(corpus, settings={"titel": "X"})
    with pytest.raises(UsageError, match="no such store"):
        archivekit.read_tree(corpus, store=corpus / "nosuch")
    below = [one.path for one in archivekit.read_tree(corpus / "feeds", root=corpus)]
    assert below == ["feeds/tide.txt"]


def test_a_line_that_is_no_record_is_a_typed_error() -> None:
    for line in (b"", b"x", b"{}", b"\xff", b"[" * 100_000, b'{"schema":"archivekit/article/2"}'):
        with pytest.raises(RecordError, match="is not a record: "):
            archivekit.decode(line)


def test_a_report_is_encoded_as_its_file_holds_it(corpus: Path, tmp_path: Path) -> None:
    report = pipeline.build(corpus, tmp_path, JSONL)
    data = (tmp_path / "x.report.json").read_bytes()
    assert reports.encode(report) == reports.encode(reports.decode(data)) == data


def test_no_path_is_typed_as_a_path_of_one_kind_only() -> None:
    for function in (archivekit.build, archivekit.write, archivekit.read, readings.read_tree, verify.verify, bag, fetch.fetch):
        for name, one in inspect.signature(function).parameters.items():
            assert not str(one.annotation).startswith(("Path ", "Path,", "str | Path")), f"{function.__name__}: {name}"
