"""Settings of a build: the command line over ``archivekit.toml`` over the defaults."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args, get_type_hints

import msgspec

from .errors import ConfigError, UsageError
from .files.within import is_within
from .limits import DEFAULT, KEYS, Limits, ambient
from .limits import checked as checked_limits
from .paper import paper

FILE_NAME = "archivekit.toml"
"""The settings file of a corpus, looked for in the folder that is read."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a build can be told. Field names are the keys of ``archivekit.toml``."""

    name: str = "archive"
    """The stem of every output file."""
    title: str | None = None
    """Of the bundle; None takes it from the folder's name."""
    subtitle: str | None = None
    language: str | None = None
    """BCP 47 tag of the furniture (contents, colophon); None takes the commonest language of the articles."""
    cover_text: str | None = None
    """A line or two for the cover, below the title."""
    order: Literal["date", "title", "path"] = "date"
    group: Literal["publisher", "month", "category", "none"] = "publisher"
    formats: tuple[str, ...] = ("epub", "pdf", "jsonl")
    page: str = "a5"
    """Of the PDF: a4, a5, b5, 6x9in, or a size such as 170x240mm."""
    print_ready: bool = False
    """Whether the PDF is for a printing press: four colours, crop marks, parts that open on the right."""
    qr: bool = True
    """Whether the PDF has a QR code of each article's address."""
    attach_sources: bool = False
    """Whether the files the articles were read from are attached to the PDF."""
    numbering: Literal["volume", "series"] = "volume"
    """Whether the page numbers of a PDF begin anew in each volume or run through the set."""
    static: tuple[str, ...] = ()
    """Folders, relative to the corpus, in which root-relative image addresses are looked up."""
    profiles: tuple[str, ...] = ()
    """Folders, relative to the corpus, that hold further site profiles; they come before the built-in ones."""
    store: str | None = None
    """Folder, relative to the corpus, of the images that ``archivekit fetch`` got."""
    images: Literal["full", "ereader", "grey", "none"] = "full"
    """How the EPUB and the PDF carry images: as they are, small enough for an e-ink screen, so and without colour, not
    at all."""
    cover: str | None = None
    """An image for the cover of the EPUB, in the corpus or the current folder; None draws one."""
    css: str | None = None
    """A style sheet for the EPUB, in the corpus or the current folder, that comes after the built-in one."""
    embed_fonts: bool = False
    """Whether the EPUB brings the Chinese, Japanese and Korean glyphs it needs."""
    volume_articles: int = 1000
    """The most articles in an EPUB or PDF; with more it becomes several volumes. 0 is no limit."""
    volume_mb: int = 200
    """About the most an EPUB takes, in millions of bytes. 0 is no limit."""
    volume_pages: int = 800
    """About the most pages of a PDF; a page takes some 0.8 MB of memory to set. 0 is no limit."""
    shards: int = 0
    """How many files of compressed JSON Lines; 0 is as many as ``shard_mb`` asks for."""
    shard_mb: int = 256
    """About the most records in one of them, in millions of bytes before they are compressed. 0 is no limit."""
    limits: Limits = DEFAULT
    """How large, deep and many anything may be; see ``archivekit.limits``."""


_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_NAME = re.compile(r"[^\s./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,99}")


def load_settings(root: Path | None, given: Settings | Mapping[str, object] | None = None) -> Settings:
    """The settings that hold for the corpus at ``root``: those ``given``, or the archivekit.toml there, if it has one, under
    a mapping of some of its keys.

    The limits of the file are those of ``limits.ambient()``, each lowered where it says so. Raises ConfigError when the file
    cannot be read or says what cannot be meant, UsageError when what is given or the environment does.
    """
    if isinstance(given, Settings):
        return checked(given)
    if not isinstance(given, Mapping | None):
        raise UsageError(f"settings are a Settings or a mapping of its keys, not {type(given).__name__}")
    base = _from_file(root / FILE_NAME) if root is not None else {}
    limits = ambient()
    lowered = _limits(base.pop("limits", {}), limits)
    return checked(_converted({**base, "limits": limits.within(lowered), **(given or {})}))


def checked(settings: Settings) -> Settings:
    """The same settings, each value of the type it is to be: a tuple for a list, a string for a path. Raises UsageError
    for a value that cannot be made so, or that is so and yet cannot be meant."""
    settings = _converted(msgspec.structs.asdict(settings))
    if not _NAME.fullmatch(settings.name):
        raise UsageError(f"name {settings.name!r} cannot be the stem of a file: no slash, no leading dot, 1 to 100 characters")
    if settings.language is not None and not _LANGUAGE.fullmatch(settings.language):
        raise UsageError(f"language {settings.language!r} is not a BCP 47 tag such as zh-Hans or en")
    paper(settings.page)
    checked_limits(msgspec.structs.asdict(settings.limits))
    if not settings.formats:
        raise UsageError("no output format is asked for")
    for key in ("volume_articles", "volume_mb", "volume_pages", "shards", "shard_mb"):
        most = getattr(settings, key)
        if most < 0:
            raise UsageError(f"{key} is {most}: give a number from 1, or 0 for no limit")
    stores = (settings.store,) if settings.store is not None else ()
    for key, folders in (("static", settings.static), ("profiles", settings.profiles), ("store", stores)):
        for folder in folders:
            if Path(folder).is_absolute() or ".." in Path(folder).parts:
                raise UsageError(f"{key} folder {folder!r} is not inside the corpus")
    return settings


def _converted(values: Mapping[str, object]) -> Settings:
    """Settings of some keys and their values; raises UsageError for one that is unknown or of the wrong type."""
    for key, value in values.items():
        if unknown := _unknown(key):
            raise UsageError(unknown)
        if not _is_unicode(value):
            raise UsageError(f"{key}: {value!r} is not Unicode")
    try:
        return msgspec.convert(_builtin(values), Settings)
    except msgspec.ValidationError as error:
        raise UsageError(_plain(error)) from None


def _is_unicode(value: object) -> bool:
    """Whether a value has no bytes in it that are not UTF-8, which the system gives as lone surrogates."""
    if isinstance(value, list | tuple):
        return all(map(_is_unicode, value))
    text = str(value) if isinstance(value, str | os.PathLike) else ""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _builtin(value: object) -> object:
    """A value as ``msgspec.convert`` looks into it: structs as mappings, paths as strings."""
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    if isinstance(value, Mapping):
        return {key: _builtin(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_builtin(one) for one in value]
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _unknown(key: object, where: str = "") -> str:
    """What is said of a key that there is not; empty for one that there is."""
    known = Settings.__struct_fields__
    if key in known:
        return ""
    near = difflib.get_close_matches(str(key), known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
    return f"unknown key {key!r}{where}; {hint}"


def _from_file(path: Path) -> dict[str, object]:
    """The keys of an archivekit.toml, each known and of the right type; empty when there is no such file."""
    shown = str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", path=shown) from None
    try:
        values = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"is not TOML: {error}", path=shown) from None
    for key, value in values.items():
        where = _line(text, key)
        if unknown := _unknown(key, where):
            raise ConfigError(unknown, path=shown)
        try:
            given = msgspec.convert({key: value}, Settings)
            checked(given)
            if key == "limits":
                _limits(value, ambient())
            _inside(path.parent, key, getattr(given, key))
        except msgspec.ValidationError as error:
            raise ConfigError(f"{_plain(error)}{where}", path=shown) from None
        except UsageError as error:
            raise ConfigError(f"{error}{where}", path=shown) from None
    return values


def _limits(table: object, most: Limits) -> Limits:
    """The limits of an archivekit.toml; raises UsageError for one that would raise what holds without it."""
    values = msgspec.convert(table, dict[str, int])
    for key, value in values.items():
        if value > max(getattr(most, key), getattr(DEFAULT, key)):
            raise UsageError(
                f"limits.{key} is {value}: this file, which comes with the corpus, may only lower a limit;"
                f" --limit {key}={value} raises it"
            )
    return Limits(**{key: values.get(key, getattr(most, key)) for key in KEYS})


def _inside(root: Path, key: str, value: object) -> None:
    """Raise UsageError when a file or folder that an archivekit.toml names is outside of the corpus, be it through a link."""
    if key in ("cover", "css") and isinstance(value, str) and (Path(value).is_absolute() or ".." in Path(value).parts):
        raise UsageError(f"{key} file {value!r} is not inside the corpus")
    if key in ("cover", "css", "store", "static", "profiles"):
        for name in value if isinstance(value, tuple) else (value,):
            if os.path.lexists(root / str(name)) and not is_within(root / str(name), root):
                raise UsageError(f"{key} {name!r} leads out of the corpus")


def _line(text: str, key: str) -> str:
    """Where a key stands, for a message."""
    pattern = re.compile(rf"""^\s*\[*\s*["']?{re.escape(key)}["']?\s*[=.\]]""")
    for number, line in enumerate(text.split("\n"), 1):
        if pattern.match(line):
            return f" (line {number})"
    return ""


def _plain(error: msgspec.ValidationError) -> str:
    """``Expected `str`, got `int` - at `$.title``` as ``title: expected `str`, got `int```."""
    what, _, where = str(error).partition(" - at `$.")
    key = where.rstrip("`").partition("[")[0]
    choices = [str(choice) for choice in get_args(get_type_hints(Settings).get(key))]
    if what.startswith("Invalid enum value"):
        what = f"{what.removeprefix('Invalid enum value ')} is not one of {', '.join(choices)}"
    return f"{where.rstrip('`')}: {what[:1].lower()}{what[1:]}" if where else what
