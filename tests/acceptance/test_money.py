"""Discounts, charges, decimals, sales tax and numbers, the whole way."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.acceptance.company import Company

LINE = {"product": "product:1", "name": "Arabica beans, 1 kg", "discount": "0"}
LINES = [
    LINE | {"quantity": "128.350", "unit_price": "14.50", "amount": "1861.08"},
    LINE | {"quantity": "1000", "unit_price": "0.00123", "amount": "1.23"},
    LINE | {"quantity": "3", "unit_price": "0.33333", "discount": "0.3333", "amount": "0.67"},
]
FREIGHT = [{"product": "product:2", "name": "Delivery", "amount": "32.38"}]


@pytest.mark.parametrize(
    ("changes", "discount"),
    [
        ({"lines": LINES, "charges": FREIGHT, "total": "1895.36"}, "0.33"),
        ({"lines": LINES[:2], "discount": {"amount": "93.12", "share": "0.05"}, "total": "1769.19"}, "93.12"),
        ({"lines": LINES, "charges": FREIGHT, "discount": {"amount": "95.36"}, "total": "1800.00"}, "95.69"),
    ],
)
def test_an_order_with_discounts_is_an_estimate_of_the_same_total(
    company: Company, changes: dict[str, Any], discount: str
) -> None:
    company.connector()
    ids = company.hand_in(**changes)
    receipt = company.wait_for(ids)[ids[0]]
    assert receipt["estimate"]["total"] == changes["total"]
    assert "notice" not in receipt
    [estimate] = [
        each for each in company.sandbox.control("GET", "estimates?full=1") if each["Id"] == receipt["estimate"]["id"]
    ]
    off = [line["Amount"] for line in estimate["Line"] if line["DetailType"] == "DiscountLineDetail"]
    assert [Decimal(str(amount)) for amount in off] == [Decimal(discount)]


@pytest.fixture
def taxed(company: Company, request: pytest.FixtureRequest) -> Iterator[None]:
    """The company charges sales tax for the length of a test."""
    company.sandbox.control("POST", "switches", {"sales_tax": request.param})
    yield
    company.sandbox.control("POST", "switches", {"sales_tax": "off"})


@pytest.mark.parametrize("taxed", ["manual", "automated"], indirect=True)
def test_an_order_is_taxed_as_the_company_charges_tax(company: Company, taxed: None) -> None:
    company.connector()
    ids = company.hand_in(lines=LINES[:2], discount={"amount": "62.31"}, total="1800.00", tax="144.00")
    receipt = company.wait_for(ids)[ids[0]]
    assert receipt["estimate"]["total"] == "1944.00"  # eight percent of what is left after the discount
    assert "notice" not in receipt


@pytest.fixture
def own_numbers(company: Company) -> Iterator[None]:
    """The company has custom transaction numbers for the length of a test."""
    company.sandbox.control("POST", "switches", {"custom_transaction_numbers": True})
    yield
    company.sandbox.control("POST", "switches", {"custom_transaction_numbers": False})


def test_an_estimate_has_the_order_number_where_quickbooks_gives_none(company: Company, own_numbers: None) -> None:
    company.connector()
    ids = company.hand_in(2)
    for order, receipt in company.wait_for(ids).items():
        assert receipt["estimate"]["number"] == receipt["number"] == f"RB-{order[-10:]}"
        assert len(receipt["number"]) <= 21


def test_quickbooks_numbers_the_estimates_otherwise(company: Company) -> None:
    company.connector()
    ids = company.hand_in(2)
    for order, receipt in company.wait_for(ids).items():
        assert receipt["estimate"]["number"].isdigit()
        [estimate] = company.estimates(order)
        assert f" {receipt['number']} " in estimate["PrivateNote"]
