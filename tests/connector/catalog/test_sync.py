"""Copies of QuickBooks' lists: complete, true, cheap, and only written where something changed."""

from __future__ import annotations

import pytest

from connector.identifiers import CATALOG, CUSTOMERS
from tests.connector.catalog.conftest import Copies
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


@pytest.mark.parametrize(
    ("setting", "value", "told", "before", "after"),
    [
        ("roadbook_rep_prices", "free", "price_changes", False, True),
        ("roadbook_out_of_stock", "trim", "out_of_stock", "tell", "trim"),
        ("roadbook_stock_reserve", "2.5", "stock_reserve", "0", "2.5"),
    ],
)
def test_devices_hear_with_the_next_look_what_reps_may_do(
    copies: Copies, setting: str, value: str, told: str, before: object, after: object
) -> None:
    copies.catalog().sync()
    assert copies.document("settings:app")[told] == before
    copies.catalog(**{setting: value}).sync()
    settings = copies.document("settings:app")
    assert settings[told] == after
    schema_of("settings").validate(settings)
    reads = copies.reads()
    copies.catalog(**{setting: value}).sync()
    assert copies.reads() - reads == 1  # it is not read again
