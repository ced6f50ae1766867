"""A customer that a rep asked for is seen in that rep's territory, whatever else the rules say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from connector.couch import Database
from connector.ledger import Row
from connector.records import time_text
from connector.registry import Registry
from connector.territories.rules import Allocation
from connector.territories.store import TerritoryStore


class RequestedCustomers:
    """Allocates customers whose requests were answered; what a person has allocated stays as it is."""

    def __init__(self, database: Database) -> None:
        self._store = TerritoryStore(database)
        self._registry = Registry(database)

    def allocate(self, rows: Iterable[Row]) -> None:
        """Allocate the customers of posted requests to their reps' territories. May be repeated; raises CouchError."""
        asked: dict[str, set[str]] = {}
        for row in rows:
            if row.kind != "customer_request" or row.posted_at is None or not row.customer:
                continue
            rep = self._registry.find(row.rep)
            if rep is not None:
                asked.setdefault(f"customer:{row.customer['id']}", set()).add(rep.territory)
        present = self._store.allocations(asked) if asked else {}
        wanted = [after for key, names in asked.items() if (after := allocated(key, names, present.get(key)))]
        if wanted:
            self._store.allocate(wanted)


def allocated(customer: str, asked: set[str], present: Allocation | None) -> Allocation | None:
    """The allocation of a customer that reps of these territories asked for; None if it stays as it is."""
    if present is not None and (present.decides or asked <= set(present.territories)):
        return None
    territories = tuple(sorted(asked | set(present.territories if present else ())))
    return Allocation(customer=customer, territories=territories, source="request", at=time_text(datetime.now(UTC)))
