"""The reps' app on a slow phone: Chromium, a quarter as fast, behind emulated 4G, used by what is on the screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Page, Playwright, Worker

from benchmarks.app_report import SLOWER
from connector.errors import RoadbookError
from connector.provisioning import Added
from local_servers.chromium import open_profile

APP = "/app/"
LEAST = 1.5  # times: less on a busy machine is no throttle at all
SPINS = 7
FOUR_G = 10_000_000  # bits a second
LATENCY = 20  # milliseconds
PATIENCE = 180_000  # milliseconds
PROBE = Path(__file__).with_name("app_probe.js")
SPIN = """() => {
  const began = performance.now();
  for (let n = 0, x = 0; n < 2e7; n++) x += n % 7;
  return performance.now() - began;
}"""
WATCH_SENT = """() => {
  const sent = () => probe.online !== null && !document.querySelector('.top .chip').textContent.includes('unsent');
  probe.online = null;
  probe.sent = probe.until(sent);
}"""
WATCH_SAVED = """() => {
  probe.saved = probe.until(() => document.querySelector('.where'));
  probe.taps.length = 0;
}"""
WATCH_WORKER = """() => {
  if (self.searches) return;
  self.searches = [];  // milliseconds, each from the question to the answer
  const begun = new Map();
  const {onmessage, postMessage} = self;
  self.onmessage = (event) => {
    if (event.data.verb === 'search') begun.set(event.data.call, performance.now());
    return onmessage.call(self, event);
  };
  self.postMessage = (message, ...rest) => {
    if (begun.has(message.call)) self.searches.push(performance.now() - begun.get(message.call));
    begun.delete(message.call);
    return postMessage.call(self, message, ...rest);
  };
}"""
ANSWERED = "() => probe.asked === 0 && probe.answers.at(-1) >= (probe.inputs.at(-1) ?? 0)"

Keystroke = dict[str, float]


class AppPhone:
    """One profile that lasts over restarts of the browser."""

    def __init__(self, playwright: Playwright, origin: str, profile: Path) -> None:
        self._playwright = playwright
        self._origin = origin
        self._profile = profile
        self.requests = 0  # to CouchDB and console, since the browser was started

    def start(self, path: str = APP, *, offline: bool = False) -> Self:
        """Start the browser, slow from the first script on, and open a page."""
        self._context = open_profile(self._playwright, self._profile)
        self._context.set_default_timeout(PATIENCE)
        self._context.on("request", self._count)
        self.page: Page = self._context.pages[0]
        self.page.set_viewport_size({"width": 360, "height": 740})
        self.page.add_init_script(path=PROBE)
        self._session = self._context.new_cdp_session(self.page)
        self._session.send("Network.enable")
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        self.network(offline=offline)
        if path != APP and not path.startswith(f"{APP}#"):  # the service worker answers every address with the app
            self._session.send("Network.setBypassServiceWorker", {"bypass": True})
        self.page.goto(f"{self._origin}{path}")
        return self

    def close(self) -> None:
        """End the browser; what it has stored stays."""
        self._context.close()

    def network(self, *, offline: bool) -> None:
        """Cut the page off, or give it its 4G back."""
        speed = FOUR_G / 8
        conditions = {"latency": LATENCY, "downloadThroughput": speed, "uploadThroughput": speed}
        self._session.send("Network.emulateNetworkConditions", {"offline": offline, **conditions})

    def sign_in(self, rep: Added) -> None:
        """Sign in, and wait until everything is on the device, the app itself included."""
        self.page.get_by_label("Name").fill(rep.account)
        self.page.get_by_label("Password").fill(str(rep.password))
        self.page.locator("form").get_by_role("button", name="Sign in").click()
        self.is_up_to_date()
        self.page.evaluate("async () => { await navigator.serviceWorker.ready; }")

    def is_up_to_date(self) -> None:
        """Wait until everything is synced and nothing is unsent."""
        self.page.get_by_role("link", name="Sync: up to date", exact=True).wait_for()

    def held_back(self) -> tuple[float, float]:
        """How many times slower the throttle makes the page's own thread, and the replica's worker.

        Raises RoadbookError when it does not slow the page.
        """
        worker = self._worker()

        def spin() -> tuple[float, float]:
            pairs = [(self.page.evaluate(SPIN), worker.evaluate(SPIN)) for _ in range(SPINS)]
            return min(page for page, _ in pairs), min(own for _, own in pairs)  # other work only makes them slower

        slow = spin()
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        fast = spin()
        self._session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page, own = slow[0] / fast[0], slow[1] / fast[1]
        if page < LEAST:
            raise RoadbookError(f"the processor is not throttled: the page is {page:.1f} times slower, not {SLOWER}")
        return page, own

    def type(self, text: str) -> list[Keystroke]:
        """Type into the search of products; for each letter {total, worker}: milliseconds until its answer is on the
        screen, and those of them that the replica's worker took.
        """
        worker = self._worker()
        worker.evaluate(WATCH_WORKER)
        field = self.page.get_by_label("Search products")
        field.fill("")
        self._is_answered()
        found = []
        for letter in text:
            self.page.evaluate("() => { probe.inputs.length = probe.answers.length = 0; }")
            field.press(letter if letter != " " else "Space")
            self._is_answered()
            probe = self.page.evaluate("() => ({inputs: probe.inputs, answers: probe.answers})")
            total = probe["answers"][-1] - probe["inputs"][-1]
            found.append({"total": total, "worker": worker.evaluate("() => searches.at(-1)")})
        return found

    def take_order(self, customer: str, product: str) -> float:
        """Take an order as a rep does; milliseconds from the tap on “Submit order” until it says where it is."""
        self.page.goto(f"{self._origin}/app/#/customers")
        self.page.get_by_label("Search customers").fill(customer)
        self.page.get_by_role("link", name=customer).first.click()
        self.page.get_by_role("button", name="New order").click()
        self.page.get_by_label("Search products").fill(product)
        quantity = self.page.get_by_label(f"Quantity of {product}")
        quantity.fill("3")
        quantity.blur()
        self.page.get_by_role("button", name="Review").click()
        submit = self.page.get_by_role("button", name="Submit order")
        submit.wait_for()
        self.page.evaluate(WATCH_SAVED)
        submit.click()
        return float(self.page.evaluate("async () => (await probe.saved) - probe.taps[0]"))

    def upload(self) -> tuple[float, int]:
        """Give the network back; milliseconds until nothing is unsent, and the requests until then."""
        self.page.evaluate(WATCH_SENT)
        before = self.requests
        self.network(offline=False)
        took = float(self.page.evaluate("async () => (await probe.sent) - probe.online"))
        return took, self.requests - before

    def first_list(self) -> tuple[float, float]:
        """Milliseconds from the beginning of the page until products are listed, and those after its worker began."""
        listed = float(self.page.evaluate("() => probe.listed"))
        return listed, listed - float(self.page.evaluate("() => probe.worker"))

    def trial(self, verb: str, *arguments: object) -> Any:
        """Call something of src/trial/measure.js on the trial page, which has to be open."""
        self.page.wait_for_function("() => window.measure")
        return self.page.evaluate("([verb, rest]) => measure[verb](...rest)", [verb, list(arguments)])

    def identity(self) -> dict[str, Any]:
        """{rep, device, ...} of who is signed in on this device."""
        known: dict[str, Any] = json.loads(self.page.evaluate("() => localStorage.getItem('roadbook.identity')"))
        return known

    def _worker(self) -> Worker:
        return next(each for each in self.page.workers if "worker" in each.url)

    def _is_answered(self) -> None:
        self.page.wait_for_function(ANSWERED)

    def _count(self, request: Any) -> None:
        self.requests += "/couch/" in request.url
