"""A restored backup: what was captured before it may be in QuickBooks, and is looked for before it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from connector.couch import Database
from connector.ledger import Ledger, Row
from connector.records import time_text

RESTORED = "restored"
OPEN = ("received", "waiting", "held", "parked")
PAGE = 500  # rows marked in one request


class Restored:
    """The document that says when a backup was restored last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def at(self) -> str | None:
        """When that was, as a UTC time; None if it never happened. Raises CouchError."""
        found = self._database.get(RESTORED)
        return None if found is None else str(found["at"])

    def declare(self, ledger: Ledger, now: datetime, told: Callable[[int], None] = lambda count: None) -> int:
        """Say that a backup was restored; every row that is not posted is in doubt from now on. Returns how many.

        `told` hears the number of rows so far. Raises CouchError, DocumentConflict; safe to repeat.
        """
        current = self._database.get(RESTORED)
        document: dict[str, Any] = {"_id": RESTORED, "type": RESTORED, "schema": 1, "at": time_text(now)}
        if current is not None:
            document["_rev"] = current["_rev"]
        self._database.put(document)
        marked = 0
        for state in OPEN:
            rows = [row for row in ledger.in_state(state) if row.posted_at is None and not row.suspect]
            for start in range(0, len(rows), PAGE):
                doubtful = [replace(row, suspect=True) for row in rows[start : start + PAGE]]
                stored, _ = ledger.write(doubtful)
                marked += len(stored)
                told(marked)
        return marked


def in_doubt(row: Row, restored_at: str | None) -> Row:
    """A row that was just pinned, to be looked for if its document was captured before the backup came back.

    Days are compared, not moments: a device's clock may be ahead.
    """
    if restored_at is None or row.suspect:
        return row
    captured = str(row.content.get("captured_at", ""))
    return replace(row, suspect=True) if captured[:10] <= restored_at[:10] else row
