"""QuickBooks' limits as arithmetic: when may the next request start so that no window at the server can overflow."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable
from dataclasses import astuple, dataclass, replace


@dataclass(frozen=True)
class Limits:
    """What one company (realm) grants one app, or a share of it.

    Reference: https://developer.intuit.com/app/developer/qbo/docs/learn/rest-api-features#limits-and-throttles
    """

    per_minute: int = 500
    per_second: int = 10
    batches_per_minute: int = 40
    concurrent: int = 10

    def each(self, rule: Callable[..., int], *others: Limits) -> Limits:
        """The limits that a rule makes of every one of these and its counterparts in others."""
        return Limits(*(rule(*counts) for counts in zip(astuple(self), *map(astuple, others), strict=True)))


NOTHING = Limits(0, 0, 0, 0)


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

    def held(self, now: float) -> int:
        """How many requests count now."""
        del self._arrived[: bisect_right(self._arrived, now - self.seconds)]
        return self._under_way + len(self._arrived)

    def free_at(self, now: float, limit: int | None = None) -> float | None:
        """When the next request may start, given that nothing else starts; None = only after something happens.

        `limit` stands for a part of the window's own, while the rest of it is other processes'.
        """
        excess = self.held(now) - (self.limit if limit is None else limit)
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
    """All limits of one realm together, and the freeze after a 429. Not thread-safe: `Pace` guards it.

    `of_realm` is what all processes have together, `limits` the most that this one may use; `within` is the share of
    it that it may use now, by default all.
    """

    def __init__(self, limits: Limits, concurrent: int) -> None:
        self.of_realm = limits
        self.limits = replace(limits, concurrent=min(concurrent, limits.concurrent))
        self.frozen_until = float("-inf")
        self._under_way = 0
        self._minute = Window(limits.per_minute, 60)
        self._second = Window(limits.per_second, 1)
        self._batches = Window(limits.batches_per_minute, 60)

    def free_at(self, now: float, within: Limits | None = None) -> float | None:
        """When any request may start; None = only after something happens."""
        share = within or self.limits
        if self._under_way >= share.concurrent:
            return None
        minute, second = self._minute.free_at(now, share.per_minute), self._second.free_at(now, share.per_second)
        return latest(now, self.frozen_until, minute, second)

    def batch_free_at(self, now: float, within: Limits | None = None) -> float | None:
        """When the limit on batches alone lets the next batch start; None = only after something happens."""
        return self._batches.free_at(now, (within or self.limits).batches_per_minute)

    def held(self, now: float) -> Limits:
        """How much of every limit is in use now."""
        return Limits(self._minute.held(now), self._second.held(now), self._batches.held(now), self._under_way)

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
        return (self._minute, self._second, self._batches) if batch else (self._minute, self._second)


def latest(*moments: float | None) -> float | None:
    """The last of some moments; None (not yet known) wins."""
    known = [moment for moment in moments if moment is not None]
    return max(known) if len(known) == len(moments) else None


def earliest(*moments: float | None) -> float | None:
    """The first of some moments, as far as they are known."""
    return min((moment for moment in moments if moment is not None), default=None)
