"""Drafting: rows become requests that can be put on record, or the reason why nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from connector.changing import Folded, Settled, change_of
from connector.check import ORDER_NOT_YET, WAITING_CODES, Facts, Reason, departure
from connector.contents import later_change, readable, whole_of
from connector.facts import FactReader
from connector.ledger import LATER, Ledger, Row
from connector.outcomes import refused
from connector.policy import Policy
from connector.preparing import prepare, request_of
from connector.records import Order, time_text


@dataclass
class Drafts:
    """What became of some rows: ready to be sent, answered without sending, orders that changed before posting."""

    prepared: list[Row] = field(default_factory=list)
    answered: list[Row] = field(default_factory=list)
    moved: list[Row] = field(default_factory=list)


class Drafting:
    """Reads the facts that rows need and draws up their requests; writes only orders that change before posting."""

    def __init__(self, ledger: Ledger, facts: FactReader, realm: str, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._facts = facts
        self._realm = realm
        self._clock = clock

    def draft(self, rows: Sequence[Row], policy: Policy) -> Drafts:
        """The drafts of rows; of an order's later changes only one is looked at. Raises CouchError, LeaseLost."""
        drafts = Drafts()
        self._draft_new([row for row in rows if row.kind not in LATER], policy, drafts)
        later = one_for_each_order(rows)
        if later:
            self._draft_changes(later, policy, drafts)
        return drafts

    def _draft_new(self, rows: list[Row], policy: Policy, drafts: Drafts) -> None:
        now = self._clock()
        records = [(row, readable(row)) for row in rows]
        orders = [(row, record) for row, record in records if isinstance(record, Order)]
        facts = {row.id: found for (row, _), found in zip(orders, self._facts.read(orders), strict=True)}
        for row, record in records:
            outcome = prepare(row, record, facts.get(row.id, Facts()), policy)
            if isinstance(outcome, Reason):
                drafts.answered.append(refused(row, outcome, now))
            else:
                drafts.prepared.append(self._with_request(noted(row, record, facts.get(row.id)), "create", *outcome))

    def _draft_changes(self, rows: list[Row], policy: Policy, drafts: Drafts) -> None:
        now = self._clock()
        orders = self._ledger.read(sorted({row.order_row for row in rows}))
        under_way = self._ledger.under_way(orders.values())
        wholes = [(row, whole) for row in rows if (whole := whole_of(row, orders.get(row.order_row))) is not None]
        facts = {row.id: found for (row, _), found in zip(wholes, self._facts.read(wholes), strict=True)}
        for row in rows:
            order = orders.get(row.order_row)
            obstacle = self._obstacle(row, order, under_way)
            if obstacle is not None:
                drafts.answered.append(refused(row, obstacle, now))
                continue
            outcome = change_of(row, later_change(row), order, facts.get(row.id, Facts()), policy, now)
            if isinstance(outcome, Folded):
                stored, overtaken = self._ledger.write([outcome.order])
                drafts.moved += stored
                if overtaken:
                    continue  # somebody else wrote the order's row just now: it is looked at again
                outcome = outcome.answer
            if isinstance(outcome, Reason):
                drafts.answered.append(refused(row, outcome, now))
            elif isinstance(outcome, Settled):
                drafts.answered.append(outcome.row)
            else:
                drafts.prepared.append(self._with_request(row, outcome.operation, outcome.entity, outcome.body))

    def _obstacle(self, row: Row, order: Row | None, under_way: dict[str, set[str]]) -> Reason | None:
        """Why a change can't be looked at now, whatever it says."""
        if order is None or order.posted_at is None:
            return None
        home = order.company or self._realm
        if home != self._realm:
            text = f"Its order is in company {home}, which is not the one that is connected now."
            return Reason("other_company", text, "admin")
        if under_way.get(order.id, set()) - {row.id}:
            return Reason(ORDER_NOT_YET, "It waits for an earlier change whose outcome is not certain yet.", "nobody")
        return None

    def _with_request(self, row: Row, operation: str, entity: str, body: bytes) -> Row:
        at = time_text(self._clock())
        request = request_of(row, operation, entity, body, realm=self._realm, at=at)
        # What it waited for is there now; those looks were no attempts.
        waited = (row.reason or {}).get("code") in WAITING_CODES
        return row.step(at, "sending", request=request, sent_at=at, attempts=0 if waited else row.attempts)


def noted(row: Row, record: object, facts: Facts | None) -> Row:
    """The row with a note if its customer has left the rep's territory; what is noted already stays."""
    note = departure(record, facts) if isinstance(record, Order) and facts is not None else None
    return row if note is None or row.notice is not None else replace(row, notice=note.as_document())


def one_for_each_order(rows: Iterable[Row]) -> list[Row]:
    """At most one later change of each order, the one that counts: a cancellation, else the newest amendment."""
    chosen: dict[str, Row] = {}
    for row in sorted((row for row in rows if row.kind in LATER), key=weight):
        chosen[row.order_row] = row
    return list(chosen.values())


def weight(row: Row) -> tuple[bool, int]:
    """Sorts later changes of an order: what counts most comes last."""
    return row.kind == "cancellation", int(row.content.get("number", 0))
