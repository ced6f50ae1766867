"""`roadbook quickbooks calls`: how often QuickBooks was asked, and what of that is metered."""

from __future__ import annotations

import json

import click

from connector.identifiers import CONNECTOR
from connector.quickbooks import MonthOfCalls, call_months, this_month
from connector.quickbooks.calls import METERED, MONTHLY_QUOTA
from connector.servers import connector_server
from connector.settings import read_settings


@click.command("calls")
@click.option("--month", help="Which month, as 2026-11; this one by default.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per company.")
def calls(month: str | None, as_json: bool) -> None:
    """Show the calls to QuickBooks by kind; reads are metered by the month, writes are free."""
    wanted = month or this_month()
    found = call_months(connector_server(read_settings()).database(CONNECTOR), wanted)
    for company in found:
        click.echo(json.dumps(company.as_object()) if as_json else text_of(company))
    if not found and not as_json:
        click.echo(f"No calls are on record for {wanted}.")


def text_of(company: MonthOfCalls) -> str:
    """A table for a terminal."""
    lines = [
        f"Company {company.realm}, {company.month} (UTC), counted until {company.saved_at}",
        f"{'kind':<24}{'sent':>10}{'succeeded':>12}  metered",
    ]
    for kind in company.kinds():
        sent, succeeded = company.tally.sent[kind], company.tally.succeeded[kind]
        lines.append(f"{kind:<24}{sent:>10}{succeeded:>12}  {metering(kind)}")
    metered = f"Metered (in production only): {company.tally.metered} of {MONTHLY_QUOTA} ({company.metered_percent} %)"
    return "\n".join([*lines, metered])


def metering(kind: str) -> str:
    """Whether successful calls of a kind count towards the monthly quota."""
    return "yes" if kind in METERED else "not known" if kind == "item:query" else "no"
