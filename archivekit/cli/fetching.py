"""The command that fetches images."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..terminal import count
from .app import Limit, Paths, Quiet, Root, app
from .progress import progress_bar
from .say import complain, size, tell, warn

if TYPE_CHECKING:
    from ..fetch import Fetched


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
    max_mb: Annotated[
        float | None, typer.Option(min=0.001, help="Of one image [default, and most: the limit image_bytes].")
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, help="For one image.")] = 60,
    repeats: Annotated[int, typer.Option(min=0, max=10, help="Of a request that failed for a reason that may pass.")] = 2,
    limit: Limit = None,
    root: Root = None,
    quiet: Quiet = False,
) -> None:
    """Download the images that articles refer to into a store. The only command that uses the network."""
    from ..fetch import Limits, ambient
    from ..fetch import fetch as run

    most = ambient()
    limits = Limits(
        max_bytes=min(int(max_mb * 1024 * 1024), most.max_bytes) if max_mb is not None else most.max_bytes,
        max_pixels=most.max_pixels,
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


def _tell_fetched(fetched: "Fetched", store: Path, quiet: bool) -> None:
    """What would be asked for, or what came of it; every image there is none of is named on standard error."""
    from ..images.store import LOCK_NAME

    for error in fetched.unread:
        complain(error)
    if fetched.dry_run:
        for image in fetched.missing:
            tell(image.address)
        return
    for entry in fetched.failed:
        attempt = entry.tried[-1]
        warn(f"not fetched {entry.address}: {attempt.message} [{attempt.reason}]")
    if not quiet:
        got = len(fetched.missing) - len(fetched.failed)
        counts = [count(len(fetched.wanted), "image"), f"{len(fetched.wanted) - len(fetched.missing)} there before"]
        counts += [f"{got} fetched" + (f" ({size(fetched.received)})" if got else ""), f"{len(fetched.failed)} failed"]
        tell(f"{store / LOCK_NAME}  {', '.join(counts)}" if fetched.wanted else "no image on the web")
