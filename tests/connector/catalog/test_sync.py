"""Copies of QuickBooks' lists: complete, true, cheap, and only written where something changed."""

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
from tests.couch_design.guards import schema_of

DAY = 24 * 60  # minutes


def test_the_first_one_brings_everything_over_in_sound_documents(copies: Copies) -> None:
    copies.make("CustomerType", {"Name": "Wholesale"})
    [category] = copies.make("Item", {"Name": "Wood", "Type": "Category"})
    board = {"Name": "Oak board", "Type": "NonInventory", "UnitPrice": "14.50", "SubItem": True}
    [oak] = copies.make("Item", {**board, "ParentRef": {"value": category}})
    [bundle] = copies.make(
        "Item", {"Name": "Shelf", "Type": "Group", "ItemGroupDetail": {"ItemGroupLine": [{"ItemRef": {"value": oak}}]}}
    )
    [chain] = copies.make("Customer", {"DisplayName": "Chain", "CustomerTypeRef": {"value": "1"}})
    [shop] = copies.make("Customer", {"DisplayName": "Shop 1", "ParentRef": {"value": chain}, "Job": True})

    synced = copies.catalog().sync()

    assert (synced.what, synced.skipped, synced.problem) == ("everything", 0, None)
    documents = [
        *copies.server.database(CATALOG).starting_with(""),
        *copies.server.database(CUSTOMERS).starting_with(""),
    ]
    kinds = [document["type"] for document in documents if not document["_id"].startswith("_design/")]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "product": 14,
        "customer": 10,
        "tax": 5,
        "term": 3,
        "settings": 1,
    }
    for document in documents:
        if not document["_id"].startswith("_design/"):
            schema_of(document["type"]).validate(document)
    assert copies.document(f"product:{oak}")["category"] == ["Wood"]
    assert copies.document(f"product:{bundle}")["components"] == [{"product": f"product:{oak}", "quantity": "1"}]
    assert copies.document("product:1")["sku"] == "BEAN-1"
    assert copies.document(f"customer:{chain}")["customer_type"] == "Wholesale"
    below = copies.document(f"customer:{shop}")
    assert (below["path"], below["job"]) == (["Chain"], True)
    assert copies.document("settings:app")["sales_tax"] == "off"
    assert copies.territory(f"customer:{shop}")["parent"] == f"customer:{chain}"
    assert set(copies.ages) == {
        *("products", "prices", "stock", "customers", "balances", "tax_codes", "terms", "settings")
    }


def test_nothing_new_writes_nothing_and_costs_one_read(copies: Copies) -> None:
    copies.catalog().sync()
    before, reads, ages = copies.sequences(), copies.reads(), copies.ages
    synced = copies.catalog().sync()
    assert copies.reads() - reads == 1
    assert (synced.what, synced.written) == ("changes", 0)
    assert copies.sequences() == before
    assert copies.ages["products"] > ages["products"]
    assert copies.ages["settings"] == ages["settings"]


def test_a_full_one_with_nothing_new_writes_nothing(copies: Copies) -> None:
    copies.sandbox.control("POST", "grow", {"Item": 2500, "Customer": 1200})
    copies.catalog().sync()
    before, reads = copies.sequences(), copies.reads()
    synced = copies.catalog().sync(full=True)
    assert copies.sequences() == before
    assert (synced.written, synced.seen) == (0, 2512 + 1208)
    # Two counts, three pages and two, and six for the short lists.
    assert copies.reads() - reads <= 2 + 3 + 2 + 6
    assert copies.state.skipped == {}


@pytest.mark.parametrize("pages", ["row_more", "row_less", "doubled"])
def test_wrong_pages_leave_nothing_out(copies: Copies, pages: str) -> None:
    copies.sandbox.control("POST", "grow", {"Item": 2100})
    copies.switch(pages=pages)
    copies.catalog().sync()
    assert len(list(copies.server.database(CATALOG).starting_with("product:"))) == 2112


def test_what_changes_is_brought_over_and_nothing_else(copies: Copies) -> None:
    copies.catalog().sync()
    revisions = {key: copies.document(key)["_rev"] for key in ("product:2", "customer:2")}
    copies.change("Item", "1", UnitPrice="19.95")
    copies.change("Customer", "1", SalesTermRef={"value": "3"})
    copies.change("Term", "2", Name="Fortnight")
    reads = copies.reads()
    assert copies.catalog().sync().written == 3
    assert copies.reads() - reads == 2  # changes, and the item with its Sku
    copies.wait(1)
    assert copies.document("product:1")["unit_price"] == "19.95"
    assert copies.document("product:1")["sku"] == "BEAN-1"
    assert copies.territory("customer:1")["term"] == "term:3"
    assert copies.document("term:2")["name"] == "Fortnight"
    assert {key: copies.document(key)["_rev"] for key in revisions} == revisions
    before, reads = copies.sequences(), copies.reads()
    copies.catalog().sync()
    assert copies.sequences() == before
    assert copies.reads() - reads == 1  # what was seen in the overlap is not read again


STOCKED = {
    "Name": "Oak board",
    "Type": "Inventory",
    "UnitPrice": "10",
    "TrackQtyOnHand": True,
    "QtyOnHand": 50,
    "InvStartDate": "2026-01-01",
    "IncomeAccountRef": {"value": "79"},
    "ExpenseAccountRef": {"value": "80"},
    "AssetAccountRef": {"value": "81"},
}


def invoice_of(item: str, quantity: int, customer: str = "1") -> dict[str, Any]:
    detail = {"ItemRef": {"value": item}, "Qty": quantity, "UnitPrice": 10}
    line = {"DetailType": "SalesItemLineDetail", "Amount": 10 * quantity, "SalesItemLineDetail": detail}
    return {"CustomerRef": {"value": customer}, "Line": [line]}


def test_a_transaction_moves_stock_and_balance_although_the_lists_do_not_count_as_changed(copies: Copies) -> None:
    [oak] = copies.make("Item", STOCKED)
    copies.wait(10)
    copies.catalog().sync()
    assert copies.document(f"product:{oak}")["on_hand"] == "50"
    reads = copies.reads()
    [invoice] = copies.make("Invoice", invoice_of(oak, 3))
    copies.catalog().sync()
    assert copies.reads() - reads == 3  # changes, the item, the customer
    assert copies.document(f"product:{oak}")["on_hand"] == "47"
    assert copies.document("customer:1")["balance"] == copies.territory("customer:1")["balance"] == "30.00"
    copies.sandbox.control("POST", "office", {"entity": "Invoice", "id": invoice, "pay": True})
    copies.catalog().sync()
    assert copies.document("customer:1")["balance"] == "0.00"


def test_a_deleted_transaction_brings_the_next_full_pass_forward(copies: Copies) -> None:
    [oak] = copies.make("Item", STOCKED)
    [invoice] = copies.make("Invoice", invoice_of(oak, 3))
    copies.catalog().sync()
    assert copies.document("customer:1")["balance"] == "30.00"
    before = copies.ages
    copies.sandbox.control("POST", "office", {"entity": "Invoice", "id": invoice, "delete": True})
    copies.catalog().sync()
    assert str(copies.state.suspect).startswith("a transaction was deleted")
    assert (copies.ages["stock"], copies.ages["balances"]) == (before["stock"], before["balances"])
    assert copies.ages["products"] > before["products"]
    in_an_hour = Catalog(
        copies.settings, copies.server, copies.connection.gateway, lambda: datetime.now(UTC) + timedelta(minutes=61)
    )
    assert in_an_hour.sync().what == "everything"
    assert copies.document("customer:1")["balance"] == "0.00"
    assert copies.document(f"product:{oak}")["on_hand"] == "50"
    assert copies.state.suspect is None


def test_an_edited_transaction_confirms_no_stock_or_balances_until_the_next_full_pass(copies: Copies) -> None:
    [invoice] = copies.make("Invoice", invoice_of("1", 3))
    copies.wait(10)
    copies.catalog().sync()
    before = copies.ages
    copies.change("Invoice", invoice, CustomerRef={"value": "2"})
    copies.catalog().sync()
    assert (copies.document("customer:1")["balance"], copies.document("customer:2")["balance"]) == ("30.00", "30.00")
    assert (copies.ages["stock"], copies.ages["balances"]) == (before["stock"], before["balances"])
    assert copies.ages["customers"] > before["customers"]
    in_an_hour = Catalog(
        copies.settings, copies.server, copies.connection.gateway, lambda: datetime.now(UTC) + timedelta(minutes=61)
    )
    assert in_an_hour.sync().what == "everything"
    assert copies.document("customer:1")["balance"] == "0.00"
    assert copies.ages["balances"] > before["balances"]


@pytest.mark.parametrize("inactive", ["hide", "remove"])
def test_what_becomes_inactive_stays_as_the_setting_says_and_comes_back(copies: Copies, inactive: str) -> None:
    catalog = copies.catalog(roadbook_inactive=inactive)
    catalog.sync()
    whole = copies.document("product:1")
    copies.server.database(CATALOG).put(whole | {"picture": "sha"})
    copies.change("Item", "1", Active=False)
    copies.change("Customer", "1", Active=False)
    catalog.sync()
    product, customer = copies.document("product:1"), copies.territory("customer:1")
    assert (product["active"], product["name"], product["sku"]) == (False, "Arabica beans, 1 kg", "BEAN-1")
    assert (customer["active"], customer["name"]) == (False, "Café Ærø")
    assert ("unit_price" in product, "email" in customer) == ((inactive == "hide"),) * 2
    assert product.get("removed", False) is (inactive == "remove")
    assert product["picture"] == "sha"
    copies.change("Item", "1", Active=True)
    catalog.sync()
    assert copies.document("product:1")["unit_price"] == "18.4"
    assert "removed" not in copies.document("product:1")


def test_changing_the_setting_takes_effect_with_the_next_full_pass(copies: Copies) -> None:
    copies.change("Item", "1", Active=False)
    copies.catalog().sync()
    assert "unit_price" in copies.document("product:1")
    copies.catalog(roadbook_inactive="remove").sync(full=True)
    assert copies.document("product:1")["removed"] is True


SPOILED = [
    ("Item", {"UnitPrice": "twelve"}, (), "its price, 'twelve', is no number"),
    ("Item", {"QtyOnHand": "lots"}, (), "its quantity on hand, 'lots', is no number"),
    ("Item", {}, ("Name",), "it has no name"),
    ("Item", {"Sku": "x" * 300}, (), "its SKU has more than 200 characters"),
    ("Customer", {"CurrencyRef": {"value": "Pounds"}}, (), "its currency, 'Pounds', is unknown"),
    ("Customer", {"DisplayName": "\x00", "FullyQualifiedName": "", "CompanyName": ""}, (), "it has no name"),
]


@pytest.mark.parametrize(("entity", "changes", "remove", "reason"), SPOILED)
@pytest.mark.parametrize("full", [True, False])
def test_one_malformed_entity_is_skipped_with_its_reason_and_repaired_by_a_later_one(
    copies: Copies, entity: str, changes: dict[str, Any], remove: tuple[str, ...], reason: str, full: bool
) -> None:
    key = "product:3" if entity == "Item" else "customer:3"
    copies.catalog().sync()
    before = copies.document(key)
    copies.spoil(entity, "3", remove, **changes)
    copies.change("Item", "4", UnitPrice="7")
    synced = copies.catalog().sync(full=full)
    assert (synced.skipped, copies.reasons()) == (1, {f"{entity}:3": reason})
    assert copies.document(key) == before
    assert copies.document("product:4")["unit_price"] == "7"
    mended = {"UnitPrice": 5, "QtyOnHand": 1, "Sku": "RYE-S"} if entity == "Item" else {"CurrencyRef": {"value": "USD"}}
    name = {"Name": "Mended"} if entity == "Item" else {"DisplayName": "Mended"}
    copies.spoil(entity, "3", (), **mended, **name)
    assert copies.catalog().sync(full=full).skipped == 0
    assert copies.document(key)["name"] == "Mended"
    assert copies.state.skipped == {}


def test_what_was_skipped_although_it_is_sound_is_read_again(copies: Copies) -> None:
    copies.spoil("Item", "3", (), UnitPrice="twelve")
    copies.catalog().sync()
    assert copies.reasons().keys() == {"Item:3"}
    # Mended where no look sees it: as if only an answer had been wrong.
    copies.spoil("Item", "3", (), UnitPrice=3)
    copies.wait(10)
    copies.catalog().sync(retry=True)
    assert copies.reasons() == {}
    assert copies.document("product:3")["unit_price"] == "3"


def test_what_stays_skipped_is_read_again_once_an_hour(copies: Copies) -> None:
    copies.spoil("Item", "3", (), UnitPrice="twelve")
    copies.wait(10)
    copies.catalog().sync()
    later = Catalog(
        copies.settings, copies.server, copies.connection.gateway, lambda: datetime.now(UTC) + timedelta(hours=2)
    )
    reads = copies.reads()
    later.sync()
    assert copies.reads() - reads == 2
    later.sync()
    assert copies.reads() - reads == 3


def test_names_of_five_hundred_characters_go_on_as_they_are(copies: Copies) -> None:
    copies.spoil("Item", "2", (), Name="ø" * 500)
    copies.spoil("Item", "3", (), Name="ø" * 900)
    copies.spoil("Customer", "2", (), DisplayName="ø" * 500)
    copies.catalog().sync()
    assert copies.document("product:2")["name"] == copies.document("customer:2")["name"] == "ø" * 500
    assert copies.document("product:3")["name"] == "ø" * 499 + "…"


def test_what_is_called_deleted_and_lives_is_left_alone(copies: Copies) -> None:
    copies.catalog().sync()
    copies.switch(captured_as_deleted=True)
    copies.change("Item", "1", UnitPrice="20")
    copies.change("Customer", "1", Notes="rings twice")
    copies.catalog().sync()
    assert (copies.document("product:1")["active"], copies.document("product:1")["unit_price"]) == (True, "20")
    assert copies.document("customer:1")["notes"] == "rings twice"


def test_what_is_really_gone_stays_and_says_so(copies: Copies) -> None:
    copies.catalog().sync()
    ghost = {**copies.document("product:1"), "_id": "product:900", "quickbooks_id": "900"}
    ghost.pop("_rev")
    copies.server.database(CATALOG).put(ghost)
    reads = copies.reads()
    copies.catalog().sync(full=True)
    gone = copies.document("product:900")
    assert (gone["active"], gone["deleted"], gone["unit_price"]) == (False, True, "18.4")
    schema_of("product").validate(gone)
    first = copies.reads() - reads
    reads = copies.reads()
    copies.catalog().sync(full=True)
    assert copies.document("product:900") == gone
    assert copies.reads() - reads == first - 1  # it is not asked for again


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


def test_devices_hear_with_the_next_look_whether_reps_may_set_prices(copies: Copies) -> None:
    copies.catalog().sync()
    assert copies.document("settings:app")["price_changes"] is False
    copies.catalog(roadbook_rep_prices="free").sync()
    assert copies.document("settings:app")["price_changes"] is True


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
