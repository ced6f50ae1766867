"""What `roadbook check` says of a company's money and of the looks at QuickBooks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.catalog import State
from connector.catalog.state import LastPass, Pass
from connector.cursors import Cursor
from connector.health import last_look, last_pass, money_of, tax_in_words
from connector.policy import Policy
from connector.settings import read_settings
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook
from tests.connector.test_settings import GOOD

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


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


@pytest.mark.parametrize(
    ("looked_at", "problem", "minutes", "name", "told"),
    [
        (None, None, 5, "no look yet", None),
        ("2026-11-20T11:58:00.000Z", None, 5, "last look 2 minutes ago", None),
        ("2026-11-20T11:46:00.000Z", None, 5, "last look 14 minutes ago", None),
        ("2026-11-20T11:44:00.000Z", None, 5, "last look 16 minutes ago", "does it run?"),
        ("2026-11-20T11:58:00.000Z", None, 0.1, "last look 2 minutes ago", None),
        ("2026-11-19T12:00:00.000Z", None, 0, "last look 1440 minutes ago", None),
        ("2026-11-20T11:58:00.000Z", "QuickBooks is away", 5, "last look 2 minutes ago", "QuickBooks is away; it is"),
    ],
)
def test_it_says_when_the_last_look_was_and_what_is_wrong(
    looked_at: str | None, problem: str | None, minutes: float, name: str, told: str | None
) -> None:
    what, wrong = last_look(
        "changes in QuickBooks", Cursor("1", "sales", looked_at=looked_at, problem=problem), minutes, NOON
    )
    assert name in what
    assert wrong is None if told is None else told in str(wrong)


def test_it_says_when_no_full_pass_over_products_and_customers_comes_to_its_end() -> None:
    old = LastPass("2026-11-18T11:00:00.000Z", "2026-11-18T11:01:00.000Z", {}, 0)
    new = LastPass("2026-11-19T13:00:00.000Z", "2026-11-19T13:01:00.000Z", {}, 0)
    running = Pass("2026-11-19T12:00:00.000Z", "2026-11-19T12:00:00+00:00")
    assert last_pass(State("1"), NOON)[1] is None
    assert last_pass(State("1", running, new), NOON)[1] is None
    assert "does not come to its end" in str(last_pass(State("1", running, old), NOON)[1])
    assert "does it run?" in str(last_pass(State("1", None, old), NOON)[1])
