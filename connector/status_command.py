"""`roadbook status`: what the console's front page says, on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import click

from connector.couch import CouchServer
from connector.couch_health import CouchHealth, health_of
from connector.fleet.lines import STATES, Line, line_of
from connector.fleet.samples import Pass, Samples
from connector.identifiers import CONNECTOR, OPS
from connector.servers import admin_server, connector_server
from connector.standing import Backlog, Standing, backlog_of, in_words, standing_of
from connector.starting import start

SHOWN = 20  # devices
FINE = ("fresh", "silent")


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status_command(as_json: bool) -> None:
    """Say how replication, the connector and CouchDB stand; exit 1 where nothing is read or posted."""
    settings = start()
    server, now = connector_server(settings), datetime.now(UTC)
    couchdb = health_of(admin_server(settings))
    if not couchdb.up:
        click.echo(json.dumps({"couchdb": asdict(couchdb)}) if as_json else f"CouchDB: {couchdb.problem}")
        sys.exit(1)
    standing = standing_of(server, now, settings.roadbook_sweep_minutes)
    backlog = backlog_of(server.database(CONNECTOR))
    counts, worst = devices_of(server)
    last = Samples(server.database(OPS)).last_pass()
    if as_json:
        parts = {"couchdb": asdict(couchdb), "connector": asdict(standing), "backlog": asdict(backlog)}
        sampled = None if last is None else last.ended_at
        click.echo(json.dumps(parts | {"devices": counts, "sampled_at": sampled}))
    else:
        for line in said(couchdb, standing, backlog, counts, worst, last, now):
            click.echo(line)
    sys.exit(1 if standing.reasons else 0)


def devices_of(server: CouchServer) -> tuple[dict[str, int], list[tuple[str, Line]]]:
    """How many devices are in each state, and the worst of them with their rep's account."""
    ops = server.database(OPS)
    counted = {row["key"][1]: int(row["value"]) for row in ops.view("fleet", "lines", group_level=2)}
    rows = [row["value"] for row in ops.view("fleet", "lines", reduce=False, limit=SHOWN)]
    worst = [(str(value["account"]), line_of(value["line"])) for value in rows]
    return {state: counted.get(state, 0) for state in STATES}, [each for each in worst if each[1].state not in FINE]


def said(
    couchdb: CouchHealth,
    standing: Standing,
    backlog: Backlog,
    counts: dict[str, int],
    worst: list[tuple[str, Line]],
    last: Pass | None,
    now: datetime,
) -> Iterator[str]:
    """The lines of the terminal, what stands still first."""
    for reason in standing.reasons:
        yield f"! {reason}"
    for warning in standing.warnings:
        yield f"- {warning}"
    if not standing.reasons:
        yield "Connector: reads and posts"
    beat = standing.beat
    if beat is not None and standing.alive:
        yield f"Doorbell: {'missing' if beat.doorbell_missing else heard(beat.doorbell_at, now)}"
        yield f"Sweep: {heard(beat.swept_at, now)}"
        yield f"Waiting to be read: {beat.dirty} databases; {beat.due} documents in the queue"
    yield f"Oldest order without a receipt: {heard(backlog.oldest_unanswered_at, now, 'none')}"
    yield f"Oldest order not in QuickBooks: {heard(backlog.oldest_unposted_at, now, 'none')}"
    yield f"Dead letters: {backlog.dead_letters}"
    yield f"CouchDB: {couchdb.version} is up" + (" (embedded: demo grade)" if couchdb.embedded else "")
    for each in couchdb.replications or ():
        if each.troubled:
            yield f"! Replication {each.name}: {each.state} {each.problem}".rstrip()
    if last is None:
        yield "Devices: never sampled; the console does it while it runs"
        return
    yield f"Devices, sampled {heard(last.ended_at, now)}: " + ", ".join(
        f"{count} {state}" for state, count in counts.items() if count
    )
    for account, line in worst:
        yield "  " + device(account, line)


def device(account: str, line: Line) -> str:
    """One device in one line."""
    name = line.device or (f"unknown device {line.checkpoint}" if line.checkpoint else "no device")
    behind = f", {line.lag} behind" if line.lag else ""
    unsent = f", {line.unsent} unsent" if line.unsent else ""
    return f"{line.state:<8} {account}: {name}{behind}{unsent}{f' ({line.why})' if line.why else ''}"


def heard(at: str | None, now: datetime, never: str = "never") -> str:
    """`3 minutes ago`."""
    return never if at is None else f"{in_words(now - datetime.fromisoformat(at))} ago"
