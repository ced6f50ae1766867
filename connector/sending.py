"""Sending: recorded requests go to QuickBooks, one by one or in batches, and each answer becomes its row's outcome."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog

from connector.errors import Disconnected, QuickBooksError
from connector.ledger import Row
from connector.outcomes import doubted, failed, posted
from connector.quickbooks import BatchItem, Gateway, Keeper
from connector.records import time_text
from connector.repairing import Repairing
from connector.retries import PAUSE, REPAIRS, decide

log = structlog.get_logger()


class Sending:
    """Carries requests that are on record; nothing here writes to the ledger but what a repair learns of an order."""

    def __init__(
        self,
        gateway: Gateway,
        repairing: Repairing,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
        keeper: Keeper | None = None,
    ) -> None:
        self._gateway = gateway
        self._repairing = repairing
        self._clock = clock
        self._jitter = jitter
        self._keeper = keeper

    def send(self, row: Row) -> Row:
        """Send one row's request and return the row with what came of it; raises LeaseLost, CouchError."""
        request = row.request or {}
        try:
            entity = self._answer_to(request)
        except QuickBooksError as error:
            return self.failed(row, error)
        return posted(row, entity, time_text(self._clock()))

    def send_together(self, rows: Sequence[Row]) -> list[Row]:
        """Send rows that share a request id as one batch; every row has an outcome of its own. Raises as `send`."""
        if not rows:
            return []
        requests = [row.request or {} for row in rows]
        try:
            outcomes = self._gateway.batch([item_of(request) for request in requests], requests[0]["request_id"])
        except QuickBooksError as error:
            jitter = self._jitter()  # one for all: what is repeated together costs one request
            return [self.failed(row, error, jitter) for row in rows]
        at = time_text(self._clock())
        return [
            self.failed(row, outcome.error) if outcome.error else posted(row, outcome.result(), at)
            for row, outcome in zip(rows, outcomes, strict=True)
        ]

    def repeat(self, rows: Sequence[Row]) -> list[Row]:
        """Send the same bytes again under the same ids; rows of one batch go as one. Raises as `send`."""
        groups: dict[str, list[Row]] = {}
        for row in rows:
            groups.setdefault(str((row.request or {})["request_id"]), []).append(row)
        return [
            done
            for group in groups.values()
            for done in (self.send_together(group) if len(group) > 1 else [self.send(group[0])])
        ]

    def failed(self, row: Row, error: QuickBooksError, jitter: float | None = None) -> Row:
        """The row after an error: repaired where the connector can settle it by itself, else as the table says.

        `jitter` is a random 0..1 that rows share which are to be tried again at the same time.
        """
        jitter = self._jitter() if jitter is None else jitter
        pause = self._gateway.resting_for() or PAUSE
        decision = decide(error, row.attempts + 1, jitter=jitter, pause=pause, repairs=row.repairs)
        if isinstance(error, Disconnected) and self._keeper:
            self._keeper.stopped_by(error)  # says so once, for all rows
        else:
            log.warning(
                "posting.failed", document=row.of, action=decision.action.name, code=decision.code, reason=str(error)
            )
        now = self._clock()
        if decision.action in REPAIRS:
            refused = doubted(row, error, decision.action, now)
            try:
                repaired = self._repairing.repair(refused, decision, now)
            except QuickBooksError as unread:
                return failed(refused, unread, decide(unread, row.attempts + 1, jitter=jitter, pause=pause), now)
            if repaired is not None:
                return repaired
        return failed(row, error, decision, now)

    def _answer_to(self, request: dict[str, Any]) -> dict[str, Any]:
        if "item" in request:
            return self._gateway.batch([item_of(request)], request["request_id"])[0].result()
        verbs = {"create": self._gateway.create, "update": self._gateway.update, "void": self._gateway.void}
        return verbs[request["operation"]](request["entity"], request["body"].encode(), request["request_id"])


def item_of(request: dict[str, Any]) -> BatchItem:
    """A recorded request as an item of a batch."""
    return BatchItem(request["operation"], request["entity"], request["body"].encode(), request["item"])
