"""`roadbook territory`: who sees which customer."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from connector.errors import TerritoryError
from connector.identifiers import CONNECTOR, TERRITORY, customers_database
from connector.provisioning import set_up_database
from connector.records import time_text
from connector.servers import admin_server, connector_server
from connector.starting import start_in_force
from connector.territories import EVERY, Allocation, TerritoryStore
from connector.territories.effects import effect_of
from connector.territories.overview import overview
from connector.territories.trouble import trouble, without_database
from connector.territory_effects import distribute, named, show_effect, told
from connector.territory_file_commands import export_command, import_command


@click.group()
def territory() -> None:
    """Say which territories see which customers."""


@territory.command("add")
@click.argument("name")
def add(name: str) -> None:
    """Make a territory before its first rep, so that customers can be allocated to it."""
    settings = start_in_force()
    if not TERRITORY.fullmatch(name):
        raise TerritoryError(f"{name!r} cannot be a territory: 1 to 32 of a-z, 0-9 and hyphen, a letter first")
    set_up_database(admin_server(settings), customers_database(name))
    TerritoryStore(connector_server(settings).database(CONNECTOR)).change_rules(territory=name)
    told(distribute(settings))


@territory.command("list")
def list_command() -> None:
    """Show every territory with its reps and how many customers it has, and the rules."""
    settings = start_in_force()
    server = connector_server(settings)
    found = overview(server, settings.roadbook_new_customers)
    missing = without_database(TerritoryStore(server.database(CONNECTOR)), found.standing)
    for name, count in found.counts().items():
        shown = "    no database  " if name in missing else f"{count:>7} customers"
        click.echo(f"{name:<24} {shown}  {', '.join(found.reps_of(name)) or 'no reps'}")
    for kind, names in sorted(found.standing.rules.types.items()):
        click.echo(f"Customers of type {kind}: {named(names)}")
    others = "everyone" if settings.roadbook_new_customers == "everyone" else "nobody, until they are allocated"
    click.echo(f"Allocated one by one: {len(found.placing.allocations)}. Others are seen by {others}.")
    click.echo(f"{len(found.unallocated())} active customers are seen by nobody.")
    for each in trouble(server, settings.roadbook_new_customers):
        click.echo(each, err=True)


@territory.command("rule")
@click.argument("kind", metavar="TYPE")
@click.argument("territories", nargs=-1)
@click.option("--remove", is_flag=True, help="Take the rule away.")
@click.option("--everyone", is_flag=True, help="Every territory, later ones included.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
def rule(kind: str, territories: tuple[str, ...], remove: bool, everyone: bool, dry_run: bool) -> None:
    """Have customers of a TYPE (its name in QuickBooks, or its id) seen by some territories."""
    settings = start_in_force()
    server = connector_server(settings)
    found = overview(server, settings.roadbook_new_customers)
    chosen = one_of(bool(territories), remove, everyone, otherwise="name territories, or say --everyone or --remove")
    if remove and kind not in found.standing.rules.types:
        raise TerritoryError(f"there is no rule for customers of type {kind}; `roadbook territory list` shows all")
    wanted = (found.known(territories), None, (EVERY,))[chosen]
    rules = found.standing.rules
    types = {name: names for name, names in {**rules.types, kind: wanted}.items() if names is not None}
    after = found.placing.model_copy(update={"rules": rules.model_copy(update={"types": types})})
    show_effect(settings, found, effect_of(found.customers, found.placing, after))
    if dry_run:
        click.echo("Nothing was changed: this was a dry run.")
        return
    TerritoryStore(server.database(CONNECTOR)).change_rules({kind: wanted})
    told(distribute(settings))


@territory.command("allocate")
@click.argument("customer")
@click.argument("territories", nargs=-1)
@click.option("--everyone", is_flag=True, help="Every territory, later ones included.")
@click.option("--nobody", is_flag=True, help="No territory at all.")
@click.option("--by-rules", is_flag=True, help="Take the allocation away, so that the rules count again.")
def allocate(customer: str, territories: tuple[str, ...], everyone: bool, nobody: bool, by_rules: bool) -> None:
    """Have a CUSTOMER (id or exact name) seen by these territories only, whatever the rules say."""
    settings = start_in_force()
    server = connector_server(settings)
    found = overview(server, settings.roadbook_new_customers)
    hint = "name territories, or say --everyone, --nobody or --by-rules"
    chosen = one_of(bool(territories), everyone, nobody, by_rules, otherwise=hint)
    key = found.customer(customer)
    store = TerritoryStore(server.database(CONNECTOR))
    if by_rules:
        store.release([key])
    else:
        names: tuple[str, ...] = (found.known(territories), (EVERY,), ())[chosen]
        at = time_text(datetime.now(UTC))
        store.allocate([Allocation(customer=key, territories=names, source="manual", at=at)])
    told(distribute(settings))


@territory.command("unallocated")
def unallocated() -> None:
    """List the active customers that nobody sees."""
    settings = start_in_force()
    found = overview(connector_server(settings), settings.roadbook_new_customers).unallocated()
    for each in found:
        kind = f"  ({each['customer_type']})" if each.get("customer_type") else ""
        click.echo(f"{each['_id'].removeprefix('customer:'):<10} {each.get('name', '')}{kind}")
    click.echo(f"{len(found)} active customers are seen by nobody.")


def one_of(*chosen: bool, otherwise: str) -> int:
    """Which one was chosen; raises TerritoryError unless it is exactly one."""
    if sum(chosen) != 1:
        raise TerritoryError(otherwise)
    return chosen.index(True)


territory.add_command(import_command)
territory.add_command(export_command)
