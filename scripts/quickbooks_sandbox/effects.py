"""What transactions do to lists: what customers and vendors owe, and how much of an item is left."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from quickbooks_sandbox.money import plain, printed
from quickbooks_sandbox.store import Store

# Kind -> the reference to who owes, the property that says how much, and in which direction.
OWED = {
    "Invoice": ("CustomerRef", "Balance", 1),
    "CreditMemo": ("CustomerRef", "RemainingCredit", -1),
    "Payment": ("CustomerRef", "UnappliedAmt", -1),
    "Bill": ("VendorRef", "Balance", 1),
    "VendorCredit": ("VendorRef", "Balance", -1),
}
STOCK = {"Invoice": -1, "SalesReceipt": -1, "CreditMemo": 1, "RefundReceipt": 1, "Bill": 1, "Purchase": 1}
NOTHING = Decimal(0)

Entity = dict[str, Any]
Amounts = dict[tuple[str, str], Decimal]


def changed_lists(store: Store, kind: str, before: Entity | None, after: Entity | None) -> Iterator[tuple[str, Entity]]:
    """The list entities, each with its kind, that a change of a transaction changes, as they are afterwards.

    One may come twice: each has to be stored before the next is asked for.
    """
    amounts = _amounts(kind, after)
    for key, amount in _amounts(kind, before).items():
        amounts[key] = amounts.get(key, NOTHING) - amount
    for (list_kind, entity_id), amount in amounts.items():
        entity = store.find(list_kind, entity_id)
        if not amount or entity is None:
            continue
        if list_kind != "Item":
            for changed in _owing(store, list_kind, entity, amount):
                yield list_kind, changed
        elif entity.get("TrackQtyOnHand"):
            yield "Item", {**entity, "QtyOnHand": plain(entity.get("QtyOnHand", 0) + amount)}


def _owing(store: Store, kind: str, entity: Entity, amount: Decimal) -> Iterator[Entity]:
    """Who owes more, and the customers above, whose balance with jobs it is as well."""
    owing = {**entity, "Balance": printed(entity["Balance"] + amount)}
    if kind == "Customer":
        owing["BalanceWithJobs"] = printed(entity["BalanceWithJobs"] + amount)
    yield owing
    above = store.find("Customer", str((entity.get("ParentRef") or {}).get("value"))) if kind == "Customer" else None
    while above is not None:
        yield {**above, "BalanceWithJobs": printed(above["BalanceWithJobs"] + amount)}
        above = store.find("Customer", str((above.get("ParentRef") or {}).get("value")))


def _amounts(kind: str, transaction: Entity | None) -> Amounts:
    amounts: Amounts = {}
    if transaction is None:
        return amounts
    if kind in OWED:
        reference, name, sign = OWED[kind]
        owner = (reference.removesuffix("Ref"), transaction[reference]["value"])
        amounts[owner] = sign * Decimal(transaction.get(name, 0))
    for line in transaction.get("Line", []) if kind in STOCK else ():
        details = [line, *((line.get("GroupLineDetail") or {}).get("Line") or [])]
        for each in details:
            detail = each.get("SalesItemLineDetail") or each.get("ItemBasedExpenseLineDetail") or {}
            item = str((detail.get("ItemRef") or {}).get("value") or "")
            if item:
                quantity = STOCK[kind] * Decimal(str(detail.get("Qty") or 0))
                amounts["Item", item] = amounts.get(("Item", item), NOTHING) + quantity
    return amounts
