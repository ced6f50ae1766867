"""`roadbook device`: the office reads what a rep saved of a device before it died, and hands it in."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from connector.audit import AuditTrail, at_terminal
from connector.device_export import Export, hand_in, open_export
from connector.errors import ExportError
from connector.identifiers import CONNECTOR, OPS, orders_database
from connector.registry import Registry
from connector.servers import admin_server
from connector.starting import start


@click.group()
def device() -> None:
    """What reps saved of their devices."""


@device.command("open-export")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--passphrase-stdin", is_flag=True, help="Read the passphrase from standard input instead of asking.")
@click.option("--json", "as_json", is_flag=True, help="Print the documents as JSON.")
@click.option("--hand-in", "handing_in", is_flag=True, help="Hand the documents in for the rep. Safe to repeat.")
@click.option("--with-refused", is_flag=True, help="With --hand-in: also what the server had refused.")
def open_command(file: Path, passphrase_stdin: bool, as_json: bool, handing_in: bool, with_refused: bool) -> None:
    """Decrypt a file of unsent documents that the reps' app made, and show what is in it."""
    passphrase = sys.stdin.readline().rstrip("\n") if passphrase_stdin else click.prompt("Passphrase", hide_input=True)
    export = open_export(file.read_bytes(), passphrase)
    if as_json:
        click.echo(json.dumps([*export.documents], indent=2, ensure_ascii=False))
    else:
        show(export)
    if handing_in:
        bring(export, with_refused)


def show(export: Export) -> None:
    """Print one line a document."""
    click.echo(f"{len(export.documents)} documents of {export.account} from {export.device}, saved {export.made_at}:")
    for document in export.documents:
        whose = (document.get("customer") or {}).get("name") or document.get("name") or document.get("order") or ""
        when = document.get("captured_at") or document.get("changed_at") or ""
        total = f"  {document['total']} {document.get('currency', '')}".rstrip() if "total" in document else ""
        refused = export.refused.get(document["_id"])
        click.echo(f"{document['_id']}  {when}  {whose}{total}" + (f"  refused: {refused}" if refused else ""))


def bring(export: Export, with_refused: bool) -> None:
    """Hand the documents in, once that is in the audit trail; raises ExportError if this Roadbook has no such rep."""
    server = admin_server(start())
    rep = Registry(server.database(CONNECTOR)).find(export.rep)
    if rep is None:
        raise ExportError(f"{export.account} ({export.rep}) is no rep of this Roadbook: nothing was handed in")
    detail = {"device": export.device, "saved": export.made_at, "documents": len(export.documents)}
    AuditTrail(server.database(OPS)).record(
        at_terminal(), "device.hand_in", f"rep:{rep.account}", {**detail, "with_refused": with_refused}
    )
    done = hand_in(server.database(orders_database(export.rep)), export, with_refused=with_refused)
    left = f"; {len(done.left_out)} that the server had refused were left out (--with-refused)" if done.left_out else ""
    click.echo(f"{len(done.new)} handed in for {rep.account}, {len(done.there)} were there already{left}.", err=True)
