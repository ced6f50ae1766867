"""What happened in QuickBooks after an order was posted, as its row and its rep learn of it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from connector.books import gone, seen
from connector.ledger import Row
from connector.outcomes import posted
from connector.receipts import receipt_of
from tests.connector.samples import order
from tests.web.ledger_rows import pinned

AT = "2026-11-20T10:00:00.000Z"
LATER = "2026-11-21T10:00:00.000Z"


def line(quantity: int, amount: str) -> dict[str, Any]:
    detail = {"ItemRef": {"value": "11"}, "Qty": quantity, "UnitPrice": 14}
    return {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}


def estimate(**changes: Any) -> dict[str, Any]:
    """The order's estimate as QuickBooks returned it, with some fields changed."""
    entity = {
        "Id": "145",
        "SyncToken": "0",
        "DocNumber": "1042",
        "TxnStatus": "Accepted",
        "TotalAmt": "2053.06",
        "PrivateNote": "Roadbook order",
        "Line": [line(12, "2053.06")],
        "LinkedTxn": [],
    }
    return entity | changes


def invoice(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in estimate(Balance="2053.06", **changes).items() if name != "TxnStatus"}


def row_of(entity: dict[str, Any], kind: str = "Estimate", **changes: Any) -> Row:
    """An order that was posted as that entity and answered."""
    row = replace(pinned(order()), request={"entity": kind, "realm": "1", "body": "{}"})
    return replace(posted(row, entity, AT), work=None, **changes)


OPEN = row_of(estimate())
EDITED = {"Line": [line(1, "14")], "TotalAmt": "14"}
LINKED = {"TxnStatus": "Closed", "LinkedTxn": [{"TxnId": "146", "TxnType": "Invoice"}]}


def after(row: Row, *entities: dict[str, Any]) -> Row:
    """The row after it saw some answers and its receipts were written."""
    for entity in entities:
        row = replace(seen(row, entity, LATER) or row, work=None)
    return row


CLOSED = after(OPEN, estimate(SyncToken="1", TxnStatus="Closed"))
CONVERTED = after(OPEN, estimate(SyncToken="1", **LINKED))
DELETED = gone(OPEN, LATER)
assert DELETED is not None
CANCELLED = replace(CLOSED, state="cancelled", withdrawn_at=AT, news=None)
REJECTED = replace(after(OPEN, estimate(SyncToken="1", TxnStatus="Rejected")), state="cancelled", news=None)
AMENDED = replace(OPEN, state="amended", amendment=1)
BILLED = row_of(invoice(), "Invoice")

SEEN: dict[str, tuple[Row, dict[str, Any], str, str | None, str]] = {
    "edited": (OPEN, estimate(SyncToken="1", **EDITED), "posted", "edited", "it was 2053.06 and is 14.00 now"),
    "edited for the same total": (
        OPEN,
        estimate(SyncToken="1", Line=[line(1, "2053.06")]),
        "posted",
        "edited",
        "something else now for the same 2053.06",
    ),
    "edited back": (after(OPEN, estimate(SyncToken="1", **EDITED)), estimate(SyncToken="2"), "posted", None, ""),
    "accepted by the customer": (
        row_of(estimate(TxnStatus="Pending")),
        estimate(SyncToken="1"),
        "posted",
        "status_changed",
        "Estimate 1042 is Accepted",
    ),
    "another number": (OPEN, estimate(SyncToken="1", DocNumber="7"), "posted", None, ""),
    "closed": (OPEN, estimate(SyncToken="1", TxnStatus="Closed"), "converted", "closed", "was closed"),
    "invoiced": (OPEN, estimate(SyncToken="1", **LINKED), "converted", "converted", "has become an invoice"),
    "invoiced, called Converted": (
        OPEN,
        estimate(SyncToken="1", **LINKED | {"TxnStatus": "Converted"}),
        "converted",
        "converted",
        "has become an invoice",
    ),
    "invoiced without another SyncToken": (OPEN, estimate(**LINKED), "converted", "converted", "an invoice"),
    "invoiced after it was closed": (CLOSED, estimate(SyncToken="2", **LINKED), "converted", "converted", "an invoice"),
    "opened again": (CLOSED, estimate(SyncToken="2"), "posted", "reopened", "opened again in QuickBooks (Accepted)"),
    "its invoice deleted": (CONVERTED, estimate(SyncToken="2", TxnStatus="Pending"), "posted", "reopened", "(Pending)"),
    "an amended one opened again": (
        after(AMENDED, estimate(SyncToken="1", TxnStatus="Closed")),
        estimate(SyncToken="2"),
        "amended",
        "reopened",
        "(Accepted)",
    ),
    "a cancelled one opened again": (CANCELLED, estimate(SyncToken="2"), "posted", "reopened", "(Accepted)"),
    "a rejected one opened again": (REJECTED, estimate(SyncToken="2"), "posted", "reopened", "(Accepted)"),
    "a deleted one that lives after all": (DELETED, estimate(), "posted", "reopened", "(Accepted)"),
    "a cancelled one invoiced": (CANCELLED, estimate(SyncToken="2", **LINKED), "converted", "converted", "an invoice"),
    "a paid invoice": (BILLED, invoice(SyncToken="1") | {"Balance": "1000"}, "posted", "paid", "1000.00 of 2053.06"),
    "a voided invoice": (
        BILLED,
        invoice(SyncToken="1", TotalAmt=0, PrivateNote="Voided", Line=[]) | {"Balance": 0},
        "cancelled",
        "voided",
        "Invoice 1042 was voided",
    ),
}


@pytest.mark.parametrize("what", SEEN)
def test_what_is_seen_is_told(what: str) -> None:
    row, entity, state, code, words = SEEN[what]
    learned = seen(row, entity, LATER)
    assert learned is not None
    assert (learned.state, learned.work, (learned.news or {}).get("code")) == (state, "receipt", code)
    assert words in (learned.news or {}).get("text", "")
    assert learned.trail[-1] == {"at": LATER, "event": "seen_in_quickbooks"}
    told = receipt_of(learned)["estimate"]
    assert (told["number"], told["status"]) == (entity["DocNumber"], entity.get("TxnStatus", ""))
    assert seen(learned, entity, LATER) is None


UNTOLD: dict[str, tuple[Row, dict[str, Any]]] = {
    "a note": (OPEN, estimate(SyncToken="1", PrivateNote="call first")),
    "only another SyncToken": (OPEN, estimate(SyncToken="1")),
    "a note on one that was edited": (
        after(OPEN, estimate(SyncToken="1", **EDITED)),
        estimate(SyncToken="2", PrivateNote="call first", **EDITED),
    ),
    "a note on one that was invoiced": (CONVERTED, estimate(SyncToken="2", PrivateNote="call first", **LINKED)),
    "a note on one that was closed": (CLOSED, estimate(SyncToken="2", PrivateNote="x", TxnStatus="Closed")),
    "a note on one that was cancelled": (CANCELLED, estimate(SyncToken="2", PrivateNote="x", TxnStatus="Closed")),
    "a note on one that was cancelled and so rejected": (
        REJECTED,
        estimate(SyncToken="2", PrivateNote="x", TxnStatus="Rejected"),
    ),
    "a note on a paid invoice": (
        after(BILLED, invoice(SyncToken="1") | {"Balance": "1000"}),
        invoice(SyncToken="2", PrivateNote="x") | {"Balance": "1000"},
    ),
}


@pytest.mark.parametrize("what", UNTOLD)
def test_what_a_rep_does_not_see_is_kept_and_not_told(what: str) -> None:
    row, entity = UNTOLD[what]
    learned = seen(row, entity, LATER)
    assert learned is not None
    assert (learned.work, learned.state, learned.news, learned.trail) == (None, row.state, row.news, row.trail)
    assert (learned.estimate or {})["sync_token"] == entity["SyncToken"]


@pytest.mark.parametrize(
    ("row", "entity"),
    [
        (OPEN, estimate()),
        (CONVERTED, estimate()),
        (CLOSED, estimate(TxnStatus="Pending")),
        (OPEN, estimate(Id="999", SyncToken="7", TxnStatus="Closed")),
    ],
    ids=["the echo of our own write", "an old answer", "another old answer", "another estimate"],
)
def test_what_the_row_knows_or_what_is_older_or_another_changes_nothing(row: Row, entity: dict[str, Any]) -> None:
    assert seen(row, entity, LATER) is None


def test_answers_may_come_in_any_order() -> None:
    history = [
        estimate(SyncToken="1", **EDITED),
        estimate(SyncToken="2", TxnStatus="Closed", **EDITED),
        estimate(SyncToken="3", **EDITED),
        estimate(SyncToken="4", **EDITED, **LINKED),
    ]
    ends = {
        (row.state, str(row.estimate), (row.news or {})["code"])
        for order_of_arrival in itertools.permutations([*history, history[-1]])
        for row in [after(OPEN, *order_of_arrival)]
    }
    assert len(ends) == 1
    assert next(iter(ends))[::2] == ("converted", "converted")


def test_a_deleted_estimate_cancels_the_order_once() -> None:
    learned = gone(OPEN, LATER)
    assert learned is not None
    assert (learned.state, learned.work) == ("cancelled", "receipt")
    assert receipt_of(learned)["notice"]["text"] == "Estimate 1042 was deleted in QuickBooks."
    assert gone(learned, LATER) is None


def test_a_deleted_estimate_whose_invoice_stands_does_not() -> None:
    learned = gone(CONVERTED, LATER, invoiced=True)
    assert learned is not None
    assert (learned.state, learned.work) == ("converted", "receipt")
    assert "its invoice stands" in receipt_of(learned)["notice"]["text"]
    assert gone(learned, LATER, invoiced=True) is None
    last = gone(learned, LATER)
    assert last is not None and last.state == "cancelled"
