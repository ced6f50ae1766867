"""One pace per realm: every request of every thread waits its turn here, so that QuickBooks never has to say 429."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from connector.errors import QuickBooksUnreachable
from connector.quickbooks.windows import Budget, Limits, latest

FREEZE = 60  # seconds that a 429 stops the whole realm
FREEZE_JITTER = 10  # seconds on top, times a random 0..1


class Clock(Protocol):
    """Time and waiting, so that tests need neither."""

    def now(self) -> float:
        """Monotonic seconds."""

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        """Wait on a held condition until it is notified or the seconds are over."""


class MonotonicClock:
    """The real time."""

    def now(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        """Wait on a held condition until it is notified or the seconds are over."""
        condition.wait(seconds)


class Turn:
    """One request's permission to go; tell it what the answer says about the server's part of the time."""

    def __init__(self, *, batch: bool) -> None:
        self.batch = batch
        self.service_time = 0.0

    def served_in(self, seconds: float) -> None:
        """The server says it worked this long on the request, so it arrived at least as long before the answer."""
        self.service_time = max(0.0, seconds)


class Pace:
    """The limits of one realm, shared by all threads of the active connector; first come, first served."""

    def __init__(
        self,
        concurrent: int = 4,
        *,
        limits: Limits | None = None,
        clock: Clock | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._budget = Budget(limits or Limits(), concurrent)
        self._clock = clock or MonotonicClock()
        self._jitter = jitter
        self._condition = threading.Condition()
        self._queue: list[Turn] = []
        self._closed = False

    @contextmanager
    def turn(self, *, batch: bool = False) -> Iterator[Turn]:
        """Wait until one request may leave; the block is the request. Raises QuickBooksUnreachable once closed."""
        turn = Turn(batch=batch)
        with self._condition:
            self._queue.append(turn)
            try:
                self._wait_for(turn)
                self._budget.start(batch=batch)
            finally:
                self._queue.remove(turn)
                self._condition.notify_all()
        started = self._clock.now()
        try:
            yield turn
        finally:
            with self._condition:
                arrived_by = max(started, self._clock.now() - turn.service_time)
                self._budget.finish(arrived_by, batch=batch)
                self._condition.notify_all()

    def freeze(self) -> float:
        """Stop the realm for 60 seconds and a little: QuickBooks said 429. Returns the seconds."""
        seconds = FREEZE + FREEZE_JITTER * self._jitter()
        with self._condition:
            self._budget.frozen_until = max(self._budget.frozen_until, self._clock.now() + seconds)
            self._condition.notify_all()
        return seconds

    @property
    def frozen_until(self) -> float | None:
        """The monotonic moment at which a freeze ends; None when there is none."""
        with self._condition:
            until = self._budget.frozen_until
            return until if until > self._clock.now() else None

    def frozen_for(self) -> float:
        """Seconds that a freeze still lasts; 0 when there is none."""
        until = self.frozen_until
        return max(0.0, until - self._clock.now()) if until is not None else 0.0

    def close(self) -> None:
        """Send everyone home who waits and who comes later; requests under way end by themselves."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    def _wait_for(self, turn: Turn) -> None:
        while True:
            if self._closed:
                raise QuickBooksUnreachable("the connector is stopping; nothing was sent to QuickBooks")
            now = self._clock.now()
            moment = self._free_at(turn, now)
            if moment is not None and moment <= now:
                return
            self._clock.wait(self._condition, None if moment is None else moment - now)

    def _free_at(self, turn: Turn, now: float) -> float | None:
        """When this turn may leave; None = something else has to happen first."""
        mine = latest(now, self._budget.batch_free_at(now)) if turn.batch else now
        for earlier in self._queue[: self._queue.index(turn)]:
            # Only a batch that waits for the limit on batches may be overtaken, and not by another batch.
            blocked = self._budget.batch_free_at(now) if earlier.batch else now
            if turn.batch or (blocked is not None and blocked <= now):
                return None
        return latest(mine, self._budget.free_at(now))
