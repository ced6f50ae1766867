"""Names inside other names: the job of a customer, the item of a category."""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import refuse

DEEPEST = 4  # levels below the topmost name

Entity = dict[str, Any]


def child_of(company: Company, kind: str, name: str, body: Entity) -> Entity:
    """FullyQualifiedName, and below a parent Level and ParentRef; raises a Fault."""
    reference = str((body.get("ParentRef") or {}).get("value") or "")
    if not reference:
        return {"FullyQualifiedName": name}
    parent = company.store.find(kind, reference)
    if parent is None or not parent["Active"]:
        raise company.inactive("ParentRef")
    level = int(parent.get("Level", 0)) + 1
    if level > DEEPEST:
        raise refuse("6000", f"Business Validation Error: {name} would be deeper than {DEEPEST} levels", "ParentRef")
    path = f"{parent['FullyQualifiedName']}:{name}"
    return {"FullyQualifiedName": path, "Level": level, "ParentRef": {"value": reference}}
