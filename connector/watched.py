"""Which kinds of entities in QuickBooks matter here, and which of its webhooks are worth a look. Pure."""

from __future__ import annotations

SALES = ("Estimate", "Invoice")  # what orders become
LISTS = ("Item", "Customer", "Term")  # what is copied to devices and is reported as changed
# What moves stock or what a customer owes: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities
MOVES = (
    *("Invoice", "Payment", "CreditMemo", "SalesReceipt", "RefundReceipt"),
    *("Bill", "VendorCredit", "Purchase", "JournalEntry"),
)
WATCHED = frozenset(kind.lower() for kind in (*SALES, *LISTS, *MOVES))

# A new estimate is one that we made, or none of ours: what it would cost to look at each is saved.
NO_NEWS = frozenset({("estimate", "created")})


def concerns(kind: str, operation: str) -> bool:
    """Whether an event (in lower case, empty where unknown) is worth a look; what is not understood is."""
    return (not kind or kind in WATCHED) and (kind, operation) not in NO_NEWS
