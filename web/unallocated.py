"""How many customers nobody sees: counted anew only where customers, rules or reps have changed since."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from connector.couch import CouchServer
from connector.errors import CouchError, TerritoryError
from connector.identifiers import CONNECTOR, CUSTOMERS
from connector.territories import NewCustomers, TerritoryStore
from connector.territories import overview as territories

PAUSE = 60.0  # seconds between counts while only customers change: they may do so for hours, and a count reads all


class Unallocated:
    """The last count of one console, and of what it is the count."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._rules: tuple[Any, ...] = ()
        self._sequence: Any = None
        self._counted_at = 0.0
        self._count = 0

    def count(self, server: CouchServer, new_customers: NewCustomers) -> int | None:
        """How many active customers nobody sees, out of all, as of the last minute.

        None if rules or customers cannot be read.
        """
        try:
            with self._lock:
                customers = server.database(CUSTOMERS).info()
                mark = TerritoryStore(server.database(CONNECTOR)).standing(new_customers).mark
                rules, sequence = (server.url, customers.get("instance_start_time"), mark), customers.get("update_seq")
                rested = self._clock() - self._counted_at >= PAUSE
                if rules != self._rules or (sequence != self._sequence and rested):
                    # What changes while they are read is another sequence or mark the next time.
                    self._count = len(territories.overview(server, new_customers).unallocated())
                    self._rules, self._sequence, self._counted_at = rules, sequence, self._clock()
                return self._count
        except (CouchError, TerritoryError):
            return None


UNALLOCATED = Unallocated()
