"""The reps' app in a browser of its own, used as a rep uses it: by what is written on the screen."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import BrowserContext, Error, Locator, Page, Playwright, expect

from local_servers.chromium import open_profile
from local_servers.roadbook import Rep
from tests.browser.devices import processes_with

PATIENCE = 60_000  # milliseconds; a device that found no server asks again within 30 s
PHONE = {"width": 360, "height": 740}


class RepApp:
    """One device: a profile that lasts over restarts of the browser."""

    def __init__(self, playwright: Playwright, origin: str, profile: Path) -> None:
        self._playwright = playwright
        self._profile = profile
        self.origin = origin
        self.start()

    def start(self) -> Self:
        """Start the browser and open the app."""
        self.context: BrowserContext = open_profile(self._playwright, self._profile)
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.pages[0]
        self.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        self.page.goto(f"{self.origin}/app/")
        return self

    def restart(self) -> Self:
        """Close the browser and start it again."""
        self.context.close()
        return self.start()

    def sign_in(self, rep: Rep) -> Self:
        """Enter the rep's name and password."""
        name = self.page.get_by_label("Name")
        if name.is_editable():
            name.fill(rep.account)
        self.page.get_by_label("Password").fill(rep.password)
        self.page.locator("form").get_by_role("button", name="Sign in").click()
        return self

    def is_kept_for_offline(self) -> Self:
        """Wait until the browser has the app itself."""
        self.page.evaluate("async () => { await navigator.serviceWorker.ready; }")
        return self

    def tab(self, name: str) -> Self:
        """Go to one of the four tabs."""
        self.page.get_by_role("navigation").get_by_role("button", name=name, exact=True).click()
        return self

    def open_draft(self, customer: str) -> Self:
        """Begin an order for a customer."""
        self.tab("Customers")
        self.page.get_by_label("Search customers").fill(customer)
        self.page.get_by_role("link", name=customer).first.click()
        self.page.get_by_role("button", name="New order").click()
        return self

    def set(self, product: str, quantity: str) -> Self:
        """Enter the quantity of a product into the draft on the screen."""
        self.page.get_by_label("Search products").fill(product)
        number = self.page.get_by_label(f"Quantity of {product}")
        number.fill(quantity)
        number.blur()
        return self

    def take(self, customer: str, quantities: dict[str, str], *, submit: str = "Submit order") -> Self:
        """Take an order: the customer, products with quantities, review, submit."""
        self.open_draft(customer)
        for product, quantity in quantities.items():
            self.set(product, quantity)
        self.page.get_by_role("button", name="Review").click()
        self.page.get_by_role("button", name=submit, exact=True).click()
        return self

    def where(self) -> Locator:
        """Where the order on the screen is."""
        return self.page.get_by_label("Where it is")

    def says(self, text: str) -> Self:
        """Wait until a text is on the screen."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE)
        return self

    def is_up_to_date(self) -> Self:
        """Wait until everything is synced and nothing is under way."""
        expect(self.page.get_by_role("link", name="Sync: up to date")).to_be_visible(timeout=PATIENCE)
        return self

    def is_where(self, text: str) -> Self:
        """Wait until the order on the screen is there."""
        expect(self.where()).to_contain_text(text, timeout=PATIENCE)
        return self

    def button(self, name: str) -> Locator:
        """A button by its whole name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, name: str) -> Self:
        """Press the button with this name."""
        self.button(name).click()
        return self

    def enter(self, label: str, value: str) -> Self:
        """Enter a value into a field and leave it, which saves it."""
        field = self.page.get_by_label(label)
        field.fill(value)
        field.blur()
        return self

    def is_saved(self) -> Self:
        """Wait until the draft on the screen is durable."""
        return self.says("Saved on this device")

    def open_entry(self, customer: str) -> Self:
        """Open the first draft or order of a customer in the tab Orders."""
        self.tab("Orders").page.get_by_role("link", name=customer).first.click()
        return self

    def sign(self, name: str) -> Self:
        """Have the draft under review signed: two strokes with a pen."""
        self.press("Have it signed").page.get_by_label("Name of who signs").fill(name)
        pad = self.page.get_by_label("Sign here with a finger or a pen")
        box = pad.bounding_box()
        assert box is not None
        for points in (((20, 120), (60, 40), (90, 130), (150, 60), (170, 110)), ((40, 150), (210, 140))):
            (x, y), *rest = points
            self.page.mouse.move(box["x"] + x, box["y"] + y)
            self.page.mouse.down()
            for to_x, to_y in rest:
                self.page.mouse.move(box["x"] + to_x, box["y"] + to_y, steps=8)
            self.page.mouse.up()
        return self.press("Keep signature")

    def tab_away(self) -> Self:
        """Leave the draft for the list of orders, where the tabs are."""
        self.page.goto(f"{self.origin}/app/#/orders")
        return self

    def search_products(self, text: str) -> Self:
        """Type into the search of products."""
        self.page.get_by_label("Search products").fill(text)
        return self

    def open_product(self, product: str) -> Self:
        """Look at everything about a product that is listed."""
        self.page.get_by_role("button", name=product, exact=True).click()
        return self

    def ask_for_customer(self, name: str) -> Self:
        """Ask for a new customer by its name alone."""
        self.tab("Customers")
        self.page.get_by_role("link", name="New customer").click()
        self.page.get_by_label("Name of the business").fill(name)
        self.page.get_by_role("button", name="Ask for this customer").click()

    def kill9(self) -> Self:
        """End every process of the browser, as the system does when memory runs short; start() begins again."""
        for pid in processes_with(f"--user-data-dir={self._profile}"):
            os.kill(pid, signal.SIGKILL)
        with suppress(Error):  # it is closed already, or is not yet known to be
            self.context.close()
        return self

    def command(self, method: str, **parameters: Any) -> Any:
        """Send a command to the browser's own debugger, for what no page can do."""
        session = self.context.new_cdp_session(self.page)
        try:
            return session.send(method, parameters)
        finally:
            session.detach()

    def sync_now(self) -> Self:
        """Press the button on the sync screen and wait until it may be pressed again."""
        self.tab("Sync").page.get_by_role("button", name="Sync now").click()
        expect(self.page.get_by_role("button", name="Sync now")).to_be_enabled(timeout=PATIENCE)
        return self
