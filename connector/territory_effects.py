"""What a change of territories does, shown to a person, and carried out."""

from __future__ import annotations

from collections.abc import Iterable

import click

from connector.company_settings import in_force
from connector.errors import RoadbookError
from connector.identifiers import CONNECTOR
from connector.servers import admin_server, connector_server
from connector.settings import Settings
from connector.territories import EVERY, Distributed, Distribution, TerritoryStore
from connector.territories.effects import Effect
from connector.territories.open_work import open_work
from connector.territories.overview import Overview

SHOWN = 50  # moves; of more only the number


def distribute(settings: Settings) -> Distributed:
    """Bring the copies to what the rules say now."""
    server = connector_server(settings)
    return Distribution(server, in_force(settings, server).roadbook_new_customers, admin_server(settings)).run()


def bring_customers(settings: Settings, territory: str) -> None:
    """Distribute for a rep that was made; rings first, so that a connector does it if this process cannot.

    A failure is only a warning: the rep is there all the same.
    """
    try:
        TerritoryStore(connector_server(settings).database(CONNECTOR)).change_rules()
        distribute(settings)
    except RoadbookError as error:
        said = f"customers may be missing in territory {territory} yet: {error}"
        click.echo(f"roadbook: {said}; a running connector brings them, or run this again", err=True)


def told(done: Distributed) -> None:
    """Say what came of it."""
    click.echo(f"{done.written} copies of customers written, {done.removed} removed.")
    if done.refused:
        click.echo(f"{done.refused} copies were refused by CouchDB; the log says which.", err=True)


def show_effect(settings: Settings, found: Overview, effect: Effect) -> None:
    """Print who moves, what each territory gets and loses, and what reps have under way for whom they lose."""
    everyone = found.standing.territories
    for move in effect.moves[:SHOWN]:
        name = f"{move.name} ({move.customer.removeprefix('customer:')})"
        click.echo(f"{name}: {among(move.before, everyone)} -> {among(move.after, everyone)}")
    if len(effect.moves) > SHOWN:
        click.echo(f"and {len(effect.moves) - SHOWN} more")
    added, removed = effect.added(), effect.removed()
    for name in sorted({*added, *removed}):
        click.echo(f"{name}: gets {added.get(name, 0)} customers, loses {removed.get(name, 0)}")
    for work in open_work(connector_server(settings), found.standing.reps, effect):
        click.echo(f"{work.account} has {work.orders} open orders and {work.drafts} drafts for customers that leave")
    click.echo(f"{len(effect.moves)} customers move.")


def named(names: Iterable[str]) -> str:
    """Territories as people read them."""
    listed = sorted(names)
    return "everyone" if EVERY in listed else ", ".join(listed) or "nobody"


def among(names: frozenset[str], everyone: frozenset[str]) -> str:
    """Territories of all that there are, as people read them."""
    return "everyone" if names == everyone and len(everyone) > 1 else named(names)
