"""`roadbook letters list | retry | preview`: what was mailed and what was not, and how an order's letter looks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from connector.audit import AuditTrail, at_terminal
from connector.couch import Database
from connector.errors import RoadbookError
from connector.identifiers import CONNECTOR, OPS
from connector.ledger import Ledger
from connector.letters.configuration import configuration_in_force
from connector.letters.letter import OPEN, STATES, Letter, State
from connector.letters.resending import sent_again
from connector.letters.store import Letters
from connector.letters.writing import Writing
from connector.servers import connector_server
from connector.starting import start

MOST = 200  # letters of a state that are listed


@click.group("letters")
def letters_group() -> None:
    """Look at the letters that go out about orders, and have one sent again."""


@letters_group.command("list")
@click.argument("key", required=False)
@click.option("--state", type=click.Choice(STATES), multiple=True, help="Only those in this state; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def list_letters(key: str | None, state: tuple[State, ...], as_json: bool) -> None:
    """List the letters about one order (by ULID or document id), or all that did not get through or are still to go."""
    server = connector_server(start())
    database = server.database(CONNECTOR)
    letters = Letters(database)
    if key is not None:
        found = [each for each in letters.of_order(order_row(database, key)) if not state or each.state in state]
    else:
        found = letters.listed(state or (*OPEN, "given_up"), MOST)
    for letter in found:
        click.echo(json.dumps(letter.as_document(), ensure_ascii=False) if as_json else line_of(letter))
    if as_json:
        return
    trouble = letters.trouble()
    if trouble is not None:
        click.echo(f"No letter leaves since {trouble.since}: {trouble.text}; tried again at {trouble.next_at}.")
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(letters.counts().items()))
    click.echo(f"{len(found)} letters shown; on record: {counts or 'none'}.")


@letters_group.command("retry")
@click.argument("letter")
@click.option("--again", is_flag=True, help="It was sent; send it once more, as a letter of its own.")
def retry(letter: str, again: bool) -> None:
    """Have a letter sent that was given up or waits (by the id that `list` shows), to the addresses as they are now."""
    server = connector_server(start())
    letters = Letters(server.database(CONNECTOR))
    found = letters.get(letter)
    if found is None:
        raise RoadbookError(f"there is no letter {letter!r}; `roadbook letters list` shows their ids")
    AuditTrail(server.database(OPS)).record(at_terminal(), "letter.retry", found.id)
    sent_again(letters, found, datetime.now(UTC), again=again)
    click.echo(f"{found.id} is due now.")


@letters_group.command("preview")
@click.argument("key")
@click.option("--to", "path", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the PDF.")
def preview(key: str, path: Path | None) -> None:
    """Print an order (by ULID or document id) as its letter would have it now; nothing is sent."""
    settings = start()
    server = connector_server(settings)
    row = Ledger(server.database(CONNECTOR)).find(key)
    if row is None:
        raise RoadbookError(f"nothing is on record about {key!r}; has it reached the server?")
    writing = Writing(server, lambda: configuration_in_force(settings, server))
    content = writing.pdf(row)
    path = path or Path(f"{writing.paper(row).number}.pdf")
    try:
        path.write_bytes(content)
    except OSError as error:
        raise RoadbookError(f"{path} could not be written: {error.strerror}") from error
    click.echo(f"{path}: {len(content)} bytes.")


def order_row(database: Database, key: str) -> str:
    """The id of the ledger row that a person means; raises RoadbookError if there is none."""
    row = Ledger(database).find(key)
    if row is None:
        raise RoadbookError(f"nothing is on record about {key!r}; has it reached the server?")
    return row.order_row


def line_of(letter: Letter) -> str:
    """One letter on one line."""
    whom = ", ".join(letter.recipients) or letter.to
    why = f": {letter.reason['text']}" if letter.reason else ""
    return f"{letter.changed_at}  {letter.state:<10} {letter.id}  {whom}{why}"
