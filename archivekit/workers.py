"""Workers: where independent jobs run, in this process or in others. Results do not depend on which."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

from .errors import OutputError

_J = TypeVar("_J")
_R = TypeVar("_R")


def each(work: Callable[[_J], _R], jobs: Iterable[tuple[str, _J]], processes: int) -> Iterator[_R]:
    """What ``work`` makes of each job, in the order of the jobs, which are named for messages.

    With more than one process ``work`` and the jobs are pickled; each job has a new process to itself, so that its memory
    is given back and its death costs no other job, and is not asked for before there is a process free. What ``work``
    raises is raised here; OutputError names a job whose process died.
    """
    if processes <= 1:
        return (work(job) for _, job in jobs)
    return _spread(work, jobs, processes)


def _spread(work: Callable[[_J], _R], jobs: Iterable[tuple[str, _J]], processes: int) -> Iterator[_R]:
    waiting = iter(jobs)
    begun: deque[tuple[str, ProcessPoolExecutor, Future[_R]]] = deque()
    with _killing(begun):
        more = True
        while more or begun:
            running = [future for _, _, future in begun if not future.done()]
            if more and len(running) < processes:
                named = next(waiting, None)
                if named is None:
                    more = False
                else:
                    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
                    begun.append((named[0], pool, pool.submit(work, named[1])))
            elif begun[0][2].done():
                yield _result(*begun.popleft())
            else:
                wait(running, return_when=FIRST_COMPLETED)


def _result(name: str, pool: ProcessPoolExecutor, future: Future[_R]) -> _R:
    try:
        return future.result()
    except BrokenProcessPool:
        raise OutputError(f"{name}: the process that worked on it died; it may have run out of memory") from None
    finally:
        pool.shutdown()


@contextmanager
def _killing(begun: deque[tuple[str, ProcessPoolExecutor, Future[_R]]]) -> Iterator[None]:
    """End the processes of jobs that are still begun when the block is left."""
    before = set(multiprocessing.active_children())
    try:
        yield
    finally:
        if begun:
            for child in set(multiprocessing.active_children()) - before:
                child.terminate()
        for _, pool, _ in begun:
            pool.shutdown()
