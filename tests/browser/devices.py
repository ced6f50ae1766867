"""Reps' browsers: a profile that lasts, signing in, the replica on the trial page, a kill as the system does it."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import BrowserContext, Page, Playwright
from playwright.sync_api import Error as PlaywrightError

from local_servers.chromium import open_profile
from tests.browser.site import CATALOG, Site

OPEN = """([remote, name, options]) => {
  const opening = openReplica({remote, name, prefix: 'product:', ...options});
  return opening.then((replica) => {
    window.replica = replica;
    window.progress = [];
    replica.on('progress', (detail) => window.progress.push(detail));
  });
}"""
PLAIN = """async (remote) => {
  window.plain = new PouchDB('plain', {auto_compaction: true});
  await window.plain.replicate.from(new PouchDB(new URL(remote, location.href).href, {skip_setup: true}));
}"""


class Device:
    """One browser on one profile, on the trial page."""

    def __init__(self, playwright: Playwright, site: Site, profile: Path) -> None:
        self.playwright = playwright
        self.site = site
        self.profile = profile
        self.start()

    def start(self) -> Self:
        """Start the browser on its profile and open the page."""
        self.context: BrowserContext = open_profile(self.playwright, self.profile)
        self.page: Page = self.context.pages[0]
        self.page.goto(f"{self.site.origin}/app/trial.html")
        self.page.wait_for_function("() => window.openReplica")
        return self

    def kill9(self) -> None:
        """End every process of the browser, as the system does when memory runs short."""
        for pid in processes_with(f"--user-data-dir={self.profile}"):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(PlaywrightError):  # it may be closed already
            self.context.close()

    def sign_in(self, name: str | None = None, password: str | None = None) -> Self:
        """Sign in at CouchDB, as the site's rep unless somebody else is named."""
        person = {"name": name or self.site.rep.account, "password": password or str(self.site.rep.password)}
        script = """async (person) => (await fetch('/couch/_session', {
          method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(person)})).status"""
        assert self.page.evaluate(script, person) == 200
        return self

    def open(self, database: str = CATALOG, **options: object) -> Self:
        """Open the replica of a database; it is `replica` on the page."""
        self.page.evaluate(OPEN, [f"/couch/{database}", database, options])
        return self

    def call(self, verb: str, *arguments: object) -> Any:
        """Call the replica; raises playwright's Error with the message of a rejection."""
        return self.page.evaluate("([verb, rest]) => replica[verb](...rest)", [verb, list(arguments)])

    def refused(self, verb: str, *arguments: object) -> dict[str, Any]:
        """Call the replica, which must reject; returns {name, message, status}."""
        script = """([verb, rest]) => replica[verb](...rest).then(
          (result) => ({name: 'nothing', message: JSON.stringify(result)}),
          ({name, message, status}) => ({name, message, status}))"""
        answer: dict[str, Any] = self.page.evaluate(script, [verb, list(arguments)])
        assert answer["name"] != "nothing", answer
        return answer

    def replicate_plainly(self, database: str = CATALOG) -> None:
        """Bring a plain PouchDB on the same page up to date by ordinary replication."""
        self.page.evaluate(PLAIN, f"/couch/{database}")

    def documents(self, which: str, ids: list[str]) -> dict[str, Any]:
        """These documents with their conflicts, of `replica` or `plain`; None where there is none."""
        script = """async ([which, ids]) => {
          const source = window[which];
          const get = (id) => source.get(id, {conflicts: true}).catch((error) => {
            if (error.status === 404) return null;
            throw error;
          });
          return Object.fromEntries(await Promise.all(ids.map(async (id) => [id, await get(id)])));
        }"""
        found: dict[str, Any] = self.page.evaluate(script, [which, ids])
        return {id: document and ordered(document) for id, document in found.items()}


class Devices:
    """Makes devices, each with a profile of its own."""

    def __init__(self, playwright: Playwright, site: Site, profiles: Path) -> None:
        self._playwright = playwright
        self._site = site
        self._profiles = profiles
        self._opened: list[Device] = []

    def new(self, name: str = "phone") -> Device:
        """A device that nobody has signed in on."""
        device = Device(self._playwright, self._site, self._profiles / name)
        self._opened.append(device)
        return device

    def close(self) -> None:
        """Close every browser."""
        for device in self._opened:
            device.context.close()


def ordered(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its conflicts in an order that does not depend on who answered."""
    conflicts = document.get("_conflicts")
    return {**document, **({"_conflicts": sorted(conflicts)} if conflicts else {})}


def processes_with(argument: str) -> list[int]:
    """The processes that were started with this argument."""
    found = []
    for directory in Path("/proc").iterdir():
        try:
            if directory.name.isdigit() and argument in (directory / "cmdline").read_text().split("\0"):
                found.append(int(directory.name))
        except OSError:
            continue  # it has just ended
    return found
