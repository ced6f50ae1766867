"""The office person's main tasks at the console, in real Chromium: with JavaScript, and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Playwright, expect

from connector.company_settings import CompanySettingsRecord
from connector.couch import CouchServer
from connector.identifiers import CONNECTOR, order_number
from connector.provisioning import Added
from connector.settings import read_settings
from local_servers.chromium import chromium_program
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook
from tests.browser.accessibility import Looked
from tests.browser.office_company import DESK, HAND, Desk, OfficeCompany, line
from tests.browser.screens import Screens
from tests.stocked_item import STOCKED

Opened = Callable[..., Desk]
BEANS = line("product:1", "Arabica beans, 1 kg", "18.40")
CHAI = line("product:4040", "Chai “Nilgiri”, 500 g", "24.00")
SLOW = 20_000  # milliseconds that a live part may take to show what happened


@pytest.fixture
def office(couch: CouchServer, bob: Added, roadbook: Roadbook, quickbooks: Sandbox) -> OfficeCompany:
    """A connected company with a connector at work that asks QuickBooks for nothing unasked."""
    roadbook.connect(quickbooks)
    roadbook.sync_catalog()
    roadbook.connector(roadbook_watch_minutes="1000")
    return OfficeCompany(couch, bob, roadbook, quickbooks)


@pytest.fixture
def at_desk(playwright: Playwright, office: OfficeCompany) -> Iterator[Opened]:
    """`at_desk("olga", "ops")` is a browser in which she has signed in; they are closed after the test."""
    if chromium_program() is None:
        pytest.skip("Chromium is not installed (./scripts/setup --tests installs it)")
    desks: list[Desk] = []

    def opened(name: str, role: str = "ops", *, scripts: bool = True) -> Desk:
        desk = Desk(playwright, office.address, scripts=scripts)
        desks.append(desk)
        return desk.sign_in(name, office.account(name, role))

    yield opened
    for desk in desks:
        desk.close()


@pytest.fixture
def looked_at(screens: Screens, finds_nothing_serious: Looked) -> Callable[[Page, str], None]:
    """Keeps a page's picture at both sizes, and has axe look at it: it fits, and nothing serious is found."""

    def look(page: Page, name: str) -> None:
        for size, ending in ((HAND, "-small"), (DESK, "")):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            finds_nothing_serious(page)
            width = page.evaluate("() => document.documentElement.scrollWidth")
            assert width <= size["width"], f"{name} is {width} pixels wide where {size['width']} are there"
            screens(page, f"{name}{ending}")

    return look


def test_a_parked_order_is_found_by_its_reason_repaired_and_tried_again(
    office: OfficeCompany, at_desk: Opened, looked_at: Callable[[Page, str], None]
) -> None:
    fine = [office.hand_in(office.order(BEANS)) for _ in range(3)]
    order = office.hand_in(office.order(BEANS, CHAI, po_number="PO-4711"))
    office.wait_for(order, "parked")
    for each in fine:
        office.wait_for(each, "posted")
    page = at_desk("olga").page
    page.reload()
    looked_at(page, "console-orders")
    page.get_by_role("link", name="1 needs a person: see why, and what to do").click()
    expect(page.get_by_role("heading", name="A product is not known to QuickBooks")).to_be_visible()
    looked_at(page, "console-stopped")
    page.get_by_role("link", name=order_number(order.removeprefix("order:"))).click()
    expect(page.get_by_text("QuickBooks does not know the product “Chai “Nilgiri”, 500 g”.").first).to_be_visible()
    looked_at(page, "console-order")
    page.get_by_role("link", name="Say which product is meant").click()
    page.get_by_label("Part of its name or SKU").fill("beans")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("button", name="Arabica beans, 1 kg")).to_be_visible()
    page.go_back()
    page.go_back()
    # The office makes the product in QuickBooks instead; nobody brings it over, “Try again” looks by itself.
    made = office.sandbox.control("POST", "seed", {"Item": [{"Name": "Chai Nilgiri", **STOCKED}]})["Item"][0]
    page.reload()
    page.get_by_role("link", name="Say which product is meant").click()
    page.get_by_label("Part of its name or SKU").fill("nilgiri")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("What is new in QuickBooks comes over within minutes")).to_be_visible()
    office.couch.database("catalog").put(
        {"_id": f"product:{made}", "type": "product", "schema": 1, "quickbooks_id": made, "version": 0}
        | {"name": "Chai Nilgiri", "active": True, "kind": "product", "tax_code": "TAX", "unit_price": "24"}
    )
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Chai Nilgiri").click()
    expect(page.get_by_text("It is on record.")).to_be_visible()
    expect(page.locator(".card .badge")).to_contain_text("In QuickBooks as estimate", timeout=SLOW)
    office.wait_for(order, "posted")
    assert len(office.estimates(order)) == 1


def test_try_again_after_a_repair_in_quickbooks_needs_nothing_else(office: OfficeCompany, at_desk: Opened) -> None:
    made = office.sandbox.control("POST", "seed", {"Item": [{"Name": "Mate", **STOCKED}]})["Item"][0]
    order = office.hand_in(office.order(line(f"product:{made}", "Mate")))
    row = office.wait_for(order, "parked", "posted")
    if row.state == "parked":  # the connector's first look had not brought it
        page = at_desk("olga").go(f"/orders/{order}")
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_text("QuickBooks is asked first for what it names")).to_be_visible()
        expect(page.locator(".card .badge")).to_contain_text("In QuickBooks as estimate", timeout=SLOW)
    office.wait_for(order, "posted")


def test_a_conflict_is_settled_by_choosing_between_versions_side_by_side(
    office: OfficeCompany, at_desk: Opened, looked_at: Callable[[Page, str], None]
) -> None:
    first = office.order(BEANS, note="Two pallets, ring twice")
    second = {**first, "lines": [BEANS, line("product:2", "Filter paper")], "total": "28.40", "note": "One pallet"}
    for document, digit in ((first, "a"), (second, "b")):
        office.beside(document, digit)
    order = str(first["_id"])
    office.wait_for(order, "held")
    page = at_desk("olga").go(f"/orders/{order}")
    page.get_by_role("button", name="Compare the versions and choose").click()
    expect(page.get_by_role("rowheader", name="note")).to_be_visible()
    looked_at(page, "console-conflict")
    page.get_by_role("radio", name="18.40 USD, 1 line").check()
    page.get_by_role("button", name="Have it count, delete the others").click()
    expect(page.get_by_text("That version counts")).to_be_visible()
    expect(page.locator(".card .badge")).to_contain_text("In QuickBooks as estimate", timeout=SLOW)
    office.wait_for(order, "posted")
    assert len(office.estimates(order)) == 1
    stored = office.orders.get(order, conflicts="true")
    assert stored is not None
    assert (stored["note"], stored.get("_conflicts")) == ("Two pallets, ring twice", None)


def entered_by_somebody(office: OfficeCompany, number: str, amount: int, **fields: str) -> None:
    """An estimate for Café Ærø that the office wrote into QuickBooks itself."""
    detail = {"ItemRef": {"value": "1"}, "Qty": 1, "UnitPrice": amount}
    sold = {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}
    body = {"CustomerRef": {"value": "1"}, "DocNumber": number, "TxnStatus": "Accepted", "Line": [sold]} | fields
    office.sandbox.control("POST", "seed", {"Estimate": [body]})


def test_an_order_that_was_entered_by_hand_is_looked_up_compared_and_put_on_record(
    office: OfficeCompany, at_desk: Opened
) -> None:
    order = office.hand_in(office.order(CHAI))
    office.wait_for(order, "parked")
    entered_by_somebody(office, "H-7", 24)
    entered_by_somebody(office, "H-8", 99)
    page = at_desk("olga").go(f"/orders/{order}")
    page.get_by_text("Somebody has entered it in QuickBooks by hand").click()
    page.get_by_label("Number of the estimate (or invoice) there").fill("H-8")
    page.get_by_role("button", name="Look it up and put it on record").click()
    expect(page.get_by_role("alert").first).to_contain_text("but QuickBooks reckons 99.00")
    # What was typed is still there, and so is the way to say that it is meant.
    expect(page.get_by_label("Number of the estimate (or invoice) there")).to_have_value("H-8")
    expect(page.get_by_role("checkbox", name="It is this order all the same")).to_be_visible()
    page.get_by_label("Number of the estimate (or invoice) there").fill("H-7")
    page.get_by_role("button", name="Look it up and put it on record").click()
    expect(page.locator(".card .badge")).to_contain_text("In QuickBooks as estimate H-7")
    office.wait_for(order, "posted")
    assert not office.estimates(order)


def test_nothing_typed_is_lost_while_the_page_refreshes(
    office: OfficeCompany, at_desk: Opened, roadbook: Roadbook, looked_at: Callable[[Page, str], None]
) -> None:
    desk = at_desk("alice", "admin")
    page = desk.go("/settings")
    looked_at(page, "console-settings")
    page.get_by_role("group", name="A quote becomes").get_by_role("radio", name="an invoice right away").check()
    stored = CompanySettingsRecord(office.couch.database(CONNECTOR), read_settings(roadbook.settings))
    stored.save({"order_status": "Pending"}, "", "olga")
    expect(page.get_by_text("There is news here.")).to_be_visible(timeout=SLOW)
    chosen = page.get_by_role("group", name="A quote becomes").get_by_role("radio", name="an invoice right away")
    expect(chosen).to_be_checked()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_contain_text("Somebody was faster. olga changed settings")
    expect(chosen).to_be_checked()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. The connector takes it within seconds.")).to_be_visible()
    assert dict(stored.load().chosen) == {"order_status": "Pending", "quote_status": "Invoice"}
    # Nobody types: what somebody else changes is put in.
    stored.save({}, stored.load().revision, "olga", reset=["order_status", "quote_status"])
    expect(page.get_by_role("group", name="A quote becomes").get_by_role("radio", name="a pending")).to_be_checked(
        timeout=SLOW
    )


def test_a_half_written_reason_and_an_opened_part_stay_while_an_order_moves_on(
    office: OfficeCompany, at_desk: Opened
) -> None:
    order = office.hand_in(office.order(CHAI))
    row = office.wait_for(order, "parked")
    page = at_desk("olga").go(f"/orders/{order}")
    page.get_by_text("Hold it: nothing is to be sent for now").click()
    page.get_by_label("Why; the rep reads it").press_sequentially("The customer's cre")
    stored = office.ledger.find(order)
    assert stored is not None
    office.ledger.put(stored.step(row.changed_at, "retried"))
    expect(page.get_by_text("There is news here.")).to_be_visible(timeout=SLOW)
    page.get_by_label("Why; the rep reads it").press_sequentially("dit is being checked")
    page.get_by_role("button", name="Hold it").click()
    expect(page.locator(".card .badge")).to_contain_text("Held")
    expect(page.get_by_text("The office holds it: The customer's credit is being checked").first).to_be_visible()


def test_all_of_it_works_without_javascript(office: OfficeCompany, at_desk: Opened) -> None:
    order = office.hand_in(office.order(CHAI, po_number="PO-4711"))
    office.wait_for(order, "parked")
    desk = at_desk("alice", "admin", scripts=False)
    page = desk.page
    page.get_by_role("searchbox", name="Find").fill("po-47")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name=order_number(order.removeprefix("order:"))).click()
    page.get_by_text("Hold it: nothing is to be sent for now").click()
    page.get_by_label("Why; the rep reads it").fill("Ask first")
    page.get_by_role("button", name="Hold it").click()
    expect(page.locator(".card .badge")).to_contain_text("Held")
    page.get_by_role("button", name="Release it").click()
    office.wait_for(order, "parked")
    page.reload()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("QuickBooks is asked first for what it names").first).to_be_visible()
    page = desk.go("/settings")
    page.get_by_role("group", name="A quote becomes").get_by_role("radio", name="an accepted estimate").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. The connector takes it within seconds.")).to_be_visible()
    expect(page.get_by_text("load the page again for news")).to_be_visible()


def test_the_quickbooks_page_shows_what_is_done_with_the_connection(
    office: OfficeCompany, at_desk: Opened, roadbook: Roadbook, looked_at: Callable[[Page, str], None]
) -> None:
    orders = [office.hand_in(office.order(BEANS)) for _ in range(3)]
    for order in orders:
        office.wait_for(order, "posted")
    twin = office.estimates(orders[0])[0]
    office.sandbox.control("POST", "faults", {"kind": "status_503", "count": 1})
    order = office.hand_in(office.order(BEANS))
    office.wait_for(order, "posted")
    entered_by_somebody(office, "H-9", 18, PrivateNote=twin["PrivateNote"])
    roadbook.command("reconcile", check=False)
    page = at_desk("alice", "admin").go("/quickbooks")
    expect(page.get_by_text("Somebody must look")).to_be_visible()
    number = order_number(orders[0].removeprefix("order:"))
    expect(page.get_by_role("listitem").filter(has_text="twin").get_by_role("link", name=number)).to_be_visible()
    expect(page.get_by_role("heading", name="Calls this month")).to_be_visible()
    expect(page.get_by_text("An order becomes")).to_be_visible()
    looked_at(page, "console-quickbooks")
