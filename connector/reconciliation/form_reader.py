"""Reads sales forms from QuickBooks in few, large reads, because reads are metered; and counts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from connector.quickbooks import Gateway, literal
from connector.reconciliation.sales_forms import SalesForm, form_of

PAGE = 1000  # forms in one read, QuickBooks' maximum
TOGETHER = 300  # ids asked for in one read; how long a statement may be is not documented, this is about 3 kB

Progress = Callable[[str, int], None]


class FormReader:
    """One run's reader. `reads` says how many queries QuickBooks has answered. Raises QuickBooksError."""

    def __init__(self, gateway: Gateway, progress: Progress = lambda entity, count: None) -> None:
        self.reads = 0
        self._gateway = gateway
        self._progress = progress

    def changed_since(self, entity: str, moment: datetime) -> Iterator[SalesForm]:
        """All forms that were made or changed since a moment, each once: one read for 1000 of them.

        A page that is not full is the last; what it should leave out, against the documentation, is missed by
        `changed_since` but asked for by id where the ledger points to it.
        """
        seen: set[str] = set()
        start = 1
        where = f"MetaData.LastUpdatedTime >= {literal(moment.isoformat(timespec='seconds'))}"
        while True:
            rows = self._query(f"SELECT * FROM {entity} WHERE {where} STARTPOSITION {start} MAXRESULTS {PAGE}")
            fresh = [row for row in rows if row.get("Id") not in seen]
            seen.update(row["Id"] for row in fresh)
            yield from (form_of(entity, row) for row in fresh)
            self._progress(entity, len(seen))
            if len(rows) < PAGE or not fresh:
                return
            start += PAGE

    def these(self, entity: str, ids: Iterable[str]) -> Iterator[SalesForm]:
        """Forms by id; those that do not exist are left out. One read for 300 ids."""
        wanted = sorted(set(ids))
        for first in range(0, len(wanted), TOGETHER):
            listed = ", ".join(literal(id) for id in wanted[first : first + TOGETHER])
            rows = self._query(f"SELECT * FROM {entity} WHERE Id IN ({listed}) MAXRESULTS {PAGE}")
            yield from (form_of(entity, row) for row in rows)

    def _query(self, statement: str) -> list[dict[str, Any]]:
        rows = self._gateway.query(statement)
        self.reads += 1
        return rows
