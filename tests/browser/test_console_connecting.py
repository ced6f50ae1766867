"""An admin connects QuickBooks at the console, in real Chromium, by way of the sandbox's consent page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Playwright, expect

from connector.couch import CouchServer
from connector.provisioning import Added
from local_servers.nginx import free_port
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook
from tests.browser.accessibility import Looked
from tests.browser.office_company import Desk, OfficeCompany, line

BEANS = line("product:1", "Arabica beans, 1 kg", "18.40")
SLOW = 60_000  # milliseconds that a live part may take to show what happened


@pytest.fixture
def office(couch: CouchServer, bob: Added, roadbook: Roadbook, quickbooks: Sandbox) -> OfficeCompany:
    """An installation that no company was ever connected to; its connector runs, as it does from the first day on."""
    port = free_port()
    back = {"roadbook_web_port": str(port), "quickbooks_redirect_uri": f"http://127.0.0.1:{port}/quickbooks/callback"}
    roadbook.connector()
    return OfficeCompany(couch, bob, roadbook, quickbooks, **back)


@pytest.fixture
def page(playwright: Playwright, office: OfficeCompany) -> Iterator[Page]:
    """An admin's browser on the QuickBooks page."""
    desk = Desk(playwright, office.address)
    desk.sign_in("alice", office.account("alice", "admin"))
    yield desk.go("/quickbooks")
    desk.close()


def test_an_admin_connects_the_company_and_connects_it_again_and_what_waits_is_posted(
    office: OfficeCompany, page: Page, finds_nothing_serious: Looked
) -> None:
    order = office.hand_in(office.order(BEANS))
    expect(page.get_by_text("No company connected")).to_be_visible()
    finds_nothing_serious(page)
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("What waits is posted within seconds.")).to_be_visible()
    expect(page.get_by_text(f"Company id {office.sandbox.realm}")).to_be_visible()
    office.wait_for(order, "posted")

    office.sandbox.control("POST", "tokens", {"revoke": True})
    another = office.hand_in(office.order(BEANS))
    expect(page.get_by_text("Posting has stopped and orders wait; nothing is lost.")).to_be_visible(timeout=SLOW)
    finds_nothing_serious(page)
    page.get_by_role("button", name="Reconnect").click()
    expect(page.get_by_text("What waits is posted within seconds.")).to_be_visible()
    for each in (order, another):
        office.wait_for(each, "posted")
        assert len(office.estimates(each)) == 1


def test_an_admin_who_presses_cancel_at_intuit_has_changed_nothing(office: OfficeCompany, page: Page) -> None:
    office.sandbox.control("POST", "switches", {"consent": "denied"})
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("Somebody pressed Cancel at Intuit, so nothing was changed.")).to_be_visible()
    office.sandbox.control("POST", "switches", {"consent": "given"})
    page.goto(f"{office.address}/quickbooks")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("What waits is posted within seconds.")).to_be_visible()
