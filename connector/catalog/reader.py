"""What is asked of QuickBooks for the copies: pages, single entities by id, short lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from connector.catalog.fields import ID, Document
from connector.catalog.state import Part
from connector.errors import QuickBooksFault
from connector.quickbooks import Gateway, literal, page_by_time, page_of

ALL = "Active IN (true, false)"  # without it inactive ones are left out
AT_ONCE = 300  # ids in one statement
INVALID_QUERY = "4001"  # such as a property that a kind can't be asked by
NEARLY_FULL = 950  # rows; a page may hold one less than there is


class Reader:
    """Asks in as few metered reads as possible. Raises what `Gateway` raises."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def count(self, entity: str) -> tuple[int, datetime]:
        """How many there are, inactive ones included, and when that was by QuickBooks' clock."""
        return self._gateway.count_at(entity, ALL)

    def page(self, entity: str, part: Part) -> list[Document]:
        """The next page of a pass."""
        return self._gateway.query(page_by_time(entity, ALL, part.at, part.skip + 1))

    def by_ids(self, entity: str, ids: Iterable[str]) -> list[Document]:
        """Entities by their ids, inactive ones included; what QuickBooks does not have is left out."""
        wanted = sorted({each for each in ids if ID.fullmatch(each)})
        found = []
        for start in range(0, len(wanted), AT_ONCE):
            named = ", ".join(literal(each) for each in wanted[start : start + AT_ONCE])
            found += self._gateway.query(page_of(entity, f"{ALL} AND Id IN ({named})", 1))
        return found

    def short_list(self, entity: str, where: str = ALL) -> list[Document]:
        """A list that fits into one page; where it does not, further pages until one brings nothing new."""
        try:
            rows = self._gateway.query(page_of(entity, where, 1))
        except QuickBooksFault as fault:
            if fault.code != INVALID_QUERY or not where:
                raise
            return self.short_list(entity, "")
        return rows if len(rows) < NEARLY_FULL else list(self._gateway.query_all(entity, where))
