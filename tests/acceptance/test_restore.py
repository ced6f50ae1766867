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
