"""Migrate: records of older schemas, brought to the present one step by step; newer ones are refused.

A change of the schema adds one function to ``STEPS``: it turns the JSON object of one version into that of the next. The
records of every version are kept under ``tests/data/records`` and are read by a test for as long as there is the project.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from .errors import RecordError
from .model import SCHEMA, Article, decode

Step = Callable[[dict[str, Any]], dict[str, Any]]

NAME, CURRENT = SCHEMA.rsplit("/", 1)[0], int(SCHEMA.rsplit("/", 1)[1])
"""``archivekit/article`` and the version this archivekit writes."""

STEPS: Mapping[int, Step] = {}
"""By the version a step starts from. Version 1 is the first, so there is none yet."""

_HEAD = re.compile(rb'\s*\{\s*"schema"\s*:\s*"([^"\\]{1,80})"')


class _Named(msgspec.Struct):
    schema: str


def upgrade(line: bytes, steps: Mapping[int, Step] = STEPS, current: int = CURRENT) -> Article:
    """The record on a line of JSON, whatever known schema it is of; raises RecordError without path and offset."""
    try:
        if (version := _version(line)) == current:
            return decode(line)
        if version > current:
            raise RecordError(
                f"is of the schema {NAME}/{version}, this archivekit reads {NAME}/{current} and older; a newer one is needed"
            )
        record: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
        for step in range(version, current):
            if step not in steps:
                raise RecordError(f"is of the schema {NAME}/{version}, which never was")
            record = steps[step](record)
        return msgspec.convert(record, Article)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RecordError(f"is not a record: {error}") from None


def _version(line: bytes) -> int:
    """The number in a record's schema; raises RecordError and ``msgspec.DecodeError``."""
    head = _HEAD.match(line)
    schema = head[1].decode("utf-8", "replace") if head else msgspec.json.decode(line, type=_Named).schema
    name, _, number = schema.rpartition("/")
    if name != NAME or not re.fullmatch(r"[1-9][0-9]{0,8}", number):
        raise RecordError(f"is not a record: its schema is {schema!r}")
    return int(number)
