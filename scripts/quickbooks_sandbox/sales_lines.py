"""Lines, discounts and totals of sales forms, as QuickBooks reckons them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from quickbooks_sandbox import bundles, references
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import Errors, bad_enumeration, missing, refuse, too_long
from quickbooks_sandbox.money import amount_of, cents, plain, printed
from quickbooks_sandbox.number_fields import read_number
from quickbooks_sandbox.property_names import check_properties
from quickbooks_sandbox.sales_tax import net_and_gross

TAX_CODES = ("TAX", "NON")
KINDS = ("SalesItemLineDetail", "DiscountLineDetail", "DescriptionOnly", "SubTotalLineDetail", "GroupLineDetail")
SOLD = ("SalesItemLineDetail", "GroupLineDetail")
LONGEST_DESCRIPTION = 4000  # characters
DISCOUNT_ACCOUNT = {"value": "86", "name": "Discounts given"}
NOTHING = Decimal(0)

Line = dict[str, Any]


class LineIds:
    """Line ids of one form: those it has are kept, a new line gets the next one, none is ever given twice."""

    def __init__(self, known: set[str], last: int) -> None:
        self._known = set(known)
        self.last = max([last, *(int(line_id) for line_id in known if line_id.isdigit())])

    def take(self, given: Any) -> str:
        """The id of a line that was sent with `given` as its id."""
        if str(given) in self._known:
            self._known.discard(str(given))
            return str(given)
        self.last += 1
        return str(self.last)


def read_lines(company: Company, lines: Any, ids: LineIds, calculation: str = "") -> list[Line]:
    """The lines of a request as they are stored: items, then the subtotal, then discounts; raises a Fault.

    `calculation` is the form's GlobalTaxCalculation, empty in the United States.
    """
    if not lines:
        raise missing("Line")
    if not isinstance(lines, list):
        raise refuse("2010", f"Property Name:Can not deserialize Line out of a {type(lines).__name__}", "Line")
    errors = Errors()
    items: list[Line] = []
    discounts: list[Line] = []
    for line in lines:
        with errors.collected():
            stored = _line(company, line, calculation)
            if stored["DetailType"] == "DiscountLineDetail":
                discounts.append(stored)
            elif stored["DetailType"] != "SubTotalLineDetail":
                items.append({"Id": ids.take(line.get("Id")), "LineNum": len(items) + 1, **stored})
    errors.check()
    if not any(line["DetailType"] in SOLD for line in items):
        raise missing("Line")
    items = bundles.with_subtotals(items)
    subtotal = sum((line.get("Amount", 0) for line in items), NOTHING)
    for line in discounts:
        detail = line["DiscountLineDetail"]
        if detail["PercentBased"]:
            line["Amount"] = printed(cents(subtotal * amount_of(detail["DiscountPercent"]) / 100))
    total: Line = {"Amount": printed(subtotal), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    return [*items, total, *discounts]


def total_of(lines: list[Line]) -> Decimal:
    """What the form comes to before tax."""
    signs = {"SubTotalLineDetail": 1, "DiscountLineDetail": -1}
    return sum((signs[line["DetailType"]] * line["Amount"] for line in lines if line["DetailType"] in signs), NOTHING)


def _line(company: Company, line: Any, calculation: str) -> Line:
    check_properties("Line", line)
    kind = line.get("DetailType")
    if kind not in KINDS:
        raise bad_enumeration("DetailType", kind)
    if kind == "SubTotalLineDetail":
        return {"DetailType": kind}
    stored: Line = {"Description": line["Description"]} if line.get("Description") else {}
    if len(stored.get("Description", "")) > LONGEST_DESCRIPTION:
        raise too_long("Description", stored["Description"], LONGEST_DESCRIPTION)
    if kind == "DescriptionOnly":
        return {**stored, "DetailType": kind, "DescriptionLineDetail": line.get("DescriptionLineDetail") or {}}
    detail = line.get(kind) or {}
    check_properties(kind, detail)
    if kind == "SalesItemLineDetail" and line.get("Amount") in (None, ""):
        raise missing("Amount")
    amount = cents(read_number(line, "Amount"))
    if kind == "DiscountLineDetail":
        written = _discount(detail)
    elif kind == "SalesItemLineDetail":
        amount, written = _sale(company, amount, detail, calculation)
    else:
        written, members = bundles.opened(company, detail)
        nested = read_lines(company, members, LineIds(set(), 0), calculation)
        written["Line"] = [each for each in nested if each["DetailType"] in SOLD]
        amount = total_of(nested)
    return {**stored, "Amount": printed(amount), "DetailType": kind, kind: written}


def _sale(company: Company, amount: Decimal, detail: Line, calculation: str) -> tuple[Decimal, Line]:
    """An item line's amount without tax, and its detail."""
    quantity, price = read_number(detail, "Qty"), read_number(detail, "UnitPrice")
    if quantity and price and cents(quantity * price) != amount:
        raise refuse("6070", f"Amount is not equal to UnitPrice * Qty. Supplied value:{amount:,f}", "Amount")
    code = (detail.get("TaxCodeRef") or {}).get("value") or ("NON" if company.in_us else "")
    if company.in_us and code not in TAX_CODES:
        raise refuse("6100", f"Valid Line TaxCodes for US should be TAX or NON. Supplied value:{code}", "TaxCodeRef")
    read_number(detail, "TaxInclusiveAmt")
    net, gross = net_and_gross(company, calculation, amount, detail) if calculation else (amount, amount)
    written: Line = {}
    reference = str((detail.get("ItemRef") or {}).get("value") or "")
    if reference:
        item = company.store.find("Item", reference)
        if item is None or not item["Active"] or item["Type"] == "Category":
            raise company.inactive("ItemRef")
        written["ItemRef"] = {"value": reference, "name": item["FullyQualifiedName"]}
    if detail.get("ServiceDate"):
        written["ServiceDate"] = detail["ServiceDate"]
    errors = Errors()
    written |= references.resolved(company, {"ClassRef": detail.get("ClassRef")}, errors)
    errors.check()
    if price:
        written["UnitPrice"] = plain(price)
    if quantity:
        written["Qty"] = plain(quantity)
    if code:
        written["TaxCodeRef"] = {"value": code}
    if calculation == "TaxInclusive":
        written["TaxInclusiveAmt"] = printed(gross)
    return net, written


def _discount(detail: Line) -> Line:
    written: Line = {"PercentBased": detail.get("PercentBased") in (True, "true")}
    if written["PercentBased"]:
        written["DiscountPercent"] = plain(read_number(detail, "DiscountPercent"))
    return {**written, "DiscountAccountRef": detail.get("DiscountAccountRef") or DISCOUNT_ACCOUNT}
