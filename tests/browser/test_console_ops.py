"""What the person who watches replication and the admin do at the console, in real Chromium."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from connector.couch import CouchServer
from connector.fleet.sampling import Sampling
from connector.identifiers import account_id, orders_database
from connector.provisioning import Added, add_rep, install
from connector.records import time_text
from connector.servers import admin_server, connector_server
from connector.settings import Settings
from local_servers.device import Device
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook
from tests.browser.accessibility import Looked
from tests.browser.console import HANDHELD, Console
from tests.browser.screens import Screens

SignedIn = Callable[[str], Console]


class Office:
    """An installation with a connector at work and reps whose devices stand in different ways."""

    def __init__(self, settings: Settings, roadbook: Roadbook, sandbox: Sandbox) -> None:
        self.settings = settings
        self.admin: CouchServer = admin_server(settings)
        install(self.admin, settings)
        roadbook.connect(sandbox)
        self.sampling = Sampling(self.admin, connector_server(settings))
        self.connector = roadbook.connector()
        self.reps = {name: add_rep(self.admin, name, "north") for name in ("ann", "ben", "cleo")}

    def account(self, name: str, role: str) -> str:
        """An account of the office; returns its password."""
        password = secrets.token_urlsafe(9)
        account = {"_id": account_id(name), "type": "user", "name": name, "roles": [role], "password": password}
        self.admin.database("_users").put(account)
        return password

    def report(self, rep: Added, device: str, **fields: object) -> None:
        """What a device says of itself."""
        database = self.admin.database(orders_database(rep.rep))
        current = database.get(f"_local/device-{device}") or {}
        body = {"at": time_text(datetime.now(UTC)), "app": "0.1.0", "unsent": 0, "drafts": 0, "denied": []}
        revision = {"_rev": current["_rev"]} if current else {}
        database.put({"_id": f"_local/device-{device}", **body, **fields, **revision})


@pytest.fixture
def office(settings: Settings, roadbook: Roadbook, quickbooks: Sandbox) -> Office:
    """The office's servers."""
    return Office(settings, roadbook, quickbooks)


@pytest.fixture
def at_console(playwright: Playwright, office: Office, roadbook: Roadbook) -> Iterator[SignedIn]:
    """`at_console("ops")` is the browser of a new person with that role, who has signed in."""
    origin = f"http://127.0.0.1:{roadbook.web().ready['port']}"
    opened: list[Console] = []

    def sign_in(role: str) -> Console:
        name = f"{role}-person"
        opened.append(Console(playwright, origin).sign_in(name, office.account(name, role)))
        return opened[-1]

    yield sign_in
    for console in opened:
        console.close()
        assert not console.complaints


@pytest.fixture
def anns_phone(office: Office, tmp_path: Path) -> Iterator[Device]:
    """A device that replicates and says nothing of itself."""
    ann = office.reps["ann"]
    device = Device(
        server=office.admin.url,
        user="ann",
        password=str(ann.password),
        rep=ann.rep,
        territory="north",
        log=tmp_path / "phone.log",
    )
    device.call("first_sync")
    yield device
    device.stop()


def test_ops_see_at_a_glance_which_device_needs_them(
    office: Office,
    at_console: SignedIn,
    anns_phone: Device,
    screens: Screens,
    finds_nothing_serious: Looked,
    embedded: bool,
) -> None:
    orders = office.admin.database(orders_database(office.reps["ann"].rep))
    orders.bulk([{"_id": f"receipt:{number}", "type": "receipt"} for number in range(3)])
    refused = {"id": "order:01KB4Q9V7M5X3E8RTW2D00004J", "reason": "wrong_total: the total is not right"}
    office.report(office.reps["ben"], "bens-tablet", denied=[refused], unsent=1)
    office.sampling.run_pass()
    console = at_console("ops")
    page = console.page
    rows = page.locator("table.fleet tbody tr")
    expect(rows).to_have_count(4 if embedded else 3)  # that server numbers pushes as it does pulls
    expect(rows.nth(0)).to_contain_text("ben")
    expect(rows.nth(0)).to_contain_text("the server denied one document")
    expect(rows.nth(1)).to_contain_text("Unknown device")
    expect(rows.nth(1)).to_contain_text("Behind")
    expect(rows.filter(has_text="cleo")).to_contain_text("Never synced")
    expect(page.get_by_text("reads and posts; nothing stands still")).to_be_visible()
    finds_nothing_serious(page)
    screens(page, "console-replication", whole=True)

    page.get_by_role("navigation", name="Devices by state").get_by_role("link", name="Behind").click()
    expect(rows.filter(has_text="ben")).to_have_count(0)
    page.get_by_label("Rep", exact=True).fill("be")
    page.get_by_role("button", name="Find").click()
    expect(rows).to_have_count(1)
    rows.get_by_role("link", name="ben").click()
    expect(page.get_by_text("wrong_total: the total is not right")).to_be_visible()
    finds_nothing_serious(page)

    page.goto(console.origin)
    console.size(*HANDHELD)
    assert not console.scrolls_sideways()
    finds_nothing_serious(page)
    screens(page, "console-replication-narrow")


def test_ops_see_why_the_connector_stands_still(
    office: Office, at_console: SignedIn, screens: Screens, finds_nothing_serious: Looked
) -> None:
    console = at_console("ops")
    office.connector.stop()
    console.page.reload()
    expect(console.page.get_by_role("alert")).to_contain_text("the last one was stopped")
    console.go("Status")
    expect(console.page.get_by_role("heading", name="Status")).to_be_visible()
    finds_nothing_serious(console.page)
    screens(console.page, "console-status", whole=True)
    console.size(*HANDHELD)
    assert not console.scrolls_sideways()


def test_an_admin_adds_a_rep_who_signs_in_and_disables_one_knowing_what_is_lost(
    office: Office, at_console: SignedIn, screens: Screens, finds_nothing_serious: Looked
) -> None:
    console = at_console("admin")
    page = console.page
    console.go("Reps and devices")
    page.get_by_role("textbox", name="Account").fill("dan")
    page.get_by_role("combobox", name="Territory").fill("north")
    page.get_by_role("button", name="Add rep").click()
    password = page.locator("code.once").inner_text()
    assert CouchServer(office.admin.url, "dan", password).call("GET", "_session")
    finds_nothing_serious(page)

    office.report(office.reps["ben"], "bens-tablet", unsent=2, drafts=1)
    console.go("Reps and devices")
    finds_nothing_serious(page)
    screens(page, "console-people")
    console.size(*HANDHELD)
    assert not console.scrolls_sideways()
    screens(page, "console-people-narrow")
    console.size(1280, 800)
    page.get_by_role("link", name="ben", exact=True).click()
    finds_nothing_serious(page)
    page.get_by_role("button", name="Disable …").click()
    expect(page.get_by_role("status")).to_contain_text("2 not handed in, 1 drafts")
    finds_nothing_serious(page)
    page.get_by_label("I have read what a device may lose").check()
    page.get_by_role("button", name="Disable ben").click()
    expect(page.get_by_text("ben cannot sign in any more")).to_be_visible()

    console.go("Audit trail")
    expect(page.locator("table.audit tbody tr").first).to_contain_text("Disabled a rep")
    finds_nothing_serious(page)


def test_an_admin_looks_at_a_file_of_reps_before_it_is_imported(
    office: Office, at_console: SignedIn, tmp_path: Path, finds_nothing_serious: Looked
) -> None:
    file = tmp_path / "reps.csv"
    file.write_text("account,territory\nann,north\neve,south\nBAD,north\n", encoding="utf-8")
    console = at_console("admin")
    page = console.page
    console.go("Reps and devices")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("1 would be added, 1 refused, 1 are there already")).to_be_visible()
    finds_nothing_serious(page)
    page.get_by_role("button", name="Add 1 rep").click()
    assert CouchServer(office.admin.url, "eve", page.locator("code.once").inner_text()).call("GET", "_session")
    finds_nothing_serious(page)
