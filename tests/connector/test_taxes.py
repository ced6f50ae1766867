"""Tax codes: TAX or NON in the US, real ids elsewhere, and what the form itself says about tax."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.policy import NOT_APPLICABLE, TAX_EXCLUDED, TAX_INCLUSIVE, Policy
from connector.taxes import code_of, lines_carry_codes, tax_fields, without_tax

TAXED = {"taxable": True, "tax_code": "TAX"}
FREE = {"taxable": False, "tax_code": "NON"}
VAT = {"taxable": True, "tax_code": "6"}
MANUAL = Policy(using_sales_tax=True, default_tax_code="3")
AUTOMATED = Policy(using_sales_tax=True, automated_sales_tax=True, default_tax_code="3")
BRITAIN = Policy(united_states=False, using_sales_tax=True)


@pytest.mark.parametrize(
    ("policy", "product", "customer", "code"),
    [
        (MANUAL, TAXED, {}, "TAX"),
        (AUTOMATED, TAXED, {"taxable": True}, "TAX"),
        (MANUAL, FREE, {"taxable": True}, "NON"),
        (MANUAL, TAXED, {"taxable": False}, "NON"),
        (MANUAL, TAXED, {"tax_code": "2"}, "TAX"),
        (MANUAL, VAT, {}, "TAX"),  # an id that the US does not take: whether it is taxable decides
        (MANUAL, VAT | {"taxable": False}, {}, "NON"),
        (MANUAL, {"taxable": True}, {}, "TAX"),
        (MANUAL, {}, {}, ""),
        (Policy(), TAXED, {}, "NON"),  # sales tax is off
        (BRITAIN, VAT, {}, "6"),
        (BRITAIN, VAT, {"tax_code": "12"}, "12"),
        (BRITAIN, VAT, {"tax_code": "TAX"}, "6"),
        (BRITAIN, VAT, {"taxable": False}, "6"),
        (BRITAIN, TAXED, {}, ""),
        (BRITAIN, TAXED, {"tax_code": "12"}, "12"),
        (BRITAIN, {"tax_code": None}, {}, ""),
    ],
)
def test_it_gives_a_line_its_tax_code(
    policy: Policy, product: dict[str, Any], customer: dict[str, Any], code: str
) -> None:
    assert code_of(product, customer, policy) == code


@pytest.mark.parametrize(
    ("policy", "codes", "discounted", "customer", "fields"),
    [
        (Policy(), ["NON"], True, {"tax_code": "2"}, {}),
        (MANUAL, ["NON"], True, {"tax_code": "2"}, {}),
        (MANUAL, ["NON", "TAX"], False, {"tax_code": "2"}, {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "2"}}}),
        (MANUAL, ["TAX"], False, {}, {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "3"}}}),
        (Policy(using_sales_tax=True), ["TAX"], False, {}, {}),
        (
            MANUAL,
            ["TAX"],
            True,
            {"tax_code": "2"},
            {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "2"}}, "ApplyTaxAfterDiscount": True},
        ),
        (AUTOMATED, ["TAX"], False, {"tax_code": "2"}, {}),
        (AUTOMATED, ["TAX"], True, {"tax_code": "2"}, {"ApplyTaxAfterDiscount": True}),
        (BRITAIN, ["6"], True, {"tax_code": "2"}, {"GlobalTaxCalculation": TAX_EXCLUDED}),
    ],
)
def test_it_says_on_the_form_what_quickbooks_must_be_told(
    policy: Policy, codes: list[str], discounted: bool, customer: dict[str, Any], fields: dict[str, Any]
) -> None:
    assert tax_fields(codes, discounted, customer, policy) == fields


@pytest.mark.parametrize(
    ("policy", "calculation", "coded"),
    [
        (Policy(tax_calculation=TAX_INCLUSIVE, using_sales_tax=True), "", True),
        (Policy(), "", True),
        (BRITAIN, TAX_EXCLUDED, True),
        (Policy(united_states=False, using_sales_tax=True, tax_calculation=TAX_INCLUSIVE), TAX_INCLUSIVE, True),
        (Policy(united_states=False, using_sales_tax=True, tax_calculation=NOT_APPLICABLE), NOT_APPLICABLE, False),
        (Policy(united_states=False), NOT_APPLICABLE, False),  # sales tax is off
    ],
)
def test_it_knows_where_lines_carry_codes(policy: Policy, calculation: str, coded: bool) -> None:
    assert (policy.global_tax, lines_carry_codes(policy)) == (calculation, coded)


@pytest.mark.parametrize(
    ("amount", "rate", "net"),
    [
        ("305.46", "0.1", "277.69"),
        ("3419.80", "0.1", "3108.91"),
        ("19.97", "0.1", "18.15"),
        ("21.98", "0.1", "19.98"),
        ("12.00", "0.2", "10.00"),
        ("0.01", "0.2", "0.01"),
        ("5.00", "0", "5.00"),
    ],
)
def test_it_takes_tax_out_as_a_company_of_quickbooks_did(amount: str, rate: str, net: str) -> None:
    assert without_tax(Decimal(amount), Decimal(rate)) == Decimal(net)
