"""Copies of customers in the territories' databases, on a real server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from connector.couch import Database
from connector.errors import NotFound, TerritoryError
from connector.identifiers import CUSTOMERS, customers_database
from connector.provisioning import set_up_database
from connector.territories import Distributed, Distribution
from connector.territories.trouble import trouble
from journeys.quiet import wait_until
from tests.connector.territories.office import Office, customer


class Killed(BaseException):
    """Stands for the end of the process."""


def test_every_territory_gets_what_the_rules_say(office: Office) -> None:
    office.write(customer(1), customer(2, customer_type="Retail"), customer(3), customer(4, parent="customer:3"))
    office.store.change_rules({"Retail": ("north",)})
    office.allocate(3, "south", "west")
    done = office.distribute()
    assert office.seen() == {"north": "1 2", "south": "1 3 4", "west": "1 3 4"}
    assert (done.read, done.written, done.removed) == (4, 8, 0)
    assert office.copies("north")["2"] == customer(2, customer_type="Retail")


def test_nothing_is_written_when_there_is_nothing_new(office: Office) -> None:
    office.write(customer(1), customer(2))
    office.distribute()
    before = [office.server.database(customers_database(name)).info()["update_seq"] for name in ("north", "south")]
    row = office.connector.get("distribution:customers")
    assert office.distribute() == Distributed()
    after = [office.server.database(customers_database(name)).info()["update_seq"] for name in ("north", "south")]
    assert after == before
    assert office.connector.get("distribution:customers") == row


def test_what_changed_in_the_master_is_passed_on(office: Office) -> None:
    office.write(customer(1), customer(2), customer(3))
    office.distribute()
    office.write(customer(1, balance="12.50"))
    office.delete(2)
    done = office.distribute()
    assert (done.read, done.written, done.removed) == (2, 3, 3)
    assert office.copies("west") == {"1": customer(1, balance="12.50"), "3": customer(3)}


def test_sub_customers_follow_a_parent_that_got_another_type(office: Office) -> None:
    office.store.change_rules({"Retail": ("north",), "Trade": ("south",)})
    office.write(
        customer(1, customer_type="Retail"),
        customer(2, parent="customer:1"),
        customer(3, parent="customer:2"),
        customer(4, parent="customer:2"),
    )
    office.allocate(4, "west")
    office.distribute()
    assert office.seen() == {"north": "1 2 3", "south": "", "west": "4"}
    office.write(customer(1, customer_type="Trade"))
    office.distribute()
    assert office.seen() == {"north": "", "south": "1 2 3", "west": "4"}


def test_a_job_that_comes_before_its_parent_waits_for_it(office: Office) -> None:
    office.store.change_rules({"Retail": ("north",)})
    office.write(customer(9), customer(2, parent="customer:1"), customer(3, parent="customer:2"))
    office.allocate(3, "west", source="request")
    office.distribute()
    assert office.seen() == {"north": "9", "south": "9", "west": "3 9"}
    office.write(customer(1, customer_type="Retail"))
    office.distribute()
    assert office.seen() == {"north": "1 2 3 9", "south": "9", "west": "3 9"}
    office.delete(1)
    office.distribute()
    assert office.seen() == {"north": "9", "south": "9", "west": "3 9"}


def test_a_customer_moves_and_comes_back(office: Office) -> None:
    office.write(customer(1))
    for territories, expected in [
        (("north",), {"north": "1", "south": "", "west": ""}),
        (("south",), {"north": "", "south": "1", "west": ""}),
        ((), {"north": "", "south": "", "west": ""}),
        (("north", "south"), {"north": "1", "south": "1", "west": ""}),
    ]:
        office.allocate(1, *territories)
        office.distribute()
        assert office.seen() == expected
    office.store.release(["customer:1"])
    office.distribute()
    assert office.seen() == {"north": "1", "south": "1", "west": "1"}


def test_new_customers_wait_for_the_office_where_that_is_the_setting(office: Office) -> None:
    office.write(customer(1), customer(2))
    office.allocate(2, "north", source="request")
    office.distribute("allocate")
    assert office.seen() == {"north": "2", "south": "", "west": ""}
    office.distribute("everyone")
    assert office.seen() == {"north": "1 2", "south": "1 2", "west": "1 2"}
    office.distribute("allocate")
    assert office.seen() == {"north": "2", "south": "", "west": ""}


def test_a_territory_that_is_made_later_gets_its_customers(office: Office) -> None:
    office.write(customer(1), customer(2))
    office.allocate(2, "north")
    office.distribute()
    office.open("east")
    office.distribute()
    assert office.seen()["east"] == "1"


def test_copies_carry_the_price_list_that_the_customer_gets(office: Office) -> None:
    office.write(customer(1), customer(2, customer_type="Trade"), customer(3))
    office.distribute()
    office.assign(customers={"customer:1": "gold"}, types={"Trade": "silver"})
    assert office.distribute().written == 6
    copies = office.copies("south")
    assert {key: each.get("price_list") for key, each in copies.items()} == {"1": "gold", "2": "silver", "3": None}
    office.write(customer(1, balance="1.00"))
    office.distribute()
    assert office.copies("south")["1"] == customer(1, balance="1.00", price_list="gold")
    office.assign()
    office.distribute()
    assert office.copies("south")["1"] == customer(1, balance="1.00")


def test_a_master_that_was_made_anew_counts(office: Office) -> None:
    office.write(*(customer(number) for number in range(1, 6)))
    office.distribute()
    office.server.delete_database(CUSTOMERS)
    set_up_database(office.server, CUSTOMERS)
    office.write(customer(2, balance="2.00"), customer(9))
    office.distribute()
    assert office.seen()["north"] == "2 9"
    assert office.copies("north")["2"]["balance"] == "2.00"


def test_whom_another_copy_of_the_master_does_not_know_yet_is_not_lost(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.write(customer(1))
    office.distribute()
    behind = office.master.changes("0", 1000)
    office.write(customer(2))
    office.distribute()
    changes, starting_with = Database.changes, Database.starting_with

    def lagging(database: Database, since: str, limit: int) -> dict[str, Any]:
        return behind if (database.name, since) == (CUSTOMERS, "0") else changes(database, since, limit)

    def without_the_newest(database: Database, prefix: str) -> Iterator[dict[str, Any]]:
        return (each for each in starting_with(database, prefix) if each["_id"] != "customer:2")

    monkeypatch.setattr(Database, "changes", lagging)
    monkeypatch.setattr(Database, "starting_with", without_the_newest)
    office.distribution().run(thorough=True)
    office.store.change_rules({"Trade": ("north",)})
    office.distribute()
    monkeypatch.undo()
    assert office.seen() == {"north": "1 2", "south": "1 2", "west": "1 2"}


def test_what_changed_before_other_rules_count_is_passed_on_with_them(office: Office) -> None:
    office.write(customer(1), customer(2))
    office.distribute()
    office.write(customer(1, balance="7.00"))
    office.allocate(2, "north")
    office.distribute()
    assert office.copies("west") == {"1": customer(1, balance="7.00")}


def test_a_thorough_run_repairs_what_somebody_else_did_to_the_copies(office: Office) -> None:
    office.write(customer(1), customer(2))
    office.distribute()
    north = office.server.database(customers_database("north"))
    found = north.get("customer:1")
    assert found is not None
    north.put(found | {"balance": "666.00"})
    assert office.distribute().written == 0
    assert office.distribution().run(thorough=True).written == 1
    assert office.copies("north")["1"] == customer(1)


def test_a_removed_copy_leaves_no_content_behind_its_deletion(office: Office) -> None:
    office.write(customer(1))
    office.distribute()
    office.allocate(1, "south")
    office.distribute()
    north = office.server.database(customers_database("north"))
    (row,) = [row for row in north.changes("0", 10)["results"] if row["id"] == "customer:1"]
    assert row["deleted"]
    assert set(row["doc"]) == {"_id", "_rev", "_deleted"}


def test_the_files_are_compacted_so_that_old_revisions_cannot_be_read(office: Office, embedded: bool) -> None:
    if embedded:
        pytest.skip("the embedded server keeps no file to compact: only CouchDB shows this")
    office.write(customer(1))
    office.distribute()
    north = office.server.database(customers_database("north"))
    revision = (north.get("customer:1") or {})["_rev"]
    office.allocate(1, "south")
    office.distribution(admin=office.server).run()

    def gone() -> bool:
        try:
            north.call("GET", "customer%3A1", rev=revision)
        except NotFound:
            return True
        return False

    wait_until(office.server, gone, 60, "the old revision is gone")


@pytest.mark.parametrize("write", range(6))
def test_a_run_that_is_killed_at_any_write_is_completed_by_the_next(office: Office, write: int) -> None:
    office.write(*(customer(number) for number in range(1, 4)))
    office.distribute()
    office.allocate(1, "north")
    office.allocate(2, "south")
    office.write(customer(3, balance="3.00"))
    writes: list[str] = []

    def die(territory: str, documents: Sequence[Any]) -> None:
        writes.append(territory)
        if len(writes) > write:
            raise Killed

    with pytest.raises(Killed):
        office.distribution(on_write=die).run()
    office.distribute()
    assert office.seen() == {"north": "1 3", "south": "2 3", "west": "3"}
    assert {office.copies(name)["3"]["balance"] for name in office.seen()} == {"3.00"}


def test_rules_that_change_during_a_run_count_in_the_end(office: Office) -> None:
    office.write(customer(1), customer(2))
    office.distribute()
    office.allocate(1, "north")
    changed = threading.Event()

    def change(territory: str, documents: Sequence[Any]) -> None:
        if not changed.is_set():
            changed.set()
            office.allocate(1, "west")

    office.distribution(on_write=change).run()
    assert office.seen() == {"north": "2", "south": "2", "west": "1 2"}


def test_a_kill_under_rules_that_were_taken_back_leaves_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.write(customer(1))
    office.distribute("allocate")
    office.allocate(1, "north")

    def die(distribution: Distribution, turn: object) -> None:
        raise Killed

    monkeypatch.setattr(Distribution, "_compact", die)
    with pytest.raises(Killed):
        office.distribute("allocate")
    monkeypatch.undo()
    assert office.seen()["north"] == "1"
    office.store.release(["customer:1"])
    office.distribute("allocate")
    assert office.seen()["north"] == ""


def test_an_empty_master_takes_nothing_away(office: Office) -> None:
    office.write(customer(1))
    office.distribute()
    office.server.delete_database(CUSTOMERS)
    set_up_database(office.server, CUSTOMERS)
    office.distribute()
    assert office.seen() == {"north": "1", "south": "1", "west": "1"}


def test_a_territory_without_a_database_keeps_nothing_from_the_others(office: Office) -> None:
    office.write(customer(1), customer(2))
    office.store.change_rules(territory="gone")
    office.distribute()
    assert (office.copies("north").keys(), office.copies("west").keys()) == ({"1", "2"}, {"1", "2"})
    office.write(customer(1, balance="1.00"))
    assert office.distribute().written == 3
    assert office.distribute() == Distributed()
    row = office.connector.get("distribution:customers")
    assert row is not None and row["missing"] == ["gone"]


def test_a_territory_whose_database_comes_back_is_filled_though_nothing_else_changed(office: Office) -> None:
    office.write(customer(1))
    office.distribute()
    office.server.delete_database(customers_database("west"))
    office.write(customer(1, balance="1.00"))
    office.distribute()
    set_up_database(office.server, customers_database("west"))
    assert office.distribute().written == 1
    assert office.copies("west") == {"1": customer(1, balance="1.00")}
    row = office.connector.get("distribution:customers")
    assert row is not None and row["missing"] == []


def test_damaged_rules_change_no_copy_and_are_said(office: Office) -> None:
    office.write(customer(1))
    office.allocate(1, "north")
    office.distribute()
    rules = office.connector.get("rules:territories")
    assert rules is not None
    office.connector.put(rules | {"types": "Retail"})
    with pytest.raises(TerritoryError, match="rules:territories is damaged"):
        office.distribute()
    assert {name: list(office.copies(name)) for name in ("north", "south")} == {"north": ["1"], "south": []}
    (said,) = trouble(office.server, "everyone")
    assert "rules:territories is damaged (types)" in said and "no copy changes" in said


def test_a_damaged_allocation_hides_its_customer_only_and_is_said(office: Office) -> None:
    office.write(customer(1), customer(2))
    office.allocate(1, "north")
    office.distribute()
    allocation = office.connector.get("allocation:1")
    assert allocation is not None
    office.connector.put(allocation | {"territories": "north"})
    office.distribute()
    assert office.seen() == {"north": "2", "south": "2", "west": "2"}
    (said,) = trouble(office.server, "everyone")
    assert "allocation:1 is damaged (territories), so nobody sees customer:1" in said


def refuse(office: Office, territory: str, number: str) -> Callable[[], None]:
    """Have a database refuse one customer; returns what ends that."""
    database = office.server.database(customers_database(territory))
    reject = f"function (doc) {{ if (doc._id === 'customer:{number}') throw({{forbidden: 'no'}}); }}"
    design = {"_id": "_design/reject", "language": "javascript", "validate_doc_update": reject}
    revision = database.put(design)
    return lambda: database.delete("_design/reject", revision)


def test_copies_that_couchdb_refuses_are_counted_said_and_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = refuse(office, "north", "1")
    office.write(customer(1), customer(2))
    assert office.distribute().refused == 1
    office.write(customer(2, balance="1.00"))
    office.distribute()
    assert office.seen() == {"north": "2", "south": "1 2", "west": "1 2"}
    (said,) = trouble(office.server, "everyone")
    assert "CouchDB refused 1 copies of customers" in said
    end()
    assert office.distribute() == Distributed()
    monkeypatch.setattr("connector.territories.progress.RETRY", timedelta(0))
    assert office.distribute().written == 1
    assert office.seen()["north"] == "1 2"
    assert trouble(office.server, "everyone") == []
    assert office.distribute() == Distributed()
