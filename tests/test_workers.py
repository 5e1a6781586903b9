"""Workers: the same results in one process or several, and a process that dies costs no other job."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import count

import pytest
from jobs import die_at_three, double, jobs, refuse, wait_for_ever

from archivekit.errors import UsageError
from archivekit.workers import Lost, Processes, each


@pytest.fixture(scope="module")
def two() -> Iterator[Processes]:
    with closing(Processes(2)) as workers:
        yield workers


@pytest.mark.parametrize("batch", [1, 3])
def test_results_come_in_order(two: Processes, batch: int) -> None:
    assert list(each(double, jobs(8), None)) == list(each(double, jobs(8), two, batch=batch)) == [2, 4, 6, 8, 10, 12, 14, 16]


@pytest.mark.parametrize(("alone", "batch"), [(True, 1), (False, 1), (False, 4)])
def test_a_job_that_kills_its_process_is_named_and_the_others_are_done(two: Processes, alone: bool, batch: int) -> None:
    assert list(each(die_at_three, jobs(6), two, alone=alone, batch=batch)) == [1, 2, Lost("job 3"), 4, 5, 6]


@pytest.mark.parametrize("failing", [1, 2])
def test_a_pool_that_breaks_while_a_process_is_begun_costs_no_job(monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    begin, begun = ProcessPoolExecutor._spawn_process, count(1)

    def begin_or_fail(pool: ProcessPoolExecutor) -> None:
        if next(begun) == failing:
            raise OSError("handle is closed")
        begin(pool)

    monkeypatch.setattr(ProcessPoolExecutor, "_spawn_process", begin_or_fail)
    with closing(Processes(2)) as fresh:
        assert list(each(double, jobs(8), fresh, batch=2)) == [2, 4, 6, 8, 10, 12, 14, 16]


def test_only_its_own_processes_are_stopped() -> None:
    workers = Processes(1)
    ours = multiprocessing.get_context("spawn").Process(target=wait_for_ever)
    ours.start()
    before = set(multiprocessing.active_children())
    alone = workers.submit(wait_for_ever, None, alone=True)
    begun = set(multiprocessing.active_children()) - before
    workers.close()
    with pytest.raises(workers.lost):
        alone.result(timeout=60)
    (process,) = begun
    process.join(60)
    ours.join(1)
    assert (process.is_alive(), ours.is_alive()) == (False, True)
    ours.kill()
    ours.join()


def test_errors_keep_their_place(two: Processes) -> None:
    for workers in (None, two):
        with pytest.raises(UsageError) as caught:
            list(each(refuse, jobs(2), workers))
        assert (caught.value.path, caught.value.offset) == ("a.txt", 7)


def test_no_more_jobs_are_asked_for_than_needed(two: Processes) -> None:
    asked: list[int] = []

    def some() -> Iterator[tuple[str, int]]:
        for name, number in jobs(99):
            asked.append(number)
            yield name, number

    assert next(each(double, some(), None)) == 2
    assert asked == [1]
    asked.clear()
    assert next(each(double, some(), two)) == 2
    assert len(asked) <= 20
