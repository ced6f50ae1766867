"""What no request could bring about: entities that are malformed, and a company that has grown large long ago."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from quickbooks_sandbox import name_lists
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.kinds import kind_of
from quickbooks_sandbox.operations import read

SPREAD = 20  # days over which a grown company's lists were changed last
NEWEST = timedelta(hours=1)  # nothing of it was changed later than that ago

Entity = dict[str, Any]


def spoil(company: Company, wish: Entity) -> Entity:
    """{"entity", "id", "changes", "remove"}: change properties without a check, or take some away; raises a Fault.

    It counts as an update: the SyncToken, the time and webhooks say so.
    """
    kind = kind_of(wish["entity"])
    stored = read(company, kind, str(wish["id"]))
    gone = set(wish.get("remove", ()))
    left = {name: value for name, value in stored.items() if name not in gone}
    return company.touch(kind, {**left, **wish.get("changes", {})})


def grow(company: Company, wish: dict[str, int]) -> dict[str, int]:
    """{"Item": 10000, "Customer": 5000}: so many more, changed in the last weeks, but not in the last hour."""
    makers = {"Item": item, "Customer": customer}
    for kind, count in wish.items():
        for number in range(int(count)):
            made = name_lists.create(company, kind, makers[kind](number))
            age = NEWEST + timedelta(days=SPREAD) * (1 - number / int(count))
            stamp = (company.clock.now() - age).isoformat(timespec="seconds")
            company.store.put(kind, {**made, "MetaData": {"CreateTime": stamp, "LastUpdatedTime": stamp}})
    company.take_events()  # it was long ago
    return company.store.kinds()


def item(number: int) -> Entity:
    """A product whose price and name tell it from others."""
    price = Decimal(100 + number * 7 % 9900) / 100
    return {
        "Name": f"Grown product {number:06}",
        "Sku": f"GR-{number:06}",
        "Description": f"Product {number} of a company that has grown",
        "UnitPrice": price,
        "Type": "NonInventory",
        "Taxable": number % 3 > 0,
    }


def customer(number: int) -> Entity:
    """A customer with an address."""
    return {
        "DisplayName": f"Grown customer {number:06}",
        "PrimaryEmailAddr": {"Address": f"customer-{number}@grown.example"},
        "BillAddr": {"Line1": f"{number} Long Street", "City": "Leeds", "PostalCode": f"LS{number % 29}"},
    }
