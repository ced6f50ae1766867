"""A catalog and customers of any size, the same with every run, with the fields that real ones have."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

SEED = 20261125
GOODS = """oak beech walnut cedar birch board panel screw bracket hinge lock chain valve pump hose filter gasket bearing
copper brass steel zinc amber ivory slate cobalt scarlet olive coral matt satin gloss heavy light narrow wide"""
PLACES = "Ålesund Bergen Cork Delft Évora Ghent Heraklion Izmir Jaén Kraków Łódź Malmö Nîmes Oulu Porto"
WORDS, CITIES = GOODS.split(), PLACES.split()

Document = dict[str, Any]


def products(count: int) -> Iterator[Document]:
    """Products as the connector writes them, with the description and stock that real ones have."""
    chance = random.Random(SEED)
    for number in range(1, count + 1):
        words = chance.choices(WORDS, k=14)
        yield {
            "_id": f"product:{number}",
            "type": "product",
            "schema": 1,
            "quickbooks_id": str(number),
            "name": f"{words[0].capitalize()} {words[1]} {words[2]} {number % 97} mm",
            "kind": "product",
            "sku": f"{words[0][:2].upper()}-{chance.randrange(10**6):06d}",
            "category": f"{words[3].capitalize()} / {words[4]}",
            "description": " ".join(words[5:]).capitalize() + ".",
            "unit_price": f"{chance.randrange(50, 90_000) / 100:.2f}",
            "stock": str(chance.randrange(0, 4000)),
            "active": chance.random() < 0.97,
            "taxable": True,
            "tax_code": "TAX",
        }


def customers(count: int) -> Iterator[Document]:
    """Customers as the connector writes them, with the addresses and contacts that real ones have."""
    chance = random.Random(SEED + 1)
    for number in range(1, count + 1):
        words = chance.choices(WORDS, k=3)
        city = chance.choice(CITIES)
        yield {
            "_id": f"customer:{number}",
            "type": "customer",
            "schema": 1,
            "quickbooks_id": str(number),
            "name": f"{words[0].capitalize()} & {words[1].capitalize()} {city} {number}",
            "phone": f"+47 {chance.randrange(10**8):08d}",
            "email": f"orders{number}@{words[0]}{words[1]}.example",
            "billing_address": {"line1": f"{chance.randrange(1, 300)} {words[2]} street", "city": city},
            "terms": str(chance.randrange(1, 6)),
            "active": True,
            "taxable": True,
            "tax_code": "2",
            "balance": f"{chance.randrange(0, 500_000) / 100:.2f}",
        }
