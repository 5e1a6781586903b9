"""Writers: each knows one container and turns a bundle, or records, into a file.

A writer of books is a module with ``write(bundle, target, settings)``, which writes the whole file to ``target``, a path
the pipeline moves into place afterwards; a writer of records one with ``write_lines(lines, out, settings)``, where lines
are records as JSON without newlines, in order, and are read once, and ``out`` is a stream, to which the file is written from
its beginning to its end. Either returns Notices about what it could not print as it was, opens no socket and gives the
same bytes for the same input. A writer of records that makes more than one file
has ``files(sizes, settings)``, which says what is in each. A writer of books that can do better with all volumes of a set
at hand has ``write_series(books, settings, workers)``; a job that other processes are given says in ``target`` which file
it writes. Modules are imported when first used: WeasyPrint and EbookLib are heavy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, TypeVar, cast

from ..archive.bundle import Bundle
from ..config import Settings
from ..errors import OutputError, UsageError
from ..model import Notice
from ..workers import Lost, Workers, each

_R = TypeVar("_R")

Write = Callable[[Bundle, Path, Settings], tuple[Notice, ...]]
Books = Sequence[tuple[Callable[[], Bundle], Path]]
"""The volumes of a set, each made when it is called for, and where it goes."""

BOOKS: Final = {"epub": "epub", "pdf": "pdf"}
RECORDS: Final = {"jsonl": "jsonl", "jsonl.zst": "jsonl_zst", "parquet": "parquet"}
"""Format name (also the file's extension) → module in this package."""


class File(NamedTuple):
    """An output of a format of records: what it is called, and how many it has; all that are left for None."""

    name: str
    records: int | None = None


class RecordWriter(NamedTuple):
    """A format that holds records, one after the other."""

    write_lines: Callable[[Iterable[bytes], BinaryIO, Settings], tuple[Notice, ...]]
    files: Callable[[Callable[[], Iterable[int]], Settings], Sequence[File]]
    """The outputs, in order. The first argument gives the size of every record in bytes, if it is asked."""


class BookWriter(NamedTuple):
    """A format that people read."""

    write: Write
    write_series: Callable[[Books, Settings, Workers | None], Iterator[tuple[Notice, ...]]]
    """Write every volume of a set to its file, in order; gives the Notices of each."""


Printer = RecordWriter | BookWriter


def writer(name: str) -> Printer:
    """The writer of a format; raises UsageError for an unknown one."""
    if name in RECORDS:
        holder: Any = import_module(f".{RECORDS[name]}", __package__)
        return RecordWriter(holder.write_lines, getattr(holder, "files", partial(_one_file, name)))
    if name not in BOOKS:
        raise UsageError(f"unknown format {name!r}; known are {', '.join(sorted({**BOOKS, **RECORDS}))}")
    module: Any = import_module(f".{BOOKS[name]}", __package__)
    write = cast(Write, module.write)
    return BookWriter(write, getattr(module, "write_series", partial(_one_by_one, write)))


def format_of(name: str) -> str:
    """The format that the name of a file ends in, the longest that does; raises UsageError for a name that ends in none."""
    known = sorted({**BOOKS, **RECORDS})
    fitting = [format for format in known if name.endswith(f".{format}")]
    if not fitting:
        raise UsageError(f"unknown format of {name!r}; names end in {', '.join(f'.{format}' for format in known)}")
    return max(fitting, key=len)


def _one_file(format: str, sizes: Callable[[], Iterable[int]], settings: Settings) -> Sequence[File]:
    return (File(f"{settings.name}.{format}"),)


class Job(NamedTuple):
    """A volume to be written."""

    bundle: Bundle
    target: Path
    settings: Settings


def _one_by_one(write: Write, books: Books, settings: Settings, workers: Workers | None) -> Iterator[tuple[Notice, ...]]:
    jobs = ((target.name, Job(bundle(), target, settings)) for bundle, target in books)
    return arrived(each(partial(_write, write), jobs, workers if len(books) > 1 else None))


def _write(write: Write, job: Job) -> tuple[Notice, ...]:
    return write(*job)


def arrived(results: Iterable[_R | Lost]) -> Iterator[_R]:
    """What was made of each volume; raises OutputError where the process that worked on one died."""
    for result in results:
        if isinstance(result, Lost):
            raise OutputError(f"{result.name}: the process that worked on it died; it may have run out of memory")
        yield result
