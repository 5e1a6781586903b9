"""Assets: images by content hash, found in the folder that is read. Opens no socket, leaves no folder."""

from __future__ import annotations

import base64
import binascii
import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, unquote_to_bytes

import msgspec

from .. import images
from ..files.within import beneath, is_below
from ..limits import DEFAULT, Limits, over
from ..markup.numbers import number
from ..model import Article, Block, Image, Node, Notice, Span, walk
from . import Asset, Made
from .store import Store

__all__ = ["Asset", "Attached", "Finder", "with_images"]

RECENT_BYTES = 16 * 1024 * 1024
"""Images a Finder remembers, for those that are used in several documents."""

SITE_FOLDERS = ("", "static/", "public/", "source/", "assets/")
"""Where site generators keep what ``/images/1.png`` means, below the folder of the site."""

_STORED = "\n"
"""What begins a key of ``Finder.looked`` that is no path: the addresses asked for, a line each."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_REMOTE = frozenset({"http", "https", "ftp"})


class Attached(NamedTuple):
    """An article whose images name their assets, and those assets by sha256."""

    article: Article
    assets: dict[str, Asset]


class _Recent(dict[str, Made]):
    """What became of images, by path or hash: the latest of them, so that an archive of any size fits into memory."""

    def __init__(self) -> None:
        self._bytes = 0

    def __setitem__(self, key: str, made: Made) -> None:
        self._bytes += _weight(made)
        super().__setitem__(key, made)
        while self._bytes > RECENT_BYTES and len(self) > 1:
            self._bytes -= _weight(self.pop(next(iter(self))))


def _weight(made: Made) -> int:
    return len(made.asset.data) if made.asset is not None else 0


class Finder:
    """Finds the images articles refer to: in the folder ``root``, which bounds the search, and in a ``store``. Without
    either it finds only ``data:`` addresses."""

    def __init__(
        self, root: Path | None, static: tuple[str, ...] = (), store: Store | None = None, limits: Limits = DEFAULT
    ) -> None:
        self._root = root
        self._top = beneath(str(root)) if root is not None else ""
        self._limits = limits
        self._store = store
        self._real = os.path.realpath(root) if root is not None else ""
        self._static = static
        self._made = _Recent()
        self.looked: dict[str, str] = {}
        """Where images were looked for since this was last emptied: a path below the root or an address, and what was there."""

    def is_as_it_was(self, looked: Mapping[str, str]) -> bool:
        """Whether everything that was ``looked`` at is what it was then."""
        return all(self._at(where) == what for where, what in looked.items())

    def _at(self, where: str) -> str:
        if where.startswith(_STORED):
            entry = self._store.find(*where.removeprefix(_STORED).split("\n")) if self._store is not None else None
            return f"{entry.sha256} {entry.tried}" if entry is not None else ""
        return self._state(where)

    def _state(self, where: str) -> str:
        """What changes when the file at a path below the root does; empty when there is none."""
        if self._root is None:
            return ""
        try:
            found = os.stat(f"{self._top}{where}")  # noqa: PTH116 - a path is not made for each of many files
        except (OSError, ValueError):
            return ""
        return f"{found.st_dev} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"

    def _look(self, where: str) -> str:
        """What is there, which is kept in mind."""
        if where not in self.looked:
            self.looked[where] = self._at(where)
        return self.looked[where]

    def attach(self, article: Article, file: Path | None) -> Attached:
        """Give every image that can be found its ``asset`` and its size; say in a Notice which cannot, and why."""
        if not any(isinstance(node, Image) for node in walk(article.body)):
            return Attached(article, {})
        assets: dict[str, Asset] = {}
        notices: list[Notice] = []
        remote: list[Image] = []

        def swap(image: Image) -> Image:
            is_remote = _is_remote(image.src)
            asset, notice = self._mirrored(image, file) if is_remote else self._find(image, file)
            if asset is None and (notice is None or notice.id == "asset.not-found"):
                asset, said = self._stored(image)
                notice = said or (None if asset is not None else notice)
            if asset is None and notice is None:
                remote.append(image)
                return image
            if notice is not None:
                notices.append(notice)
            if asset is None:
                return image
            assets[asset.sha256] = asset
            return _sized(image, asset)

        body = tuple(with_images(block, swap) for block in article.body)
        if remote:
            what = "1 image is" if len(remote) == 1 else f"{len(remote)} images are"
            message = f"{what} on the web and not in the archive; a placeholder gives the address"
            notices.append(Notice(id="asset.not-local", message=message, span=_span(remote[0])))
        provenance = msgspec.structs.replace(article.provenance, notices=(*article.provenance.notices, *notices))
        return Attached(msgspec.structs.replace(article, body=body, provenance=provenance), assets)

    def recall(self, article: Article, file: Path | None) -> Attached:
        """A finished record as it is, with those of the assets it names that are found where they were when it was made."""
        wanted = {node.asset for node in walk(article.body) if isinstance(node, Image) and node.asset}
        if not wanted:
            return Attached(article, {})
        body = tuple(with_images(block, lambda image: msgspec.structs.replace(image, asset="")) for block in article.body)
        found = self.attach(msgspec.structs.replace(article, body=body), file).assets
        return Attached(article, {sha256: asset for sha256, asset in found.items() if sha256 in wanted})

    def _mirrored(self, image: Image, file: Path | None) -> tuple[Asset | None, Notice | None]:
        """As ``_find``, of a remote image whose address was relative in the document, where the archive keeps that file."""
        for address in image.fallbacks:
            if address.strip() and not _SCHEME.match(address) and not _is_remote(address):
                asset, notice = self._find(msgspec.structs.replace(image, src=address), file)
                if notice is None or notice.id != "asset.not-found":
                    return asset, notice
        return None, None

    def _stored(self, image: Image) -> tuple[Asset | None, Notice | None]:
        """As ``_find``, of an image that was fetched, by any of its addresses; nothing is said of one that was not tried."""
        addresses = [address for address in map(remote_address, (image.src, *image.fallbacks)) if address]
        self._look(_STORED + "\n".join(addresses))
        entry = self._store.find(*addresses) if self._store is not None else None
        if self._store is None or entry is None:
            return None, None
        if not entry.sha256:
            made = Made(None, "asset.not-fetched", entry.tried[-1].message if entry.tried else "it was not got")
        elif entry.sha256 in self._made:
            made = self._made[entry.sha256]
        else:
            data = self._store.load(entry)
            damaged = Made(None, "asset.store-damaged", "the store's copy is missing or is not what its hash says")
            made = self._made[entry.sha256] = images.make(data, self._limits) if data is not None else damaged
        return made.asset, _notice(made, image)

    def _find(self, image: Image, file: Path | None) -> tuple[Asset | None, Notice | None]:
        """The asset of an image that is not remote, and what is to be said about it."""
        scheme = _SCHEME.match(image.src)
        if scheme and scheme[1].lower() == "data":
            made = self._from_data(image.src)
        elif scheme or not image.src.strip() or "\0" in image.src:
            made = Made(None, "asset.refused", "the address does not name a file of the archive")
        else:
            path = self._locate(image.src, file) if file is not None else None
            made = Made(None, "asset.not-found", "no such file in the archive") if path is None else self._from_file(path)
        return made.asset, _notice(made, image)

    def _from_file(self, path: str) -> Made:
        if path not in self._made:
            try:
                data, size = self._bytes(path)
            except OSError as error:
                self._made[path] = Made(None, "asset.broken", f"the file cannot be read: {error.strerror}")
            else:
                self._made[path] = self._image(data, size)
        return self._made[path]

    def _bytes(self, path: str) -> tuple[bytes, int]:
        """As many of a file's bytes as an image may have and one more, and how many there are; raises OSError."""
        with Path(path).open("rb") as stream:
            data = stream.read(self._limits.image_bytes + 1)
            return data, max(len(data), os.fstat(stream.fileno()).st_size)

    def _image(self, data: bytes, size: int) -> Made:
        """What becomes of ``size`` bytes, of which ``data`` are all unless they are too many."""
        most = self._limits.image_bytes
        if size > most:
            return Made(None, "asset.too-large", f"{size} bytes, {over('image_bytes', most)}")
        return images.make(data, self._limits)

    def _from_data(self, src: str) -> Made:
        head, comma, payload = src.partition(",")
        if not comma:
            return Made(None, "asset.broken", "a data: address without data")
        if len(payload) > 3 * self._limits.image_bytes:
            return self._image(b"", len(payload))
        data = unquote_to_bytes(payload)
        if head.rstrip().lower().endswith(";base64"):
            try:
                data = base64.b64decode(b"".join(data.split()) + b"==")
            except binascii.Error as error:
                return Made(None, "asset.broken", f"a data: address that is not base64: {error}")
        return self._image(data, len(data))

    def _locate(self, src: str, file: Path) -> str | None:
        """The real path of a local image inside the root, or None."""
        if self._root is None:
            return None
        beside, of_site = _folders(file, self._root, self._static)
        for name in _spellings(src):
            for folder in of_site if name.startswith("/") else beside + of_site:
                where = os.path.normpath(f"{folder}{name.lstrip('/')}")
                path = self._inside(where) if self._look(where) else None
                if path is not None:
                    return path
        return None

    def _inside(self, where: str) -> str | None:
        """The real path of what is at a path below the root, if that is a file inside the root."""
        path = os.path.realpath(f"{self._top}{where}")
        return path if is_below(path, self._real) and _is_file(path) else None


@lru_cache(maxsize=4)
def _folders(file: Path, root: Path, static: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Where a document's images may be, as what is put before a name to make it a path below the root: beside the document;
    in the site's folders, nearest first."""
    top = beneath(str(root))

    def below(folder: Path) -> str:
        name = beneath(str(folder))
        return name.removeprefix(top) if name.startswith(top) else f"{os.path.relpath(folder, root)}{os.sep}"

    above = [folder for folder in (file.parent, *file.parent.parents) if folder == root or root in folder.parents]
    site = [f"{folder}{name}" for folder in map(below, above or [file.parent]) for name in SITE_FOLDERS]
    site += [below(root / name) for name in static]
    return [below(file.parent), below(file.with_suffix(""))], site


def with_images(block: Block, swap: Callable[[Image], Image]) -> Block:
    """The same block with every image replaced by what ``swap`` makes of it; what holds no image stays the same object."""
    changed = _rewritten(block, swap)
    assert not isinstance(changed, Image)
    return changed  # type: ignore[return-value]


def _rewritten(node: Node, swap: Callable[[Image], Image]) -> Node:
    if isinstance(node, Image):
        return swap(node)
    changes: dict[str, tuple[Node, ...]] = {}
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
            after = tuple([_rewritten(child, swap) for child in value])
            if any(new is not old for new, old in zip(after, value, strict=True)):
                changes[name] = after
    return msgspec.structs.replace(node, **changes) if changes else node


def _sized(image: Image, asset: Asset) -> Image:
    """The image with its asset; a size the source does not state in pixels is the asset's."""
    stated = number(image.width) is not None and number(image.height) is not None
    width, height = (image.width, image.height) if stated else (str(asset.width), str(asset.height))
    return msgspec.structs.replace(image, asset=asset.sha256, width=width, height=height)


def _notice(made: Made, image: Image) -> Notice | None:
    """What is to be said of an image, with its address."""
    if not made.notice:
        return None
    shown = image.src if len(image.src) <= 120 else image.src[:120] + "…"
    message = f"{made.message}: {shown}" if shown else made.message
    return Notice(id=made.notice, message=message, span=_span(image))


def _span(image: Image) -> Span | None:
    return Span.parse(image.at) if image.at else None


def _is_remote(src: str) -> bool:
    if src.lstrip().startswith(("//", "\\\\")):
        return True
    scheme = _SCHEME.match(src.lstrip())
    return bool(scheme) and scheme is not None and scheme[1].lower() in _REMOTE


def remote_address(src: str) -> str:
    """The address on the web that an image's address is, with a scheme and without white space; empty when it is none."""
    if not _is_remote(src):
        return ""
    address = src.strip().replace("\\", "/") if src.lstrip().startswith("\\") else src.strip()
    return f"https:{address}" if address.startswith("//") else address


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file()
    except OSError:
        return False


def _spellings(src: str) -> list[str]:
    """The file names an address may mean: without query and fragment, percent-decoded, in either normal form."""
    bare = re.split(r"[?#]", src.strip(), maxsplit=1)[0]
    names = [unquote(bare), bare, unquote(src.strip()), src.strip()]
    names += [name.replace("\\", "/") for name in names if "\\" in name]
    names += [unicodedata.normalize(form, name) for form in ("NFC", "NFD") for name in names if not name.isascii()]
    return [name for name in dict.fromkeys(names) if name.strip("/") and "\0" not in name]
