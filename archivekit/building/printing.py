"""Printing: an arrangement in every format that is asked for, volume by volume; a volume that has not changed is kept."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from .. import report as reports
from .. import software
from ..archive import volumes
from ..archive.arrangement import Arrangement, Numbered, Part
from ..archive.bundle import Bundle
from ..cache import Cache, decoded
from ..config import Settings
from ..files import sums
from ..files.atomic import Staging
from ..model import Notice
from ..readings import Progress
from ..workers import Workers
from ..writers import Books, BookWriter, Printer, RecordWriter
from ..writers.fonts import faces
from .originals import Originals


class Volume(NamedTuple):
    """One output file of a format."""

    name: str
    part: Part | None
    key: bytes
    """What changes when anything in the file does."""


class _Known(msgspec.Struct, frozen=True):
    """What the cache knows of a volume."""

    sha256: str
    notices: tuple[Notice, ...]


class Press:
    """Prints one arrangement into a staging folder."""

    def __init__(
        self,
        arrangement: Arrangement,
        settings: Settings,
        staging: Staging,
        cache: Cache,
        workers: Workers | None,
        originals: Originals | None = None,
    ) -> None:
        self._arrangement = arrangement
        self._settings = settings
        self._staging = staging
        self._cache = cache
        self._workers = workers
        self._originals = originals

    def outputs(self, format: str, printer: Printer, progress: Progress | None) -> Iterator[reports.Output]:
        """Every file of a format, in order, as it is made."""
        if isinstance(printer, RecordWriter):
            yield from self._records(format, printer, progress)
        else:
            yield from self._books(format, printer, progress)

    def _records(self, format: str, printer: RecordWriter, progress: Progress | None) -> Iterator[reports.Output]:
        files = printer.files(lambda: map(len, self._arrangement.lines()), self._settings)
        lines = self._arrangement.lines()
        for done, file in enumerate(files):
            if progress is not None:
                progress(format, done, len(files))
            with sums.written(self._staging.file(file.name)) as target:
                notices = printer.write_lines(islice(lines, file.records), target.stream, self._settings)
            yield reports.output(file.name, target.sums, notices)
        if progress is not None:
            progress(format, len(files), len(files))

    def _books(self, format: str, printer: BookWriter, progress: Progress | None) -> Iterator[reports.Output]:
        parts = volumes.of_format(self._arrangement, format, self._settings)
        keys = self._keys(format, parts)
        made = [
            Volume(volumes.file_name(self._settings, format, part), part, key) for part, key in zip(parts, keys, strict=True)
        ]
        kept = [self._kept(volume) for volume in made]
        targets = [self._staging.file(volume.name) for volume in made]
        new = [(volume.part, target) for volume, target, old in zip(made, targets, kept, strict=True) if old is None]
        jobs: Books = [(self._bundled(format, part), target) for part, target in new]
        notices = printer.write_series(jobs, self._settings, self._workers)
        for done, (volume, target, old) in enumerate(zip(made, targets, kept, strict=True)):
            if progress is not None:
                progress(format, done, len(made))
            yield self._placed(volume, target, old) if old is not None else self._new(volume, target, next(notices))
        if progress is not None:
            progress(format, len(made), len(made))

    def _bundled(self, format: str, part: Part | None) -> Callable[[], Bundle]:
        if self._originals is None or format != "pdf":
            return lambda: self._arrangement.bundle(part)
        originals = self._originals
        return lambda: originals.beside(self._arrangement.bundle(part))

    def _new(self, volume: Volume, target: Path, notices: tuple[Notice, ...]) -> reports.Output:
        output = reports.output(volume.name, sums.of(target), notices)
        if self._cache.lasting:
            self._cache.put_volume(volume.key, msgspec.msgpack.encode(_Known(output.sha256, notices)))
        return output

    def _kept(self, volume: Volume) -> reports.Output | None:
        """What the report says of the file that is there, if it is what would be made again."""
        facts = self._cache.volume(volume.key) if self._cache.lasting else None
        there = self._staging.folder / volume.name
        if facts is None or not there.is_file() or there.is_symlink():
            return None
        known = decoded(facts, _Known)
        output = reports.output(volume.name, sums.of(there), known.notices)
        return output if output.sha256 == known.sha256 else None

    def _placed(self, volume: Volume, target: Path, output: reports.Output) -> reports.Output:
        there = self._staging.folder / volume.name
        try:
            os.link(there, target)
        except OSError:
            shutil.copyfile(there, target)
        return output

    # --- what a volume depends on -------------------------------------------------------------------------------

    def _keys(self, format: str, parts: Sequence[Part | None]) -> list[bytes]:
        """Of each volume. Where page numbers run through a set, each depends on all."""
        if not self._cache.lasting:
            return [b""] * len(parts)
        common = hashlib.sha256(self._common(format))
        own = [self._digest(part.groups if part is not None else self._arrangement.groups) for part in parts]
        if self._settings.numbering == "series":
            own = [hashlib.sha256(b"".join(own)).digest() + digest for digest in own]
        keys = []
        for part, digest in zip(parts, own, strict=True):
            key = common.copy()
            key.update(digest)
            if part is not None:
                key.update(f"\n{part.number} {self._arrangement.series}\n".encode())
                for groups in part.series:
                    key.update(self._digest(groups))
            keys.append(key.digest())
        return keys

    def _common(self, format: str) -> bytes:
        """What every volume of a format depends on."""
        whole = self._arrangement
        facts = (
            format,
            self._settings,
            whole.title,
            whole.subtitle,
            whole.language,
            whole.cover_text,
            whole.epoch,
            whole.dress,
        )
        return software.digest() + faces().encode() + msgspec.msgpack.encode(facts)

    def _digest(self, groups: Sequence[Numbered]) -> bytes:
        shelf = self._arrangement.shelf
        digest = hashlib.sha256()
        for group in groups:
            digest.update(b"\n" + group.title.encode("utf-8", "surrogatepass") + b"\n")
            for number in group.numbers:
                for record in (number, *self._arrangement.versions.get(number, ())):
                    digest.update(shelf.digest(record))
                    digest.update(b"".join(b"1" if shelf.extent(image) else b"0" for image in shelf.images(record)))
                digest.update(b".")
        return digest.digest()
