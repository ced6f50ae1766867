"""Tax on forms: American sales tax, and tax codes by line elsewhere."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.quickbooks_sandbox.api import Api, discount, estimate, sale

TAX = {"TaxCodeRef": {"value": "TAX"}}


def coded(amount: Any, code: str | None = "2", **detail: Any) -> dict[str, Any]:
    """A line with a tax code of its own, as it is outside the United States."""
    return sale(amount, **({"TaxCodeRef": {"value": code}} if code else {}), **detail)


def with_code(code: str = "2", *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An American estimate that names its tax code."""
    return estimate(*lines, TxnTaxDetail={"TxnTaxCodeRef": {"value": code}}, **fields)


def test_it_charges_nothing_in_a_company_without_sales_tax(api: Api) -> None:
    made = api.write("estimate", with_code("2", sale("325.75", **TAX)))
    assert (made["TotalAmt"], made["TxnTaxDetail"]) == (Decimal("325.75"), {"TotalTax": 0})


def test_it_charges_the_code_that_a_form_names(api: Api) -> None:
    api.switch(sales_tax="manual")
    made = api.write("estimate", with_code("2", sale("325.75", **TAX), sale("100.00")))
    assert made["TotalAmt"] == Decimal("451.81")
    assert made["TxnTaxDetail"] == {
        "TxnTaxCodeRef": {"value": "2"},
        "TotalTax": Decimal("26.06"),
        "TaxLine": [
            {
                "Amount": Decimal("26.06"),
                "DetailType": "TaxLineDetail",
                "TaxLineDetail": {
                    "TaxRateRef": {"value": "3"},
                    "PercentBased": True,
                    "TaxPercent": 8,
                    "NetAmountTaxable": Decimal("325.75"),
                },
            }
        ],
    }
    two_rates = api.write("estimate", with_code("3", sale("100", **TAX)))["TxnTaxDetail"]
    assert [line["Amount"] for line in two_rates["TaxLine"]] == [Decimal("7.10"), Decimal("2.00")]
    assert api.errors("estimate", with_code("77", sale("100", **TAX))) == [("2500", "TaxCodeRef")]


def test_a_sparse_update_keeps_the_code_and_a_full_one_without_it_does_not(api: Api) -> None:
    api.switch(sales_tax="manual")
    made = api.write("estimate", with_code("2", sale("100", **TAX)))
    lines = [sale("200", **TAX)]
    changed = api.write("estimate", {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Line": lines})
    assert changed["TxnTaxDetail"]["TotalTax"] == Decimal("16.00")
    whole = api.write("estimate", {"Id": made["Id"], "SyncToken": "1", **estimate(*lines)})
    assert whole["TxnTaxDetail"] == {"TotalTax": 0}


def test_a_discount_comes_before_or_after_tax(api: Api) -> None:
    api.switch(sales_tax="manual")
    lines = [sale("100", **TAX), sale("100"), discount(percent=10)]
    before = api.write("estimate", with_code("2", *lines, ApplyTaxAfterDiscount=False))
    after = api.write("estimate", with_code("2", *lines, ApplyTaxAfterDiscount=True))
    assert (before["TxnTaxDetail"]["TotalTax"], before["TotalAmt"]) == (Decimal("8.00"), Decimal("188.00"))
    assert (after["TxnTaxDetail"]["TotalTax"], after["TotalAmt"]) == (Decimal("7.20"), Decimal("187.20"))


def test_it_taxes_by_the_customers_code_where_the_switch_says_so(api: Api) -> None:
    api.switch(sales_tax="manual")
    assert api.write("estimate", estimate(sale("100", **TAX)))["TxnTaxDetail"] == {"TotalTax": 0}
    api.switch(default_tax_code="used")
    assert api.write("estimate", estimate(sale("100", **TAX)))["TxnTaxDetail"]["TotalTax"] == Decimal("8.00")


@pytest.mark.parametrize("mode", ["manual", "automated"])
def test_it_does_not_tax_who_is_exempt(api: Api, mode: str) -> None:
    api.switch(sales_tax=mode)
    exempt = api.write("customer", {"DisplayName": "County School", "Taxable": False})
    form = with_code("2", sale("100", **TAX)) | {"CustomerRef": {"value": exempt["Id"]}}
    assert api.write("estimate", form)["TotalAmt"] == Decimal("100.00")


@pytest.mark.parametrize(
    ("address", "tax"),
    [
        ({"Line1": "1 Elm St", "CountrySubDivisionCode": "AZ"}, "9.10"),
        ({"Line1": "1 Elm St", "CountrySubDivisionCode": "ca"}, "8.00"),
        ({"Line1": "1 Elm St", "CountrySubDivisionCode": "OR"}, None),
        (None, "8.00"),
    ],
)
def test_automated_sales_tax_goes_by_the_place_whatever_the_form_says(
    api: Api, address: dict[str, str] | None, tax: str | None
) -> None:
    api.switch(sales_tax="automated")
    made = api.write("estimate", with_code("77", sale("100", **TAX), ShipAddr=address))
    assert made["TxnTaxDetail"]["TotalTax"] == (Decimal(tax) if tax else 0)


def test_an_invoice_owes_the_tax_as_well(api: Api) -> None:
    api.switch(sales_tax="automated")
    made = api.write("invoice", estimate(sale("100", **TAX)))
    assert (made["TotalAmt"], made["Balance"]) == (Decimal("108.00"), Decimal("108.00"))


def test_british_lines_have_codes_of_their_own(api: Api) -> None:
    api.control("POST", "reset", {"country": "GB"})
    api.refresh_token = api.sandbox.refresh_token
    api.refresh()
    lines = [coded("100.00"), coded("50.00", "3"), coded("10.00", "4")]
    made = api.write("estimate", estimate(*lines, GlobalTaxCalculation="TaxExcluded"))
    assert made["CurrencyRef"] == {"value": "GBP", "name": "British Pound Sterling"}
    assert made["TotalAmt"] == Decimal("182.50")
    taxed = [(line["TaxLineDetail"]["TaxPercent"], line["Amount"]) for line in made["TxnTaxDetail"]["TaxLine"]]
    assert taxed == [(20, Decimal("20.00")), (5, Decimal("2.50")), (0, 0)]
    assert "TxnTaxCodeRef" not in made["TxnTaxDetail"]
    assert api.read("companyinfo/1")["Country"] == "GBR"


@pytest.fixture
def british(api: Api) -> Api:
    """A client of a company in Great Britain."""
    api.control("POST", "reset", {"country": "GB"})
    api.refresh_token = api.sandbox.refresh_token
    api.refresh()
    return api


def test_prices_that_include_tax_add_up_to_the_cent(british: Api) -> None:
    lines = [coded("8.33", TaxInclusiveAmt="10.00"), coded("8.33", TaxInclusiveAmt="10.00")]
    made = british.write("estimate", estimate(*lines, GlobalTaxCalculation="TaxInclusive"))
    assert [line["Amount"] for line in made["Line"]] == [Decimal("8.33"), Decimal("8.33"), Decimal("16.66")]
    assert made["Line"][0]["SalesItemLineDetail"]["TaxInclusiveAmt"] == Decimal("10.00")
    assert (made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]) == (Decimal("3.34"), Decimal("20.00"))
    british.switch(tax_inclusive_amount="gross")
    gross = british.write("estimate", estimate(coded("10.00"), GlobalTaxCalculation="TaxInclusive"))
    assert (gross["Line"][0]["Amount"], gross["TotalAmt"]) == (Decimal("8.33"), Decimal("10.00"))


def test_a_discount_lowers_what_british_tax_is_charged_on(british: Api) -> None:
    made = british.write("estimate", estimate(coded("100"), discount(percent=10), GlobalTaxCalculation="TaxExcluded"))
    assert (made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]) == (Decimal("18.00"), Decimal("108.00"))


def test_a_form_may_be_out_of_scope(british: Api) -> None:
    made = british.write("estimate", estimate(coded("100", None), GlobalTaxCalculation="NotApplicable"))
    assert (made["TotalAmt"], made["TxnTaxDetail"]) == (Decimal("100.00"), {"TotalTax": 0})


@pytest.mark.parametrize(
    ("line", "fields", "error"),
    [
        (coded("100", None), {"GlobalTaxCalculation": "TaxExcluded"}, ("6000", "TaxCodeRef")),
        (coded("100", "TAX"), {"GlobalTaxCalculation": "TaxExcluded"}, ("2500", "TaxCodeRef")),
        (coded("100", "99"), {"GlobalTaxCalculation": "TaxInclusive"}, ("2500", "TaxCodeRef")),
        (coded("100"), {"GlobalTaxCalculation": "Sometimes"}, ("2170", "GlobalTaxCalculation")),
        (coded("100"), {}, ("2020", "GlobalTaxCalculation")),
        (coded("100", TaxInclusiveAmt="lots"), {"GlobalTaxCalculation": "TaxExcluded"}, ("2010", "TaxInclusiveAmt")),
    ],
)
def test_it_refuses_what_british_tax_lacks(
    british: Api, line: dict[str, Any], fields: dict[str, str], error: tuple[str, str]
) -> None:
    assert error in british.errors("estimate", estimate(line, **fields))


def test_a_missing_calculation_may_be_taken_for_one(british: Api) -> None:
    british.switch(missing_tax_calculation="TaxExcluded")
    made = british.write("estimate", estimate(coded("100")))
    assert (made["GlobalTaxCalculation"], made["TotalAmt"]) == ("TaxExcluded", Decimal("120.00"))


@pytest.mark.parametrize(
    ("country", "currency", "code", "total"), [("CA", "CAD", "4", "112.00"), ("AU", "AUD", "2", "110.00")]
)
def test_other_countries_have_their_own_rates(api: Api, country: str, currency: str, code: str, total: str) -> None:
    api.control("POST", "reset", {"country": country})
    api.refresh_token = api.sandbox.refresh_token
    api.refresh()
    made = api.write("estimate", estimate(coded("100", code), GlobalTaxCalculation="TaxExcluded"))
    assert (made["CurrencyRef"]["value"], made["TotalAmt"]) == (currency, Decimal(total))
