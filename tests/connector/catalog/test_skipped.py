"""Entities that cannot be copied as they are: skipped with a reason, read again, never in the way of others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.catalog import Catalog
from tests.connector.catalog.conftest import Copies

DAY = 24 * 60  # minutes


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
