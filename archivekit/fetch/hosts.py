"""Hosts: whose turn it is. A queue per host, so that a slow server holds up nobody else and none is asked too often."""

from __future__ import annotations

import heapq
import threading
import time
from typing import Generic, TypeVar

Item = TypeVar("Item")


class _Host(Generic[Item]):
    """The requests that wait for one host: when each may start, in which order they came, what they are."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, int, Item]] = []
        self.running = 0
        self.not_before = 0.0


class Hosts(Generic[Item]):
    """Hands out items to threads: at most ``per_host`` of a host at a time, their starts ``interval`` seconds apart."""

    def __init__(self, *, per_host: int, interval: float) -> None:
        self._per_host = per_host
        self._interval = interval
        self._hosts: dict[str, _Host[Item]] = {}
        self._changed = threading.Condition()
        self._count = 0
        self._closed = False

    def put(self, host: str, item: Item, *, delay: float = 0.0) -> None:
        """Add an item that may start ``delay`` seconds from now."""
        with self._changed:
            self._count += 1
            queue = self._hosts.setdefault(host, _Host())
            heapq.heappush(queue.waiting, (time.monotonic() + delay, self._count, item))
            self._changed.notify()

    def pause(self, host: str, seconds: float) -> None:
        """Start nothing with a host for so long."""
        with self._changed:
            queue = self._hosts.setdefault(host, _Host())
            queue.not_before = max(queue.not_before, time.monotonic() + seconds)

    def take(self) -> tuple[str, Item] | None:
        """The next item and its host, waiting for one if need be; None when nothing waits and nothing runs. Call
        ``done`` for it, after ``put`` of whatever comes of it."""
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                soonest: float | None = None
                for name, host in self._hosts.items():
                    if not host.waiting or host.running >= self._per_host:
                        continue
                    start = max(host.waiting[0][0], host.not_before)
                    if start <= now:
                        return name, self._start(host, now)
                    soonest = start if soonest is None else min(soonest, start)
                if soonest is None and not any(host.running for host in self._hosts.values()):
                    self._changed.notify_all()
                    return None
                self._changed.wait(None if soonest is None else soonest - now)
            return None

    def _start(self, host: _Host[Item], now: float) -> Item:
        host.running += 1
        host.not_before = now + self._interval
        return heapq.heappop(host.waiting)[2]

    def done(self, host: str) -> None:
        """An item of this host has run its course."""
        with self._changed:
            self._hosts[host].running -= 1
            self._changed.notify_all()

    def close(self) -> None:
        """Hand out nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
