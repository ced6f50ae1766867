"""References inside a request: what they point to must be there, and they are stored with its name."""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import Errors

REFERRED = {
    "VendorRef": "Vendor",
    "CustomerRef": "Customer",
    "EmployeeRef": "Employee",
    "AccountRef": "Account",
    "APAccountRef": "Account",
    "ARAccountRef": "Account",
    "DepositToAccountRef": "Account",
    "FromAccountRef": "Account",
    "ToAccountRef": "Account",
    "BankAccountRef": "Account",
    "CreditCardAccountRef": "Account",
    "CCAccountRef": "Account",
    "ItemRef": "Item",
    "PaymentMethodRef": "PaymentMethod",
    "ClassRef": "Class",
    "DepartmentRef": "Department",
    "SalesTermRef": "Term",
}

Entity = dict[str, Any]


def resolved(company: Company, body: Entity, errors: Errors) -> Entity:
    """A body with the name of everything it refers to, at any depth, and without references to nothing."""
    return {name: value for name, value in _walk(company, body, errors).items() if value not in (None, "")}


def _walk(company: Company, value: Any, errors: Errors, name: str = "") -> Any:
    if isinstance(value, list):
        return [_walk(company, each, errors) for each in value]
    if not isinstance(value, dict):
        return value
    if name.endswith("Ref") and "value" in value:
        return _reference(company, name, value, errors)
    walked = {key: _walk(company, each, errors, key) for key, each in value.items()}
    return {key: each for key, each in walked.items() if not (key.endswith("Ref") and each in (None, "", {}))}


def _reference(company: Company, name: str, value: Entity, errors: Errors) -> Entity | None:
    target = str(value["value"] or "")
    if not target:
        return None
    kind = REFERRED.get(name)
    if kind is None:
        return {key: each for key, each in value.items() if each not in (None, "")} | {"value": target}
    found = company.store.find(kind, target)
    if found is None or found.get("Active") is False:
        with errors.collected():
            raise company.inactive(name)
        return None
    label = found.get("FullyQualifiedName") or found.get("DisplayName") or found["Name"]
    return {"value": target, "name": label}
