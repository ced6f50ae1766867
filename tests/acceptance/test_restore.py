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


def forget(company: Company) -> None:
    """Everything that the connector knows of documents goes, as in a backup from before them."""
    ledger = company.admin.database(CONNECTOR)
    for document in [*ledger.starting_with("ledger:"), *ledger.starting_with("checkpoint:")]:
        ledger.delete(document["_id"], document["_rev"])


def test_a_ledger_set_back_to_before_a_batch_posts_nothing_twice(company: Company) -> None:
    orders = company.hand_in(12)
    connector = company.connector()
    company.wait_for(orders)
    connector.stop()
    forget(company)
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
    forget(company)
    company.connector()
    company.wait_until_quiet()
    company.wait_for([*changes[:2], *orders[:2]], "amended")
    company.wait_for([changes[2], orders[2]], "cancelled")
    assert [company.estimates(order) for order in orders] == before


def test_what_the_office_edited_is_not_overwritten_though_the_ledger_was_set_back(company: Company) -> None:
    [order] = company.hand_in()
    connector = company.connector()
    company.wait_for([order])
    company.wait_until_quiet()
    connector.stop()
    forget(company)
    [estimate] = company.estimates(order)
    sold = {"DetailType": "SalesItemLineDetail", "Amount": 100, "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}
    company.office(estimate["Id"], changes={"Line": [sold]})
    company.connector()
    company.wait_until_quiet()
    amendment = company.change(order)
    receipt = company.wait_for([amendment], "parked")[amendment]
    assert receipt["reason"]["code"] == "office_changed"
    assert [each["TotalAmt"] for each in company.estimates(order)] == [100]


def test_what_the_office_deleted_is_not_made_again_though_the_ledger_was_set_back(company: Company) -> None:
    orders = company.hand_in(2)
    connector = company.connector()
    company.wait_for(orders)
    company.wait_until_quiet()
    connector.stop()
    forget(company)
    [deleted], [unmarked] = (company.estimates(order) for order in orders)
    company.office(deleted["Id"], delete=True)
    company.office(unmarked["Id"], changes={"PrivateNote": "Our own words"})
    before = len(company.sandbox.control("GET", "estimates"))
    company.connector()
    company.wait_for(orders[:1], "cancelled")
    receipt = company.wait_for(orders[1:])[orders[1]]
    company.wait_until_quiet()
    assert receipt["estimate"]["id"] == unmarked["Id"]
    assert len(company.sandbox.control("GET", "estimates")) == before


def test_a_ledger_set_back_to_before_an_amendment_lets_the_next_one_through(company: Company) -> None:
    [order] = company.hand_in()
    connector = company.connector()
    company.wait_for([order])
    company.wait_for([company.change(order), order], "amended")
    company.wait_until_quiet()
    connector.stop()
    forget(company)
    company.connector()
    company.wait_until_quiet()
    line = company.order()["lines"][0] | {"quantity": "5", "amount": "87.40"}
    company.wait_for([company.change(order, number=2, lines=[line], total="87.40")], "amended")
    assert [each["TotalAmt"] for each in company.estimates(order)] == [87.4]


def test_a_whole_server_set_back_posts_nothing_twice(company: Company) -> None:
    orders = company.hand_in(6, captured_at=now(), captured_on=now()[:10])
    connector = company.connector()
    company.wait_for(orders)
    company.wait_until_quiet()
    connector.stop()
    forget(company)
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
