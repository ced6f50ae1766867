"""Overlay and plain PouchDB, side by side in one browser, end with the same documents as the server."""

from __future__ import annotations

from playwright.sync_api import Route

from tests.browser.devices import Device, Devices
from tests.browser.identical import expect_identical
from tests.browser.site import Document, Site, product

EVERY = 1501


def aged_catalog(site: Site) -> None:
    """Products with histories, conflicts and tombstones, in an order that is not that of their ids."""
    site.write([product(place * 700 % EVERY) for place in range(EVERY)])
    for round_number in range(3):
        change(site, range(0, 60), note=f"round {round_number}")
    for number in range(100, 150):
        conflict(site, number)
    delete(site, range(200, 220))


def change(site: Site, numbers: range, **fields: object) -> None:
    present = site.catalog.fetch(f"product:{number}" for number in numbers)
    site.write([{**document, **fields} for document in present.values()])


def delete(site: Site, numbers: range) -> None:
    present = site.catalog.fetch(f"product:{number}" for number in numbers)
    site.write([{"_id": name, "_rev": document["_rev"], "_deleted": True} for name, document in present.items()])


def conflict(site: Site, number: int) -> None:
    document = site.catalog.get(f"product:{number}")
    assert document is not None
    generation, _, parent = document["_rev"].partition("-")
    for suffix in ("a" * 32, "b" * 32):
        revisions = {"start": int(generation) + 1, "ids": [suffix, parent]}
        body: Document = {**document, "_rev": f"{int(generation) + 1}-{suffix}", "_revisions": revisions}
        site.conflict({**body, "note": suffix[0]})


def test_first_sync_and_what_changes_on_the_server_later(site: Site, devices: Devices) -> None:
    aged_catalog(site)
    phone = devices.new().sign_in().open()
    assert phone.call("sync")["pulled_by"] == "snapshot"
    status = phone.call("status")
    assert status["in_base"] > EVERY * 0.8, "the console may have built the snapshot while the catalog still aged"
    assert 50 <= status["in_pouch"] < EVERY * 0.2
    expect_identical(phone, site)

    change(site, range(300, 350), note="changed")
    delete(site, range(400, 420))
    change(site, range(100, 105), note="an edit of a conflicted document")
    for number in range(500, 510):
        conflict(site, number)
    site.write([product(number) for number in range(EVERY, EVERY + 10)])
    assert phone.call("sync")["pulled_by"] == "delta"
    expect_identical(phone, site)
    phone.page.reload()
    phone.open()
    expect_identical(phone, site)


def test_what_changes_while_the_snapshot_is_on_its_way(site: Site, devices: Devices) -> None:
    site.write([product(number) for number in range(EVERY)])
    phone = devices.new().sign_in().open()

    met = []

    def meanwhile(route: Route) -> None:
        met.append("meanwhile")
        change(site, range(0, 30), note="changed meanwhile")
        delete(site, range(30, 40))
        conflict(site, 50)
        site.write([product(9000)])
        route.continue_()

    phone.context.route("**/_snapshot/*", meanwhile, times=1)
    phone.call("sync")
    assert met == ["meanwhile"]
    expect_identical(phone, site)


def test_what_is_written_on_the_device(site: Site, devices: Devices) -> None:
    site.write([product(number) for number in range(300)])
    name, password = site.admin
    phone = devices.new().sign_in(name, password).open(writable=True)
    phone.call("sync")
    edit(phone, "product:1", note="edited here")
    edit(phone, "product:2", _deleted=True)
    phone.call("put", {"_id": "product:own", "type": "product", "name": "Made here"})
    edit(phone, "product:3", note="edited here")
    change(site, range(3, 4), note="edited there at the same time")
    assert phone.call("search", "made here")["total"] == 1
    assert sorted(phone.call("status")["unsent"]) == ["product:1", "product:2", "product:3", "product:own"]

    assert phone.call("sync")["pushed"] == 4
    expect_identical(phone, site)
    assert len(phone.call("get", "product:3", {"conflicts": True})["_conflicts"]) == 1
    assert "_conflicts" not in phone.call("get", "product:1", {"conflicts": True})
    assert phone.call("status")["unsent"] == []
    assert phone.call("sync")["documents"] == 0


def edit(device: Device, name: str, **fields: object) -> None:
    device.call("put", {**device.call("get", name), **fields})
