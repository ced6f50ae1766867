"""The console in a browser of its own, used as people of the office use it: by what is written on the page."""

from __future__ import annotations

from typing import Self

from playwright.sync_api import Browser, Page, Playwright

from local_servers.chromium import QUIET, chromium_program

DESK = (1280, 800)
HANDHELD = (390, 800)


class Console:
    """One person's browser at the console."""

    def __init__(self, playwright: Playwright, origin: str) -> None:
        self.origin = origin
        self._browser: Browser = playwright.chromium.launch(executable_path=chromium_program(), args=QUIET)
        self.page: Page = self._browser.new_page(viewport={"width": DESK[0], "height": DESK[1]})
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda line: line.type == "error" and self.complaints.append(line.text))

    def sign_in(self, name: str, password: str) -> Self:
        """Open the front page and sign in."""
        self.page.goto(self.origin)
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("button", name="Sign out").wait_for()
        return self

    def go(self, name: str) -> Self:
        """Follow a link of the navigation."""
        self.page.get_by_role("navigation", name="Pages").get_by_role("link", name=name, exact=True).click()
        return self

    def size(self, width: int, height: int) -> Self:
        """Make the window another size."""
        self.page.set_viewport_size({"width": width, "height": height})
        return self

    def scrolls_sideways(self) -> bool:
        """Whether the page is wider than the window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))

    def close(self) -> None:
        """Close the browser."""
        self._browser.close()
