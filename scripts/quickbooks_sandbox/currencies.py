"""Currencies: the company's own, those it trades in, and what one is worth in the other.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/exchangerate
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.countries import COUNTRIES
from quickbooks_sandbox.faults import missing, refuse
from quickbooks_sandbox.number_fields import read_number

NAMES = {
    "USD": "United States Dollar",
    "GBP": "British Pound Sterling",
    "CAD": "Canadian Dollar",
    "AUD": "Australian Dollar",
    "EUR": "Euro",
}
# In US dollars; a new company's exchange rates follow from these.
WORTH = {"USD": "1", "GBP": "1.27", "CAD": "0.73", "AUD": "0.66", "EUR": "1.09"}
FRACTION = Decimal("0.000001")

Entity = dict[str, Any]


def reference(code: str) -> dict[str, str]:
    """A CurrencyRef."""
    return {"value": code, "name": NAMES.get(code, code)}


def home(company: Company) -> dict[str, str]:
    """The CurrencyRef of the company's own currency."""
    return reference(COUNTRIES[company.country].currency)


def of_name(company: Company, body: Entity) -> dict[str, str]:
    """The CurrencyRef of a new customer, vendor or account; raises a Fault."""
    given = str((body.get("CurrencyRef") or {}).get("value") or "")
    own = home(company)
    if not given or given == own["value"]:
        return own
    if company.switches["multicurrency"]:
        if not any(each["Code"] == given for each in company.store.all("CompanyCurrency")):
            raise refuse("2500", f"Invalid Reference Id : CurrencyRef {given} is none of the company's", "CurrencyRef")
        return reference(given)
    if company.switches["foreign_currency"] == "refused":
        text = f"Business Validation Error: this company has one currency, not {given}"
        raise refuse("6000", text, "CurrencyRef")
    return own


def of_form(company: Company, body: Entity, partner: Entity) -> tuple[dict[str, str], Decimal]:
    """The CurrencyRef of a form for a customer or vendor, and its exchange rate; raises a Fault."""
    if not company.switches["multicurrency"]:
        return of_name(company, body), Decimal(1)
    own = home(company)
    given = str((body.get("CurrencyRef") or {}).get("value") or "")
    if not given and company.switches["missing_currency"] == "refused":
        raise missing("CurrencyRef")
    wanted = partner.get("CurrencyRef") or own
    if given and given != wanted["value"]:
        text = f"Business Validation Error: the transaction is in {given}, the customer in {wanted['value']}"
        raise refuse("6000", text, "CurrencyRef")
    if wanted["value"] == own["value"]:
        return own, Decimal(1)
    return reference(wanted["value"]), read_number(body, "ExchangeRate") or rate_of(company, wanted["value"])


def rate_of(company: Company, code: str) -> Decimal:
    """What one unit of a currency is worth in the company's own."""
    for rate in company.store.all("ExchangeRate"):
        if rate["SourceCurrencyCode"] == code:
            return Decimal(rate["Rate"])
    return Decimal(1)


def found(company: Company) -> tuple[list[Entity], list[Entity]]:
    """The CompanyCurrency and ExchangeRate entities of a new company, without their heads."""
    own = COUNTRIES[company.country].currency
    others = [code for code in ("CAD", "EUR", "GBP", "AUD", "USD") if code != own]
    traded = [{"Code": code, "Name": NAMES[code], "Active": True} for code in others]
    rates = [
        {
            "SourceCurrencyCode": code,
            "TargetCurrencyCode": own,
            "Rate": (Decimal(WORTH[code]) / Decimal(WORTH[own])).quantize(FRACTION).normalize(),
            "AsOfDate": company.today(),
        }
        for code in others
    ]
    return traded, rates
