"""Bundles on sales forms: one line that stands for several items, and subtotals between lines.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/item
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import missing
from quickbooks_sandbox.money import cents, plain
from quickbooks_sandbox.number_fields import read_number

SUBTOTAL = "Subtotal:"

Line = dict[str, Any]


def opened(company: Company, detail: Line) -> tuple[Line, list[Line]]:
    """A GroupLineDetail as it is stored, without its lines, and the lines it brings or stands for; raises a Fault."""
    reference = str((detail.get("GroupItemRef") or {}).get("value") or "")
    if not reference:
        raise missing("GroupItemRef")
    bundle = company.store.find("Item", reference)
    if bundle is None or not bundle["Active"] or bundle["Type"] != "Group":
        raise company.inactive("GroupItemRef")
    quantity = read_number(detail, "Quantity") or Decimal(1)
    stored = {"GroupItemRef": {"value": reference, "name": bundle["FullyQualifiedName"]}, "Quantity": plain(quantity)}
    if detail.get("ServiceDate"):
        stored["ServiceDate"] = detail["ServiceDate"]
    lines = detail.get("Line") or [_member(company, each, quantity) for each in _members(bundle)]
    return stored, lines


def with_subtotals(lines: list[Line]) -> list[Line]:
    """Lines with the sum of what stands above each inline subtotal, since the one before it."""
    written = []
    total = Decimal(0)
    for line in lines:
        if line["DetailType"] == "DescriptionOnly" and line.get("Description", "").strip() == SUBTOTAL:
            written.append({**line, "Description": f"{SUBTOTAL} {cents(total)}"})
            total = Decimal(0)
        else:
            written.append(line)
            total += line.get("Amount", 0)
    return written


def _members(bundle: Line) -> list[Line]:
    members: list[Line] = (bundle.get("ItemGroupDetail") or {}).get("ItemGroupLine") or []
    return members


def _member(company: Company, member: Line, quantity: Decimal) -> Line:
    """The line of one item in a bundle, at the item's own price."""
    item = company.store.find("Item", str((member.get("ItemRef") or {}).get("value")))
    if item is None:
        raise company.inactive("ItemRef")
    count = quantity * (read_number(member, "Qty") or Decimal(1))
    price = Decimal(str(item["UnitPrice"]))
    code = {"value": "TAX" if item.get("Taxable") else "NON"} if company.in_us else item.get("SalesTaxCodeRef")
    detail = {"ItemRef": {"value": item["Id"]}, "Qty": count, "UnitPrice": price, "TaxCodeRef": code}
    named = {"Description": item["Description"]} if item.get("Description") else {}
    return {
        **named,
        "DetailType": "SalesItemLineDetail",
        "Amount": cents(count * price),
        "SalesItemLineDetail": detail,
    }
