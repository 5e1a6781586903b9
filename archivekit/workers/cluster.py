"""Cluster: the workers of a Dask cluster that is there already, behind the seam of :mod:`archivekit.workers`.

A cluster gives the bytes one machine gives when its workers have the same software; :func:`connect` holds that.
"""

from __future__ import annotations

import os
import pickle
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from .. import software
from ..errors import MissingRequirementError, OutputError, UsageError
from ..version import __version__

_J = TypeVar("_J")
_R = TypeVar("_R")

SECONDS = 10.0
"""How long a scheduler may take to answer."""

LATELY = 5.0
"""For how many seconds the number of workers is taken to be what it was."""

_GONE = "the scheduler of the cluster is gone, and with it the work that was under way"
_UNREACHABLE = (CancelledError, OSError, RuntimeError, AttributeError)
"""What a question to a scheduler that is gone raises, according to how far the client has come in giving it up."""
_ADDRESS = re.compile(r"dask://(\[[0-9A-Fa-f:.]+\]|[^/:@\s]+):([0-9]{1,5})/?")


class ProcessLostError(Exception):
    """The process of its own that a job had on a worker died."""


class Cluster:
    """A :class:`~archivekit.workers.Workers` of a Dask client. Dask itself begins the tasks of a worker that died again."""

    def __init__(self, client: Any, lost: tuple[type[BaseException], ...], gone: tuple[type[BaseException], ...]) -> None:
        self._client = client
        self._gone = gone
        """What a future raises when there is no scheduler any more."""
        self._executor = client.get_executor(pure=False)
        self.lost = (*lost, ProcessLostError)
        self._slots = (0, -LATELY)

    @property
    def slots(self) -> int:
        """As many jobs as the workers that are there now have threads."""
        known, when = self._slots
        if time.monotonic() - when > LATELY:
            try:
                known = max(1, sum(self._client.nthreads().values()))
            except _UNREACHABLE as error:
                raise OutputError(f"{_GONE} ({type(error).__name__})") from None
            self._slots = known, time.monotonic()
        return known

    def submit(self, work: Callable[[_J], _R], job: _J, *, alone: bool = False) -> Future[_R]:
        """See :class:`~archivekit.workers.Workers`."""
        return _arrived(self._executor.submit(_there, work, job, _targets(job), alone), self._gone)

    def renew(self) -> None:
        """Nothing: the cluster looks after its workers."""

    def close(self) -> None:
        """Cancel what has not begun; the cluster stays as it was found."""
        with suppress(RuntimeError):  # a client that has given the scheduler up has nothing to cancel
            self._executor.shutdown(wait=False)
        self._client.close()


@contextmanager
def connect(address: str) -> Iterator[Cluster]:
    """The cluster whose scheduler listens at ``dask://HOST:PORT``.

    Raises UsageError for an address that cannot be meant, has no scheduler or has no workers, and MissingRequirementError
    where ``distributed`` is not installed or a worker has other versions of what decides the bytes of outputs.
    """
    place = _ADDRESS.fullmatch(address)
    if place is None:
        raise UsageError(f"workers {address!r} are not of the form dask://HOST:PORT")
    try:
        from distributed import Client
        from distributed.comm import CommClosedError
        from distributed.scheduler import KilledWorker
    except ModuleNotFoundError:
        raise MissingRequirementError("A cluster needs distributed; install it with: pip install 'archivekit[dask]'") from None
    try:
        client = Client(f"tcp://{place[1]}:{place[2]}", timeout=SECONDS, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise UsageError(f"no Dask scheduler answers there: {' '.join(str(error).split())[:200]}", path=address) from None
    cluster = Cluster(client, lost=(KilledWorker,), gone=(CancelledError, CommClosedError))
    try:
        _same_software(client, address)
        yield cluster
    finally:
        cluster.close()


def _same_software(client: Any, address: str) -> None:
    here = software.versions()
    try:
        there = client.run(software.versions)
    except (ImportError, AttributeError) as error:
        raise MissingRequirementError(f"a worker has no archivekit {__version__}: {error}", path=address) from None
    if not there:
        raise UsageError("the scheduler has no workers", path=address)
    for worker, found in sorted(there.items()):
        unlike = [f"{name} {found.get(name, 'none')} (here {here[name]})" for name in here if found.get(name) != here[name]]
        if unlike:
            raise MissingRequirementError(f"the worker {worker} has {', '.join(unlike[:5])}; install the same", path=address)


# --- on a worker ------------------------------------------------------------------------------------------------


class _Sent(NamedTuple):
    """A result, and the files that were written on a disk which is not this machine's."""

    result: Any
    files: tuple[tuple[Path, bytes], ...]


def _targets(job: object) -> tuple[Path, ...]:
    """The files that a job, or each of several, is to write: what its ``target`` says."""
    several = job if isinstance(job, list) else [job]
    named = (getattr(one, "target", None) for one in several)
    return tuple(Path(target) for target in named if isinstance(target, (str, Path)))


def _there(work: Callable[[_J], _R], job: _J, targets: tuple[Path, ...], alone: bool) -> _Sent:
    """Do a job on a worker. Where the folders it writes into are not there, no disk is shared, and its files are sent."""
    foreign = [target for target in targets if not target.parent.is_dir()]
    try:
        for target in foreign:
            target.parent.mkdir(parents=True, exist_ok=True)
        result = _apart(work, job) if alone else work(job)
        return _Sent(result, tuple((target, target.read_bytes()) for target in foreign if target.exists()))
    finally:
        for target in foreign:
            shutil.rmtree(target.parent, ignore_errors=True)


def _arrived(sent: Future[_Sent], gone: tuple[type[BaseException], ...]) -> Future[Any]:
    """The result alone, once the files that came with it are where they belong."""
    whole: Future[Any] = Future()
    whole.set_running_or_notify_cancel()

    def unpack(done: Future[_Sent]) -> None:
        error = CancelledError() if done.cancelled() else done.exception()
        if isinstance(error, gone):
            error = OutputError(_GONE)
        if error is None:
            try:
                for target, data in done.result().files:
                    target.write_bytes(data)
            except OSError as refused:
                error = refused
        if error is not None:
            whole.set_exception(error)
        else:
            whole.set_result(done.result().result)

    sent.add_done_callback(unpack)
    return whole


def _apart(work: Callable[[_J], _R], job: _J) -> _R:
    """What ``work`` makes of a job in a new process; a worker's own process may not have children of multiprocessing.
    Raises ProcessLostError when the process dies, MissingRequirementError when Python there gives up before or after."""
    command = [sys.executable, "-c", f"from {__name__} import _served; _served()"]
    same = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, input=pickle.dumps((work, job)), capture_output=True, env=same, check=False)
    sys.stderr.write(done.stderr.decode("utf-8", "replace"))
    if done.returncode == 1:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise MissingRequirementError(f"a process beside a worker cannot do its work: {said}")
    if done.returncode != 0:
        raise ProcessLostError(f"exit code {done.returncode}")
    good, value = pickle.loads(done.stdout)
    if not good:
        raise value
    result: _R = value
    return result


def _served() -> None:
    """Do the job on standard input, and say on standard output what came of it."""
    out, sys.stdout = sys.stdout.buffer, sys.stderr
    work, job = pickle.load(sys.stdin.buffer)
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(work, job)
    error = done.exception()
    out.write(pickle.dumps((True, done.result()) if error is None else (False, error)))
    out.flush()
