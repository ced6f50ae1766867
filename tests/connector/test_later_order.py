"""Later changes end the same in whatever order they arrive: the newest counts, and an approval holds."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.books import gone
from connector.changing import Folded, Settled, Wanted, change_of, passed_on
from connector.check import Facts, Reason
from connector.contents import later_change, readable
from connector.ledger import Row
from connector.mapping import marker
from connector.outcomes import posted
from connector.pinning import pin
from connector.policy import Policy
from connector.preparing import prepare
from connector.records import Order
from tests.connector.samples import CUSTOMER, DATABASE, ORDER, PRODUCTS, REP, ULID, change, order

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
AT = "2026-11-20T10:00:00.000Z"
FACTS = Facts(PRODUCTS, CUSTOMER)
ESTIMATE: dict[str, Any] = {
    "Id": "7",
    "SyncToken": "0",
    "TxnStatus": "Pending",
    "TotalAmt": "2053.06",
    "PrivateNote": "Roadbook quote",
}


def row_of(document: dict[str, Any]) -> Row:
    row = pin(DATABASE, change(document), None, AT).row
    assert row is not None
    return row


def amendment(number: int, **changes: Any) -> Row:
    document = {name: ORDER[name] for name in ("schema", "rep", "device", "lines", "charges", "total")}
    document |= {"_id": f"amend:{ULID}:{number}", "type": "amendment", "order": ORDER["_id"], "number": number}
    return row_of({**document, "captured_at": f"2026-11-20T0{number}:15:00Z", **changes})


def outcome(row: Row, order_row: Row) -> Wanted | Settled | Folded | Reason:
    return change_of(row, later_change(row), order_row, FACTS, Policy(), NOW)


QUOTE = row_of(order(kind="quote"))
APPROVAL = amendment(1, kind="order")
CHANGE = amendment(2)


def folded(row: Row, order_row: Row) -> Row:
    result = outcome(row, order_row)
    assert isinstance(result, Folded)
    return result.order


def kind_of(row: Row) -> str:
    record = readable(row)
    assert isinstance(record, Order)
    return record.kind


def test_a_change_after_the_approval_keeps_it_before_the_quote_is_posted() -> None:
    result = folded(CHANGE, folded(APPROVAL, QUOTE))
    assert (result.amendment, result.kind, kind_of(result)) == (2, "order", "order")


def test_an_approval_that_arrives_after_a_newer_change_still_approves_before_the_quote_is_posted() -> None:
    result = outcome(APPROVAL, folded(CHANGE, QUOTE))
    assert isinstance(result, Folded)
    assert (result.order.amendment, result.order.kind, kind_of(result.order)) == (2, "order", "order")
    assert result.order.changes == {**CHANGE.content, "kind": "order"}
    assert isinstance(result.answer, Settled)
    assert result.answer.row.state == "amended"


def in_quickbooks(row: Row, **changes: Any) -> Row:
    return posted(replace(row, request={"entity": "Estimate", "body": '{"Line":[1]}'}), {**ESTIMATE, **changes}, AT)


def test_an_approval_that_arrives_after_a_newer_change_moves_the_estimate_on_and_leaves_its_lines() -> None:
    quote = in_quickbooks(folded(CHANGE, QUOTE))
    wanted = outcome(APPROVAL, quote)
    assert isinstance(wanted, Wanted)
    assert b'"TxnStatus":"Accepted"' in wanted.body
    assert b"Roadbook amendment 1" in wanted.body
    assert b'"Line"' not in wanted.body
    request = {"entity": "Estimate", "body": wanted.body.decode()}
    changed = {**ESTIMATE, "TxnStatus": "Accepted", "SyncToken": "1", "TotalAmt": "1.00"}
    approval = posted(replace(APPROVAL, request=request), changed, AT)
    assert approval.news is None
    after = passed_on(quote, approval, AT)
    assert after is not None
    assert (after.kind, after.amendment, after.state, kind_of(after)) == ("order", 2, "amended", "order")
    assert (after.changes or {})["number"] == 2
    assert (after.estimate or {})["status"] == "Accepted"
    assert (after.estimate or {})["ours"] == (quote.estimate or {})["ours"]
    assert passed_on(after, approval, AT) is None


def test_an_older_change_that_approves_nothing_is_only_answered() -> None:
    quote = folded(amendment(3), QUOTE)
    for order_row in (quote, in_quickbooks(quote)):
        result = outcome(CHANGE, order_row)
        assert isinstance(result, Settled)
        assert (result.row.notice or {})["code"] == "superseded"


def test_a_note_of_an_earlier_change_goes_when_the_newest_says_none() -> None:
    quote = in_quickbooks(folded(amendment(1, note="Ring twice"), row_of(order(kind="quote", note=None))))
    wanted = outcome(CHANGE, quote)
    assert isinstance(wanted, Wanted)
    assert b'"CustomerMemo":{"value":""}' in wanted.body


def test_what_the_office_wrote_for_the_customer_stays_when_no_rep_ever_said_anything() -> None:
    quote = in_quickbooks(row_of(order(kind="quote", note=None)))
    wanted = outcome(CHANGE, quote)
    assert isinstance(wanted, Wanted)
    assert b"CustomerMemo" not in wanted.body


def test_an_older_change_never_overwrites_a_newer_one_whose_answer_was_lost() -> None:
    order_row = in_quickbooks(row_of(order()), PrivateNote="Roadbook order\nRoadbook amendment 2\nPO number: 7")
    assert order_row.amendment == 0
    result = outcome(amendment(1), order_row)
    assert isinstance(result, Settled)
    assert (result.row.notice or {})["code"] == "superseded"


def test_a_lost_change_that_is_found_under_a_newer_one_says_nothing_of_the_newer_ones_total() -> None:
    request = {"entity": "Estimate", "body": '{"Line":[1]}'}
    found = {**ESTIMATE, "TotalAmt": "1.00", "PrivateNote": "Roadbook order\nRoadbook amendment 3"}
    order_row = in_quickbooks(row_of(order()), PrivateNote="Roadbook order")
    after = passed_on(order_row, posted(replace(CHANGE, request=request), found, AT, "adopted"), AT)
    assert after is not None
    assert after.news is None
    found["PrivateNote"] = "Roadbook order\nRoadbook amendment 2: and so on\nRoadbook amendment 2000th"
    after = passed_on(order_row, posted(replace(CHANGE, request=request), found, AT, "adopted"), AT)
    assert after is not None
    assert (after.news or {})["code"] == "total_differs"


@pytest.mark.parametrize(
    ("token", "total", "edited"), [("1", "1.00", False), ("2", "2053.06", False), ("2", "1.00", True)]
)
def test_what_the_office_edited_before_a_lost_change_was_found_is_not_overwritten_by_the_next_one(
    token: str, total: str, edited: bool
) -> None:
    order_row = in_quickbooks(row_of(order()))
    request = {"entity": "Estimate", "body": '{"SyncToken":"0","Line":[1]}'}
    note = "Roadbook order\nRoadbook amendment 2"
    found = {**ESTIMATE, "SyncToken": token, "TotalAmt": total, "PrivateNote": note}
    after = passed_on(order_row, posted(replace(CHANGE, request=request), found, AT, "adopted"), AT)
    assert after is not None
    result = outcome(amendment(3), after)
    assert isinstance(result, Reason if edited else Wanted)


def test_an_estimate_of_unknown_origin_that_is_worth_what_a_change_says_takes_the_change() -> None:
    found = {**ESTIMATE, "SyncToken": "1", "TotalAmt": "29.00"}
    order_row = posted(row_of(order()), found, AT, "adopted")
    lines = [ORDER["lines"][1] | {"quantity": "2", "amount": "29.00"}]
    assert isinstance(outcome(amendment(2, lines=lines, charges=[], total="29.00"), order_row), Wanted)
    assert isinstance(outcome(amendment(2), order_row), Reason)


def test_what_an_order_took_up_before_it_was_posted_is_marked_in_its_estimate() -> None:
    row = folded(CHANGE, row_of(order()))
    record = readable(row)
    assert isinstance(record, Order)
    prepared = prepare(row, record, FACTS, Policy())
    assert not isinstance(prepared, Reason)
    note = json.loads(prepared[1])["PrivateNote"]
    assert note.split("\n")[:2] == [marker("order", ULID, REP), "Roadbook amendment 2"]
    found = {**ESTIMATE, "SyncToken": "1", "PrivateNote": note}
    settled = outcome(CHANGE, posted(row_of(order()), found, AT, "adopted"))
    assert isinstance(settled, Settled)


def test_a_change_that_its_receipt_calls_taken_stays_so_where_the_estimate_is_deleted_by_now() -> None:
    named = {"kind": "estimate", "id": "7", "number": "1042", "total": "29.00"}
    order_row = gone(replace(row_of(order()), posted_at=AT, estimate=named), AT)
    assert order_row is not None
    settled = outcome(replace(CHANGE, suspect=True, estimate=named), order_row)
    assert isinstance(settled, Settled)
    assert settled.row.state == "amended"
    assert passed_on(order_row, settled.row, AT) is None
    assert isinstance(outcome(CHANGE, order_row), Reason)


def test_an_approval_found_late_leaves_the_lines_of_the_newer_change_ours() -> None:
    newer = in_quickbooks(folded(CHANGE, QUOTE), SyncToken="2", TotalAmt="1.00")
    request = {"entity": "Estimate", "body": '{"SyncToken":"0","Line":[1]}'}
    found = {**ESTIMATE, "SyncToken": "2", "TotalAmt": "1.00"}
    after = passed_on(newer, posted(replace(APPROVAL, request=request), found, AT, "adopted"), AT)
    assert after is not None
    assert (after.estimate or {})["ours"] == (newer.estimate or {})["ours"]


def test_an_estimate_found_again_as_a_change_left_it_may_be_changed_again() -> None:
    found = {**ESTIMATE, "SyncToken": "1", "TotalAmt": "29.00", "PrivateNote": "Roadbook order\nRoadbook amendment 1"}
    lines = [ORDER["lines"][1] | {"quantity": "2", "amount": "29.00"}]
    first = amendment(1, lines=lines, charges=[], total="29.00")
    order_row = posted(row_of(order()), found, AT, "adopted")
    settled = outcome(first, order_row)
    assert isinstance(settled, Settled)
    after = passed_on(order_row, settled.row, AT)
    assert after is not None
    assert isinstance(outcome(CHANGE, after), Wanted)


def test_a_change_that_quickbooks_shows_already_is_not_sent_again() -> None:
    order_row = in_quickbooks(row_of(order()), PrivateNote="Roadbook order\nRoadbook amendment 2")
    result = outcome(CHANGE, order_row)
    assert isinstance(result, Settled)
    after = passed_on(order_row, result.row, AT)
    assert after is not None
    assert (after.amendment, after.state) == (2, "amended")


def test_the_next_change_waits_for_the_lost_answer_instead_of_blaming_the_office() -> None:
    order_row = in_quickbooks(row_of(order()), PrivateNote="Roadbook order\nRoadbook amendment 2")
    edited = replace(order_row, estimate={**(order_row.estimate or {}), "ours": "other lines"})
    result = outcome(amendment(3), edited)
    assert isinstance(result, Reason)
    assert result.code == "order_not_yet"
    patient = replace(amendment(3), attempts=8)
    result = outcome(patient, edited)
    assert isinstance(result, Reason)
    assert result.code == "office_changed"


@pytest.mark.parametrize(
    ("note", "status", "sent"),
    [
        ("Roadbook order\nRoadbook cancellation: wrong size", "Closed", False),
        ("Roadbook order\nRoadbook cancellation", "Closed", False),
        ("Roadbook order\nRoadbook cancellation", "Accepted", True),  # the office opened it again
    ],
)
def test_a_cancellation_that_quickbooks_shows_already_is_not_sent_again(note: str, status: str, sent: bool) -> None:
    document = {"_id": f"cancel:{ULID}", "type": "cancellation", "order": ORDER["_id"], "schema": 1}
    head = {name: ORDER[name] for name in ("rep", "device", "captured_at")}
    order_row = in_quickbooks(row_of(order()), PrivateNote=note, TxnStatus=status)
    result = outcome(row_of({**document, **head}), order_row)
    assert isinstance(result, Wanted if sent else Settled)


def test_an_order_that_was_in_doubt_once_and_is_parked_now_can_be_repaired_and_withdrawn() -> None:
    once = replace(row_of(order()), suspect=True)
    for waits in (replace(once, state="waiting"), replace(once, state="parked", sent_at=AT)):
        result = outcome(amendment(1), waits)
        assert isinstance(result, Reason)
        assert result.code == "order_not_yet"
    assert folded(amendment(1), replace(once, state="parked")).suspect
