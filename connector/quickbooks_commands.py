"""`roadbook quickbooks`: connect a company, see how long the sign-in lasts, disconnect, change the key."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import click

from connector.audit import at_terminal
from connector.company import Company, CompanyRecord
from connector.connecting import Connecting, answer_in
from connector.errors import ConnectionRefused, Misconfigured
from connector.identifiers import CONNECTOR
from connector.quickbooks import StoredTokens, TokenStore
from connector.quickbooks.countdown import countdowns
from connector.records import time_text
from connector.servers import connector_server
from connector.settings import Settings
from connector.starting import start


@click.group()
def quickbooks() -> None:
    """Connect the company in QuickBooks Online, and look after the connection."""


@quickbooks.command("connect")
@click.option("--realm", help="With --code or --refresh-token-stdin: the company id that Intuit showed.")
@click.option("--code", help="The authorization code from the address that Intuit led to.")
@click.option("--redirect-url", help="The whole address that Intuit led to, from a sign-in begun before.")
@click.option("--refresh-token-stdin", is_flag=True, help="Read an existing refresh token from standard input.")
@click.option("--change-company", is_flag=True, help="Leave the company this Roadbook belongs to for another one.")
def connect(
    realm: str | None, code: str | None, redirect_url: str | None, refresh_token_stdin: bool, change_company: bool
) -> None:
    """Connect or reconnect the company. Without options: prints where to sign in and asks for where that led."""
    settings = start()
    connecting = Connecting(settings, connector_server(settings), at_terminal())
    leaves = connecting.company_to_leave() if change_company else ""
    if (code or refresh_token_stdin) and not realm:
        raise ConnectionRefused("--code and --refresh-token-stdin need --realm, the company id.")
    if realm and refresh_token_stdin:
        refresh_token = sys.stdin.readline().strip()
        company = connecting.connect(realm, refresh_token=refresh_token, leaves=leaves)
    elif realm and code:
        company = connecting.connect(realm, code=code, leaves=leaves)
    else:
        if not redirect_url:
            click.echo("Sign in to QuickBooks here, choose the company, and come back within ten minutes:\n", err=True)
            click.echo(connecting.begin(leaves=leaves))
            click.echo("\nThen paste the whole address of the page you land on, even if it shows an error:", err=True)
            redirect_url = sys.stdin.readline()
        if not redirect_url.strip():
            raise ConnectionRefused(
                "No address was given. Run it again with --redirect-url once you have it, within ten minutes."
            )
        company = connecting.finish(answer_in(redirect_url))
    click.echo(f"Connected to {company.name or 'the company'} (company id {company.realm}).")
    click.echo("What waits is posted within seconds of the connector noticing.", err=True)


@quickbooks.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(as_json: bool) -> None:
    """Say which company is connected and how long the sign-in still lasts."""
    settings = start()
    database = connector_server(settings).database(CONNECTOR)
    company = CompanyRecord(database).load()
    row = TokenStore(database, settings.roadbook_secret_keys).outline(company.realm) if company else None
    now = datetime.now(UTC)
    if as_json:
        click.echo(json.dumps(described(company, row, settings, now)))
        return
    if company is None or row is None:
        click.echo("No company is connected: run `roadbook quickbooks connect`.")
        return
    click.echo(f"Company: {company.title}, {settings.quickbooks_environment}")
    click.echo(f"Connected: {company.connected_at} by {company.connected_by}")
    if row.disconnected_at is not None:
        click.echo(f"DISCONNECTED since {time_text(row.disconnected_at)}: {row.because}.")
        click.echo("Orders wait; nothing is lost. Run `roadbook quickbooks connect`.")
    if row.refused_at is not None:
        click.echo(f"POSTING STOPPED since {time_text(row.refused_at)}: {row.because}")
    for each in countdowns(row, now):
        ends = f" ({time_text(each.ends_at)})" if each.ends_at else ""
        click.echo(f"{each.title}: {each.left}{ends}" + (f"  <- {each.warning}" if each.warning else ""))


def described(company: Company | None, row: StoredTokens | None, settings: Settings, now: datetime) -> dict[str, Any]:
    """How the connection stands, for programs; times are UTC, seconds count from now."""
    if company is None or row is None:
        return {"state": "never_connected", "environment": settings.quickbooks_environment}
    ends = {
        each.name: {
            "ends_at": time_text(each.ends_at) if each.ends_at else None,
            "seconds": round((each.ends_at - now).total_seconds()) if each.ends_at else None,
            "warning": each.warning,
        }
        for each in countdowns(row, now)
    }
    stopped = row.disconnected_at or row.refused_at
    return {
        "state": "disconnected" if row.disconnected_at else "refused" if row.refused_at else "connected",
        "environment": settings.quickbooks_environment,
        "realm": company.realm,
        "company": company.name,
        "connected_at": company.connected_at,
        "connected_by": company.connected_by,
        "renewed_at": time_text(row.tokens.obtained_at),
        "stopped_at": time_text(stopped) if stopped else None,
        "because": row.because,
        "ends": ends,
    }


@quickbooks.command("disconnect")
@click.option("--yes", is_flag=True, help="Do not ask.")
def disconnect(yes: bool) -> None:
    """Revoke the sign-in at Intuit and forget it here. Orders wait until the company is connected again."""
    settings = start()
    if not yes:
        click.confirm("Posting stops and orders wait until somebody connects again. Disconnect?", abort=True)
    trouble = Connecting(settings, connector_server(settings), at_terminal()).disconnect()
    click.echo("Disconnected: the tokens are gone from here and posting stops.")
    if trouble:
        click.echo(
            f"INTUIT COULD NOT BE TOLD ({trouble}). Take Roadbook's access away in QuickBooks itself: Apps, "
            "Connected apps (or My apps), Disconnect.",
            err=True,
        )
        sys.exit(1)


@quickbooks.command("rotate-key")
def rotate_key() -> None:
    """Encrypt the stored tokens with the newest of ROADBOOK_SECRET_KEYS; the older keys may go afterwards."""
    settings = start()
    database = connector_server(settings).database(CONNECTOR)
    store = TokenStore(database, settings.roadbook_secret_keys)
    done, problems = 0, []
    for row in list(database.starting_with("token:")):
        try:
            done += store.reseal(str(row["realm"]))
        except Misconfigured as error:
            problems.append(str(error))
    click.echo(f"{done} token rows are encrypted with the newest key.")
    if problems:
        raise Misconfigured("; ".join(problems))
    click.echo("The older keys are not needed any more.")
