"""Changes in QuickBooks reach their orders' rows: ours only, once, confirmed, and never in place of a rep's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from connector.errors import CouchError, FaultDetail, LeaseLost, QuickBooksError, QuickBooksFault, QuickBooksUnreachable
from connector.ledger import Ledger, Row
from connector.quickbooks import Change, Gateway
from connector.sales import TRIES, Sales, Taken
from tests.connector.test_books import CONVERTED, DELETED, EDITED, LINKED, OPEN, estimate
from tests.web.ledger_rows import pinned

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
ANOTHER = replace(OPEN, rep="rccccccccccccccc", request={**(OPEN.request or {}), "realm": "2"})


class Rows:
    """A ledger in memory; `others` write rows in between, just before the next writes."""

    def __init__(self, *rows: Row) -> None:
        self.rows = {row.id: replace(row, ledger_revision="1") for row in rows}
        self.others: list[Callable[[Row], Row]] = []
        self.lost = False

    under_way = Ledger.under_way

    def listed(self, view: str, keys: Sequence[str]) -> list[Row]:
        def emitted(row: Row) -> set[str]:
            known = row.estimate or {}
            return {row.ulid} if view == "by_ulid" else {str(known.get("id")), str(known.get("invoice"))}

        return [row for row in self.rows.values() if emitted(row) & set(keys)]

    def write(self, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
        if self.lost:
            raise LeaseLost("another connector has written this row since")
        if self.others:
            other = self.others.pop(0)
            self.rows = {
                id: replace(other(row), ledger_revision=f"{row.ledger_revision}x") for id, row in self.rows.items()
            }
        stored, conflicts = [], []
        for row in rows:
            if self.rows[row.id].ledger_revision != row.ledger_revision:
                conflicts.append(row)
                continue
            self.rows[row.id] = replace(row, ledger_revision=f"{row.ledger_revision}y")
            stored.append(self.rows[row.id])
        return stored, conflicts


class Books:
    """What reading from QuickBooks gives: entities by kind and id, or an error."""

    realm = "1"

    def __init__(self, **entities: dict[str, Any] | QuickBooksError) -> None:
        self.entities = entities
        self.reads: list[str] = []

    def read(self, kind: str, id: str) -> dict[str, Any]:
        self.reads.append(f"{kind}{id}")
        found = self.entities.get(f"{kind}{id}")
        if isinstance(found, QuickBooksError):
            raise found
        if found is None:
            raise QuickBooksFault(400, (FaultDetail("610", "Object Not Found"),))
        return found


class Desk:
    """Sales with its edges replaced."""

    def __init__(self, *rows: Row, **entities: dict[str, Any] | QuickBooksError) -> None:
        self.ledger, self.books, self.found = Rows(*rows), Books(**entities), list[Row]()
        gateway, ledger = cast(Gateway, self.books), cast(Ledger, self.ledger)
        self.sales = Sales(ledger, gateway, self.found.append, lambda: NOW)

    def take(self, *changes: Change) -> Taken:
        return self.sales.take(changes)

    @property
    def row(self) -> Row:
        [row, *_] = self.ledger.rows.values()
        return row

    @property
    def code(self) -> str | None:
        return (self.row.news or {}).get("code")


def now(**changes: Any) -> Change:
    """The order's estimate as it is now."""
    return Change("Estimate", "145", estimate(**changes))


GONE = Change("Estimate", "145")


def test_a_change_is_written_and_handed_on_for_its_receipt_once() -> None:
    desk = Desk(OPEN, ANOTHER)
    edited = now(SyncToken="1", **EDITED)
    assert desk.take(edited) == Taken(1)
    assert [(row.id, row.work) for row in desk.found] == [(OPEN.id, "receipt")]
    assert desk.code == "edited"
    assert desk.take(edited, now(), edited) == Taken(0)
    assert len(desk.found) == 1
    assert desk.books.reads == []


@pytest.mark.parametrize(
    "change",
    [
        Change("Estimate", "999", estimate(Id="999", SyncToken="5", TxnStatus="Closed")),
        Change("Invoice", "145", estimate(SyncToken="5", TxnStatus="Closed")),
        Change("Invoice", "145"),
        Change("Customer", "145", {"Id": "145", "SyncToken": "9"}),
        now(),
    ],
    ids=["another estimate", "an invoice of the same id", "it deleted", "a customer of the same id", "our own write"],
)
def test_what_is_not_about_an_order_of_ours_changes_nothing(change: Change) -> None:
    desk = Desk(OPEN)
    assert desk.take(change) == Taken(0)
    assert (desk.row.estimate, desk.found, desk.books.reads) == (OPEN.estimate, [], [])


def test_a_note_that_no_rep_sees_is_kept_without_a_receipt() -> None:
    desk = Desk(OPEN)
    assert desk.take(now(SyncToken="1", PrivateNote="call first")) == Taken(1)
    assert desk.found == []
    assert (desk.row.estimate or {})["sync_token"] == "1"


@pytest.mark.parametrize(
    "row", [ANOTHER, replace(ANOTHER, request=None, realm="2")], ids=["sent there", "entered there by hand"]
)
def test_orders_of_another_company_are_left_alone(row: Row) -> None:
    desk = Desk(row)
    assert desk.take(now(SyncToken="1", **EDITED), GONE) == Taken(0)


def test_a_deletion_is_confirmed_by_a_read_and_told_once() -> None:
    desk = Desk(OPEN)
    assert desk.take(GONE) == Taken(1)
    assert (desk.row.state, desk.books.reads) == ("cancelled", ["Estimate145"])
    assert desk.take(GONE) == Taken(0)
    assert desk.books.reads == ["Estimate145"]


def test_a_deletion_that_is_none_tells_what_is_there_instead() -> None:
    desk = Desk(OPEN, Estimate145=estimate(SyncToken="1", **EDITED))
    assert desk.take(GONE) == Taken(1)
    assert (desk.row.state, desk.code) == ("posted", "edited")


@pytest.mark.parametrize(
    ("answer", "state"),
    [(None, "cancelled"), ({"status": "Deleted", "Id": "145"}, "cancelled"), (estimate(), "posted")],
)
def test_an_answer_from_before_a_deletion_brings_nothing_back_to_life(
    answer: dict[str, Any] | None, state: str
) -> None:
    assert DELETED is not None
    desk = Desk(DELETED, **({} if answer is None else {"Estimate145": answer}))
    desk.take(now(SyncToken="3", **EDITED))
    assert desk.row.state == state


def test_a_deletion_that_cannot_be_confirmed_now_is_taken_again_later() -> None:
    desk = Desk(OPEN, Estimate145=QuickBooksUnreachable("away"))
    with pytest.raises(QuickBooksUnreachable):
        desk.take(GONE)
    assert desk.row.estimate == OPEN.estimate


FORBIDDEN = QuickBooksFault(403, (FaultDetail("5020", "no permission"),))


@pytest.mark.parametrize("changes", [(now(SyncToken="1", TotalAmt="a lot"),), (GONE,)], ids=["unreadable", "refused"])
def test_an_order_that_it_fails_on_is_named_and_keeps_no_other_from_being_told(changes: tuple[Change, ...]) -> None:
    other = replace(OPEN, rep="rddddddddddddddd", estimate={**(OPEN.estimate or {}), "id": "200"})
    desk = Desk(OPEN, other, Estimate145=FORBIDDEN)
    taken = desk.take(*changes, Change("Estimate", "200", estimate(Id="200", SyncToken="1", **EDITED)))
    assert (taken.rows, taken.complete) == (1, False)
    assert str(taken.problem).startswith(f"{OPEN.of}: ")
    assert [row.id for row in desk.found] == [other.id]


def test_a_deleted_invoice_has_its_estimate_read_where_nothing_is_said_of_it() -> None:
    desk = Desk(CONVERTED, Estimate145=estimate(SyncToken="2"))
    assert desk.take(Change("Invoice", "146")) == Taken(1)
    assert (desk.row.state, desk.code, desk.books.reads) == ("posted", "reopened", ["Estimate145"])


def test_a_deleted_invoice_costs_no_read_where_its_estimate_is_told_too() -> None:
    desk = Desk(CONVERTED)
    assert desk.take(Change("Invoice", "146"), now(SyncToken="2")) == Taken(1)
    assert (desk.row.state, desk.books.reads) == ("posted", [])


def test_an_invoice_that_is_still_linked_costs_no_read() -> None:
    desk = Desk(CONVERTED)
    linked = {"Id": "146", "SyncToken": "1", "LinkedTxn": [{"TxnId": "145", "TxnType": "Estimate"}]}
    assert desk.take(Change("Invoice", "146", linked)) == Taken(0)
    assert desk.books.reads == []


def test_an_estimate_deleted_after_it_was_invoiced_is_no_cancelled_order_until_the_invoice_goes_too() -> None:
    desk = Desk(CONVERTED, Invoice146={"Id": "146"})
    assert desk.take(GONE) == Taken(1)
    assert (desk.row.state, desk.code) == ("converted", "estimate_deleted")
    reads = len(desk.books.reads)
    assert desk.take(GONE) == Taken(0)
    assert len(desk.books.reads) == reads
    desk.books.entities = {}
    assert desk.take(GONE, Change("Invoice", "146")) == Taken(1)
    assert (desk.row.state, desk.code) == ("cancelled", "deleted_in_quickbooks")
    reads = len(desk.books.reads)
    assert desk.take(GONE, Change("Invoice", "146")) == Taken(0)
    assert len(desk.books.reads) == reads


def test_a_row_that_somebody_else_wrote_meanwhile_is_read_again() -> None:
    desk = Desk(OPEN)
    desk.ledger.others = [lambda row: replace(row, receipt_revision="7-x")] * 2
    assert desk.take(now(SyncToken="1", **EDITED)) == Taken(1)
    assert (desk.code, desk.row.receipt_revision) == ("edited", "7-x")


def test_what_somebody_else_learned_meanwhile_is_not_told_twice() -> None:
    desk = Desk(OPEN)
    learned = replace(OPEN, **{"state": "converted", "estimate": {**(CONVERTED.estimate or {}), "sync_token": "9"}})
    desk.ledger.others = [lambda row: learned]
    assert desk.take(now(SyncToken="1", **LINKED)) == Taken(0)
    assert desk.found == []


def test_a_row_that_never_stands_still_is_taken_again_later() -> None:
    desk = Desk(OPEN)
    desk.ledger.others = [lambda row: row] * TRIES
    with pytest.raises(CouchError):
        desk.take(now(SyncToken="1", **EDITED))


def test_a_connector_that_was_fenced_off_writes_nothing() -> None:
    desk = Desk(OPEN)
    desk.ledger.lost = True
    with pytest.raises(LeaseLost):
        desk.take(now(SyncToken="1", **EDITED))
    assert desk.found == []


def amendment(**changes: Any) -> Row:
    """A later change of the order."""
    document = {**OPEN.content, "_id": f"amend:{OPEN.ulid}:1", "type": "amendment", "number": 1}
    return replace(pinned(document), **changes)


AT = OPEN.received_at


@pytest.mark.parametrize(
    ("later", "waiting"),
    [
        (amendment(kind="amendment", work="post", sent_at=None), 0),
        (amendment(kind="amendment", work="post", sent_at=AT), 1),
        (amendment(kind="amendment", work="receipt", sent_at=AT, posted_at=AT), 1),
        (amendment(kind="cancellation", work="post", sent_at=AT), 1),
        (amendment(kind="amendment", work=None, sent_at=AT, posted_at=AT), 0),
        (amendment(kind="amendment", work=None, sent_at=AT, state="parked"), 0),
    ],
    ids=["not sent yet", "sent", "posted", "a cancellation", "on record with the order", "given up"],
)
def test_news_waits_while_a_change_of_the_reps_own_is_on_its_way(later: Row, waiting: int) -> None:
    desk = Desk(OPEN, later)
    assert desk.take(now(SyncToken="1", **EDITED)) == Taken(1 - waiting, waiting)
    assert desk.code == (None if waiting else "edited")
