"""Every call to QuickBooks counted by kind, company and month, and which of them are metered."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlsplit

import structlog

from connector.errors import CouchError
from connector.quickbooks.batches import BatchItem, BatchOutcome

# Successful reads in production; writes are not metered. Whether a batch of queries counts once, by query or not at
# all is not documented, so they are counted by themselves.
# Reference: https://blogs.intuit.com/2026/01/08/understanding-builder-tier-api-limits-for-you-and-your-customers
METERED = ("read", "query", "cdc", "report")
MONTHLY_QUOTA = 500_000  # metered calls a month of the free (Builder) tier, all apps of a workspace together
SAVE_EVERY = 5.0  # seconds; so much of the counting a crash may lose

log = structlog.get_logger()


@dataclass(frozen=True)
class Tally:
    """How many calls of each kind left, and how many of them QuickBooks answered with a result."""

    sent: Counter[str] = field(default_factory=Counter)
    succeeded: Counter[str] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.sent or self.succeeded)

    @property
    def metered(self) -> int:
        """Calls that count towards the quota in production, apart from queries inside batches."""
        return sum(self.succeeded[kind] for kind in METERED)


class Saving(Protocol):
    """The part of `CallRecord` that the counting needs."""

    def add(self, month: str, tally: Tally, number: int) -> None:
        """Add to what is on record; the same number again adds nothing. Raises CouchError."""


class Calls:
    """The counts of one realm in this process, saved every few seconds. Any thread may count."""

    def __init__(
        self,
        record: Saving | None = None,
        *,
        counted: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._record = record
        self._counted = counted
        self._clock = clock
        self._wall_clock = wall_clock
        self._lock = threading.Lock()
        self._saving = threading.Lock()
        self._unsaved: dict[str, Tally] = {}
        self._due = float("inf")
        self._number = 0
        self._in_hand: tuple[str, Tally] | None = None

    def sent(self, kind: str, count: int = 1) -> None:
        """A call leaves."""
        self._count(lambda tally: tally.sent.update({kind: count}))

    def succeeded(self, kind: str, count: int = 1) -> None:
        """QuickBooks answered a call with a result."""
        self._count(lambda tally: tally.succeeded.update({kind: count}))

    @contextmanager
    def counting(self, kind: str) -> Iterator[None]:
        """Count the call that the block makes; it succeeds when nothing is raised."""
        self.sent(kind)
        yield
        self.succeeded(kind)

    def items(self, items: Sequence[BatchItem], outcomes: Sequence[BatchOutcome]) -> None:
        """Count what was in an answered batch."""
        for item, outcome in zip(items, outcomes, strict=True):
            self.sent(item_kind(item))
            if outcome.error is None:
                self.succeeded(item_kind(item))

    def tick(self) -> float | None:
        """Save what is due; returns the seconds until the next time, None while there is nothing to save.

        Raises CouchError; nothing is lost or counted twice by that.
        """
        with self._lock:
            left = self._due - self._clock()
        if left == float("inf"):
            return None
        if left > 0:
            return left
        self.save()
        return None

    def save(self) -> None:
        """Save everything now; raises CouchError."""
        if self._record is None:
            return
        with self._saving:
            while self._next() is not None:
                assert self._in_hand is not None
                self._record.add(*self._in_hand, self._number)
                self._in_hand = None

    def close(self) -> None:
        """Save everything, if CouchDB can be reached."""
        try:
            self.save()
        except CouchError as error:
            log.warning("quickbooks.calls_not_saved", reason=str(error))

    def _next(self) -> tuple[str, Tally] | None:
        """What to save next: first what a lost answer leaves in doubt, under its old number."""
        with self._lock:
            if self._in_hand is None and self._unsaved:
                month = min(self._unsaved)
                self._in_hand = month, self._unsaved.pop(month)
                self._number += 1
            if self._in_hand is None:
                self._due = float("inf")
            return self._in_hand

    def _count(self, add: Callable[[Tally], None]) -> None:
        month = f"{self._wall_clock():%Y-%m}"
        with self._lock:
            add(self._unsaved.setdefault(month, Tally()))
            first = self._due == float("inf")
            if first:
                self._due = self._clock() + SAVE_EVERY
        if first:
            self._counted()


def kind_of(method: str, url: str) -> str:
    """The kind of a call: read, query, cdc, report, batch, or `write:` and the entity in small letters."""
    path = urlsplit(url).path.partition("/company/")[2].split("/")
    resource = path[1] if len(path) > 1 else ""
    if resource in ("query", "batch", "cdc"):
        return resource
    if method == "GET":
        return "report" if resource == "reports" else "read"
    return f"write:{resource}"


def item_kind(item: BatchItem) -> str:
    """The kind of an item of a batch: `item:query`, or `item:` and the entity in small letters."""
    return f"item:{'query' if item.operation == 'query' else item.entity.lower()}"
