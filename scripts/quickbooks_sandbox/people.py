"""Customers, vendors and employees: one name space for all three.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer
"""

from __future__ import annotations

import re
from typing import Any

from quickbooks_sandbox import addresses, currencies
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import Errors, refuse, too_long
from quickbooks_sandbox.form_checks import check_email
from quickbooks_sandbox.money import printed
from quickbooks_sandbox.name_paths import child_of
from quickbooks_sandbox.number_fields import read_number

PEOPLE = ("Customer", "Vendor", "Employee")
NAMES = ("DisplayName", "Title", "GivenName", "MiddleName", "FamilyName", "Suffix", "PrintOnCheckName")
LENGTHS = {"DisplayName": 500, "GivenName": 100, "MiddleName": 100, "FamilyName": 100, "CompanyName": 100}
ADDRESSES = ("BillAddr", "ShipAddr", "PrimaryAddr")
MARKS = {"Vendor": ("Vendor1099",), "Employee": ("BillableTime",)}
FORBIDDEN = re.compile(r"[:\t\n]")

Entity = dict[str, Any]


def check(company: Company, body: Entity) -> None:
    """Raise the fault of texts that are too long, names with forbidden characters, and what is no e-mail address."""
    errors = Errors()
    for name in NAMES:
        if FORBIDDEN.search(str(body.get(name) or "")):
            with errors.collected():
                code = company.switches["forbidden_name_code"]
                raise refuse(code, f"Business Validation Error: {name} has a colon, a tab or a new line", name)
    for name, most in LENGTHS.items():
        if len(body.get(name) or "") > most:
            with errors.collected():
                raise too_long(name, body[name], most)
    with errors.collected():
        check_email("PrimaryEmailAddr", (body.get("PrimaryEmailAddr") or {}).get("Address"))
    with errors.collected():
        currencies.of_name(company, body)
    errors.check()


def new(company: Company, kind: str, body: Entity) -> Entity:
    """What a new customer, vendor or employee is besides what its body says; raises a Fault."""
    parts = (body.get(part) for part in ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix"))
    display = str(body.get("DisplayName") or " ".join(str(part) for part in parts if part))
    if not display:
        raise refuse(company.switches["missing_name_code"], "No name provided", "DisplayName")
    check_unique(company, display, "")
    person: Entity = {"DisplayName": display, "PrintOnCheckName": body.get("PrintOnCheckName") or display}
    person["Active"] = True
    if kind == "Customer":
        person |= child_of(company, kind, display, body)
    person |= {name: body.get(name) in (True, "true") for name in MARKS.get(kind, ())}
    if kind != "Employee":
        person |= {"Balance": printed(read_number(body, "Balance")), "CurrencyRef": currencies.of_name(company, body)}
    if kind == "Customer":
        person |= {
            "Taxable": body.get("Taxable") is not False,
            "Job": body.get("Job") is True,
            "BillWithParent": body.get("BillWithParent") is True,
            "BalanceWithJobs": person["Balance"],
            "PreferredDeliveryMethod": body.get("PreferredDeliveryMethod") or "Print",
            "DefaultTaxCodeRef": body.get("DefaultTaxCodeRef") or {"value": "2"},
        }
    for name in ADDRESSES:
        if any((body.get(name) or {}).values()):
            person[name] = addresses.kept(company, body[name])
    return person


def check_unique(company: Company, display: str, entity_id: str, own_kind: str = "") -> None:
    """Raise Fault 6240 for a name that another customer, vendor or employee has, whatever the case."""
    for kind in PEOPLE:
        for other in company.store.keyed(kind, display):
            if (kind, other["Id"]) != (own_kind, entity_id):
                text = "Another customer, vendor or employee is already using this name. Please use a different name."
                raise refuse("6240", f"The name supplied already exists. : {text}")
