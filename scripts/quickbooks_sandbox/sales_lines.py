"""Lines, discounts and totals of sales forms, as QuickBooks reckons them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from quickbooks_sandbox.faults import INACTIVE, Error, Fault, refuse
from quickbooks_sandbox.money import amount_of, cents, plain

Line = dict[str, Any]
FindItem = Callable[[str], dict[str, Any] | None]

TAX_CODES = ("TAX", "NON")
KINDS = ("SalesItemLineDetail", "DiscountLineDetail", "DescriptionOnly", "SubTotalLineDetail", "GroupLineDetail")


def read_lines(lines: Any, find_item: FindItem, next_line_id: Callable[[], str], known: set[str]) -> list[Line]:
    """The lines of a request as they are stored: items, then the subtotal, then discounts; raises a Fault.

    `known` are the line ids that the transaction has already; a line with another id is a new one.
    """
    if not isinstance(lines, list) or not lines:
        raise refuse("2020", "Required parameter Line is missing in the request", "Line")
    errors: list[Error] = []
    items: list[Line] = []
    discounts: list[Line] = []
    for line in lines:
        kind = line.get("DetailType") if isinstance(line, dict) else None
        if kind not in KINDS:
            raise refuse("2170", f"Invalid Enumeration : {kind}", "DetailType")
        if kind == "SubTotalLineDetail":
            continue
        try:
            stored = _discount(line) if kind == "DiscountLineDetail" else _item_line(line, find_item)
        except Fault as fault:
            errors.extend(fault.errors)
            continue
        given = str(line.get("Id") or "")
        stored = {"Id": given if given in known else next_line_id(), **stored}
        (discounts if kind == "DiscountLineDetail" else items).append(stored)
    if errors:
        raise Fault(*errors)
    if not items:
        raise refuse("2020", "Required parameter Line is missing in the request", "Line")
    for number, line in enumerate(items, start=1):
        line["LineNum"] = number
    subtotal = sum((line["Amount"] for line in items), Decimal(0))
    for line in discounts:
        detail = line["DiscountLineDetail"]
        if detail.get("PercentBased"):
            line["Amount"] = cents(subtotal * amount_of(detail.get("DiscountPercent")) / 100)
    return [*items, {"Amount": subtotal, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}, *discounts]


def total_of(lines: list[Line]) -> Decimal:
    """What the form comes to before tax."""
    subtotal = next((line["Amount"] for line in lines if line["DetailType"] == "SubTotalLineDetail"), Decimal(0))
    discounts = sum((line["Amount"] for line in lines if line["DetailType"] == "DiscountLineDetail"), Decimal(0))
    total: Decimal = subtotal - discounts
    return total


def _number(line: Line, name: str) -> Decimal:
    try:
        return amount_of(line.get(name))
    except ValueError as error:
        raise refuse("2010", f"Property Name:Can not construct instance of BigDecimal from {error}", name) from error


def _item_line(line: Line, find_item: FindItem) -> Line:
    amount = cents(_number(line, "Amount"))
    stored: Line = {"Amount": amount, "DetailType": line["DetailType"]}
    if line.get("Description"):
        if len(line["Description"]) > 4000:
            raise refuse("2050", _too_long(line["Description"], 4000), "Description")
        stored = {"Description": line["Description"], **stored}
    if line["DetailType"] != "SalesItemLineDetail":
        return stored
    detail = line.get("SalesItemLineDetail") or {}
    quantity, price = _number(detail, "Qty"), _number(detail, "UnitPrice")
    if quantity and price and cents(quantity * price) != amount:
        supplied = f"{line.get('Amount')}"
        raise refuse("6070", f"Amount is not equal to UnitPrice * Qty. Supplied value:{supplied}", "Amount")
    code = (detail.get("TaxCodeRef") or {}).get("value") or "NON"
    if code not in TAX_CODES:
        raise refuse("6100", f"Valid Line TaxCodes for US should be TAX or NON. Supplied value:{code}", "TaxCodeRef")
    written: Line = {}
    reference = str((detail.get("ItemRef") or {}).get("value") or "")
    if reference:
        item = find_item(reference)
        if item is None or not item.get("Active", True):
            raise refuse("2500", f"Invalid Reference Id : {INACTIVE}", "ItemRef")
        written["ItemRef"] = {"value": reference, "name": item["Name"]}
    if price:
        written["UnitPrice"] = plain(price)
    if quantity:
        written["Qty"] = plain(quantity)
    written["TaxCodeRef"] = {"value": code}
    return {**stored, "SalesItemLineDetail": written}


def _discount(line: Line) -> Line:
    detail = dict(line.get("DiscountLineDetail") or {})
    detail.setdefault("DiscountAccountRef", {"value": "86", "name": "Discounts given"})
    return {
        "Amount": cents(_number(line, "Amount")),
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": detail,
    }


def _too_long(text: str, most: int) -> str:
    supported = f"Min:0 Max:{most} supported. Supplied length:{len(text)}"
    return f"String length specified does not match the supported length. {supported}"
