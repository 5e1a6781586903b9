"""The exceptions archivekit raises, and the exit code each stands for.

::

    ArchiveKitError                1
    ├── SourceError                1   one input file cannot be read; it is quarantined and the rest goes on
    │   ├── EmptySourceError           nothing but white space in it
    │   ├── BinarySourceError          not text in any encoding that is known
    │   ├── SourceTooLargeError        more bytes than the limit (document_bytes)
    │   │   └── RecordsTooLargeError   more bytes than the limit for an archive of records (records_bytes)
    │   ├── UnreadableSourceError      the operating system refused
    │   ├── ChangedSourceError         something else writes to it while it is read
    │   ├── UnknownFormatError         no reader recognises it
    │   ├── UnaccountedTextError       read, but not every character of it is in the record; only where that is asked for
    │   ├── MarkupLimitError           markup goes past a limit
    │   │   ├── NestingLimitError      nested deeper than the limit (depth)
    │   │   ├── PieceLimitError        made of more pieces than the limit (pieces)
    │   │   └── FrontMatterLimitError  front matter longer than the limit (front_matter_characters)
    │   ├── LostProcessError       the process that read it died, twice
    │   └── InternalError              archivekit failed on it: a bug, worth reporting
    ├── RecordError                1   a JSON Lines record that does not fit the schema
    ├── ConfigError                2   archivekit.toml or a site profile says something that cannot be meant
    ├── UsageError                 2   an argument that cannot be meant
    ├── TooManyFilesError          1   more files in the folders that are read than the limit (files)
    ├── NothingToBuildError        1   no readable article among the sources
    ├── TooManyFailuresError       1   more files cannot be read than the build was told to bear
    ├── BookError                  1   a file that should hold records does not give them back
    │   └── BookTooLargeError          it unpacks to more bytes than the limit (book_bytes)
    ├── OutputError                1   an output cannot be written; earlier outputs are untouched
    │   └── FolderInUseError           another process is writing into the folder
    ├── CacheError                 1   the cache cannot be used
    └── MissingRequirementError    1   something the machine lacks: a font, a system library

The limits, by the names in brackets, are those of ``archivekit.limits``; each message says how to raise them.
"""

from __future__ import annotations

from typing import ClassVar


class ArchiveKitError(Exception):
    """Anything archivekit raises on purpose. ``path`` and ``offset`` (bytes) say where, when that is known."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, path: str | None = None, offset: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.offset = offset

    def __str__(self) -> str:
        where = self.path or ""
        if self.offset is not None:
            where += f"@{self.offset}"
        return f"{where}: {self.message}" if where else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.path, self.offset)


def _rebuild(kind: type[ArchiveKitError], message: str, path: str | None, offset: int | None) -> ArchiveKitError:
    return kind(message, path=path, offset=offset)


class SourceError(ArchiveKitError):
    """One input file cannot be read."""


class EmptySourceError(SourceError):
    """The file holds nothing but white space."""


class BinarySourceError(SourceError):
    """The bytes are not text in any encoding archivekit knows."""


class SourceTooLargeError(SourceError):
    """The file has more bytes than the limit allows."""


class RecordsTooLargeError(SourceTooLargeError):
    """An archive of records has more bytes than the limit allows."""


class UnreadableSourceError(SourceError):
    """The operating system would not give the bytes."""


class ChangedSourceError(SourceError):
    """The file was written to while it was read, again and again."""


class UnknownFormatError(SourceError):
    """No reader recognises the file."""


class MarkupLimitError(SourceError):
    """The markup goes past a limit."""


class NestingLimitError(MarkupLimitError):
    """The markup is nested deeper than the limit."""


class PieceLimitError(MarkupLimitError):
    """The markup is made of more pieces than the limit."""


class FrontMatterLimitError(MarkupLimitError):
    """The front matter is longer than the limit."""


class UnaccountedTextError(SourceError):
    """Not every visible character of the file is in its records, or a record says what the file does not bear out."""


class LostProcessError(SourceError):
    """The process that read a document died; the document may need more memory than there is."""


class InternalError(SourceError):
    """Archivekit failed on the file with an exception it does not raise on purpose: a bug, worth reporting."""


class RecordError(ArchiveKitError):
    """A JSON Lines record does not fit the schema."""


class ConfigError(ArchiveKitError):
    """A configuration file or a site profile cannot be understood."""

    exit_code = 2


class UsageError(ArchiveKitError):
    """An argument cannot be understood."""

    exit_code = 2


class TooManyFilesError(ArchiveKitError):
    """There are more files in the folders that are read than the limit."""


class NothingToBuildError(ArchiveKitError):
    """There is no readable article among the sources."""


class TooManyFailuresError(ArchiveKitError):
    """More files cannot be read than the build was told to bear."""


class BookError(ArchiveKitError):
    """A file that should hold records, an EPUB, a PDF, JSON Lines or a report, does not give them back."""


class BookTooLargeError(BookError):
    """A book unpacks to more bytes than the limit."""


class OutputError(ArchiveKitError):
    """An output cannot be written."""


class FolderInUseError(OutputError):
    """Another process is writing into the folder."""


class CacheError(ArchiveKitError):
    """The cache cannot be written or read, or was cleared while it was used."""


class MissingRequirementError(ArchiveKitError):
    """The machine lacks something archivekit needs, such as a font."""
