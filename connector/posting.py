"""Posting: ledger rows with work to do become estimates, customers, receipts or reasons, each exactly once."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import structlog

from connector.check import Facts, Reason
from connector.errors import QuickBooksError
from connector.facts import FactReader
from connector.lease import Lease
from connector.ledger import Ledger, Row
from connector.looking import Looking
from connector.outcomes import answered, failed, posted, refused, summed_up
from connector.preparing import Policy, prepare, readable, request_of, with_batch
from connector.quickbooks import BatchItem, Gateway
from connector.receipts import Receipts
from connector.records import Order, time_text
from connector.retries import decide
from connector.steps import Step, reached

BATCH_FROM = 4  # rows; fewer are quicker one by one

log = structlog.get_logger()


class Posting:
    """Carries rows through check, request, answer, record and receipt; every step may be repeated."""

    def __init__(
        self,
        ledger: Ledger,
        receipts: Receipts,
        facts: FactReader,
        gateway: Gateway,
        lease: Lease,
        policy: Callable[[], Policy],
        realm: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._ledger = ledger
        self._receipts = receipts
        self._facts = facts
        self._gateway = gateway
        self._lease = lease
        self._policy = policy
        self._realm = realm
        self._clock = clock
        self._jitter = jitter

    def work(self, row_ids: Sequence[str]) -> list[Row]:
        """Do what is to be done for some rows and return them as they are now (those that still have work included).

        Raises LeaseLost, CouchError; whatever had been reached by then is on record or will be found again.
        """
        rows = [row for row in self._ledger.read(row_ids).values() if row.work is not None]
        reached(Step.ROWS_LOADED, (row.id for row in rows))
        to_post = [row for row in rows if row.work == "post" and row.posted_at is None]
        to_answer = [row for row in rows if row.work == "receipt" or row.posted_at is not None]
        if to_post:
            outcomes, overtaken = self._ledger.write(self._post(to_post))
            reached(Step.OUTCOME_RECORDED, (row.id for row in outcomes))
            for row in outcomes:
                log.info("order." + row.state, document=row.of, rep=row.rep, **_told(row))
            # A row that waits as it did before has nothing new to tell its rep.
            settled = [row for row in outcomes if row.work == "post" and row.told == summed_up(row)]
            to_answer.extend(row for row in outcomes if row not in settled)
            missed = {row.id for row in to_post} - {row.id for row in outcomes} | {row.id for row in overtaken}
            return self._answer(to_answer) + settled + list(self._ledger.read(sorted(missed)).values())
        return self._answer(to_answer)

    def give_up(self, row_id: str, error: Exception) -> list[Row]:
        """Park a row that the program itself fails on, so that a person sees it and the others go on."""
        text = f"Roadbook itself failed on this document ({type(error).__name__}); an admin must look into it."
        reason = Reason("program_error", text, "admin", str(error)[:500]).as_document()
        at = time_text(self._clock())
        rows = [
            row.step(at, "parked", state="parked", work="receipt", due_at=at, reason=reason)
            if row.posted_at is None
            else row.step(at, "program_error", work=None, notice=reason)
            for row in self._ledger.read([row_id]).values()
        ]
        stored, _ = self._ledger.write(rows)
        return self._answer([row for row in stored if row.work is not None])

    def _answer(self, rows: list[Row]) -> list[Row]:
        if not rows:
            return []
        written = self._receipts.write(rows)
        reached(Step.RECEIPT_WRITTEN, (row.id for row in written))
        stored, conflicts = self._ledger.write([answered(row) for row in written])
        reached(Step.RECEIPT_RECORDED, (row.id for row in stored))
        return stored + list(self._ledger.read(row.id for row in conflicts).values())

    def _post(self, rows: list[Row]) -> list[Row]:
        """The rows after their outcome; not yet recorded."""
        self._lease.ensure()
        outcomes: list[Row] = []
        alone: set[str] = set()  # rows that were sent before under another request: never part of a batch
        fresh = [row for row in rows if not (row.doubtful or row.suspect)]
        looking = Looking(self._gateway, self._facts)
        for row in rows:
            if row.doubtful or row.suspect:
                outcome = self._look_again(row, looking)
                if outcome is not None:
                    outcomes.append(outcome)
                else:
                    fresh.append(row)
                    alone.add(row.id)
        prepared, refusals = self._prepare(fresh)
        outcomes.extend(refusals)
        together = [row for row in prepared if row.id not in alone]
        if len(together) < BATCH_FROM:
            together = []
        single = [row for row in prepared if row not in together]
        batch = with_batch(together)
        recorded, _ = self._ledger.write([*single, *batch])
        reached(Step.REQUEST_RECORDED, (row.id for row in recorded))
        batched = {row.id for row in batch}
        outcomes.extend(self._send_batch([row for row in recorded if row.id in batched]))
        outcomes.extend(self._send(row) for row in recorded if row.id not in batched)
        reached(Step.ANSWERED, (row.id for row in recorded))
        return outcomes

    def _prepare(self, rows: list[Row]) -> tuple[list[Row], list[Row]]:
        """Rows with their request, and rows that a check refused."""
        now = self._clock()
        at = time_text(now)
        records = [(row, readable(row)) for row in rows]
        orders = [(row, record) for row, record in records if isinstance(record, Order)]
        try:
            policy = self._policy()
        except QuickBooksError as error:
            return [], [self._failed(row, error) for row in rows]
        facts = {row.id: found for (row, _), found in zip(orders, self._facts.read(orders), strict=True)}
        prepared: list[Row] = []
        refusals: list[Row] = []
        for row, record in records:
            outcome = prepare(row, record, facts.get(row.id, Facts()), policy)
            if isinstance(outcome, Reason):
                refusals.append(refused(row, outcome, now))
            else:
                request = request_of(row, *outcome, realm=self._realm, at=at)
                prepared.append(row.step(at, "sending", request=request, sent_at=at))
        reached(Step.CHECKED, (row.id for row in rows))
        return prepared, refusals

    def _send(self, row: Row) -> Row:
        request = row.request or {}
        try:
            if "item" in request:
                item = BatchItem("create", request["entity"], request["body"].encode(), request["item"])
                entity = self._gateway.batch([item], request["request_id"])[0].result()
            else:
                entity = self._gateway.create(request["entity"], request["body"].encode(), request["request_id"])
        except QuickBooksError as error:
            return self._failed(row, error)
        return posted(row, entity, time_text(self._clock()))

    def _send_batch(self, rows: list[Row]) -> list[Row]:
        if not rows:
            return []
        requests = [row.request or {} for row in rows]
        items = [
            BatchItem("create", request["entity"], request["body"].encode(), request["item"]) for request in requests
        ]
        try:
            outcomes = self._gateway.batch(items, requests[0]["request_id"])
        except QuickBooksError as error:
            return [self._failed(row, error) for row in rows]
        at = time_text(self._clock())
        return [
            self._failed(row, outcome.error) if outcome.error else posted(row, outcome.result(), at)
            for row, outcome in zip(rows, outcomes, strict=True)
        ]

    def _failed(self, row: Row, error: QuickBooksError) -> Row:
        decision = decide(error, row.attempts + 1, jitter=self._jitter())
        log.warning(
            "posting.failed", document=row.of, action=decision.action.name, code=decision.code, reason=str(error)
        )
        return failed(row, error, decision, self._clock())

    def _look_again(self, row: Row, looking: Looking) -> Row | None:
        """Something may have been sent before: adopt what it made, else repeat the same bytes; None: prepare anew."""
        if row.request and row.request.get("realm", self._realm) != self._realm:
            text = f"It was sent to company {row.request['realm']}, which is not the one that is connected now."
            return refused(row, Reason("other_company", text, "admin"), self._clock())
        try:
            found = looking.find(row)
        except QuickBooksError as error:
            # A failed look changes nothing about the doubt: what was sent may still have arrived.
            return replace(self._failed(row, error), sent_at=row.sent_at, suspect=True)
        if found is not None:
            return posted(row, found, time_text(self._clock()), "adopted")
        return self._send(replace(row, suspect=True)) if row.doubtful else None


def _told(row: Row) -> dict[str, Any]:
    """What a log line says of a row beside its state."""
    told: dict[str, Any] = {}
    if row.estimate:
        told["estimate"] = row.estimate["number"] or row.estimate["id"]
    if row.reason:
        told["reason"] = row.reason["code"]
    return told
