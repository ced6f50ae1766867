"""What transactions do to stock and balances, of which the lists themselves do not say that they changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from connector.catalog import Catalog
from tests.connector.catalog.conftest import Copies
from tests.stocked_item import STOCKED

DAY = 24 * 60  # minutes


def invoice_of(item: str, quantity: int, customer: str = "1") -> dict[str, Any]:
    detail = {"ItemRef": {"value": item}, "Qty": quantity, "UnitPrice": 10}
    line = {"DetailType": "SalesItemLineDetail", "Amount": 10 * quantity, "SalesItemLineDetail": detail}
    return {"CustomerRef": {"value": customer}, "Line": [line]}


def test_a_transaction_moves_stock_and_balance_although_the_lists_do_not_count_as_changed(copies: Copies) -> None:
    [oak] = copies.make("Item", {"Name": "Oak board", **STOCKED})
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
    [oak] = copies.make("Item", {"Name": "Oak board", **STOCKED})
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
