"""Compressed JSON Lines: cut evenly, the same bytes every time, and read back like any archive."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from archivekit.config import Settings
from archivekit.corpus.walk import Found, read_bytes
from archivekit.errors import RecordsTooLargeError, SourceTooLargeError, UnreadableSourceError
from archivekit.files import compressed
from archivekit.limits import Limits
from archivekit.writers.jsonl_zst import files as files_of

RECORD = b'{"schema":"archivekit/article/1","id":"x"}\n'


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=200), st.integers(1, 80))
def test_every_record_is_in_one_shard_and_none_is_empty(sizes: list[int], wanted: int) -> None:
    files = files_of(lambda: sizes, Settings(name="x", shards=wanted))
    assert len(files) == min(wanted, len(sizes))
    assert sum(file.records for file in files) == len(sizes)
    assert min(file.records for file in files) > 0
    assert [file.name for file in files] == sorted(file.name for file in files)


@settings(max_examples=25)
@given(st.lists(st.integers(1, 1000), min_size=50, max_size=200))
def test_shards_are_even(sizes: list[int]) -> None:
    files = files_of(lambda: sizes, Settings(shards=5))
    at, loads = 0, []
    for file in files:
        loads.append(sum(sizes[at : at + file.records]))
        at += file.records
    assert max(loads) - min(loads) <= 2 * max(sizes)


def test_names_and_sizes() -> None:
    assert [file.name for file in files_of(lambda: [10] * 4, Settings(name="海", shards=2))] == [
        "海-00001-of-00002.jsonl.zst",
        "海-00002-of-00002.jsonl.zst",
    ]
    assert len(files_of(lambda: [400_000] * 10, Settings(shard_mb=1))) == 4
    assert len(files_of(lambda: [400_000] * 10, Settings(shard_mb=0))) == len(files_of(lambda: [400_000] * 10, Settings())) == 1


@settings(max_examples=25)
@given(st.lists(st.binary(max_size=2000), max_size=30), st.data())
def test_what_is_written_comes_back_however_it_is_cut(pieces: list[bytes], data: st.DataObject) -> None:
    out, other = io.BytesIO(), io.BytesIO()
    compressed.write(out, pieces)
    compressed.write(other, [b"".join(pieces)])
    packed = out.getvalue()
    assert packed == other.getvalue()
    assert b"".join(compressed.expanded(io.BytesIO(packed + packed))) == 2 * b"".join(pieces)
    cut = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises(compressed.DamagedError):
        list(compressed.expanded(io.BytesIO(packed[:cut])))


def _zst(folder: Path, data: bytes) -> Found:
    (folder / "a.jsonl.zst").write_bytes(zstandard.ZstdCompressor(level=3).compress(data))
    return Found("a.jsonl.zst", folder / "a.jsonl.zst")


def test_a_document_is_unpacked(tmp_path: Path) -> None:
    assert read_bytes(_zst(tmp_path, 3 * RECORD)) == 3 * RECORD


def test_a_bomb_is_not_unpacked_to_its_end(tmp_path: Path) -> None:
    found = _zst(tmp_path, b" " * 60_000_000)
    assert found.file is not None
    assert found.file.stat().st_size < 100_000
    with pytest.raises(SourceTooLargeError, match=r"the limit is 16777216"):
        read_bytes(found)
    with pytest.raises(RecordsTooLargeError, match=r"--limit records_bytes=N"):
        read_bytes(_zst(tmp_path, 30 * RECORD), Limits(document_bytes=500, records_bytes=1000))


def test_damage_is_an_unreadable_source(tmp_path: Path) -> None:
    found = _zst(tmp_path, 300 * RECORD)
    assert found.file is not None
    found.file.write_bytes(found.file.read_bytes()[:-3])
    with pytest.raises(UnreadableSourceError, match="cannot be unpacked: it stops in the middle"):
        read_bytes(found)
