"""What the office does in QuickBooks after an order was posted reaches the receipt on the rep's device."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connector.couch import Document
from connector.ledger import answer_key
from connector.steps import LookStep
from connector.turns import BURST
from journeys.quiet import wait_until
from tests.acceptance.company import PATIENCE, Company, killed

VERIFIER = "verifier-token"
BY_WEBHOOK = {"roadbook_watch_minutes": "0"}
USUAL = {"webhook_duplicates": False, "webhook_order": "in_order", "webhook_format": "cloudevents"}
OFTEN = {"roadbook_watch_minutes": "0.02"}
SOLD = {"DetailType": "SalesItemLineDetail", "Amount": 100, "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}


def posted(company: Company, **changes: Any) -> tuple[str, str]:
    """An order that is in QuickBooks while the connector runs: its id and its estimate's."""
    [order] = company.hand_in(**changes)
    return order, company.wait_for([order])[order]["estimate"]["id"]


def wait_for_news(company: Company, order: str, code: str) -> dict[str, Any]:
    """The order's receipt once its notice has that code."""
    receipt_id = f"receipt:{order.removeprefix('order:')}"
    found: dict[str, Any] = {}

    def told() -> bool:
        found.update(company.orders.get(receipt_id) or {})
        return (found.get("notice") or {}).get("code") == code

    wait_until(company.admin, told, PATIENCE, f"the receipt of {order} says {code}")
    return found


@pytest.fixture
def webhooks(company: Company) -> Iterator[Company]:
    """That company, whose QuickBooks tells the console of every change."""
    console = company.roadbook.web(quickbooks_webhook_token=f"another, {VERIFIER}")
    url = f"http://127.0.0.1:{console.ready['port']}/webhooks/quickbooks"
    company.sandbox.control("POST", "webhooks", {"url": url, "verifier_token": VERIFIER})
    yield company
    company.sandbox.control("POST", "webhooks", {"url": ""})
    company.sandbox.control("POST", "switches", USUAL)


def test_whatever_the_office_does_reaches_the_receipt_by_looking_often(company: Company) -> None:
    company.connector(**OFTEN)
    assert_everything_reaches_the_receipt(company)


def test_whatever_the_office_does_reaches_the_receipt_by_webhook(webhooks: Company) -> None:
    webhooks.connector(**BY_WEBHOOK)
    assert_everything_reaches_the_receipt(webhooks)


def test_old_doubled_and_overtaken_webhooks_change_nothing_but_the_moment(webhooks: Company) -> None:
    unusual = {"webhook_duplicates": True, "webhook_order": "swapped", "webhook_format": "notifications"}
    webhooks.sandbox.control("POST", "switches", unusual)
    webhooks.connector(**BY_WEBHOOK)
    order, estimate = posted(webhooks)
    webhooks.office(estimate, changes={"TxnStatus": "Pending"})
    webhooks.office(estimate, changes={"TxnStatus": "Closed"})
    webhooks.office(estimate, changes={"TxnStatus": "Accepted", "Line": [SOLD]})
    webhooks.office(estimate, convert=True)
    receipt = wait_for_news(webhooks, order, "converted")
    assert receipt["estimate"]["total"] == "100.00"


def assert_everything_reaches_the_receipt(company: Company) -> None:
    """Edit, close, open, convert, delete the invoice, delete the estimate: each is told."""
    order, estimate = posted(company)

    company.office(estimate, changes={"Line": [SOLD]})
    receipt = wait_for_news(company, order, "edited")
    assert (receipt["state"], receipt["estimate"]["total"]) == ("posted", "100.00")
    assert "52.44" in receipt["notice"]["text"] and "100.00" in receipt["notice"]["text"]

    company.office(estimate, changes={"TxnStatus": "Closed"})
    assert wait_for_news(company, order, "closed")["state"] == "converted"

    company.office(estimate, changes={"TxnStatus": "Accepted"})
    assert wait_for_news(company, order, "reopened")["state"] == "posted"

    company.office(estimate, convert=True)
    receipt = wait_for_news(company, order, "converted")
    assert receipt["state"] == "converted"

    company.office(receipt["estimate"]["invoice"], "Invoice", delete=True)
    receipt = wait_for_news(company, order, "reopened")
    assert receipt["state"] == "posted"
    assert "invoice" not in receipt["estimate"]

    company.office(estimate, delete=True)
    receipt = wait_for_news(company, order, "deleted_in_quickbooks")
    assert receipt["state"] == "cancelled"


def test_a_burst_of_changes_costs_a_few_calls_and_its_end_is_told(webhooks: Company) -> None:
    webhooks.connector(**BY_WEBHOOK)
    order, estimate = posted(webhooks)
    before = webhooks.sandbox.control("GET", "state")["calls"]["read"]
    for number in range(99):
        webhooks.office(estimate, changes={"PrivateNote": f"note {number}"})
    webhooks.office(estimate, changes={"TxnStatus": "Closed"})
    wait_for_news(webhooks, order, "closed")
    assert webhooks.sandbox.control("GET", "state")["calls"]["read"] - before <= 2 * BURST


def test_our_own_writes_come_back_as_news_and_are_told_once(company: Company) -> None:
    company.connector(**OFTEN)
    order, _ = posted(company)
    amendment = company.change(order)
    company.wait_for([order, amendment], "amended")
    company.wait_until_quiet()
    receipts = company.orders.fetch([f"receipt:{answer_key(each)}" for each in (order, amendment)])
    row = company.row(order)
    wait_for_look(company)
    wait_for_look(company)
    assert company.orders.fetch(receipts) == receipts
    assert company.row(order) == row
    assert row is not None and row.news is None


def test_an_edit_is_told_on_top_of_what_the_rep_amended(company: Company) -> None:
    company.connector(**OFTEN)
    order, estimate = posted(company)
    company.wait_for([company.change(order), order], "amended")
    company.office(estimate, changes={"Line": [SOLD]})
    receipt = wait_for_news(company, order, "edited")
    assert (receipt["state"], receipt["estimate"]["total"]) == ("amended", "100.00")


@pytest.mark.parametrize("step", list(LookStep))
def test_nothing_is_lost_when_the_connector_is_killed_at(company: Company, step: LookStep) -> None:
    connector = company.connector()
    order, estimate = posted(company)
    connector.stop()
    company.office(estimate, changes={"Line": [SOLD]})
    assert killed(company.program("dying_connector", step.value, **OFTEN))
    company.connector()
    assert wait_for_news(company, order, "edited")["estimate"]["total"] == "100.00"


def test_what_happened_while_nobody_looked_for_a_month_is_told_and_what_cannot_be_seen_is_on_record(
    company: Company,
) -> None:
    connector = company.connector(**OFTEN)
    order, estimate = posted(company)
    wait_for_look(company)
    connector.stop()
    company.office(estimate, changes={"Line": [SOLD]})
    company.sandbox.control("POST", "clock", {"ahead": 31 * 86400})
    try:
        company.connector(**OFTEN)
        assert wait_for_news(company, order, "edited")["estimate"]["total"] == "100.00"
        assert str(wait_for_look(company)["unseen"]).startswith("what was deleted before")
        assert "changes in QuickBooks (last look 0 minutes ago): OK" in company.roadbook.command("check").stdout
    finally:
        company.roadbook.stop()
        company.sandbox.control("POST", "clock", {"ahead": 0})
        cursor = cursor_of(company)
        company.ledger.database.delete(cursor["_id"], cursor["_rev"])


def cursor_of(company: Company) -> Document:
    """How far the look at sales has come."""
    return company.ledger.database.get(f"cursor:{company.sandbox.realm}:sales") or {}


def wait_for_look(company: Company) -> Document:
    """Wait until another look has ended; returns its cursor."""
    before = cursor_of(company).get("looked_at")
    wait_until(company.admin, lambda: cursor_of(company).get("looked_at") != before, PATIENCE, "it has looked")
    return cursor_of(company)
