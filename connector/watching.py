"""The watch on QuickBooks: looks at what changed there, every few minutes and when the signal rings."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from connector.cursors import Cursor, Cursors
from connector.errors import CouchError, LeaseLost, RoadbookError
from connector.lease import Lease
from connector.quickbooks import Change, Gateway
from connector.records import time_text
from connector.sales import Taken
from connector.signals import ANY, Rings, Signals
from connector.steps import LookStep, reached
from connector.turns import GAP, Turns

LISTEN = 1.0  # seconds between two looks at the signal
OVERLAP = timedelta(minutes=5)  # what is read twice: an answer's time may be ahead of what its content knows
FIRST = timedelta(days=29)  # how far the first look goes back; QuickBooks keeps 30 days
UNSEEN_KEPT = timedelta(days=8)  # until the weekly reconciliation has compared everything

log = structlog.get_logger()


@dataclass(frozen=True)
class Feed:
    """Kinds of entities that are read together, under one cursor, and who takes what was found."""

    part: str
    kinds: tuple[str, ...]
    take: Callable[[Sequence[Change]], Taken] = lambda changes: Taken()
    look: Callable[[], Taken] | None = None  # where reading and moving the cursor is the feed's own affair

    def rang(self, before: Rings, now: Rings) -> bool:
        """Whether one of the kinds, or something that could not be understood, has rung since."""
        return any(now.get(kind) != before.get(kind) for kind in (ANY, *(kind.lower() for kind in self.kinds)))


class Watch:
    """Looks at QuickBooks for its feeds; one thread runs it."""

    def __init__(
        self,
        gateway: Gateway,
        cursors: Cursors,
        signals: Signals,
        lease: Lease,
        feeds: Sequence[Feed],
        lost: Callable[[], None],
        gap: float = GAP,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._gateway = gateway
        self._cursors = cursors
        self._signals = signals
        self._lease = lease
        self._feeds = {feed.part: (feed, Turns(gap)) for feed in feeds}
        self._lost = lost
        self._clock = clock
        self._rings: Rings = {}
        self._poll = threading.Event()

    def wanted(self) -> None:
        """Have every feed looked at soon; safe to call from any thread."""
        self._poll.set()

    def run(self, done: threading.Event) -> None:
        """Watch until told to stop."""
        while not done.wait(LISTEN):
            try:
                self._listen()
                for feed, turns in self._feeds.values():
                    if turns.due(time.monotonic()):
                        self._turn(feed, turns)
            except LeaseLost as error:
                log.error("watch.lease_lost", reason=str(error))
                self._lost()
                return
            except CouchError as error:
                log.warning("watch.couchdb_away", reason=str(error))
            except Exception:
                log.exception("watch.crashed")

    def _listen(self) -> None:
        rings = self._signals.rings(self._gateway.realm)
        polled = self._poll.is_set()
        self._poll.clear()
        for feed, turns in self._feeds.values():
            if polled or feed.rang(self._rings, rings):
                turns.want()
        self._rings = rings

    def _turn(self, feed: Feed, turns: Turns) -> None:
        turns.begin(time.monotonic())
        try:
            taken = feed.look() if feed.look else self.look(feed)
        except LeaseLost:
            raise
        except Exception as error:
            turns.failed(time.monotonic())
            log.warning("watch.failed", part=feed.part, reason=str(error))
            expected = isinstance(error, RoadbookError)
            self._note(feed, str(error) if expected else f"Roadbook itself failed ({type(error).__name__}: {error})")
            if not expected:
                raise
            return
        if taken.problem:
            turns.failed(time.monotonic())
            return
        turns.succeeded()
        if taken.waiting:
            turns.want()

    def look(self, feed: Feed) -> Taken:
        """One look: everything since the cursor is taken; then the cursor moves, unless something of it is left to do.

        Raises LeaseLost, CouchError, QuickBooksError; the cursor has not moved then.
        """
        cursor = self._cursors.load(self._gateway.realm, feed.part)
        since = datetime.fromisoformat(cursor.since) if cursor.since else self._clock() - FIRST
        found = self._gateway.changes(feed.kinds, since)
        reached(LookStep.CHANGES_OF_BOOKS_READ, (f"{change.kind}:{change.id}" for change in found.changes))
        self._lease.ensure()
        taken = feed.take(found.changes)
        reached(LookStep.CHANGES_OF_BOOKS_RECORDED, (f"{change.kind}:{change.id}" for change in found.changes))
        moved = (found.at - OVERLAP).isoformat() if taken.complete else cursor.since
        after = looked(cursor, moved, taken.rows, found.unseen, self._clock())
        self._cursors.save(replace(after, problem=taken.problem))
        reached(LookStep.CURSOR_MOVED, (f"{change.kind}:{change.id}" for change in found.changes))
        log.info("watch.looked", part=feed.part, changes=len(found.changes), rows=taken.rows, waiting=taken.waiting)
        if found.unseen:
            log.warning("watch.not_seen", part=feed.part, what=found.unseen)
        return taken

    def _note(self, feed: Feed, problem: str) -> None:
        """Put a failure on record for the status page; where that fails too, the log has it."""
        try:
            cursor = self._cursors.load(self._gateway.realm, feed.part)
            self._cursors.save(replace(cursor, looked_at=time_text(self._clock()), problem=problem))
        except CouchError as error:
            log.warning("watch.not_noted", reason=str(error))


def looked(cursor: Cursor, since: str | None, rows: int, unseen: str | None, now: datetime) -> Cursor:
    """The cursor after a look that succeeded; what an earlier one could not see stays on it for a while."""
    kept = cursor.unseen_at is not None and now - datetime.fromisoformat(cursor.unseen_at) < UNSEEN_KEPT
    if unseen is None and kept:
        note, noted_at = cursor.unseen, cursor.unseen_at
    else:
        note, noted_at = unseen, time_text(now) if unseen else None
    at = time_text(now)
    return replace(cursor, since=since, looked_at=at, rows=rows, problem=None, unseen=note, unseen_at=noted_at)
