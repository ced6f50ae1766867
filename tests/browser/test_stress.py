"""The device under stress: a lying network, a wrong clock, a kill, two tabs, an update, a 413, a restored server."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, Route, expect

from connector.couch import CouchServer
from connector.provisioning import Added, set_up_database
from connector.servers import admin_server
from connector.settings import Settings
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Rep, Roadbook
from tests.browser.accessibility import Looked
from tests.browser.company import Company
from tests.browser.rep_app import PATIENCE, RepApp
from tests.browser.screens import Screens

COUCH = re.compile("/couch/")
A_DAY_AHEAD = """(() => {
  const True = Date;
  const ahead = () => True.now() + 86_400_000;
  globalThis.Date = class extends True {
    constructor(...given) { if (given.length) super(...given); else super(ahead()); }
    static now() { return ahead(); }
  };
})()"""


def test_a_captive_portal_that_looks_online_is_no_server(phone: RepApp, north: Company, quickbooks: Sandbox) -> None:
    phone.sign_in(north.rep).says("8 customers").is_up_to_date()

    def welcome(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body="<h1>Welcome! Please accept our terms.</h1>")

    phone.context.route(COUCH, welcome)
    phone.take("Café Ærø", {"Arabica beans, 1 kg": "1"}).is_where("On this device")
    expect(phone.page.get_by_role("link", name=re.compile("Sync: offline · 1 unsent"))).to_be_visible(timeout=PATIENCE)
    phone.context.unroute(COUCH)
    phone.is_where("In QuickBooks as estimate 1001").is_up_to_date()


def test_a_network_that_hangs_in_the_middle_of_a_push_does_not_hang_the_sync(phone: RepApp, north: Company) -> None:
    phone.sign_in(north.rep).says("8 customers").is_up_to_date()
    held: list[Route] = []
    phone.context.route(re.compile("/_bulk_docs"), lambda route: held.append(route), times=1)
    phone.take("Café Ærø", {"Arabica beans, 1 kg": "1"}).is_where("On this device")
    phone.says("syncing")
    phone.is_where("In QuickBooks as estimate 1001")  # it gave up after half a minute and began anew
    assert len(held) == 1


def test_a_sign_in_that_ends_in_the_middle_pauses_the_sync_and_one_prompt_resumes_it(
    phone: RepApp, north: Company, screens: Screens, finds_nothing_serious: Looked
) -> None:
    phone.sign_in(north.rep).says("8 customers").is_up_to_date()
    phone.context.clear_cookies(name="AuthSession")
    phone.take("Café Ærø", {"Arabica beans, 1 kg": "1"}).is_where("On this device")
    phone.says("Sign in to go on syncing")
    phone.restart().says("8 customers").says("1 unsent").says("Sign in to go on syncing")
    phone.page.get_by_role("button", name="Sign in").click()
    screens(phone.page, "app-sign-in-again")
    finds_nothing_serious(phone.page)
    phone.sign_in(north.rep).is_up_to_date().tab("Orders").says("In QuickBooks as estimate 1001")


def test_a_clock_that_is_a_day_ahead_is_said_and_orders_carry_the_true_day(
    phone: RepApp, north: Company, couch: CouchServer, screens: Screens, finds_nothing_serious: Looked
) -> None:
    phone.context.add_init_script(A_DAY_AHEAD)
    phone.page.reload()
    phone.sign_in(north.rep).says("8 customers").is_up_to_date()
    phone.says("clock is 1 day ahead")
    screens(phone.page, "app-clock")
    finds_nothing_serious(phone.page)
    north.down()
    phone.page.reload()
    today = datetime.now().astimezone().date().isoformat()
    phone.take("Café Ærø", {"Arabica beans, 1 kg": "1"}).is_where("On this device")
    north.up()
    phone.is_where("In QuickBooks as estimate 1001")
    (order,) = couch.database(north.rep.database).starting_with("order:")
    assert order["captured_on"] == today and order["captured_at"][:10] <= today, order
    assert abs(order["x_clock_skew"] - 86_400) < 5
    device = order["device"]
    report = couch.database(north.rep.database).call("GET", f"_local/device-{device}")
    assert abs(report["clock_skew"] - 86_400) < 5


def test_a_tab_that_is_killed_while_it_submits_has_one_order_or_the_draft(
    phone: RepApp, north: Company, quickbooks: Sandbox
) -> None:
    phone.sign_in(north.rep).says("8 customers").is_up_to_date().restart().says("8 customers")  # so it is on the disk
    phone.open_draft("Café Ærø").set("Arabica beans, 1 kg", "3").says("Saved on this device")
    phone.page.get_by_role("button", name="Review").click()
    phone.page.evaluate(
        "(name) => [...document.querySelectorAll('button')].find(({textContent}) => textContent === name).click()",
        "Submit order",
    )
    phone.kill9().start().says("8 customers").tab("Orders")
    phone.page.get_by_role("link", name="Café Ærø").first.click()
    submit = (
        phone.page.get_by_role("button", name="Review")
        .or_(phone.where())
        .or_(phone.page.get_by_text("This draft was submitted already"))
    )
    expect(submit.first).to_be_visible(timeout=PATIENCE)
    if phone.page.get_by_role("button", name="Review").count():
        phone.says("1 line")
        phone.page.get_by_role("button", name="Review").click()
        phone.page.get_by_role("button", name="Submit order", exact=True).click()
    phone.is_where("In QuickBooks as estimate 1001").is_up_to_date()
    assert len(quickbooks.control("GET", "estimates")) == 1


def test_two_tabs_show_the_same_and_send_an_order_once(phone: RepApp, north: Company, quickbooks: Sandbox) -> None:
    phone.sign_in(north.rep).says("8 customers").is_up_to_date()
    other = phone.context.new_page()
    other.goto(f"{north.origin}/app/#/orders")
    expect(other.get_by_text("No orders yet.")).to_be_visible(timeout=PATIENCE)
    sent: list[str] = []
    phone.context.on(
        "request",
        lambda request: (
            sent.append(request.url)
            if request.url.endswith("_bulk_docs") and '"order:' in (request.post_data or "")
            else None
        ),
    )
    phone.take("Café Ærø", {"Arabica beans, 1 kg": "1"}).is_where("In QuickBooks as estimate 1001")
    expect(other.get_by_text("In QuickBooks as estimate 1001")).to_be_visible(timeout=PATIENCE)
    assert len(sent) == 1
    assert len(quickbooks.control("GET", "estimates")) == 1


def test_what_is_too_large_for_the_server_is_named_and_holds_nothing_up(phone: RepApp, north: Company) -> None:
    def narrow(route: Route) -> None:
        if len(route.request.post_data_buffer or b"") > 1_500:
            route.fulfill(status=413, content_type="text/html", body="<h1>413 Request Entity Too Large</h1>")
        else:
            route.continue_()

    phone.sign_in(north.rep).says("8 customers").is_up_to_date()
    phone.context.route(re.compile("/_bulk_docs"), narrow)
    north.down()
    phone.open_draft("Café Ærø").set("Arabica beans, 1 kg", "1")
    phone.page.get_by_role("button", name="Review").click()
    phone.page.get_by_label("Note for the office").fill("x" * 1000)
    phone.page.get_by_label("Note for the office").blur()
    phone.page.get_by_role("button", name="Submit order", exact=True).click()
    phone.is_where("On this device")
    for quantity in ("2", "3"):
        phone.tab("Orders")
        phone.take("Gasthof zum Bären", {"Arabica beans, 1 kg": quantity}).is_where("On this device")
    north.up()
    phone.is_where("In QuickBooks as estimate")
    phone.tab("Orders").says("the server does not take it, because it is too large")
    phone.tab("Sync").says("Nothing unsent").says("1 document was refused")


def test_a_server_that_was_set_back_gets_again_what_it_lost(
    phone: RepApp, north: Company, couch: CouchServer, settings: Settings, quickbooks: Sandbox
) -> None:
    phone.sign_in(north.rep).says("8 customers")
    phone.take("Café Ærø", {"Arabica beans, 1 kg": "1"}).is_where("In QuickBooks as estimate 1001").is_up_to_date()
    couch.delete_database(north.rep.database)  # as a backup from before the order has it
    set_up_database(admin_server(settings), north.rep.database)
    phone.tab("Orders").take("Gasthof zum Bären", {"Arabica beans, 1 kg": "2"}).is_where(
        "In QuickBooks as estimate 1002"
    )
    phone.is_up_to_date().tab("Sync").says("Nothing unsent")
    expect(phone.page.get_by_text("refused")).to_have_count(1)  # the condition on the sheet, which holds
    orders = [document["customer"]["name"] for document in couch.database(north.rep.database).starting_with("order:")]
    assert sorted(orders) == ["Café Ærø", "Gasthof zum Bären"]
    assert len(quickbooks.control("GET", "estimates")) == 2


@pytest.fixture
def shelf(built_app: Path, tmp_path: Path) -> Path:
    """A build of the app of which a newer one can be made."""
    return Path(shutil.copytree(built_app, tmp_path / "app"))


@pytest.fixture
def ours(bob: Added, roadbook: Roadbook, quickbooks: Sandbox, shelf: Path, tmp_path: Path) -> Iterator[Company]:
    """The company north with that build in front."""
    roadbook.connect(quickbooks)
    roadbook.sync_catalog()
    directory = tmp_path / "own-proxy"
    directory.mkdir()
    rep = Rep(bob.rep, bob.account, bob.territory, f"orders-{bob.rep}", bob.password or "")
    company = Company(directory, roadbook, rep, app=shelf)
    company.up()
    yield company
    company.down()


@pytest.mark.parametrize("busy", [False, True])
def test_an_update_is_offered_and_waits_until_the_rep_takes_it(
    ours: Company, shelf: Path, playwright: Playwright, tmp_path: Path, busy: bool
) -> None:
    phone = RepApp(playwright, ours.origin, tmp_path / "phone")
    phone.sign_in(ours.rep).says("8 customers").is_kept_for_offline()
    phone.page.reload()  # from now on the service worker answers
    phone.says("8 customers")
    version = phone.page.evaluate("() => caches.keys()")
    worker = shelf / "sw.js"
    page = shelf / "index.html"
    page.write_text(page.read_text().replace("<title>Roadbook</title>", "<title>Roadbook, newer</title>"))
    worker.write_text(re.sub(r'const VERSION = "[^"]+"', 'const VERSION = "newer"', worker.read_text()))

    phone.open_draft("Café Ærø").set("Arabica beans, 1 kg", "3").says("Saved on this device")
    phone.page.evaluate("async () => { await (await navigator.serviceWorker.ready).update(); }")
    phone.says("A new version is ready.")
    assert phone.page.title() == "Roadbook"
    phone.page.get_by_role("button", name="Later").click()
    phone.page.reload()
    phone.says("1 line")
    assert phone.page.title() == "Roadbook"  # still: nothing is forced, not even by a reload
    phone.says("A new version is ready.")
    if busy:  # the older worker never comes to rest, as when a page asks it for something again and again
        [older] = phone.context.service_workers[:1]
        older.evaluate("() => self.addEventListener('message', (event) => event.waitUntil(new Promise(() => {})))")
        phone.page.evaluate("() => navigator.serviceWorker.controller.postMessage('anything')")
    phone.page.get_by_role("button", name="Take it now").click()
    phone.page.wait_for_function("() => document.title === 'Roadbook, newer'")
    expect(phone.page.get_by_text("A new version is ready.")).to_have_count(0)
    phone.says("1 line")  # the draft of the older app
    kept = phone.page.evaluate("() => caches.keys()")
    assert len(kept) == 2 and set(version) < set(kept), json.dumps(kept)
    phone.context.close()
