"""How each document of a story is to end: its receipt, and what of it is to be in QuickBooks. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]

POSTED = frozenset({"posted"})
AMENDED = frozenset({"amended"})
CANCELLED = frozenset({"cancelled"})
PARKED = frozenset({"parked"})
WAITING = frozenset({"waiting"})
CLOSED = frozenset({"Closed"})
OPEN = {"order": frozenset({"Accepted"}), "quote": frozenset({"Pending"})}


@dataclass(frozen=True)
class Ending:
    """The receipt that a document ends with: one of some states, and why if it is parked or waits."""

    of: str
    states: frozenset[str]
    codes: frozenset[str] = frozenset()

    def reached_by(self, receipt: Document | None) -> bool:
        """Whether a receipt is this ending."""
        if receipt is None or receipt.get("state") not in self.states:
            return False
        return not self.codes or str((receipt.get("reason") or {}).get("code")) in self.codes


@dataclass(frozen=True)
class Books:
    """What QuickBooks holds of an order in the end: `least` to one estimate, of what, in which status.

    `goods` is the document whose lines, charges and total count; None where the office changed them by hand and
    `total` says to what.
    """

    order: str
    least: int = 1
    most: int = 1
    goods: Document | None = None
    statuses: frozenset[str] = frozenset()
    total: str = ""
    note: str | None = None  # what the customer reads on it; None: it does not matter
    touched: bool = False  # the office changed, invoiced or deleted it: a reconciliation may say so


def parked(document: Document, *codes: str) -> Ending:
    """A document that stays parked for one of some reasons."""
    return Ending(document["_id"], PARKED, frozenset(codes))


def ended(document: Document, states: frozenset[str]) -> Ending:
    """A document that ends in one of some states."""
    return Ending(document["_id"], states)
