"""The Typer application, and the arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..version import __version__

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
