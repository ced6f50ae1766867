"""The kinds of entities that are copied, and where their documents are."""

from __future__ import annotations

from dataclasses import dataclass

from connector.catalog.ages import CUSTOMERS as CUSTOMER_AGES
from connector.catalog.ages import PRODUCTS, TERMS
from connector.identifiers import CATALOG, CUSTOMERS


@dataclass(frozen=True)
class Kind:
    """What QuickBooks calls an entity, what its documents' ids begin with, what people call it, and its ages."""

    entity: str
    prefix: str
    database: str
    title: str
    ages: tuple[str, ...]

    def document_id(self, id: str) -> str:
        """The id of the document of an entity."""
        return self.prefix + id


ITEM = Kind("Item", "product:", CATALOG, "products", PRODUCTS)
CUSTOMER = Kind("Customer", "customer:", CUSTOMERS, "customers", CUSTOMER_AGES)
TERM = Kind("Term", "term:", CATALOG, "terms", TERMS)
TAX_CODE = Kind("TaxCode", "tax:", CATALOG, "tax codes", ())
PAGED = (ITEM, CUSTOMER)  # read page by page
CAPTURED = {kind.entity: kind for kind in (ITEM, CUSTOMER, TERM)}  # reported by change data capture
