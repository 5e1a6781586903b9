"""Workers: the same results in one process or several, and a process that dies costs no other job."""

from __future__ import annotations

import os
import signal

import pytest

from archivekit import workers
from archivekit.errors import OutputError, UsageError


def double(number: int) -> int:
    return 2 * number


def die_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def refuse(number: int) -> int:
    raise UsageError(f"not {number}", path="a.txt", offset=7)


def jobs(count: int) -> list[tuple[str, int]]:
    return [(f"job {number}", number) for number in range(1, count + 1)]


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_order(processes: int) -> None:
    assert list(workers.each(double, jobs(4), processes)) == [2, 4, 6, 8]


def test_a_process_that_dies_is_named_and_the_others_are_done() -> None:
    done = workers.each(die_at_three, jobs(4), 2)
    assert [next(done), next(done)] == [1, 2]
    with pytest.raises(OutputError, match=r"^job 3: the process .* died"):
        next(done)


@pytest.mark.parametrize("processes", [1, 2])
def test_errors_keep_their_place(processes: int) -> None:
    with pytest.raises(UsageError) as caught:
        list(workers.each(refuse, jobs(2), processes))
    assert (caught.value.path, caught.value.offset) == ("a.txt", 7)


def test_no_more_jobs_are_asked_for_than_needed() -> None:
    asked: list[int] = []

    def some() -> object:
        for name, number in jobs(9):
            asked.append(number)
            yield name, number

    results = workers.each(double, some(), 1)  # type: ignore[arg-type]
    assert next(results) == 2
    assert asked == [1]
