"""`roadbook order ...`: one order's trail, and what a person does about it; the same as in the console."""

from __future__ import annotations

import json

import click

from connector.audit import AuditTrail, at_terminal
from connector.by_hand import ByHand
from connector.connections import connection_of
from connector.errors import RoadbookError
from connector.facts import FactReader
from connector.identifiers import CONNECTOR, OPS
from connector.ledger import Ledger, Row
from connector.linking import link
from connector.office_hold import hold, release
from connector.retrying import try_again
from connector.servers import admin_server, connector_server
from connector.starting import start
from connector.versions import differences, settle, versions_of


@click.group()
def order() -> None:
    """Look at an order's trail, and settle what stops it."""


@order.command("show")
@click.argument("key")
def show(key: str) -> None:
    """Show everything on record about one document (by ULID or document id)."""
    click.echo(json.dumps(named(key)[1].as_document(), indent=2, ensure_ascii=False, default=str))


@order.command("retry")
@click.argument("key")
@click.option("--accept", multiple=True, help="The code of a problem that is meant to be so, such as repeated_line.")
def retry(key: str, accept: tuple[str, ...]) -> None:
    """Have a parked or waiting document tried again now; QuickBooks is asked first for what it names."""
    ledger, row = named(key)
    put_on_record("order.retry", row, accepted=", ".join(accept))
    try_again(ledger, row, accept)
    click.echo(f"{row.of} will be tried again, with what it names as QuickBooks has it then.")


@order.command("hold")
@click.argument("key")
@click.argument("why")
def hold_command(key: str, why: str) -> None:
    """Keep an order from being sent; its rep reads WHY."""
    ledger, row = named(key)
    put_on_record("order.hold", row, why=why)
    hold(ledger, row, why, at_terminal())
    click.echo(f"{row.of} is held; `roadbook order release` lets it go.")


@order.command("release")
@click.argument("key")
def release_command(key: str) -> None:
    """Let an order go that the office held."""
    ledger, row = named(key)
    put_on_record("order.release", row)
    release(ledger, row)
    click.echo(f"{row.of} goes on.")


@order.command("entered-by-hand")
@click.argument("key")
@click.argument("number")
@click.option("--meant", is_flag=True, help="It is this order although customer, total or state differ.")
def entered_by_hand(key: str, number: str, meant: bool) -> None:
    """Put down that the office has entered an order as estimate (or invoice) NUMBER; QuickBooks is asked for it."""
    settings = start()
    server = connector_server(settings)
    ledger, row = named(key)
    put_on_record("order.enter_by_hand", row, number=number, meant=meant)
    connection = connection_of(settings, server)
    try:
        hand = ByHand(ledger, connection.gateway, FactReader(server, settings.roadbook_currency))
        found = hand.find(row, number)
        hand.record(row, found, meant=meant)
    finally:
        connection.close()
    click.echo(f"{row.of} is on record as {found.name}; nothing is sent for it any more.")


@order.command("link")
@click.argument("key")
@click.argument("this")
@click.argument("means")
def link_command(key: str, this: str, means: str) -> None:
    """Have a product (or the customer) THIS of an order mean another, both by document id: product:99 product:12."""
    server = connector_server(start())
    ledger, row = named(key)
    put_on_record("order.link", row, this=this, means=means)
    link(server, ledger, row, this, means)
    click.echo(f"{row.of} will be tried again with {means} in the place of {this}.")


@order.command("versions")
@click.argument("key")
@click.option("--choose", metavar="REVISION", help="Have this version count and delete those that --over names.")
@click.option("--over", metavar="REVISION", multiple=True, help="Another version that you have looked at; each by one.")
def versions(key: str, choose: str | None, over: tuple[str, ...]) -> None:
    """Show the versions of a document that is held for a conflict, and what differs; or choose one.

    Where another version has arrived since, nothing is done: no version is deleted that nobody has looked at.
    """
    settings = start()
    _, row = named(key)
    if choose is None:
        found = versions_of(connector_server(settings), row)
        for each in found:
            click.echo(f"{each.revision}{'  (shown by CouchDB)' if each.wins else ''}")
        for row_of_fields in differences(found):
            click.echo(f"{row_of_fields.name}: {'  |  '.join(row_of_fields.values)}")
        return
    put_on_record("order.settle", row, chosen=choose)
    settle(admin_server(settings), row, choose, [choose, *over])
    click.echo(f"{row.of}: {choose} counts; the connector takes it up by itself.")


def put_on_record(action: str, row: Row, **detail: object) -> None:
    """Put what is about to be done into the audit trail; what cannot be put there is not done. Raises CouchError."""
    trail = AuditTrail(connector_server(start()).database(OPS))
    trail.record(at_terminal(), action, row.of, {"rep": row.rep, **detail})


def named(key: str) -> tuple[Ledger, Row]:
    """The ledger, and the row that a person means; raises RoadbookError if there is none."""
    ledger = Ledger(connector_server(start()).database(CONNECTOR))
    return ledger, row_of(ledger, key)


def row_of(ledger: Ledger, key: str) -> Row:
    """The row that a person means; raises RoadbookError if there is none."""
    row = ledger.find(key)
    if row is None:
        raise RoadbookError(f"nothing is on record about {key!r}; has it reached the server?")
    return row
