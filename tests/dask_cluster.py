"""A real Dask cluster on loopback: a scheduler and two workers, each a process of its own that a nanny starts again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
Process = subprocess.Popen[bytes]


@contextmanager
def running(folder: Path, workers: int = 2, deadly: str = "", begun: list[Process] | None = None) -> Iterator[str]:
    """The ``dask://`` address of a cluster that runs while the block does. Reading the document called ``deadly`` kills
    whatever process of it does so. ``begun`` gets the processes, the scheduler's first."""
    file = folder / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": str(HERE / "deadly" if deadly else HERE), "DEADLY": deadly}
    begun = [] if begun is None else begun
    begun.append(_begin(["scheduler", "--no-dashboard", "--scheduler-file", str(file)], environment))
    try:
        _wait(file.exists, "the scheduler")
        for number in range(workers):
            place = folder / f"worker-{number}"
            place.mkdir()
            options = ["--nthreads", "1", "--no-dashboard", "--local-directory", str(place), "--scheduler-file", str(file)]
            begun.append(_begin(["worker", "--host", "127.0.0.1", *options], environment))
        address = json.loads(file.read_text())["address"].removeprefix("tcp://")
        _wait(lambda: len(pids(address)) == workers, "the workers")
        yield f"dask://{address}"
    finally:
        for process in reversed(begun):
            process.terminate()
        for process in begun:
            process.wait(30)


def pids(address: str) -> dict[str, int]:
    """The process of each worker by its address."""
    from distributed import Client

    with Client(f"tcp://{address.removeprefix('dask://')}", set_as_default=False, timeout=10) as client:
        return dict(client.run(os.getpid))


def _begin(arguments: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dask", *arguments]
    if arguments[0] == "scheduler":
        command += ["--host", "127.0.0.1", "--port", "0"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _wait(ready: object, what: str) -> None:
    until = time.monotonic() + 60
    while not ready():  # type: ignore[operator]
        assert time.monotonic() < until, f"{what} did not come"
        time.sleep(0.1)
