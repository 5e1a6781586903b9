"""Work: what is tried for one image, one request after another, until it is there or every spelling has failed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urldefrag

from ..images.store import Attempt, Entry, Store
from .check import check
from .hosts import Hosts
from .limits import Limits
from .transport import Body, Failed, Moved, host_of
from .wanted import Wanted


class Getter(Protocol):
    """Asks for an address once; ``transport.Web`` is one."""

    def get(self, address: str, seconds: float) -> Body | Moved | Failed:
        """The response, within so many seconds."""
        ...


class Job:
    """One image on its way: which spelling is being tried, where its redirects led, what failed before."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.tried: list[Attempt] = []
        self.repeats = 0
        self._begin()

    def _begin(self) -> None:
        """Ask the present spelling from the start."""
        self.at = self.spelling
        self.seen = {self.at}
        self.spent = 0.0

    @property
    def spelling(self) -> str:
        """The spelling that is being tried."""
        return self.wanted.spellings[len(self.tried)]

    def moved(self, address: str, limits: Limits) -> Failed | None:
        """Follow a redirect, unless there were too many or it leads in a circle."""
        address = urldefrag(address).url
        if address in self.seen:
            return Failed(reason="redirects", message="the redirects lead in a circle")
        if len(self.seen) > limits.redirects:
            return Failed(reason="redirects", message=f"more than {limits.redirects} redirects")
        self.seen.add(address)
        self.at = address
        return None

    def repeat(self) -> None:
        """Ask once more."""
        self.repeats += 1
        self._begin()

    def give_up(self, failed: Failed) -> bool:
        """Go on to the next spelling; False when this was the last."""
        self.tried.append(Attempt(self.spelling, failed.reason, failed.message))
        self.repeats = 0
        if len(self.tried) == len(self.wanted.spellings):
            return False
        self._begin()
        return True


class Crew:
    """Threads that do jobs. ``finished`` is called, from any of them, with the entry of each image."""

    def __init__(self, web: Getter, store: Store, limits: Limits, finished: Callable[[Entry, int], None]) -> None:
        self._web = web
        self._store = store
        self._limits = limits
        self._finished = finished
        self._hosts: Hosts[Job] = Hosts(per_host=limits.per_host, interval=limits.interval)

    def add(self, wanted: Wanted) -> None:
        """One more image to get."""
        job = Job(wanted)
        self._hosts.put(host_of(job.at), job)

    def stop(self) -> None:
        """Begin nothing more."""
        self._hosts.close()

    def work(self) -> None:
        """Do jobs until there is none left; every thread of the crew runs this."""
        while (turn := self._hosts.take()) is not None:
            host, job = turn
            try:
                self._step(host, job)
            finally:
                self._hosts.done(host)

    def _step(self, host: str, job: Job) -> None:
        """One request, and what follows from its response."""
        start = time.monotonic()
        answer = self._web.get(job.at, max(0.1, self._limits.seconds - job.spent))
        job.spent += time.monotonic() - start
        failed = self._taken(job, answer) if isinstance(answer, Body) else answer
        if isinstance(failed, Moved):
            failed = job.moved(failed.address, self._limits)
            if failed is None:
                self._hosts.put(host_of(job.at), job)
                return
        if failed is None:
            return
        wait = self._patience(job, failed)
        if wait is not None:
            if failed.after is not None:
                self._hosts.pause(host, wait)
            job.repeat()
            self._hosts.put(host_of(job.at), job, delay=wait)
        elif job.give_up(failed):
            self._hosts.put(host_of(job.at), job)
        else:
            self._finished(Entry(address=job.wanted.address, when=_now(), tried=tuple(job.tried)), 0)

    def _taken(self, job: Job, body: Body) -> Failed | None:
        """Keep an image that is one; say what is wrong with bytes that are none."""
        found = check(body.data, self._limits.max_pixels)
        if isinstance(found, Failed):
            return found
        address = job.wanted.address
        entry = Entry(
            address=address,
            asked=job.spelling if job.spelling != address else "",
            final=job.at if job.at != job.spelling else "",
            sha256=self._store.put(body.data, found.media_type),
            media_type=found.media_type,
            size=len(body.data),
            width=found.width,
            height=found.height,
            when=_now(),
            tried=tuple(job.tried),
        )
        self._finished(entry, len(body.data))
        return None

    def _patience(self, job: Job, failed: Failed) -> float | None:
        """Seconds to wait before asking again; None when that is of no use or asks too much."""
        if not failed.may_pass or job.repeats >= self._limits.repeats:
            return None
        wait = self._limits.backoff * 2**job.repeats if failed.after is None else failed.after
        return wait if wait <= self._limits.longest_wait else None


def run(crew: Crew, threads: int, stop: threading.Event) -> None:
    """Let a crew work in so many threads; whatever ends this call early ends the requests under way."""
    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

    with ThreadPoolExecutor(max_workers=threads) as pool:
        working = [pool.submit(crew.work) for _ in range(threads)]
        try:
            for future in wait(working, return_when=FIRST_EXCEPTION).done:
                future.result()
        finally:
            crew.stop()
            stop.set()


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
