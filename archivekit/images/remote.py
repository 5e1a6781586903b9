"""Images of a corpus, and a store of fetched ones, that are behind an address; see :mod:`archivekit.files.remote`."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..errors import UnreadableSourceError
from ..files import remote
from ..limits import Limits
from .assets import Finder
from .store import JOURNAL_NAME, LOCK_NAME, Entry, Store, parsed

TOP = Path("/corpus")
"""Stands for the root in the names of files that a RemoteFinder is asked about. Nothing of this machine is there."""


class RemoteStore(Store):
    """A store that is read where it is; nothing can be put into it."""

    def __init__(self, address: str, limits: Limits) -> None:
        super().__init__(Path())
        self._listing = remote.Listing(address)
        self._limits = limits

    @property
    def entries(self) -> dict[str, Entry]:
        """By address. Raises ConfigError when the lock file says what cannot be meant."""
        if self._entries is None:
            self._entries = parsed(self._lines(LOCK_NAME), LOCK_NAME)
            self._entries.update(parsed(self._lines(JOURNAL_NAME), JOURNAL_NAME, torn=True))
            self._asked = {entry.asked: entry for entry in self._entries.values() if entry.asked}
        return self._entries

    def _lines(self, name: str) -> bytes:
        return self._listing.read(name, self._limits.records_bytes)[0] if self._listing.state(name) else b""

    def load(self, entry: Entry) -> bytes | None:
        """The bytes of an entry, or None when the file is missing or is not what its name says."""
        try:
            data, _ = self._listing.read(self.path(entry).as_posix(), entry.size)
        except UnreadableSourceError:
            return None
        return data if hashlib.sha256(data).hexdigest() == entry.sha256 else None


class RemoteFinder(Finder):
    """Finds images behind the address of a corpus, where nothing is but names: no link leads out of it."""

    def __init__(self, address: str, static: tuple[str, ...], store: Store | None, limits: Limits) -> None:
        super().__init__(TOP, static, store, limits)
        self._listing = remote.Listing(address)

    def _state(self, where: str) -> str:
        return self._listing.state(where)

    def _inside(self, where: str) -> str | None:
        return where

    def _bytes(self, path: str) -> tuple[bytes, int]:
        try:
            return self._listing.read(path, self._limits.image_bytes)
        except UnreadableSourceError as error:
            raise OSError(0, error.message) from None
