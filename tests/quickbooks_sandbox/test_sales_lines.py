"""Lines, discounts and totals: the arithmetic, to the cent, and the lines that are refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.quickbooks_sandbox.api import Api, discount, estimate, sale


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [
        ("128.350", "14.50", "1861.08"),
        ("3", "0.335", "1.01"),
        ("0.5", "0.01", "0.01"),
        ("1", "1.005", "1.01"),
        ("-2", "1.2525", "-2.51"),
        ("1000000", "99999.99999", "99999999990.00"),
    ],
)
def test_it_wants_quantity_times_price_rounded_half_up(api: Api, quantity: str, price: str, amount: str) -> None:
    cent_off = str(Decimal(amount) - Decimal("0.01"))
    assert api.errors("estimate", estimate(sale(cent_off, quantity, price))) == [("6070", "Amount")]
    made = api.write("estimate", estimate(sale(amount, quantity, price)))
    assert made["Line"][0]["Amount"] == made["TotalAmt"] == Decimal(amount)


def test_it_says_which_amount_it_was_given(api: Api) -> None:
    answer = api.call("POST", "estimate", estimate(sale("1861.07", "128.350", "14.50"))).json()
    assert answer["Fault"]["Error"][0]["Detail"].endswith("Supplied value:1,861.07")


@pytest.mark.parametrize(("quantity", "price"), [(0, 0), (None, None), (3, None), (None, 7), (0, 7), ("", "")])
def test_it_takes_the_amount_alone(api: Api, quantity: Any, price: Any) -> None:
    made = api.write("estimate", estimate(sale(100, quantity, price)))
    assert made["TotalAmt"] == 100
    detail = made["Line"][0]["SalesItemLineDetail"]
    assert (detail.get("Qty", 0), detail.get("UnitPrice", 0)) == (quantity or 0, price or 0)


def test_it_puts_items_first_then_the_subtotal_then_the_discount(api: Api) -> None:
    subtotal = {"DetailType": "SubTotalLineDetail", "Amount": 1, "SubTotalLineDetail": {}}
    note = {"DetailType": "DescriptionOnly", "Description": "Fragile"}
    made = api.write("estimate", estimate(discount(percent=25), sale(10), subtotal, note, sale(20)))
    assert [(line["DetailType"], line.get("LineNum"), line.get("Amount")) for line in made["Line"]] == [
        ("SalesItemLineDetail", 1, 10),
        ("DescriptionOnly", 2, None),
        ("SalesItemLineDetail", 3, 20),
        ("SubTotalLineDetail", None, 30),
        ("DiscountLineDetail", None, Decimal("7.50")),
    ]
    assert made["TotalAmt"] == Decimal("22.50")


@pytest.mark.parametrize(
    ("amounts", "reduction", "total"),
    [
        (["10.01", "0.04"], discount("0.05"), "10.00"),
        (["33.33"], discount(percent="33.333"), "22.22"),
        (["0.30"], discount(percent="15"), "0.25"),
        (["0.10", "0.20"], discount("0.30"), "0"),
        (["5"], discount("7.50"), "-2.50"),
    ],
)
def test_it_takes_the_discount_off(api: Api, amounts: list[str], reduction: dict[str, Any], total: str) -> None:
    made = api.write("estimate", estimate(*(sale(amount) for amount in amounts), reduction))
    assert made["TotalAmt"] == Decimal(total)


def test_it_prints_money_with_two_places_and_numbers_plain(api: Api) -> None:
    lines = [sale("100", "2.50", "40"), sale(0, TaxCodeRef={"value": "TAX"})]
    answer = api.call("POST", "estimate", estimate(*lines))
    assert b'"Amount":100.00,' in answer.content and b'"TotalAmt":100.00,' in answer.content
    assert b'"UnitPrice":40,"Qty":2.5,' in answer.content
    assert b'"Amount":0,' in answer.content and b'{"value":"TAX"}' in answer.content


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (sale(TaxCodeRef={"value": "20.0% S"}), ("6100", "TaxCodeRef")),
        (sale(ItemRef={"value": "4711"}), ("2500", "ItemRef")),
        (sale(None, 3, 35), ("2020", "Amount")),
        (sale(""), ("2020", "Amount")),
        (sale("1e15"), ("2010", "Amount")),
        (sale("dear"), ("2010", "Amount")),
        (sale("NaN"), ("2010", "Amount")),
        (sale(True), ("2010", "Amount")),
        (sale() | {"Description": "x" * 4001}, ("2050", "Description")),
        (sale() | {"DetailType": "MagicLineDetail"}, ("2170", "DetailType")),
        (sale() | {"DetailType": None}, ("2170", "DetailType")),
        (sale() | {"Colour": "red"}, ("2010", "Colour")),
        (sale(Colour="red"), ("2010", "Colour")),
        (discount(percent=10), ("2020", "Line")),
        ({"DetailType": "DescriptionOnly", "Description": "alone"}, ("2020", "Line")),
        ({"DetailType": "GroupLineDetail", "GroupLineDetail": {}}, ("2020", "GroupItemRef")),
        (
            {"DetailType": "GroupLineDetail", "GroupLineDetail": {"GroupItemRef": {"value": "1"}}},
            ("2500", "GroupItemRef"),
        ),
    ],
)
def test_it_refuses_a_line(api: Api, line: dict[str, Any], error: tuple[str, str]) -> None:
    assert api.errors("estimate", estimate(line)) == [error]


def test_it_sells_no_category(api: Api) -> None:
    category = api.write("item", {"Name": "Drinks", "Type": "Category"})
    line = sale(ItemRef={"value": category["Id"]})
    assert api.errors("estimate", estimate(line)) == [("2500", "ItemRef")]


def test_it_names_every_line_that_is_wrong(api: Api) -> None:
    lines = [sale("1.00", 3, 3), sale(), sale(TaxCodeRef={"value": "7"}), sale(ItemRef={"value": "4711"})]
    assert [code for code, _ in api.errors("estimate", estimate(*lines))] == ["6070", "6100", "2500"]


def test_it_adds_up_a_bundle(api: Api) -> None:
    bundle_id = api.write("item", {"Name": "Pair", "Type": "Group"})["Id"]
    detail = {"GroupItemRef": {"value": bundle_id}, "Quantity": 1, "Line": [sale("3.10"), sale("4.20")]}
    bundle = {"DetailType": "GroupLineDetail", "Amount": 0, "GroupLineDetail": detail}
    made = api.write("estimate", estimate(bundle, sale("1.00")))
    assert (made["Line"][0]["Amount"], made["TotalAmt"]) == (Decimal("7.30"), Decimal("8.30"))
