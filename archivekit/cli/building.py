"""The command that builds."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..terminal import count
from .app import CacheFolder, Cluster, Jobs, Limit, Paths, Quiet, Root, app, cache_folder, processes
from .progress import progress_bar
from .say import size, tell, warn

if TYPE_CHECKING:
    from ..report import Report


Formats = Annotated[list[str] | None, typer.Option("--format", help="epub, pdf, jsonl, jsonl.zst or parquet; repeat it.")]
Page = Annotated[
    str | None, typer.Option("--page", "--trim", help="Of the PDF: a5, a4, b5, 6x9in, or a size such as 170x240mm.")
]
Press = Annotated[bool | None, typer.Option("--print", help="A PDF for the press: CMYK, crop marks, addresses as footnotes.")]


@app.command()
def build(
    context: typer.Context,
    paths: Paths,
    out: Annotated[Path, typer.Option(help="Folder for the outputs.")] = Path("dist"),
    name: Annotated[str | None, typer.Option(help="Stem of every output file.")] = None,
    formats: Formats = None,
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
    shards: Annotated[int | None, typer.Option(help="Files of jsonl.zst [default: as --shard-mb says].")] = None,
    shard_mb: Annotated[int | None, typer.Option(help="Most megabytes of records in one, about; 0 is no limit.")] = None,
    order: Annotated[str | None, typer.Option(help="date, title or path.")] = None,
    group: Annotated[str | None, typer.Option(help="publisher, month, category or none.")] = None,
    page: Page = None,
    print_ready: Press = None,
    qr: Annotated[bool | None, typer.Option("--qr/--no-qr", help="A QR code of each article's address in the PDF.")] = None,
    attach_sources: Annotated[bool | None, typer.Option("--attach-sources", help="Attach the files read to the PDF.")] = None,
    numbering: Annotated[str | None, typer.Option(help="Pages of a set of PDFs: by volume, or through the series.")] = None,
    static: Annotated[list[str] | None, typer.Option(help="Folder in the corpus for root-relative images.")] = None,
    profiles: Annotated[list[str] | None, typer.Option(help="Folder in the corpus with site profiles.")] = None,
    images: Annotated[str | None, typer.Option(help="full, ereader, grey or none: how EPUB and PDF carry images.")] = None,
    store_folder: Annotated[Path | None, typer.Option("--store", help="Folder of images that fetch got.")] = None,
    corpus: Annotated[Path | None, typer.Option(help="For JSON Lines: the folder the records were read from.")] = None,
    quarantine: Annotated[Path | None, typer.Option(help="Folder for copies of the files that cannot be read.")] = None,
    max_failures: Annotated[int | None, typer.Option(min=0, help="Stop when more files than this cannot be read.")] = None,
    limit: Limit = None,
    root: Root = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    cache: CacheFolder = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither use nor fill the cache.")] = False,
    quiet: Quiet = False,
) -> None:
    """Read dumps and print one EPUB, one PDF, one JSON Lines archive and a report."""
    from ..building.pipeline import build as run

    with progress_bar(quiet) as progress, processes(jobs, cluster) as workers:
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
            workers=workers,
            cache=None if no_cache else cache_folder(cache),
        )
    _tell(report, out, quiet)
    raise typer.Exit(report.exit_code)


def _settings(params: Mapping[str, object]) -> dict[str, object]:
    """The options that were given, under the settings they stand for."""
    from ..config import Settings

    return {key: params[key] for key in Settings.__struct_fields__ if params.get(key) not in (None, [], ())}


def _tell(report: "Report", out: Path, quiet: bool) -> None:
    """What was built goes to standard output, what could not be read to standard error."""
    from ..files.remote import address_of
    from ..report import SUFFIX

    for entry in report.quarantined:
        at = f"@{entry.offset}" if entry.offset is not None else ""
        warn(f"quarantined {entry.path}{at}: {entry.reason} [{entry.error}]")
    if quiet:
        return
    folder = address_of(out) or out.as_posix()
    for output in report.outputs:
        tell(f"{folder}/{output.file}  {size(output.size)}")
    counts = [f"{count(report.articles, 'article')} from {count(len(report.sources), 'file')}"]
    counts += [count(len(report.duplicates), "duplicate")] if report.duplicates else []
    counts += [f"{len(report.quarantined)} quarantined"] if report.quarantined else []
    tell(f"{folder}/{report.settings.name}{SUFFIX}  {', '.join(counts)}")
