"""The published schema: valid itself, and every record of the sample corpus and the golden cases fits it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fixtures import bundle
from jsonschema import Draft202012Validator

from archivekit import readings
from archivekit.errors import RecordError
from archivekit.model import Article, decode, encode, json_schema

ROOT = Path(__file__).parent.parent
VALIDATOR = Draft202012Validator(json_schema())


def _check(article: Article) -> None:
    line = encode(article)
    errors = [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(json.loads(line))]
    assert errors == []
    assert decode(line) == article
    assert encode(decode(line)) == line


def test_the_schema_is_valid_and_names_itself() -> None:
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "urn:archivekit:article:1"


def test_every_node_of_the_model_fits() -> None:
    for article in bundle().articles:
        _check(article)


def test_every_record_of_the_sample_corpus_fits() -> None:
    count = 0
    for reading in readings.read_tree(ROOT / "corpus"):
        assert reading.error is None
        for article in reading.articles:
            _check(article)
            count += 1
    assert count >= 15


def test_every_golden_record_fits() -> None:
    for path in (ROOT / "tests" / "cases").glob("*/*/article.json"):
        records = json.loads(path.read_bytes())
        for record in records if isinstance(records, list) else [records]:
            assert [error.message for error in VALIDATOR.iter_errors(record)] == [], path


@pytest.mark.parametrize(
    "change",
    [
        {"title": 1},
        {"unknown": "x"},
        {"schema": "archivekit/article/2"},
        {"body": [{"type": "script", "text": "x"}]},
        {"body": [{"type": "paragraph", "children": [{"type": "text", "text": 1}]}]},
        {"contributors": [{"name": "x", "role": "boss"}]},
    ],
)
def test_what_does_not_fit_is_refused_by_schema_and_decoder_alike(change: dict[str, object]) -> None:
    record = {**json.loads(encode(bundle().articles[0])), **change}
    assert list(VALIDATOR.iter_errors(record))
    with pytest.raises(RecordError, match="is not a record: "):
        decode(json.dumps(record))
