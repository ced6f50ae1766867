"""No copy stays where the rules forbid it, whatever changes, kills and runs come between: on a real server."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.couch import CouchServer, Database
from connector.lease import Lease
from connector.prices import Assignments
from connector.settings import split_credentials
from connector.territories.copies import copy_of
from connector.territories.rules import Allocation, Placing, Rules
from tests.conftest import wipe
from tests.connector.territories.office import AT, Office, customer

TERRITORIES = ("north", "south", "west")
NUMBERS = (1, 2, 3, 4)
SHORT = 1.0  # seconds that a distribution may be silent, where a test waits for that

Change = tuple[str, Any, Any]
some = st.lists(st.sampled_from((*TERRITORIES, "*")), max_size=2).map(tuple)
number = st.sampled_from(NUMBERS)
changes: st.SearchStrategy[Change] = st.one_of(
    st.tuples(st.just("allocate"), number, some),
    st.tuples(st.just("request"), number, some),
    st.tuples(st.just("release"), number, st.none()),
    st.tuples(st.just("rule"), st.sampled_from(["Retail", "Trade"]), some | st.none()),
    st.tuples(st.just("write"), number, st.sampled_from(["Retail", "Trade", None])),
    st.tuples(st.just("put_under"), number, number),
    st.tuples(st.just("delete"), number, st.none()),
    st.tuples(st.just("assign"), st.sampled_from(["gold", None]), st.none()),
)
# A run during which something changes at one write, and which is killed at another one.
runs = st.tuples(st.just("run"), st.tuples(st.integers(0, 6), changes) | st.none(), st.integers(0, 8) | st.none())


class Killed(BaseException):
    """Stands for the end of the process."""


class Model:
    """What the office has done, and what must come of it."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._customers = {f"customer:{each}": customer(each) for each in NUMBERS}
        self._allocations: dict[str, Allocation] = {}
        self._types: dict[str, tuple[str, ...]] = {}
        self._assignments = Assignments()
        self._balance = 0
        office.store.release(list(self._customers))
        office.store.change_rules({"Retail": None, "Trade": None})
        office.assign()
        office.write(*self._customers.values())

    def change(self, what: str, first: Any, second: Any) -> None:
        """Do it, on the server and here."""
        key = f"customer:{first}"
        if what in ("allocate", "request"):
            source: Literal["manual", "request"] = "manual" if what == "allocate" else "request"
            self._office.allocate(first, *second, source=source)
            self._allocations[key] = Allocation(customer=key, territories=second, source=source, at=AT)
        elif what == "release":
            self._office.store.release([key])
            self._allocations.pop(key, None)
        elif what == "rule":
            self._office.store.change_rules({first: second})
            self._types.pop(first, None)
            self._types |= {} if second is None else {first: second}
        elif what == "delete":
            self._office.delete(first)
            self._customers.pop(key, None)
        elif what == "assign":
            self._assignments = Assignments(default=first)
            self._office.assign(default=first)
        else:
            self._balance += 1
            field = "parent" if what == "put_under" else "customer_type"
            value = f"customer:{second}" if what == "put_under" else second
            fields = {field: value} if value else {}
            self._customers[key] = customer(first, balance=f"{self._balance}.00", **fields)
            self._office.write(self._customers[key])

    def run(self, change: tuple[int, Change] | None, killed_at: int | None) -> None:
        """Distribute; at one of its writes something changes, at another one it is killed."""
        writes = 0
        lock = threading.Lock()

        def on_write(territory: str, documents: Sequence[Any]) -> None:
            nonlocal writes
            with lock:
                now, writes = writes, writes + 1
                if change is not None and now == change[0]:
                    self.change(*change[1])
                if killed_at is not None and now >= killed_at:
                    raise Killed

        with suppress(Killed):
            self._office.distribution(on_write=on_write).run()

    def check(self) -> None:
        """Every territory holds what it must, and nothing else."""
        placing = Placing(
            territories=frozenset(TERRITORIES), rules=Rules(types=self._types), allocations=self._allocations
        )
        for name in TERRITORIES:
            wanted = {
                key.removeprefix("customer:"): copy_of(each, self._assignments)
                for key, each in self._customers.items()
                if name in placing.territories_of(key, self._customers)
            }
            assert self._office.copies(name) == wanted, name


@pytest.fixture(scope="module")
def office_of_module(couch_url: str) -> Iterator[Office]:
    address, user, password = split_credentials(couch_url)
    server = CouchServer(address, user, password)
    wipe(server)
    yield Office(server, TERRITORIES)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(steps=st.lists(changes | runs, min_size=1, max_size=8))
def test_after_any_interleaving_the_next_run_leaves_what_the_newest_rules_say(
    office_of_module: Office, steps: list[Any]
) -> None:
    model = Model(office_of_module)
    for what, first, second in steps:
        if what == "run":
            model.run(first, second)
        else:
            model.change(what, first, second)
    office_of_module.distribute()
    model.check()


def test_two_runs_at_once_do_no_harm(office: Office) -> None:
    office.write(*(customer(each) for each in range(30)))
    office.distribute()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(3):
                office.distribution().run()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for each in range(0, 30, 5):
        office.allocate(each, "north")
        office.write(customer(each + 1, balance="5.00"))
    for thread in threads:
        thread.join()
    assert not errors
    office.distribute()
    north, south = office.copies("north"), office.copies("south")
    assert set(north) - set(south) == {str(each) for each in range(0, 30, 5)}
    assert {north[str(each)]["balance"] for each in range(1, 30, 5)} == {"5.00"}


def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have distributions not renew their lease, as a process that was stopped does not."""
    monkeypatch.setattr(Lease, "keep", lambda self, stop, lost: None)


def test_a_run_that_was_overtaken_before_a_write_does_not_write(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.write(customer(1))
    office.distribute("allocate")
    office.allocate(1, "north")
    frozen(monkeypatch)
    held: list[str] = []

    def freeze(territory: str, documents: Sequence[Any]) -> None:
        if not held:
            held.append(territory)
            office.allocate(1, "south")
            office.distribution("allocate", life=SHORT).run()

    office.distribution("allocate", life=SHORT, on_write=freeze).run()
    assert held == ["north"]
    assert office.seen() == {"north": "", "south": "1", "west": ""}
    assert len(office.server.database("customers-north").changes("0", 10)["results"]) == 1  # its guard


def test_a_write_that_comes_after_it_was_overtaken_is_noticed_and_undone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.write(customer(1))
    office.distribute("allocate")
    office.allocate(1, "north")
    frozen(monkeypatch)
    late: list[str] = []
    bulk = Database.bulk

    def freeze(database: Database, documents: Sequence[Any]) -> list[dict[str, Any]]:
        if database.name == "customers-north" and not late:
            late.append(database.name)
            office.allocate(1, "south")
            office.distribution("allocate", life=SHORT).run()
            assert office.seen() == {"north": "", "south": "1", "west": ""}
            answers = bulk(database, documents)
            assert office.seen()["north"] == "1"
            return answers
        return bulk(database, documents)

    monkeypatch.setattr(Database, "bulk", freeze)
    office.distribution("allocate", life=SHORT).run()
    assert late
    assert office.seen() == {"north": "", "south": "1", "west": ""}
