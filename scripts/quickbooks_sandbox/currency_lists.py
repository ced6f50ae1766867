"""The currencies a company trades in, and their exchange rates, as entities of their own.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/exchangerate
"""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.currencies import NAMES
from quickbooks_sandbox.faults import missing, refuse
from quickbooks_sandbox.money import plain
from quickbooks_sandbox.number_fields import read_number
from quickbooks_sandbox.property_names import check_properties

KINDS = ("CompanyCurrency", "ExchangeRate")

Entity = dict[str, Any]


def create(company: Company, kind: str, body: Entity) -> Entity:
    """Add a currency, or set an exchange rate, which has no id; raises a Fault."""
    check_properties(kind, body)
    if kind == "ExchangeRate":
        return _set_rate(company, body)
    code = str(body.get("Code") or "")
    if not code:
        raise missing("Code")
    if any(each["Code"] == code for each in company.store.all(kind)):
        raise refuse("6240", "The name supplied already exists. : CompanyCurrency", "Code")
    currency = {"Code": code, "Name": body.get("Name") or NAMES.get(code, code), "Active": True}
    return company.add(kind, {**company.head(company.next_id(kind)), **currency})


def update(company: Company, kind: str, stored: Entity, body: Entity) -> Entity:
    """Make a currency active or inactive, or set a rate; raises a Fault."""
    check_properties(kind, body)
    if kind == "ExchangeRate":
        return _set_rate(company, body)
    company.check_sync_token(stored, body, kind)
    changed = {**stored, "Active": body.get("Active", stored["Active"]) in (True, "true")}
    return stored if changed == stored else company.touch(kind, changed)


def _set_rate(company: Company, body: Entity) -> Entity:
    source = str(body.get("SourceCurrencyCode") or "")
    stored = company.store.find("ExchangeRate", source)
    if not source:
        raise missing("SourceCurrencyCode")
    if stored is None:
        raise refuse("2500", f"Invalid Reference Id : SourceCurrencyCode {source}", "SourceCurrencyCode")
    rate = read_number(body, "Rate")
    if rate <= 0:
        raise refuse("6000", "Business Validation Error: a rate is more than nothing", "Rate")
    return company.touch("ExchangeRate", {**stored, "Rate": plain(rate), "AsOfDate": company.today()})
