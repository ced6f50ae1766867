"""Linking: the office says which product or customer of QuickBooks a rep's order means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from connector.contents import readable
from connector.couch import CouchServer
from connector.errors import MappingError, RoadbookError
from connector.identifiers import CATALOG, CUSTOMERS
from connector.ledger import Ledger, Row
from connector.outcomes import retried
from connector.records import Order, Unreadable, time_text

LINKABLE = ("unknown_product", "inactive_product", "bundle", "unknown_customer", "inactive_customer")
LINKABLE_TOO = ("inactive_reference",)  # what QuickBooks itself has refused for such a reason

Document = dict[str, Any]


@dataclass(frozen=True)
class Unusable:
    """Something an order names that cannot be sold or sold to, as the order calls it, and why."""

    id: str
    name: str
    why: str

    @property
    def is_customer(self) -> bool:
        """Whether it is the customer rather than a product."""
        return self.id.startswith("customer:")


def may_link(row: Row) -> bool:
    """Whether something in a row's document may be linked to something else."""
    code = (row.reason or {}).get("code")
    return row.state == "parked" and row.posted_at is None and code in (*LINKABLE, *LINKABLE_TOO) and is_order(row)


def is_order(row: Row) -> bool:
    """Whether a row is an order's or a quote's."""
    return row.kind in ("order", "quote")


def unusable_in(server: CouchServer, row: Row) -> list[Unusable]:
    """What a parked order names that the copies of QuickBooks' lists do not have, or have as inactive. Two requests."""
    order = order_in(row)
    if order is None or not may_link(row):
        return []
    named = {line.product: line.name for line in order.lines} | {each.product: each.name for each in order.charges}
    products = server.database(CATALOG).fetch(sorted(named))
    found = [Unusable(id, name, why) for id, name in named.items() if (why := fault_of(products.get(id)))]
    customer = order.customer
    if customer.id.startswith("customer:"):
        why = fault_of(server.database(CUSTOMERS).fetch([customer.id]).get(customer.id))
        found += [Unusable(customer.id, customer.name, why)] if why else []
    return found


def fault_of(document: Mapping[str, Any] | None) -> str:
    """Why nothing can be sold with it, in words; empty if it can."""
    if document is None:
        return "not known to QuickBooks"
    if document.get("deleted"):
        return "deleted in QuickBooks"
    if not document.get("active", False):
        return "inactive in QuickBooks"
    return "a bundle" if document.get("kind") == "bundle" else ""


def link(server: CouchServer, ledger: Ledger, row: Row, this: str, means: str) -> Row:
    """Have an order's product (or customer) `this` mean `means`, both by document id, and have the order tried again.

    The price stays what the rep agreed. Raises RoadbookError with the reason why not, DocumentConflict, CouchError.
    """
    if not may_link(row):
        raise RoadbookError(f"{row.of} is {row.state}; something is linked only where an order is parked for it")
    order = order_in(row)
    customer = this.startswith("customer:")
    if order is None or this not in named_in(order):
        raise RoadbookError(f"{row.of} does not name {this}")
    if not means.startswith("customer:" if customer else "product:"):
        raise RoadbookError(f"{means or 'nothing'} cannot stand for {this}")
    chosen = server.database(CUSTOMERS if customer else CATALOG).get(means)
    fault = fault_of(chosen)
    if fault or chosen is None:
        raise RoadbookError(f"{means} is {fault}, so it cannot stand for {this}")
    at = time_text(datetime.now(UTC))
    # A link to what was linked before takes its place: links never form a chain.
    before = row.links or {}
    original = next((key for key, value in before.items() if value == this), this)
    linked = replace(
        row.step(at, "product_linked" if not customer else "customer_linked"), links={**before, original: means}
    )
    return ledger.put(retried(linked, at))


def order_in(row: Row) -> Order | None:
    """The order as it would be sent; None where it cannot be read."""
    try:
        record = readable(row)
    except (MappingError, Unreadable):
        return None
    return record if isinstance(record, Order) else None


def named_in(order: Order) -> set[str]:
    """The ids of everything an order names."""
    lines, charges = {line.product for line in order.lines}, {each.product for each in order.charges}
    return {order.customer.id} | lines | charges
