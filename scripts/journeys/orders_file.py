"""Orders of the user's own for the demo: a JSON list, products and customers by name, SKU or document id."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from connector.errors import RoadbookError

SAMPLE_ORDERS: list[dict[str, Any]] = [
    {
        "customer": "Café Ærø",
        "lines": [
            {"product": "BEAN-1", "quantity": "6", "discount": "0.05"},
            {"product": "OAT-6", "quantity": "12"},
        ],
        "charges": [{"product": "Delivery", "amount": "7.50"}],
        "note": "Leave it at the back door.",
    },
    {
        "kind": "quote",
        "customer": "O'Leary & Sons",
        "lines": [{"product": "OIL-5", "quantity": "10", "unit_price": "39.90"}],
    },
]
PASSED_ON = (
    *("kind", "note", "po_number", "deliver_on", "captured_at", "captured_on", "currency", "ship_to"),
    *("discount", "tax"),
)


class OrdersFileError(RoadbookError):
    """The file of orders can't be used; the message says which order and why."""


def read_orders(path: Path) -> list[dict[str, Any]]:
    """Read the file; raises OrdersFileError."""
    try:
        orders = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OrdersFileError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise OrdersFileError(f"{path} is not JSON: {error}") from error
    if not isinstance(orders, list) or not orders or not all(isinstance(order, dict) for order in orders):
        raise OrdersFileError(f"{path} must hold a list of at least one order")
    return orders


def capture_fields(
    order: dict[str, Any], products: Iterable[dict[str, Any]], customers: Iterable[dict[str, Any]]
) -> dict[str, Any]:
    """What the device captures: names replaced by document ids; raises OrdersFileError for one it does not know."""
    known = {name: product["_id"] for product in products for name in names_of(product)}
    people = {name: customer["_id"] for customer in customers for name in names_of(customer)}
    fields = {name: order[name] for name in PASSED_ON if name in order}
    fields["customer"] = pick(people, order.get("customer"), "customer")
    for part in ("lines", "charges"):
        entries = order.get(part, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise OrdersFileError(f"{part} must be a list of objects: {entries!r}")
        fields[part] = [
            {name: str(value) for name, value in entry.items() if name != "product"}
            | {"product": pick(known, entry.get("product"), "product")}
            for entry in entries
        ]
    return fields


def names_of(document: dict[str, Any]) -> list[str]:
    """Everything a person may call a product or a customer."""
    return [str(document[name]).casefold() for name in ("_id", "name", "sku") if document.get(name)]


def pick(known: dict[str, str], name: Any, what: str) -> str:
    """The document id for a name; raises OrdersFileError naming some that exist."""
    found = known.get(str(name).casefold())
    if found is None:
        raise OrdersFileError(f"there is no {what} {name!r}; there are {', '.join(sorted(known)[:8])} …")
    return found
