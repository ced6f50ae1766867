"""Customers, vendors, employees, items, terms, accounts, tax codes: entities that have a name.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import refuse
from quickbooks_sandbox.money import amount_of, plain

PEOPLE = ("Customer", "Vendor", "Employee")
KINDS = (*PEOPLE, "Item", "Term", "Account", "TaxCode")
LENGTHS = {"DisplayName": 500, "Name": 100, "Sku": 100, "Description": 4000, "CompanyName": 100}
EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
DELETED = " (deleted)"

Entity = dict[str, Any]


def create(company: Company, kind: str, body: Entity) -> Entity:
    """Create a named entity; raises a Fault."""
    _check(body)
    entity: Entity = {"domain": "QBO", "sparse": False, "Id": company.next_id(kind), "SyncToken": "0"}
    entity["MetaData"] = company.meta_data()
    if kind in PEOPLE:
        entity |= _person(body)
        _check_unique(company, entity["DisplayName"], entity["Id"])
        if kind == "Customer":
            entity |= _customer(body)
    else:
        entity |= _listed(company, kind, body, entity["Id"])
    entity |= {name: value for name, value in body.items() if name not in entity and value not in (None, "")}
    company.store.put(kind, entity)
    return entity


def update(company: Company, kind: str, stored: Entity, body: Entity) -> Entity:
    """Full or sparse update; one that changes nothing keeps the SyncToken. Raises a Fault."""
    company.check_sync_token(stored, body, kind)
    _check(body)
    changes = {name: value for name, value in body.items() if name not in ("Id", "SyncToken", "sparse", "MetaData")}
    merged = {**stored, **changes}
    name = "DisplayName" if kind in PEOPLE else "Name"
    if changes.get("Active") is False and stored.get("Active", True):
        merged[name] = stored[name] + DELETED
    elif changes.get("Active") is True and not stored.get("Active", True):
        merged[name] = str(merged[name]).removesuffix(DELETED)
    if kind in PEOPLE and merged[name] != stored[name]:
        _check_unique(company, merged[name], stored["Id"])
    if merged == stored:
        return stored
    return company.touch(kind, merged)


def _person(body: Entity) -> Entity:
    names = (body.get(part) for part in ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix"))
    display = str(body.get("DisplayName") or " ".join(str(name) for name in names if name))
    if not display:
        raise refuse("6080", "No name provided", "DisplayName")
    return {"DisplayName": display, "FullyQualifiedName": display, "PrintOnCheckName": display, "Active": True}


def _customer(body: Entity) -> Entity:
    return {
        "Taxable": bool(body.get("Taxable", True)),
        "Job": False,
        "BillWithParent": False,
        "Balance": plain(amount_of(body.get("Balance"))),
        "BalanceWithJobs": 0,
        "CurrencyRef": body.get("CurrencyRef") or {"value": "USD", "name": "United States Dollar"},
        "PreferredDeliveryMethod": "Print",
        "DefaultTaxCodeRef": {"value": "2"},
    }


def _listed(company: Company, kind: str, body: Entity, entity_id: str) -> Entity:
    name = str(body.get("Name") or "")
    if not name:
        raise refuse("2020", "Required parameter Name is missing in the request", "Name")
    for other in company.store.all(kind):
        if other["Name"].lower() == name.lower() and other["Id"] != entity_id:
            raise refuse("6240", "The name supplied already exists. : null")
    entity: Entity = {"Name": name, "Active": True, "FullyQualifiedName": name}
    if kind == "Item":
        entity |= _item(body)
    return entity


def _item(body: Entity) -> Entity:
    item: Entity = {"Type": body.get("Type") or "Service", "Taxable": bool(body.get("Taxable", False))}
    item["UnitPrice"] = plain(_amount(body, "UnitPrice"))
    if item["Type"] == "Inventory":
        for needed in ("InvStartDate", "QtyOnHand", "IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef"):
            if body.get(needed) is None:
                raise refuse("2020", f"Required parameter {needed} is missing in the request", needed)
        item |= {"TrackQtyOnHand": True, "QtyOnHand": plain(_amount(body, "QtyOnHand"))}
    return item


def _amount(body: Entity, name: str) -> Decimal:
    try:
        return amount_of(body.get(name))
    except ValueError as error:
        raise refuse("2010", f"Property Name:Can not construct instance of BigDecimal from {error}", name) from error


def _check(body: Entity) -> None:
    for name in ("DisplayName", "Title", "GivenName", "MiddleName", "FamilyName", "Suffix", "PrintOnCheckName"):
        if isinstance(body.get(name), str) and re.search(r"[:\t\n]", body[name]):
            raise refuse("6000", f"Business Validation Error: {name} has a colon, a tab or a new line", name)
    for name, most in LENGTHS.items():
        text = body.get(name)
        if isinstance(text, str) and len(text) > most:
            lengths = f"Min:0 Max:{most} supported. Supplied length:{len(text)}"
            raise refuse("2050", f"String length specified does not match the supported length. {lengths}", name)
    email = (body.get("PrimaryEmailAddr") or {}).get("Address")
    if email and not EMAIL.match(email):
        raise refuse("2210", "Email Address does not conform to the syntax rules of RFC 822.", "PrimaryEmailAddr")


def _check_unique(company: Company, display: str, entity_id: str) -> None:
    """One name for customers, vendors and employees together, whatever the case."""
    for kind in PEOPLE:
        for other in company.store.all(kind):
            if other["DisplayName"].lower() == display.lower() and other["Id"] != entity_id:
                text = "Another customer, vendor or employee is already using this name. Please use a different name."
                raise refuse("6240", f"The name supplied already exists. : {text}")
