"""Holding: a person keeps an order from being sent, and lets it go again."""

from __future__ import annotations

from datetime import UTC, datetime

from connector.check import Reason
from connector.errors import RoadbookError
from connector.ledger import Ledger, Row
from connector.outcomes import retried
from connector.records import time_text

HELD_BY_OFFICE = "held_by_office"
UNREADABLE = "unreadable"  # nothing will be sent for it anyway; released, it could not be judged
HOLDABLE_STATES = ("received", "waiting", "parked")
KINDS = ("order", "quote")
LONGEST = 500  # characters of why


def why_not_held(row: Row) -> str | None:
    """Why a document can't be held; None if it can."""
    if row.kind not in KINDS:
        return f"{row.of} is no order and no quote; only those can be held"
    if row.posted_at is not None or row.state not in HOLDABLE_STATES:
        return f"{row.of} is {row.state}; only what is not in QuickBooks yet can be held"
    if (row.reason or {}).get("code") == UNREADABLE:
        return f"{row.of} can't be posted as it is, so there is nothing to hold: {(row.reason or {}).get('text')}"
    if row.doubtful or row.suspect:
        return f"{row.of} was sent, and QuickBooks may have it: it must be certain first what came of it"
    return None


def is_held_by_office(row: Row) -> bool:
    """Whether a person holds it, rather than a conflict."""
    return row.state == "held" and (row.reason or {}).get("code") == HELD_BY_OFFICE


def hold(ledger: Ledger, row: Row, why: str, by: str) -> Row:
    """Keep a document from being sent until somebody releases it; its rep is told why.

    Raises RoadbookError with the reason why not, DocumentConflict if the connector was at it in this moment.
    """
    problem = why_not_held(row)
    if problem:
        raise RoadbookError(problem)
    words = " ".join(why.split())
    if not 1 <= len(words) <= LONGEST or not words.isprintable():
        raise RoadbookError(f"say why it is held, in 1 to {LONGEST} characters: the rep reads it")
    reason = Reason(HELD_BY_OFFICE, f"The office holds it: {words}", "office", f"held by {by}")
    at = time_text(datetime.now(UTC))
    return ledger.put(row.step(at, "held", state="held", work="receipt", reason=reason.as_document(), due_at=at))


def release(ledger: Ledger, row: Row) -> Row:
    """Let a document go that a person held; it is checked as if it had just come.

    Raises RoadbookError, DocumentConflict.
    """
    if not is_held_by_office(row):
        raise RoadbookError(f"{row.of} is {row.state}; only what the office holds can be released")
    at = time_text(datetime.now(UTC))
    return ledger.put(retried(row.step(at, "released"), at))
