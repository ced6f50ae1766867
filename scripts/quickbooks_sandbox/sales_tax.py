"""The tax on a sales form: American sales tax on the whole form, or a tax code for each line everywhere else.

Reference: https://developer.intuit.com/app/developer/qbo/docs/workflows/manage-sales-tax-for-us-locales
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.countries import COUNTRIES
from quickbooks_sandbox.faults import bad_enumeration, missing, refuse
from quickbooks_sandbox.money import cents, plain, printed
from quickbooks_sandbox.tax_lists import rates_of

CALCULATIONS = ("TaxExcluded", "TaxInclusive", "NotApplicable")
NOTHING = Decimal(0)

Entity = dict[str, Any]


@dataclass(frozen=True)
class Tax:
    """What a form is charged: its TxnTaxDetail, and how much that is."""

    detail: Entity
    total: Decimal


NO_TAX = Tax({"TotalTax": 0}, NOTHING)


def calculation_of(company: Company, body: Entity) -> str:
    """A form's GlobalTaxCalculation, empty in the United States; raises a Fault."""
    if company.in_us:
        return ""
    given = body.get("GlobalTaxCalculation")
    if not given:
        if company.switches["missing_tax_calculation"] == "refused":
            raise missing("GlobalTaxCalculation")
        return str(company.switches["missing_tax_calculation"])
    if given not in CALCULATIONS:
        raise bad_enumeration("GlobalTaxCalculation", given)
    return str(given)


def net_and_gross(company: Company, calculation: str, amount: Decimal, detail: Entity) -> tuple[Decimal, Decimal]:
    """A line's amount without and with tax, outside the United States; raises the fault of a missing or wrong code."""
    code = str((detail.get("TaxCodeRef") or {}).get("value") or "")
    if calculation == "NotApplicable":
        return amount, amount
    if not code:
        text = "Business Validation Error: Make sure all your transactions have a GST/HST rate before you save."
        raise refuse("6000", text, "TaxCodeRef")
    percent = sum((rate for _, rate in rates_of(company, code)), NOTHING)
    if calculation == "TaxInclusive":
        inclusive = Decimal(str(detail.get("TaxInclusiveAmt") or 0))
        if not inclusive and company.switches["tax_inclusive_amount"] == "gross":
            inclusive = amount
        if inclusive:
            return cents(inclusive * 100 / (100 + percent)), cents(inclusive)
    return amount, amount + cents(amount * percent / 100)


def tax_of(company: Company, calculation: str, body: Entity, customer: Entity, lines: list[Entity]) -> Tax:
    """The tax on a form's stored lines; raises the fault of a tax code that is none."""
    subtotal = sum((line["Amount"] for line in lines if line["DetailType"] == "SubTotalLineDetail"), NOTHING)
    discount = sum((line["Amount"] for line in lines if line["DetailType"] == "DiscountLineDetail"), NOTHING)
    left = (subtotal - discount) / subtotal if subtotal else Decimal(1)
    sales = [sale for line in lines for sale in _sales(line)]
    if calculation:
        return _by_line(company, calculation, sales, left)
    code = _american_code(company, body, customer)
    if not code:
        return NO_TAX
    taxed = (line for line in sales if line["SalesItemLineDetail"]["TaxCodeRef"]["value"] == "TAX")
    base = sum((line["Amount"] for line in taxed), NOTHING) if customer.get("Taxable", True) else NOTHING
    if body.get("ApplyTaxAfterDiscount") in (True, "true"):
        base = cents(base * left)
    rows = [(rate, percent, base, cents(base * percent / 100)) for rate, percent in rates_of(company, code)]
    return _detail(rows, {"TxnTaxCodeRef": {"value": code}})


def _american_code(company: Company, body: Entity, customer: Entity) -> str:
    """The tax code of a form in the United States; empty for none."""
    mode = company.switches["sales_tax"]
    if mode == "off":
        return ""
    if mode == "automated":
        return _code_of_place(company, body, customer)
    given = str(((body.get("TxnTaxDetail") or {}).get("TxnTaxCodeRef") or {}).get("value") or "")
    if not given and company.switches["default_tax_code"] == "used":
        given = str((customer.get("DefaultTaxCodeRef") or {}).get("value") or "")
    return given


def _code_of_place(company: Company, body: Entity, customer: Entity) -> str:
    """What automated sales tax finds for the place that is delivered to; no state: the company's own."""
    codes = COUNTRIES[company.country].code_of_state
    for address in (body.get("ShipAddr"), body.get("BillAddr"), customer.get("ShipAddr"), customer.get("BillAddr")):
        if address and address.get("CountrySubDivisionCode"):
            return codes.get(str(address["CountrySubDivisionCode"]).upper(), "")
    return codes[COUNTRIES[company.country].address["CountrySubDivisionCode"]]


def _by_line(company: Company, calculation: str, sales: list[Entity], left: Decimal) -> Tax:
    """Tax by the code of each line, one row for each rate."""
    if calculation == "NotApplicable":
        return NO_TAX
    bases: dict[tuple[str, Decimal], Decimal] = {}
    gross = net = NOTHING
    for line in sales:
        detail = line["SalesItemLineDetail"]
        base = line["Amount"] * left
        for each in rates_of(company, detail["TaxCodeRef"]["value"]):
            bases[each] = bases.get(each, NOTHING) + base
        gross += detail.get("TaxInclusiveAmt", 0) * left
        net += base
    rows = [(rate, percent, cents(base), cents(base * percent / 100)) for (rate, percent), base in bases.items()]
    if calculation == "TaxInclusive" and rows:
        # The sum is what the prices include, to the cent: the highest rate takes what rounding leaves.
        missed = cents(gross) - cents(net) - sum((amount for *_, amount in rows), NOTHING)
        highest = max(range(len(rows)), key=lambda position: rows[position][1])
        rate, percent, taxed, amount = rows[highest]
        rows[highest] = (rate, percent, taxed, amount + missed)
    return _detail(rows, {})


def _detail(rows: list[tuple[str, Decimal, Decimal, Decimal]], head: Entity) -> Tax:
    total = sum((amount for *_, amount in rows), NOTHING)
    tax_lines = [
        {
            "Amount": printed(amount),
            "DetailType": "TaxLineDetail",
            "TaxLineDetail": {
                "TaxRateRef": {"value": rate},
                "PercentBased": True,
                "TaxPercent": plain(percent),
                "NetAmountTaxable": printed(base),
            },
        }
        for rate, percent, base, amount in rows
    ]
    return Tax({**head, "TotalTax": printed(total), "TaxLine": tax_lines}, total)


def _sales(line: Entity) -> list[Entity]:
    """The item lines of a line: itself, or those of a bundle."""
    if line["DetailType"] == "GroupLineDetail":
        return [each for each in line["GroupLineDetail"]["Line"] if each["DetailType"] == "SalesItemLineDetail"]
    return [line] if line["DetailType"] == "SalesItemLineDetail" else []
