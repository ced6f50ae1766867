"""The pass over everything: when it comes, that there is one at a time, and that it goes on where it was broken off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.catalog import Catalog, CatalogBusy
from connector.catalog.claim import Claim
from connector.identifiers import CATALOG, CONNECTOR, CUSTOMERS, customers_database
from connector.steps import CatalogStep, observers
from connector.territories.store import RULES
from tests.connector.catalog.conftest import TERRITORY, Copies

DAY = 24 * 60  # minutes


def test_a_cursor_that_is_too_old_leads_to_a_full_pass(copies: Copies) -> None:
    copies.catalog().sync()
    copies.change("Item", "1", UnitPrice="21")
    copies.wait(31 * DAY)
    late = Catalog(
        copies.settings, copies.server, copies.connection.gateway, lambda: datetime.now(UTC) + timedelta(days=31)
    )
    assert late.sync().what == "everything"
    assert late.sync().what == "changes"
    assert copies.document("product:1")["unit_price"] == "21"


def test_everything_is_read_again_once_a_day(copies: Copies) -> None:
    copies.catalog().sync()
    tomorrow = Catalog(
        copies.settings, copies.server, copies.connection.gateway, lambda: datetime.now(UTC) + timedelta(hours=25)
    )
    assert tomorrow.sync().what == "everything"


def test_short_lists_are_read_every_three_hours(copies: Copies) -> None:
    copies.catalog().sync()
    copies.switch(sales_tax="automated")
    copies.catalog().sync()
    assert copies.document("settings:app")["sales_tax"] == "off"
    changed_at = copies.document("settings:app")["changed_at"]
    later = Catalog(
        copies.settings, copies.server, copies.connection.gateway, lambda: datetime.now(UTC) + timedelta(hours=4)
    )
    later.sync()
    assert copies.document("settings:app")["sales_tax"] == "automated"
    assert copies.document("settings:app")["changed_at"] > changed_at


def test_a_customer_type_made_since_the_short_lists_were_read_is_asked_for_once(copies: Copies) -> None:
    copies.catalog().sync()
    [trade] = copies.make("CustomerType", {"Name": "Trade"})
    copies.change("Customer", "1", CustomerTypeRef={"value": trade})
    catalog, reads = copies.catalog(), copies.reads()
    catalog.sync()
    assert copies.reads() - reads == 2  # changes, and the types
    assert copies.territory("customer:1")["customer_type"] == "Trade"
    assert copies.state.types == {trade: "Trade"}
    copies.spoil("Customer", "2", (), CustomerTypeRef={"value": "9999"})
    for notes in ("rings twice", "rings once"):
        reads = copies.reads()
        copies.change("Customer", "2", Notes=notes)
        catalog.sync()
    assert copies.reads() - reads == 1  # nobody knows it, so it is not asked for again
    assert "customer_type" not in copies.document("customer:2")
    assert copies.document("customer:2")["customer_type_id"] == "9999"


def test_the_first_customer_type_that_was_missed_brings_a_pass_forward(copies: Copies) -> None:
    copies.catalog().sync()
    copies.make("CustomerType", {"Name": "Trade"})
    later = Catalog(
        copies.settings, copies.server, copies.connection.gateway, lambda: datetime.now(UTC) + timedelta(hours=4)
    )
    later.sync()
    assert copies.state.suspect == "a customer type was renamed or made"


def test_one_at_a_time_works(copies: Copies) -> None:
    other = Claim(copies.server.database(CONNECTOR), 2)
    with other.held():
        with pytest.raises(CatalogBusy):
            copies.catalog().sync()
        assert copies.catalog().look().waiting == 1
    assert copies.catalog().sync(patience=10).what == "everything"


def test_a_claim_that_nobody_renews_is_taken_over(copies: Copies) -> None:
    claim = {"_id": "claim:catalog", "type": "lease", "schema": 1, "holder": "dead", "life": 1, "fence": 1}
    copies.server.database(CONNECTOR).put(claim)
    told: list[bool] = []
    copies.catalog().sync(patience=30, waiting=lambda: told.append(True))
    assert told == [True]


def test_a_new_territory_gets_what_is_there(copies: Copies) -> None:
    copies.catalog().sync()
    database = customers_database(TERRITORY)
    assert len(list(copies.server.database(database).starting_with("customer:"))) == 8


@pytest.fixture
def damaged_rules(copies: Copies) -> Iterator[Callable[[], None]]:
    """Territories that nothing can be passed on to until the fixture is called, or the test ends."""
    database = copies.admin.database(CONNECTOR)
    database.put({**(database.get(RULES) or {}), "_id": RULES, "types": "none"})

    def mend() -> None:
        found = database.get(RULES)
        if found:
            database.delete(RULES, found["_rev"])

    yield mend
    mend()


def test_territories_that_cannot_be_followed_keep_no_pass_from_its_end(
    copies: Copies, damaged_rules: Callable[[], None]
) -> None:
    synced = copies.catalog().sync()
    assert (synced.what, RULES in str(synced.undistributed)) == ("everything", True)
    assert (copies.state.running, RULES in str(copies.cursor.problem)) == (None, True)
    assert {"products", "prices", "stock"} <= copies.ages.keys()
    assert not {"customers", "balances"} & copies.ages.keys()
    copies.change("Item", "1", UnitPrice="19.95")
    reads = copies.reads()
    synced = copies.catalog().sync()
    assert (synced.what, copies.document("product:1")["unit_price"]) == ("changes", "19.95")
    assert copies.reads() - reads == 2
    assert not {"customers", "balances"} & copies.ages.keys()
    damaged_rules()
    assert copies.catalog().sync().undistributed is None
    assert copies.cursor.problem is None
    assert {"customers", "balances"} <= copies.ages.keys()
    assert copies.territory("customer:1")["active"]


def test_a_pass_that_goes_on_reads_no_short_lists_again_and_sees_what_changed_first(copies: Copies) -> None:
    copies.catalog().sync()
    observer = interrupt_at(CatalogStep.PAGE_READ, 1)
    observers.append(observer)
    with pytest.raises(Interrupted):
        copies.catalog().sync(full=True)
    copies.change("Customer", "1", Notes="rings twice")
    reads = copies.reads()
    with pytest.raises(Interrupted):  # the pass fails again
        observers[observers.index(observer)] = again = interrupt_at(CatalogStep.PAGE_READ, 1)
        copies.catalog().sync()
    observers.remove(again)
    assert copies.reads() - reads == 2  # changes, and the page
    assert copies.territory("customer:1")["notes"] == "rings twice"
    assert copies.state.running is not None
    assert copies.catalog().sync().what == "everything"


class Interrupted(BaseException):
    """Stands for the death of the process."""


def interrupt_at(step: CatalogStep, times: int) -> Callable[[Any, tuple[str, ...]], None]:
    left = [times]

    def observe(reached: Any, documents: tuple[str, ...]) -> None:
        if reached is step:
            left[0] -= 1
            if not left[0]:
                raise Interrupted(step)

    return observe


@pytest.mark.parametrize("step", [CatalogStep.PAGE_READ, CatalogStep.PAGE_WRITTEN, CatalogStep.PAGE_RECORDED])
def test_a_pass_that_is_broken_off_at_any_page_goes_on_there(copies: Copies, step: CatalogStep) -> None:
    copies.sandbox.control("POST", "grow", {"Item": 1500})
    pages = 0
    for times in (1, 2, 2):  # Item, Item again or its second page, and so on
        observer = interrupt_at(step, times)
        observers.append(observer)
        try:
            copies.catalog().sync()
        except Interrupted:
            running = copies.state.running
            assert running is not None
            now = sum(part.pages for part in running.parts.values())
            assert now >= pages
            pages = now
        finally:
            observers.remove(observer)
    copies.catalog().sync()
    assert len(list(copies.server.database(CATALOG).starting_with("product:"))) == 1512
    assert len(list(copies.server.database(CUSTOMERS).starting_with("customer:"))) == 8
    before = copies.sequences()
    copies.catalog().sync(full=True)
    assert copies.sequences() == before
