"""The share of a realm's limits that this process may use: on record before it is used, handed back after."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import astuple

from connector.errors import CouchError, DocumentConflict
from connector.quickbooks.pace_record import VALID, Claim, Freeze, PaceRecord, Standing
from connector.quickbooks.windows import NOTHING, Budget, Limits

STANDING = Limits(per_minute=20, per_second=2, batches_per_minute=2, concurrent=2)  # what single orders need
QUIET = 5.0  # seconds without a request after which what is not in use is handed back
LOOK = 2.0  # seconds between looks at the record while requests leave
QUIET_LOOK = 10.0  # seconds between looks while none do
ASK_AGAIN = 1.0  # seconds until a process that got nothing asks again


class Reservation:
    """This process's claim on the limits. It doubles when it is used up, so that a killed process leaves little behind.

    Without a record the process is taken to be the only one. `lock` guards the budget and what is public here; `claim`
    and `tick` take it themselves and must be called without it.
    """

    def __init__(
        self,
        budget: Budget,
        record: PaceRecord | None,
        clock: Callable[[], float],
        lock: AbstractContextManager[object],
    ) -> None:
        self.share = NOTHING if record else budget.limits
        self.until = float("-inf") if record else float("inf")
        self.ask_at = float("-inf")
        self._budget = budget
        self._record = record
        self._clock = clock
        self._lock = lock
        self._one_at_a_time = threading.Lock()
        self._claimed: Claim | None = None
        self._doubtful = False  # whether the last write may or may not have arrived
        self._freeze: Freeze | None = None
        self._used_at = float("-inf")
        self._looked_at = float("-inf")
        self._over = False

    def used(self, now: float) -> None:
        """A request leaves now."""
        self._used_at = now

    def freeze(self, seconds: float) -> None:
        """Have the next claim say that the realm is frozen."""
        if self._record is not None:
            self._freeze = self._record.freeze(seconds)

    def end(self) -> None:
        """Have the next claim give back all that is not in use."""
        self._over = True

    def claim(self, *, wanted: bool = False, more: bool = False, fresh: bool = False) -> None:
        """Bring the record and this process in line: take more, prolong, hand back, heed others' freeze.

        `wanted`: a request waits for it; `more`: what is claimed does not do. Nothing is used before it is on record,
        and nothing is on record as free before it is. Raises CouchError.
        """
        if self._record is None:
            return
        with self._one_at_a_time:
            while True:
                started = self._clock()
                standing = self._record.standing(fresh=fresh)
                if more and not fresh and standing.taken != NOTHING:
                    standing = self._record.standing(fresh=True)
                with self._lock:
                    before = self.share
                    claim = self._planned(standing, wanted, more)
                    self.share = self.share.each(min, claim.share if claim else NOTHING)
                    freeze = self._freeze
                    settled = not self._doubtful and freeze is None and claim == self._claimed
                    if settled and (claim is None or not self._runs_out(started, wanted)):
                        break
                try:
                    self._record.write(claim, freeze)
                except DocumentConflict:
                    fresh = True
                    continue
                except CouchError:
                    self._doubtful = True
                    raise
                with self._lock:
                    self._on_record(claim, started)
                    self._freeze = None if self._freeze is freeze else self._freeze
                break
            with self._lock:
                self._looked_at = self._clock()
                grew = any(now > then for now, then in zip(astuple(self.share), astuple(before), strict=True))
                self.ask_at = self._clock() + ASK_AGAIN if more and not grew else float("-inf")

    def tick(self) -> float | None:
        """Do what is due without a request; returns the seconds until the next look, None when there is nothing.

        Raises CouchError.
        """
        with self._lock:
            if self._record is None or (self._claimed is None and self._freeze is None):
                return None
            # The first look in the quiet comes soon: it hands back what others may be waiting for.
            pause = QUIET_LOOK if self._clock() - self._used_at > QUIET + LOOK else LOOK
            due = self._looked_at + pause - self._clock()
            if due > 0 and self._freeze is None:
                return due
        self.claim(fresh=True)
        return pause

    def _planned(self, standing: Standing, wanted: bool, more: bool) -> Claim | None:
        now = self._clock()
        self._budget.frozen_until = max(self._budget.frozen_until, now + standing.frozen_for)
        held = self._budget.held(now)
        ceiling = self._budget.of_realm.each(lambda all, taken: max(0, all - taken), standing.taken)
        if standing.wanting:
            fair = self._budget.of_realm.each(lambda all: max(1, all // (1 + standing.alive)))
            ceiling = ceiling.each(min, fair)
        if self._over or (not wanted and self._quiet() and held == NOTHING):
            return Claim(held) if held != NOTHING else None
        goal = goal_of(self.share, held, more=more, quiet=self._quiet() and not wanted).each(min, self._budget.limits)
        share = goal.each(min, ceiling).each(max, held)
        wants = more and any(
            got < asked and got <= used for got, asked, used in zip(*map(astuple, (share, goal, held)), strict=True)
        )
        return Claim(share, wants)

    def _runs_out(self, now: float, wanted: bool) -> bool:
        """Whether requests leave, or want to, under a claim that has little time left."""
        return self.until - now < VALID / 2 and (wanted or not self._quiet())

    def _on_record(self, claim: Claim | None, started: float) -> None:
        self._doubtful = False
        self._claimed = claim
        self.share = claim.share if claim else NOTHING
        self.until = started + VALID if claim else float("-inf")

    def _quiet(self) -> bool:
        return self._clock() - self._used_at >= QUIET


def goal_of(share: Limits, held: Limits, *, more: bool, quiet: bool) -> Limits:
    """What a process should claim if nobody else were there: twice what it fills, or what it still holds."""
    if more:
        return share.each(max, STANDING).each(lambda has, used: 2 * has if 2 * used >= has else has, held)
    return STANDING.each(max, held) if quiet else share.each(max, STANDING)
