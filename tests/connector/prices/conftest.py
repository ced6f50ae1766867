"""A catalog with some products, on a CouchDB."""

from __future__ import annotations

from typing import Any

import pytest

from connector.couch import CouchServer, Database
from connector.identifiers import CATALOG, CUSTOMERS
from connector.provisioning import install
from connector.servers import connector_server
from connector.settings import Settings


def product(key: str, **fields: Any) -> dict[str, Any]:
    """A `product:` document as down sync writes it."""
    document = {"_id": f"product:{key}", "type": "product", "schema": 1, "quickbooks_id": key, "kind": "product"}
    own = {"name": f"Product {key}", "unit_price": "20", "active": True, "taxable": True, "tax_code": "TAX"}
    return document | own | fields


def customer(key: str, **fields: Any) -> dict[str, Any]:
    """A `customer:` document as down sync writes it."""
    document = {"_id": f"customer:{key}", "type": "customer", "schema": 1, "quickbooks_id": key}
    return document | {"name": f"Customer {key}", "active": True} | fields


PRODUCTS = [
    product("1", sku="OAK-2", name="Oak board, 2 m", category=["Timber", "Boards"]),
    product("2", sku="PINE-2", name="Pine board, 2 m", category=["Timber", "Boards"]),
    product("3", sku="2", name="Nails"),
    product("4", name="Screws", active=False),
    product("5", name="Twin"),
    product("6", name="Twin"),
]
CUSTOMERS_THERE = [
    customer("1", name="Café Ærø", customer_type="Wholesale"),
    customer("2", name="Dylan Sollfrank", customer_type="Retail"),
    customer("3", name="Rondonuwu", currency="EUR"),
]


@pytest.fixture
def server(couch: CouchServer, settings: Settings) -> CouchServer:
    """Roadbook's databases with those products and customers, with the connector's rights."""
    install(couch, settings)
    signed_in = connector_server(settings)
    signed_in.database(CATALOG).bulk(PRODUCTS)
    signed_in.database(CATALOG).put({"_id": "settings:app", "type": "settings", "schema": 1, "currency": "USD"})
    signed_in.database(CUSTOMERS).bulk(CUSTOMERS_THERE)
    return signed_in


@pytest.fixture
def catalog(server: CouchServer) -> Database:
    """The catalog."""
    return server.database(CATALOG)
