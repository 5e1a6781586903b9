"""Places: what a corpus has beside its documents, on this machine or behind an address: profiles, images, a store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..config import FILE_NAME, Settings
from ..errors import UsageError
from ..files import remote
from ..images.assets import Finder
from ..images.remote import TOP, RemoteFinder, RemoteStore
from ..images.store import Store
from ..sites import Profiles, load_profiles
from .walk import base_of, display


class Settled(NamedTuple):
    """Where a corpus is."""

    folder: Path | None
    """A folder of this machine that has its settings, its cover and its style sheet."""
    root: str | None
    """The folder or the address that the paths of records are relative to, and that images are looked for in."""


def settled(paths: Sequence[str | Path], root: Path | None = None, corpus: Path | None = None) -> Settled:
    """Where the corpus of ``paths`` is, or ``corpus`` where the settings and images are elsewhere than the documents. Raises
    UsageError and ConfigError."""
    if corpus is not None:
        address = remote.address_of(corpus)
        if address is not None:
            return Settled(remote.here(address, FILE_NAME), address)
        place = Path(remote.local(corpus)).absolute()
        if not place.is_dir():
            raise UsageError("no such folder", path=display(corpus))
        return Settled(place, str(place))
    folder = base_of(paths, root)
    if any(remote.address_of(path) for path in paths):
        return Settled(folder, remote.base_of(paths, root))
    return Settled(folder, str(folder) if folder is not None else None)


class Place(NamedTuple):
    """A corpus that is ready to be read."""

    root: Path | None
    """What the names of files that the finder is asked about begin with."""
    profiles: Profiles
    finder: Finder


def opened(root: str | None, settings: Settings, store: str | None) -> Place:
    """The corpus at a folder or an address, in whatever process this is; its images are looked for there and in the
    ``store``, or the one the settings name. Raises ConfigError or UsageError."""
    address = remote.address_of(root) if root is not None else None
    held = _store(root, settings, store)
    if address is not None:
        profiles = _profiles(remote.here(address, FILE_NAME, settings.profiles), settings)
        return Place(TOP, profiles, RemoteFinder(address, settings.static, held, settings.limits))
    folder = Path(root) if root is not None else None
    return Place(folder, _profiles(folder, settings), Finder(folder, settings.static, held, settings.limits))


def _profiles(folder: Path | None, settings: Settings) -> Profiles:
    return load_profiles([folder / name for name in settings.profiles] if folder is not None else [])


def require_store(store: Path) -> None:
    """Raise UsageError where there is no folder of this name or address."""
    address = remote.address_of(store)
    if not (remote.is_folder(address) if address is not None else store.is_dir()):
        raise UsageError("no such store; archivekit fetch makes one", path=display(store))


def _store(root: str | None, settings: Settings, named: str | None) -> Store | None:
    """The store that is asked for, or the one the settings name; its lock file is read here, where a bad one stops all."""
    where = named
    if named is None and settings.store is not None and root is not None:
        where = f"{root}/{settings.store}"
    if where is None:
        return None
    address = remote.address_of(where)
    if named is not None:
        require_store(Path(where))
    held = RemoteStore(address, settings.limits) if address is not None else Store(Path(where))
    held.entries  # noqa: B018 - raises ConfigError
    return held
