"""Sampling on a real server, with PouchDB, CouchDB's replicator and hand-made documents as clients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.couch import CouchServer, Database
from connector.fleet.lines import Line
from connector.fleet.samples import Samples
from connector.fleet.sampling import Sampling
from connector.identifiers import CATALOG, CONNECTOR, OPS, orders_database
from connector.provisioning import Added, add_rep, disable_rep, install
from connector.registry import Registry
from connector.servers import connector_server
from connector.settings import Settings
from local_servers.device import Device
from tests.couch_design.guards import schema_of


class Clock:
    """A clock that goes on when it is told."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)


class Fleet:
    """Bob of the north on a new installation, and looks at his devices."""

    def __init__(self, couch: CouchServer, settings: Settings) -> None:
        install(couch, settings)
        self.admin = couch
        self.bob: Added = add_rep(couch, "bob", "north")
        self.clock = Clock()
        self.ops = couch.database(OPS)
        self.sampling = Sampling(couch, connector_server(settings), clock=self.clock)
        self.samples = Samples(self.ops)

    @property
    def orders(self) -> Database:
        return self.admin.database(orders_database(self.bob.rep))

    def look(self) -> list[Line]:
        """Sample once; Bob's lines."""
        self.sampling.run_pass()
        found = self.samples.load([self.orders.name])
        return list(found[self.orders.name].lines) if found else []

    def report(self, **fields: Any) -> None:
        """A device's report, over the one that is there."""
        current = self.orders.get("_local/device-phone") or {}
        body = {
            "at": self.clock.now.isoformat().replace("+00:00", "Z"),
            "app": "0.1.0",
            "unsent": 0,
            "drafts": 0,
            "denied": [],
        }
        revision = {"_rev": current["_rev"]} if current else {}
        self.orders.put({"_id": "_local/device-phone", **body, **fields, **revision})

    def write(self, *names: str) -> None:
        """Documents that devices have to fetch."""
        self.orders.bulk([{"_id": name, "type": "receipt"} for name in names])


@pytest.fixture
def fleet(couch: CouchServer, settings: Settings) -> Fleet:
    return Fleet(couch, settings)


@pytest.fixture
def phone(fleet: Fleet, tmp_path: Path) -> Iterator[Device]:
    """A PouchDB that replicates Bob's databases and leaves no report."""
    device = Device(
        server=fleet.admin.url,
        user="bob",
        password=str(fleet.bob.password),
        rep=fleet.bob.rep,
        territory="north",
        log=tmp_path / "device.log",
    )
    yield device
    device.stop()


def test_it_says_that_a_rep_never_synced(fleet: Fleet) -> None:
    assert [line.state for line in fleet.look()] == ["never"]


def test_it_counts_what_a_pouchdb_has_not_fetched(fleet: Fleet, phone: Device, embedded: bool) -> None:
    if embedded:
        pytest.skip("the embedded server numbers changes as devices do, so a push looks like a pull without a report")
    fleet.write("receipt:1")
    phone.call("first_sync")
    (line,) = fleet.look()
    assert (line.state, line.known, line.client, line.lag) == ("silent", False, "PouchDB", 0)

    fleet.write("receipt:2", "receipt:3", "receipt:4")
    (line,) = fleet.look()
    assert (line.state, line.lag) == ("behind", 3)
    document = fleet.orders.get("receipt:4") or {}
    fleet.orders.put({**document, "changed": True})
    assert fleet.look()[0].lag == 3

    fleet.clock.later(minutes=10)
    phone.call("sync")
    (line,) = fleet.look()
    assert (line.state, line.lag) == ("silent", 0)
    assert line.moved_at is not None
    assert abs(datetime.fromisoformat(line.moved_at) - fleet.clock.now) < timedelta(seconds=1)


def test_it_shows_who_reads_a_database_that_many_devices_read(fleet: Fleet, phone: Device) -> None:
    phone.call("first_sync")
    fleet.admin.database(CATALOG).put({"_id": "product:1", "type": "product"})
    fleet.look()
    (line,) = fleet.samples.load([CATALOG])[CATALOG].lines
    assert (line.state, line.lag, line.device) == ("behind", 1, "")


def test_it_puts_a_report_and_its_checkpoint_together(fleet: Fleet, phone: Device) -> None:
    phone.call("first_sync")
    pushed = phone.call("get", document="_local/pushed")["document"]["seq"]
    fleet.report(unsent=2, oldest_unsent_at="2026-11-25T09:00:00Z", pushed_seq=pushed)
    (line,) = fleet.look()
    assert (line.device, line.state, line.unsent, line.app, line.lag) == ("phone", "fresh", 2, "0.1.0", 0)

    fleet.clock.later(hours=25)
    (line,) = fleet.look()
    assert line.state == "stale"
    fleet.report(denied=[{"id": "order:1", "reason": "wrong_total: it is not"}], pushed_seq=pushed)
    (line,) = fleet.look()
    assert (line.state, line.denials) == ("blocked", ("order:1: wrong_total: it is not",))


def test_it_shows_a_couchdb_that_replicates_both_ways_as_one_client(
    fleet: Fleet, embedded: bool, couch_url: str
) -> None:
    if embedded:
        pytest.skip("CouchDB's own replicator writes these checkpoints; the embedded server has PouchDB's")
    fleet.write("receipt:1", "receipt:2")
    here, there = f"{couch_url}/scratch-of-bob", f"{couch_url}/{fleet.orders.name}"
    fleet.admin.create_database("scratch-of-bob")
    fleet.admin.database("scratch-of-bob").put({"_id": "order:of-bob"})
    for source, target in ((here, there), (there, here)):
        fleet.admin.call("POST", "_replicate", {"source": source, "target": target})
    fleet.write("receipt:3")
    fleet.clock.later(minutes=5)  # the replicator's clock has gone on, too
    (line,) = fleet.look()
    assert (line.client, line.state, line.lag) == ("CouchDB", "behind", 1)
    assert line.moved_at is not None


def test_it_writes_nothing_while_nothing_happens(fleet: Fleet, phone: Device) -> None:
    phone.call("first_sync")
    fleet.look()
    before = (fleet.ops.get(f"fleet:{fleet.orders.name}") or {})["_rev"]
    fleet.clock.later(minutes=1)
    fleet.look()
    assert (fleet.ops.get(f"fleet:{fleet.orders.name}") or {})["_rev"] == before


def test_it_takes_forged_documents_for_what_they_are_worth(fleet: Fleet) -> None:
    forged = [
        {"_id": "_local/a", "last_seq": "5-made-up", "history": "none"},
        {"_id": "_local/b", "last_seq": {"x": 1}},
        {
            "_id": "_local/c",
            "source_last_seq": "999999-g1AAAACheJzLYWBgYMpgTmEQTM4v",
        },
        {"_id": "_local/device-x", "unsent": "all of them", "denied": 5},
    ]
    for document in forged:
        fleet.orders.put(document)
    lines = fleet.look()
    assert {line.state for line in lines} <= {"unknown", "behind", "silent", "fresh"}
    assert next(line for line in lines if line.device == "x").unsent is None


def test_a_database_that_cannot_be_read_keeps_nobody_from_seeing_the_others(fleet: Fleet) -> None:
    anna = add_rep(fleet.admin, "anna", "north")
    fleet.report()
    fleet.admin.database(orders_database(anna.rep)).put_security({"members": {"names": ["nobody"], "roles": []}})
    assert [line.device for line in fleet.look()] == ["phone"]
    theirs = fleet.samples.load([orders_database(anna.rep)])[orders_database(anna.rep)]
    assert [(line.state, line.lag) for line in theirs.lines] == [("unknown", None)]
    assert theirs.account == "anna"


def test_a_disabled_rep_stays_in_sight_only_while_a_device_may_hold_orders(fleet: Fleet) -> None:
    fleet.report(unsent=3)
    disable_rep(fleet.admin, "bob")
    (line,) = fleet.look()
    assert (line.state, line.unsent) == ("blocked", 3)
    fleet.report(unsent=0)
    assert fleet.look() == []


def test_what_it_stores_is_as_the_schemas_say(fleet: Fleet, phone: Device, settings: Settings) -> None:
    phone.call("first_sync")
    pushed = phone.call("get", document="_local/pushed")["document"]["seq"]
    fleet.report(unsent=1, pushed_seq=pushed)
    fleet.look()
    kinds = set()
    for row in fleet.ops.call("GET", "_all_docs", include_docs="true")["rows"]:
        if row["doc"].get("type") in ("fleet_sample", "fleet_pass", "lag"):
            schema_of(row["doc"]["type"]).validate(row["doc"])
            kinds.add(row["doc"]["type"])
    assert kinds == {"fleet_sample", "fleet_pass", "lag"}
    (point,) = fleet.samples.history(fleet.clock.now - timedelta(hours=1))
    assert (point.lag, point.unsent, point.states) == (0, 1, {"fresh": 1})
    last = fleet.samples.last_pass()
    assert last is not None and last.reps == 1


def test_it_forgets_what_is_nobodys_any_more(fleet: Fleet) -> None:
    fleet.look()
    registry = Registry(fleet.admin.database(CONNECTOR))
    (row,) = registry.list()
    fleet.admin.database(CONNECTOR).delete(row.id, str(row.revision))
    fleet.sampling.run_pass()
    assert fleet.samples.load([fleet.orders.name]) == {}
