"""An order's steps in the app, with and without a network: priced, signed, changed, withdrawn, copied, found again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright, expect

from connector.couch import CouchServer
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Rep, Roadbook
from tests.browser.accessibility import Looked
from tests.browser.company import Company
from tests.browser.rep_app import PATIENCE, RepApp
from tests.browser.screens import Screens
from tests.browser.site import TERRITORY, Site, product

BEANS, OIL = "Arabica beans, 1 kg", "Olive oil, 5 l"
CAFE, DELI = "Café Ærø", "Żółty Słoń Deli"
ULID = "01KB4Q9V7M5X3E8RTW2D{:06}"


def test_a_whole_order_is_taken_signed_and_found_again_with_the_servers_stopped_and_the_browser_restarted(
    phone: RepApp, north: Company, quickbooks: Sandbox, screens: Screens, finds_nothing_serious: Looked
) -> None:
    phone.sign_in(north.rep).says("8 customers").is_kept_for_offline().is_up_to_date()
    north.down()
    phone.restart().open_draft(CAFE).set(BEANS, "3").set(OIL, "2")
    phone.page.get_by_label("Search products").fill("Delivery")
    phone.enter("Amount of Delivery", "7,50").is_saved()
    screens(phone.page, "app-draft")
    finds_nothing_serious(phone.page)

    phone.restart().open_entry(CAFE).press("Review")
    phone.says("$146.70")
    phone.page.get_by_label(f"Price and discount of {OIL}").click()
    phone.page.get_by_role("listitem").filter(has_text=OIL).get_by_label("Discount %").fill("12,5")
    phone.page.keyboard.press("Tab")
    phone.enter("PO number", "PO 7781").enter("Deliver on", "2026-12-24").enter("Note for the office", "Gate 3")
    phone.says("$136.20").says("Tax")
    phone.sign("Ada Møller").says("Signed by Ada Møller").is_saved()
    screens(phone.page, "app-review")
    finds_nothing_serious(phone.page)

    phone.restart().open_entry(CAFE).press("Review").says("Signed by Ada Møller")
    phone.page.get_by_label(f"One more {BEANS}").click()
    phone.says("have it signed again")
    expect(phone.button("Submit order")).to_be_disabled()
    phone.page.get_by_label(f"One less {BEANS}").click()
    expect(phone.page.get_by_text("have it signed again")).to_have_count(0)
    phone.press("Submit order").is_where("On this device").says("It is sent as soon as this device reaches the server.")
    screens(phone.page, "app-order-on-device")
    finds_nothing_serious(phone.page)
    assert quickbooks.control("GET", "estimates") == []

    phone.restart().open_entry(CAFE).is_where("On this device")
    north.up()
    phone.is_where("In QuickBooks as estimate 1001 (Accepted)").says("Order in QuickBooks as estimate 1001")
    expect(phone.page.get_by_role("img", name="Signature of Ada Møller")).to_be_visible()
    screens(phone.page, "app-order-in-quickbooks")
    finds_nothing_serious(phone.page)
    (estimate,) = quickbooks.control("GET", "estimates")
    assert f"{estimate['TotalAmt']:.2f}" == "136.20"
    noted = estimate["PrivateNote"].split("\n")[1:]
    assert noted[:2] == ["PO number: PO 7781", "Deliver on: 2026-12-24"]
    assert re.fullmatch(r"Signed by Ada Møller on \d{4}-\d\d-\d\d", noted[2])


def test_an_order_is_changed_and_then_withdrawn_without_a_network(
    phone: RepApp, north: Company, quickbooks: Sandbox, screens: Screens
) -> None:
    phone.sign_in(north.rep).says("8 customers").is_kept_for_offline()
    phone.take(CAFE, {BEANS: "3"}).is_where("In QuickBooks as estimate 1001 (Accepted)")
    north.down()
    phone.press("Change").says("Change of RB-").page.get_by_label(f"One more {BEANS}").click()
    phone.is_saved().restart().open_entry(CAFE).press("Review").press("Submit change")
    phone.is_where("The last change: On this device").says("$73.60")
    phone.restart().open_entry(CAFE).is_where("The last change: On this device")
    north.up()
    phone.is_where("changed").says("Change carried out")
    assert [f"{each['TotalAmt']:.2f}" for each in quickbooks.control("GET", "estimates")] == ["73.60"]

    north.down()
    phone.press("Withdraw").says("Withdraw this order?").enter("Why (for the office)", "Closed on Mondays")
    phone.press("Withdraw it").is_where("The last withdrawal: On this device")
    phone.restart().open_entry(CAFE).is_where("The last withdrawal: On this device")
    expect(phone.button("Change")).to_have_count(0)
    north.up()
    phone.is_where("withdrawn").says("Withdrawal carried out")
    screens(phone.page, "app-order-withdrawn")
    (estimate,) = quickbooks.control("GET", "estimates")
    assert estimate["TxnStatus"] == "Closed" and "Closed on Mondays" in estimate["PrivateNote"]


def test_a_product_on_two_lines_is_changed_line_by_line(
    phone: RepApp, north: Company, quickbooks: Sandbox, couch: CouchServer
) -> None:
    phone.sign_in(north.rep).says("8 customers").open_draft(CAFE).set(BEANS, "10")
    phone.page.get_by_label(f"Quantity of {BEANS}").fill("1,000")
    phone.press("Review").says("write 1,000 as 1000")
    assert not phone.page.url.endswith("/review")  # where 10 would stand, which nobody has typed
    phone.set(BEANS, "10").press("Review")
    details = phone.page.get_by_label(f"Price and discount of {BEANS}")
    details.click()
    phone.press("Another line of it")
    expect(details).to_have_count(2)
    details.nth(1).click()
    second = phone.page.get_by_role("listitem").filter(has_text=BEANS).nth(1)
    second.get_by_label("Discount %").fill("100")
    phone.page.keyboard.press("Tab")
    phone.says("$184.00").press("Submit order").is_where("In QuickBooks as estimate 1001")
    phone.press("Change").page.get_by_label(f"One more {BEANS}").nth(1).click()
    phone.press("Submit change").is_where("changed").says("Change carried out")
    (amendment,) = couch.database(north.rep.database).starting_with("amend:")
    assert [(line["quantity"], line["amount"]) for line in amendment["lines"]] == [("10", "184.00"), ("2", "0.00")]
    (estimate,) = quickbooks.control("GET", "estimates")
    assert f"{estimate['TotalAmt']:.2f}" == "184.00"


def test_the_last_order_is_copied_at_todays_prices_without_what_is_not_sold_any_more(
    phone: RepApp, north: Company, quickbooks: Sandbox, roadbook: Roadbook, couch: CouchServer
) -> None:
    phone.sign_in(north.rep).says("8 customers")
    phone.take(CAFE, {BEANS: "3", OIL: "2"}).is_where("In QuickBooks as estimate 1001")
    change_product(quickbooks, couch, BEANS, {"UnitPrice": 20})
    change_product(quickbooks, couch, OIL, {"Active": False})
    roadbook.sync_catalog()
    phone.tab("Sync").press("Sync now").is_up_to_date().open_entry(CAFE).press("Copy to a new draft")
    phone.says(f"Left out, because it is not sold any more: {OIL}").page.get_by_role(
        "link", name="Go to the draft"
    ).click()
    phone.says("1 line · $60.00")


def test_what_the_office_would_send_back_is_said_before_the_rep_leaves_the_customer(
    phone: RepApp,
    north: Company,
    quickbooks: Sandbox,
    roadbook: Roadbook,
    couch: CouchServer,
    screens: Screens,
    finds_nothing_serious: Looked,
) -> None:
    phone.sign_in(north.rep).says("8 customers").is_kept_for_offline().take(CAFE, {BEANS: "3", OIL: "2"})
    phone.is_where("In QuickBooks as estimate 1001").open_draft(CAFE).set(BEANS, "3").set(OIL, "2").is_saved()
    change_product(quickbooks, couch, BEANS, {"UnitPrice": 20})
    change_product(quickbooks, couch, OIL, {"Active": False})
    roadbook.sync_catalog()
    phone.page.goto(f"{phone.origin}/app/#/sync")
    phone.sync_now().is_up_to_date().open_entry(CAFE)
    phone.press("Review").says("You took the same order for Café Ærø a few minutes ago.")
    phone.says(f"{OIL} is not sold any more").says(f"{BEANS} costs $20.00 by now; this draft says $18.40.")
    screens(phone.page, "app-preflight")
    finds_nothing_serious(phone.page)
    north.down()
    phone.press("Take $20.00").says("$144.00")
    phone.press("Submit order all the same").is_where("On this device")
    phone.open_draft(CAFE).says("11 products").search_products(OIL).says("not sold any more")


def test_prices_are_read_only_until_an_admin_lets_reps_set_them(
    phone: RepApp, north: Company, quickbooks: Sandbox, roadbook: Roadbook
) -> None:
    phone.sign_in(north.rep).says("8 customers").open_draft(CAFE).set(BEANS, "3").press("Review")
    phone.page.get_by_label(f"Price and discount of {BEANS}").click()
    phone.says("Your company lets nobody change prices here.")
    assert phone.page.get_by_label("Price", exact=True).count() == 0
    roadbook.command("settings", "set", "rep_prices", "free")
    roadbook.sync_catalog()
    phone.is_saved().page.goto(f"{phone.origin}/app/#/sync")
    phone.sync_now().is_up_to_date().open_entry(CAFE).press("Review")
    phone.page.get_by_label(f"Price and discount of {BEANS}").click()
    price = phone.page.get_by_label("Price", exact=True)
    price.fill("17")
    price.blur()
    phone.says("$51.00").press("Submit order").is_where("In QuickBooks as estimate 1001")
    (estimate,) = quickbooks.control("GET", "estimates")
    assert f"{estimate['TotalAmt']:.2f}" == "51.00"


def test_two_thousand_orders_are_narrowed_by_what_is_open_and_by_what_is_typed(
    playwright: Playwright, site: Site, tmp_path: Path, screens: Screens, finds_nothing_serious: Looked
) -> None:
    site.write([product(number) for number in range(3)])
    site.write([{"_id": "customer:7", "type": "customer", "name": CAFE, "active": True}], TERRITORY)
    for start in range(0, 2000, 500):
        documents = [each for number in range(start, start + 500) for each in posted(number, site.rep.rep)]
        site.write(documents, f"orders-{site.rep.rep}")
    phone = RepApp(playwright, site.origin, tmp_path / "phone")
    phone.sign_in(Rep(site.rep.rep, site.rep.account, "north", "", site.rep.password or "")).is_up_to_date()
    phone.take(CAFE, {"Product 00001": "3"}).is_where("On the server").tab("Orders").says("2001 entries")
    screens(phone.page, "app-orders")
    finds_nothing_serious(phone.page)
    phone.press("Show more (1951 left)").says("Show more (1901 left)")
    phone.page.get_by_label("Search orders").fill("baker 1234")
    expect(phone.page.get_by_role("main").get_by_role("link")).to_have_count(1)
    phone.says("In QuickBooks as estimate 51234")
    phone.page.get_by_label("Search orders").fill("")
    phone.page.get_by_role("button", name=re.compile("^Needs attention 20")).click()
    phone.says("20 entries").says("QuickBooks does not know")
    screens(phone.page, "app-orders-attention")
    finds_nothing_serious(phone.page)
    phone.page.get_by_role("button", name=re.compile("^Open 21")).click()
    phone.says("21 entries")
    phone.context.close()


def posted(number: int, rep: str) -> list[dict[str, Any]]:
    """An order of the past with its receipt; every hundredth is parked."""
    ulid = ULID.format(number)
    at = f"2026-{number % 9 + 1:02}-{number % 28 + 1:02}T09:15:00Z"
    line = {
        "product": "product:1",
        "name": BEANS,
        "quantity": "1",
        "unit_price": "18.40",
        "discount": "0",
        "amount": "18.40",
    }
    order = {
        "_id": f"order:{ulid}", "type": "order", "schema": 1, "kind": "order", "rep": rep, "device": "another",
        "captured_at": at, "captured_on": at[:10], "customer": {"id": f"customer:{number}", "name": f"Baker {number}"},
        "currency": "USD", "lines": [line], "charges": [], "total": "18.40",
    }  # fmt: skip
    reason = {"code": "unknown_product", "text": "QuickBooks does not know the product “Chai”.", "who": "office"}
    settled = {"state": "parked", "reason": reason} if number % 100 == 0 else {
        "state": "posted", "posted_at": at,
        "estimate": {"id": str(number), "number": str(50_000 + number), "status": "Accepted"},
    }  # fmt: skip
    receipt = {
        "_id": f"receipt:{ulid}", "type": "receipt", "schema": 1, "of": order["_id"], "rep": rep,
        "number": f"RB-{ulid[-10:]}", "received_at": at, "changed_at": at, **settled,
    }  # fmt: skip
    return [order, receipt]


def change_product(quickbooks: Sandbox, couch: CouchServer, product: str, changes: dict[str, Any]) -> None:
    """Somebody in the office changes a product in QuickBooks."""
    products = couch.database("catalog").starting_with("product:")
    (key,) = [each["quickbooks_id"] for each in products if each["name"] == product]
    quickbooks.control("POST", "office", {"entity": "Item", "id": key, "changes": changes})


def test_a_quote_becomes_an_order_once(phone: RepApp, north: Company, quickbooks: Sandbox) -> None:
    phone.sign_in(north.rep).says("8 customers").is_kept_for_offline()
    phone.take(DELI, {BEANS: "2"}, submit="Submit quote").is_where("(Pending)")
    north.down()
    phone.press("Make it an order").says("Submit as order").restart().open_entry(DELI)
    phone.page.go_back()
    phone.page.get_by_role("link", name=re.compile(f"{DELI}.*Quote")).click()
    phone.press("Make it an order").press("Submit as order").says("Order RB-")
    expect(phone.button("Make it an order")).to_have_count(0)
    north.up()
    phone.says("Quote made an order carried out")
    (estimate,) = quickbooks.control("GET", "estimates")
    assert (estimate["TxnStatus"], f"{estimate['TotalAmt']:.2f}") == ("Accepted", "36.80")
    expect(phone.tab("Orders").page.get_by_role("link", name=DELI)).to_have_count(1, timeout=PATIENCE)
