"""`roadbook territory import | export`: allocations from and into a CSV file."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from connector.errors import TerritoryError
from connector.identifiers import CONNECTOR
from connector.records import time_text
from connector.servers import connector_server
from connector.starting import start_in_force
from connector.territories import Allocation, TerritoryStore
from connector.territories.allocation_file import read_allocations, written_allocations
from connector.territories.effects import effect_of
from connector.territories.overview import Names, overview
from connector.territory_effects import distribute, show_effect, told


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--skip-bad", is_flag=True, help="Take the other rows although some cannot be used.")
def import_command(file: Path, dry_run: bool, skip_bad: bool) -> None:
    """Allocate customers as a CSV FILE says.

    Its first row names the columns `customer` (id or exact name) and `territories` (several separated by semicolons;
    `*` for all, `-` for none). Customers that it does not name stay as they are.
    """
    settings = start_in_force()
    server = connector_server(settings)
    found = overview(server, settings.roadbook_new_customers)
    read = read_allocations(content_of_file(file), Names(found.customers).find, found.standing.territories)
    for row in read.bad:
        click.echo(f"{file.name}, line {row.line}: {row.reason}", err=True)
    if read.bad and not skip_bad:
        said = f"{len(read.bad)} rows of {file.name} cannot be used, so nothing was changed"
        raise TerritoryError(f"{said}; correct them, or say --skip-bad")
    at = time_text(datetime.now(UTC))
    present = found.placing.allocations
    allocations = {
        key: Allocation(customer=key, territories=names, source="import", at=at)
        for key, names in read.allocations.items()
        if key not in present or not present[key].decides or set(present[key].territories) != set(names)
    }
    after = found.placing.model_copy(update={"allocations": {**present, **allocations}})
    show_effect(settings, found, effect_of(found.customers, found.placing, after))
    same = len(read.allocations) - len(allocations)
    click.echo(f"{len(allocations)} allocations are new or other than before, {same} are as they were.")
    if dry_run:
        click.echo("Nothing was changed: this was a dry run.")
        return
    if allocations:
        TerritoryStore(server.database(CONNECTOR)).allocate(list(allocations.values()))
    told(distribute(settings))


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
def export_command(file: Path) -> None:
    """Write what people have allocated into a CSV FILE (`-`: standard output) that can be imported again.

    What reps have asked for is left out: it counts by itself.
    """
    settings = start_in_force()
    found = overview(connector_server(settings), settings.roadbook_new_customers)
    rows = [
        (allocation, str(found.customers.get(key, {}).get("name", "")))
        for key, allocation in sorted(found.placing.allocations.items())
        if allocation.decides
    ]
    text = written_allocations(rows)
    if str(file) == "-":
        sys.stdout.write(text)
        return
    try:
        file.write_text("\ufeff" + text, encoding="utf-8", newline="")
    except OSError as error:
        raise TerritoryError(f"{file} cannot be written: {error.strerror}") from error
    click.echo(f"{len(rows)} allocations written into {file}.")


def content_of_file(file: Path) -> bytes:
    """What is in a file; raises TerritoryError."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise TerritoryError(f"{file} cannot be read: {error.strerror}") from error
