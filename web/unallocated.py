"""How many customers nobody sees: counted anew only where customers, rules or reps have changed since."""

from __future__ import annotations

import threading
from typing import Any

from connector.couch import CouchServer
from connector.errors import CouchError, TerritoryError
from connector.identifiers import CONNECTOR, CUSTOMERS
from connector.territories import NewCustomers, TerritoryStore
from connector.territories import overview as territories


class Unallocated:
    """The last count of one console, and of what it is the count."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: tuple[Any, ...] = ()
        self._count = 0

    def count(self, server: CouchServer, new_customers: NewCustomers) -> int | None:
        """How many active customers nobody sees, out of all; None if rules or customers cannot be read."""
        try:
            with self._lock:
                customers = server.database(CUSTOMERS).info()
                mark = TerritoryStore(server.database(CONNECTOR)).standing(new_customers).mark
                of = (server.url, customers.get("instance_start_time"), customers.get("update_seq"), mark)
                if of != self._of:
                    # What changes while they are read is another sequence or mark the next time.
                    self._count = len(territories.overview(server, new_customers).unallocated())
                    self._of = of
                return self._count
        except (CouchError, TerritoryError):
            return None


UNALLOCATED = Unallocated()
