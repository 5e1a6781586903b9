"""The sums of a file are the same worked out while it is written and afterwards, however it was cut into pieces."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivekit.files import sums
from archivekit.files.sums import BLOCK, Sums


@given(st.lists(st.tuples(st.binary(max_size=8), st.integers(0, 2 * BLOCK)), max_size=8))
def test_pieces_do_not_matter(drawn: list[tuple[bytes, int]]) -> None:
    pieces = [piece * (1 + times // max(1, len(piece))) for piece, times in drawn]
    data, found = b"".join(pieces), Sums()
    for piece in pieces:
        found.add(piece)
    checks = [zlib.crc32(data[at : at + BLOCK]) for at in range(0, len(data), BLOCK)]
    assert (found.size, found.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert found.checks == "".join(f"{check:08x}" for check in checks)


@pytest.mark.parametrize("piece", [b"x", b"y" * 3_000, b"z" * 3_000_000])
def test_while_it_is_written_as_afterwards(tmp_path: Path, piece: bytes) -> None:
    with sums.written(tmp_path / "x") as target:
        for at in range(7):
            target.stream.write(piece)
            assert target.stream.tell() == (at + 1) * len(piece)
    afterwards = sums.of(tmp_path / "x")
    assert target.sums.size == 7 * len(piece) == afterwards.size
    assert (target.sums.sha256, target.sums.checks) == (afterwards.sha256, afterwards.checks)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
def test_what_cannot_be_written_is_raised() -> None:
    with pytest.raises(OSError, match="No space left"), sums.written(Path("/dev/full")) as target:
        target.stream.write(b"x" * 5_000_000)
