"""Tax and currencies in running sandbox companies of several kinds: what QuickBooks reckons is what the rep said."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from connector.estimates import summary_of
from connector.quickbooks import Connection, canonical_json
from connector.records import Order
from connector.totals import difference
from local_servers.quickbooks_sandbox import Sandbox
from tests.connector.orders import orders
from tests.connector.quickbooks.books import Books
from tests.connector.samples import order

Company = Callable[..., Books]
MANUAL = {"switches": {"sales_tax": "manual"}}
AUTOMATED = {"switches": {"sales_tax": "automated"}}
INCLUSIVE = {"country": "GB", "ROADBOOK_TAX_CALCULATION": "TaxInclusive"}
DISCOUNT = {"discount": {"amount": "53.06"}, "total": "2000.00"}


@pytest.fixture
def company(connection: Connection, quickbooks: Sandbox) -> Company:
    """Founds companies with a customer and a product of the test's own."""

    def found(
        country: str = "US",
        switches: dict[str, Any] | None = None,
        customer: dict[str, Any] | None = None,
        item: dict[str, Any] | None = None,
        **settings: str,
    ) -> Books:
        quickbooks.control("POST", "reset", {"country": country})
        quickbooks.control("POST", "switches", switches or {})
        connection.tokens.adopt_refresh_token(quickbooks.refresh_token)
        create = connection.gateway.create
        buyer = create("Customer", canonical_json({"DisplayName": "Café"} | (customer or {})), "customer")
        thing = {"Name": "Oak", "Type": "NonInventory", "Taxable": True} | (item or {})
        made = create("Item", canonical_json(thing), "item")
        return Books(connection, str(buyer["Id"]), str(made["Id"]), **settings)

    return found


def record(**changes: Any) -> Order:
    return Order.model_validate(order(**changes))


@pytest.mark.parametrize(
    ("kind", "changes", "tax", "total"),
    [
        ({}, {}, "0", "2053.06"),
        (MANUAL, {}, "164.24", "2217.30"),
        (MANUAL, DISCOUNT, "160.00", "2160.00"),  # the discount comes off before tax
        (MANUAL | {"customer": {"Taxable": False}}, {}, "0", "2053.06"),
        (MANUAL | {"customer": {"DefaultTaxCodeRef": {"value": "3"}}}, {}, "186.83", "2239.89"),
        (MANUAL | {"item": {"Taxable": False}}, {}, "0", "2053.06"),
        (AUTOMATED, {}, "164.24", "2217.30"),
        (AUTOMATED, {"ship_to": {"city": "Tucson", "region": "AZ"}}, "186.83", "2239.89"),
        (AUTOMATED, {"ship_to": {"city": "Portland", "region": "OR"}}, "0", "2053.06"),
        (AUTOMATED, DISCOUNT, "160.00", "2160.00"),
        ({"country": "GB"}, {}, "410.61", "2463.67"),
        ({"country": "GB"}, DISCOUNT, "400.00", "2400.00"),
        ({"country": "GB", "customer": {"DefaultTaxCodeRef": {"value": "4"}}}, {}, "0", "2053.06"),
        ({"country": "GB", "ROADBOOK_TAX_CALCULATION": "NotApplicable"}, {}, "0", "2053.06"),
        (INCLUSIVE, {}, "342.18", "2053.06"),
        (INCLUSIVE, DISCOUNT, "333.33", "2000.00"),
        (INCLUSIVE | {"customer": {"DefaultTaxCodeRef": {"value": "4"}}}, {}, "0", "2053.06"),
        ({"country": "CA", "customer": {"DefaultTaxCodeRef": {"value": "4"}}}, {}, "246.36", "2299.42"),
    ],
)
def test_quickbooks_reckons_what_the_rep_expects(
    company: Company, kind: dict[str, Any], changes: dict[str, Any], tax: str, total: str
) -> None:
    books = company(**kind)
    wanted = record(**changes, tax=tax)
    estimate = books.send(wanted)
    found = estimate["TxnTaxDetail"]["TotalTax"], estimate["TotalAmt"]
    assert [Decimal(str(amount)) for amount in found] == [Decimal(tax), Decimal(total)]
    assert difference(wanted, summary_of(estimate, "Estimate")) is None


@pytest.mark.parametrize("kind", [MANUAL, AUTOMATED, {"country": "GB"}, INCLUSIVE])
def test_another_tax_than_the_rep_expected_is_told_with_both_figures(company: Company, kind: dict[str, Any]) -> None:
    books = company(**kind)
    wanted = record(tax="1.00")
    estimate = books.send(wanted)
    found = difference(wanted, summary_of(estimate, "Estimate"))
    assert found is not None
    assert (found.code, found.who) == ("tax_differs", "nobody")
    assert "1.00 USD of tax" in found.text
    assert f"{estimate['TxnTaxDetail']['TotalTax']} USD of tax" in found.text


def test_a_product_has_its_own_tax_code_where_the_customer_has_none(company: Company) -> None:
    books = company(country="GB", item={"SalesTaxCodeRef": {"value": "3"}})
    books.customer.pop("tax_code")
    estimate = books.send(record())
    assert Decimal(str(estimate["TxnTaxDetail"]["TotalTax"])) == Decimal("102.65")  # five percent


@pytest.mark.parametrize("kind", [{}, MANUAL, AUTOMATED, {"country": "GB"}, INCLUSIVE])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, DISCOUNT),
        (DISCOUNT, {}),
        (DISCOUNT, {"discount": {"amount": "1053.06"}, "total": "1000.00"}),
        ({}, {"lines": order()["lines"][:1], "charges": [], "total": "159.60"}),
    ],
)
def test_the_same_lines_and_tax_replace_those_of_an_estimate(
    company: Company, kind: dict[str, Any], before: dict[str, Any], after: dict[str, Any]
) -> None:
    books = company(**kind)
    wanted = record(**after)
    afresh = books.send(wanted)
    amended = books.amend(books.send(record(**before)), wanted)
    assert difference(wanted, summary_of(amended, "Estimate")) is None
    assert (amended["TotalAmt"], amended["TxnTaxDetail"]) == (afresh["TotalAmt"], afresh["TxnTaxDetail"])
    assert [line["Amount"] for line in amended["Line"]] == [line["Amount"] for line in afresh["Line"]]


@given(wanted=orders(most_quantity=1000))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_prices_that_include_tax_come_to_the_total_of_any_order(company: Company, wanted: Order) -> None:
    assert difference(wanted, summary_of(company(**INCLUSIVE).send(wanted), "Estimate")) is None


def test_an_estimate_is_in_the_currency_of_its_customer(company: Company) -> None:
    books = company(switches={"multicurrency": True}, customer={"CurrencyRef": {"value": "EUR"}})
    assert books.customer["currency"] == "EUR"
    wanted = record(currency="EUR")
    estimate = books.send(wanted)
    assert estimate["CurrencyRef"]["value"] == "EUR"
    assert estimate["ExchangeRate"] == Decimal("1.09")  # QuickBooks' own
    assert difference(wanted, summary_of(estimate, "Estimate")) is None


def test_an_estimate_names_the_home_currency_where_there_are_several(company: Company) -> None:
    books = company(switches={"multicurrency": True})
    assert books.send(record())["CurrencyRef"]["value"] == "USD"


def test_the_policy_follows_the_company(company: Company) -> None:
    assert not company().policy().using_sales_tax
    assert company(**AUTOMATED).policy().automated_sales_tax
    british = company(country="GB", switches={"multicurrency": True}).policy()
    assert (british.united_states, british.home_currency, british.multicurrency) == (False, "GBP", True)
    assert british.global_tax == "TaxExcluded"
    assert company(**INCLUSIVE).policy().tax_rates == {"2": Decimal("0.2"), "3": Decimal("0.05"), "4": Decimal(0)}
