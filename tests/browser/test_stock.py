"""Where a company trims: a quantity is brought down to what is left in stock, and the rep is told; also offline."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook
from tests.browser.accessibility import Looked
from tests.browser.company import Company
from tests.browser.rep_app import RepApp
from tests.browser.screens import Screens
from tests.stocked_item import STOCKED

CAFE, DELI = "Café Ærø", "Żółty Słoń Deli"
MATE = "Mate, 500 g"
AS_OF = r"left as of \d+ \w+, \d+:\d+|left as of \w+ \d+, \d+:\d+"


def test_more_than_is_left_is_brought_down_to_it_and_the_rep_sees_what_is_left_as_of_when(
    phone: RepApp,
    north: Company,
    quickbooks: Sandbox,
    roadbook: Roadbook,
    screens: Screens,
    finds_nothing_serious: Looked,
) -> None:
    quickbooks.control("POST", "seed", {"Item": [{"Name": MATE, **STOCKED}]})  # 50 of them
    roadbook.command("settings", "set", "out_of_stock", "trim")
    roadbook.command("settings", "set", "stock_reserve", "5")
    roadbook.sync_catalog()
    phone.sign_in(north.rep).says("8 customers").is_kept_for_offline().is_up_to_date()
    north.down()

    phone.restart().open_draft(CAFE).set(MATE, "60").says("60 asked, 45 left as of").says("$450.00")
    quantity = phone.page.get_by_label(f"Quantity of {MATE}")
    expect(quantity).to_have_value("45")
    expect(phone.page.get_by_role("alert")).to_have_text(re.compile(AS_OF))
    screens(phone.page, "app-stock-trimmed")
    finds_nothing_serious(phone.page)
    phone.page.get_by_label(f"One more {MATE}").click()
    phone.says("46 asked, 45 left")
    expect(quantity).to_have_value("45")

    phone.set(MATE, "60").press("Take 60 for a quote")
    expect(quantity).to_have_value("60")
    phone.press("Review").says("60 wanted, 50 in stock as of").says("Of 50 in stock 5 must stay there.")
    expect(phone.button("Submit order")).to_be_disabled()
    expect(phone.button("Submit quote")).to_be_enabled()
    phone.button("Bring it down to 45").scroll_into_view_if_needed()
    screens(phone.page, "app-stock-preflight")
    finds_nothing_serious(phone.page)
    phone.press("Bring it down to 45").says("$450.00").press("Submit order").is_where("On this device")

    phone.open_draft(DELI).set(MATE, "1").says("1 asked, none left as of")
    expect(quantity).to_have_value("0")
    expect(phone.button("Review")).to_be_disabled()
    phone.tab_away().open_entry(CAFE).press("Copy to a new draft").says(f"{MATE}: 45 asked, none left as of").says(
        "It is left out."
    )
    phone.tab_away().page.get_by_role("link", name=re.compile(f"{CAFE}.*On this device")).click()
    phone.press("Change").says("Submit change").page.get_by_label(f"One more {MATE}").click()
    phone.says("46 asked, 45 left as of")
    phone.page.get_by_label(f"One less {MATE}").click()
    expect(quantity).to_have_value("44")
    phone.press("Submit change").says("Order RB-")

    north.up()
    phone.is_where("In QuickBooks as estimate 1001")
    expect(phone.where()).to_contain_text("changed")
    (estimate,) = quickbooks.control("GET", "estimates")
    assert f"{estimate['TotalAmt']:.2f}" == "440.00"
