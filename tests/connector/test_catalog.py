"""Items and customers of QuickBooks as the documents that mapping relies on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.catalog import customer_of, product_of
from tests.couch_design.guards import schema_of


@pytest.mark.parametrize(
    ("item", "taxable", "code"),
    [
        ({"Taxable": True}, True, "TAX"),
        ({"Taxable": False}, False, "NON"),
        ({}, False, "NON"),
        ({"Taxable": True, "SalesTaxCodeRef": {"value": "6"}}, True, "6"),
    ],
)
def test_a_product_says_how_it_is_taxed(item: dict[str, Any], taxable: bool, code: str) -> None:
    product = product_of({"Id": "11", "Name": "Oak board", "UnitPrice": Decimal("14.50")} | item)
    assert (product["taxable"], product["tax_code"], product["unit_price"]) == (taxable, code, "14.5")
    schema_of("product").validate(product)


@pytest.mark.parametrize(
    ("entity", "expected"),
    [
        ({}, {"taxable": True, "tax_code": None, "currency": None}),
        ({"Taxable": False}, {"taxable": False}),
        ({"Taxable": True, "DefaultTaxCodeRef": {"value": "2"}}, {"taxable": True, "tax_code": "2"}),
        ({"CurrencyRef": {"value": "EUR", "name": "Euro"}}, {"currency": "EUR"}),
    ],
)
def test_a_customer_says_how_it_is_taxed_and_billed(entity: dict[str, Any], expected: dict[str, Any]) -> None:
    customer = customer_of({"Id": "58", "DisplayName": "Café Ærø"} | entity)
    assert {name: customer.get(name) for name in expected} == expected
    schema_of("customer").validate(customer)
