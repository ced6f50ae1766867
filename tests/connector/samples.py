"""Sample documents that several tests start from."""

from __future__ import annotations

import copy
from typing import Any

REP = "rbbbbbbbbbbbbbbb"
ULID = "01JD8Q6Z5M3T0A7K9C2V4X6Y8B"
DATABASE = f"orders-{REP}"

ORDER: dict[str, Any] = {
    "_id": f"order:{ULID}",
    "type": "order",
    "schema": 1,
    "kind": "order",
    "rep": REP,
    "device": "van-phone",
    "captured_at": "2026-11-20T09:15:00Z",
    "captured_on": "2026-11-20",
    "customer": {"id": "customer:58", "name": "Café Ærø & Søn"},
    "currency": "USD",
    "lines": [
        {
            "product": "product:11",
            "name": "Queso “Cabrales”",
            "quantity": "12",
            "unit_price": "14.00",
            "discount": "0.05",
            "amount": "159.60",
        },
        {
            "product": "product:12",
            "name": "Hose, per metre",
            "quantity": "128.350",
            "unit_price": "14.50",
            "discount": "0",
            "amount": "1861.08",
        },
    ],
    "charges": [{"product": "product:90", "name": "Freight", "amount": "32.38"}],
    "total": "2053.06",
    "note": "Leave at the back door",
}

PRODUCTS: dict[str, dict[str, Any]] = {
    f"product:{number}": {"quickbooks_id": str(number), "name": name, "active": True, "tax_code": "NON"}
    for number, name in ((11, "Queso “Cabrales”"), (12, "Hose, per metre"), (90, "Freight"))
}
CUSTOMER: dict[str, Any] = {"quickbooks_id": "58", "name": "Café Ærø & Søn", "active": True, "currency": "USD"}


def order(**changes: Any) -> dict[str, Any]:
    """The sample order with some fields changed; a field set to None is left out."""
    document = copy.deepcopy(ORDER) | changes
    return {name: value for name, value in document.items() if value is not None}


def change(document: dict[str, Any], revision: str = "1-a", **fields: Any) -> dict[str, Any]:
    """A row of the changes feed that carries a document."""
    doc = {**document, "_rev": revision, **fields}
    row = {"id": document["_id"], "seq": "1", "changes": [{"rev": revision}], "doc": doc}
    return row | ({"deleted": True} if fields.get("_deleted") else {})
