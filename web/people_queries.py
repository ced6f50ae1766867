"""What the list of reps shows: rows of the registry by account, with the devices of the last samples beside them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from connector.couch import CouchServer, Database
from connector.errors import ProvisioningError
from connector.fleet.lines import Line
from connector.identifiers import customers_database
from connector.registry import Rep, rep_of_row
from web.fleet_queries import HIGHEST, fleet_line

PAGE_LENGTH = 50  # reps
STATES = {"creating": "Half-made", "ready": "Ready", "disabling": "Being disabled", "disabled": "Disabled"}


@dataclass(frozen=True)
class Person:
    """A rep and the devices that were sampled last."""

    rep: Rep
    state: str
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class PeoplePage:
    """One page of reps by account."""

    people: list[Person]
    number: int
    more: bool
    damaged: int


def people_page(database: Database, ops: Database, account: str, number: int) -> PeoplePage:
    """A page of all reps, or of those whose account begins so. Raises CouchError."""
    bounds: dict[str, Any] = {"limit": PAGE_LENGTH + 1, "skip": (number - 1) * PAGE_LENGTH, "include_docs": True}
    if account:
        bounds |= {"startkey": account, "endkey": account + "\ufff0"}
    rows = database.view("registry", "by_account", **bounds)
    reps, damaged = [], 0
    for row in rows[:PAGE_LENGTH]:
        try:
            reps.append(rep_of_row(row.get("doc") or {}))
        except ProvisioningError:
            damaged += 1
    lines = lines_by_rep(ops, reps)
    people = [Person(rep, STATES[rep.state], lines.get(rep.rep, [])) for rep in reps]
    return PeoplePage(people, number, len(rows) > PAGE_LENGTH, damaged)


def lines_by_rep(ops: Database, reps: list[Rep]) -> dict[str, list[Line]]:
    """The sampled devices of some reps that stand side by side by account: one request."""
    if not reps:
        return {}
    accounts = sorted(rep.account for rep in reps)
    rows = ops.view("fleet", "by_account", startkey=[accounts[0]], endkey=[accounts[-1], HIGHEST])
    found: dict[str, list[Line]] = defaultdict(list)
    for row in rows:
        line = fleet_line(row["value"])
        found[line.rep].append(line.line)
    return found


def territory_names(admin: CouchServer) -> list[str]:
    """The territories that have a database, by name."""
    prefix = customers_database("")
    found = admin.call("GET", "_all_dbs", startkey=f'"{prefix}"', endkey=f'"{prefix}\ufff0"')
    return [name.removeprefix(prefix) for name in found]
