"""The command line: a command parses, makes one library call, prints, and picks an exit code. Nothing else is here."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from .errors import ArchiveKitError, UsageError
from .terminal import progress_bar
from .version import __version__

if TYPE_CHECKING:
    from .fetch import Fetched
    from .model import Article
    from .pipeline import Reading
    from .report import Report

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


@app.command()
def build(
    context: typer.Context,
    paths: Paths,
    out: Annotated[Path, typer.Option(help="Folder for the outputs.")] = Path("dist"),
    name: Annotated[str | None, typer.Option(help="Stem of every output file.")] = None,
    formats: Annotated[list[str] | None, typer.Option("--format", help="epub, pdf or jsonl; give it several times.")] = None,
    title: Annotated[str | None, typer.Option(help="Of the archive [default: the folder's name].")] = None,
    subtitle: Annotated[str | None, typer.Option(help="Below the title.")] = None,
    language: Annotated[str | None, typer.Option(help="Of contents and colophon: zh-Hans, zh-Hant, en …")] = None,
    cover_text: Annotated[str | None, typer.Option(help="A line or two for the cover.")] = None,
    cover: Annotated[str | None, typer.Option(metavar="FILE", help="A JPEG or PNG for the cover [default: drawn].")] = None,
    css: Annotated[str | None, typer.Option(metavar="FILE", help="A style sheet for the EPUB, after the built-in one.")] = None,
    embed_fonts: Annotated[bool | None, typer.Option("--embed-fonts", help="Put the glyphs it needs into the EPUB.")] = None,
    volume_articles: Annotated[int | None, typer.Option(help="Most articles in a volume; 0 is no limit.")] = None,
    volume_mb: Annotated[int | None, typer.Option(help="Most megabytes of an EPUB, about; 0 is no limit.")] = None,
    volume_pages: Annotated[int | None, typer.Option(help="Most pages of a PDF, about; 0 is no limit.")] = None,
    order: Annotated[str | None, typer.Option(help="date, title or path.")] = None,
    group: Annotated[str | None, typer.Option(help="publisher, month, category or none.")] = None,
    page: Annotated[
        str | None, typer.Option("--page", "--trim", help="Of the PDF: a5, a4, b5, 6x9in, or a size such as 170x240mm.")
    ] = None,
    print_ready: Annotated[
        bool | None, typer.Option("--print", help="A PDF for the press: CMYK, crop marks, addresses as footnotes.")
    ] = None,
    qr: Annotated[bool | None, typer.Option("--qr/--no-qr", help="A QR code of each article's address in the PDF.")] = None,
    numbering: Annotated[str | None, typer.Option(help="Pages of a set of PDFs: by volume, or through the series.")] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Volumes of a PDF laid out at once [default: one for each processor].")
    ] = None,
    static: Annotated[list[str] | None, typer.Option(help="Folder in the corpus for root-relative images.")] = None,
    profiles: Annotated[list[str] | None, typer.Option(help="Folder in the corpus with site profiles.")] = None,
    images: Annotated[str | None, typer.Option(help="full, ereader, grey or none: how EPUB and PDF carry images.")] = None,
    store_folder: Annotated[Path | None, typer.Option("--store", help="Folder of images that fetch got.")] = None,
    corpus: Annotated[Path | None, typer.Option(help="For JSON Lines: the folder the records were read from.")] = None,
    quarantine: Annotated[Path | None, typer.Option(help="Folder for copies of the files that cannot be read.")] = None,
    max_failures: Annotated[int | None, typer.Option(min=0, help="Stop when more files than this cannot be read.")] = None,
    root: Root = None,
    quiet: Quiet = False,
) -> None:
    """Read dumps and print one EPUB, one PDF, one JSON Lines archive and a report."""
    from .pipeline import build as run

    with progress_bar(quiet) as progress:
        report = run(
            paths,
            out,
            _settings(context.params),
            root=root,
            corpus=corpus,
            quarantine=quarantine,
            max_failures=max_failures,
            store=store_folder,
            progress=progress,
            processes=processes or os.cpu_count() or 1,
        )
    _tell(report, out, quiet)
    raise typer.Exit(report.exit_code)


def _settings(params: Mapping[str, object]) -> dict[str, object]:
    """The options that were given, under the settings they stand for."""
    from .config import Settings

    return {key: params[key] for key in Settings.__struct_fields__ if params.get(key) not in (None, [], ())}


@app.command()
def read(
    paths: Paths,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail a document unless every character of it is accounted for.")
    ] = False,
    root: Root = None,
    quiet: Quiet = False,
) -> None:
    """Print the record of every article as JSON Lines on standard output."""
    from .model import encode

    def show(reading: Reading) -> None:
        for article in reading.articles:
            sys.stdout.buffer.write(encode(article) + b"\n")

    _each(paths, root, quiet, show, strict=strict)


@app.command()
def inspect(
    paths: Paths,
    source: Annotated[
        bool, typer.Option("--source", help="Show the source too, every stretch of it with what speaks of it.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(help="Write the source beside its record to this file, a page for a browser; one document.")
    ] = None,
    root: Root = None,
) -> None:
    """Show a record to a person: each field with the bytes it came from, what was removed by which rule, notices."""
    from .inspect import coloured, describe, stretches

    if html is not None:
        _page(paths, root, html)
        return
    colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    shown: list[str] = []

    def show(reading: Reading) -> None:
        parts = [describe(article) for article in reading.articles]
        if reading.text is not None:
            attributed = (coloured if colours else stretches)(reading.text, reading.articles)
            parts.append(attributed if source or colours else attributed[attributed.rindex("\naccounted:") + 1 :])
        _print("\n" * bool(shown) + "\n\n".join(parts))
        shown.append(reading.path)

    _each(paths, root, True, show, keep_text=True)


@app.command()
def dupes(paths: Paths, root: Root = None, quiet: Quiet = False) -> None:
    """List versions of one work: records with one address, one text or nearly one. A book prints the one marked ``*``."""
    from .versions import describe, groups

    failed: list[Reading] = []
    for line in describe(groups(_articles(paths, root, quiet, failed))):
        _print(line)
    raise typer.Exit(3 if failed else 0)


@profile.command()
def suggest(paths: Paths, root: Root = None, quiet: Quiet = False) -> None:
    """Print draft profiles from the lines that many articles of a publisher repeat, for a person to check."""
    from .suggest import as_toml
    from .suggest import suggest as run

    failed: list[Reading] = []
    drafts = run(_articles(paths, root, quiet, failed))
    for number, draft in enumerate(drafts):
        _print("\n" * bool(number) + as_toml(draft).rstrip("\n"))
    if not drafts:
        _warn("no publisher has three articles or more here")
    raise typer.Exit(3 if failed else 0)


@app.command()
def fetch(
    paths: Paths,
    store: Annotated[Path, typer.Option(help="Folder for the images and their lock file; it is made if need be.")],
    fallback: Annotated[str, typer.Option(help="none, or wayback: when all else fails, a web archive's copy.")] = "none",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the addresses that would be asked for; ask for none.")
    ] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also connect to private, loopback and link-local addresses.")
    ] = False,
    per_host: Annotated[int, typer.Option(min=1, max=16, help="Requests to one host at a time.")] = 2,
    interval: Annotated[float, typer.Option(min=0, help="Seconds between two requests to one host.")] = 0.2,
    max_mb: Annotated[float, typer.Option(min=0.001, max=32, help="Of one image.")] = 32,
    seconds: Annotated[float, typer.Option(min=1, help="For one image.")] = 60,
    repeats: Annotated[int, typer.Option(min=0, max=10, help="Of a request that failed for a reason that may pass.")] = 2,
    root: Root = None,
    quiet: Quiet = False,
) -> None:
    """Download the images that articles refer to into a store. The only command that uses the network."""
    from .fetch import Limits
    from .fetch import fetch as run

    limits = Limits(
        max_bytes=int(max_mb * 1024 * 1024),
        seconds=seconds,
        repeats=repeats,
        per_host=per_host,
        interval=interval,
        allow_private=allow_private,
    )
    with progress_bar(quiet) as progress:
        fetched = run(paths, store, root=root, limits=limits, fallback=fallback, dry_run=dry_run, progress=progress)
    _tell_fetched(fetched, store, quiet)
    raise typer.Exit(fetched.exit_code)


@app.command()
def verify(
    dist: Annotated[Path, typer.Argument(help="Folder with the outputs and their report.")] = Path("dist"),
    sources: Annotated[Path | None, typer.Option(help="The folder that was read, to derive every record from again.")] = None,
    store: Annotated[Path | None, typer.Option(help="The folder of fetched images that the build had.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was checked and found as JSON.")] = False,
) -> None:
    """Hold outputs against their report, one another and the sources. Writes nothing; exit code 30 says it found something."""
    from .verify import describe, encode
    from .verify import verify as check

    verification = check(dist, sources=sources, store=store)
    _print(encode(verification) if as_json else describe(verification, str(dist)))
    raise typer.Exit(verification.exit_code)


@app.command()
def extract(book: Annotated[Path, typer.Argument(help="An EPUB or a PDF that archivekit made.")]) -> None:
    """Print the records that a book holds: the bytes of its NAME.jsonl."""
    from .extract import extract as records

    sys.stdout.buffer.write(records(book))


@app.command()
def bag(
    dist: Annotated[Path, typer.Argument(help="Folder with the outputs and their report.")],
    sources: Annotated[Path, typer.Option(help="The folder that was read.")],
    out: Annotated[Path, typer.Option(help="The package, a folder that is not there yet.")],
) -> None:
    """Pack outputs, report and sources as a BagIt package."""
    from .bag import bag as pack

    _print(str(pack(dist, out, sources=sources)))


@app.command()
def readers() -> None:
    """List what can be read, and how each kind is recognised."""
    from .readers import readers as built_in

    width = max(len(reader.name) for reader in built_in())
    for reader in built_in():
        _print(f"{reader.name:<{width}}  {reader.recognised_by}")


@app.command()
def schema() -> None:
    """Print the JSON Schema that every record validates against."""
    import json

    from .model import json_schema

    _print(json.dumps(json_schema(), ensure_ascii=False, indent=2))


def _articles(paths: list[str], root: Path | None, quiet: bool, failed: list[Reading]) -> Iterator[Article]:
    """Every article that can be read, one after the other; documents that cannot be read are named and put in ``failed``."""
    from .pipeline import readings

    with progress_bar(quiet or sys.stdout.isatty()) as progress:
        for reading in readings(paths, root=root, progress=progress):
            if reading.error is not None:
                failed.append(reading)
                _complain(reading.error)
            yield from reading.articles


def _page(paths: list[str], root: Path | None, target: Path) -> None:
    """Write the page that shows one document beside its records."""
    from .atomic import Staging
    from .inspect_html import as_html
    from .pipeline import readings

    found = list(islice(readings(paths, root=root, keep_text=True), 2))
    if len(found) != 1:
        raise UsageError(f"--html shows one document, {'more' if found else 'none'} among the paths given")
    if found[0].error is not None:
        raise found[0].error
    if found[0].text is not None:
        with Staging(target.parent) as staging:
            staging.file(target.name).write_bytes(as_html(found[0].text, found[0].articles).encode("utf-8"))
            staging.commit()
        _print(str(target))


def _each(
    paths: list[str],
    root: Path | None,
    quiet: bool,
    show: Callable[[Reading], None],
    *,
    strict: bool = False,
    keep_text: bool = False,
) -> None:
    """Show every document's articles, name every one that failed, and leave with the exit code that says which."""
    from .pipeline import readings

    good = bad = 0
    with progress_bar(quiet or sys.stdout.isatty()) as progress:
        for reading in readings(paths, root=root, strict=strict, keep_text=keep_text, progress=progress):
            if reading.error is not None:
                bad += 1
                _complain(reading.error)
            else:
                good += 1
                show(reading)
    sys.stdout.flush()
    if not good:
        if not bad:
            sys.stderr.write("archivekit: no document among the paths given\n")
        raise typer.Exit(1)
    raise typer.Exit(3 if bad else 0)


def _tell(report: Report, out: Path, quiet: bool) -> None:
    """What was built goes to standard output, what could not be read to standard error."""
    for entry in report.quarantined:
        at = f"@{entry.offset}" if entry.offset is not None else ""
        _warn(f"quarantined {entry.path}{at}: {entry.reason} [{entry.error}]")
    if quiet:
        return
    for output in report.outputs:
        _print(f"{out / output.file}  {_size(output.size)}")
    counts = [f"{_count(report.articles, 'article')} from {_count(len(report.sources), 'file')}"]
    counts += [_count(len(report.duplicates), "duplicate")] if report.duplicates else []
    counts += [f"{len(report.quarantined)} quarantined"] if report.quarantined else []
    _print(f"{out / report.settings.name}.report.json  {', '.join(counts)}")


def _tell_fetched(fetched: Fetched, store: Path, quiet: bool) -> None:
    """What would be asked for, or what came of it; every image there is none of is named on standard error."""
    from .store import LOCK_NAME

    for error in fetched.unread:
        _complain(error)
    if fetched.dry_run:
        for image in fetched.missing:
            _print(image.address)
        return
    for entry in fetched.failed:
        attempt = entry.tried[-1]
        _warn(f"not fetched {entry.address}: {attempt.message} [{attempt.reason}]")
    if not quiet:
        got = len(fetched.missing) - len(fetched.failed)
        counts = [_count(len(fetched.wanted), "image"), f"{len(fetched.wanted) - len(fetched.missing)} there before"]
        counts += [f"{got} fetched" + (f" ({_size(fetched.received)})" if got else ""), f"{len(fetched.failed)} failed"]
        _print(f"{store / LOCK_NAME}  {', '.join(counts)}" if fetched.wanted else "no image on the web")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} kB"


def _print(text: str) -> None:
    """Text on standard output, as UTF-8 whatever the locale."""
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")


def _warn(text: str) -> None:
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    sys.stderr.buffer.write(f"archivekit: {shown}\n".encode("utf-8", "backslashreplace"))
    sys.stderr.flush()


def _complain(error: ArchiveKitError) -> None:
    _warn(f"{error} [{type(error).__name__}]")


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main() -> None:
    """Run the command line; the exit code of an ArchiveKitError is its own."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        app(prog_name="archivekit")
    except ArchiveKitError as error:
        _complain(error)
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None
