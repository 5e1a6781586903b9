"""Remote: folders and files behind addresses such as ``s3://bucket/folder``, through fsspec. The one door to them.

Nothing is asked of any place but those an address names that was given on the command line or to a function. What
``file://`` names is a path of this machine and treated as one.
"""

from __future__ import annotations

import atexit
import glob
import posixpath
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, overload

from ..errors import ConfigError, MissingRequirementError, OutputError, TooManyFilesError, UnreadableSourceError, UsageError
from ..limits import DEFAULT, Limits, over
from . import sums
from .paths import AnyPath, path_text

SCHEMES: Final = ("s3", "gs", "az", "abfs", "hdfs", "memory")
"""What an address may begin with: places that can be listed. The web cannot."""

_ADDRESS = re.compile(rf"({'|'.join(SCHEMES)}|file):/{{1,3}}(.*)", re.DOTALL)
_TRAITS = ("size", "ETag", "etag", "LastModified", "mtime", "created")
"""What tells one state of a file from another, as far as a kind of place knows it."""

_RAISED: Final = (
    ("aiohttp.client_exceptions", "ClientError"),
    ("azure.core.exceptions", "AzureError"),
    ("botocore.exceptions", "BotoCoreError"),
    ("gcsfs.retry", "ChecksumError"),
    ("gcsfs.retry", "HttpError"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("pyarrow.lib", "ArrowException"),
)
"""What the drivers of places raise that is neither an OSError nor a ValueError: modules and names."""


def address_of(path: str | Path) -> str | None:
    """The address a path is, without a slash at its end; None for a path of this machine. ``s3:/bucket`` is what ``Path``
    makes of an address."""
    found = _ADDRESS.fullmatch(str(path))
    if found is None or found[1] == "file":
        return None
    return f"{found[1]}://{found[2].strip('/')}"


def local(path: str | Path) -> str | Path:
    """The path that a ``file://`` address names; anything else as it is."""
    found = _ADDRESS.fullmatch(str(path))
    return f"/{found[2].lstrip('/')}" if found is not None and found[1] == "file" else path


@overload
def on_this_machine(path: AnyPath, what: str) -> Path: ...
@overload
def on_this_machine(path: AnyPath | None, what: str) -> Path | None: ...
def on_this_machine(path: AnyPath | None, what: str) -> Path | None:
    """The path that is named, where only one of this machine will do, None for None; raises UsageError for what is no path,
    and for an address, where it says for ``what`` it was given."""
    if path is None:
        return None
    named = path_text(path)
    address = address_of(named)
    if address is not None:
        raise UsageError(f"{what} must be on this machine, not behind an address", path=address)
    return Path(local(named))


class Entry(NamedTuple):
    """A file behind an address."""

    path: str
    """Relative to the root."""
    address: str


def base_of(paths: Sequence[str | Path], root: str | Path | None = None) -> str:
    """The deepest folder that holds every address, or ``root``; raises UsageError for paths that do not go together."""
    addresses = [address_of(path) for path in paths]
    given = [address for address in addresses if address is not None]
    base = address_of(root) if root is not None else None
    if len(given) < len(addresses) or (root is not None and base is None):
        raise UsageError("addresses such as s3://bucket/folder and paths of this machine cannot be read together")
    if base is None:
        folders = [_folder(address) for address in given]
        if len({_split(folder)[0] for folder in folders}) > 1:
            raise UsageError(f"{folders[0]} and {folders[-1]} have no folder in common; they cannot be read together")
        base = posixpath.commonpath(folders) if len(folders) > 1 else folders[0]
        base = re.sub(r"^(\w+):/+", r"\1://", base)
    for address in given:
        if address != base and not address.startswith(f"{base}/"):
            raise UsageError(f"not below the root {base}", path=address)
    return base


def files(paths: Sequence[str | Path], base: str, limits: Limits = DEFAULT) -> Iterator[tuple[Entry, bool]]:
    """Every file that the addresses name, and whether it was named itself or lies in a folder that was.

    Raises UsageError for an address that does not exist, TooManyFilesError.
    """
    count = 0
    for address in dict.fromkeys(filter(None, map(address_of, paths))):
        for name, named in _named(address):
            count += 1
            if count > limits.files:
                raise TooManyFilesError(f"more than {limits.files} files, {over('files', limits.files)}", path=address)
            whole = f"{_split(address)[0]}://{name.strip('/')}"
            yield Entry(whole.removeprefix(base).removeprefix("/") or posixpath.basename(whole), whole), named


def _named(address: str) -> Iterator[tuple[str, bool]]:
    with _told(address, UsageError):
        system, path = _opened(address)
        if system.isfile(path):
            yield path, True
            return
        if system.isdir(path):
            yield from ((name, False) for name in system.find(path) if not name.endswith("/"))
            return
        matches = sorted(system.glob(path)) if glob.has_magic(address) else []
        if not matches:
            raise UsageError("no such file or folder", path=address)
        for match in matches:
            yield from ((name, name == match) for name in ([match] if system.isfile(match) else system.find(match)))


@contextmanager
def opened(address: str, path: str) -> Iterator[tuple[BinaryIO, int]]:
    """A stream of a file's bytes, and how many they are; they are all of one moment where the place can tell. Every error
    of the place becomes an UnreadableSourceError for ``path``."""
    with _told(path, UnreadableSourceError):
        system, name = _opened(address)
        with system.open(name, "rb") as stream:
            yield stream, int(stream.size)


def sha256(address: str, most: int) -> str | None:
    """Of a file's bytes; None when the place does not give them, and for a file of more than ``most`` bytes, which is not
    read."""
    try:
        with opened(address, address) as (stream, size):
            return sums.sha256(stream, most) if size <= most else None
    except UnreadableSourceError:
        return None


# --- a corpus's own small files ---------------------------------------------------------------------------------


def here(base: str, name: str, folders: Iterable[str] = ()) -> Path:
    """A folder of this machine with what a corpus says of itself, as long as the process lasts: the settings file called
    ``name``, the files and folders that it names, and other ``folders``. Its documents and images stay where they are.
    Raises ConfigError."""
    place = tempfile.mkdtemp(prefix="archivekit-")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    root = Path(place) / (posixpath.basename(base) or "archive")
    root.mkdir()
    with _told(base, ConfigError):
        system, path = _opened(base)
        _get(system, f"{path}/{name}", root / name)
        for inside in dict.fromkeys([*_mentioned(root / name), *folders]):
            if _is_inside(inside):
                _get(system, f"{path}/{inside}", root / inside)
    return root


def _mentioned(settings: Path) -> Iterator[str]:
    """The files and folders that a settings file names and that have to be here; nothing for one that is not well-formed,
    of which whoever loads it complains."""
    try:
        values = tomllib.loads(settings.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return
    for key in ("cover", "css", "profiles"):
        value = values.get(key)
        yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))


def _is_inside(name: str) -> bool:
    return bool(name) and not name.startswith("/") and ".." not in name.split("/")


def _get(system: Any, path: str, target: Path) -> None:
    """Copy a file, or the files directly in a folder, if it is there."""
    if system.isfile(path):
        target.parent.mkdir(parents=True, exist_ok=True)
        with system.open(path, "rb") as stream:
            data = stream.read(DEFAULT.image_bytes + 1)
        if len(data) > DEFAULT.image_bytes:
            raise ConfigError(f"has more than {DEFAULT.image_bytes} bytes", path=path)
        target.write_bytes(data)
    elif system.isdir(path):
        target.mkdir(parents=True, exist_ok=True)
        for inner in system.ls(path, detail=False):
            if system.isfile(inner):
                _get(system, inner, target / posixpath.basename(inner))


# --- outputs ----------------------------------------------------------------------------------------------------


@contextmanager
def outputs(address: str, last: str) -> Iterator[Path]:
    """A folder of this machine whose files are put behind the address when the block ends well, the one whose name ends in
    ``last`` at the end. Each appears there whole; the set does not appear at once. Raises OutputError."""
    with tempfile.TemporaryDirectory(prefix="archivekit-") as place:
        folder = Path(place)
        yield folder
        put(folder, address, last)


def put(folder: Path, address: str, last: str) -> None:
    """Copy the files of a folder behind an address; see :func:`outputs`."""
    made = sorted((file for file in folder.iterdir() if file.is_file()), key=lambda file: (file.name.endswith(last), file.name))
    with _told(address, OutputError):
        system, path = _opened(address)
        system.makedirs(path, exist_ok=True)
        for file in made:
            system.put_file(str(file), f"{path}/{file.name}")


@contextmanager
def fetched(address: str) -> Iterator[Path]:
    """A folder of this machine with the files directly behind an address, as long as the block lasts; raises UsageError."""
    with tempfile.TemporaryDirectory(prefix="archivekit-") as place:
        with _told(address, UsageError):
            system, path = _opened(address)
            if not system.isdir(path):
                raise UsageError("no such folder", path=address)
            for name in system.ls(path, detail=False):
                if system.isfile(name):
                    with system.open(name, "rb") as stream, (Path(place) / posixpath.basename(name)).open("wb") as target:
                        shutil.copyfileobj(stream, target, 1024 * 1024)
        yield Path(place)


# --- looking for files ------------------------------------------------------------------------------------------


class Listing:
    """Which files there are below an address, looked up a folder at a time; raises OSError."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._folder = lru_cache(maxsize=256)(self._listed)

    def state(self, path: str) -> str:
        """What changes when a file does; empty when there is none at this path, which is relative to the base."""
        parts = posixpath.normpath(path)
        if parts.startswith(("../", "/")) or parts in ("..", "."):
            return ""
        folder, name = posixpath.split(parts)
        return self._folder(folder).get(name, "")

    def read(self, path: str, most: int) -> tuple[bytes, int]:
        """At most ``most`` and one more of a file's bytes, and how many they are."""
        with opened(f"{self.base}/{posixpath.normpath(path)}", path) as (stream, size):
            return stream.read(most + 1), size

    def _listed(self, folder: str) -> dict[str, str]:
        address = f"{self.base}/{folder}" if folder else self.base
        try:
            with _told(address, UnreadableSourceError):
                system, path = _opened(address)
                found = system.ls(path, detail=True)
        except UnreadableSourceError:
            return {}
        return {
            posixpath.basename(each["name"]): " ".join(str(each[trait]) for trait in _TRAITS if trait in each)
            for each in found
            if each["type"] == "file"
        }


def is_folder(address: str) -> bool:
    """Whether there is anything behind an address; raises UsageError when the place cannot say."""
    with _told(address, UsageError):
        system, path = _opened(address)
        return bool(system.isdir(path))


# --- fsspec -----------------------------------------------------------------------------------------------------


def _opened(address: str) -> tuple[Any, str]:
    """The file system of an address and the path in it; raises MissingRequirementError."""
    scheme, path = _split(address)
    return _system(scheme), f"/{path}" if scheme == "memory" else path


@lru_cache(maxsize=8)
def _system(scheme: str) -> Any:
    try:
        import fsspec

        return fsspec.filesystem(scheme, use_listings_cache=False)
    except ImportError as error:
        what = "'archivekit[remote]'" if scheme in ("s3", "memory") else f"'fsspec[{scheme}]'"
        message = f"{scheme}:// addresses need a package that is not here ({error}); install it with: pip install {what}"
        raise MissingRequirementError(message) from None


def _split(address: str) -> tuple[str, str]:
    scheme, _, path = address.partition("://")
    return scheme, path


def _folder(address: str) -> str:
    """The folder that an address names, or the one of the file or pattern it names."""
    with _told(address, UsageError):
        system, path = _opened(address)
        if system.isdir(path):
            return address
        is_pattern = glob.has_magic(path) and not system.exists(path)
    if is_pattern:
        plain = address.split("/")
        while glob.has_magic("/".join(plain)):
            plain.pop()
        return "/".join(plain)
    return posixpath.dirname(address)


@contextmanager
def _told(
    path: str, kind: type[UsageError] | type[OutputError] | type[UnreadableSourceError] | type[ConfigError]
) -> Iterator[None]:
    """Turn what a place says of an error into one of our own."""
    try:
        yield
    except _refusals() as error:
        message = getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
        raise kind(message[:300], path=path) from None


def _refusals() -> tuple[type[BaseException], ...]:
    """What the drivers that are loaded raise; one that is not has raised nothing."""
    loaded = ((sys.modules[module], name) for module, name in _RAISED if module in sys.modules)
    return (OSError, ValueError, *(getattr(module, name, OSError) for module, name in loaded))
