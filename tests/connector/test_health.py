"""What `roadbook check` says of a company's money."""

from __future__ import annotations

from typing import Any

import pytest

from connector.health import money_of, tax_in_words
from connector.policy import Policy
from connector.settings import read_settings
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook
from tests.connector.test_settings import GOOD


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({}, "sales tax off"),
        ({"united_states": False}, "sales tax off"),
        ({"using_sales_tax": True}, "sales tax by tax code"),
        ({"using_sales_tax": True, "automated_sales_tax": True}, "sales tax by address (automated)"),
        ({"using_sales_tax": True, "united_states": False}, "tax on top of prices"),
        (
            {"using_sales_tax": True, "united_states": False, "tax_calculation": "TaxInclusive"},
            "tax included in prices",
        ),
        ({"using_sales_tax": True, "united_states": False, "tax_calculation": "NotApplicable"}, "tax not applicable"),
    ],
)
def test_it_says_how_orders_are_taxed(policy: dict[str, Any], words: str) -> None:
    assert tax_in_words(Policy(**policy)) == words


def test_it_names_a_home_currency_that_is_not_the_companys() -> None:
    settings = read_settings(GOOD | {"ROADBOOK_CURRENCY": "USD"})
    problems = [problem for _, problem in money_of(settings, Policy(home_currency="GBP")) if problem]
    assert len(problems) == 1
    assert "GBP" in problems[0]
    assert all(problem is None for _, problem in money_of(settings, Policy(home_currency="USD")))


def test_it_reads_the_company_that_is_connected(roadbook: Roadbook, quickbooks: Sandbox) -> None:
    roadbook.install()
    roadbook.connect(quickbooks)
    quickbooks.control("POST", "switches", {"sales_tax": "automated", "custom_transaction_numbers": True})
    shown = roadbook.command("check").stdout
    for line in (
        "home currency USD: OK",
        "sales tax by address (automated): OK",
        "discounts allowed: OK",
        "estimates numbered by Roadbook: OK",
    ):
        assert line in shown
