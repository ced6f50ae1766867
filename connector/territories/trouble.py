"""What is wrong with territories, in words for whoever can repair it. Reads, writes nothing."""

from __future__ import annotations

from connector.couch import CouchServer
from connector.errors import TerritoryError
from connector.identifiers import CONNECTOR
from connector.territories.progress import ProgressRecord
from connector.territories.rules import NewCustomers
from connector.territories.store import Standing, TerritoryStore


def trouble(server: CouchServer, new_customers: NewCustomers) -> list[str]:
    """Damaged rules and allocations, refused copies, and reps' territories without a database; raises CouchError."""
    store = TerritoryStore(server.database(CONNECTOR))
    found = list(store.damaged().values())
    try:
        standing = store.standing(new_customers)
    except TerritoryError:
        return [f"{each}; until then no copy changes" if each.startswith("rules:") else each for each in found]
    refused = ProgressRecord(store.database).load().refused
    if refused:
        found.append(f"CouchDB refused {refused} copies of customers; the log says which, they are tried again hourly")
    used = {rep.territory for rep in standing.reps if rep.state == "ready"}
    return found + [no_database(name) for name in without_database(store, standing) if name in used]


def without_database(store: TerritoryStore, standing: Standing) -> list[str]:
    """The territories whose database was deleted, or never made, in one request each."""
    return [name for name in sorted(standing.territories) if not store.has_database(name)]


def no_database(territory: str) -> str:
    """What to do about one of them."""
    return f"territory {territory} has no database: `roadbook territory add {territory}` makes it"
