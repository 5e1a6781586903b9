"""The commands that check, take apart and pack what was built, and those that list what there is."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..terminal import count
from .app import CacheFolder, Limit, app, cache_folder
from .say import size, tell


@app.command()
def verify(
    dist: Annotated[Path, typer.Argument(help="Folder with the outputs and their report.")] = Path("dist"),
    sources: Annotated[Path | None, typer.Option(help="The folder that was read, to derive every record from again.")] = None,
    store: Annotated[Path | None, typer.Option(help="The folder of fetched images that the build had.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was checked and found as JSON.")] = False,
    limit: Limit = None,
) -> None:
    """Hold outputs against their report, one another and the sources. Writes nothing; exit code 30 says it found something."""
    from ..files.remote import address_of
    from ..verify import describe, encode
    from ..verify import verify as check

    verification = check(dist, sources=sources, store=store)
    tell(encode(verification) if as_json else describe(verification, address_of(dist) or str(dist)))
    raise typer.Exit(verification.exit_code)


@app.command()
def extract(book: Annotated[Path, typer.Argument(help="An EPUB or a PDF that archivekit made.")], limit: Limit = None) -> None:
    """Print the records that a book holds: the bytes of its NAME.jsonl."""
    from ..extract import extract as records

    sys.stdout.buffer.write(records(book))


@app.command()
def bag(
    dist: Annotated[Path, typer.Argument(help="Folder with the outputs and their report.")],
    sources: Annotated[Path, typer.Option(help="The folder that was read.")],
    out: Annotated[Path, typer.Option(help="The package, a folder that is not there yet.")],
    limit: Limit = None,
) -> None:
    """Pack outputs, report and sources as a BagIt package."""
    from ..bag import bag as pack

    tell(str(pack(dist, out, sources=sources)))


@app.command()
def cache(
    folder: CacheFolder = None,
    clear: Annotated[bool, typer.Option("--clear", help="Remove everything in it.")] = False,
) -> None:
    """Show what the cache of builds holds, or clear it."""
    from ..cache import VARIABLE, contents
    from ..cache import clear as run

    place = cache_folder(folder)
    if place is None:
        tell(f"no cache: {VARIABLE} says so" if VARIABLE in os.environ else "no cache")
        return
    held = run(place) if clear else contents(place)
    counted = ((held.sources, "source"), (held.records, "record"), (held.images, "image"), (held.volumes, "volume"))
    counts = ", ".join(count(number, thing) for number, thing in counted)
    tell(f"{'cleared ' if clear else ''}{held.file}  {size(held.bytes) if held.bytes else 'empty'}, {counts}")


@app.command()
def readers() -> None:
    """List what can be read, and how each kind is recognised."""
    from ..readers import readers as table

    built_in = list(table())
    width = max(len(reader.name) for reader in built_in)
    for reader in built_in:
        tell(f"{reader.name:<{width}}  {reader.recognised_by}")


@app.command()
def schema() -> None:
    """Print the JSON Schema that every record validates against."""
    import json

    from ..model import json_schema

    tell(json.dumps(json_schema(), ensure_ascii=False, indent=2))
