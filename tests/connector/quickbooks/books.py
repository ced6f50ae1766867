"""A sandbox company with one customer and one product, written to as the connector writes."""

from __future__ import annotations

from itertools import count
from typing import Any

from connector.catalog.customers import customer_of
from connector.catalog.products import product_of
from connector.mapping import estimate_of, lines_of
from connector.policies import Policies
from connector.policy import Policy
from connector.quickbooks import Connection, canonical_json
from connector.records import Amendment, Order
from connector.settings import read_settings
from tests.connector.samples import ULID
from tests.connector.test_settings import GOOD


class Books:
    """The company; `customer` and `product` are catalog documents, everything on an order is that product."""

    def __init__(self, connection: Connection, customer: str, item: str, **settings: str) -> None:
        self.gateway = connection.gateway
        self.customer = customer_of(self.gateway.read("Customer", customer))
        self.product = product_of(self.gateway.read("Item", item))
        self._settings = read_settings(GOOD | settings)
        self._requests = count(1)

    def policy(self) -> Policy:
        """The company's policy as it is now."""
        return Policies(self._settings, self.gateway).policy()

    def products(self, record: Order | Amendment) -> dict[str, dict[str, Any]]:
        """The catalog's products of an order or amendment, by id."""
        return {part.product: self.product for part in (*record.lines, *record.charges)}

    def send(self, record: Order) -> dict[str, Any]:
        """The estimate that QuickBooks makes of an order."""
        body = estimate_of(record, ULID, self.customer, self.products(record), self.policy())
        return self.gateway.create("Estimate", canonical_json(body), f"order-{next(self._requests)}")

    def amend(self, estimate: dict[str, Any], record: Order | Amendment) -> dict[str, Any]:
        """The estimate after its lines were replaced by those of an amendment."""
        change = {"Id": estimate["Id"], "SyncToken": estimate["SyncToken"], "sparse": True}
        change |= lines_of(record, self.customer, self.products(record), self.policy())
        return self.gateway.update("Estimate", canonical_json(change), f"amend-{next(self._requests)}")
