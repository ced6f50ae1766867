"""The device's storage: a first sync that is killed, storage that is full, storage that the browser deleted."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import CDPSession, Playwright, expect

from connector.couch import CouchServer
from connector.provisioning import Added
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Rep
from tests.browser.accessibility import Looked
from tests.browser.company import Company
from tests.browser.rep_app import PATIENCE, RepApp
from tests.browser.screens import Screens
from tests.browser.site import TERRITORY, Site
from tests.browser.test_trouble import FAST, SLOW, customer, long_products
from tests.couch_design.guards import schema_of

UNTIL_REFUSED = """async () => {
  const database = await new Promise((resolve, reject) => {
    const asked = indexedDB.open('filler', 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore('filler', {autoIncrement: true});
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  for (;;) {
    const ended = await new Promise((resolve) => {
      const transaction = database.transaction('filler', 'readwrite');
      transaction.oncomplete = () => resolve(null);
      transaction.onabort = () => resolve(transaction.error.name);
      transaction.objectStore('filler').put('x');
    });
    if (ended) return ended;
    await new Promise((resolve) => { setTimeout(resolve, 250); });
  }
}"""
EVERYTHING = "indexeddb,local_storage,cache_storage,service_workers"


def speed(phone: RepApp, bytes_a_second: int) -> None:
    session = phone.context.new_cdp_session(phone.page)
    session.send("Network.enable")
    conditions = {"latency": 0, "downloadThroughput": bytes_a_second, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", {"offline": False, **conditions})


def fill_up(phone: RepApp) -> CDPSession:
    """Let the origin store nothing more until the session that is returned is detached.

    Chromium grants small writes from what it knew half a minute ago to be free: this waits until one is refused.
    """
    session = phone.context.new_cdp_session(phone.page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": phone.origin, "quotaSize": 1})
    assert phone.page.evaluate(UNTIL_REFUSED) == "QuotaExceededError"
    return session


def report_of(couch: CouchServer, rep: Rep, phone: RepApp) -> dict[str, object]:
    device = phone.page.evaluate("() => localStorage.getItem('roadbook.device')")
    report: dict[str, object] = couch.database(rep.database).call("GET", f"_local/device-{device}")
    return report


def test_a_first_sync_shows_how_far_it_is_and_goes_on_after_a_kill(
    site: Site, bob: Added, playwright: Playwright, tmp_path: Path, screens: Screens, finds_nothing_serious: Looked
) -> None:
    site.write(long_products(4000))
    site.write([customer(number) for number in range(200)], TERRITORY)
    site.wait_for_snapshot(documents=4000)
    phone = RepApp(playwright, site.origin, tmp_path / "phone")
    rep = Rep(bob.rep, bob.account, bob.territory, f"orders-{bob.rep}", bob.password or "")
    phone.page.goto(f"{site.origin}/app/#/catalogue")
    speed(phone, SLOW)
    phone.sign_in(rep).says("Getting your catalogue and customers").restart()  # the sign-in is on the disk by then
    phone.page.goto(f"{site.origin}/app/#/catalogue")
    speed(phone, SLOW)
    phone.says("Getting your catalogue and customers").says("of 4000 documents")
    expect(phone.page.get_by_text("left").first).to_be_visible(timeout=PATIENCE)
    screens(phone.page, "app-first-sync")
    finds_nothing_serious(phone.page)
    phone.kill9().start()
    speed(phone, FAST)
    phone.tab("Catalogue").is_up_to_date().says("4000 products").tab("Customers").says("200 customers")
    phone.context.close()


def test_a_full_device_says_so_and_loses_nothing_that_was_said_to_be_saved(
    phone: RepApp, north: Company, quickbooks: Sandbox, couch: CouchServer
) -> None:
    phone.sign_in(north.rep).says("8 customers").is_up_to_date()
    north.down()
    phone.take("Café Ærø", {"Arabica beans, 1 kg": "3"}).is_where("On this device")
    phone.open_draft("Gasthof zum Bären").set("Olive oil, 5 l", "2").says("Saved on this device")
    full = fill_up(phone)
    phone.set("Arabica beans, 1 kg", "7").says("Not saved!")
    phone.says("$212.80")  # it is still on the screen
    phone.page.goto(f"{north.origin}/app/#/customers")
    phone.page.get_by_label("Search customers").fill("Café Ærø")
    phone.page.get_by_role("link", name="Café Ærø").click()
    phone.press("New order")
    refusal = phone.page.get_by_role("main").get_by_role("alert")
    expect(refusal).to_contain_text(re.compile("free some space|is full", re.I))
    full.detach()
    phone.open_entry("Gasthof zum Bären").set("Arabica beans, 1 kg", "8").says("Saved on this device")
    phone.restart().tab("Orders").says("On this device")
    phone.page.get_by_role("link", name="Gasthof zum Bären").click()
    phone.says("$231.20")

    north.up()
    phone.tab("Orders") if phone.page.get_by_role("navigation").count() else phone.page.goto(
        f"{north.origin}/app/#/orders"
    )
    phone.says("In QuickBooks as estimate 1001")


def test_a_sync_that_finds_no_room_says_so_and_goes_on_by_itself_when_there_is_some(
    phone: RepApp, north: Company, couch: CouchServer, screens: Screens, finds_nothing_serious: Looked
) -> None:
    phone.sign_in(north.rep).says("8 customers").is_up_to_date()
    full = fill_up(phone)
    big = {
        "type": "draft",
        "schema": 1,
        "rep": north.rep.rep,
        "device": "tablet-1",
        "changed_at": "2026-11-25T10:00:00Z",
    }
    content = {
        "customer": {"id": "customer:1", "name": "Large"},
        "currency": "USD",
        "lines": [],
        "charges": [],
        "edits": {},
    }
    draft = {"_id": "draft:01KB4Q9V7M5X3E8RTW2D0000AA", **big, **content, "seen": {}, "note": "x" * 200_000}
    couch.database(north.rep.database).put(draft)
    phone.tab("Sync").page.get_by_role("button", name="Sync now").click()
    phone.says("This device is full")
    screens(phone.page, "app-storage-full")
    finds_nothing_serious(phone.page)
    assert report_of(couch, north.rep, phone)["error"] is not None
    full.detach()
    phone.sync_now().is_up_to_date().tab("Orders").says("Large")
    expect(phone.page.get_by_text("This device is full")).to_have_count(0)


def test_a_browser_that_deleted_the_databases_is_noticed_and_everything_is_fetched_again(
    phone: RepApp, north: Company, couch: CouchServer, screens: Screens, finds_nothing_serious: Looked
) -> None:
    phone.sign_in(north.rep).says("8 customers").is_up_to_date()
    north.down()
    phone.take("Café Ærø", {"Arabica beans, 1 kg": "3"}).is_where("On this device")
    phone.says("1 unsent")
    north.up()
    phone.page.goto(f"{north.origin}/app/icon.svg")  # nobody has the databases open
    phone.command("Storage.clearDataForOrigin", origin=north.origin, storageTypes="indexeddb")
    phone.page.goto(f"{north.origin}/app/")
    phone.says("The browser deleted what Roadbook had stored on this device").says("1 document had not been sent by")
    phone.is_up_to_date().says("8 customers")
    screens(phone.page, "app-storage-lost")
    finds_nothing_serious(phone.page)
    report = report_of(couch, north.rep, phone)
    schema_of("device_report").validate(report)
    lost = report["lost"]
    assert isinstance(lost, dict) and (lost["unsent"], lost["drafts"]) == (1, 0), json.dumps(report)
    phone.page.get_by_role("button", name="I have seen it").click()
    phone.restart().says("8 customers")
    expect(phone.page.get_by_text("The browser deleted")).to_have_count(0)


def test_a_browser_that_deleted_even_the_app_and_who_uses_it_is_noticed_at_the_sign_in(
    phone: RepApp, north: Company
) -> None:
    phone.sign_in(north.rep).says("8 customers").is_up_to_date().is_kept_for_offline()
    device = phone.page.evaluate("() => localStorage.getItem('roadbook.device')")
    phone.open_draft("Gasthof zum Bären")
    north.down()
    phone.set("Olive oil, 5 l", "2").says("Saved on this device")
    phone.page.wait_for_function("() => /drafts%22%3A1/.test(document.cookie)")
    phone.page.goto("about:blank")
    phone.command("Storage.clearDataForOrigin", origin=north.origin, storageTypes=EVERYTHING)
    north.up()
    phone.page.goto(f"{north.origin}/app/")
    phone.says("Sign in to fetch it again.").sign_in(north.rep).says("1 draft had not been sent by")
    phone.is_up_to_date().says("8 customers")
    assert phone.page.evaluate("() => localStorage.getItem('roadbook.device')") == device


def test_ready_for_the_road_is_green_only_when_all_is_true(
    phone: RepApp, north: Company, screens: Screens, finds_nothing_serious: Looked
) -> None:
    phone.sign_in(north.rep).says("8 customers").is_up_to_date().is_kept_for_offline()
    phone.tab("Sync").says("Not ready for the road yet")
    phone.says("The browser may delete it: add Roadbook to the home screen.")
    session = phone.context.new_cdp_session(phone.page)  # what it grants holds as long as it
    session.send("Browser.grantPermissions", {"origin": north.origin, "permissions": ["durableStorage"]})
    phone.page.reload()
    phone.is_up_to_date().tab("Sync").says("Ready for the road ✓")
    expect(phone.page.locator(".road .open")).to_have_count(0)
    screens(phone.page, "app-sync", whole=True)
    finds_nothing_serious(phone.page)
    north.down()
    phone.sync_now().says("No server is in reach just now.").says("Not ready for the road yet")
