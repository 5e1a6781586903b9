"""Jobs: what the tests of workers ask processes to do, wherever those are."""

from __future__ import annotations

import os
import signal
import threading

from archivekit.errors import UsageError


def double(number: int) -> int:
    return 2 * number


def die_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def wait_for_ever(_: object = None) -> None:
    threading.Event().wait()


def refuse(number: int) -> int:
    raise UsageError(f"not {number}", path="a.txt", offset=7)


def jobs(count: int) -> list[tuple[str, int]]:
    return [(f"job {number}", number) for number in range(1, count + 1)]
