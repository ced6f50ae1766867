"""A catalogue and customers of any size: made-up entities of QuickBooks, as the connector's own code writes them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from connector.catalog.customers import customer_of
from connector.catalog.products import product_of

SEED = 7
KINDS = ["beans", "filter", "grinder", "kettle", "cup", "syrup", "tea", "scale", "brush", "bottle", "tamper", "jug"]
MAKES = ["Arabica", "Robusta", "Hario", "Bialetti", "Ærø", "Kenya", "Colombia", "Sumatra", "Nordic", "Baratza", "Moka"]
SIZES = ["250 g", "500 g", "1 kg", "5 kg", "0.5 l", "1 l", "12 pcs", "100 pcs", "no. 2", "no. 4"]
DESCRIPTIONS = (
    "roasted slowly over beech wood and packed the same day for cafes offices hotels with a round body notes of cocoa "
    "nuts red berries or stone fruit suits espresso press and filter please keep dry and cool delivered by the case "
    "made of steel glass porcelain or paper fits every holder dishwasher safe two years guarantee spare parts at hand"
)
WORDS = DESCRIPTIONS.split()
STREETS = ["Harbour Street", "Mill Lane", "Station Road", "High Street", "Church Hill", "Market Square", "Quay"]
CITIES = ["Portland", "Aarhus", "Bristol", "Halifax", "Galway", "Bergen", "Dunedin", "Salem"]
TRADES = ["Café", "Hotel", "Bakery", "Restaurant", "Office", "Deli", "Bistro", "Canteen"]

Document = dict[str, Any]


def products(count: int) -> Iterator[Document]:
    """So many `product:` documents, the same every time, in an order that is not that of their ids."""
    chance = random.Random(SEED)
    for number in shuffled(count, chance):
        kind, make, size = chance.choice(KINDS), chance.choice(MAKES), chance.choice(SIZES)
        yield product_of(
            {
                "Id": str(number),
                "SyncToken": str(number % 5),
                "Name": f"{make} {kind}, {size}, {number:05}",
                "FullyQualifiedName": f"{make}:{kind}:{make} {kind}, {size}, {number:05}",
                "SubItem": True,
                "Sku": f"{make[:2].upper()}-{kind[:2].upper()}-{number:05}",
                "Description": sentence(chance, 14),
                "Type": "Inventory",
                "UnitPrice": f"{chance.randrange(100, 20000) / 100:.2f}",
                "Active": number % 20 != 0,
                "Taxable": number % 3 != 0,
                "QtyOnHand": chance.randrange(500),
            }
        )


def customers(count: int) -> Iterator[Document]:
    """So many `customer:` documents, the same every time."""
    chance = random.Random(SEED + 1)
    for number in shuffled(count, chance):
        trade, city = chance.choice(TRADES), chance.choice(CITIES)
        yield customer_of(
            {
                "Id": str(number),
                "SyncToken": str(number % 5),
                "DisplayName": f"{trade} {city} {number:04}",
                "CompanyName": f"{trade} {city} {number:04} Ltd",
                "GivenName": "Alice",
                "FamilyName": f"Jensen {number}",
                "PrimaryEmailAddr": {"Address": f"order{number}@example.com"},
                "PrimaryPhone": {"FreeFormNumber": f"+1 503 555 {number:04}"},
                "BillAddr": {
                    "Line1": f"{chance.randrange(1, 200)} {chance.choice(STREETS)}",
                    "City": city,
                    "PostalCode": f"{chance.randrange(10000, 99999)}",
                    "Country": "US",
                },
                "CurrencyRef": {"value": "USD"},
                "Taxable": True,
                "SalesTermRef": {"value": "3"},
                "Balance": f"{chance.randrange(0, 500000) / 100:.2f}",
                "Active": True,
            }
        )


def shuffled(count: int, chance: random.Random) -> list[int]:
    """The numbers from 1 to `count` in an order of their own."""
    numbers = list(range(1, count + 1))
    chance.shuffle(numbers)
    return numbers


def sentence(chance: random.Random, words: int) -> str:
    """Words of a product's description."""
    return " ".join(chance.choice(WORDS) for _ in range(words)).capitalize() + "."
