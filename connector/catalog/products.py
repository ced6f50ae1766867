"""QuickBooks' items as `product:` documents. Pure.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/item
"""

from __future__ import annotations

from typing import Any

from connector.catalog.fields import (
    LONG_TEXT,
    Document,
    Entity,
    Unusable,
    exact,
    id_of,
    lines,
    name_of,
    part,
    path_of,
    price,
    quantity,
    reference,
    said,
    shortened,
    truth,
    version_of,
)
from connector.catalog.standing import living_name

CATEGORY = "Category"
BUNDLE = "Group"
CHARGES = ("Service",)
MOST_COMPONENTS = 50  # in a bundle, as QuickBooks allows


def is_category(item: Entity) -> bool:
    """Whether an item is a category: it is in the paths of the products below it, and no document of its own."""
    return item.get("Type") == CATEGORY


def product_of(item: Entity) -> Document:
    """The `product:` document of an Item. `unit_price` and `on_hand` are decimal strings; raises Unusable."""
    key = id_of(item)
    active = truth(item.get("Active"), "Active", True)
    taxable = truth(item.get("Taxable"), "Taxable", False)
    bundle = item.get("Type") == BUNDLE
    product: Document = {
        "_id": f"product:{key}",
        "type": "product",
        "schema": 1,
        "quickbooks_id": key,
        "version": version_of(item),
        "name": living_name(name_of(item.get("Name")), active),
        "sku": exact(item.get("Sku"), "SKU"),
        "description": shortened(lines(item.get("Description")), LONG_TEXT),
        "category": path_of(item),
        "kind": "bundle" if bundle else "charge" if item.get("Type") in CHARGES else "product",
        "unit_price": price(item.get("UnitPrice"), "price"),
        "active": active,
        "taxable": taxable,
        "tax_code": reference(item, "SalesTaxCodeRef") or ("TAX" if taxable else "NON"),
    }
    if item.get("QtyOnHand") is not None:
        product["on_hand"] = quantity(item["QtyOnHand"], "quantity on hand")
    if bundle:
        product["components"] = components_of(item)
    return said(product)


def components_of(bundle: Entity) -> list[Document]:
    """What one piece of a bundle holds; raises Unusable for a component that names no item."""
    rows: Any = part(bundle, "ItemGroupDetail").get("ItemGroupLine")
    found = []
    for row in rows if isinstance(rows, list) else []:
        item = reference(row, "ItemRef") if isinstance(row, dict) else None
        if item is None:
            raise Unusable("a part of the bundle names no item")
        count = quantity(1 if row.get("Qty") is None else row["Qty"], "quantity in the bundle")
        found.append({"product": f"product:{item}", "quantity": count})
    if len(found) > MOST_COMPONENTS:
        raise Unusable(f"the bundle has more than {MOST_COMPONENTS} parts")
    return found
