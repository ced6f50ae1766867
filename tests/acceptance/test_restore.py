"""An older backup comes back: nothing that was posted is posted again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from connector.identifiers import CONNECTOR
from connector.records import time_text
from tests.acceptance.company import Company


def now() -> str:
    """The time as a device writes it."""
    return time_text(datetime.now(UTC))


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


def test_a_whole_server_set_back_posts_nothing_twice(company: Company) -> None:
    orders = company.hand_in(6, captured_at=now(), captured_on=now()[:10])
    connector = company.connector()
    company.wait_for(orders)
    company.wait_until_quiet()
    connector.stop()
    ledger = company.admin.database(CONNECTOR)
    for row in [*ledger.starting_with("ledger:"), *ledger.starting_with("checkpoint:")]:
        ledger.delete(row["_id"], row["_rev"])
    mine = company.admin.database(company.orders.name)
    for receipt in list(mine.starting_with("receipt:")):
        mine.delete(receipt["_id"], receipt["_rev"])
    company.roadbook.command("restored")
    more = company.hand_in(2)
    company.connector()
    company.wait_for([*orders, *more])
    company.assert_exactly_one([*orders, *more])


def test_what_a_backup_shows_as_open_is_looked_for(company: Company) -> None:
    [order] = company.hand_in()
    connector = company.connector()
    company.wait_for([order])
    connector.stop()
    row = company.row(order)
    assert row is not None
    gone = {"posted_at": None, "estimate": None, "request": None, "sent_at": None, "told": None}
    company.ledger.put(replace(row, state="received", work="post", **gone))
    company.roadbook.command("restored")
    company.connector()
    company.wait_until_quiet()
    company.wait_for([order])
    company.assert_exactly_one([order])
