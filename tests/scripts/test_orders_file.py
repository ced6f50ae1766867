"""The demo's file of orders: names become document ids, and what is wrong is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeys.orders_file import SAMPLE_ORDERS, OrdersFileError, capture_fields, read_orders

PRODUCTS = [{"_id": "product:1", "name": "Rye bread", "sku": "RYE-S"}, {"_id": "product:2", "name": "Delivery"}]
CUSTOMERS = [{"_id": "customer:7", "name": "Café Ærø"}]


def test_it_finds_products_by_name_sku_or_id_whatever_the_case() -> None:
    lines = [{"product": name, "quantity": 2} for name in ("rye bread", "rye-s", "product:1")]
    fields = capture_fields(
        {"customer": "CAFÉ ÆRØ", "lines": lines, "note": "Hi", "discount": {"share": "0.1"}}, PRODUCTS, CUSTOMERS
    )
    assert fields["customer"] == "customer:7"
    assert fields["lines"] == [{"product": "product:1", "quantity": "2"}] * 3
    assert (fields["note"], fields["discount"]) == ("Hi", {"share": "0.1"})


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("[", "is not JSON"),
        ("{}", "must hold a list"),
        ("[]", "must hold a list"),
        ("[1]", "must hold a list"),
    ],
)
def test_it_refuses_a_file_that_holds_no_orders(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "orders.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(OrdersFileError, match=why):
        read_orders(path)


def test_it_names_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OrdersFileError, match="cannot be read"):
        read_orders(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ({"customer": "Nobody", "lines": []}, "no customer 'Nobody'"),
        ({"customer": "Café Ærø", "lines": [{"product": "Unobtainium"}]}, "no product 'Unobtainium'"),
        ({"customer": "Café Ærø", "lines": {"product": "RYE-S"}}, "lines must be a list"),
        ({"customer": "Café Ærø", "lines": ["RYE-S"]}, "lines must be a list"),
    ],
)
def test_it_says_what_an_order_names_that_is_not_there(order: dict[str, object], why: str) -> None:
    with pytest.raises(OrdersFileError, match=why):
        capture_fields(order, PRODUCTS, CUSTOMERS)


def test_its_own_sample_has_an_order_and_a_quote() -> None:
    assert [order.get("kind", "order") for order in SAMPLE_ORDERS] == ["order", "quote"]
