"""A rep who may not ask for new customers is offered none; what was captured before is refused at the server."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from connector.couch import CouchServer
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook
from tests.browser.accessibility import Looked
from tests.browser.company import Company
from tests.browser.rep_app import PATIENCE, RepApp
from tests.browser.screens import Screens

BY_THE_OFFICE = "The office adds customers: ask it for a new one."
REASON = "the office adds customers; ask it for this one"


def offer(phone: RepApp) -> Locator:
    """What leads to the form that asks for a customer."""
    return phone.page.get_by_role("link", name="New customer", exact=True)


def where(phone: RepApp) -> Locator:
    """What the screen of a request says of where it is."""
    return phone.page.get_by_label("Where the request is")


def test_what_was_captured_before_the_right_was_taken_away_is_refused_and_stays_until_it_is_given_back(
    phone: RepApp,
    north: Company,
    roadbook: Roadbook,
    couch: CouchServer,
    quickbooks: Sandbox,
    screens: Screens,
    finds_nothing_serious: Looked,
) -> None:
    own = couch.database(north.rep.database)
    phone.sign_in(north.rep).says("8 customers").is_kept_for_offline()
    north.down()
    phone.ask_for_customer("Quayside Deli")
    expect(where(phone)).to_contain_text("On this device", timeout=PATIENCE)
    roadbook.command("rep", "new-customers", north.rep.account, "refuse")
    north.up()
    phone.sync_now().tab("Customers").says(BY_THE_OFFICE)
    expect(offer(phone)).to_have_count(0)
    screens(phone.page, "app-customers-by-the-office")
    finds_nothing_serious(phone.page)
    phone.page.get_by_role("link", name="Quayside Deli").click()
    expect(where(phone)).to_contain_text(REASON, timeout=PATIENCE)
    expect(where(phone)).to_contain_text("The office must act.")
    expect(phone.button("Put it right and send it again")).to_have_count(0)
    assert list(own.starting_with("custreq:")) == []

    north.down()
    phone.restart().tab("Customers").says(BY_THE_OFFICE)  # without a network, too
    phone.page.get_by_role("link", name="Quayside Deli").click()
    expect(where(phone)).to_contain_text(REASON, timeout=PATIENCE)
    phone.page.goto(f"{phone.origin}/app/#/customers/new")
    phone.says(BY_THE_OFFICE)
    expect(phone.page.get_by_label("Name of the business")).to_have_count(0)

    roadbook.command("rep", "new-customers", north.rep.account, "allow")
    north.up()
    phone.sync_now().tab("Customers")
    expect(offer(phone)).to_be_visible(timeout=PATIENCE)
    phone.page.get_by_role("link", name="Quayside Deli").first.click()
    expect(phone.button("New order")).to_be_visible(timeout=PATIENCE)
    expect(phone.page.get_by_text(REASON)).to_have_count(0, timeout=PATIENCE)
    assert [each["name"] for each in own.starting_with("custreq:")] == ["Quayside Deli"]
