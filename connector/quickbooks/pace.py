"""One pace per realm: every request of every thread waits its turn here, so that QuickBooks never has to say 429."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import structlog

from connector.errors import CouchError, QuickBooksUnreachable
from connector.quickbooks.pace_record import CLOCK, PaceRecord
from connector.quickbooks.reservation import Reservation
from connector.quickbooks.windows import Budget, Limits, earliest, latest

FREEZE = 60  # seconds that a 429 stops the whole realm
FREEZE_JITTER = 10  # seconds on top, times a random 0..1

log = structlog.get_logger()


class Clock(Protocol):
    """Time and waiting, so that tests need neither."""

    def now(self) -> float:
        """Monotonic seconds."""

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        """Wait on a held condition until it is notified or the seconds are over."""


class MonotonicClock:
    """The real time."""

    def now(self) -> float:
        """Monotonic seconds, those of a suspended machine included."""
        return time.clock_gettime(CLOCK)

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
    """The limits of one realm, shared by all threads; first come, first served.

    With a record they are shared by all processes, too, and hold across a restart: then a request waits until it is
    covered by what this process has on record.
    """

    def __init__(
        self,
        concurrent: int = 4,
        *,
        record: PaceRecord | None = None,
        limits: Limits | None = None,
        clock: Clock | None = None,
        jitter: Callable[[], float] = random.random,
        claimed: Callable[[], None] = lambda: None,
    ) -> None:
        self._budget = Budget(limits or Limits(), concurrent)
        self._clock = clock or MonotonicClock()
        self._jitter = jitter
        self._claimed = claimed
        self._condition = threading.Condition()
        self._reservation = Reservation(self._budget, record, self._clock.now, self._condition)
        self._asking = False
        self._queue: list[Turn] = []
        self._closed = False

    @contextmanager
    def turn(self, *, batch: bool = False) -> Iterator[Turn]:
        """Wait until one request may leave; the block is the request.

        Raises QuickBooksUnreachable once closed, and when CouchDB cannot put on record that it leaves.
        """
        turn = Turn(batch=batch)
        with self._condition:
            self._queue.append(turn)
        try:
            self._wait_for(turn)
        finally:
            with self._condition:
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
        """Stop the realm for 60 seconds and a little: QuickBooks said 429. Returns the seconds.

        Other processes, and this one after a restart, heed it as soon as they look at the record.
        """
        seconds = FREEZE + FREEZE_JITTER * self._jitter()
        with self._condition:
            self._budget.frozen_until = max(self._budget.frozen_until, self._clock.now() + seconds)
            self._reservation.freeze(seconds)
            self._condition.notify_all()
        self._bring_in_line("quickbooks.freeze_not_recorded")
        self._claimed()
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
        """Send everyone home who waits and who comes later, and give back what is not in use.

        Requests under way end by themselves.
        """
        with self._condition:
            self._closed = True
            self._reservation.end()
            self._condition.notify_all()
        self._bring_in_line("quickbooks.pace_not_handed_back")

    def tick(self) -> float | None:
        """Do what is due without a request: prolong, hand back, heed others' freeze.

        Returns the seconds until the next time; None: not before `claimed` is called. Raises CouchError.
        """
        try:
            return self._reservation.tick()
        finally:
            with self._condition:
                self._condition.notify_all()

    def _wait_for(self, turn: Turn) -> None:
        """Return when the turn's request has been counted as leaving."""
        while True:
            with self._condition:
                ask = self._step(turn)
                if ask is None:
                    return
            if ask:
                self._ask(more=ask == "more")

    def _step(self, turn: Turn) -> str | None:
        """None: it leaves. `time` or `more`: what has to be claimed first. Empty: it has waited for news."""
        if self._closed:
            raise QuickBooksUnreachable("the connector is stopping; nothing was sent to QuickBooks")
        now = self._clock.now()
        by_share = self._free_at(turn, now, self._reservation.share)
        covered = now < self._reservation.until
        if covered and by_share is not None and by_share <= now:
            self._budget.start(batch=turn.batch)
            self._reservation.used(now)
            return None
        moment = self._free_at(turn, now, self._budget.limits)
        if moment is not None and moment <= now:
            # Only what is on record stands in the way.
            if not self._asking and (not covered or self._reservation.ask_at <= now):
                self._asking = True
                return "more" if by_share is None or by_share > now else "time"
            moment = None if self._asking else earliest(self._reservation.ask_at, by_share)
        self._clock.wait(self._condition, None if moment is None else moment - now)
        return ""

    def _ask(self, *, more: bool) -> None:
        try:
            self._reservation.claim(wanted=True, more=more)
        except CouchError as error:
            raise QuickBooksUnreachable(
                f"CouchDB could not put on record how much of QuickBooks' limits is used ({error}); nothing was sent"
            ) from error
        finally:
            with self._condition:
                self._asking = False
                self._condition.notify_all()
        self._claimed()
        with self._condition:
            too_late = not self._closed and self._reservation.until <= self._clock.now()
        if too_late:
            raise QuickBooksUnreachable("CouchDB is too slow to put on record what leaves; nothing was sent")

    def _bring_in_line(self, failure: str) -> None:
        try:
            self._reservation.claim()
        except CouchError as error:
            log.warning(failure, reason=str(error))

    def _free_at(self, turn: Turn, now: float, share: Limits) -> float | None:
        """When this turn may leave within a share of the limits; None = something else has to happen first."""
        mine = latest(now, self._budget.batch_free_at(now, share)) if turn.batch else now
        for earlier in self._queue[: self._queue.index(turn)]:
            # Only a batch that waits for the limit on batches may be overtaken, and not by another batch.
            blocked = self._budget.batch_free_at(now, share) if earlier.batch else now
            if turn.batch or (blocked is not None and blocked <= now):
                return None
        return latest(mine, self._budget.free_at(now, share))
