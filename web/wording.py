"""States, kinds, events and duties in the words that pages use. Pure."""

from __future__ import annotations

from typing import Any

from connector.estimates import called
from connector.ledger import Row
from connector.retries import RULES

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
    "released": "The office let it go",
    "product_linked": "The office said which product is meant",
    "customer_linked": "The office said which customer is meant",
    "entered_by_hand": "The office had entered it by hand; it was looked up in QuickBooks",
    "approved_before_posting": "Approved before it was posted",
    "changed_after_submit": "Another version arrived; it was not sent",
    "deleted_after_submit": "Deleted on the device; the posting stands",
    "receipt_refused": "The rep's database refused the receipt, so the rep does not see it",
    "program_error": "Roadbook itself failed at it; the log says more",
    "receipt_replaced": "The receipt had been changed and is written again",
}

# What stops orders, by the reason's code: how a group of them is called, and what to do about it.
REPAIRS = {
    "unknown_product": (
        "A product is not known to QuickBooks",
        "Make it there and try again, or say on the order's page which product is meant.",
    ),
    "inactive_product": (
        "A product is inactive in QuickBooks",
        "Make it active there and try again, or say on the order's page which product is meant.",
    ),
    "bundle": ("A bundle stands on the order", "Ask the rep to order what is in it, or choose a product for it."),
    "product_without_tax": ("A product has no tax code", "Give it one in QuickBooks, then try again."),
    "unknown_customer": (
        "The customer is not known to QuickBooks",
        "Make it there and try again, or say on the order's page which customer is meant.",
    ),
    "inactive_customer": (
        "The customer is inactive in QuickBooks",
        "Make it active there and try again, or say on the order's page which customer is meant.",
    ),
    "inactive_reference": (
        "QuickBooks refuses something that is inactive there",
        "Make it active there and try again, or say on the order's page what is meant.",
    ),
    "other_territory": (
        "The customer is of another territory",
        "Give it to the rep's territory and try again, or let the order pass on its page.",
    ),
    "repeated_line": ("The same line stands twice", "Ask the rep; if it is meant, let the order pass on its page."),
    "office_changed": (
        "An amendment meets an estimate that the office has changed",
        "Decide which counts; if it is the rep's, let it pass on its page.",
    ),
    "unlike_its_receipt": (
        "An order's estimate is not to be recognised any more",
        "Look there; then, on the order's page, put it down as entered by hand, or let it pass to post it anew.",
    ),
    "name_taken": (
        "A new customer's name is taken in QuickBooks",
        "Choose among those who have it, or give the new one another name, on the request's page.",
    ),
    "conflict": ("Several versions of one document arrived", "Compare them on the order's page and choose."),
    "held_by_office": ("Held by the office", "Release each on its page when it may go."),
    "unreadable": ("The document cannot be read", "Ask the rep for a new one, or enter it by hand."),
    "wrong_currency": ("Another currency than the customer's", "Mend it in QuickBooks and try again, or ask the rep."),
    "cannot_be_mapped": ("It cannot be written as an estimate", "The reason says why; mend it, then try again."),
    "program_error": ("Roadbook itself failed", "An admin looks into the log, then tries again."),
    "order_cancelled": (
        "A change meets an order that is cancelled",
        "Tell the rep: the order has to be taken anew, if it is still wanted.",
    ),
    "already_paid": (
        "A change meets an invoice that is paid",
        "Make the change in QuickBooks if it is wanted, and tell the rep.",
    ),
    "already_converted": (
        "A change meets an estimate that has become an invoice",
        "Make the change in QuickBooks if it is wanted, and tell the rep.",
    ),
    "already_closed": (
        "A change meets an estimate that is closed",
        "Open it in QuickBooks and try again, or tell the rep.",
    ),
    "no_order": ("A change is of something that is no order", "Ask the rep what is meant."),
    "wrong_rep": (
        "It names another rep than the one whose database it lies in",
        "Ask the rep for a new one, or enter it by hand.",
    ),
    "wrong_line_amount": (
        "A line's amount is not quantity times price",
        "Ask the rep for a new one, or enter it by hand.",
    ),
    "wrong_total": ("The total is not that of the lines", "Ask the rep for a new one, or enter it by hand."),
    "wrong_discount": ("The discount is wrong", "Ask the rep for a new one, or enter it by hand."),
    "park": (
        "QuickBooks refused it, or gave no clear answer",
        "Look there for the order first; the reason says more. Then try again, or enter it by hand.",
    ),
    "other_company": (
        "It belongs to another company",
        "An admin connects that company again, or it is entered by hand.",
    ),
}
ANY_REPAIR = "The reason says what and who; mend it, then try again on the order's page."

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


def title_of(code: str) -> str:
    """How what stops an order is called: in our words, else in those of QuickBooks' code."""
    if code in REPAIRS:
        return REPAIRS[code][0]
    return f"{RULES[code].reason.rstrip('.')} (code {code})" if code in RULES else f"Stopped with code {code}"


def repair_of(code: str) -> str:
    """What to do about it."""
    return REPAIRS[code][1] if code in REPAIRS else ANY_REPAIR


def kind_of(kind: str) -> str:
    """`Order`, `Customer request`."""
    return KINDS.get(kind, kind)


def event_of(event: Any) -> str:
    """An entry of a trail in words; one that has no words yet is shown as it is stored."""
    return EVENTS.get(str(event), str(event))
