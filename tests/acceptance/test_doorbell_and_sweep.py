"""The doorbell makes it quick; the sweep makes it certain."""

from __future__ import annotations

from connector.identifiers import orders_database
from tests.acceptance.company import PATIENCE, Company


def test_it_finds_by_sweep_what_the_doorbell_never_announced(company: Company) -> None:
    deaf = company.program("deaf_connector", roadbook_sweep_minutes="0.02")
    first = company.hand_in()
    company.wait_for(first)
    later = company.hand_in()
    company.wait_for(later)
    company.assert_exactly_one([*first, *later])
    deaf.terminate()
    assert deaf.wait(PATIENCE) == 0


def test_it_is_rung_long_before_the_next_sweep(company: Company) -> None:
    company.connector(roadbook_sweep_minutes="600")
    company.wait_for(company.hand_in())
    orders = company.hand_in()
    company.wait_for(orders, seconds=120)  # the next sweep is ten hours away
    company.assert_exactly_one(orders)


def test_it_reads_a_database_again_that_lost_its_echo(company: Company) -> None:
    connector = company.connector()
    orders = company.hand_in()
    company.wait_for(orders)
    connector.stop()
    database = company.admin.database(orders_database(company.bob.rep))
    echo = database.get("_local/connector")
    assert echo is not None
    database.put({**echo, "token": "an older one"})
    unseen = company.hand_in()
    restarted = company.connector()
    company.wait_for(unseen)
    company.wait_until_quiet()
    restarted.stop()
    assert any(line["event"] == "checkpoint.rewound" for line in company.logs())
    company.assert_exactly_one([*orders, *unseen])
