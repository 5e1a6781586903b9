"""JSON Lines: one record a line, in order, and nothing of it lost."""

from __future__ import annotations

import io
import pickle

import fixtures

from archivekit.config import Settings
from archivekit.model import decode, encode
from archivekit.writers import jsonl, writer


def test_round_trip() -> None:
    bundle = fixtures.bundle()
    target = io.BytesIO()
    assert writer("jsonl").write_lines(map(encode, bundle.records), target, Settings()) == ()
    data = target.getvalue()
    lines = data.split(b"\n")
    assert lines.pop() == b""
    assert tuple(decode(line) for line in lines) == bundle.articles
    assert [encode(decode(line)) for line in lines] == lines
    assert b"\r" not in data


def test_an_empty_bundle_is_an_empty_file() -> None:
    target = io.BytesIO()
    jsonl.write_lines((), target, Settings())
    assert target.getvalue() == b""


def test_an_article_that_was_in_another_process_is_the_same_line() -> None:
    for article in fixtures.bundle().records:
        line = encode(decode(encode(article)))
        assert encode(pickle.loads(pickle.dumps(decode(line)))) == line
    undated = decode(line.replace(b'"published":null', b'"published":{"value":"2017-06-10","precision":"day"}'))
    assert encode(pickle.loads(pickle.dumps(undated))) == encode(undated)
