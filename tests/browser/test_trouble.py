"""What goes wrong during a first sync and later: nothing is lost, nothing fetched twice, nothing stays behind."""

from __future__ import annotations

import json
from hashlib import sha256

from playwright.sync_api import Request, Route

from connector.provisioning import install
from connector.servers import admin_server
from connector.settings import Settings
from tests.browser.devices import Device, Devices
from tests.browser.identical import expect_identical
from tests.browser.site import TERRITORY, Document, Site, product

STORED = """async () => {
  const request = (asked) => new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const found = [];
  for (const {name} of await indexedDB.databases()) {
    const database = await request(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      found.push(JSON.stringify(await request(database.transaction(store).objectStore(store).getAll())));
    }
    database.close();
  }
  return found.join('\\n');
}"""
SLOW, FAST = 20_000, -1  # bytes a second


class Network:
    """Chromium's own throttle before one page and its worker; any change lets go of what is under way."""

    def __init__(self, device: Device) -> None:
        self._session = device.context.new_cdp_session(device.page)
        self._session.send("Network.enable")

    def set(self, speed: int) -> None:
        """Let so many bytes a second through."""
        conditions = {"latency": 0, "downloadThroughput": speed, "uploadThroughput": FAST}
        self._session.send("Network.emulateNetworkConditions", {"offline": False, **conditions})


def long_products(count: int) -> list[Document]:
    """Products whose descriptions do not compress, so that a snapshot of them takes a while."""
    return [
        product(number, description="".join(sha256(f"{number} {part}".encode()).hexdigest() for part in range(4)))
        for number in range(count)
    ]


def begin_slowly(device: Device) -> Network:
    """Begin a first sync that takes half a minute; the first block has come and is stored."""
    network = Network(device)
    network.set(SLOW)
    device.page.evaluate("() => { window.syncing = replica.sync(); window.syncing.catch(() => {}); }")
    device.page.wait_for_function("() => progress.length > 0")
    device.page.wait_for_function(f"async () => (await ({STORED})()).includes('Product 00001')")
    return network


def bodies(device: Device) -> list[Request]:
    """The requests for a snapshot's body from now on."""
    seen: list[Request] = []
    device.context.on("request", lambda request: seen.append(request) if "/_snapshot/" in request.url else None)
    return seen


def test_a_browser_that_is_killed_in_the_middle_of_storing_goes_on(site: Site, devices: Devices) -> None:
    site.write(long_products(4000))
    phone = devices.new().sign_in().open()
    begin_slowly(phone)
    phone.kill9()

    phone.start().open()
    status = phone.call("status")
    assert status["stage"] == "first sync"
    assert 0 < status["documents"] < 4000
    assert phone.call("list")["documents"][0]["name"] == "Product 00001"
    phone.sign_in()
    assert phone.call("sync")["pulled_by"] == "snapshot"
    expect_identical(phone, site)


def test_a_body_that_is_cut_is_not_taken_for_the_whole(site: Site, devices: Devices) -> None:
    site.write([product(number) for number in range(1500)])
    phone = devices.new().sign_in().open()

    def cut(route: Route) -> None:
        whole = route.fetch().body()
        route.fulfill(body=whole[: len(whole) // 2], content_type="application/x-ndjson")

    phone.context.route("**/_snapshot/*", cut, times=1)
    asked = bodies(phone)
    assert phone.call("sync")["pulled_by"] == "snapshot"
    assert len(asked) == 2
    expect_identical(phone, site)


def test_what_is_stored_is_not_fetched_again_when_the_network_goes_before_the_checkpoint(
    site: Site, devices: Devices
) -> None:
    site.write([product(number) for number in range(300)])
    phone = devices.new().sign_in().open()
    phone.context.route("**/_changes*", lambda route: route.abort("internetdisconnected"), times=1)
    asked = bodies(phone)
    assert phone.refused("sync")["name"] == "Unreachable"
    site.write([product(300)])
    assert phone.call("sync")["pulled_by"] == "snapshot"
    assert len(asked) == 1
    expect_identical(phone, site)


def test_a_database_that_was_made_anew_replaces_the_base_and_keeps_the_edit(
    site: Site, devices: Devices, settings: Settings
) -> None:
    site.write([product(number) for number in range(300)])
    phone = devices.new().sign_in(*site.admin).open(writable=True)
    phone.call("sync")
    phone.call("put", {"_id": "product:own", "type": "product", "name": "Made here"})
    site.couch.delete_database("catalog")
    install(admin_server(settings), settings)
    site.write([product(number, note="again") for number in range(100)])

    assert phone.call("sync")["pulled_by"] == "snapshot"
    assert phone.call("get", "product:200") is None
    assert site.catalog.get("product:own") is not None
    expect_identical(phone, site)


def test_a_rep_who_may_no_longer_read_keeps_what_is_stored_and_is_told(site: Site, devices: Devices) -> None:
    site.write([customer(number) for number in range(200)], TERRITORY)
    phone = devices.new().sign_in().open(TERRITORY, prefix="customer:")
    phone.call("sync")
    security = {"admins": {"roles": ["_admin"]}, "members": {"roles": ["territory:south"]}}
    site.couch.database(TERRITORY).call("PUT", "_security", security)

    assert phone.refused("sync")["status"] == 403
    assert phone.call("list")["total"] == 200
    phone.call("destroy")
    assert "Café" not in phone.page.evaluate(STORED)


def test_a_customer_who_moved_away_leaves_no_copy_behind(site: Site, devices: Devices) -> None:
    site.write([customer(number) for number in range(200)], TERRITORY)
    phone = devices.new().sign_in().open(TERRITORY, prefix="customer:")
    phone.call("sync")
    kept, changed, only_base = (site.couch.database(TERRITORY).get(f"customer:{number}") for number in (3, 4, 5))
    assert kept and changed and only_base
    site.write([{**changed, "phone": "555-changed"}], TERRITORY)
    phone.call("sync")
    assert "555-changed" in phone.page.evaluate(STORED)
    changed = site.couch.database(TERRITORY).get("customer:4")
    assert changed
    gone = [{"_id": each["_id"], "_rev": each["_rev"], "_deleted": True} for each in (changed, only_base)]
    site.write(gone, TERRITORY)
    phone.call("sync")

    stored = phone.page.evaluate(STORED)
    assert "Café 00003" in stored
    assert not [text for text in ("Café 00004", "Café 00005", "555-changed") if text in stored]
    expect_identical(phone, site, TERRITORY)


def test_one_request_says_that_nothing_is_new(site: Site, devices: Devices) -> None:
    site.write([product(number) for number in range(50)])
    site.wait_for_snapshot(documents=50)
    phone = devices.new().sign_in().open()
    phone.call("sync")
    seen: list[str] = []
    phone.context.on("request", lambda request: seen.append(request.url))
    assert phone.call("sync")["documents"] == 0
    assert len(seen) == 1 and "/couch/catalog/_delta?since=" in seen[0]


def test_without_the_console_it_replicates_as_usual(site: Site, devices: Devices) -> None:
    site.write([product(number) for number in range(700)])
    site.console.stop()
    phone = devices.new().sign_in().open()
    assert phone.call("sync")["pulled_by"] == "plain"
    assert phone.page.evaluate("() => progress.at(-1)")["documents"] >= 700
    site.write([product(700)])
    assert phone.call("sync")["pulled_by"] == "replication"
    expect_identical(phone, site)


def test_two_tabs_share_one_replica(site: Site, devices: Devices) -> None:
    site.write([product(number) for number in range(300)])
    phone = devices.new().sign_in().open()
    phone.call("sync")
    first = phone.page
    phone.page = phone.context.new_page()
    phone.page.goto(first.url)
    phone.open()
    phone.page.evaluate("() => { window.heard = new Promise((resolve) => replica.on('change', resolve)); }")
    site.write([product(300)])
    first.evaluate("() => replica.sync()")
    phone.page.evaluate("() => heard")
    assert phone.call("get", "product:300")["name"] == "Product 00300"
    assert phone.call("sync")["documents"] == 0


def test_a_tab_that_opens_during_a_first_sync_has_everything_when_it_ends(site: Site, devices: Devices) -> None:
    site.write(long_products(4000))
    phone = devices.new().sign_in().open()
    network = begin_slowly(phone)
    first = phone.page
    phone.page = phone.context.new_page()
    phone.page.goto(first.url)
    phone.open()
    assert 0 < phone.call("list")["total"] < 4000
    phone.page.evaluate("() => { window.syncing = replica.sync(); }")
    network.set(FAST)
    first.evaluate("() => syncing")
    phone.page.evaluate("() => syncing")
    assert phone.call("list")["total"] == 4000
    expect_identical(phone, site)


def test_it_is_usable_while_the_snapshot_arrives(site: Site, devices: Devices) -> None:
    site.write(long_products(4000))
    phone = devices.new().sign_in().open()
    network = begin_slowly(phone)
    page = phone.page.evaluate("() => replica.ready")
    assert (page["documents"][0]["name"], len(page["documents"])) == ("Product 00001", 50)
    assert phone.call("search", "00007")["total"] == 1
    assert phone.call("status")["stage"] == "first sync"
    network.set(FAST)
    phone.page.evaluate("() => syncing")
    assert phone.call("status")["stage"] == "ready"
    shares = phone.page.evaluate("() => progress.map(({documents, documents_total}) => [documents, documents_total])")
    assert shares == sorted(shares) and shares[-1] == [4000, 4000], json.dumps(shares)


def test_a_rep_cannot_write_into_what_is_only_read(site: Site, devices: Devices) -> None:
    phone = devices.new().sign_in().open()
    assert phone.refused("put", product(1))["name"] == "BadCall"


def customer(number: int) -> dict[str, object]:
    return {
        "_id": f"customer:{number}",
        "type": "customer",
        "schema": 1,
        "quickbooks_id": str(number),
        "name": f"Café {number:05}",
        "active": True,
        "taxable": True,
        "balance": "0.00",
    }
