"""A company outside the United States, the whole way: tax on every line, customers in several currencies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local_servers.quickbooks_sandbox import Sandbox
from tests.acceptance.company import Company
from tests.acceptance.conftest import founded

BOOK = {"Name": "Book", "Type": "NonInventory", "UnitPrice": "10", "Taxable": True}
EURO = {"DisplayName": "Käsehaus", "CurrencyRef": {"value": "EUR"}}


@pytest.fixture(scope="module")
def company_of_module(couch_url: str, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company in Britain; product 1 and customer 1 are there, and what tests add comes with the next catalog."""
    company = founded(couch_url, sandbox, tmp_path_factory.mktemp("roadbook"), "GB", roadbook_currency="GBP")
    sandbox.control("POST", "switches", {"multicurrency": True})
    yield company
    company.roadbook.stop()
    sandbox.control("POST", "reset", {})


def test_an_order_is_an_estimate_with_tax_on_top(company: Company) -> None:
    company.connector()
    ids = company.hand_in(currency="GBP", tax="10.49")
    receipt = company.wait_for(ids)[ids[0]]
    assert receipt["estimate"]["total"] == "62.93"
    assert "notice" not in receipt


def test_an_order_with_prices_that_include_tax_keeps_its_total(company: Company) -> None:
    company.connector(roadbook_tax_calculation="TaxInclusive")
    ids = company.hand_in(currency="GBP", tax="8.74")
    receipt = company.wait_for(ids)[ids[0]]
    assert receipt["estimate"]["total"] == "52.44"


def test_an_order_of_a_foreign_customer_is_in_the_customers_currency(company: Company) -> None:
    [customer] = company.sandbox.control("POST", "seed", {"Customer": [EURO]})["Customer"]
    company.roadbook.sync_catalog()
    company.connector()
    ids = company.hand_in(currency="EUR", customer={"id": f"customer:{customer}", "name": "Käsehaus"})
    company.wait_for(ids)
    [estimate] = [
        each for each in company.sandbox.control("GET", "estimates?full=1") if each["CustomerRef"]["value"] == customer
    ]
    assert estimate["CurrencyRef"]["value"] == "EUR"
    parked = company.hand_in(currency="GBP", customer={"id": f"customer:{customer}", "name": "Käsehaus"})
    receipt = company.wait_for(parked, "parked")[parked[0]]
    assert receipt["reason"]["code"] == "wrong_currency"


def test_a_product_without_a_tax_code_parks_the_order_and_is_named(company: Company) -> None:
    [book] = company.sandbox.control("POST", "seed", {"Item": [BOOK]})["Item"]
    company.roadbook.sync_catalog()
    customers = company.admin.database("customers")
    customer = customers.get("customer:1")
    assert customer is not None
    customers.put({name: value for name, value in customer.items() if name != "tax_code"})
    company.connector()
    line = {"product": f"product:{book}", "name": "Book", "quantity": "1", "unit_price": "10", "discount": "0"}
    ids = company.hand_in(currency="GBP", lines=[line | {"amount": "10.00"}], total="10.00")
    receipt = company.wait_for(ids, "parked")[ids[0]]
    assert receipt["reason"]["code"] == "product_without_tax"
    assert "“Book”" in receipt["reason"]["text"]
