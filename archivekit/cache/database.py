"""The database that a cache lies in: SQLite, whole from the moment at which it is there."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

_SCHEMA: Final = 5

_TABLES: Final = """
CREATE TABLE entry (
  key BLOB PRIMARY KEY, source BLOB NOT NULL, document BLOB NOT NULL, conditions BLOB NOT NULL, choices BLOB NOT NULL
);
CREATE INDEX entry_source ON entry (source);
CREATE TABLE record (
  id INTEGER PRIMARY KEY AUTOINCREMENT, entry BLOB NOT NULL, place INTEGER NOT NULL, digest BLOB NOT NULL, marks BLOB NOT NULL,
  card BLOB NOT NULL, UNIQUE (entry, place)
);
CREATE TABLE full_record (id INTEGER PRIMARY KEY, sketch BLOB NOT NULL, line BLOB NOT NULL);
CREATE TABLE rendition (key TEXT PRIMARY KEY, extent BLOB NOT NULL, asset BLOB NOT NULL);
CREATE TABLE volume (key BLOB PRIMARY KEY, facts BLOB NOT NULL);
CREATE TABLE build (number INTEGER PRIMARY KEY);
CREATE TABLE used (kind TEXT, key BLOB, build INTEGER NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
"""
"""``full_record`` is of its own, so that what is asked of all records lies close together; ``used``, so that using what is
large does not write it again."""


def connected(file: Path | None) -> sqlite3.Connection:
    """The database of a cache, made if need be, and begun anew where it is damaged or another version's; without a file, one
    that has no name. Raises sqlite3.Error."""
    try:
        return _open(file)
    except sqlite3.DatabaseError as error:
        if file is None or isinstance(error, sqlite3.OperationalError):
            raise
        remove(file)
        return _open(file)


def _open(file: Path | None) -> sqlite3.Connection:
    if file is None:
        base = sqlite3.connect("")
        base.executescript(f"PRAGMA journal_mode=OFF;PRAGMA synchronous=OFF;{_TABLES}")
        return base
    if not file.exists():
        _create(file)
    base = sqlite3.connect(file, timeout=60)
    base.execute("PRAGMA synchronous=NORMAL")
    if base.execute("PRAGMA user_version").fetchone()[0] != _SCHEMA:
        base.close()
        raise sqlite3.DatabaseError("another version's cache")
    return base


def remove(file: Path) -> None:
    """Remove a database: its log first, for SQLite would take that for a new one's."""
    for name in (f"{file.name}-wal", f"{file.name}-shm", file.name):
        with suppress(FileNotFoundError):
            (file.parent / name).unlink()


def _create(file: Path) -> None:
    """Put an empty cache in place, unless another process is quicker. It gets there whole: of two that make one database
    SQLite turns one away, however long that would wait."""
    new = file.with_name(f"{file.name}.{token_hex(8)}")
    try:
        with closing(sqlite3.connect(new)) as base:
            base.executescript(f"PRAGMA journal_mode=WAL;{_TABLES}PRAGMA user_version={_SCHEMA};")
        try:
            os.link(new, file)
        except FileExistsError:
            pass
        except OSError:  # a file system that has no second names
            new.replace(file)
    finally:
        remove(new)
