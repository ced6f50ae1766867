"""The total that QuickBooks answers is compared with the rep's, and a difference is told with both figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.estimates import summary_of
from connector.records import Order
from connector.totals import difference
from tests.connector.samples import order


def estimate(total: Any, tax: Any = None, **fields: Any) -> dict[str, Any]:
    return {"TotalAmt": total, "TxnTaxDetail": {"TotalTax": tax} if tax is not None else {}} | fields


@pytest.mark.parametrize(
    ("entity", "changes"),
    [
        (estimate(Decimal("2053.06")), {}),
        (estimate("2053.06", 0), {}),
        ({"TotalAmt": Decimal("2053.06")}, {}),
        (estimate(Decimal("2217.30"), Decimal("164.24")), {}),
        (estimate(Decimal("2217.30"), Decimal("164.24")), {"tax": "164.24"}),
        (estimate(Decimal("2053.06")), {"tax": "0"}),
        (estimate(Decimal("2053.06"), Decimal("342.18"), GlobalTaxCalculation="TaxInclusive"), {"tax": "342.18"}),
        (estimate(Decimal("2463.67"), Decimal("410.61"), GlobalTaxCalculation="TaxExcluded"), {}),
        (estimate(0), {"lines": [order()["lines"][0] | {"discount": "1", "amount": "0"}], "total": "0"}),
    ],
)
def test_it_finds_no_difference_where_there_is_none(entity: dict[str, Any], changes: dict[str, Any]) -> None:
    assert difference(Order.model_validate(order(**changes)), summary_of({"Id": "7"} | entity, "Estimate")) is None


@pytest.mark.parametrize(
    ("entity", "changes", "code", "who", "figures"),
    [
        (estimate("2053.07"), {}, "total_differs", "office", ("2053.06 USD before tax", "2053.07 USD before tax")),
        (estimate("2217.31", "164.24"), {}, "total_differs", "office", ("2053.06 USD", "2053.07 USD")),
        (estimate(2100), {"tax": "9.00"}, "total_differs", "office", ("2053.06 USD", "2100.00 USD")),
        (
            estimate("2053.05", "342.18", GlobalTaxCalculation="TaxInclusive"),
            {"tax": "342.18", "currency": "GBP"},
            "total_differs",
            "office",
            ("2053.06 GBP with tax", "2053.05 GBP with tax"),
        ),
        ({}, {}, "total_differs", "office", ("2053.06 USD", "0.00 USD")),
        (
            estimate("2217.30", "164.24"),
            {"tax": "160.00"},
            "tax_differs",
            "nobody",
            ("160.00 USD of tax, 2213.06 USD in all", "164.24 USD of tax, 2217.30 USD in all"),
        ),
        (estimate("2053.06"), {"tax": "0.01"}, "tax_differs", "nobody", ("0.01 USD", "0.00 USD of tax")),
        (
            estimate("2053.06", "342.18", GlobalTaxCalculation="TaxInclusive"),
            {"tax": "342.17"},
            "tax_differs",
            "nobody",
            ("342.17 USD of tax, 2053.06 USD in all", "342.18 USD of tax, 2053.06 USD in all"),
        ),
    ],
)
def test_it_tells_a_difference_with_both_figures(
    entity: dict[str, Any], changes: dict[str, Any], code: str, who: str, figures: tuple[str, ...]
) -> None:
    found = difference(Order.model_validate(order(**changes)), summary_of({"Id": "7"} | entity, "Estimate"))
    assert found is not None
    assert (found.code, found.who) == (code, who)
    for figure in figures:
        assert figure in found.text


def test_it_names_a_quote_a_quote() -> None:
    found = difference(
        Order.model_validate(order(kind="quote")), summary_of({"Id": "7"} | estimate("1.00"), "Estimate")
    )
    assert found is not None
    assert found.text == "The quote says 2053.06 USD before tax, but QuickBooks reckons 1.00 USD before tax."
