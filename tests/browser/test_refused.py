"""What the server refuses is kept, shown with the reason, put right on the device, and sent again as the same order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from connector.couch import CouchServer, Database
from local_servers.quickbooks_sandbox import Sandbox
from tests.browser.accessibility import Looked
from tests.browser.company import Company
from tests.browser.rep_app import PATIENCE, RepApp
from tests.browser.screens import Screens

BEANS, CAFE = "Arabica beans, 1 kg", "Café Ærø"
DESIGN = "_design/company"
WANTS_A_NUMBER = """function (doc) {
  if (/^order:/.test(doc._id) && !doc.po_number) {
    throw {forbidden: "missing_field: Harbour Fine Foods wants the customer's PO number on every order."};
  }
}"""
WANTS_A_CITY = """function (doc) {
  if (/^custreq:/.test(doc._id) && !(doc.address && doc.address.city)) {
    throw {forbidden: "missing_field: say in which city the customer is."};
  }
}"""
LIMITS_CHANGES = """function (doc) {
  if (/^amend:/.test(doc._id) && !doc.note) {
    throw {forbidden: "missing_field: say in the note why the order changes."};
  }
}"""

Rule = Callable[[str], None]


@pytest.fixture
def own(couch: CouchServer, north: Company) -> Database:
    """Bob's database at the server."""
    return couch.database(north.rep.database)


@pytest.fixture
def rule(own: Database) -> Rule:
    """Gives the company a rule of its own beside the guard."""

    def make(function: str) -> None:
        own.put({"_id": DESIGN, "language": "javascript", "validate_doc_update": function})

    return make


def test_a_refused_order_is_kept_put_right_and_becomes_one_estimate_under_the_number_it_had(
    phone: RepApp,
    north: Company,
    own: Database,
    rule: Rule,
    quickbooks: Sandbox,
    screens: Screens,
    finds_nothing_serious: Looked,
) -> None:
    rule(WANTS_A_NUMBER)
    phone.sign_in(north.rep).says("8 customers").is_kept_for_offline().take(CAFE, {BEANS: "3"})
    phone.is_where("Needs attention").is_where("Harbour Fine Foods wants the customer's PO number on every order.")
    phone.is_where("The server refused it, so nobody else has it.").is_where("You must act.")
    number = phone.page.get_by_text("Order RB-").inner_text()[6:19]
    screens(phone.page, "app-order-refused")
    finds_nothing_serious(phone.page)
    phone.restart().tab("Sync").says("1 document was refused").open_entry(CAFE).is_where("Needs attention")

    north.down()
    phone.press("Put it right and send it again").says(f"The server refused {number}.")
    phone.enter("PO number", "PO 7").is_saved().restart().open_entry(CAFE).press("Review")
    phone.press("Submit order").is_where("On this device")
    assert list(own.starting_with("order:")) == []

    north.up()
    phone.is_where("In QuickBooks as estimate 1001 (Accepted)").says(f"Order {number}")
    phone.tab("Sync").is_up_to_date()
    expect(phone.page.get_by_text("was refused")).to_have_count(0)
    phone.open_entry(CAFE).says("was refused and put right").is_where("In QuickBooks as estimate 1001")
    (estimate,) = quickbooks.control("GET", "estimates")
    assert f"{estimate['TotalAmt']:.2f}" == "55.20" and "PO number: PO 7" in estimate["PrivateNote"]
    (order,) = own.starting_with("order:")
    assert order["_id"].endswith(number.removeprefix("RB-")) and order["po_number"] == "PO 7"
    assert len(own.call("GET", order["_id"], open_revs="all")) == 1


def test_a_refused_change_is_put_right_and_reaches_the_estimate(
    phone: RepApp, north: Company, rule: Rule, quickbooks: Sandbox
) -> None:
    rule(LIMITS_CHANGES)
    phone.sign_in(north.rep).says("8 customers").take(CAFE, {BEANS: "3"}).is_where("In QuickBooks as estimate 1001")
    phone.press("Change").page.get_by_label(f"One more {BEANS}").click()
    phone.press("Submit change").is_where("Needs attention").is_where("say in the note why the order changes")
    phone.is_where("The order itself stands").press("Put it right and send it again")
    phone.enter("Note for the office", "One more kilo").press("Submit change").is_where("changed")
    phone.says("Change carried out")
    (estimate,) = quickbooks.control("GET", "estimates")
    assert f"{estimate['TotalAmt']:.2f}" == "73.60"


def test_what_was_refused_goes_up_by_itself_once_the_server_takes_it(
    phone: RepApp, north: Company, own: Database, rule: Rule, quickbooks: Sandbox
) -> None:
    rule(WANTS_A_NUMBER)
    phone.sign_in(north.rep).says("8 customers").take(CAFE, {BEANS: "3"}).is_where("Needs attention")
    revision = own.get(DESIGN)
    assert revision
    own.delete(DESIGN, revision["_rev"])
    phone.tab("Sync").press("Sync now").open_entry(CAFE).is_where("In QuickBooks as estimate 1001")
    expect(phone.button("Put it right and send it again")).to_have_count(0, timeout=PATIENCE)
    assert len(quickbooks.control("GET", "estimates")) == 1


def test_a_refused_request_for_a_customer_is_put_right_and_its_order_goes_with_it(
    phone: RepApp, north: Company, rule: Rule, quickbooks: Sandbox
) -> None:
    rule(WANTS_A_CITY)
    phone.sign_in(north.rep).says("8 customers").ask_for_customer("Quayside Deli")
    phone.says("say in which city the customer is.").press("New order").set(BEANS, "1").press("Review")
    phone.press("Submit order").is_where("On the server")
    phone.tab("Customers").page.get_by_role("link", name="Quayside Deli").click()
    phone.press("Put it right and send it again").enter("City", "Bath").press("Send it again")
    expect(phone.page.get_by_label("Where the request is")).to_contain_text("In QuickBooks", timeout=PATIENCE)
    phone.open_entry("Quayside Deli").is_where("In QuickBooks as estimate 1001")
    phone.tab("Sync").is_up_to_date()
    expect(phone.page.get_by_text("was refused")).to_have_count(0)
    (estimate,) = quickbooks.control("GET", "estimates")
    assert estimate["CustomerRef"]["name"] == "Quayside Deli"
