"""Which documents a person may have tried again, and having that done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from connector.errors import RoadbookError
from connector.ledger import Document, Ledger, Row
from connector.outcomes import retried
from connector.records import time_text

RETRIABLE_STATES = ("parked", "waiting")
NAME_TAKEN = "name_taken"
HOPELESS = ("unreadable", NAME_TAKEN)  # codes of reasons that another try can't change
# Codes of problems that a person may say are meant to be so.
CONFIRMABLE = ("repeated_line", "office_changed", "other_territory", "unlike_its_receipt")


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
    strange = [code for code in accepted if code not in CONFIRMABLE]
    if strange:
        raise RoadbookError(f"{', '.join(strange)}: only {', '.join(CONFIRMABLE)} can be accepted as meant to be so")
    return ledger.put(retried(row, time_text(datetime.now(UTC)), accepted))


def link_customer(ledger: Ledger, row: Row, customer: str) -> Row:
    """Answer a customer request with a customer that QuickBooks has already (`customer` is its id there).

    Raises RoadbookError for a row that asks for no customer or is answered, DocumentConflict.
    """
    _check_asks(row)
    candidates = candidates_of(row) or []
    chosen = next((each for each in candidates if each["id"] == customer and each["kind"] == "customer"), None)
    if chosen is None:
        known = ", ".join(each["id"] for each in candidates if each["kind"] == "customer") or "none"
        raise RoadbookError(f"{row.of}: customer {customer} is not among those who have the name ({known})")
    if not chosen["active"]:
        raise RoadbookError(f"{row.of}: customer {customer} is inactive in QuickBooks; make it active there first")
    at = time_text(datetime.now(UTC))
    made = {"id": chosen["id"], "name": chosen["name"]}
    done = {"state": "posted", "work": "receipt", "reason": None, "due_at": at, "posted_at": at}
    return ledger.put(row.step(at, "linked", customer=made, **done))


def rename_customer(ledger: Ledger, row: Row, name: str) -> Row:
    """Have a requested customer made under a name that the office chose.

    Raises RoadbookError for a row that asks for no customer or is answered, or for a name QuickBooks can't take.
    """
    _check_asks(row)
    if candidates_of(row) is None:
        raise RoadbookError(f"{row.of} is parked for another reason than its name; have it tried again first")
    cleaned = name.strip()
    if not 1 <= len(cleaned) <= 500 or any(mark in ":\t\n" or not mark.isprintable() for mark in cleaned):
        raise RoadbookError("a customer's name has 1 to 500 characters, without colon, tab or line break")
    renamed = retried(row, time_text(datetime.now(UTC)))
    return ledger.put(replace(renamed, changes={"name": cleaned}, suspect=row.suspect))


def candidates_of(row: Row) -> list[Document] | None:
    """Who has the name that a rep asked for; None where nobody has to choose."""
    if row.state != "parked" or (row.reason or {}).get("code") != NAME_TAKEN:
        return None
    return list((row.reason or {}).get("candidates") or [])


def _check_asks(row: Row) -> None:
    if row.kind != "customer_request":
        raise RoadbookError(f"{row.of} asks for no customer")
    if row.state != "parked" or row.posted_at is not None:
        raise RoadbookError(f"{row.of} is {row.state}; only a parked request needs a choice")
