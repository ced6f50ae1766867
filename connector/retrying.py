"""Which documents a person may have tried again, and having that done."""

from __future__ import annotations

from datetime import UTC, datetime

from connector.errors import RoadbookError
from connector.ledger import Ledger, Row
from connector.outcomes import retried
from connector.records import time_text

RETRIABLE_STATES = ("parked", "waiting")
HOPELESS = ("unreadable", "by_hand")  # codes of reasons that another try can't change
CONFIRMABLE = ("repeated_line",)  # codes of problems that a person may say are meant to be so


def why_not(row: Row) -> str | None:
    """Why a document can't be tried again; None if it can."""
    if row.state not in RETRIABLE_STATES or row.posted_at is not None:
        return f"{row.of} is {row.state}; only parked and waiting documents can be tried again"
    if (row.reason or {}).get("code") in HOPELESS:
        return f"{row.of} can't be posted as it is: {(row.reason or {}).get('text')}"
    return None


def confirmable(row: Row) -> str | None:
    """The code of the problem that trying again may wave through, if a person says that it is meant to be so."""
    code = (row.reason or {}).get("code")
    return code if row.state == "parked" and code in CONFIRMABLE else None


def try_again(ledger: Ledger, row: Row, accepted: tuple[str, ...] = ()) -> Row:
    """Have a document tried again now; raises RoadbookError with the reason why not, DocumentConflict."""
    problem = why_not(row)
    if problem:
        raise RoadbookError(problem)
    return ledger.put(retried(row, time_text(datetime.now(UTC)), accepted))
