"""The company's policy: what preferences say, asked seldom, and asked again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any, cast

import pytest

from connector.errors import QuickBooksUnreachable
from connector.policies import LIFE, SECOND_LOOK, Policies, policy_of, rates_of
from connector.policy import Policy
from connector.quickbooks import Gateway
from connector.settings import Settings, read_settings
from tests.connector.test_settings import GOOD

PREFERENCES: dict[str, Any] = {
    "SalesFormsPrefs": {"CustomTxnNumbers": False, "AllowDiscount": True},
    "TaxPrefs": {"UsingSalesTax": True, "PartnerTaxEnabled": False, "TaxGroupCodeRef": {"value": "3"}},
    "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "USD"}},
}
CODES: list[dict[str, Any]] = [
    {"Id": "TAX", "Name": "TAX"},
    {"Id": "6", "SalesTaxRateList": {"TaxRateDetail": [{"TaxRateRef": {"value": "11"}}]}},
    {
        "Id": "7",
        "SalesTaxRateList": {
            "TaxRateDetail": [
                {"TaxRateRef": {"value": "11"}, "TaxTypeApplicable": "TaxOnAmount"},
                {"TaxRateRef": {"value": "12"}, "TaxTypeApplicable": "TaxOnAmount"},
            ]
        },
    },
    {"Id": "8", "SalesTaxRateList": {"TaxRateDetail": [{"TaxRateRef": {"value": "99"}}]}},
    {
        "Id": "9",
        "SalesTaxRateList": {
            "TaxRateDetail": [{"TaxRateRef": {"value": "11"}, "TaxTypeApplicable": "TaxOnAmountPlusTax"}]
        },
    },
    {"Id": "10", "SalesTaxRateList": {"TaxRateDetail": []}},
]
RATES: list[dict[str, Any]] = [{"Id": "11", "RateValue": 20}, {"Id": "12", "RateValue": Decimal("0.5")}, {"Id": "13"}]


def settings(**changes: str) -> Settings:
    return read_settings(GOOD | changes)


class Books:
    """QuickBooks with preferences that may change, and may be away."""

    def __init__(self, country: str = "USA") -> None:
        self.preference = PREFERENCES
        self.country = country
        self.away = False
        self.reads: list[str] = []

    def _asked(self, what: str) -> None:
        self.reads.append(what)
        if self.away:
            raise QuickBooksUnreachable("away")

    def preferences(self) -> dict[str, Any]:
        self._asked("Preferences")
        return self.preference

    def company(self) -> dict[str, Any]:
        self._asked("CompanyInfo")
        return {"Country": self.country}

    def query_all(self, entity: str) -> list[dict[str, Any]]:
        self._asked(entity)
        return CODES if entity == "TaxCode" else RATES


class Desk:
    """Policies with a clock of the test's own."""

    def __init__(self, books: Books, **changes: str) -> None:
        self.now = 1000.0
        self.policies = Policies(settings(**changes), cast(Gateway, books), lambda: self.now)

    def after(self, seconds: float) -> Policy:
        self.now += seconds
        return self.policies.policy()


@pytest.mark.parametrize(
    ("part", "values", "expected"),
    [
        ("SalesFormsPrefs", {"CustomTxnNumbers": True}, {"own_numbers": True}),
        ("SalesFormsPrefs", {"CustomTxnNumbers": False}, {"own_numbers": False}),
        ("SalesFormsPrefs", {"AllowDiscount": False}, {"discounts_allowed": False}),
        ("SalesFormsPrefs", None, {"own_numbers": False, "discounts_allowed": True}),
        ("TaxPrefs", {"UsingSalesTax": False}, {"using_sales_tax": False, "default_tax_code": ""}),
        ("TaxPrefs", {"UsingSalesTax": True}, {"using_sales_tax": True, "automated_sales_tax": False}),
        ("TaxPrefs", {"UsingSalesTax": True, "PartnerTaxEnabled": True}, {"automated_sales_tax": True}),
        ("TaxPrefs", {"UsingSalesTax": True, "TaxGroupCodeRef": {"value": "5"}}, {"default_tax_code": "5"}),
        ("TaxPrefs", None, {"using_sales_tax": False}),
        ("CurrencyPrefs", {"MultiCurrencyEnabled": True}, {"multicurrency": True, "home_currency": "USD"}),
        ("CurrencyPrefs", {"HomeCurrency": {"value": "CAD"}}, {"multicurrency": False, "home_currency": "CAD"}),
        ("CurrencyPrefs", None, {"multicurrency": False, "home_currency": "USD"}),
    ],
)
def test_it_reads_the_preferences(part: str, values: Any, expected: dict[str, Any]) -> None:
    policy = policy_of(settings(), PREFERENCES | {part: values}, {"Country": "US"})
    assert {name: getattr(policy, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("country", "currency", "united_states"),
    [
        ("US", "USD", True),
        ("USA", "USD", True),
        ("us", "USD", True),
        ("GB", "GBP", False),
        ("GBR", "GBP", False),
        ("CAN", "USD", False),
        ("", "USD", True),
        ("", "GBP", False),
        (None, "USD", True),
    ],
)
def test_it_knows_the_united_states(country: str | None, currency: str, united_states: bool) -> None:
    home = {"CurrencyPrefs": {"HomeCurrency": {"value": currency}}}
    assert policy_of(settings(), PREFERENCES | home, {"Country": country}).united_states is united_states


def test_it_takes_what_quickbooks_does_not_say_from_the_settings() -> None:
    mine = settings(ROADBOOK_TAX_CALCULATION="NotApplicable", ROADBOOK_ORDER_STATUS="Pending", ROADBOOK_CURRENCY="GBP")
    policy = policy_of(mine, {}, {"Country": "GB"})
    assert (policy.tax_calculation, policy.order_status, policy.home_currency) == ("NotApplicable", "Pending", "GBP")


def test_it_asks_twice_at_first_and_then_once_every_few_hours() -> None:
    books = Books()
    desk = Desk(books)
    first = desk.after(0)
    assert books.reads == ["CompanyInfo", "Preferences"]
    books.preference = PREFERENCES | {"SalesFormsPrefs": {"CustomTxnNumbers": True}}
    assert desk.after(LIFE - 1) is first
    assert desk.after(2).own_numbers
    assert books.reads == ["CompanyInfo", "Preferences", "Preferences"]


def test_however_many_posters_begin_one_asks_for_all() -> None:
    books = Books()
    desk = Desk(books)
    together = threading.Barrier(4)

    def begin() -> Policy:
        together.wait()
        return desk.policies.policy()

    with ThreadPoolExecutor(4) as pool:
        found = [future.result() for future in [pool.submit(begin) for _ in range(4)]]
    assert all(policy is found[0] for policy in found)
    assert books.reads == ["CompanyInfo", "Preferences"]


def test_it_goes_on_with_what_it_knows_while_quickbooks_is_away() -> None:
    books = Books()
    desk = Desk(books)
    books.away = True
    with pytest.raises(QuickBooksUnreachable):
        desk.after(0)
    books.away = False
    known = desk.after(0)
    books.away = True
    assert desk.after(LIFE + 1) is known
    tried = len(books.reads)
    assert desk.after(SECOND_LOOK - 1) is known
    assert len(books.reads) == tried
    books.away = False
    books.preference = PREFERENCES | {"TaxPrefs": {"UsingSalesTax": False}}
    assert not desk.after(2).using_sales_tax


def test_nobody_waits_while_the_policy_is_read_again() -> None:
    books = Books()
    desk = Desk(books)
    known = desk.after(0)
    asked = books.preferences

    def preferences() -> dict[str, Any]:
        assert desk.policies.policy() is known  # another thread's question, in the middle of the read
        return asked()

    books.preferences = preferences  # type: ignore[method-assign]
    assert desk.after(LIFE + 1) == known
    assert books.reads == ["CompanyInfo", "Preferences", "Preferences"]


def test_it_reads_the_rates_of_tax_codes_only_where_prices_include_tax() -> None:
    books = Books("GB")
    assert Desk(books).after(0).tax_rates == {}
    assert books.reads == ["CompanyInfo", "Preferences"]
    policy = Desk(books, ROADBOOK_TAX_CALCULATION="TaxInclusive").after(0)
    assert policy.tax_rates == {"6": Decimal("0.2"), "7": Decimal("0.205")}


def test_it_leaves_out_codes_whose_tax_it_cannot_tell() -> None:
    assert set(rates_of(CODES, RATES)) == {"6", "7"}
    assert rates_of([], []) == {}
