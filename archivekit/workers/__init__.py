"""Workers: where independent jobs run, in this process or in others. Results and their order do not depend on which.

The one seam for it: whoever has jobs calls :func:`each`; whoever has processes is a :class:`Workers`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from functools import partial
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any, Generic, NamedTuple, Protocol, TypeVar
from weakref import WeakSet

from ..batched import batched

_J = TypeVar("_J")
_R = TypeVar("_R")


class Lost(NamedTuple):
    """What stands in the place of a result when the process that worked on the job died, also when it was tried alone."""

    name: str
    """Of the job."""


class Workers(Protocol):
    """Processes that take jobs. ``work`` and jobs are pickled on the way there, results and what is raised on the way back."""

    @property
    def slots(self) -> int:
        """How many jobs run at once."""

    lost: tuple[type[BaseException], ...]
    """What a future raises when its process died, which may have been another job's fault."""

    def submit(self, work: Callable[[_J], _R], job: _J, *, alone: bool = False) -> Future[_R]:
        """Begin a job. One that is ``alone`` has a process of its own, so that its memory is given back at its end and its
        death costs no other job."""

    def renew(self) -> None:
        """Get ready for jobs again after some were lost."""

    def close(self) -> None:
        """Stop what still runs, and let go of the processes."""


class Processes:
    """Processes of this machine, started when they are needed and kept between jobs."""

    lost: tuple[type[BaseException], ...] = (BrokenProcessPool, CancelledError)

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self._pool: ProcessPoolExecutor | None = None
        self._context = _Context()

    def submit(self, work: Callable[[_J], _R], job: _J, *, alone: bool = False) -> Future[_R]:
        """See :class:`Workers`."""
        if alone:
            own = self._processes(1)
            future = own.submit(work, job)
            own.shutdown(wait=False)
            return future
        if self._pool is None:
            self._pool = self._processes(self.slots)
        try:
            return self._pool.submit(work, job)
        except (BrokenProcessPool, OSError) as error:
            # A pool that breaks while a process is begun for it says so with an OSError. Where the system has no process to
            # give, the job that is then tried alone raises it.
            broken: Future[_R] = Future()
            broken.set_exception(BrokenProcessPool(str(error)))
            return broken

    def renew(self) -> None:
        """See :class:`Workers`."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def close(self) -> None:
        """See :class:`Workers`. A batch that is under way is let end, for who is stopped in the middle of an answer leaves
        the one who listens waiting for the rest; a job that is alone is stopped."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
        for process in list(self._context.begun):
            if process.is_alive():
                process.terminate()

    def _processes(self, count: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(count, mp_context=self._context)


class _Context(SpawnContext):
    """Begins processes, and knows which."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: WeakSet[SpawnProcess] = WeakSet()

    def Process(self, *given: Any, **more: Any) -> SpawnProcess:  # type: ignore[override]
        """A process that is about to be begun."""
        process = SpawnProcess(*given, **more)
        self.begun.add(process)
        return process


def each(
    work: Callable[[_J], _R], jobs: Iterable[tuple[str, _J]], workers: Workers | None, *, alone: bool = False, batch: int = 1
) -> Iterator[_R | Lost]:
    """What ``work`` makes of each job, in the order of the jobs, which are named for messages.

    Without workers the jobs are done here, one when its result is asked for. With them no more are begun than keep all
    busy, ``batch`` at a time; what ``work`` raises is raised here, and a job that kills its process gives a ``Lost`` and
    costs no other. ``alone`` is as for ``submit``.
    """
    if workers is None:
        return (work(job) for _, job in jobs)
    return _Stream(work, workers, alone=alone).of(batched(jobs, batch))


class _Begun(NamedTuple, Generic[_J, _R]):
    jobs: list[tuple[str, _J]]
    future: Future[list[_R]]


class _Stream(Generic[_J, _R]):
    """Batches of jobs that are under way, the earliest first."""

    def __init__(self, work: Callable[[_J], _R], workers: Workers, *, alone: bool) -> None:
        self._work = partial(_all, work)
        self._workers = workers
        self._alone = alone
        self._begun: deque[_Begun[_J, _R]] = deque()

    def of(self, batches: Iterator[list[tuple[str, _J]]]) -> Iterator[_R | Lost]:
        with closing(batches):  # type: ignore[type-var]
            more = True
            while more or self._begun:
                running = [begun.future for begun in self._begun if not begun.future.done()]
                if more and len(running) < self._ahead and len(self._begun) < 4 * self._ahead:
                    jobs = next(batches, None)
                    more = jobs is not None
                    if jobs is not None:
                        self._begin(jobs)
                elif self._begun[0].future.done():
                    yield from self._results()
                else:
                    wait(running, return_when=FIRST_COMPLETED)

    @property
    def _ahead(self) -> int:
        """How many batches are begun at once: one waits for each process that is about to be free."""
        return self._workers.slots * (1 if self._alone else 2)

    def _begin(self, jobs: list[tuple[str, _J]]) -> None:
        future = self._workers.submit(self._work, [job for _, job in jobs], alone=self._alone)
        self._begun.append(_Begun(jobs, future))

    def _results(self) -> Iterator[_R | Lost]:
        first = self._begun.popleft()
        try:
            results = first.future.result()
        except self._workers.lost:
            yield from self._one_by_one(first.jobs)
            self._again()
        else:
            yield from results

    def _one_by_one(self, jobs: list[tuple[str, _J]]) -> Iterator[_R | Lost]:
        """The results of jobs of which one has killed a process."""
        for name, job in jobs:
            try:
                yield from self._workers.submit(self._work, [job], alone=True).result()
            except self._workers.lost:
                yield Lost(name)

    def _again(self) -> None:
        """Begin again what was lost because it was beside a job that killed a process."""
        waiting = list(self._begun)
        if not any(begun.future.done() and self._is_lost(begun.future) for begun in waiting):
            return
        self._workers.renew()
        self._begun.clear()
        for begun in waiting:
            if begun.future.done() and not self._is_lost(begun.future):
                self._begun.append(begun)
            else:
                self._begin(begun.jobs)

    def _is_lost(self, future: Future[list[_R]]) -> bool:
        try:
            return isinstance(future.exception(), self._workers.lost)
        except CancelledError:
            return True


def _all(work: Callable[[_J], _R], jobs: Sequence[_J]) -> list[_R]:
    return [work(job) for job in jobs]
