"""Originals: the files that records were read from, looked up again for a book that is to carry them."""

from __future__ import annotations

import hashlib

import msgspec

from ..archive.bundle import Bundle
from ..corpus.walk import Walk, read_bytes
from ..errors import ArchiveKitError
from ..limits import Limits


class Originals:
    """The documents of a walk by path."""

    def __init__(self, walk: Walk, limits: Limits) -> None:
        self._found = {found.path: found for found in walk.documents if not found.is_piped}
        self._limits = limits

    def beside(self, bundle: Bundle) -> Bundle:
        """The bundle with the sources of its records, but for those that are not there or not as they were read."""
        wanted = {record.provenance.source.path: record.provenance.source.sha256 for record in bundle.records}
        read = {path: self._read(path, sha256) for path, sha256 in wanted.items()}
        sources = {path: data for path, data in read.items() if data is not None}
        return msgspec.structs.replace(bundle, sources=sources)

    def _read(self, path: str, sha256: str) -> bytes | None:
        found = self._found.get(path)
        if found is None:
            return None
        try:
            data = read_bytes(found, self._limits)
        except ArchiveKitError:
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None
