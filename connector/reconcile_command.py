"""`roadbook reconcile`: compares the ledger with QuickBooks now and prints what is not as it should be."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta

import click

from connector.connections import connected_realm, connection_of
from connector.errors import CouchError, Disconnected, RoadbookError
from connector.identifiers import CONNECTOR
from connector.logs import set_up_logs
from connector.quickbooks import form_page
from connector.reconciliation.accepted import AcceptedFindings
from connector.reconciliation.form_reader import PAGE, FormReader
from connector.reconciliation.recorded_orders import RecordedOrders
from connector.reconciliation.report import report_of, with_links
from connector.reconciliation.results import ReconciliationResults
from connector.reconciliation.run import Reconciled, Reconciliation
from connector.records import time_text
from connector.registry import Registry
from connector.servers import connector_server
from connector.settings import Settings, read_settings

DEFAULT_SPAN = timedelta(days=30)
FINDINGS, FAILED = 1, 2  # exit statuses


@click.command("reconcile")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Compare what changed in the ledger or in QuickBooks since this day (UTC); 30 days if left out.",
)
@click.option(
    "--accept", "meant", metavar="ORDER", multiple=True, help="Take what is found of this order (RB-...) for meant."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def reconcile_command(since: datetime | None, meant: tuple[str, ...], as_json: bool) -> None:
    """Compare the ledger with QuickBooks: every order has exactly one estimate with the same total.

    Exit status 0: all is well; 1: something was found; 2: it could not be done.
    """
    try:
        clean = compare(since, meant, as_json)
    except RoadbookError as error:
        click.echo(f"roadbook: {error}", err=True)
        sys.exit(FAILED)
    sys.exit(0 if clean else FINDINGS)


def compare(since: datetime | None, meant: tuple[str, ...], as_json: bool) -> bool:
    """Do it, print it and put it on record; whether all is well. Raises RoadbookError."""
    settings = read_settings()
    # What each read took is of no interest beside a report.
    level = "warning" if settings.roadbook_log_level == "info" else settings.roadbook_log_level
    set_up_logs(settings.roadbook_log_format, level)
    now = datetime.now(UTC)
    start = since.replace(tzinfo=UTC) if since else now - DEFAULT_SPAN
    if start > now:
        raise RoadbookError(f"--since {start:%Y-%m-%d} is a day to come")
    server = connector_server(settings)
    database = server.database(CONNECTOR)
    result = run(settings, start)
    if meant:
        result = accept(result, meant, AcceptedFindings(server))
    names = {rep.rep: rep.account for rep in Registry(database).list()}
    realm = connected_realm(database)

    def link(entity: str, id: str) -> str:
        return form_page(settings.quickbooks_environment, realm, entity, id)

    if as_json:
        click.echo(json.dumps(with_links(result.as_document(), link), ensure_ascii=False, indent=2))
    else:
        click.echo(report_of(result, names, settings.roadbook_currency, link))
    try:
        ReconciliationResults(server).record("command", result.as_document())
    except CouchError as error:
        click.echo(f"roadbook: this result was not put on record: {error}", err=True)
    return result.clean


def accept(result: Reconciled, numbers: tuple[str, ...], accepted: AcceptedFindings) -> Reconciled:
    """Take everything serious that was found of some orders for meant; raises RoadbookError for an order without."""
    serious = [finding for finding in result.findings if finding.serious]
    unknown = set(numbers) - {finding.number for finding in serious}
    if unknown:
        raise RoadbookError(f"nothing was found of {', '.join(sorted(unknown))} that could be accepted")
    for finding in serious:
        if finding.number in numbers:
            accepted.add(finding.as_document(), time_text(datetime.now(UTC)))
    return result.accepting(numbers)


def progress(entity: str, count: int) -> None:
    """Say how far a run is that needs more than one page."""
    if count >= PAGE:
        click.echo(f"{count:,} {entity.lower()}s read", err=True)


def run(settings: Settings, since: datetime) -> Reconciled:
    """One reconciliation with a connection of its own, its progress on standard error; raises RoadbookError."""
    server = connector_server(settings)
    realm = connected_realm(server.database(CONNECTOR))
    if not realm:
        raise Disconnected("no company is connected: run `roadbook quickbooks connect`")
    accepted = AcceptedFindings(server).ids()
    connection = connection_of(settings, server, realm)
    try:
        books = FormReader(connection.gateway, progress)
        return Reconciliation(RecordedOrders(server.database(CONNECTOR)), books, accepted).run(since)
    finally:
        connection.close()
