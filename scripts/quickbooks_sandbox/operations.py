"""One operation on the company: create, update, delete, void, send, read, query; alone or inside a batch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from quickbooks_sandbox import recurring, sales_forms
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.company_states import check_write
from quickbooks_sandbox.delivery import send
from quickbooks_sandbox.families import FAMILIES
from quickbooks_sandbox.faults import INACTIVE, Fault, refuse
from quickbooks_sandbox.form_numbers import FORMS
from quickbooks_sandbox.kinds import KINDS, SINGLE
from quickbooks_sandbox.query_language import Query, parse_query
from quickbooks_sandbox.query_run import run
from quickbooks_sandbox.store import KEYS

DUPLICATES = "allowduplicatedocnum"

Entity = dict[str, Any]


def write(company: Company, kind: str, body: Any, operation: str, option: str = "") -> Entity:
    """Create, update, delete, void or send; raises a Fault. `option` is `include`'s, or a batch item's optionsData."""
    if not isinstance(body, dict):
        raise refuse("2010", "Property Name:Can not deserialize the request")
    if kind == recurring.KIND:
        return recurring.write(company, body, operation)
    family = FAMILIES[kind]
    check_write(company, kind, body)
    if operation == "create" and not body.get("Id"):
        if family.create is None:
            raise unsupported(operation, kind)
        if kind in FORMS and option == DUPLICATES:
            return sales_forms.create(company, kind, body, duplicates_allowed=True)
        return family.create(company, kind, body)
    if operation == "update" and option == "void":
        operation = "void"
    changes = {"update": family.update, "create": family.update, "delete": family.delete, "void": family.void}
    change = changes.get(operation)
    if change is None and not (operation == "send" and kind in FORMS):
        raise unsupported(operation, kind)
    stored = read(company, kind, "1" if kind in SINGLE else str(body.get("Id", "")))
    check_write(company, kind, stored)
    if change is None:
        return send(company, kind, stored, (body.get("BillEmail") or {}).get("Address"))
    if kind in FORMS and option == DUPLICATES and change is family.update:
        return sales_forms.update(company, kind, stored, body, duplicates_allowed=True)
    return change(company, kind, stored, body)


def unsupported(operation: str, kind: str) -> Fault:
    """The fault of an operation that an entity does not have."""
    return refuse("500", f"Operation {operation} on {kind} is not supported.")


def read(company: Company, kind: str, entity_id: str) -> Entity:
    """One entity; raises Fault 2030 or 610."""
    if not entity_id.isdigit() and kind not in ("TaxCode", "ExchangeRate"):
        raise refuse("2030", f"Id should be a valid number. Supplied value:{entity_id}", "Id")
    entity = company.store.find(kind, entity_id)
    if entity is None:
        raise refuse("610", f"Object Not Found : {INACTIVE}")
    return entity


def query(company: Company, statement: str) -> Entity:
    """The `QueryResponse` of a statement; raises a Fault."""
    parsed = parse_query(statement, clamped=company.switches["more_than_1000_rows"] == "clamped")
    kind = KINDS.get(parsed.entity.lower())
    if kind is None:
        raise refuse("4001", f"QueryValidationError: Invalid entity {parsed.entity}")
    rows = _candidates(company, kind, parsed)
    answer = run(parsed, kind, rows, by_id=company.switches["sort_by_id"] == "allowed", pages=company.switches["pages"])
    if kind == recurring.KIND and kind in answer:
        answer[kind] = [recurring.shown(row) for row in answer[kind]]
    return answer


def _candidates(company: Company, kind: str, parsed: Query) -> Iterable[Entity]:
    """Few enough entities where the statement names an id, a name or a number; otherwise all of the kind."""
    for condition in parsed.conditions:
        name = condition.name.lower()
        if condition.operator == "=" and name == KEYS.get(kind, "").lower():
            return sorted(company.store.keyed(kind, condition.values[0]), key=_age)
        if condition.operator in ("=", "IN") and name == "id":
            found = (company.store.find(kind, entity_id) for entity_id in set(condition.values))
            return sorted((entity for entity in found if entity is not None), key=_age)
    return company.store.all(kind)


def _age(entity: Entity) -> tuple[int, str]:
    """Oldest first: ids are counted up."""
    return len(entity["Id"]), entity["Id"]
