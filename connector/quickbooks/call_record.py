"""The calls of a company and a month on record: one document, added to by all processes by compare-and-swap."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from connector.errors import DocumentConflict
from connector.quickbooks.calls import MONTHLY_QUOTA, Tally
from connector.quickbooks.token_store import Documents, written

SAVERS_KEPT = 20  # processes whose last saving is remembered, so that one whose answer was lost is not added twice


class Months(Protocol):
    """The part of `connector.couch.Database` that showing the calls needs."""

    def starting_with(self, prefix: str) -> Iterator[dict[str, Any]]:
        """All documents whose id starts with a prefix."""


@dataclass(frozen=True)
class MonthOfCalls:
    """What a company was asked in a month (`yyyy-mm`, by UTC)."""

    realm: str
    month: str
    tally: Tally
    saved_at: str

    @property
    def metered_percent(self) -> float:
        """The share of the free tier's monthly quota."""
        return round(100 * self.tally.metered / MONTHLY_QUOTA, 2)

    def as_object(self) -> dict[str, Any]:
        """For machines."""
        counts = {"sent": dict(self.tally.sent), "succeeded": dict(self.tally.succeeded)}
        metered = {"metered": self.tally.metered, "monthly_quota": MONTHLY_QUOTA}
        return {"realm": self.realm, "month": self.month, **metered, **counts, "saved_at": self.saved_at}

    def kinds(self) -> list[str]:
        """Every kind that was called, in the order of the alphabet."""
        return sorted(self.tally.sent | self.tally.succeeded)


class CallRecord:
    """The documents `calls:<realm>:<yyyy-mm>`; one instance is one process."""

    def __init__(
        self,
        database: Documents,
        realm: str,
        *,
        wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        saver: str = "",
    ) -> None:
        self._database = database
        self._realm = realm
        self._wall_clock = wall_clock
        self._saver = saver or secrets.token_hex(8)

    def add(self, month: str, tally: Tally, number: int) -> None:
        """Add to what is on record; the same number again adds nothing. Raises CouchError."""
        document_id = f"calls:{self._realm}:{month}"
        while True:
            document = self._database.get(document_id) or {"_id": document_id, "type": "calls", "schema": 1}
            savers = dict(document.get("savers") or {})
            if savers.pop(self._saver, None) == number:
                return
            known = tally_in(document)
            document |= {
                "realm": self._realm,
                "month": month,
                "sent": dict(known.sent + tally.sent),
                "succeeded": dict(known.succeeded + tally.succeeded),
                "savers": dict([*savers.items(), (self._saver, number)][-SAVERS_KEPT:]),
                "saved_at": written(self._wall_clock()),
            }
            try:
                self._database.put(document)
            except DocumentConflict:
                continue
            return


def months(database: Months, month: str = "") -> list[MonthOfCalls]:
    """The calls on record, newest month first; only one month's when it is named (`yyyy-mm`). Raises CouchError."""
    found = [
        MonthOfCalls(str(each["realm"]), str(each["month"]), tally_in(each), str(each["saved_at"]))
        for each in database.starting_with("calls:")
    ]
    return sorted((each for each in found if month in ("", each.month)), key=lambda each: each.month, reverse=True)


def this_month() -> str:
    """The month that is counted now."""
    return f"{datetime.now(UTC):%Y-%m}"


def tally_in(document: dict[str, Any]) -> Tally:
    """The counts that a document holds."""
    return Tally(Counter(document.get("sent") or {}), Counter(document.get("succeeded") or {}))
