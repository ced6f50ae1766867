"""The reps' app in Chromium before the real stack: orders for days without a network, and always where each one is."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Playwright, expect

from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook
from tests.browser.accessibility import Looked
from tests.browser.company import Company
from tests.browser.rep_app import PATIENCE, RepApp
from tests.browser.screens import Screens


def test_an_order_taken_without_a_network_becomes_an_estimate_and_the_rep_sees_its_number(
    phone: RepApp, north: Company, quickbooks: Sandbox, screens: Screens, finds_nothing_serious: Looked
) -> None:
    finds_nothing_serious(phone.page)
    screens(phone.page, "app-sign-in")
    phone.sign_in(north.rep).says("8 customers").is_kept_for_offline()
    north.down()
    phone.restart().says("8 customers").says("offline")
    phone.take("Café Ærø", {"Arabica beans, 1 kg": "3", "Olive oil, 5 l": "2"}).is_where("On this device")
    phone.says("$139.20")
    phone.restart().says("1 unsent").tab("Orders").says("On this device")
    assert quickbooks.control("GET", "estimates") == []

    north.up()
    phone.page.get_by_role("link", name="Café Ærø").click()
    phone.is_where("In QuickBooks as estimate 1001 (Accepted)")
    phone.is_up_to_date()
    (estimate,) = quickbooks.control("GET", "estimates")
    assert (estimate["DocNumber"], f"{estimate['TotalAmt']:.2f}") == ("1001", "139.20")


def test_a_sign_in_that_has_ended_hides_nothing_and_one_prompt_resumes_the_sync(
    phone: RepApp, north: Company, roadbook: Roadbook
) -> None:
    phone.sign_in(north.rep).says("8 customers")
    changed = roadbook.command("rep", "password", north.rep.account).stdout.split()[-1]
    phone.take("Café Ærø", {"Arabica beans, 1 kg": "1"}).is_where("On this device")
    phone.page.get_by_role("button", name="Sign in").click()
    phone.sign_in(replace(north.rep, password=changed)).is_where("In QuickBooks as estimate")


def test_a_quote_is_approved_and_stays_one_estimate(phone: RepApp, north: Company, quickbooks: Sandbox) -> None:
    phone.sign_in(north.rep).says("8 customers")
    phone.take("Café Ærø", {"Arabica beans, 1 kg": "2"}, submit="Submit quote").is_where("(Pending)")
    phone.page.get_by_role("button", name="Make it an order").click()
    phone.page.get_by_role("button", name="Submit as order").click()
    phone.is_where("In QuickBooks as estimate 1001")
    phone.says("Order RB-")
    expect(phone.where()).to_contain_text("changed", timeout=PATIENCE)
    (estimate,) = quickbooks.control("GET", "estimates")
    assert estimate["TxnStatus"] == "Accepted"


def test_a_rep_whose_customers_cannot_be_had_sees_why_and_everything_else(phone: RepApp, north: Company) -> None:
    refusal = '{"error": "forbidden", "reason": "You are not allowed to access this db."}'
    phone.context.route(re.compile("/couch/customers-"), lambda route: route.fulfill(status=403, body=refusal))
    phone.sign_in(north.rep).says("That did not work:").tab("Orders").says("No orders yet.")
    phone.tab("Catalogue").says("Arabica beans, 1 kg")


def test_nobody_signs_out_of_a_device_that_holds_something_unsent(phone: RepApp, north: Company) -> None:
    phone.sign_in(north.rep).says("8 customers").is_kept_for_offline()
    north.down()
    phone.take("Café Ærø", {"Arabica beans, 1 kg": "1"}).is_where("On this device")
    phone.page.on("dialog", lambda dialog: dialog.accept())
    phone.tab("Sync").page.get_by_role("button", name="Sign out").click()
    phone.says("Not while 1 document is unsent: sync first.")
    north.up()
    phone.page.get_by_role("button", name="Sync now").click()
    phone.says("Nothing unsent").page.get_by_role("button", name="Sign out").click()
    phone.says("The first time needs a network.")


def test_what_two_devices_changed_in_the_same_place_is_shown_side_by_side(
    phone: RepApp, playwright: Playwright, north: Company, tmp_path: Path
) -> None:
    phone.sign_in(north.rep).says("8 customers").open_draft("Café Ærø").set("Arabica beans, 1 kg", "1")
    tablet = RepApp(playwright, north.origin, tmp_path / "tablet")
    tablet.sign_in(north.rep).says("8 customers").tab("Orders")
    tablet.page.get_by_role("link", name="Café Ærø").click()
    tablet.set("Olive oil, 5 l", "4")
    phone.says("2 lines")
    north.down()
    phone.set("Arabica beans, 1 kg", "3")
    tablet.set("Arabica beans, 1 kg", "5")
    north.up()
    for device in (phone, tablet):
        device.says("Changed on two devices").says("Arabica beans, 1 kg: Quantity")
    phone.page.get_by_role("group").get_by_role("button", name=re.compile("^5 ")).click()
    for device in (phone, tablet):
        expect(device.page.get_by_text("Changed on two devices")).to_have_count(0, timeout=PATIENCE)
        device.says("$260.00")  # 5 x 18.40 and 4 x 42.00
    tablet.context.close()
