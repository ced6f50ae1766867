"""Orders as mapping writes them, in a running sandbox company: taken, added up alike, numbered as the company wants."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from connector.estimates import summary_of
from connector.quickbooks import Connection
from connector.records import Order
from connector.totals import difference
from local_servers.quickbooks_sandbox import Sandbox
from tests.connector.orders import orders
from tests.connector.quickbooks.books import Books
from tests.connector.samples import ULID, order


@pytest.fixture
def books(connection: Connection, customer: str, item: str) -> Books:
    return Books(connection, customer, item)


LINE = order()["lines"][0]
FREE = LINE | {"discount": "1", "amount": "0.00"}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"discount": {"amount": "53.06"}, "total": "2000.00"},
        {"discount": {"amount": "101.03", "share": "0.05"}, "total": "1952.03"},
        {"charges": [], "discount": {"amount": "101.03", "share": "0.05"}, "total": "1919.65"},
        {"charges": [], "discount": {"amount": "505.17", "share": "0.25"}, "total": "1515.51"},
        {"discount": {"amount": "2053.06"}, "total": "0.00"},
        {
            "lines": [LINE | {"unit_price": "0.00123", "discount": "0", "amount": "0.01"}],
            "charges": [],
            "total": "0.01",
        },
        {
            "lines": [LINE | {"unit_price": "0.33333", "discount": "0.3333", "amount": "2.67"}],
            "charges": [],
            "total": "2.67",
        },
        {"lines": [FREE], "total": "32.38"},
        {"lines": [FREE], "charges": [], "total": "0.00"},
    ],
)
def test_quickbooks_reckons_the_total_of_the_order(books: Books, changes: dict[str, Any]) -> None:
    record = Order.model_validate(order(**changes))
    estimate = books.send(record)
    assert difference(record, summary_of(estimate, "Estimate")) is None
    assert Decimal(str(estimate["TotalAmt"])) == record.total


@given(wanted=orders(most_quantity=1000))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_quickbooks_reckons_the_total_of_any_order(books: Books, wanted: Order) -> None:
    assert difference(wanted, summary_of(books.send(wanted), "Estimate")) is None


def test_quickbooks_numbers_the_estimates_of_a_company_that_has_no_numbers_of_its_own(books: Books) -> None:
    record = Order.model_validate(order())
    assert not books.policy().own_numbers
    estimate = books.send(record)
    assert estimate["DocNumber"].isdigit()
    assert f" RB-{ULID[-10:]} " in estimate["PrivateNote"]


def test_an_estimate_has_our_number_where_quickbooks_gives_none(books: Books, quickbooks: Sandbox) -> None:
    quickbooks.control("POST", "switches", {"custom_transaction_numbers": True})
    assert books.policy().own_numbers
    estimate = books.send(Order.model_validate(order()))
    assert estimate["DocNumber"] == f"RB-{ULID[-10:]}"
    assert len(estimate["DocNumber"]) <= 21
    assert f" RB-{ULID[-10:]} " in estimate["PrivateNote"]


def test_the_policy_is_that_of_the_company(books: Books) -> None:
    policy = books.policy()
    assert (policy.united_states, policy.home_currency, policy.discounts_allowed) == (True, "USD", True)
    assert (policy.using_sales_tax, policy.multicurrency) == (False, False)
