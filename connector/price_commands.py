"""`roadbook prices`: import, assign, look at, export and remove price lists."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from connector.errors import RoadbookError
from connector.identifiers import CATALOG, CONNECTOR, CUSTOMERS
from connector.money import decimal_of
from connector.prices import AssignmentStore, is_visible, price_for, price_list_of
from connector.prices.assigning import COLUMNS as ASSIGNMENT_COLUMNS
from connector.prices.assigning import AssignmentCollector
from connector.prices.collecting import COLUMNS, Collector, Problem
from connector.prices.exporting import HEADINGS, rows_of_list
from connector.prices.names import list_id
from connector.prices.planning import Options, plan_of
from connector.prices.showing import customer_called, overview, reason_of
from connector.prices.store import PriceLists
from connector.prices.tables import rows_of
from connector.products import Products, Unknown
from connector.servers import connector_server
from connector.starting import start
from connector.territory_effects import distribute, told

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def prices() -> None:
    """Price lists: what each group of customers pays, and which products it may see."""


@prices.command("import")
@click.argument("file", type=FILE)
@click.option("--list", "name", help="The list of rows that name none.")
@click.option(
    "--visible", type=click.Choice(["all", "listed"]), help="Whether customers see all products or the listed."
)
@click.option("--currency", help="The lists' currency, as EUR; without it the home currency.")
@click.option("--whole", is_flag=True, help="The file is all of its lists: what it does not name is removed from them.")
@click.option("--skip-bad", is_flag=True, help="Leave bad rows out instead of refusing the file.")
@click.option("--dry-run", is_flag=True, help="Say what would change and change nothing.")
def import_command(
    file: Path, name: str | None, visible: str | None, currency: str | None, whole: bool, skip_bad: bool, dry_run: bool
) -> None:
    """Bring a CSV file's prices into the lists. Safe to repeat after an interruption."""
    if currency is not None and not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise RoadbookError(f"{currency!r} is no currency such as EUR")
    catalog = connector_server(start()).database(CATALOG)
    products = Products(catalog.starting_with("product:"))
    if not len(products):
        raise RoadbookError("the catalog has no products: run `roadbook catalog sync` first")
    rows = rows_of(file, COLUMNS)
    collected = Collector(products, name).add_all(rows, lambda count: click.echo(f"{count} rows read", err=True))
    settle(collected.problems, collected.rows, skip_bad)
    lists = PriceLists(catalog)
    written = 0
    for number, wanted in enumerate(collected.lists.values(), start=1):
        stored = lists.load(wanted.list)
        plan = plan_of(wanted, stored.prices if stored else None, Options(whole, visible, currency))
        click.echo(str(plan))
        if not dry_run:
            written += lists.save(plan.prices, stored).written
            click.echo(f"{number} of {len(collected.lists)} lists, {written} documents written", err=True)
    done = "nothing was changed (dry run)" if dry_run else f"{written} documents written"
    click.echo(f"{collected.rows} rows, {len(collected.lists)} lists; {done}.")


def settle(problems: Sequence[Problem], rows: int, skip_bad: bool) -> None:
    """Name every bad row; raises RoadbookError unless there is none, or they are to be left out."""
    for problem in problems:
        click.echo(str(problem), err=True)
    if not rows:
        raise RoadbookError("the file has no rows")
    if problems and not skip_bad:
        raise RoadbookError(f"{len(problems)} of {rows} rows are bad; nothing was changed (--skip-bad leaves them out)")
    if problems:
        click.echo(f"{len(problems)} of {rows} rows are bad and left out; what they name stays as it is.", err=True)


@prices.command("assign")
@click.argument("file", type=FILE)
@click.option("--whole", is_flag=True, help="The file is all assignments: what it does not name is forgotten.")
@click.option("--skip-bad", is_flag=True, help="Leave bad rows out instead of refusing the file.")
@click.option("--dry-run", is_flag=True, help="Say what would change and change nothing.")
def assign(file: Path, whole: bool, skip_bad: bool, dry_run: bool) -> None:
    """Say in a CSV file which customers (customer) and customer types (type) get which list; * is everybody else."""
    if whole and skip_bad:
        raise RoadbookError("--whole with --skip-bad would forget what the bad rows mean: correct them first")
    settings = start()
    server = connector_server(settings)
    lists, store = PriceLists(server.database(CATALOG)), AssignmentStore(server.database(CONNECTOR))
    present, customers = store.load(), list(server.database(CUSTOMERS).starting_with("customer:"))
    ways = {way: each.prices.list for each in lists.all() for way in (each.prices.name.casefold(), each.prices.list)}
    collected = AssignmentCollector(present, customers, ways, whole).add_all(rows_of(file, ASSIGNMENT_COLUMNS))
    settle(collected.problems, collected.rows, skip_bad)
    wanted = collected.assignments
    moving = sum(price_list_of(each, present) != price_list_of(each, wanted) for each in customers)
    if wanted != present and not dry_run:
        store.save(wanted)
    if not dry_run:
        told(distribute(settings))
    done = "nothing was changed (dry run)" if dry_run else "the devices learn it with their next sync"
    click.echo(f"{collected.rows} rows; {moving} of {len(customers)} customers get another list; {done}.")


@prices.command("list")
def list_command() -> None:
    """Show every list with its customers, and what is wrong with it."""
    server = connector_server(start())
    catalog = server.database(CATALOG)
    lists, assignments = PriceLists(catalog), AssignmentStore(server.database(CONNECTOR)).load()
    products = Products(catalog.starting_with("product:"))
    customers = server.database(CUSTOMERS).starting_with("customer:")
    for line in overview(lists.all(), lists.left_over(), assignments, products, customers):
        click.echo(line)


@prices.command("show")
@click.argument("customer")
@click.argument("product")
@click.option("--quantity", default="1", help="How many (default 1).")
def show(customer: str, product: str, quantity: str) -> None:
    """Show which price a customer gets for a product, and why; both by id or exact name, a product also by SKU."""
    server = connector_server(start())
    catalog = server.database(CATALOG)
    try:
        wanted = decimal_of(quantity)
        products = Products(catalog.starting_with("product:"))
        found = products.get(products.find(product)) or {}
    except Unknown as error:
        raise RoadbookError(str(error)) from None
    except ValueError:
        raise RoadbookError(f"the quantity {quantity!r} is not a number such as 12 or 0.5") from None
    who = customer_called(server.database(CUSTOMERS).starting_with("customer:"), customer)
    name = price_list_of(who, AssignmentStore(server.database(CONNECTOR)).load())
    stored = PriceLists(catalog).load(name) if name else None
    settings = catalog.get("settings:app") or {}
    usable = (
        stored.prices if stored and stored.prices.usable_in(who.get("currency"), settings.get("currency")) else None
    )
    price = price_for(found, usable, wanted)
    click.echo(f"{who['name']} ({who['_id']}): {found['name']} ({found['_id']}), quantity {quantity}")
    click.echo(f"price: {price.price:f}")
    click.echo(f"because: {reason_of(price, name, stored, usable)}")
    if not is_visible(found, usable):
        click.echo("visible: no, this list hides the product")


@prices.command("export")
@click.argument("lists", nargs=-1)
def export(lists: tuple[str, ...]) -> None:
    """Write lists (by default all) as CSV to standard output; `prices import --whole` reads it back."""
    catalog = connector_server(start()).database(CATALOG)
    store, products = PriceLists(catalog), Products(catalog.starting_with("product:"))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(HEADINGS)
    for name in [known(store, each) for each in lists] or store.names():
        stored = store.load(name)
        if stored is not None:
            writer.writerows(rows_of_list(stored.prices, products))


@prices.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Remove a list; its customers then pay the products' own prices."""
    server = connector_server(start())
    store = PriceLists(server.database(CATALOG))
    gone = store.remove(known(store, name))
    click.echo(f"{gone.deleted} documents deleted.")
    if known_id(name) in AssignmentStore(server.database(CONNECTOR)).load().lists():
        click.echo("It is still assigned: `roadbook prices list` says to whom.", err=True)


def known(store: PriceLists, name: str) -> str:
    """The id of a list that is there, or of which something is left; raises RoadbookError."""
    found = known_id(name)
    if found not in store.names() and found not in store.left_over():
        raise RoadbookError(f"there is no price list {name!r}")
    return found


def known_id(name: str) -> str:
    """The id that a list of this name has; raises RoadbookError."""
    try:
        return list_id(name)
    except ValueError as error:
        raise RoadbookError(f"{name!r}: {error}") from None
