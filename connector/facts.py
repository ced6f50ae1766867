"""The facts that checks and mapping need, read from the catalog, the master copy of customers and the registry.

Whether a customer is known and may be sold to is said by the master copy, so that no order is parked because a
territory's copy is late; the territory's database only says whose customer it is, or was: a device may not know yet
that a customer has left its territory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from connector.check import Facts
from connector.couch import CouchServer
from connector.identifiers import CATALOG, CONNECTOR, CUSTOMERS, customers_database, ledger_id, ulid_of
from connector.ledger import Row
from connector.records import Order
from connector.registry import Registry

Document = dict[str, Any]


class FactReader:
    """Reads the facts for a group of orders in as few requests as there are databases."""

    def __init__(self, server: CouchServer, currency: str, brought: Callable[[], bool] = lambda: True) -> None:
        """`brought` says whether QuickBooks' data ever came as a whole; it is asked where something is missing."""
        self._server = server
        self._brought = brought
        self._is_brought = False
        self._currency = currency
        self._registry = Registry(server.database(CONNECTOR))
        self._territories: dict[str, str | None] = {}

    def read(self, orders: Sequence[tuple[Row, Order]]) -> list[Facts]:
        """The facts of each order, in the order given."""
        products = self._server.database(CATALOG).fetch(sorted({name for _, order in orders for name in named(order)}))
        theirs: dict[tuple[str, str], Document] = {}
        by_database: dict[str, set[str]] = {}
        requested: set[str] = set()
        for row, order in orders:
            territory = self.territory(row.rep)
            if order.customer.id.startswith("custreq:"):
                requested.add(ledger_id(row.rep, ulid_of(order.customer.id) or ""))
            elif territory is not None:
                by_database.setdefault(customers_database(territory), set()).add(order.customer.id)
        left: set[tuple[str, str]] = set()
        for database, wanted in by_database.items():
            found = self._server.database(database).fetch(sorted(wanted))
            theirs |= {(database, key): document for key, document in found.items()}
            left |= {(database, key) for key in self._server.database(database).deleted(sorted(wanted - found.keys()))}
        answered = self._server.database(CONNECTOR).fetch(sorted(requested))
        made = {key for request in answered.values() if (key := made_of(request)) is not None}
        customers = self._server.database(CUSTOMERS).fetch(sorted(made.union(*by_database.values())))
        return [self._facts_of(row, order, products, (customers, theirs, left), answered) for row, order in orders]

    def _facts_of(
        self,
        row: Row,
        order: Order,
        products: dict[str, Document],
        customers: tuple[dict[str, Document], dict[tuple[str, str], Document], set[tuple[str, str]]],
        answered: dict[str, Document],
    ) -> Facts:
        customer: Document | None
        master, theirs, left = customers
        parked, unasked, elsewhere, has_left = "", False, False, False
        if order.customer.id.startswith("custreq:"):
            request = answered.get(ledger_id(row.rep, ulid_of(order.customer.id) or ""), {})
            made = request.get("customer")
            # The master copy may not have it yet: it was made a moment ago.
            new = {"quickbooks_id": made["id"], "name": made["name"], "active": True} if made else None
            customer = master.get(made_of(request) or "", new)
            unasked = not request and not self._may_ask(row.rep)
            if request.get("state") == "parked":
                parked = str((request.get("reason") or {}).get("text", ""))
        else:
            place = (customers_database(self.territory(row.rep) or ""), order.customer.id)
            own = theirs.get(place)
            customer = master.get(order.customer.id, own)
            has_left = customer is not None and place in left
            elsewhere = customer is not None and own is None and not has_left
        there = {name: products[name] for name in named(order) if name in products}
        is_asked_for = order.customer.id.startswith("custreq:")
        missing = (customer is None and not is_asked_for) or elsewhere or len(there) < len(named(order))
        not_brought = missing and not self._has_been_brought()
        return Facts(there, customer, self._currency, parked, elsewhere, unasked, has_left, not_brought)

    def _has_been_brought(self) -> bool:
        self._is_brought = self._is_brought or self._brought()
        return self._is_brought

    def territory(self, rep: str) -> str | None:
        """The territory of a rep; None for a rep that the registry does not know."""
        if rep not in self._territories:
            found = self._registry.find(rep)
            if found is None:
                return None
            self._territories[rep] = found.territory
        return self._territories[rep]

    def _may_ask(self, rep: str) -> bool:
        found = self._registry.find(rep)
        return found is None or found.new_customers

    def forget(self) -> None:
        """Read territories anew from now on."""
        self._territories.clear()


def made_of(request: Document) -> str | None:
    """The id of the `customer:` document that answers a request for a new customer; None while nothing does."""
    made = request.get("customer")
    return f"customer:{made['id']}" if made else None


def named(order: Order) -> set[str]:
    """The ids of all products and charges on an order."""
    return {line.product for line in order.lines} | {charge.product for charge in order.charges}
