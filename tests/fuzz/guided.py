"""One target under libFuzzer, which keeps what reaches new lines of archivekit and mutates that further."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from random import Random

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["archivekit"]):
    import archivekit.accounting
    import archivekit.cli
    import archivekit.edits
    import archivekit.readers

    list(archivekit.readers.readers())
    from . import mutate
    from .finds import ROOT, Finds, arguments, seeds

from .targets import TARGETS


def main() -> None:
    """Runs until the time is over; libFuzzer does not return, so the process ends here."""
    options = arguments("fuzz.guided", __doc__)
    target = TARGETS[options.target]
    finds, pool = Finds(options.finds, target), seeds(target)
    until, count = time.monotonic() + options.seconds, 0

    def one(data: bytes) -> None:
        nonlocal count
        if time.monotonic() > until:
            finds.report(count, options.seconds, "coverage")
            os._exit(int(bool(len(finds))))
        count += 1
        finds.check(data)

    def mutator(data: bytes, most: int, seed: int) -> bytes:
        return mutate.mutated(Random(seed), data, pool, target.words, most)

    folder = ROOT / "build" / "fuzz" / target.name
    folder.mkdir(parents=True, exist_ok=True)
    for data in pool:
        (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    told: dict[str, int | str] = {"seed": options.seed, "max_len": mutate.MAX_SIZE, "timeout": 600, "rss_limit_mb": 4096}
    told |= {"verbosity": 0, "artifact_prefix": f"{folder}/"}
    atheris.Setup(
        [sys.argv[0], *(f"-{name}={value}" for name, value in told.items()), str(folder)], one, custom_mutator=mutator
    )
    atheris.Fuzz()


main()
