"""`roadbook catalog sync | status`: bring products and customers over now, and say how things are with them."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

import click

from connector.catalog import Catalog, State, States, ages
from connector.connections import connected_realm, connection_of
from connector.couch import CouchServer
from connector.cursors import Cursors
from connector.errors import Disconnected, TerritoryError
from connector.identifiers import AGES, CATALOG, CONNECTOR, CUSTOMERS
from connector.servers import connector_server
from connector.starting import start_in_force
from connector.territories.overview import overview

PATIENCE = 600.0  # seconds another process may be at it
SHOWN = 20  # skipped entities

COUNTED = (
    ("products", CATALOG, "product:"),
    ("customers", CUSTOMERS, "customer:"),
    ("tax codes", CATALOG, "tax:"),
    ("terms", CATALOG, "term:"),
)


@click.group()
def catalog() -> None:
    """Bring QuickBooks' products and customers to the devices."""


@catalog.command("sync")
@click.option("--full", is_flag=True, help="Read everything, not only what changed.")
def sync(full: bool) -> None:
    """Bring over now what changed in QuickBooks; the connector does it by itself every few minutes."""
    settings = start_in_force()
    server = connector_server(settings)
    realm = realm_of(server)
    work = Catalog(settings, server, connection_of(settings, server, realm).gateway)
    synced = work.sync(full=full, retry=True, patience=PATIENCE, progress=show_progress, waiting=say_waiting)
    click.echo(f"{synced.seen} {synced.what} checked, {synced.written} documents written.")
    if synced.problem:
        click.echo(f"{synced.problem}; the next full pass looks again.", err=True)
    if synced.skipped:
        click.echo(f"{synced.skipped} skipped: `roadbook catalog status` says why.", err=True)
    if synced.undistributed:
        raise click.ClickException(f"{synced.undistributed}; the connector tries it again by itself")


@catalog.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(as_json: bool) -> None:
    """Show what was copied, how old it is, what was skipped and why, and what is under way."""
    settings = start_in_force()
    server = connector_server(settings)
    found = status_of(server, realm_of(server))
    try:
        found["unallocated"] = len(overview(server, settings.roadbook_new_customers).unallocated())
    except TerritoryError as error:
        found |= {"unallocated": None, "territories_problem": str(error)}
    click.echo(json.dumps(found) if as_json else text_of(found))


def realm_of(server: CouchServer) -> str:
    """The company that is connected; raises Disconnected."""
    realm = connected_realm(server.database(CONNECTOR))
    if not realm:
        raise Disconnected("no company is connected: run `roadbook quickbooks connect`")
    return realm


def show_progress(title: str, seen: int, total: int) -> None:
    """One line a page; on a terminal it is the same line."""
    click.echo(f"{seen} of {total} {title}", err=True)
    sys.stderr.flush()


def say_waiting() -> None:
    """Why nothing happens yet."""
    click.echo("Another process is bringing products and customers over; waiting for it.", err=True)


def status_of(server: CouchServer, realm: str) -> dict[str, Any]:
    """Everything that `status` shows; raises CouchError."""
    state = States(server.database(CONNECTOR)).load(realm)
    cursor = Cursors(server.database(CONNECTOR)).load(realm, "catalog")
    return {
        "documents": {title: counted(server, database, prefix) for title, database, prefix in COUNTED},
        "confirmed": ages(server.database(AGES)),
        "last_pass": asdict(state.last) if state.last else None,
        "running": running_of(state),
        "due_because": state.suspect,
        "cursor": {"since": cursor.since, "looked_at": cursor.looked_at, "problem": cursor.problem},
        "skipped": [asdict(each) for each in state.skipped.values()],
        "skipped_more": state.skipped_more,
    }


def counted(server: CouchServer, database: str, prefix: str) -> dict[str, int]:
    """How many documents of a kind there are, and how many of them are active."""
    documents = [bool(each.get("active")) for each in server.database(database).starting_with(prefix)]
    return {"all": len(documents), "active": sum(documents)}


def running_of(state: State) -> dict[str, Any] | None:
    """The pass under way: when it was begun and how far it is."""
    running = state.running
    if running is None:
        return None
    parts = {
        name: {"seen": len(part.seen), "total": part.total, "pages": part.pages, "done": part.done}
        for name, part in running.parts.items()
    }
    return {"started_at": running.started_at, "parts": parts}


def text_of(found: dict[str, Any]) -> str:
    """The status for a terminal."""
    counts = found["documents"].items()
    lines = [f"{title}: {count['all']}, {count['active']} of them active" for title, count in counts]
    lines += [f"{kind} confirmed at {at}" for kind, at in sorted(found["confirmed"].items())]
    last, cursor, running = found["last_pass"], found["cursor"], found["running"]
    lines.append(
        f"last full pass: {last['finished_at']}, {last['written']} documents written"
        + (f" ({last['problem']})" if last["problem"] else "")
        if last
        else "no full pass has come to its end yet"
    )
    if running:
        for name, part in running["parts"].items():
            lines.append(f"full pass of {running['started_at']}: {name}, {part['seen']} of {part['total']}")
    if found["due_because"]:
        lines.append(f"the next full pass comes sooner: {found['due_because']}")
    since = cursor["since"] or "the beginning"
    lines.append(f"last look: {cursor['looked_at'] or 'never'}; changes are read from {since}")
    if cursor["problem"]:
        lines.append(f"the last look had a problem: {cursor['problem']}")
    if found.get("unallocated"):
        lines.append(f"{found['unallocated']} active customers are seen by nobody: `roadbook territory unallocated`")
    if found.get("territories_problem"):
        lines.append(f"whether every customer is seen is not known: {found['territories_problem']}")
    for each in found["skipped"][:SHOWN]:
        what = f"{each['kind']} {each['id']} “{each['name']}”"
        lines.append(f"skipped since {each['since']}: {what}, because {each['reason']}")
    left = len(found["skipped"]) - SHOWN + found["skipped_more"]
    return "\n".join([*lines, *([f"and {left} more (--json lists them)"] if left > 0 else [])])
