"""CouchDB crashes while orders are on their way; each still becomes exactly one estimate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook, settings_for
from tests.acceptance.company import Company
from tests.conftest import OwnCouch


@pytest.fixture
def company_of_own(own_couch: OwnCouch, quickbooks: Sandbox, tmp_path: Path) -> Iterator[Company]:
    """A company on a CouchDB that this test may crash."""
    settings = settings_for(own_couch.url, quickbooks, roadbook_lease_seconds="2", roadbook_log_format="json")
    roadbook = Roadbook(settings, tmp_path / "logs")
    roadbook.install()
    roadbook.connect(quickbooks)
    bob = roadbook.add_rep("bob", "north")
    roadbook.sync_catalog()
    yield Company(roadbook, quickbooks, bob)
    roadbook.stop()


def test_it_goes_on_after_couchdb_was_killed_between_sending_and_recording(
    company_of_own: Company, own_couch: OwnCouch
) -> None:
    company = company_of_own
    connector = company.connector()
    first = company.hand_in(5)
    company.wait_for(first)
    company.fault("latency", seconds=2.0, match={"entity": "estimate"})
    second = company.hand_in()
    company.wait_until_sent(second[0])
    own_couch.restart()
    third = company.hand_in(5)
    company.wait_for([*second, *third], seconds=90)
    company.assert_exactly_one([*first, *second, *third])
    assert connector.alive()


def test_it_finds_by_sweep_what_was_acknowledged_right_before_a_crash(
    company_of_own: Company, own_couch: OwnCouch
) -> None:
    company = company_of_own
    company.connector(roadbook_sweep_minutes="600")
    company.wait_for(company.hand_in())
    orders = company.hand_in(20)
    own_couch.restart()
    company.wait_for(orders, seconds=90)
    company.assert_exactly_one(orders)
