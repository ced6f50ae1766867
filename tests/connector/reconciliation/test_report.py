"""The report on a terminal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import click

from connector.identifiers import order_number
from connector.reconciliation.findings import Finding, FormReference, Kind
from connector.reconciliation.report import MOST_OPEN, report_of
from connector.reconciliation.run import Reconciled, counts_of
from tests.connector.samples import REP, ULID
from tests.web.ledger_rows import ulid

NOW = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
FIRST, COPY = FormReference("Estimate", "145", "1042"), FormReference("Estimate", "146", "")
TWIN = Finding(Kind.TWIN, REP, ULID, "The ledger points to the first.", (FIRST, COPY), ledger_total=Decimal("52.44"))
OPEN = Finding(Kind.UNPOSTED, "raaaaaaaaaaaaaaa", ULID, "Waiting.", serious=False, ledger_total=Decimal(5))


def shown(*findings: Finding, orders: int = 412, forms: int = 1, reads: int = 1) -> str:
    """The report about some findings, without colours."""
    since = NOW - timedelta(days=30)
    result = Reconciled(since, NOW, NOW, orders, forms, reads, findings, counts_of(findings))
    report = report_of(result, {REP: "bob"}, "USD", lambda entity, id: f"https://{entity}/{id}")
    return click.unstyle(report)


def test_a_finding_names_order_rep_total_reason_and_every_form() -> None:
    assert shown(TWIN).splitlines()[:5] == [
        "Twins: QuickBooks has an order more than once",
        f"  {order_number(ULID)}  bob  estimate 1042  52.44 USD",
        "      The ledger points to the first.",
        "      estimate 1042: https://Estimate/145",
        "      estimate with id 146: https://Estimate/146",
    ]


def test_the_sum_says_what_was_compared_and_what_it_cost() -> None:
    assert shown() == (
        "Clean: each order that is in QuickBooks is there exactly once, with its total.\n"
        "Compared 412 orders with 1 estimate or invoice, changed since 2026-10-26 02:30 UTC. "
        "1 metered read of QuickBooks."
    )
    sums = shown(TWIN, orders=1, forms=12053, reads=13).splitlines()[-2:]
    assert sums[0] == "Somebody must look: 0 missing, 1 twin, 0 orphan, 0 differing."
    assert sums[1].startswith("Compared 1 order with 12,053 estimates and invoices")
    assert sums[1].endswith("13 metered reads of QuickBooks.")


def test_reps_stand_in_a_column_whether_they_have_a_name_or_not() -> None:
    lines = [line for line in shown(TWIN, OPEN).splitlines() if "USD" in line]
    assert lines[0].index("estimate") == lines[1].index("5.00")


def test_of_orders_that_are_merely_open_only_some_are_shown() -> None:
    many = [Finding(Kind.UNPOSTED, REP, ulid(one), "Waiting.", serious=False) for one in range(MOST_OPEN + 3)]
    report = shown(*many)
    assert report.count("Waiting.") == MOST_OPEN
    assert "  and 3 more, which --json lists" in report
    late = [Finding(Kind.UNPOSTED, REP, ulid(one), "Parked.") for one in range(MOST_OPEN + 3)]
    report = shown(*late)
    assert report.startswith("Still not in QuickBooks after 3 days\n")
    assert report.count("Parked.") == MOST_OPEN + 3


def test_what_was_accepted_is_counted_and_not_listed() -> None:
    assert shown(TWIN.as_accepted()) == (
        "Clean: each order that is in QuickBooks is there exactly once, with its total. "
        "1 accepted finding not listed (--json lists all).\n" + shown().splitlines()[1]
    )
