"""States, kinds, events and duties in the words that pages use. Pure."""

from __future__ import annotations

from typing import Any

from connector.estimates import called
from connector.ledger import Row

STATES = {
    "received": "On the server",
    "waiting": "Waiting",
    "held": "Held",
    "parked": "Parked",
    "posted": "In QuickBooks",
    "amended": "Amended",
    "cancelled": "Cancelled",
    "converted": "Converted",
}
IN_QUICKBOOKS = {
    "posted": "In QuickBooks as",
    "amended": "Amended, in QuickBooks as",
    "cancelled": "Cancelled,",
    "converted": "Converted,",
}
USUAL_STATES = ("received", "waiting", "held", "parked", "posted")

KINDS = {
    "order": "Order",
    "quote": "Quote",
    "amendment": "Amendment",
    "cancellation": "Cancellation",
    "customer_request": "Customer request",
}

EVENTS = {
    "received": "Reached the server and was pinned",
    "sending": "Checked; the request to QuickBooks was put on record and sent",
    "batched": "Sent together with others",
    "posted": "QuickBooks took it",
    "adopted": "Found in QuickBooks: the lost answer had been a yes",
    "not_sent": "QuickBooks wrote nothing",
    "waiting": "Waits for another try",
    "parked": "Parked",
    "held": "Held",
    "settled": "The conflict was settled",
    "taken_up": "It needed no request of its own",
    "linked": "The office chose the customer",
    "amended": "An amendment reached QuickBooks",
    "cancelled": "A cancellation reached QuickBooks",
    "amended_before_posting": "An amendment changed it before it was posted",
    "cancelled_before_posting": "Cancelled before it was posted",
    "seen_in_quickbooks": "Somebody changed it in QuickBooks",
    "deleted_in_quickbooks": "Somebody deleted it in QuickBooks",
    "retried": "A person asked to try again",
    "changed_after_submit": "Another version arrived; it was not sent",
    "deleted_after_submit": "Deleted on the device; the posting stands",
    "receipt_replaced": "The receipt had been changed and is written again",
}

DUTIES = {
    "rep": "The rep must act.",
    "office": "The office must act.",
    "admin": "An admin must act.",
    "nobody": "Nobody needs to act.",
}


def state_of(row: Row) -> str:
    """Where a document stands, in one phrase."""
    if row.state in IN_QUICKBOOKS and (row.estimate or row.customer):
        return f"{IN_QUICKBOOKS[row.state]} {quickbooks_name(row)}"
    if row.state == "received":
        return "On the server, not in QuickBooks yet"
    return STATES.get(row.state, row.state)


def quickbooks_name(row: Row) -> str:
    """What a posted document is called in QuickBooks: `estimate 1042 (Accepted)`, `customer Blauer See`."""
    if row.customer:
        return f"customer {row.customer.get('name') or row.customer.get('id')}"
    estimate = row.estimate or {}
    name = called(estimate)
    name = name[0].lower() + name[1:]
    return f"{name} ({estimate['status']})" if estimate.get("status") else name


def duty_of(row: Row) -> str:
    """Who must act on a document that is not getting on by itself; empty for one that is."""
    if row.state not in ("held", "parked", "waiting") or not row.reason:
        return ""
    return DUTIES.get(str(row.reason.get("who")), "It is unknown who must act.")


def kind_of(kind: str) -> str:
    """`Order`, `Customer request`."""
    return KINDS.get(kind, kind)


def event_of(event: Any) -> str:
    """An entry of a trail in words; one that has no words yet is shown as it is stored."""
    return EVENTS.get(str(event), str(event))
