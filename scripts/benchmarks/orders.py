"""Orders as reps' devices write them, made from the catalog in front of them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connector.money import line_amount, show, total_of
from connector.records import time_text

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
LINES = 3  # lines on each order

Document = dict[str, Any]


def new_ulid() -> str:
    """A ULID of this moment: 48 bits of milliseconds, 80 random bits."""
    number = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def order_of(number: int, rep: str, products: Sequence[Document], customers: Sequence[Document]) -> Document:
    """The order with this number: three different products in turn, some discounted, for the customers in turn."""
    now = datetime.now(UTC)
    customer = customers[number % len(customers)]
    lines = [
        line_of(products[(number + place) % len(products)], 1 + (number + place) % 24, discounted=place == 1)
        for place in range(min(LINES, len(products)))
    ]
    return {
        "_id": f"order:{new_ulid()}",
        "type": "order",
        "schema": 1,
        "kind": "order",
        "rep": rep,
        "device": "benchmark",
        "captured_at": time_text(now),
        "captured_on": now.date().isoformat(),
        "customer": {"id": customer["_id"], "name": customer["name"]},
        "currency": "USD",
        "lines": lines,
        "charges": [],
        "total": show(total_of(Decimal(line["amount"]) for line in lines)),
    }


def line_of(product: Document, quantity: int, *, discounted: bool) -> Document:
    """One line at the catalog's price, with a tenth off if discounted."""
    price, discount = Decimal(product["unit_price"]), Decimal("0.1" if discounted else "0")
    return {
        "product": product["_id"],
        "name": product["name"],
        "quantity": str(quantity),
        "unit_price": product["unit_price"],
        "discount": str(discount),
        "amount": show(line_amount(Decimal(quantity), price, discount)),
    }
