"""What is read off the ledger for a reconciliation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector.couch import CouchServer, Database
from connector.identifiers import CONNECTOR
from connector.ledger import Ledger
from connector.provisioning import install
from connector.reconciliation.recorded_orders import PAGE, RecordedOrders, chunks, recorded_order
from connector.servers import connector_server
from connector.settings import Settings
from tests.connector.samples import REP, ULID
from tests.web.ledger_rows import NOON, in_quickbooks, parked, pinned, received, ulid

ROW: dict[str, Any] = {
    "_id": f"ledger:{REP}:{ULID}",
    "_rev": "3-c",
    "type": "ledger",
    "kind": "order",
    "rep": REP,
    "ulid": ULID,
    "state": "posted",
    "received_at": "2026-11-20T12:00:00.000Z",
}


def test_keys_that_are_absent_are_taken_for_nothing() -> None:
    order = recorded_order(ROW)
    assert order is not None
    assert (order.total, order.form, order.working, order.reason, order.notice) == (None, None, False, "", "")
    assert (order.row, order.document, order.revision) == (ROW["_id"], f"order:{ULID}", "3-c")


@pytest.mark.parametrize(
    ("estimate", "key", "total"),
    [
        ({"id": "145"}, ("Estimate", "145"), None),
        ({"id": "145", "kind": "estimate", "total": "52.44"}, ("Estimate", "145"), Decimal("52.44")),
        ({"id": "200", "kind": "invoice", "total": "52.44"}, ("Invoice", "200"), Decimal("52.44")),
        ({"id": "145", "total": 52.44}, ("Estimate", "145"), None),
        ({"id": "145", "total": "a lot"}, ("Estimate", "145"), None),
    ],
)
def test_a_row_points_to_an_estimate_unless_it_says_invoice(estimate: Any, key: Any, total: Any) -> None:
    order = recorded_order({**ROW, "estimate": estimate})
    assert order is not None and order.form is not None
    assert (order.form.key, order.form.total, order.form.version) == (key, total, "0")


@pytest.mark.parametrize(
    ("events", "amended"), [(["received", "posted"], False), (["posted", "amended"], True), ([], False)]
)
def test_its_trail_says_whether_it_was_amended(events: list[str], amended: bool) -> None:
    order = recorded_order({**ROW, "trail": [{"at": "2026-11-20T12:00:00.000Z", "event": event} for event in events]})
    assert order is not None and order.amended is amended


@pytest.mark.parametrize("kind", ["amendment", "cancellation", "customer_request", None])
def test_later_documents_are_no_orders(kind: str | None) -> None:
    assert recorded_order({**ROW, "kind": kind}) is None


@pytest.mark.parametrize("field", ["rep", "ulid", "state", "received_at"])
def test_a_row_without_what_it_is_known_by_is_damaged(field: str) -> None:
    with pytest.raises(KeyError):
        recorded_order({name: value for name, value in ROW.items() if name != field})


def test_ids_are_asked_for_once_and_in_groups() -> None:
    groups = list(chunks([*map(str, range(PAGE + 1)), "0"]))
    assert [len(group) for group in groups] == [PAGE, 1]


@pytest.fixture
def database(couch: CouchServer, settings: Settings) -> Database:
    """The connector's database of a fresh installation, opened with the connector's own account."""
    install(couch, settings)
    return connector_server(settings).database(CONNECTOR)


def test_it_reads_every_row_once_however_many_took_their_step_in_one_moment(database: Database) -> None:
    """A batch gives all its rows the same time, and a page may end among them."""
    pinned_once = received(0)
    numbers = range(2 * PAGE + 5)
    later = [10, PAGE, 2 * PAGE]
    rows = [replace(pinned_once, ulid=ulid(one), of=f"order:{ulid(one)}") for one in numbers]
    rows = [
        replace(row, changed_at="2026-11-20T13:00:00.000Z") if one in later else row for one, row in enumerate(rows)
    ]
    Ledger(database).write(rows)
    orders = RecordedOrders(database)
    found = [order.ulid for order in orders.changed_since(NOON)]
    assert sorted(found) == [ulid(one) for one in numbers]
    assert sorted(order.ulid for order in orders.changed_since(NOON + timedelta(minutes=1))) == list(map(ulid, later))
    assert sorted(order.ulid for order in orders.unposted()) == [ulid(one) for one in numbers]


def test_it_finds_orders_by_state_by_form_and_by_name(database: Database) -> None:
    orders = RecordedOrders(database)
    assert orders.first_received() is None
    old = in_quickbooks(received(1, NOON - timedelta(days=90)), "1042")
    new, stuck = (
        in_quickbooks(received(2), "1043"),
        parked(received(3), "unknown_product", "QuickBooks does not know it."),
    )
    cancel = pinned({"_id": f"cancel:{ulid(1)}", "type": "cancellation", "rep": REP}, NOON)
    Ledger(database).write([old, new, stuck, cancel])
    assert orders.first_received() == NOON - timedelta(days=90)
    assert {order.ulid for order in orders.changed_since(NOON)} == {new.ulid, stuck.ulid}
    assert [order.ulid for order in orders.unposted()] == [stuck.ulid]
    assert [order.ulid for order in orders.pointing_to(["91042", "7"])] == [old.ulid]
    assert [order.ulid for order in orders.named([new.id, cancel.id, f"ledger:{REP}:none"])] == [new.ulid]


def test_times_are_aware(database: Database) -> None:
    Ledger(database).write([received(1)])
    (order,) = RecordedOrders(database).changed_since(datetime(2026, 1, 1, tzinfo=UTC))
    assert order.received_at.tzinfo is not None
