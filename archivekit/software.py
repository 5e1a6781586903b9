"""Software: which packages in which versions, and which files of archivekit, decide what it makes of a source."""

from __future__ import annotations

import hashlib
import re
import sys
from email.parser import HeaderParser
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

_HEADERS = HeaderParser()
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Of Python, archivekit, and the packages it needs and they need in their turn, by name; ``none`` for one that is
    not installed. What only an extra needs is left out."""
    found = {"python": ".".join(map(str, sys.version_info[:2]))}
    pending = ["archivekit"]
    while pending:
        name = pending.pop()
        if name in found:
            continue
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            found[name] = "none"
            continue
        stated = _HEADERS.parsestr(installed.read_text("METADATA") or installed.read_text("PKG-INFO") or "")
        found[name] = stated["Version"] or "none"
        names = (_NAME.match(line) for line in stated.get_all("Requires-Dist", ()) if "extra ==" not in line)
        pending += [match[0].lower() for match in names if match]
    return dict(sorted(found.items()))


@lru_cache(maxsize=1)
def digest() -> bytes:
    """What changes when archivekit or what it needs does; the profiles of sites aside, which have digests of their own."""
    folder = Path(__file__).parent
    files = sorted(path for path in folder.rglob("*.*") if path.suffix != ".pyc" and not _is_profile(path))
    stated = [f"{path.relative_to(folder)} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    stated += [f"{name} {number}" for name, number in versions().items()]
    return hashlib.sha256("\n".join(stated).encode()).digest()


def _is_profile(path: Path) -> bool:
    return path.parent.name == "sites" and path.suffix == ".toml"
