"""Amendments, cancellations and approved quotes change their order's one estimate and are answered in plain words."""

from __future__ import annotations

from typing import Any

import pytest

from connector.steps import Step
from tests.acceptance.company import Company, killed


def posted(company: Company, **changes: Any) -> tuple[str, str]:
    """An order that is in QuickBooks while the connector runs: its id and its estimate's."""
    [order] = company.hand_in(**changes)
    return order, company.wait_for([order])[order]["estimate"]["id"]


def only_estimate(company: Company, order: str) -> dict[str, Any]:
    [estimate] = company.estimates(order)
    return estimate


def test_an_amendment_changes_the_same_estimate(company: Company) -> None:
    company.connector()
    order, estimate = posted(company)
    amendment = company.change(order)
    answer = company.wait_for([amendment], "amended")[amendment]
    receipt = company.wait_for([order], "amended")[order]
    assert answer["estimate"]["id"] == receipt["estimate"]["id"] == estimate
    assert receipt["estimate"]["total"] == "69.92"
    found = only_estimate(company, order)
    assert (found["TotalAmt"], found["TxnStatus"]) == (69.92, "Accepted")
    assert "Roadbook amendment 1" in found["PrivateNote"]


def test_an_order_its_amendment_and_a_newer_one_may_arrive_together(company: Company) -> None:
    [order] = company.hand_in()
    second = company.change(order, 2)
    first = company.change(order, 1, lines=company.order()["lines"], total="52.44")
    company.connector()
    company.wait_for([order, first, second], "amended")
    assert only_estimate(company, order)["TotalAmt"] == 69.92


def test_an_amendment_that_arrives_before_its_order_waits_for_it(company: Company) -> None:
    document = company.order()
    amendment = company.change(document["_id"])
    company.connector()
    receipt = company.wait_for([amendment], "waiting")[amendment]
    assert receipt["reason"]["code"] == "order_not_yet"
    company.orders.put(document)
    company.wait_for([document["_id"], amendment], "amended")
    assert only_estimate(company, document["_id"])["TotalAmt"] == 69.92


def test_an_approved_quote_moves_its_estimate_from_pending_to_accepted(company: Company) -> None:
    company.connector()
    quote, estimate = posted(company, kind="quote")
    assert only_estimate(company, quote)["TxnStatus"] == "Pending"
    sold = company.order()
    company.change(quote, kind="order", lines=sold["lines"], total=sold["total"])
    receipt = company.wait_for([quote], "amended")[quote]
    assert (receipt["estimate"]["id"], receipt["estimate"]["status"]) == (estimate, "Accepted")
    assert only_estimate(company, quote)["TxnStatus"] == "Accepted"


def test_a_cancellation_closes_the_estimate(company: Company) -> None:
    company.connector()
    order, estimate = posted(company)
    cancellation = company.cancel(order)
    receipts = company.wait_for([order, cancellation], "cancelled")
    assert receipts[order]["estimate"] | {"id": estimate, "status": "Closed"} == receipts[order]["estimate"]
    found = only_estimate(company, order)
    assert found["TxnStatus"] == "Closed"
    assert "The customer changed his mind" in found["PrivateNote"]


def test_an_order_cancelled_before_it_was_posted_never_reaches_quickbooks(company: Company) -> None:
    company.office("2", "Item", changes={"Active": False})
    line = company.order()["lines"][0] | {"product": "product:2"}
    [order] = company.hand_in(lines=[line])
    company.connector()
    company.wait_for([order], "parked")
    cancellation = company.cancel(order)
    company.wait_for([order, cancellation], "cancelled")
    company.office("2", "Item", changes={"Active": True})
    assert company.estimates(order) == []


def test_an_amendment_repairs_an_order_that_is_parked(company: Company) -> None:
    company.office("2", "Item", changes={"Active": False})
    line = company.order()["lines"][0] | {"product": "product:2"}
    [order] = company.hand_in(lines=[line])
    company.connector()
    reason = company.wait_for([order], "parked")[order]["reason"]
    assert "is inactive" in reason["text"]
    amendment = company.change(order)
    company.wait_for([order, amendment], "amended")
    company.office("2", "Item", changes={"Active": True})
    assert only_estimate(company, order)["TotalAmt"] == 69.92


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"convert": True}, "already_converted", "has already become an invoice"),
        ({"changes": {"TxnStatus": "Closed"}}, "already_closed", "is already closed"),
        ({"delete": True}, "order_cancelled", "cancelled or deleted"),
    ],
)
def test_a_change_that_comes_too_late_is_answered_in_plain_words(
    company: Company, change: dict[str, Any], code: str, words: str
) -> None:
    company.connector()
    order, estimate = posted(company)
    company.office(estimate, **change)
    amendment = company.change(order)
    receipt = company.wait_for([amendment], "parked")[amendment]
    assert (receipt["reason"]["code"], receipt["reason"]["who"]) == (code, "office")
    assert words in receipt["reason"]["text"]
    company.wait_for([order], "converted" if code != "order_cancelled" else "cancelled")


def test_what_the_office_changed_is_not_overwritten_unasked(company: Company) -> None:
    company.connector()
    order, estimate = posted(company)
    sold = {"DetailType": "SalesItemLineDetail", "Amount": 100, "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}
    company.office(estimate, changes={"Line": [sold]})
    amendment = company.change(order)
    receipt = company.wait_for([amendment], "parked")[amendment]
    assert receipt["reason"]["code"] == "office_changed"
    assert "100.00" in receipt["reason"]["text"]
    company.roadbook.command("order", "retry", amendment, "--accept", "office_changed")
    company.wait_for([amendment, order], "amended")
    assert only_estimate(company, order)["TotalAmt"] == 69.92


def test_what_the_office_wrote_into_the_note_stays(company: Company) -> None:
    company.connector()
    order, estimate = posted(company)
    note = only_estimate(company, order)["PrivateNote"]
    company.office(estimate, changes={"PrivateNote": f"{note}\nCall before delivery"})
    company.wait_for([company.change(order)], "amended")
    assert "Call before delivery" in only_estimate(company, order)["PrivateNote"]


@pytest.mark.parametrize("kind", ["drop_after_commit", "drop_before_commit", "status_500_html"])
def test_an_amendment_whose_answer_is_lost_is_made_once(company: Company, kind: str) -> None:
    company.connector()
    order, _ = posted(company)
    company.fault(kind, match={"entity": "estimate", "operation": "update"})
    company.wait_for([company.change(order)], "amended")
    found = only_estimate(company, order)
    assert (found["TotalAmt"], found["SyncToken"]) == (69.92, "1")


@pytest.mark.parametrize(
    "step", [step for step in Step if step not in (Step.CHANGES_READ, Step.LEDGER_PINNED, Step.CHECKPOINT_SAVED)]
)
def test_an_amendment_is_made_once_when_the_connector_is_killed_at(company: Company, step: Step) -> None:
    connector = company.connector()
    order, _ = posted(company)
    connector.stop()
    amendment = company.change(order)
    assert killed(company.program("dying_connector", step.value))
    company.connector()
    company.wait_for([order, amendment], "amended")
    found = only_estimate(company, order)
    assert (found["TotalAmt"], found["SyncToken"]) == (69.92, "1")


def test_orders_may_become_invoices_that_are_changed_and_voided(company: Company) -> None:
    company.connector(roadbook_order_status="Invoice")
    [order] = company.hand_in()
    receipt = company.wait_for([order])[order]
    assert receipt["estimate"]["kind"] == "invoice"
    assert company.estimates(order) == []
    company.wait_for([company.change(order), order], "amended")
    company.wait_for([company.cancel(order), order], "cancelled")
    row = company.row(order)
    assert row is not None and row.estimate is not None
    assert row.estimate["total"] == "0.00"


def test_a_name_that_is_taken_is_a_question_for_the_office_and_the_order_waits(company: Company) -> None:
    request = company.ask("Café Ærø")
    ulid = request.removeprefix("custreq:")
    [order] = company.hand_in(customer={"id": request, "name": "Café Ærø"})
    company.connector()
    receipt = company.wait_for([request], "parked")[request]
    assert receipt["reason"]["code"] == "name_taken"
    assert "the customer “Café Ærø” (id 1" in receipt["reason"]["text"]
    row = company.row(request)
    assert row is not None
    [candidate] = (row.reason or {})["candidates"]
    assert (candidate["kind"], candidate["id"], candidate["active"]) == ("customer", "1", True)
    company.roadbook.command("customer", "link", ulid, candidate["id"])
    company.wait_for([request, order])
    company.assert_exactly_one([order])


def test_the_office_may_give_a_new_customer_another_name(company: Company) -> None:
    request = company.ask("Café Ærø")
    ulid = request.removeprefix("custreq:")
    company.connector()
    company.wait_for([request], "parked")
    company.roadbook.command("customer", "rename", ulid, f"Café Ærø {ulid[-4:]}")
    receipt = company.wait_for([request])[request]
    assert receipt["customer"]["name"] == f"Café Ærø {ulid[-4:]}"
