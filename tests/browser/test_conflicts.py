"""Two devices of one rep: what they changed apart is merged or asked, what they handed in twice is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from connector.couch import CouchServer
from local_servers.quickbooks_sandbox import Sandbox
from tests.browser.accessibility import Looked
from tests.browser.company import Company
from tests.browser.rep_app import PATIENCE, RepApp
from tests.browser.screens import Screens

BEANS, OIL, CAFE = "Arabica beans, 1 kg", "Olive oil, 5 l", "Café Ærø"


@pytest.fixture
def tablet(phone: RepApp, playwright: Playwright, north: Company, tmp_path: Path) -> Iterator[RepApp]:
    """Bob's tablet beside his phone, both signed in."""
    app = RepApp(playwright, north.origin, tmp_path / "tablet")
    for device in (phone, app):
        device.sign_in(north.rep).says("8 customers").is_kept_for_offline().is_up_to_date()
    yield app
    app.context.close()


def both_have_a_draft(phone: RepApp, tablet: RepApp) -> None:
    """A draft for the café with three beans and two oils, open under review on both devices."""
    phone.open_draft(CAFE).set(BEANS, "3").set(OIL, "2").press("Review").is_saved()
    tablet.tab("Orders").says("2 lines").open_entry(CAFE).press("Review").says("$139.20")


def test_a_draft_changed_on_two_devices_in_different_places_is_merged_without_a_question(
    phone: RepApp, tablet: RepApp, north: Company
) -> None:
    both_have_a_draft(phone, tablet)
    north.down()
    phone.enter("Note for the office", "Gate 3").is_saved()
    tablet.enter("PO number", "PO 7").page.get_by_label(f"One more {OIL}").click()
    tablet.is_saved().tab_away()
    phone.tab_away()
    north.up()
    for device in (phone, tablet):
        device.open_entry(CAFE).press("Review").says("$181.20")
        expect(device.page.get_by_label("Note for the office")).to_have_value("Gate 3", timeout=PATIENCE)
        expect(device.page.get_by_label("PO number")).to_have_value("PO 7", timeout=PATIENCE)
        expect(device.page.get_by_text("Changed on two devices")).to_have_count(0)


def test_what_cannot_be_merged_is_asked_and_one_tap_settles_it_on_both_devices(
    phone: RepApp, tablet: RepApp, north: Company, screens: Screens, finds_nothing_serious: Looked
) -> None:
    both_have_a_draft(phone, tablet)
    north.down()
    phone.page.get_by_label(f"One more {BEANS}").click()
    phone.enter("Note for the office", "Gate 3").is_saved()
    tablet.page.get_by_label(f"Quantity of {BEANS}").fill("0")
    tablet.page.keyboard.press("Tab")
    tablet.enter("Note for the office", "Gate 4").is_saved().tab_away()
    north.up()
    phone.says("Changed on two devices").says("taken off")
    tablet.tab("Orders").page.get_by_role("button", name=re.compile("^Needs attention 1")).click()
    tablet.says("Changed on two devices")
    screens(phone.page, "app-choices")
    finds_nothing_serious(phone.page)
    expect(phone.button("Submit order")).to_have_count(0)

    phone.page.get_by_role("group", name="Note").get_by_role("button", name=re.compile("^Gate 4")).click()
    phone.page.get_by_role("group", name=BEANS).get_by_role("button", name=re.compile("^4")).click()
    expect(phone.page.get_by_text("Changed on two devices")).to_have_count(0)
    phone.says("$157.60")
    tablet.page.get_by_role("button", name=re.compile("^All ")).click()
    tablet.open_entry(CAFE).press("Review").says("$157.60")
    expect(tablet.page.get_by_label("Note for the office")).to_have_value("Gate 4")
    expect(tablet.page.get_by_text("Changed on two devices")).to_have_count(0)


def test_one_draft_handed_in_on_two_devices_is_one_estimate_and_both_versions_are_shown(
    phone: RepApp,
    tablet: RepApp,
    north: Company,
    couch: CouchServer,
    quickbooks: Sandbox,
    screens: Screens,
    finds_nothing_serious: Looked,
) -> None:
    both_have_a_draft(phone, tablet)
    tablet.context.set_offline(True)
    tablet.page.get_by_label(f"One more {OIL}").click()
    tablet.press("Submit order").is_where("On this device").says("$181.20")
    phone.press("Submit order").is_where("In QuickBooks as estimate 1001").says("$139.20")

    tablet.context.set_offline(False)
    for device in (phone, tablet):
        device.says("Two versions").is_where("In QuickBooks as estimate 1001")
        expect(device.page.get_by_role("article").filter(has_text="Counts here")).to_contain_text(
            "$139.20", timeout=PATIENCE
        )
        expect(device.page.get_by_role("article").filter(has_text="Does not count")).to_contain_text("$181.20")
    screens(tablet.page, "app-two-versions")
    finds_nothing_serious(tablet.page)
    (order,) = couch.database(north.rep.database).starting_with("order:")
    assert len(quickbooks.control("GET", "estimates")) == 1

    tablet.press("Send it as a change").press("Submit change").is_where("changed").says("Change carried out")
    (estimate,) = quickbooks.control("GET", "estimates")
    assert f"{estimate['TotalAmt']:.2f}" == "181.20" and order["_id"][-10:] in estimate["PrivateNote"]


def test_of_two_changes_made_apart_the_later_one_is_shown_beside_and_can_go_out_too(
    phone: RepApp, tablet: RepApp, quickbooks: Sandbox, finds_nothing_serious: Looked
) -> None:
    phone.take(CAFE, {BEANS: "3"}).is_where("In QuickBooks as estimate 1001").is_up_to_date()
    tablet.open_entry(CAFE).is_where("In QuickBooks as estimate 1001")
    tablet.context.set_offline(True)
    tablet.press("Change").page.get_by_label(f"Quantity of {BEANS}").fill("9")
    tablet.press("Submit change").is_where("The last change: On this device")
    phone.press("Change").page.get_by_label(f"Quantity of {BEANS}").fill("5")
    phone.press("Submit change").is_where("changed").says("Change carried out")

    tablet.context.set_offline(False)
    tablet.says("Two devices changed this order without knowing of each other.")
    expect(tablet.page.get_by_role("article").filter(has_text="Counts here")).to_contain_text("$92.00")
    expect(tablet.page.get_by_role("article").filter(has_text="Does not count")).to_contain_text("$165.60")
    finds_nothing_serious(tablet.page)
    tablet.tab("Orders").says("Two versions").open_entry(CAFE)
    tablet.press("Send it as a change").press("Submit change").is_where("changed").says("$165.60").is_up_to_date()
    expect(tablet.page.get_by_text("Change carried out")).to_have_count(2, timeout=PATIENCE)
    tablet.tab("Orders").says("estimate 1001")
    expect(tablet.page.get_by_text("Two versions")).to_have_count(0)  # nobody has to look at it any more
    (estimate,) = quickbooks.control("GET", "estimates")
    assert f"{estimate['TotalAmt']:.2f}" == "165.60"


def test_what_another_device_changes_after_the_draft_was_handed_in_can_go_out_as_a_change(
    phone: RepApp, tablet: RepApp, quickbooks: Sandbox
) -> None:
    both_have_a_draft(phone, tablet)
    tablet.context.set_offline(True)
    tablet.page.get_by_label(f"One more {OIL}").click()
    tablet.is_saved()
    phone.press("Submit order").is_where("In QuickBooks as estimate 1001")
    tablet.context.set_offline(False)
    tablet.says("This draft was submitted already as RB-")
    tablet.page.get_by_role("button", name=re.compile("^Make it a change of RB-")).click()
    tablet.press("Submit change").is_where("changed").says("$181.20")
    (estimate,) = quickbooks.control("GET", "estimates")
    assert f"{estimate['TotalAmt']:.2f}" == "181.20"
