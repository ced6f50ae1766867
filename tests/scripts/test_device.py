"""scripts/device, driven through local_servers.device: a rep's own replicas, with and without a network."""

from __future__ import annotations

import json
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.couch import CouchServer, Database
from connector.identifiers import ULID
from local_servers.device import DeviceError
from local_servers.process import ProcessError
from tests.scripts.bob import ORDER, REP, Open


def receipt(order: str, state: str, number: str = "1042") -> dict[str, Any]:
    ulid = order.removeprefix("order:")
    shown = {"id": "7", "number": number, "status": "Accepted", "total": "55.80"}
    body = {"_id": f"receipt:{ulid}", "type": "receipt", "of": order, "state": state, "number": f"RB-{ulid[-10:]}"}
    return body | ({"estimate": shown} if state == "posted" else {"reason": {"text": "Chai is sold out"}})


def test_it_carries_an_order_from_a_device_without_a_network_to_an_estimate_number(
    orders: Database, open_device: Open
) -> None:
    device = open_device()
    counts = device.call("first_sync")
    assert (counts["catalog"], counts["customers-north"]) == (2, 1)

    device.network(up=False)
    taken = device.call("capture", **ORDER)
    assert device.call("order_line", order=taken["order"])["line"].endswith(
        "Alfreds Futterkiste  55.80: on this device"
    )
    with pytest.raises(DeviceError, match="network is off"):
        device.call("sync")
    assert orders.get(taken["order"]) is None

    device.kill9()
    device.restart()
    status = device.call("status")
    assert (status["network"], status["unsent"]) == (False, [taken["order"]])
    with pytest.raises(DeviceError, match="network is off"):
        device.call("sync")

    device.network(up=True)
    assert device.call("sync") == {"pushed": 1, "pulled": 0, "refused": {}}
    assert device.call("order_line", order=taken["order"])["line"].endswith(": on the server")
    assert device.call("status")["unsent"] == []
    assert orders.get(taken["order"]) == device.call("get", document=taken["order"])["document"]

    orders.put(receipt(taken["order"], "posted"))
    assert [found["of"] for found in device.wait_for_receipts(orders=[taken["order"]])] == [taken["order"]]
    assert device.call("order_line", order=taken["order"])["line"].endswith(": in QuickBooks as estimate 1042")

    told = "The order says 55.80 USD before tax, but QuickBooks reckons 55.81 USD before tax."
    current = orders.get(f"receipt:{taken['order'].removeprefix('order:')}")
    assert current is not None
    orders.put(current | {"notice": {"code": "total_differs", "text": told}})
    device.call("sync")
    shown = device.call("order_line", order=taken["order"])["line"]
    assert shown.endswith(f": in QuickBooks as estimate 1042. {told}")


def test_it_freezes_names_and_prices_and_computes_amounts_exactly(orders: Database, open_device: Open) -> None:
    device = open_device(memory=True)
    device.call("first_sync")
    taken = device.call("capture", **ORDER, note="second door\non the left")
    document = device.call("get", document=taken["order"])["document"]
    del document["_id"], document["_rev"]
    assert document == {
        "type": "order",
        "schema": 1,
        "kind": "order",
        "rep": REP,
        "device": "phone",
        "captured_at": "2026-03-31T23:30:00.000Z",
        "captured_on": "2026-04-01",
        "customer": {"id": "customer:1", "name": "Alfreds Futterkiste"},
        "currency": "USD",
        "lines": [
            {"product": "product:1", "name": "Chai", "quantity": "3", "unit_price": "18.00", "discount": "0.05"}
            | {"amount": "51.30"}
        ],
        "charges": [{"product": "product:9", "name": "Freight", "amount": "4.50"}],
        "total": "55.80",
        "note": "second door\non the left",
    }
    ulid = taken["order"].removeprefix("order:")
    assert ULID.match(ulid)
    milliseconds = 0
    for letter in ulid[:10]:
        milliseconds = milliseconds * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
    assert datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat() == "2026-03-31T23:30:00+00:00"


@pytest.mark.parametrize(
    ("change", "discount", "total", "tax"),
    [
        ({"discount": {"share": "0.05"}}, {"amount": "2.57", "share": "0.05"}, "53.23", None),
        ({"discount": {"amount": "2.57", "share": "0.05"}}, {"amount": "2.57", "share": "0.05"}, "53.23", None),
        ({"discount": {"amount": "55.8"}, "tax": "0"}, {"amount": "55.80"}, "0.00", "0.00"),
        ({"tax": "4.6"}, None, "55.80", "4.60"),
    ],
)
def test_it_takes_a_discount_off_the_whole_and_notes_the_tax(
    open_device: Open, change: dict[str, Any], discount: dict[str, str] | None, total: str, tax: str | None
) -> None:
    device = open_device(memory=True)
    device.call("first_sync")
    document = device.call("get", document=device.call("capture", **(ORDER | change))["order"])["document"]
    assert (document.get("discount"), document["total"], document.get("tax")) == (discount, total, tax)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"discount": {"amount": "55.81"}}, "the discount is more than the order"),
        ({"discount": {"share": "5"}}, "the share of the discount is a fraction"),
        ({"discount": {}}, "the amount of the discount is not a plain decimal"),
        ({"tax": "4.605"}, "tax has more than two decimals"),
        ({"lines": []}, "at least one line"),
        ({"lines": [{"product": "product:77", "quantity": "1"}]}, "product:77 is not on this device"),
        ({"lines": [{"product": "product:1", "quantity": "many"}]}, "quantity is not a plain decimal"),
        ({"customer": "customer:404"}, "customer:404 is not on this device"),
        ({"charges": [{"product": "product:9", "amount": "4.505"}]}, "more than two decimals"),
        ({"captured_at": "yesterday"}, "captured_at is not a time"),
    ],
)
def test_it_refuses_to_take_an_order_it_cannot_write(open_device: Open, change: dict[str, Any], reason: str) -> None:
    device = open_device(memory=True)
    device.call("first_sync")
    with pytest.raises(DeviceError, match=re.escape(reason)):
        device.call("capture", **(ORDER | change))
    assert device.call("docs", prefix="order:") == {"documents": []}


def test_it_keeps_what_the_guard_refused_and_shows_why(orders: Database, open_device: Open) -> None:
    device = open_device()
    device.call("first_sync")
    bad = device.call("capture", **ORDER, po_number="refuse me")["order"]
    good = device.call("capture", **ORDER)["order"]
    assert device.call("sync")["refused"] == {bad: "po_number: unknown"}
    device.restart()
    assert device.call("status")["refused"] == {bad: "po_number: unknown"}
    assert device.call("order_line", order=bad)["line"].endswith("refused by the server: po_number: unknown")
    assert device.call("order_line", order=good)["state"] == "sent"
    assert (orders.get(bad), orders.get(good) is not None) == (None, True)


def test_two_devices_of_a_rep_see_each_others_orders_and_know_their_own_unsent_ones(open_device: Open) -> None:
    phone, tablet = open_device("phone"), open_device("tablet")
    for device in (phone, tablet):
        device.call("first_sync")
    from_phone, from_tablet = phone.call("capture", **ORDER)["order"], tablet.call("capture", **ORDER)["order"]
    phone.call("sync")
    tablet.call("sync")
    assert tablet.call("status")["unsent"] == []
    phone.call("sync")
    for device in (phone, tablet):
        found = device.call("docs", prefix="order:")["documents"]
        assert {document["_id"] for document in found} == {from_phone, from_tablet}
        assert device.call("status")["unsent"] == []


def test_it_is_woken_by_receipts_and_passes_over_unsettled_ones(orders: Database, open_device: Open) -> None:
    device = open_device(memory=True)
    device.call("first_sync")
    first, second = (device.call("capture", **ORDER)["order"] for _ in range(2))
    device.call("sync")
    revision = orders.put(receipt(first, "waiting"))
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(device.wait_for_receipts, orders=[first, second], timeout=30)
        assert device.call("status")["live"] is True  # and it answers other questions meanwhile
        orders.put(receipt(second, "parked"))
        orders.put(receipt(first, "posted") | {"_rev": revision})
        assert {found["of"]: found["state"] for found in waiting.result()} == {first: "posted", second: "parked"}
    assert device.call("order_line", order=second)["line"].endswith(": parked: Chai is sold out")
    assert device.call("status")["live"] is False


def test_it_says_which_receipts_did_not_come_in_time(orders: Database, open_device: Open) -> None:
    device = open_device(memory=True)
    device.call("first_sync")
    first, second = (device.call("capture", **ORDER)["order"] for _ in range(2))
    device.call("sync")
    orders.put(receipt(first, "waiting"))
    with pytest.raises(DeviceError) as error:
        device.wait_for_receipts(orders=[first, second], timeout=2)
    assert f"not settled: {first} waiting" in str(error.value)
    assert f"none for: {second}" in str(error.value)


def test_a_live_pull_is_cut_with_the_network_and_comes_back_with_it(orders: Database, open_device: Open) -> None:
    device = open_device(memory=True)
    device.call("first_sync")
    order = device.call("capture", **ORDER)["order"]
    device.call("sync")
    device.call("live", on=True)
    device.network(up=False)
    orders.put(receipt(order, "posted"))
    with pytest.raises(DeviceError, match="0 of 1 receipts"):
        device.wait_for_receipts(orders=[order], timeout=0.5)
    device.network(up=True)
    assert device.wait_for_receipts(orders=[order], timeout=20)[0]["state"] == "posted"


def test_a_new_device_of_a_rep_gets_everything_back(open_device: Open, tmp_path: Path) -> None:
    old = open_device("phone")
    old.call("first_sync")
    order = old.call("capture", **ORDER)["order"]
    old.call("sync")
    old.stop()
    new = open_device("replacement")
    new.call("first_sync")
    assert new.call("order_line", order=order)["state"] == "sent"
    exported = new.call("export", path=str(tmp_path / "orders.jsonl"))
    assert exported["documents"] == 1
    assert json.loads((tmp_path / "orders.jsonl").read_text())["_id"] == order


def test_it_says_that_the_sign_in_is_refused(open_device: Open) -> None:
    device = open_device(memory=True, password="guessed")
    with pytest.raises(DeviceError, match="refuses the sign-in of bob"):
        device.call("first_sync")


def test_it_signs_in_again_when_its_session_is_taken_away(
    couch: CouchServer, orders: Database, open_device: Open
) -> None:
    device = open_device(memory=True)
    device.call("first_sync")
    users = couch.database("_users")
    account = users.get("org.couchdb.user:bob")
    assert account is not None
    users.put(account | {"password": "bob's own"})  # a new salt ends every session of the account
    order = device.call("capture", **ORDER)["order"]
    assert device.call("sync")["pushed"] == 1
    assert orders.get(order) is not None


def test_it_names_the_verbs_when_it_does_not_know_one(open_device: Open) -> None:
    device = open_device(memory=True)
    with pytest.raises(DeviceError, match=r'unknown verb "toString"; there are .*capture'):
        device.call("toString")


def test_a_question_to_a_device_that_dies_does_not_wait(open_device: Open) -> None:
    device = open_device(memory=True)
    device.call("first_sync")
    threading.Timer(0.2, device.kill9).start()
    with pytest.raises(ProcessError, match="stopped before it answered"):
        device.wait_for_receipts(count=1, timeout=30)
    with pytest.raises(ProcessError, match="has stopped"):
        device.call("status")


def test_its_password_is_not_in_its_command_line(open_device: Open) -> None:
    device = open_device(memory=True)
    command = Path(f"/proc/{device.pid}/cmdline")
    if not command.exists():
        pytest.skip("only Linux shows command lines in /proc")
    assert b"bob's own" not in command.read_bytes()
    assert os.fsencode("--memory") in command.read_bytes()
