"""Which price a product has on a list: the same table that web/pwa/src/prices is tested with."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.prices import Assignments, PriceList, is_visible, price_for, price_list_of
from connector.prices.entries import steps_of

CASES = json.loads((Path(__file__).parent / "price_cases.json").read_text(encoding="utf-8"))


def list_of(told: dict[str, Any] | None) -> PriceList | None:
    return None if told is None else PriceList("retail", "Retail", **told)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_product_has_the_price_of_the_most_specific_rule(case: dict[str, Any]) -> None:
    found = price_for(case["product"], list_of(case["list"]), Decimal(case["quantity"]))
    assert (f"{found.price:f}", found.rule) == (case["price"], case["rule"])
    assert is_visible(case["product"], list_of(case["list"])) is case["visible"]


@given(st.decimals(0, 10**6, places=5), st.decimals(-50, 100, places=4))
def test_a_percentage_is_off_by_at_most_half_a_step(unit_price: Decimal, percent: Decimal) -> None:
    product = {"_id": "product:1", "unit_price": f"{unit_price:f}"}
    found = price_for(product, PriceList("a", "A", rules={"*": f"{percent:f}%".replace("-0.0000%", "0%")}), Decimal(1))
    assert abs(found.price - unit_price * (100 - percent) / 100) <= Decimal("0.000005")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=8))
def test_an_entry_of_any_shape_is_read_or_passed_over(entry: object) -> None:
    steps_of(entry)


ASSIGNED = Assignments(
    customers={"customer:1": "gold", "customer:2": None},
    types={"Wholesale": "silver", "Staff": None},
    default="retail",
)


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ({"_id": "customer:1"}, "gold"),
        ({"_id": "customer:1", "customer_type": "Wholesale"}, "gold"),
        ({"_id": "customer:2", "customer_type": "Wholesale"}, None),
        ({"_id": "customer:3", "customer_type": "Wholesale"}, "silver"),
        ({"_id": "customer:3", "customer_type": "Staff"}, None),
        ({"_id": "customer:3", "customer_type": "wholesale"}, "retail"),
        ({"_id": "customer:3", "customer_type": None}, "retail"),
        ({"_id": "customer:3"}, "retail"),
        ({}, "retail"),
    ],
)
def test_a_customer_gets_its_own_list_before_its_types_before_the_default(
    customer: dict[str, Any], expected: str | None
) -> None:
    assert price_list_of(customer, ASSIGNED) == expected


def test_without_assignments_nobody_has_a_list() -> None:
    assert price_list_of({"_id": "customer:1", "customer_type": "Wholesale"}, Assignments()) is None
