"""The commands that read documents and show what they hold."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from ..errors import UsageError
from .app import Cluster, Jobs, Limit, Paths, Quiet, Root, app, processes, profile
from .progress import progress_bar
from .say import complain, tell, warn

if TYPE_CHECKING:
    from ..errors import ArchiveKitError
    from ..model import Article
    from ..readings import Reading


@app.command()
def read(
    paths: Paths,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail a document unless every character of it is accounted for.")
    ] = False,
    limit: Limit = None,
    root: Root = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    quiet: Quiet = False,
) -> None:
    """Print the record of every article as JSON Lines on standard output."""
    from ..model import encode

    def show(reading: "Reading") -> None:
        for article in reading.articles:
            sys.stdout.buffer.write(encode(article) + b"\n")

    _each(paths, root, quiet, show, strict=strict, jobs=jobs, cluster=cluster)


@app.command()
def inspect(
    paths: Paths,
    source: Annotated[
        bool, typer.Option("--source", help="Show the source too, every stretch of it with what speaks of it.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(help="Write the source beside its record to this file, a page for a browser; one document.")
    ] = None,
    limit: Limit = None,
    root: Root = None,
) -> None:
    """Show a record to a person: each field with the bytes it came from, what was removed by which rule, notices."""
    from ..inspect import coloured, describe, stretches

    if html is not None:
        _page(paths, root, html)
        return
    colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    shown: list[str] = []

    def show(reading: "Reading") -> None:
        parts = [describe(article) for article in reading.articles]
        if reading.text is not None:
            attributed = (coloured if colours else stretches)(reading.text, reading.articles)
            parts.append(attributed if source or colours else attributed[attributed.rindex("\naccounted:") + 1 :])
        tell("\n" * bool(shown) + "\n\n".join(parts))
        shown.append(reading.path)

    _each(paths, root, True, show, keep_text=True)


@app.command()
def dupes(paths: Paths, limit: Limit = None, root: Root = None, quiet: Quiet = False) -> None:
    """List versions of one work: records with one address, one text or nearly one. A book prints the one marked ``*``."""
    from ..versions import describe, groups

    failed: list[Reading] = []
    for line in describe(groups(_articles(paths, root, quiet, failed))):
        tell(line)
    raise typer.Exit(3 if failed else 0)


@profile.command()
def suggest(paths: Paths, limit: Limit = None, root: Root = None, quiet: Quiet = False) -> None:
    """Print draft profiles from the lines that many articles of a publisher repeat, for a person to check."""
    from ..suggest import as_toml
    from ..suggest import suggest as run

    failed: list[Reading] = []
    drafts = run(_articles(paths, root, quiet, failed))
    for number, draft in enumerate(drafts):
        tell("\n" * bool(number) + as_toml(draft).rstrip("\n"))
    if not drafts:
        warn("no publisher has three articles or more here")
    raise typer.Exit(3 if failed else 0)


def _articles(paths: list[str], root: Path | None, quiet: bool, failed: "list[Reading]") -> "Iterator[Article]":
    """Every article that can be read, one after the other; documents that cannot be read are named and put in ``failed``.
    Leaves with exit code 1 where none can."""
    from ..readings import read_tree

    good = False
    with progress_bar(quiet or sys.stdout.isatty()) as progress:
        for reading in read_tree(paths, root=root, progress=progress):
            for error in _errors(reading):
                failed.append(reading)
                complain(error)
            good = good or reading.error is None
            yield from reading.articles
    if not good:
        _nothing(failed)


def _page(paths: list[str], root: Path | None, target: Path) -> None:
    """Write the page that shows one document beside its records."""
    from ..files.atomic import Staging
    from ..files.remote import on_this_machine
    from ..inspect.html import as_html
    from ..readings import read_tree

    target = on_this_machine(target, "the page")
    found = list(islice(read_tree(paths, root=root, keep_text=True), 2))
    if len(found) != 1:
        raise UsageError(f"--html shows one document, {'more' if found else 'none'} among the paths given")
    if found[0].error is not None:
        raise found[0].error
    if found[0].text is not None:
        with Staging(target.parent) as staging:
            staging.file(target.name).write_bytes(as_html(found[0].text, found[0].articles).encode("utf-8"))
            staging.commit()
        tell(str(target))
    for error in found[0].damaged:
        complain(error)
    if found[0].damaged:
        raise typer.Exit(3)


def _each(
    paths: list[str],
    root: Path | None,
    quiet: bool,
    show: "Callable[[Reading], None]",
    *,
    strict: bool = False,
    keep_text: bool = False,
    jobs: int | None = 1,
    cluster: str | None = None,
) -> None:
    """Show every document's articles, name every one that failed, and leave with the exit code that says which."""
    from ..readings import read_tree

    good = bad = 0
    with progress_bar(quiet or sys.stdout.isatty()) as progress, processes(jobs, cluster) as workers:
        for reading in read_tree(paths, root=root, strict=strict, keep_text=keep_text, progress=progress, workers=workers):
            for error in _errors(reading):
                bad += 1
                complain(error)
            if reading.error is None:
                good += 1
                show(reading)
    sys.stdout.flush()
    if not good:
        _nothing(bad)
    raise typer.Exit(3 if bad else 0)


def _errors(reading: "Reading") -> "Sequence[ArchiveKitError]":
    """Why a document, or parts of it, could not be read."""
    return reading.damaged if reading.error is None else (reading.error,)


def _nothing(failed: object) -> NoReturn:
    """Leave where nothing was read, and say so unless documents that failed have been named."""
    if not failed:
        warn("no document among the paths given")
    raise typer.Exit(1)
