"""Posting under every doubt: looked for before it is sent again, and never under another request while in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pytest

from connector.check import Facts
from connector.errors import (
    FaultDetail,
    LeaseLost,
    QuickBooksError,
    QuickBooksFault,
    QuickBooksUnreachable,
    Throttled,
    UnknownOutcome,
)
from connector.facts import FactReader
from connector.lease import Lease
from connector.ledger import Ledger, Row
from connector.outcomes import retried
from connector.pinning import pin
from connector.policy import Policy
from connector.posting import Posting
from connector.quickbooks import BatchItem, BatchOutcome, Gateway
from connector.quickbooks.bodies import parsed_json
from connector.receipts import Receipts
from connector.records import Order
from tests.connector.samples import CUSTOMER, DATABASE, PRODUCTS, change, order

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
AT = "2026-11-20T10:00:00.000Z"
STALE = QuickBooksFault(400, (FaultDetail("5010", "Stale Object Error"),))


class Rows:
    """A ledger in memory, with revisions as CouchDB counts them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = {row.id: replace(row, ledger_revision="1") for row in rows}

    under_way = Ledger.under_way

    def listed(self, view: str, keys: Sequence[str]) -> list[Row]:
        return [row for row in self.rows.values() if row.ulid in keys]

    def read(self, row_ids: Sequence[str]) -> dict[str, Row]:
        return {row_id: self.rows[row_id] for row_id in row_ids if row_id in self.rows}

    def write(self, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
        stored = [replace(row, ledger_revision=str(int(row.ledger_revision or 0) + 1)) for row in rows]
        self.rows |= {row.id: row for row in stored}
        return stored, []


class Written:
    """Receipts that are only counted."""

    def __init__(self) -> None:
        self.states: list[str] = []

    def write(self, rows: Sequence[Row]) -> list[Row]:
        self.states += [row.state for row in rows]
        return list(rows)


class Known:
    """Facts that hold for every sample order."""

    def read(self, orders: Sequence[tuple[Row, Order]]) -> list[Facts]:
        return [Facts(PRODUCTS, CUSTOMER) for _ in orders]


class Held:
    """A lease that is held until it is lost."""

    lost = False

    def ensure(self) -> None:
        if self.lost:
            raise LeaseLost("gone")


class Books:
    """QuickBooks with a script: the error each next write suffers, committed first or not."""

    def __init__(self) -> None:
        self.script: list[tuple[QuickBooksError | None, bool]] = []
        self.estimates: dict[str, dict[str, Any]] = {}
        self.requests: list[str] = []
        self.batches = 0
        self.reads = 0
        self.lost_batches = 0

    def create(self, entity: str, body: bytes, request_id: str) -> dict[str, Any]:
        self.requests.append(request_id)
        error, commits = self.script.pop(0) if self.script else (None, True)
        if commits and request_id not in self.estimates:
            made = cast(dict[str, Any], parsed_json(body.decode()))
            total = sum((Decimal(str(line["Amount"])) for line in made["Line"]), Decimal(0))
            number = str(len(self.estimates) + 1)
            self.estimates[request_id] = made | {"Id": number, "SyncToken": "0", "DocNumber": number, "TotalAmt": total}
        if error:
            raise error
        return self.estimates[request_id]

    def batch(self, items: Sequence[BatchItem], request_id: str) -> list[BatchOutcome]:
        self.batches += 1
        if self.batches <= self.lost_batches:
            self.requests += [f"{request_id}/{item.bid}" for item in items]
            raise UnknownOutcome("the answer was lost")
        outcomes = []
        for item in items:
            try:
                entity = self.create(item.entity, item.body, f"{request_id}/{item.bid}")
            except QuickBooksError as error:
                outcomes.append(BatchOutcome(item.bid, error=error))
            else:
                outcomes.append(BatchOutcome(item.bid, entity=entity))
        return outcomes

    def update(self, entity: str, body: bytes, request_id: str) -> dict[str, Any]:
        self.requests.append(request_id)
        error, commits = self.script.pop(0) if self.script else (None, True)
        change = cast(dict[str, Any], parsed_json(body.decode()))
        estimate = next(each for each in self.estimates.values() if each["Id"] == change["Id"])
        if commits and estimate["SyncToken"] != change["SyncToken"]:
            raise STALE
        if commits:
            estimate |= change | {"SyncToken": str(int(estimate["SyncToken"]) + 1)}
            estimate["TotalAmt"] = sum((Decimal(str(line["Amount"])) for line in estimate["Line"]), Decimal(0))
        if error:
            raise error
        return estimate

    def resting_for(self) -> float:
        return 0.0

    def void(self, entity: str, body: bytes, request_id: str) -> dict[str, Any]:
        raise AssertionError("no estimate is voided")

    def read(self, entity: str, id: str) -> dict[str, Any]:
        self.reads += 1
        return next(each for each in self.estimates.values() if each["Id"] == id)

    def find_sales(self, entity: str, customer: str, day: Any) -> list[dict[str, Any]]:
        return list(self.estimates.values())


def new_row(**changes: Any) -> Row:
    row = pin(DATABASE, change(order()), None, AT).row
    assert row is not None
    return replace(row, **changes)


class Desk:
    """A posting with all its edges replaced."""

    def __init__(self, *rows: Row) -> None:
        self.now = NOW
        self.books, self.ledger, self.receipts, self.lease = Books(), Rows(rows), Written(), Held()
        self.posting = Posting(
            cast(Ledger, self.ledger),
            cast(Receipts, self.receipts),
            cast(FactReader, Known()),
            cast(Gateway, self.books),
            cast(Lease, self.lease),
            Policy,
            "realm",
            clock=lambda: self.now,
            jitter=lambda: 0.0,
        )

    def work_on(self, row_id: str) -> None:
        self.now = max(self.now, datetime.fromisoformat(self.ledger.rows[row_id].due_at))
        self.posting.work([row_id])

    def work(self) -> list[Row]:
        self.now = max(self.now, *(datetime.fromisoformat(row.due_at) for row in self.ledger.rows.values()))
        self.posting.work(list(self.ledger.rows))
        return list(self.ledger.rows.values())


def test_a_refused_repeat_says_nothing_about_the_first_attempt() -> None:
    desk = Desk(new_row())
    desk.books.script = [(UnknownOutcome("timeout"), False), (Throttled("429"), False)]
    [row] = desk.work()
    assert (row.state, row.doubtful, row.suspect) == ("waiting", True, True)
    [row] = desk.work()
    assert (row.state, row.doubtful) == ("waiting", True)
    [row] = desk.work()
    assert row.state == "posted"
    assert len(set(desk.books.requests)) == 1


def test_a_late_commit_is_adopted_instead_of_doubled() -> None:
    desk = Desk(new_row())
    desk.books.script = [(UnknownOutcome("timeout"), True)]
    desk.work()
    [row] = desk.work()
    assert row.state == "posted"
    assert [event["event"] for event in row.trail][-1] == "adopted"
    assert len(desk.books.estimates) == 1
    assert len(desk.books.requests) == 1


def test_a_row_that_was_refused_after_a_doubt_is_looked_for_before_it_is_prepared_anew() -> None:
    desk = Desk(new_row(), *(new_row(rep=f"r{letter * 15}", database=f"orders-r{letter * 15}") for letter in "cdefg"))
    first = next(iter(desk.ledger.rows))
    refusal = QuickBooksFault(400, (FaultDetail("6000", "no"),))
    desk.books.script = [(UnknownOutcome("timeout"), False)]
    desk.work_on(first)
    desk.books.script = [(refusal, False)]
    desk.work_on(first)
    row = desk.ledger.rows[first]
    assert (row.state, row.doubtful, row.suspect) == ("parked", False, True)
    desk.ledger.rows[first] = replace(row, state="received", work="post")
    desk.work_on(first)
    assert desk.ledger.rows[first].state == "posted"
    assert "item" not in (desk.ledger.rows[first].request or {})


def test_a_document_that_was_answered_before_the_ledger_was_set_back_is_adopted() -> None:
    desk = Desk(new_row())
    desk.work()
    desk.ledger.rows = {row.id: replace(row, ledger_revision="1") for row in [new_row(suspect=True)]}
    [row] = desk.work()
    assert (row.state, row.request) == ("posted", None)
    assert row.company == "realm"
    assert len(desk.books.estimates) == 1


@pytest.mark.parametrize(("invoice", "state"), [(None, "cancelled"), ("9", "converted")])
def test_what_a_receipt_calls_posted_and_the_office_has_deleted_is_not_made_again(
    invoice: str | None, state: str
) -> None:
    desk = Desk(new_row())
    [row] = desk.work()
    named = {name: (row.estimate or {})[name] for name in ("kind", "id", "number", "total")}
    named |= {"invoice": invoice} if invoice else {}
    desk.books.estimates.clear()
    desk.books.read = lambda entity, id: {"Id": id} if entity == "Invoice" else {"status": "Deleted"}  # type: ignore[method-assign]
    waited = new_row(
        state="waiting", suspect=True, estimate=named, reason={"code": "retry", "text": "x", "who": "nobody"}
    )
    desk.ledger.rows = {row.id: replace(waited, ledger_revision="1")}
    [row] = desk.work()
    assert (row.state, row.work, row.reason, desk.books.estimates) == (state, None, None, {})
    assert row.posted_at is not None
    assert "was deleted in QuickBooks" in (row.news or {})["text"]


def test_the_estimate_that_a_receipt_names_is_found_though_its_day_was_changed() -> None:
    desk = Desk(new_row())
    [row] = desk.work()
    desk.books.find_sales = lambda entity, customer, day: []  # type: ignore[method-assign]
    named = {name: (row.estimate or {})[name] for name in ("kind", "id", "number")}
    desk.ledger.rows = {row.id: replace(new_row(suspect=True, estimate=named), ledger_revision="1")}
    [row] = desk.work()
    assert (row.state, row.estimate and row.estimate["id"]) == ("posted", "1")
    assert len(desk.books.estimates) == 1


def test_what_only_its_id_tells_from_others_is_posted_anew_when_a_person_says_so() -> None:
    desk = Desk(new_row())
    [row] = desk.work()
    named = {name: (row.estimate or {})[name] for name in ("kind", "id", "number")}
    next(iter(desk.books.estimates.values())).update({"PrivateNote": "our own words", "DocNumber": "A-1"})
    desk.ledger.rows = {row.id: replace(new_row(suspect=True, estimate=named), ledger_revision="1")}
    [row] = desk.work()
    assert (row.state, (row.reason or {})["code"], len(desk.books.estimates)) == ("parked", "unlike_its_receipt", 1)
    desk.ledger.rows = {row.id: retried(row, AT, ("unlike_its_receipt",))}
    [row] = desk.work()
    assert (row.state, len(desk.books.estimates)) == ("posted", 2)


def test_nothing_is_sent_to_another_company_than_the_one_in_doubt() -> None:
    desk = Desk(
        new_row(sent_at=AT, request={"realm": "another", "body": "{}", "request_id": "x", "entity": "Estimate"})
    )
    [row] = desk.work()
    assert (row.state, (row.reason or {})["code"]) == ("parked", "other_company")
    assert desk.books.requests == []


def test_nothing_is_sent_without_the_lease() -> None:
    desk = Desk(new_row())
    desk.lease.lost = True
    with pytest.raises(LeaseLost):
        desk.work()
    assert desk.books.requests == []


def test_a_posted_row_on_which_the_program_fails_stays_posted() -> None:
    desk = Desk(new_row())
    [row] = desk.work()
    desk.ledger.rows[row.id] = replace(row, work="receipt")
    desk.posting.give_up(row.id, RuntimeError("boom"))
    given_up = desk.ledger.rows[row.id]
    assert (given_up.state, given_up.work, (given_up.notice or {})["code"]) == ("posted", None, "program_error")
    desk.ledger.rows[row.id] = replace(given_up, state="parked", work="post")
    desk.work()
    assert len(desk.books.estimates) == 1


def test_a_row_that_goes_on_waiting_for_the_same_reason_writes_no_receipt_again() -> None:
    desk = Desk(new_row())
    desk.books.script = [(Throttled("429"), False)] * 3
    for _ in range(3):
        desk.work()
    assert desk.receipts.states == ["waiting"]
    desk.work()
    assert desk.receipts.states == ["waiting", "posted"]


def test_four_rows_go_as_a_batch_and_each_has_its_own_outcome() -> None:
    rows = [new_row(rep=f"r{letter * 15}", database=f"orders-r{letter * 15}") for letter in "cdef"]
    desk = Desk(*(replace(row, content={**row.content, "rep": row.rep}) for row in rows))
    desk.books.script = [(None, True), (QuickBooksFault(400, (FaultDetail("6000", "no"),)), False)]
    states = sorted(row.state for row in desk.work())
    assert states == ["parked", "posted", "posted", "posted"]
    assert desk.books.batches == 1


def test_a_lost_batch_is_repeated_as_one_batch_with_the_same_ids() -> None:
    rows = [new_row(rep=f"r{letter * 15}", database=f"orders-r{letter * 15}") for letter in "cdef"]
    desk = Desk(*(replace(row, content={**row.content, "rep": row.rep}) for row in rows))
    desk.books.lost_batches = 1
    assert {row.state for row in desk.work()} == {"waiting"}
    assert len({row.due_at for row in desk.ledger.rows.values()}) == 1
    assert {row.state for row in desk.work()} == {"posted"}
    assert desk.books.batches == 2
    assert len(set(desk.books.requests)) == 4


def test_what_was_refused_for_certain_goes_under_another_id_and_what_is_in_doubt_does_not() -> None:
    desk = Desk(new_row())
    desk.books.script = [(QuickBooksFault(400, (FaultDetail("6000", "no"),)), False)]
    [row] = desk.work()
    desk.ledger.rows[row.id] = replace(row, state="received", work="post")
    desk.books.script = [(UnknownOutcome("timeout"), False)]
    desk.work()
    desk.work()
    first, second, third = desk.books.requests
    assert first != second == third


def amendment_of(row: Row, number: int = 1) -> Row:
    document = {"_id": f"amend:{row.ulid}:{number}", "type": "amendment", "schema": 1, "order": row.of, "rep": row.rep}
    document |= {"number": number, "device": "phone", "captured_at": "2026-11-20T09:30:00Z"}
    document |= {name: row.content[name] for name in ("lines", "charges", "total")}
    found = pin(DATABASE, change(document), None, AT).row
    assert found is not None
    return found


def test_no_change_of_an_order_of_another_company_is_sent() -> None:
    desk = Desk(new_row())
    [row] = desk.work()
    desk.ledger.rows[row.id] = replace(row, request={**(row.request or {}), "realm": "another"})
    later = amendment_of(row)
    desk.ledger.rows[later.id] = replace(later, ledger_revision="1")
    before = len(desk.books.requests)
    desk.work()
    answered = desk.ledger.rows[later.id]
    assert (answered.state, (answered.reason or {})["code"]) == ("parked", "other_company")
    assert len(desk.books.requests) == before


def test_no_change_of_an_order_that_was_entered_by_hand_in_another_company_is_sent() -> None:
    desk = Desk(new_row())
    [row] = desk.work()
    desk.ledger.rows[row.id] = replace(row, request=None, realm="another")
    later = amendment_of(row)
    desk.ledger.rows[later.id] = replace(later, ledger_revision="1")
    before = len(desk.books.requests)
    desk.work()
    answered = desk.ledger.rows[later.id]
    assert (answered.state, (answered.reason or {})["code"]) == ("parked", "other_company")
    assert len(desk.books.requests) == before


def test_a_change_waits_while_an_earlier_one_is_in_doubt() -> None:
    desk = Desk(new_row())
    [row] = desk.work()
    first, second = amendment_of(row, 1), amendment_of(row, 2)
    desk.ledger.rows[first.id] = replace(first, ledger_revision="1")
    desk.books.script = [(UnknownOutcome("lost"), True)]
    desk.work_on(first.id)
    desk.ledger.rows[second.id] = replace(second, ledger_revision="1")
    desk.posting.work([second.id])
    waits = desk.ledger.rows[second.id]
    assert (waits.state, (waits.reason or {})["code"]) == ("waiting", "order_not_yet")
    assert desk.books.reads == 0
    for _ in range(3):
        desk.work()
    assert {each.state for each in desk.ledger.rows.values()} == {"amended"}
    assert desk.ledger.rows[row.id].news is None


def test_looks_for_what_is_missing_are_no_attempts() -> None:
    waited = new_row(state="waiting", attempts=12, reason={"code": "customer_not_yet", "text": "", "who": "nobody"})
    desk = Desk(waited)
    desk.books.script = [(UnknownOutcome("lost"), False)]
    [row] = desk.work()
    assert (row.state, row.attempts) == ("waiting", 1)


def test_a_row_that_is_handed_out_too_early_is_left_alone() -> None:
    desk = Desk(new_row(due_at="2026-11-20T10:00:05.000Z"))
    [row] = desk.posting.work(list(desk.ledger.rows))
    assert (row.state, row.due_at) == ("received", "2026-11-20T10:00:05.000Z")
    assert desk.books.requests == []


def test_it_waits_longer_each_time_while_quickbooks_can_not_be_reached() -> None:
    desk = Desk(new_row())
    desk.books.script = [(QuickBooksUnreachable("refused"), False)] * 5
    waits = []
    for _ in range(5):
        [row] = desk.work()
        waits.append((datetime.fromisoformat(row.due_at) - desk.now).total_seconds())
    assert waits == sorted(waits)
    assert waits[-1] >= 8 * waits[0]


def test_an_order_in_doubt_is_not_sent_before_it_could_be_looked_for() -> None:
    desk = Desk(new_row())
    desk.work()
    desk.ledger.rows = {row.id: replace(row, ledger_revision="1") for row in [new_row(suspect=True)]}
    known = desk.posting._facts.read
    answers = [[Facts(PRODUCTS, None)]]
    desk.posting._facts.read = lambda orders: answers.pop() if answers else known(orders)  # type: ignore[method-assign]
    [row] = desk.work()
    assert (row.state, len(desk.books.requests)) == ("received", 1)
    [row] = desk.work()
    assert row.state == "posted"
    assert len(desk.books.estimates) == 1
