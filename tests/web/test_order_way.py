"""An order's way on its page: what is known, what is not, and the JSON behind it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from connector.couch import Database
from connector.ledger import Row
from tests.connector.fleet.test_sequences import HERE, THERE
from tests.web.conftest import SignIns
from tests.web.ledger_rows import (
    UNKNOWN_PRODUCT,
    OnRecord,
    in_quickbooks,
    key_of,
    parked,
    received,
    stopped_by_a_product,
    ulid,
)
from tests.web.page_text import text_of
from web.order_steps import Seen, places_in, steps_of


def way(page: str) -> list[str]:
    """The steps on an order's page, each as its state and what is said of it."""
    [part] = re.findall(r'<ol class="way">(.*?)</ol>', page, re.DOTALL)
    return [f"{state}: {text_of(step)}" for state, step in re.findall(r'<li class="(\w+)">(.*?)</li>', part, re.DOTALL)]


def test_an_orders_way_says_what_is_known_and_what_is_not(
    signed_in: SignIns, ledger: OnRecord, orders: Database
) -> None:
    row = replace(in_quickbooks(received(1), "1042"), receipt_revision="1-x")
    ledger.write(row, stopped_by_a_product_of(2))
    client = signed_in("olga")
    assert way(client.get(f"/orders/{key_of(row)}").text) == [
        "done: Captured Nov 20, 2026 09:15:00 UTC on van-phone",
        "done: On the server Nov 20, 2026 12:00:00 UTC",
        "done: Checked Nov 20, 2026 12:00:03 UTC",
        "done: Sent Nov 20, 2026 12:00:03 UTC",
        "done: In QuickBooks Nov 20, 2026 12:00:03 UTC",
        "unknown: Seen by the device not known: no device has left a mark here",
    ]
    assert way(client.get(f"/orders/{key_of(stopped_by_a_product_of(2))}").text)[2:] == [
        "stopped: Checked Nov 20, 2026 12:00:01 UTC stopped here",
        "open: Sent not yet",
        "open: In QuickBooks not yet",
        "open: Seen by the device not yet the answer is not written yet",
    ]


def stopped_by_a_product_of(number: int) -> Row:
    return parked(received(number), "unknown_product", UNKNOWN_PRODUCT)


def checkpoint(orders: Database, name: str, place: Any) -> None:
    """What a device leaves in the rep's database when it has pulled up to a place."""
    orders.put({"_id": f"_local/{name}", "session_id": "s", "last_seq": place, "history": [{"last_seq": place}]})


def test_a_device_has_seen_the_answer_once_its_checkpoint_has_passed_it(
    signed_in: SignIns, ledger: OnRecord, orders: Database
) -> None:
    row = in_quickbooks(received(1), "1042")
    before = str(orders.info()["update_seq"])
    revision = orders.put({"_id": f"receipt:{ulid(1)}", "type": "receipt"})
    ledger.write(replace(row, receipt_revision=revision))
    client = signed_in("olga")
    checkpoint(orders, "pushed", 257)  # a number is the device's own sequence and says nothing here
    assert way(client.get(f"/orders/{key_of(row)}").text)[-1].startswith("unknown: ")
    checkpoint(orders, "one", before)
    assert way(client.get(f"/orders/{key_of(row)}").text)[-1].startswith(
        "open: Seen by the device not yet no device has loaded the newest answer yet"
    )
    checkpoint(orders, "two", str(orders.info()["update_seq"]))
    assert way(client.get(f"/orders/{key_of(row)}").text)[-1] == (
        "done: Seen by the device 1 of 2 devices have loaded the newest answer"
    )


def test_an_older_answer_that_a_device_has_loaded_is_not_the_one_still_to_be_written() -> None:
    row = replace(in_quickbooks(received(1), "1042"), receipt_revision="1-x")
    seen = Seen("yes", 1, 1)
    assert steps_of(row, seen)[-1].state == "done"
    step = steps_of(replace(row, work="receipt"), seen)[-1]
    assert (step.state, step.said) == ("open", "the answer is not written yet")


def test_how_far_a_couchdb_has_pushed_its_own_orders_says_nothing_of_what_it_has_seen() -> None:
    pull = {"session_id": "s", "source_last_seq": HERE}
    push = {"session_id": "s", "source_last_seq": THERE}
    assert places_in([pull, push], HERE) == [HERE]


def test_the_json_behind_an_order_is_what_is_stored(signed_in: SignIns, ledger: OnRecord, orders: Database) -> None:
    row = stopped_by_a_product()
    ledger.write(row)
    orders.put({"_id": f"receipt:{ulid(1)}", "type": "receipt", "state": "parked"})
    found = signed_in("olga").get(f"/orders/{key_of(row)}/json").json
    assert found is not None
    assert found["ledger"]["content"] == row.content
    assert found["document"] is None
    assert found["receipt"]["state"] == "parked"
