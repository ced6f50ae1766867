"""What an amendment or a cancellation means for its order, as tables; nothing is asked of QuickBooks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.changing import Folded, Settled, Wanted, change_of, passed_on
from connector.check import Facts, Reason
from connector.contents import later_change, readable
from connector.estimates import fingerprint
from connector.ledger import Row
from connector.marks import bears
from connector.outcomes import posted
from connector.pinning import pin
from connector.policy import Policy
from connector.records import Order
from tests.connector.samples import CUSTOMER, DATABASE, ORDER, PRODUCTS, REP, ULID, change, order

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
AT = "2026-11-20T12:00:00.000Z"
FACTS = Facts(PRODUCTS, CUSTOMER)
LINE: dict[str, Any] = ORDER["lines"][1] | {"quantity": "2", "amount": "29.00"}
LINES = [{"DetailType": "SalesItemLineDetail", "Amount": 29, "SalesItemLineDetail": {"ItemRef": {"value": "12"}}}]
ESTIMATE: dict[str, Any] = {
    "Id": "7",
    "SyncToken": "3",
    "DocNumber": "1042",
    "TxnStatus": "Accepted",
    "TotalAmt": "2053.06",
    "PrivateNote": "Roadbook order\nCall first",
    "Line": LINES,
}


def pinned(document: dict[str, Any]) -> Row:
    row = pin(DATABASE, change(document), None, AT).row
    assert row is not None
    return row


def an_order(**changes: Any) -> Row:
    return pinned(order(**changes))


def in_quickbooks(row: Row | None = None, **changes: Any) -> Row:
    done = posted(row or an_order(), ESTIMATE, AT)
    return replace(done, work=None, estimate={**(done.estimate or {}), **changes})


def amendment(number: int = 1, at: str = "2026-11-20T10:00:00Z", **changes: Any) -> Row:
    document = {"_id": f"amend:{ULID}:{number}", "type": "amendment", "schema": 1, "order": f"order:{ULID}", "rep": REP}
    money = {"number": number, "device": "phone", "captured_at": at, "lines": [LINE], "charges": [], "total": "29.00"}
    return pinned(document | money | changes)


def cancellation(**changes: Any) -> Row:
    document = {"_id": f"cancel:{ULID}", "type": "cancellation", "schema": 1, "order": f"order:{ULID}", "rep": REP}
    return pinned(document | {"device": "phone", "captured_at": "2026-11-20T11:00:00Z"} | changes)


def decided(row: Row, known: Row | None, policy: Policy | None = None) -> Wanted | Settled | Folded | Reason:
    return change_of(row, later_change(row), known, FACTS, policy or Policy(), NOW)


def body_of(outcome: object) -> dict[str, Any]:
    assert isinstance(outcome, Wanted)
    body: dict[str, Any] = json.loads(outcome.body)
    return body


def test_an_amendment_is_a_sparse_update_with_the_token_that_is_known_and_the_offices_words() -> None:
    body = body_of(decided(amendment(), in_quickbooks()))
    assert (body["Id"], body["SyncToken"], body["sparse"]) == ("7", "3", True)
    assert body["PrivateNote"] == "Roadbook order\nRoadbook amendment 1\nCall first"
    assert [line["Amount"] for line in body["Line"]] == [29]
    assert "TxnStatus" not in body


def test_approving_a_quote_accepts_its_estimate() -> None:
    quote = in_quickbooks(an_order(kind="quote"))
    assert body_of(decided(amendment(kind="order"), quote))["TxnStatus"] == "Accepted"
    assert body_of(decided(amendment(kind="order"), quote, Policy(order_status="Invoice")))["TxnStatus"] == "Accepted"


def test_a_cancellation_closes_or_rejects_an_estimate_and_voids_an_invoice() -> None:
    body = body_of(decided(cancellation(reason="Too dear"), in_quickbooks()))
    assert body["TxnStatus"] == "Closed"
    assert "Roadbook cancellation: Too dear" in body["PrivateNote"].split("\n")
    assert (
        body_of(decided(cancellation(), in_quickbooks(), Policy(cancelled_status="Rejected")))["TxnStatus"]
        == "Rejected"
    )
    outcome = decided(cancellation(), in_quickbooks(kind="invoice"))
    assert isinstance(outcome, Wanted)
    assert (outcome.operation, outcome.entity, json.loads(outcome.body)) == (
        "void",
        "Invoice",
        {"Id": "7", "SyncToken": "3"},
    )


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (None, "has not arrived yet"),
        (replace(an_order(), state="parked", sent_at=AT, reason={"code": "x", "text": "No stock."}), "No stock."),
        (replace(an_order(), sent_at=AT), "until it is certain"),
        (replace(an_order(), suspect=True), "until it is certain"),
    ],
)
def test_a_change_waits_for_its_order(known: Row | None, words: str) -> None:
    for row in (amendment(), cancellation()):
        outcome = decided(row, known)
        assert isinstance(outcome, Reason)
        assert outcome.code == "order_not_yet"
        assert words in outcome.text


def test_an_order_that_is_held_can_be_cancelled_but_not_amended() -> None:
    held = replace(an_order(), state="held", reason={"code": "conflict", "text": "Two versions.", "who": "office"})
    waits = decided(amendment(), held)
    assert isinstance(waits, Reason)
    assert "Two versions." in waits.text
    outcome = decided(cancellation(), held)
    assert isinstance(outcome, Folded)
    assert outcome.order.state == "cancelled"


def test_an_amendment_before_posting_changes_what_will_be_sent() -> None:
    parked = replace(an_order(), state="parked", work=None, attempts=3, accepted=("repeated_line",))
    outcome = decided(amendment(2), parked)
    assert isinstance(outcome, Folded)
    changed = outcome.order
    assert (changed.state, changed.work, changed.amendment, changed.attempts) == ("received", "post", 2, 0)
    assert changed.accepted == ()
    whole = readable(changed)
    assert isinstance(whole, Order)
    assert (str(whole.total), len(whole.lines), whole.customer.name) == ("29.00", 1, ORDER["customer"]["name"])
    assert isinstance(outcome.answer, Reason)
    again = decided(amendment(2), changed)
    assert isinstance(again, Reason)
    assert again.code == "order_not_yet"


def test_a_quote_stays_approved_when_a_later_amendment_says_nothing_of_it() -> None:
    first = decided(amendment(1, kind="order"), an_order(kind="quote"))
    assert isinstance(first, Folded)
    second = decided(amendment(2), first.order)
    assert isinstance(second, Folded)
    whole = readable(second.order)
    assert isinstance(whole, Order)
    assert whole.kind == "order"


def test_a_cancellation_before_posting_keeps_the_order_out_of_quickbooks() -> None:
    outcome = decided(cancellation(), replace(an_order(), state="parked", work=None))
    assert isinstance(outcome, Folded)
    assert isinstance(outcome.answer, Settled)
    assert (outcome.order.state, outcome.order.work, outcome.answer.row.state) == ("cancelled", "receipt", "cancelled")


def test_an_older_amendment_is_superseded_and_one_that_went_with_the_order_is_done() -> None:
    known = replace(in_quickbooks(), amendment=2)
    older, same = decided(amendment(1), known), decided(amendment(2), known)
    assert isinstance(older, Settled)
    assert isinstance(same, Settled)
    assert (older.row.state, (older.row.notice or {})["code"]) == ("amended", "superseded")
    assert same.row.notice is None
    assert isinstance(decided(amendment(3), known), Wanted)


def test_a_change_from_before_the_cancellation_is_settled_and_one_from_after_it_is_told() -> None:
    known = replace(in_quickbooks(), state="cancelled", withdrawn_at="2026-11-20T11:00:00.000Z")
    before = decided(amendment(), known)
    assert isinstance(before, Settled)
    assert (before.row.notice or {})["code"] == "cancelled_later"
    after = decided(amendment(at="2026-11-20T11:30:00Z"), known)
    assert isinstance(after, Reason)
    assert (after.code, after.who) == ("order_cancelled", "rep")
    assert isinstance(decided(cancellation(), known), Settled)


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (in_quickbooks(status="Closed"), "already_closed"),
        (in_quickbooks(status="Converted"), "already_closed"),
        (in_quickbooks(status="Closed", invoice="9"), "already_converted"),
        (in_quickbooks(kind="invoice", balance="10.00"), "already_paid"),
        (in_quickbooks(kind="invoice", total="0.00", balance="0.00", note="Voided"), "order_cancelled"),
        (replace(in_quickbooks(), state="cancelled"), "order_cancelled"),
    ],
)
def test_what_is_final_in_quickbooks_is_not_amended(known: Row, code: str) -> None:
    outcome = decided(amendment(), known)
    assert isinstance(outcome, Reason)
    assert (outcome.code, outcome.who) == (code, "office")
    assert "was not made" in outcome.text


def test_what_the_office_changed_is_overwritten_only_when_a_person_says_so() -> None:
    known = in_quickbooks(lines="another")
    outcome = decided(amendment(), known)
    assert isinstance(outcome, Reason)
    assert outcome.code == "office_changed"
    assert "2053.06" in outcome.text
    assert "29.00" in outcome.text
    assert isinstance(decided(replace(amendment(), accepted=("office_changed",)), known), Wanted)
    assert isinstance(decided(cancellation(), known), Wanted)


def test_an_amendment_is_checked_as_an_order_is() -> None:
    outcome = decided(amendment(lines=[LINE, LINE], total="58.00"), in_quickbooks())
    assert isinstance(outcome, Reason)
    assert outcome.code == "repeated_line"


def test_a_note_that_is_full_keeps_both_marks() -> None:
    known = in_quickbooks(note="Roadbook order\n" + "x" * 3990)
    note = body_of(decided(amendment(), known))["PrivateNote"]
    assert len(note) == 4000
    assert note.split("\n")[:2] == ["Roadbook order", "Roadbook amendment 1"]


def test_a_posted_change_is_passed_on_to_its_order_once() -> None:
    estimate = ESTIMATE | {"SyncToken": "4", "TotalAmt": "30.00"}
    known, changed = in_quickbooks(), posted(amendment(), estimate, AT)
    after = passed_on(known, changed, AT)
    assert after is not None
    assert (after.state, after.work, after.amendment) == ("amended", "receipt", 1)
    assert (after.estimate or {})["sync_token"] == "4"
    assert (after.news or {})["code"] == "total_differs"
    assert passed_on(after, changed, AT) is None
    withdrawn = passed_on(after, posted(cancellation(), estimate | {"SyncToken": "5"}, AT), AT)
    assert withdrawn is not None
    assert (withdrawn.state, withdrawn.withdrawn_at) == ("cancelled", "2026-11-20T11:00:00.000Z")
    assert passed_on(withdrawn, posted(amendment(2), estimate, AT), AT) is None


def test_what_the_office_opened_again_is_not_cancelled_again() -> None:
    change = posted(cancellation(), ESTIMATE | {"SyncToken": "5", "TxnStatus": "Closed"}, AT)
    assert passed_on(in_quickbooks(sync_token="6", status="Accepted"), change, AT) is None
    assert passed_on(in_quickbooks(sync_token="6", status="Closed"), change, AT) is not None


def test_an_amendment_that_is_recognised_by_its_mark_and_total_was_no_edit_of_the_office() -> None:
    note = "Roadbook order\nRoadbook amendment 1"
    known = in_quickbooks(note=note, total="29.00", lines="amended", ours="submitted")
    settled = decided(amendment(), known)
    assert isinstance(settled, Settled)
    after = passed_on(known, settled.row, AT)
    assert after is not None
    assert (after.estimate or {})["ours"] == "amended"
    assert isinstance(decided(amendment(2), replace(after, work=None)), Wanted)
    edited = in_quickbooks(note=note, total="31.00", lines="edited", ours="submitted")
    settled = decided(amendment(), edited)
    assert isinstance(settled, Settled)
    after = passed_on(edited, settled.row, AT)
    assert after is not None
    assert (after.estimate or {})["ours"] == "submitted"


def test_a_change_of_an_order_that_was_withdrawn_while_in_doubt_does_not_wait_for_it() -> None:
    withdrawn = replace(an_order(), suspect=True, state="cancelled", withdrawn_at="2026-11-20T11:00:00.000Z")
    outcome = decided(amendment(), withdrawn)
    assert isinstance(outcome, Settled)
    assert (outcome.row.notice or {})["code"] == "cancelled_later"


def test_an_amendment_that_was_answered_without_being_sent_is_not_passed_on() -> None:
    known = replace(in_quickbooks(), state="cancelled", withdrawn_at="2026-11-20T11:00:00.000Z")
    settled = decided(amendment(), known)
    assert isinstance(settled, Settled)
    assert passed_on(replace(known, state="posted", withdrawn_at=None), settled.row, AT) is None


def test_a_newer_look_at_the_estimate_is_kept_when_a_change_is_passed_on() -> None:
    known = in_quickbooks(sync_token="9", total="31.00")
    after = passed_on(known, posted(amendment(), ESTIMATE | {"SyncToken": "4"}, AT), AT)
    assert after is not None
    assert (after.estimate or {})["total"] == "31.00"
    assert (after.estimate or {})["ours"] == fingerprint(ESTIMATE)


@pytest.mark.parametrize(
    ("entity", "row", "expected"),
    [
        ({"PrivateNote": "a\nRoadbook amendment 1"}, amendment(), True),
        ({"PrivateNote": "a\nRoadbook amendment 12"}, amendment(), False),
        ({"PrivateNote": "Roadbook cancellation: why"}, cancellation(), True),
        ({"PrivateNote": "Voided", "TotalAmt": 0}, cancellation(), True),
        ({"PrivateNote": "Voided", "TotalAmt": 5}, cancellation(), False),
        ({"PrivateNote": "Voided", "TotalAmt": 0}, amendment(), False),
        ({}, cancellation(), False),
    ],
)
def test_the_mark_says_whether_a_change_arrived(entity: dict[str, Any], row: Row, expected: bool) -> None:
    assert bears(entity, later_change(row)) is expected
