"""What reps' devices hand in, made by chance from the catalog: orders, quotes, changes of them, new customers. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connector.money import line_amount, show, total_of

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
DAYS = ("2026-11-19", "2026-11-20", "2026-11-23")  # few, so that many estimates of one customer share a day
DISCOUNTS = ("0", "0", "0.05", "0.1", "0.125", "0.3333", "1")
QUANTITIES = ("1", "2", "3", "4", "6", "12", "24", "144", "0.5", "2.75", "0.333")
PRICES = ("0.07", "1.99999", "0", "1250")  # agreed with the customer instead of the catalog's
NOTES = ("", "", "Please call before 9", "Leave at the “back door”", "Für die Küche: bitte früh liefern")
MOST_LINES = 12

Document = dict[str, Any]


@dataclass(frozen=True)
class Shelf:
    """What there is to sell, and to whom: documents of the catalog and of the reps' territory."""

    products: Sequence[Document]
    charges: Sequence[Document]
    customers: Sequence[Document]


@dataclass
class Writer:
    """One rep's device, writing by chance; the same chance writes the same documents."""

    rep: str
    shelf: Shelf
    chance: random.Random
    minutes: int = field(default=0)

    def order(self, kind: str = "order", **changes: Any) -> Document:
        """An order or a quote that nothing is wrong with, unless `changes` say otherwise."""
        customer = self.chance.choice(self.shelf.customers)
        document: Document = {
            **self._head(f"order:{self.ulid()}", "order"),
            "kind": kind,
            "captured_on": self.chance.choice(DAYS),
            "customer": {"id": customer["_id"], "name": customer["name"]},
            "currency": "USD",
            **self.goods(),
        }
        if self.chance.random() < 0.3:
            document |= {"po_number": f"PO-{self.chance.randrange(10_000)}", "deliver_on": "2026-12-01"}
        if self.chance.random() < 0.2:
            document["ship_to"] = {"name": "Depot", "street": "Gate 4, Upper Road 1", "city": "Galway"}
        return document | changes

    def amendment(self, order: Document, number: int, **changes: Any) -> Document:
        """A later change of an order: other lines."""
        ulid = order["_id"].removeprefix("order:")
        document = {
            **self._head(f"amend:{ulid}:{number}", "amendment"),
            "order": order["_id"],
            "number": number,
            **self.goods(),
        }
        return document | changes

    def cancellation(self, order: Document) -> Document:
        """The withdrawal of an order."""
        ulid = order["_id"].removeprefix("order:")
        reason = self.chance.choice(("The customer changed his mind", "Ordered twice by mistake", ""))
        document = {**self._head(f"cancel:{ulid}", "cancellation"), "order": order["_id"]}
        return document | ({"reason": reason} if reason else {})

    def request(self, name: str = "") -> Document:
        """The wish for a new customer, by default under a name that nobody else has."""
        ulid = self.ulid()
        return {
            **self._head(f"custreq:{ulid}", "customer_request"),
            "name": name or f"{self.chance.choice(('Bistro', 'Café', 'Mensa', 'Épicerie'))} {ulid[-6:]}",
            "email": f"buyer@{ulid[-6:].lower()}.example",
            "address": {"street": f"High Street {self.chance.randrange(200)}", "city": "Cork"},
        }

    def goods(self, lines: Sequence[Document] | None = None) -> Document:
        """Lines, charges, note and total; one to twelve lines, no two alike."""
        made = list(lines) if lines is not None else self._lines()
        charges = []
        if self.shelf.charges and self.chance.random() < 0.3:
            charge = self.chance.choice(self.shelf.charges)
            amount = show(Decimal(self.chance.randrange(100, 5000)) / 100)
            charges = [{"product": charge["_id"], "name": charge["name"], "amount": amount}]
        total = total_of(Decimal(each["amount"]) for each in [*made, *charges])
        note = self.chance.choice(NOTES)
        return {"lines": made, "charges": charges, "total": show(total)} | ({"note": note} if note else {})

    def line(self, product: Document | None = None) -> Document:
        """One line: at the catalog's price or another one, with or without a discount."""
        product = product or self.chance.choice(self.shelf.products)
        price = self.chance.choice(PRICES) if self.chance.random() < 0.15 else str(product["unit_price"])
        quantity, discount = self.chance.choice(QUANTITIES), self.chance.choice(DISCOUNTS)
        return {
            "product": product["_id"],
            "name": product["name"],
            "quantity": quantity,
            "unit_price": price,
            "discount": discount,
            "amount": show(line_amount(Decimal(quantity), Decimal(price), Decimal(discount))),
        }

    def ulid(self) -> str:
        """A ULID with a fixed time and 80 bits by chance."""
        return "01KARRRRRR" + "".join(self.chance.choice(ALPHABET) for _ in range(16))

    def _lines(self) -> list[Document]:
        wanted = self.chance.randint(1, MOST_LINES)
        lines: dict[tuple[str, ...], Document] = {}
        for _ in range(wanted):
            line = self.line()
            lines[line["product"], line["quantity"], line["unit_price"], line["discount"]] = line
        return list(lines.values())

    def _head(self, document_id: str, kind: str) -> Document:
        """The fields that every document has; each is captured a minute after the one before."""
        self.minutes += 1
        hours, minutes = divmod(self.minutes % (24 * 60), 60)
        day = 20 + self.minutes // (24 * 60)
        at = f"2026-11-{day:02}T{hours:02}:{minutes:02}:00Z"
        return {"_id": document_id, "type": kind, "schema": 1, "rep": self.rep, "device": "chaos", "captured_at": at}
