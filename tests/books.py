"""Every folder of real dumps as a PDF, and what veraPDF says of it: ``books.py OUT PDF|FOLDER…``.

Prints a line for each book: pages, articles, verdicts, Notices by kind. Exit code 1 when a book fails or none was checked.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pikepdf

from archivekit.building import pipeline

VERAPDF = Path(__file__).parent.parent / ".ci" / "verapdf" / "verapdf"
FLAVOURS = ("3a", "ua1")


def books(given: Path, out: Path) -> Iterator[tuple[Path, str]]:
    """Each PDF of a folder of documents, in volumes where it has many, and what is to be said of it; or the PDF itself."""
    if given.is_file():
        yield given, ""
        return
    began = time.monotonic()
    report = pipeline.build(given, out / given.name, {"formats": ["pdf"], "name": given.name})
    seconds = f"{time.monotonic() - began:.0f} s"
    for output in report.outputs:
        kinds = Counter(notice.id for notice in output.notices)
        said = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "none"
        yield out / given.name / output.file, f"{report.articles} articles, {seconds}, notices: {said}"


def verdicts(book: Path) -> dict[str, str]:
    """Flavour → PASS, or what fails."""
    run = subprocess.run([VERAPDF, ",".join(FLAVOURS), book], capture_output=True, text=True, check=False)
    lines = (run.stdout + run.stderr).splitlines()
    passed = [line.split() for line in lines if line.startswith("PASS ")]
    return {flavour: "PASS" if any(words[1] == flavour for words in passed) else "\n".join(lines) for flavour in FLAVOURS}


def main(out: Path, given: list[Path]) -> int:
    """Check every book; see the module."""
    failed, checked = 0, 0
    for place in given:
        for book, said in books(place, out):
            with pikepdf.open(book) as pdf:
                pages = len(pdf.pages)
            found = verdicts(book)
            bad = [f"{flavour}: {verdict}" for flavour, verdict in found.items() if verdict != "PASS"]
            shown = "; ".join(bad) if bad else " ".join(f"{flavour} PASS" for flavour in found)
            print(f"{book.name}: {shown}; {pages} pages{', ' if said else ''}{said}", flush=True)
            failed += bool(bad)
            checked += 1
    print(f"{checked - failed} of {checked} books pass {' and '.join(FLAVOURS)}")
    return 1 if failed or not checked else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]))
