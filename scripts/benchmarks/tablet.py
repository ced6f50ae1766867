"""A browser with an empty profile in front of the whole stack: what one cell of `bench first-sync` runs in."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import Playwright

from connector.errors import RoadbookError
from connector.provisioning import Added
from local_servers.chromium import open_profile
from local_servers.nginx import Nginx

FOUR_G = 10_000_000  # bits a second
LATENCY = 20  # milliseconds
SLACK = 1.25  # Chromium's throttle lets a worker have up to 15 % more than it says
CALL = "([verb, rest]) => measure[verb](...rest)"
SIGN_IN = """async (person) => (await fetch('/couch/_session', {
  method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(person)})).status"""


class Tablet:
    """Chromium on a fresh profile, on the trial page, signed in as a rep; `slow` puts emulated 4G before it."""

    def __init__(self, playwright: Playwright, proxy: Nginx, rep: Added, profile: Path, *, slow: bool = False) -> None:
        self._proxy = proxy
        self._slow = slow
        self._context = open_profile(playwright, profile)
        self._page = self._context.pages[0]
        self._page.set_default_timeout(0)
        self._page.goto(f"http://127.0.0.1:{proxy.port}/app/trial.html")
        self._page.wait_for_function("() => window.measure")
        status = self._page.evaluate(SIGN_IN, {"name": rep.account, "password": str(rep.password)})
        if status != 200:
            raise RoadbookError(f"CouchDB refuses the rep's sign-in with {status}")
        if slow:
            network = self._context.new_cdp_session(self._page)
            speed = FOUR_G / 8
            conditions = {"latency": LATENCY, "downloadThroughput": speed, "uploadThroughput": speed}
            network.send("Network.enable")
            network.send("Network.emulateNetworkConditions", {"offline": False, **conditions})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the browser."""
        self._context.close()

    def run(self, verb: str, *arguments: object) -> dict[str, Any]:
        """Measure something on the page; adds the `requests` and `bytes` that the proxy has seen meanwhile.

        Raises RoadbookError when the emulated network did not hold the page or its worker back.
        """
        before = len(self._log())
        measured: dict[str, Any] = self._page.evaluate(CALL, [verb, list(arguments)])
        lines = [json.loads(line) for line in self._log()[before:]]
        measured |= {"requests": len(lines), "bytes": sum(line["bytes"] for line in lines)}
        if self._slow and measured["bytes"] * 8 / (measured["ms"] / 1000) > FOUR_G * SLACK:
            raise RoadbookError(f"the emulated network does not bind: {measured['bytes']} bytes in {measured['ms']} ms")
        return measured

    def searches(self, texts: list[str]) -> float:
        """Milliseconds of a search, from the call to its page of documents: the median."""
        return float(self._page.evaluate("(texts) => measure.searches(texts)", texts))

    def _log(self) -> list[str]:
        return self._proxy.access_log.read_text(encoding="utf-8").splitlines()
