"""Snapshots are made before anybody asks, and made anew when it pays or when they must not be served any more."""

from __future__ import annotations

from queue import Queue
from typing import Any

import pytest

from connector.couch import CouchServer, Database
from connector.errors import CouchUnreachable
from connector.identifiers import CATALOG
from tests.web.replication.conftest import NORTH, SOUTH, set_up
from web.replication import refreshing as module
from web.replication.refreshing import MANY, STALE_AFTER, Refreshing, Standing, is_due
from web.replication.snapshots import News, Snapshots

NOW = 10_000.0


@pytest.fixture
def refreshing(databases: CouchServer, snapshots: Snapshots) -> Refreshing:
    """Not started: each test looks by itself."""
    return Refreshing(databases, snapshots)


def documents(count: int, kind: str = "customer") -> list[dict[str, Any]]:
    return [{"_id": f"{kind}:{number}", "type": kind, "name": f"Name {number}"} for number in range(count)]


@pytest.mark.parametrize(
    ("standing", "changes", "documents", "due"),
    [
        (Standing(), 1, 5000, False),
        (Standing(), MANY, 5000, True),
        (Standing(), 19, 100, False),
        (Standing(), 20, 100, True),
        (Standing(), 1, 0, True),
        (Standing(changed_at=NOW - STALE_AFTER + 1), 1, 5000, False),
        (Standing(changed_at=NOW - STALE_AFTER), 1, 5000, True),
        (Standing(built_at=NOW - 5, rest=10), MANY, 5000, False),
        (Standing(built_at=NOW - 10, rest=10), MANY, 5000, True),
        (Standing(changed_at=NOW - STALE_AFTER, built_at=NOW - 5, rest=10), 1, 5000, False),
    ],
)
def test_it_weighs_what_changed_against_what_a_snapshot_costs(
    standing: Standing, changes: int, documents: int, due: bool
) -> None:
    assert is_due(standing, News(changes, False), documents, NOW) is due


def test_it_builds_every_missing_snapshot_and_then_rests(refreshing: Refreshing, snapshots: Snapshots) -> None:
    assert refreshing.look(NOW) == [CATALOG, NORTH, SOUTH]
    assert refreshing.look(NOW + 1000) == []
    assert all(snapshots.shelf.newest(name) for name in (CATALOG, NORTH, SOUTH))


def test_a_few_changes_wait_and_many_do_not(refreshing: Refreshing, north: Database) -> None:
    north.bulk([{**each, "_id": f"{each['_id']}a"} for each in documents(MANY)])
    refreshing.look(NOW)
    north.bulk(documents(3))
    assert refreshing.look(NOW + 1000) == []
    assert refreshing.look(NOW + 1000 + STALE_AFTER - 1) == []
    assert refreshing.look(NOW + 1000 + STALE_AFTER) == [NORTH]
    north.bulk([{**each, "_id": f"{each['_id']}b"} for each in documents(MANY)])
    assert refreshing.look(NOW + 5000) == [NORTH]
    assert refreshing.look(NOW + 9000) == []


def test_a_customer_that_left_the_territory_is_packed_away_at_once(
    refreshing: Refreshing, snapshots: Snapshots, north: Database
) -> None:
    north.bulk(documents(3))
    refreshing.look(NOW)
    before = snapshots.shelf.newest(NORTH)
    left = north.get("customer:1")
    assert before is not None and left is not None
    north.delete(left["_id"], left["_rev"])
    assert refreshing.look(NOW) == [NORTH]
    assert snapshots.shelf.find(NORTH, before.hash) is None
    newest = snapshots.shelf.newest(NORTH)
    assert newest is not None
    assert b"Name 1" not in b"".join(newest.plain())


def test_a_deleted_product_waits_like_any_change(refreshing: Refreshing, catalog: Database) -> None:
    catalog.bulk(documents(3, "product"))
    refreshing.look(NOW)
    left = catalog.get("product:1")
    assert left is not None
    catalog.delete(left["_id"], left["_rev"])
    assert refreshing.look(NOW) == []


def test_a_database_that_was_made_again_gets_a_new_one(
    refreshing: Refreshing, snapshots: Snapshots, databases: CouchServer, north: Database
) -> None:
    north.bulk(documents(3))
    refreshing.look(NOW)
    again(databases, NORTH)
    assert refreshing.look(NOW) == [NORTH]
    newest = snapshots.shelf.newest(NORTH)
    assert newest is not None and newest.count == 0


def test_nothing_is_kept_of_a_territory_that_was_deleted(
    refreshing: Refreshing, snapshots: Snapshots, databases: CouchServer
) -> None:
    refreshing.look(NOW)
    databases.delete_database(SOUTH)
    assert refreshing.look(NOW) == []
    assert snapshots.shelf.databases() == {CATALOG, NORTH}


def test_a_folder_that_was_lost_is_filled_again(refreshing: Refreshing, snapshots: Snapshots) -> None:
    refreshing.look(NOW)
    for name in (CATALOG, NORTH, SOUTH):
        snapshots.shelf.drop(name)
    assert refreshing.look(NOW) == [CATALOG, NORTH, SOUTH]


def test_it_goes_on_looking_whatever_goes_wrong_until_it_is_stopped(
    refreshing: Refreshing, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: Queue[list[str]] = Queue()
    troubles = iter([CouchUnreachable("away"), CouchUnreachable("still away"), RuntimeError("a bug")])

    def troubled(now: float) -> list[str]:
        for trouble in troubles:
            raise trouble
        looks.put(look(now))
        return []

    look = refreshing.look
    monkeypatch.setattr(module, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(refreshing, "look", troubled)
    refreshing.start()
    assert looks.get(timeout=60) == [CATALOG, NORTH, SOUTH]
    assert looks.get(timeout=60) == []
    refreshing.stop()
    refreshing._thread.join(60)
    assert not refreshing._thread.is_alive()


def test_it_does_not_build_what_another_process_has_just_built(snapshots: Snapshots, north: Database) -> None:
    assert snapshots.renew(NORTH, None, "missing")
    assert not snapshots.renew(NORTH, None, "missing")
    known = snapshots.shelf.newest(NORTH)
    north.bulk(documents(3))
    assert snapshots.renew(NORTH, known, "changed")
    assert not snapshots.renew(NORTH, known, "changed")


def again(server: CouchServer, name: str) -> None:
    """Delete a database and make it again, in another second than before: CouchDB tells no two of one second apart."""
    before = server.database(name).info()["instance_start_time"]
    while True:
        server.delete_database(name)
        set_up(server, name)
        if server.database(name).info()["instance_start_time"] != before:
            return
