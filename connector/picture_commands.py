"""`roadbook pictures`: bring products' pictures from a folder, remove them, see how far they go."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from connector.couch import CouchServer
from connector.errors import RoadbookError
from connector.identifiers import CATALOG, PICTURES
from connector.pictures.files import files_of
from connector.pictures.importing import import_files
from connector.pictures.overview import overview_of
from connector.pictures.store import Pictures
from connector.products import Products, Unknown
from connector.servers import connector_server
from connector.starting import start

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def pictures() -> None:
    """Pictures of products on the reps' devices."""


@pictures.command("import")
@click.argument("folder", type=FOLDER)
@click.option("--dry-run", is_flag=True, help="Say what would be brought and change nothing.")
def import_command(folder: Path, dry_run: bool) -> None:
    """Bring the pictures of a folder; each file is named like its product's id, SKU or exact name. Safe to repeat."""
    server = connector_server(start())
    found = files_of(folder, products_of(server))
    total = len(found.files)
    done = import_files(
        found.files, store_of(server), lambda count: click.echo(f"{count} of {total} files", err=True), dry_run
    )
    problems = sorted([*found.problems, *done.problems])
    for path, reason in problems:
        click.echo(f"{path}: {reason}", err=True)
    ignored = f", {found.ignored} files that are no pictures" if found.ignored else ""
    ending = " (dry run: nothing was changed)" if dry_run else ""
    click.echo(
        f"{done.written} pictures are new or changed, {done.same} were there already, "
        f"{len(problems)} files cannot be used{ignored}{ending}."
    )
    sys.exit(1 if problems else 0)


@pictures.command("remove")
@click.argument("products", nargs=-1, required=True)
def remove(products: tuple[str, ...]) -> None:
    """Take the pictures of products away; each by id, SKU or exact name."""
    server = connector_server(start())
    known, store = products_of(server), store_of(server)
    there = {str(document["product"]).removeprefix("product:") for document in store.all()}
    keys = []
    for text in products:
        try:
            keys.append(known.find(text))
        except Unknown as error:
            key = text.removeprefix("product:")
            if key not in there:
                raise RoadbookError(str(error)) from None
            keys.append(key)  # the product is gone and its picture is not
    click.echo(f"{store.remove(keys)} products had pictures; those are removed.")


@pictures.command("status")
def status() -> None:
    """Say how many products have pictures, how much space they take on a device, and what does not fit together."""
    server = connector_server(start())
    products = server.database(CATALOG).starting_with("product:")
    for line in overview_of(products, store_of(server).all()):
        click.echo(line)


def products_of(server: CouchServer) -> Products:
    """The catalog's products; raises RoadbookError if there are none."""
    products = Products(server.database(CATALOG).starting_with("product:"))
    if not len(products):
        raise RoadbookError("the catalog has no products: run `roadbook catalog sync` first")
    return products


def store_of(server: CouchServer) -> Pictures:
    """The pictures."""
    return Pictures(server.database(PICTURES), server.database(CATALOG))
