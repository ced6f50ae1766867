"""An older backup comes back: nothing that was posted is posted again."""

from __future__ import annotations

from connector.identifiers import CONNECTOR
from tests.acceptance.company import Company


def test_a_ledger_set_back_to_before_a_batch_posts_nothing_twice(company: Company) -> None:
    orders = company.hand_in(12)
    connector = company.connector()
    company.wait_for(orders)
    connector.stop()
    database = company.admin.database(CONNECTOR)
    rows = [*database.starting_with("ledger:"), *database.starting_with("checkpoint:")]
    for document in rows:
        database.delete(document["_id"], document["_rev"])
    more = company.hand_in(3)
    company.connector()
    company.wait_for(more)
    company.wait_until_quiet()
    company.assert_exactly_one([*orders, *more])


def test_a_ledger_set_back_to_before_amendments_and_cancellations_changes_nothing_again(company: Company) -> None:
    orders = company.hand_in(3)
    connector = company.connector()
    company.wait_for(orders)
    changes = [company.change(orders[0]), company.change(orders[1]), company.cancel(orders[2])]
    company.wait_for([*changes[:2], *orders[:2]], "amended")
    company.wait_for([changes[2], orders[2]], "cancelled")
    company.wait_until_quiet()
    connector.stop()
    before = [company.estimates(order) for order in orders]
    database = company.admin.database(CONNECTOR)
    for document in [*database.starting_with("ledger:"), *database.starting_with("checkpoint:")]:
        database.delete(document["_id"], document["_rev"])
    company.connector()
    company.wait_until_quiet()
    company.wait_for([*changes[:2], *orders[:2]], "amended")
    company.wait_for([changes[2], orders[2]], "cancelled")
    assert [company.estimates(order) for order in orders] == before
