"""Site profiles: facts about one publisher, as data. Loading them, and finding the one that fits an article.

The format is documented in ``docs/profiles.md``. A profile of the user's own replaces a built-in one of the same
name, or extends it when it says ``extends = true``. ``outlets.toml`` lists publishers of which nothing but names,
hosts and time zone need be said, a table each; a file of its own takes the place of such a table.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib import resources
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from ..errors import ConfigError
from ..leaves import words
from ..model import Article
from ..profile import Profile, Signals, compiled, fold

LISTED = "outlets.toml"
"""The file, among built-in profiles and in a folder of the user's, whose every table is a profile."""
_FEED = re.compile(r"\s+[-–—|｜·]\s+|[|｜]")
_LONGEST_HOST = 253
"""Characters of a host's name (RFC 1035, 3.1)."""
HEAD, TAIL = 6, 16
"""How many blocks at the start and at the end of an article are looked at for signs."""


class Profiles:
    """All profiles that are known, and what is common to all publishers."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self.by_name = {profile.name: profile for profile in sorted(profiles, key=lambda p: p.name)}

    @property
    def common(self) -> Profile:
        """The profile named ``common``, which applies to every article."""
        return self.by_name.get("common", Profile(name="common"))

    @cached_property
    def digest(self) -> str:
        """What changes when any profile does."""
        return digest(tuple(self.by_name.values()))

    @cached_property
    def digests(self) -> dict[str, str]:
        """What changes when a profile does, by its name."""
        return {name: digest(profile) for name, profile in self.by_name.items()}

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
        ordered = sorted(self.by_name.values(), key=lambda profile: profile.publisher is None)
        return [(sign, profile) for profile in ordered for sign in profile.signs]

    def by_host(self, url: str | None) -> Profile | None:
        """The profile for an address: the longest host and path that fit."""
        if not url:
            return None
        try:
            parts = urlsplit(self._behind(url))
        except ValueError:
            return None
        host = (parts.hostname or "")[-_LONGEST_HOST:].removeprefix("www.")
        steps = [step for step in parts.path.split("/") if step][:4]
        while host:
            for count in range(len(steps), -1, -1):
                for path in _spellings(steps[:count]):
                    found = self._hosts.get("/".join((host, *path)))
                    if found is not None:
                        return found
            host = host.partition(".")[2]
        return None

    def _behind(self, url: str) -> str:
        """The address that an archive's or a proxy's address holds, else the address itself."""
        for pattern in self.common.proxies:
            match = compiled(pattern).search(url)
            if match is not None and re.match(r"https?(?::|%3a)", match.group("url"), re.I):
                return unquote(match.group("url"))
        return url

    def by_spelling(self, name: str) -> Profile | None:
        """The profile that goes by this name, or by what stands before the name of a feed (``… - 新闻``)."""
        return self._names.get(fold(name)) or self._names.get(fold(_FEED.split(name, maxsplit=1)[0]))

    def by_sign(self, text: str) -> Profile | None:
        """The profile that a sign in the text gives away; a publisher goes before a platform."""
        return next((profile for sign, profile in self._signs if sign in text), None)


def digest(facts: Profile | tuple[Profile, ...]) -> str:
    """The sha256 of facts."""
    return hashlib.sha256(msgspec.msgpack.encode(facts, order="deterministic")).hexdigest()


def _spellings(steps: list[str]) -> Iterable[tuple[str, ...]]:
    """A path as it is, then with ``*`` for ever more of its steps."""
    return sorted(product(*((step, "*") for step in steps)), key=lambda path: path.count("*"))


def signals(article: Article) -> Signals:
    """What of an article a profile is chosen by."""
    names = []
    for key in ("author", "source", "publisher", "site"):
        value = (article.publisher if key == "publisher" else None) or article.extra.get(key, "")
        if isinstance(value, str) and value:
            names.append(value)
    ends = [*article.body[:HEAD], *article.body[HEAD:][-TAIL:]]
    return Signals(article.url or "", tuple(names), "\n".join(words(block) for block in ends))


def match(told: Signals, profiles: Profiles) -> Profile | None:
    """The profile that fits: by address, by the name in the front matter, by a sign in the text; else None.

    A platform found by its address gives way to a publisher on it that a name or a sign tells of.
    """
    found = profiles.by_host(told.url)
    if found is None:
        return _by_words(told, profiles)
    if found.platform:
        account = _by_words(told, profiles)
        return account if account is not None and account.on == found.name else found
    return found


def _by_words(told: Signals, profiles: Profiles) -> Profile | None:
    for name in told.names:
        found = profiles.by_spelling(name)
        if found is not None:
            return found
    return profiles.by_sign(told.text)


def load_profiles(folders: Iterable[Path] = ()) -> Profiles:
    """The built-in profiles with those of the folders over them; raises ConfigError with file and reason. What is built in
    is checked by the tests, for to check it takes longer than to load it."""
    known: dict[str, Profile] = {}
    own = [entry for entry in resources.files(__package__).iterdir() if entry.name.endswith(".toml")]
    _add_all(known, [(entry.name, entry.read_bytes()) for entry in own], checked=True)
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError("no such folder of profiles", path=str(folder))
        _add_all(known, [(str(path), _bytes(path)) for path in folder.glob("*.toml")], checked=False)
    return Profiles(_on_platform(profile, known) for profile in known.values())


def _bytes(path: Path) -> bytes:
    """What a profile's file holds; raises ConfigError for what is no file, or cannot be read."""
    if not path.is_file():
        raise ConfigError("not a site profile: it is no file", path=str(path))
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"not a site profile: {error.strerror or error}", path=str(path)) from None


def _add_all(known: dict[str, Profile], files: list[tuple[str, bytes]], *, checked: bool) -> None:
    """Add the profiles of one folder: those of the list first, so that a file of its own takes a table's place."""
    for path, data in sorted(files, key=lambda file: (Path(file[0]).name != LISTED, file[0])):
        try:
            table = tomllib.loads(data.decode("utf-8"))
            profiles = _profiles(Path(path).stem, table, listed=Path(path).name == LISTED)
            for profile in () if checked else profiles:
                check(profile)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError, re.error) as error:
            raise ConfigError(f"not a site profile: {error}", path=path) from None
        for profile in profiles:
            old = known.get(profile.name)
            known[profile.name] = _extended(old, profile) if profile.extends and old is not None else profile


def _profiles(stem: str, table: dict[str, Any], *, listed: bool) -> list[Profile]:
    tables = table if listed else {stem: table}
    if any("name" in facts for facts in tables.values() if isinstance(facts, dict)):
        raise msgspec.ValidationError("a profile is named by its file or table, not by a key 'name'")
    return [msgspec.convert({"name": name, **_mapping(facts)}, Profile) for name, facts in tables.items()]


def _mapping(facts: Any) -> dict[str, Any]:
    if not isinstance(facts, dict):
        raise msgspec.ValidationError("every entry of a list of profiles is a table")
    return facts


def _on_platform(profile: Profile, known: Mapping[str, Profile]) -> Profile:
    """A profile with the facts of its platform below its own."""
    platform = known.get(profile.on)
    if not profile.on:
        return profile
    if platform is None or platform.on:
        raise ConfigError(f"the profile {profile.name!r} is on {profile.on!r}, which is no platform that is known")
    shared = msgspec.structs.replace(platform, hosts=(), names=(), signs=(), publisher=None, platform=False)
    return _extended(shared, profile)


def check(profile: Profile) -> None:
    """Raise ``re.error`` or ``msgspec.ValidationError`` for a pattern that cannot be used."""
    if profile.timezone is not None:
        try:
            ZoneInfo(profile.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise msgspec.ValidationError(f"no such time zone: {profile.timezone!r}") from None
    for rule in profile.boilerplate:
        if sum(getattr(rule, kind) is not None for kind in ("line", "head", "tail", "inline")) != 1:
            raise msgspec.ValidationError("a boilerplate entry takes exactly one of line, head, tail, inline")
        _ = rule.pattern
    single = [profile.title_source] if profile.title_source else []
    for pattern in (*profile.bylines, *profile.captions, *profile.title_suffix, *single, *profile.decoration, *profile.proxies):
        compiled(pattern)
    for pattern, group in (
        *((p, "name") for p in profile.bylines),
        *((p, "via") for p in single),
        *((p, "url") for p in profile.proxies),
    ):
        if group not in compiled(pattern).groupindex:
            raise msgspec.ValidationError(f"the pattern {pattern!r} has no group {group!r}")


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
