"""Items: what can be sold.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/item
"""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import Errors, bad_enumeration, missing, too_long
from quickbooks_sandbox.money import plain
from quickbooks_sandbox.number_fields import read_number

TYPES = ("Service", "NonInventory", "Inventory", "Category", "Group")
LENGTHS = {"Name": 100, "Sku": 100, "Description": 4000}
STOCKED = ("InvStartDate", "QtyOnHand", "IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef")
NUMBERS = ("UnitPrice", "PurchaseCost", "QtyOnHand", "ReorderPoint", "RatePercent")

Entity = dict[str, Any]


def check(company: Company, body: Entity) -> None:
    """Raise the fault of texts that are too long and of numbers that are none."""
    errors = Errors()
    for name, most in LENGTHS.items():
        if len(body.get(name) or "") > most:
            with errors.collected():
                raise too_long(name, body[name], most)
    for name in NUMBERS:
        with errors.collected():
            read_number(body, name)
    errors.check()


def new(company: Company, body: Entity) -> Entity:
    """What a new item is besides what its body says; raises a Fault."""
    kind = body.get("Type") or "Service"
    if kind not in TYPES:
        raise bad_enumeration("Type", kind)
    item: Entity = {"Type": kind, "Taxable": body.get("Taxable") is True, "UnitPrice": 0}
    item["TrackQtyOnHand"] = kind == "Inventory"
    if kind == "Inventory":
        errors = Errors()
        for needed in STOCKED:
            if body.get(needed) in (None, ""):
                with errors.collected():
                    raise missing(needed)
        errors.check()
    return item | numbers_of(body)


def numbers_of(body: Entity) -> Entity:
    """The numbers that a body carries, as they are printed."""
    return {name: plain(read_number(body, name)) for name in NUMBERS if body.get(name) not in (None, "")}
