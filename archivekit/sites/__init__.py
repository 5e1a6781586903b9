"""Site profiles: facts about one publisher, as data. Loading them, and finding the one that fits an article.

The format is documented in ``docs/profiles.md``. A profile of the user's own replaces a built-in one of the same
name, or extends it when it says ``extends = true``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ..errors import ConfigError
from ..model import Article, plain_text
from ..profile import Profile, compiled, fold


class Profiles:
    """All profiles that are known, and what is common to all publishers."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self.by_name = {profile.name: profile for profile in sorted(profiles, key=lambda p: p.name)}

    @property
    def common(self) -> Profile:
        """The profile named ``common``, which applies to every article."""
        return self.by_name.get("common", Profile(name="common"))

    @cached_property
    def _hosts(self) -> dict[str, Profile]:
        return {host: profile for profile in self.by_name.values() for host in profile.hosts}

    @cached_property
    def _names(self) -> dict[str, Profile]:
        known: dict[str, Profile] = {}
        for profile in self.by_name.values():
            for name in (profile.publisher or "", *profile.names):
                if name:
                    known.setdefault(fold(name), profile)
        return known

    @cached_property
    def _signs(self) -> list[tuple[str, Profile]]:
        return [(sign, profile) for profile in self.by_name.values() for sign in profile.signs]

    def by_host(self, url: str | None) -> Profile | None:
        """The profile for an address: the longest host and path that fit."""
        if not url:
            return None
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        steps = [step for step in parts.path.split("/") if step]
        while host:
            for count in range(min(len(steps), 3), -1, -1):
                found = self._hosts.get("/".join([host, *steps[:count]]))
                if found is not None:
                    return found
            host = host.partition(".")[2]
        return None

    def by_spelling(self, name: str) -> Profile | None:
        """The profile that goes by this name."""
        return self._names.get(fold(name))

    def by_sign(self, text: str) -> Profile | None:
        """The profile whose sign stands earliest in its list in the text."""
        return next((profile for sign, profile in self._signs if sign in text), None)


def match(article: Article, profiles: Profiles) -> Profile | None:
    """The profile that fits: by address, by the name in the front matter, by a sign in the text; else None."""
    found = profiles.by_host(article.url)
    if found is not None:
        return found
    stated = [article.publisher or "", *(str(article.extra.get(key, "")) for key in ("author", "source", "publisher", "site"))]
    for name in (*stated, *article.categories, *article.tags):
        found = profiles.by_spelling(name) if name else None
        if found is not None:
            return found
    return profiles.by_sign(plain_text(article.body))


def load_profiles(folders: Iterable[Path] = ()) -> Profiles:
    """The built-in profiles with those of the folders over them; raises ConfigError with file and reason."""
    known: dict[str, Profile] = {}
    built_in = resources.files(__package__)
    for entry in sorted(built_in.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            _add(known, entry.name, entry.read_bytes())
    for folder in folders:
        files = sorted(folder.glob("*.toml"))
        if not folder.is_dir():
            raise ConfigError("no such folder of profiles", path=str(folder))
        for path in files:
            _add(known, str(path), path.read_bytes())
    return Profiles(known.values())


def _add(known: dict[str, Profile], path: str, data: bytes) -> None:
    name = Path(path).stem
    try:
        table = {"name": name, **tomllib.loads(data.decode("utf-8"))}
        profile = msgspec.convert(table, Profile)
        check(profile)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError, re.error) as error:
        raise ConfigError(f"not a site profile: {error}", path=path) from None
    known[name] = _extended(known[name], profile) if profile.extends and name in known else profile


def check(profile: Profile) -> None:
    """Raise ``re.error`` or ``msgspec.ValidationError`` for a pattern that cannot be used."""
    for rule in profile.boilerplate:
        if sum(getattr(rule, kind) is not None for kind in ("line", "head", "tail", "inline")) != 1:
            raise msgspec.ValidationError("a boilerplate entry takes exactly one of line, head, tail, inline")
        _ = rule.pattern
    for pattern in (*profile.bylines, *profile.decoration, *profile.proxies):
        compiled(pattern)


def _extended(base: Profile, over: Profile) -> Profile:
    """A profile with another laid over it: lists and tables are added, single facts replaced when given."""
    merged: dict[str, Any] = {}
    for field in msgspec.structs.fields(Profile):
        old, new = getattr(base, field.name), getattr(over, field.name)
        if isinstance(old, tuple):
            merged[field.name] = old + new
        elif isinstance(old, Mapping):
            merged[field.name] = {**old, **new}
        else:
            merged[field.name] = new if new not in (None, "", False) else old
    return Profile(**merged)
