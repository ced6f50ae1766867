"""From screen to screen in the app: the keyboard goes along, and who comes back finds what was searched for."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.company import Company
from tests.browser.rep_app import RepApp

CAFE = "Café Ærø"


def test_a_new_screen_has_the_keyboard_and_a_list_that_is_come_back_to_has_its_search(
    phone: RepApp, north: Company
) -> None:
    phone.sign_in(north.rep).is_up_to_date().tab("Customers")
    search = phone.page.get_by_label("Search customers")
    search.fill("caf")
    link = phone.page.get_by_role("link", name=CAFE).first
    link.focus()
    phone.page.keyboard.press("Enter")
    expect(phone.page.get_by_role("heading", name=CAFE)).to_be_visible()
    expect(phone.page.locator(".place")).to_be_focused()
    phone.page.keyboard.press("Tab")  # on to what the screen begins with, not to the top of the page
    assert phone.page.evaluate("() => document.activeElement.closest('.place') !== null")

    phone.page.go_back()
    expect(search).to_have_value("caf")
    phone.tab("Orders").tab("Customers")
    expect(search).to_have_value("")
