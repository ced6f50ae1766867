"""Waiting until the connector has nothing left to do, woken by the connector database's own changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from connector.couch import CouchServer
from connector.errors import RoadbookError
from connector.identifiers import CONNECTOR, orders_database
from connector.ledger import Ledger

LONGPOLL = 2000  # milliseconds until a condition is looked at again though nothing rang


def wait_until(server: CouchServer, condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for a condition that only changes of the connector's database can bring about; raises RoadbookError."""
    database = server.database(CONNECTOR)
    until = time.monotonic() + seconds
    while True:
        since = database.info()["update_seq"]
        if condition():
            return
        if time.monotonic() > until:
            raise RoadbookError(f"after {seconds:g} s still waiting until {what}")
        database.call("GET", "_changes", feed="longpoll", since=since, timeout=LONGPOLL, limit=1)


def wait_until_read(server: CouchServer, reps: Sequence[str], seconds: float) -> None:
    """Wait until every rep's database has been read to its end and no row has work left."""
    database = server.database(CONNECTOR)
    ledger = Ledger(database)
    wanted = [f"checkpoint:{orders_database(rep)}" for rep in reps]

    def all_read() -> bool:
        if len(database.fetch(wanted)) < len(wanted) or ledger.next_due() is not None:
            return False
        return all(server.database(orders_database(rep)).pending(_sequence(server, rep)) == 0 for rep in reps)

    wait_until(server, all_read, seconds, "every database is read")


def _sequence(server: CouchServer, rep: str) -> str:
    checkpoint = server.database(CONNECTOR).get(f"checkpoint:{orders_database(rep)}")
    return str(checkpoint["sequence"]) if checkpoint else "0"
