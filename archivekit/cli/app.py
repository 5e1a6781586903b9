"""The Typer application, and the arguments that several commands share.

In the modules of commands annotations are no strings: Typer asks for every one, and evaluating strings is a tenth of the
time that ``--help`` takes.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..version import __version__
from .say import warn

if TYPE_CHECKING:
    from ..workers import Workers

app = typer.Typer(
    name="archivekit",
    help="Article dumps in; one canonical, traceable record per article out, printed as EPUB, PDF and JSON Lines.",
    epilog="Exit codes: 0 all well; 1 nothing was built or read; 2 wrong usage; 3 done, but some files are quarantined; "
    "30 verify has findings.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

profile = typer.Typer(help="Site profiles: facts about one publisher, as data.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(profile, name="profile")

Paths = Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders, patterns, or - for standard input.")]
Root = Annotated[
    Path | None,
    typer.Option(help="Folder that record paths are relative to and images are looked for in [default: what holds all paths]."),
]


def _limit(settings: list[str] | None) -> None:
    """Limits hold in this process and in those it starts."""
    from ..limits import VARIABLE, parsed

    if settings:
        said = [*os.environ.get(VARIABLE, "").split(), *settings]
        parsed(said)
        os.environ[VARIABLE] = " ".join(said)


Limit = Annotated[
    list[str] | None,
    typer.Option(
        "--limit", metavar="KEY=N", callback=_limit, help="Raise or lower a limit, such as document_bytes=64000000; repeat it."
    ),
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, help="Processes to work in at once [default: one for each processor].")
]
Cluster = Annotated[
    str | None,
    typer.Option("--workers", metavar="dask://HOST:PORT", help="A Dask cluster to work on, instead of this machine."),
]
CacheFolder = Annotated[
    Path | None,
    typer.Option("--cache", metavar="DIR", help="Folder of the cache [default: ARCHIVEKIT_CACHE, or the user's cache folder]."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing on standard error but errors.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"archivekit {__version__}")
        raise typer.Exit


@app.callback()
def _archivekit(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Only what holds for every command."""


@contextmanager
def processes(jobs: int | None, cluster: str | None = None) -> "Iterator[Workers | None]":
    """A cluster, or processes of this machine, to work in; None where one process is enough, which is this one."""
    from ..workers import Processes

    if cluster is not None:
        from ..workers.cluster import connect

        with connect(cluster) as there:
            yield there
        return
    count = jobs or os.cpu_count() or 1
    if count == 1:
        yield None
        return
    with closing(Processes(count)) as workers:
        yield workers


def cache_folder(named: Path | None) -> Path | None:
    """The folder of the cache that is named, or else the user's; None where the user wants none or it cannot be written."""
    from ..cache import VARIABLE, default_folder, is_usable
    from ..files.remote import on_this_machine

    folder = named if named is not None else default_folder()
    if folder is None:
        if VARIABLE not in os.environ:
            warn("no cache is used: there is no home folder")
        return None
    folder = on_this_machine(folder, "the cache")
    if named is None and not is_usable(folder):
        warn(f"no cache is used: {folder} cannot be written")
        return None
    return folder
