"""The catalog: QuickBooks' items and customers as documents for the devices, written only when they changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connector.couch import CouchServer, Database
from connector.errors import CouchError
from connector.identifiers import CATALOG, customers_database
from connector.money import plain, show
from connector.quickbooks import Gateway
from connector.records import content_of

PAGE = 500  # documents compared and written in one request

Document = dict[str, Any]
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Synced:
    """What a pass over QuickBooks found and wrote."""

    seen: int
    written: int


def product_of(item: Mapping[str, Any]) -> Document:
    """The `product:` document of an Item. `unit_price` and `on_hand` are decimal strings."""
    product: Document = {
        "_id": f"product:{item['Id']}",
        "type": "product",
        "schema": 1,
        "quickbooks_id": str(item["Id"]),
        "name": str(item.get("Name", "")),
        "sku": item.get("Sku"),
        "description": item.get("Description"),
        "kind": "charge" if item.get("Type") == "Service" else "product",
        "unit_price": str(plain(Decimal(str(item.get("UnitPrice") or 0)))),
        "active": bool(item.get("Active", True)),
        "taxable": bool(item.get("Taxable", False)),
        "tax_code": (item.get("SalesTaxCodeRef") or {}).get("value") or ("TAX" if item.get("Taxable") else "NON"),
    }
    if item.get("QtyOnHand") is not None:
        product["on_hand"] = str(plain(Decimal(str(item["QtyOnHand"]))))
    return {name: value for name, value in product.items() if value is not None}


def customer_of(entity: Mapping[str, Any]) -> Document:
    """The `customer:` document of a Customer. `balance` is a decimal string."""
    place = entity.get("BillAddr") or {}
    address = {
        "street": "\n".join(str(place[name]) for name in ("Line1", "Line2", "Line3") if place.get(name)),
        "city": place.get("City"),
        "region": place.get("CountrySubDivisionCode"),
        "postal_code": place.get("PostalCode"),
        "country": place.get("Country"),
    }
    customer: Document = {
        "_id": f"customer:{entity['Id']}",
        "type": "customer",
        "schema": 1,
        "quickbooks_id": str(entity["Id"]),
        "name": str(entity.get("DisplayName", "")),
        "active": bool(entity.get("Active", True)),
        "email": (entity.get("PrimaryEmailAddr") or {}).get("Address"),
        "phone": (entity.get("PrimaryPhone") or {}).get("FreeFormNumber"),
        "address": {name: value for name, value in address.items() if value} or None,
        "currency": (entity.get("CurrencyRef") or {}).get("value"),
        "taxable": entity.get("Taxable") is not False,
        "tax_code": (entity.get("DefaultTaxCodeRef") or {}).get("value"),
        "balance": show(Decimal(str(entity.get("Balance") or 0))),
    }
    return {name: value for name, value in customer.items() if value is not None}


class Catalog:
    """Brings QuickBooks' lists into `catalog` and the territories' customers databases."""

    def __init__(self, server: CouchServer, gateway: Gateway, territories: Iterable[str]) -> None:
        self._server = server
        self._gateway = gateway
        self._territories = sorted(set(territories))

    def sync(self, currency: str, progress: Progress = lambda what, count: None) -> Synced:
        """Read all items and customers, inactive ones included, and write what changed.

        Every territory gets every customer. `progress(what, count)` is called after each page.
        Raises QuickBooksError, CouchError; what was written stays and the next pass goes on.
        """
        catalog = self._server.database(CATALOG)
        company = self._gateway.company()
        settings = {"_id": "settings:app", "type": "settings", "schema": 1, "currency": currency}
        settings["company"] = str(company.get("CompanyName", ""))
        seen, written = 1, write_changed(catalog, [settings])
        everything = "Active IN (true, false)"
        for page in pages(self._gateway.query_all("Item", everything)):
            products = [product_of(item) for item in page if item.get("Type") not in ("Category", "Group")]
            written += write_changed(catalog, products)
            seen += len(products)
            progress("products", seen - 1)
        customers = 0
        for page in pages(self._gateway.query_all("Customer", everything)):
            documents = [customer_of(entity) for entity in page]
            for territory in self._territories:
                written += write_changed(self._server.database(customers_database(territory)), documents)
            customers += len(documents)
            progress("customers", customers)
        return Synced(seen + customers, written)


def pages(entities: Iterable[Document]) -> Iterable[list[Document]]:
    """Groups of at most PAGE entities."""
    page: list[Document] = []
    for entity in entities:
        page.append(entity)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


def write_changed(database: Database, documents: list[Document]) -> int:
    """Write those documents whose content differs from what is there; returns how many."""
    present = database.fetch(document["_id"] for document in documents)
    changed = []
    for document in documents:
        current = present.get(document["_id"])
        if current is None:
            changed.append(document)
        elif content_of(current) != content_of(document):
            changed.append({**document, "_rev": current["_rev"]})
    for document, answer in zip(changed, database.bulk(changed), strict=True):
        if "error" in answer:
            raise CouchError(f"{document['_id']} could not be written into {database.name}: {answer.get('reason')}")
    return len(changed)
