"""Companies that trade in several currencies."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.quickbooks_sandbox.api import Api, estimate, sale


@pytest.fixture
def euro(api: Api) -> str:
    """A customer in euros of a company that trades in several currencies."""
    api.switch(multicurrency=True)
    made = api.write("customer", {"DisplayName": "Käsehaus", "CurrencyRef": {"value": "EUR"}})
    assert made["CurrencyRef"] == {"value": "EUR", "name": "Euro"}
    return str(made["Id"])


def test_a_form_is_in_its_customers_currency(api: Api, euro: str) -> None:
    body = estimate(sale("100"), CurrencyRef={"value": "EUR"}) | {"CustomerRef": {"value": euro}}
    made = api.write("invoice", body)
    assert made["CurrencyRef"]["value"] == "EUR"
    assert (made["ExchangeRate"], made["HomeTotalAmt"]) == (Decimal("1.09"), Decimal("109.00"))
    at_that_rate = api.write("invoice", body | {"ExchangeRate": 1.2})
    assert at_that_rate["HomeTotalAmt"] == Decimal("120.00")
    at_home = api.write("estimate", estimate(sale("100"), CurrencyRef={"value": "USD"}))
    assert (at_home["ExchangeRate"], at_home["HomeTotalAmt"]) == (1, Decimal("100.00"))


def test_it_refuses_other_currencies(api: Api, euro: str) -> None:
    body = estimate() | {"CustomerRef": {"value": euro}}
    assert api.errors("estimate", body) == [("2020", "CurrencyRef")]
    assert api.errors("estimate", body | {"CurrencyRef": {"value": "USD"}}) == [("6000", "CurrencyRef")]
    assert api.errors("customer", {"DisplayName": "Yen", "CurrencyRef": {"value": "JPY"}}) == [("2500", "CurrencyRef")]
    api.switch(missing_currency="customer")
    assert api.write("estimate", body)["CurrencyRef"]["value"] == "EUR"


def test_a_customer_keeps_its_currency(api: Api, euro: str) -> None:
    change = {"Id": euro, "SyncToken": "0", "sparse": True, "CurrencyRef": {"value": "USD"}, "Notes": "x"}
    assert api.write("customer", change)["CurrencyRef"]["value"] == "EUR"
