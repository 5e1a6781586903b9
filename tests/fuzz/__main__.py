"""Runs every target for its share of the time, a process each; what breaks the oracle is kept, and the exit code is 1.

With atheris installed, libFuzzer chooses by coverage what to mutate further; without it, what a record is made of does
(``oracle.features``). The mutations and the oracle are the same.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

from .finds import ROOT
from .targets import TARGETS


def main() -> int:
    """0 when nothing was found, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[[], *TARGETS], help="all, unless some are named")
    parser.add_argument("--seconds", type=float, default=60, help="for all targets together, on all cores")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--engine", choices=("guided", "unguided"), default="guided" if find_spec("atheris") else "unguided")
    parser.add_argument("--finds", type=Path, default=ROOT / "build" / "fuzz-finds")
    options = parser.parse_args()
    names, finds = options.targets or list(TARGETS), options.finds.absolute()
    share = options.seconds * min(options.jobs, len(names)) / len(names)
    told = ["--seconds", f"{share:.1f}", "--seed", str(options.seed), "--finds", str(finds)]
    print(f"seed {options.seed}, {share:.0f} s each", flush=True)

    def run(name: str) -> int:
        command = [sys.executable, "-m", f"fuzz.{options.engine}", name, *told]
        done = subprocess.run(command, check=False, cwd=ROOT / "tests", stderr=subprocess.PIPE)
        if done.returncode not in (0, 1):
            print(f"{name}: ended with {done.returncode}\n{done.stderr.decode(errors='replace')[-2000:]}", flush=True)
        return done.returncode

    with ThreadPoolExecutor(options.jobs) as threads:
        codes = list(threads.map(run, names))
    for path in sorted(finds.glob("*.bin")):
        print(f"{path}: {path.with_suffix('.why').read_text('utf-8').splitlines()[0]}")
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
