"""Posting: ledger rows with work to do become estimates, customers, receipts or reasons, each exactly once."""

from __future__ import annotations

import json
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
from connector.mapping import carries
from connector.outcomes import answered, failed, posted, refused
from connector.preparing import Policy, prepare, readable, request_of, with_batch
from connector.quickbooks import BatchItem, Gateway, literal
from connector.receipts import Receipts
from connector.records import CustomerRequest, Order, time_text
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
        to_post = [row for row in rows if row.work == "post"]
        to_answer = [row for row in rows if row.work == "receipt"]
        if to_post:
            outcomes, overtaken = self._ledger.write(self._post(to_post))
            reached(Step.OUTCOME_RECORDED, (row.id for row in outcomes))
            for row in outcomes:
                log.info("order." + row.state, document=row.of, rep=row.rep, **_told(row))
            to_answer.extend(outcomes)
            missed = {row.id for row in to_post} - {row.id for row in outcomes} | {row.id for row in overtaken}
            return self._answer(to_answer) + list(self._ledger.read(sorted(missed)).values())
        return self._answer(to_answer)

    def give_up(self, row_id: str, error: Exception) -> list[Row]:
        """Park a row that the program itself fails on, so that a person sees it and the others go on."""
        text = f"Roadbook itself failed on this document ({type(error).__name__}); an admin must look into it."
        at = time_text(self._clock())
        rows = [
            row.step(at, "parked", state="parked", work="receipt", due_at=at, reason=reason)
            for row in self._ledger.read([row_id]).values()
            for reason in [Reason("program_error", text, "admin", str(error)[:500]).as_document()]
        ]
        stored, _ = self._ledger.write(rows)
        return self._answer(stored)

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
        doubtful = [row for row in rows if row.doubtful]
        outcomes = [self._look_again(row) for row in doubtful]
        prepared, refusals = self._prepare([row for row in rows if not row.doubtful])
        outcomes.extend(refusals)
        if len(prepared) >= BATCH_FROM:
            prepared = with_batch(prepared)
        recorded, _ = self._ledger.write(prepared)
        reached(Step.REQUEST_RECORDED, (row.id for row in recorded))
        self._lease.ensure()
        if len(prepared) >= BATCH_FROM:
            outcomes.extend(self._send_batch(recorded))
        else:
            outcomes.extend(self._send(row) for row in recorded)
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

    def _look_again(self, row: Row) -> Row:
        """Something was sent and its outcome is unknown: adopt what it made, else send the same bytes again."""
        try:
            found = self._find(row)
        except QuickBooksError as error:
            # A failed look changes nothing about the doubt: what was sent may still have arrived.
            return replace(self._failed(row, error), sent_at=row.sent_at)
        if found is not None:
            return posted(row, found, time_text(self._clock()), "adopted")
        return self._send(row)

    def _find(self, row: Row) -> dict[str, Any] | None:
        """The estimate or customer that this row's request made, if it did. Costs one metered read."""
        record = readable(row)
        if isinstance(record, CustomerRequest):
            customers = self._gateway.query(f"select * from Customer where DisplayName = {literal(record.name)}")
            mark = f"Roadbook request {row.ulid}"
            return next((found for found in customers if found.get("Notes") == mark), None)
        customer = _customer_in(row)
        estimates = self._gateway.find_estimates(customer, record.captured_on)
        return next((found for found in estimates if carries(found, row.ulid, row.rep)), None)


def _customer_in(row: Row) -> str:
    """The QuickBooks customer in a recorded request."""
    body = json.loads((row.request or {})["body"])
    return str(body["CustomerRef"]["value"])


def _told(row: Row) -> dict[str, Any]:
    """What a log line says of a row beside its state."""
    told: dict[str, Any] = {}
    if row.estimate:
        told["estimate"] = row.estimate["number"] or row.estimate["id"]
    if row.reason:
        told["reason"] = row.reason["code"]
    return told
