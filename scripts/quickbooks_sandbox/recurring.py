"""Templates of transactions that QuickBooks makes by itself on a schedule; here nothing is ever made of them.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/recurringtransaction
"""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox import sales_forms, transactions
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import INACTIVE, bad_enumeration, missing, refuse
from quickbooks_sandbox.form_numbers import FORMS
from quickbooks_sandbox.property_names import check_properties

KIND = "RecurringTransaction"
TEMPLATES = (*FORMS, *(kind for kind in transactions.RULES if kind != "TimeActivity"))
RECUR_TYPES = ("Automated", "Reminder", "UnScheduled")

Entity = dict[str, Any]


def write(company: Company, body: Entity, operation: str) -> Entity:
    """Create, update or delete the template that a body carries by its kind; raises a Fault."""
    kind = next((name for name in body if name in TEMPLATES), "")
    template = body.get(kind)
    if not isinstance(template, dict):
        raise missing("Type")
    check_properties(kind, template)
    stored = company.store.find(KIND, str(template.get("Id") or ""))
    if template.get("Id") and (stored is None or kind not in stored):
        raise refuse("610", f"Object Not Found : {INACTIVE}")
    if stored is not None:
        company.check_sync_token(stored, template, KIND)
    if operation == "delete" and stored is not None:
        company.remove(KIND, stored["Id"])
        return {kind: {"domain": "QBO", "status": "Deleted", "Id": stored["Id"]}}
    if operation not in ("create", "update"):
        raise refuse("500", f"Operation {operation} on {KIND} is not supported.")
    schedule = _schedule(template)
    head = company.head(company.next_id(KIND)) if stored is None else dict(stored)
    draft = _draft(company, kind, template)
    content = {name: value for name, value in draft.items() if name not in ("DocNumber", "TxnDate", "MetaData")}
    own = {"RecurDataRef": {"value": head["Id"]}, "RecurringInfo": schedule}
    kept = {name: head[name] for name in ("domain", "sparse", "Id", "SyncToken", "MetaData")}
    entity = {**kept, "Type": kind, "Name": schedule["Name"], kind: {**content, **own, "Id": head["Id"]}}
    changed = company.add(KIND, entity) if stored is None else company.touch(KIND, entity)
    return shown(changed)


def shown(entity: Entity) -> Entity:
    """A template as answers show it: below the name of its kind, with its own SyncToken and times."""
    kind = entity["Type"]
    heads = {name: entity[name] for name in ("domain", "sparse", "Id", "SyncToken", "MetaData")}
    return {kind: {**entity[kind], **heads}}


def _schedule(template: Entity) -> Entity:
    info = template.get("RecurringInfo")
    if not isinstance(info, dict) or not info.get("Name"):
        raise missing("RecurringInfo")
    if info.get("RecurType") not in RECUR_TYPES:
        raise bad_enumeration("RecurType", info.get("RecurType"))
    schedule = {name: value for name, value in (info.get("ScheduleInfo") or {}).items() if value not in (None, "")}
    return {"Active": True, **info, "ScheduleInfo": schedule}


def _draft(company: Company, kind: str, template: Entity) -> Entity:
    given = {name: value for name, value in template.items() if name not in ("RecurringInfo", "RecurDataRef")}
    if kind in FORMS:
        return sales_forms.draft(company, kind, given)
    return transactions.draft(company, kind, given)
