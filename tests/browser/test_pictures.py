"""Thumbnails and pictures in a real browser, through the reverse proxy, with the rights of a rep."""

from __future__ import annotations

from typing import Any

from connector.identifiers import CATALOG, PICTURES
from connector.pictures.images import render
from connector.pictures.store import Pictures
from tests.browser.devices import Devices
from tests.browser.site import Site, product
from tests.connector.pictures.photographs import photograph, saved

OPEN = """async () => {
  window.held = await openPictures('/couch/pictures');
  window.sizeOf = async (blob) => {
    if (!blob) return null;
    const {width, height} = await createImageBitmap(blob);
    return [width, height];
  };
}"""
BRING = "(products) => held.thumbnails.bring(products)"
THUMBNAIL = "async (product) => sizeOf(await held.thumbnails.get(product))"
PICTURE = "async (product) => sizeOf(await held.pictures.get(product))"


def test_thumbnails_come_by_the_page_and_are_there_without_a_network(site: Site, devices: Devices) -> None:
    site.write([product(number) for number in range(130)])
    made = render(saved(photograph(1600, 1200)))
    store = Pictures(site.couch.database(PICTURES), site.couch.database(CATALOG))
    store.save({str(number): made for number in range(120)})
    products: list[Any] = [site.catalog.get(f"product:{number}") for number in range(130)]

    phone = devices.new().sign_in()
    phone.page.wait_for_function("() => window.openPictures")
    phone.page.evaluate(OPEN)
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.url))
    assert phone.page.evaluate(BRING, products) == {"brought": 120, "missing": 0, "left": 0}
    assert len([url for url in asked if "/couch/pictures/_all_docs" in url]) == 2
    assert phone.page.evaluate(PICTURE, products[0]) == [1200, 900]

    phone.context.set_offline(True)
    assert phone.page.evaluate(THUMBNAIL, products[119]) == [160, 120]
    assert phone.page.evaluate(THUMBNAIL, products[125]) is None
    assert phone.page.evaluate(PICTURE, products[0]) == [1200, 900]
    phone.context.set_offline(False)
    asked.clear()
    assert phone.page.evaluate(BRING, products) == {"brought": 0, "missing": 0, "left": 0}
    assert asked == []


def test_nobody_who_is_not_signed_in_gets_pictures(site: Site, devices: Devices) -> None:
    phone = devices.new()
    phone.page.wait_for_function("() => window.openPictures")
    phone.page.evaluate(OPEN)
    refused = "(product) => held.thumbnails.bring([product]).catch(({name, status}) => [name, status])"
    assert phone.page.evaluate(refused, {"_id": "product:1", "picture": "x"}) == ["PicturesRefused", 401]
