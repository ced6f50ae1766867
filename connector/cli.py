"""The `roadbook` command: each command reads its settings, calls one function and prints what came of it."""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import UTC, datetime
from typing import Any

import click
from cryptography.fernet import Fernet

from connector import __version__
from connector.call_commands import calls
from connector.catalog_commands import catalog
from connector.checkpoints import Checkpoints
from connector.dead_letters import DeadLetters
from connector.design_commands import design_commands
from connector.device_commands import device
from connector.errors import RoadbookError
from connector.health import problems_of
from connector.identifiers import CONNECTOR
from connector.ledger import Ledger
from connector.letter_commands import letters_group
from connector.office_commands import office
from connector.order_commands import order, put_on_record, row_of
from connector.picture_commands import pictures
from connector.price_commands import prices
from connector.provisioning import install
from connector.quickbooks_commands import quickbooks
from connector.reconcile_command import reconcile_command
from connector.rep_commands import rep
from connector.restored import Restored
from connector.retrying import link_customer, rename_customer
from connector.servers import admin_server, connector_server
from connector.settings_commands import settings_group
from connector.starting import start
from connector.status_command import status_command
from connector.territory_commands import territory
from connector.worker import DOORBELL_SILENCE, Worker


class Command(click.Group):
    """Prints Roadbook's own errors as one message instead of a traceback."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except RoadbookError as error:
            click.echo(f"roadbook: {error}", err=True)
            context.exit(1)


@click.group(cls=Command)
@click.version_option(__version__, prog_name="roadbook")
def main() -> None:
    """Orders taken where there is no signal; each reaches QuickBooks Online as exactly one estimate."""


@main.command()
def key() -> None:
    """Make a key for ROADBOOK_SECRET_KEYS."""
    click.echo(Fernet.generate_key().decode())


@main.command("install")
def install_command() -> None:
    """Create the databases, guards and the connector's account. Safe to repeat."""
    settings = start()
    install(admin_server(settings), settings)
    click.echo("CouchDB is ready for Roadbook.")


@main.command()
def run() -> None:
    """Follow the reps' databases and post to QuickBooks until stopped."""
    settings = start()
    server = connector_server(settings)
    worker = Worker(settings, server, admin_server(settings), admin_server(settings, DOORBELL_SILENCE))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    click.echo(json.dumps({"ready": True, "pid": os.getpid()}))
    sys.stdout.flush()
    worker.run()


@main.command()
def web() -> None:
    """Serve the console."""
    from web.__main__ import serve

    serve(start())


quickbooks.add_command(calls)
main.add_command(device)
main.add_command(quickbooks)
main.add_command(catalog)


@main.group()
def customer() -> None:
    """Settle what the office was asked about new customers."""


@customer.command("link")
@click.argument("key")
@click.argument("customer_id")
def customer_link(key: str, customer_id: str) -> None:
    """Say that the rep means a customer that QuickBooks has already."""
    ledger = Ledger(connector_server(start()).database(CONNECTOR))
    asked = row_of(ledger, key)
    put_on_record("customer.link", asked, customer=customer_id)
    row = link_customer(ledger, asked, customer_id)
    click.echo(f"{row.of} is customer {customer_id}; the orders that wait for it go on.")


@customer.command("rename")
@click.argument("key")
@click.argument("name")
def customer_rename(key: str, name: str) -> None:
    """Have a requested customer made under another name."""
    ledger = Ledger(connector_server(start()).database(CONNECTOR))
    asked = row_of(ledger, key)
    put_on_record("customer.rename", asked, name=name)
    row = rename_customer(ledger, asked, name)
    click.echo(f"{row.of} will be made as “{name}”.")


@main.command()
def dead() -> None:
    """List the dead letters: documents that could not be read."""
    settings = start()
    letters = DeadLetters(connector_server(settings).database(CONNECTOR)).all()
    for letter in letters:
        click.echo(f"{letter['at']}  {letter['database']}  {letter['document']}  {letter['reason']['text']}")
    click.echo(f"{len(letters)} dead letters.")


@main.command()
@click.argument("database", required=False)
@click.option("--all", "everything", is_flag=True, help="Every rep's database.")
def rewind(database: str | None, everything: bool) -> None:
    """Have a database read from its beginning again; the ledger keeps anything from being posted twice."""
    settings = start()
    server = connector_server(settings)
    checkpoints = Checkpoints(server.database(CONNECTOR))
    if bool(database) == everything:
        raise RoadbookError("name one database, or say --all")
    names = sorted(checkpoints.load_all()) if everything else [str(database)]
    for name in names:
        checkpoints.rewind(name)
    click.echo(f"{len(names)} databases will be read from the beginning at the next sweep.")


@main.command()
def restored() -> None:
    """Say that CouchDB holds an older backup again; run it before the connector starts."""
    server = connector_server(start())
    database = server.database(CONNECTOR)
    count = Restored(database).declare(Ledger(database), datetime.now(UTC), lambda n: click.echo(f"{n} rows", err=True))
    click.echo(
        f"{count} open documents, and all that come back from before now, will be looked for before they are sent."
    )


@main.command()
def check() -> None:
    """Say line by line whether everything Roadbook needs is there; exit 1 if something is missing."""
    settings = start()
    failed = False
    for name, problem in problems_of(settings):
        click.echo(f"{name}: {problem or 'OK'}")
        failed = failed or problem is not None
    sys.exit(1 if failed else 0)


main.add_command(rep)
main.add_command(office)
main.add_command(status_command)
main.add_command(reconcile_command)
main.add_command(prices)
main.add_command(territory)
main.add_command(design_commands)
main.add_command(pictures)
main.add_command(settings_group)
main.add_command(order)
main.add_command(letters_group)

if __name__ == "__main__":
    main()
