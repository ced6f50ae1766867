"""QuickBooks' limits as arithmetic: when may the next request start so that no window at the server can overflow."""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one company (realm) grants one app.

    Reference: https://developer.intuit.com/app/developer/qbo/docs/learn/rest-api-features#limits-and-throttles
    """

    per_minute: int = 500
    per_second: int = 10
    batches_per_minute: int = 40
    concurrent: int = 10


class Window:
    """At most `limit` arrivals in any `seconds` at the server, whatever the latency.

    A request reaches the server at some moment between its start here and its answer. It therefore counts from its
    start until `seconds` after the last moment at which it can have arrived. Then of all requests that the server
    sees within one window, the one that started last found every other one still counted: never more than `limit`.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._under_way = 0
        self._arrived: list[float] = []  # latest possible arrivals, sorted

    def free_at(self, now: float) -> float | None:
        """When the next request may start, given that nothing else starts; None = only after an answer."""
        del self._arrived[: bisect_right(self._arrived, now - self.seconds)]
        excess = self._under_way + len(self._arrived) - self.limit
        if excess < 0:
            return now
        return self._arrived[excess] + self.seconds if excess < len(self._arrived) else None

    def start(self) -> None:
        """A request leaves now."""
        self._under_way += 1

    def finish(self, arrived_by: float) -> None:
        """A request is over; it cannot have arrived after this moment."""
        self._under_way -= 1
        insort(self._arrived, arrived_by)


class Budget:
    """All limits of one realm together, and the freeze after a 429. Not thread-safe: `Pace` guards it."""

    def __init__(self, limits: Limits, concurrent: int) -> None:
        self.frozen_until = float("-inf")
        self._concurrent = min(concurrent, limits.concurrent)
        self._under_way = 0
        self._every = (Window(limits.per_minute, 60), Window(limits.per_second, 1))
        self._batches = Window(limits.batches_per_minute, 60)

    def free_at(self, now: float) -> float | None:
        """When any request may start; None = only after an answer."""
        if self._under_way >= self._concurrent:
            return None
        return latest(now, self.frozen_until, *(window.free_at(now) for window in self._every))

    def batch_free_at(self, now: float) -> float | None:
        """When the limit on batches alone lets the next batch start; None = only after an answer."""
        return self._batches.free_at(now)

    def start(self, *, batch: bool) -> None:
        """A request leaves now."""
        self._under_way += 1
        for window in self._windows(batch):
            window.start()

    def finish(self, arrived_by: float, *, batch: bool) -> None:
        """A request is over; it cannot have arrived after this moment."""
        self._under_way -= 1
        for window in self._windows(batch):
            window.finish(arrived_by)

    def _windows(self, batch: bool) -> tuple[Window, ...]:
        return (*self._every, self._batches) if batch else self._every


def latest(*moments: float | None) -> float | None:
    """The last of some moments; None (not yet known) wins."""
    known = [moment for moment in moments if moment is not None]
    return max(known) if len(known) == len(moments) else None
