"""One holder at a time, by a clock of its own, with a fence that only grows."""

from __future__ import annotations

import pytest

from connector.couch import CouchServer, Database
from connector.errors import LeaseLost
from connector.lease import LEASE, Lease


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def database(couch: CouchServer) -> Database:
    """An empty database for leases."""
    couch.create_database("connector")
    return couch.database("connector")


def test_it_is_taken_by_one_only(database: Database) -> None:
    first, second = Lease(database, 10, Clock()), Lease(database, 10, Clock())
    assert first.try_take()
    assert not second.try_take()
    assert first.held()
    assert not second.held()


def test_it_is_taken_over_after_a_whole_life_of_silence(database: Database) -> None:
    watch = Clock()
    first, second = Lease(database, 10, Clock()), Lease(database, 10, watch)
    assert first.try_take()
    assert not second.try_take()
    watch.now = 9.9
    assert not second.try_take()
    watch.now = 10.0
    assert second.try_take()
    assert second.fence == first.fence + 1
    with pytest.raises(LeaseLost):
        first.renew()


def test_a_renewal_starts_the_watchers_wait_anew(database: Database) -> None:
    watch = Clock()
    first, second = Lease(database, 10, Clock()), Lease(database, 10, watch)
    assert first.try_take()
    assert not second.try_take()
    watch.now = 9.0
    first.renew()
    watch.now = 12.0
    assert not second.try_take()
    watch.now = 21.9
    assert not second.try_take()
    watch.now = 22.1
    assert second.try_take()


def test_a_holder_stops_counting_on_it_before_anybody_may_take_it(database: Database) -> None:
    clock = Clock()
    lease = Lease(database, 10, clock)
    assert lease.try_take()
    clock.now = 7.9
    lease.ensure()
    clock.now = 8.1
    with pytest.raises(LeaseLost):
        lease.ensure()
    lease.renew()
    lease.ensure()


def test_a_released_lease_is_free_at_once_and_its_fence_goes_on(database: Database) -> None:
    first, second = Lease(database, 600, Clock()), Lease(database, 600, Clock())
    assert first.try_take()
    first.release()
    assert not first.held()
    assert second.try_take()
    assert (database.get(LEASE) or {})["fence"] == 2


def test_a_renewal_whose_answer_was_lost_costs_nothing(database: Database) -> None:
    lease = Lease(database, 10, Clock())
    assert lease.try_take()
    written = database.get(LEASE)
    assert written is not None
    database.put(written)  # what the renewal did before its answer was lost
    lease.renew()
    lease.renew()
    assert lease.held()


def test_a_renewal_after_a_lost_answer_starts_the_watchers_wait_anew(database: Database) -> None:
    own, watch = Clock(), Clock()
    first, second = Lease(database, 10, own), Lease(database, 10, watch)
    assert first.try_take()
    written = database.get(LEASE)
    assert written is not None
    database.put(written)  # what the renewal did before its answer was lost
    assert not second.try_take()
    own.now = watch.now = 7.0
    first.renew()
    own.now = watch.now = 12.0
    assert first.held()
    assert not second.try_take()
