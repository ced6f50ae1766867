"""Two connectors, one poster: the other stands by and takes over."""

from __future__ import annotations

from connector.identifiers import CONNECTOR
from connector.lease import LEASE
from tests.acceptance.company import Company


def test_it_lets_a_standby_take_over_from_one_that_was_killed(company: Company) -> None:
    active = company.connector()
    first = company.hand_in(10)
    company.wait_for(first)
    company.connector()
    active.kill9()
    second = company.hand_in(10)
    company.wait_for(second)
    company.assert_exactly_one([*first, *second])


def test_it_hands_the_lease_over_at_once_when_told_to_stop(company: Company) -> None:
    active = company.connector(roadbook_lease_seconds="600")
    company.wait_for(company.hand_in())
    fence = (company.admin.database(CONNECTOR).get(LEASE) or {})["fence"]
    assert active.stop() == 0
    lease = company.admin.database(CONNECTOR).get(LEASE) or {}
    assert lease.get("holder") is None
    company.connector()
    orders = company.hand_in()
    company.wait_for(orders)
    assert (company.admin.database(CONNECTOR).get(LEASE) or {})["fence"] == fence + 1


def test_it_finishes_what_it_has_in_hand_when_told_to_stop(company: Company) -> None:
    company.fault("latency", seconds=1.5, match={"entity": "estimate"})
    active = company.connector()
    orders = company.hand_in()
    company.wait_until_sent(orders[0])
    assert active.stop(30) == 0
    company.assert_exactly_one(orders)
