"""One operation on the company: create, update, delete, read, query, change data capture; alone or inside a batch."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from quickbooks_sandbox import name_lists, sales_forms
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import INACTIVE, refuse
from quickbooks_sandbox.query_language import parse_query
from quickbooks_sandbox.query_run import run

FORMS = ("Estimate", "Invoice")
SINGLE = ("CompanyInfo", "Preferences")
KINDS = {kind.lower(): kind for kind in (*FORMS, *name_lists.KINDS, *SINGLE)}
OLDEST_CHANGE = timedelta(days=30)

Entity = dict[str, Any]


def kind_of(name: str) -> str:
    """The entity's proper name; raises the fault of an unknown path."""
    kind = KINDS.get(name.lower())
    if kind is None:
        raise refuse("500", f"Operation Could not find resource for relative : {name} is not supported.")
    return kind


def write(company: Company, kind: str, body: Any, operation: str) -> Entity:
    """Create, update or delete; raises a Fault."""
    if not isinstance(body, dict):
        raise refuse("2010", "Property Name:Can not deserialize the request")
    if kind in SINGLE or kind == "TaxCode":
        raise refuse("500", f"Operation {operation} on {kind} is not supported.")
    if operation == "create" and not body.get("Id"):
        return sales_forms.create(company, kind, body) if kind in FORMS else name_lists.create(company, kind, body)
    stored = read(company, kind, str(body.get("Id", "")))
    if operation == "delete":
        if kind not in FORMS:
            raise refuse("500", f"Operation delete on {kind} is not supported.")
        return sales_forms.delete(company, kind, stored, body)
    if kind in FORMS:
        return sales_forms.update(company, kind, stored, body)
    return name_lists.update(company, kind, stored, body)


def read(company: Company, kind: str, entity_id: str) -> Entity:
    """One entity; raises Fault 2030 or 610."""
    if not entity_id.isdigit() and kind != "TaxCode":
        raise refuse("2030", f"Id should be a valid number. Supplied value:{entity_id}", "Id")
    entity = company.store.find(kind, entity_id)
    if entity is None:
        raise refuse("610", f"Object Not Found : {INACTIVE}")
    return entity


def query(company: Company, statement: str) -> Entity:
    """The `QueryResponse` of a statement; raises a Fault."""
    parsed = parse_query(statement)
    kind = KINDS.get(parsed.entity.lower())
    if kind is None:
        raise refuse("4001", f"QueryValidationError: Invalid entity {parsed.entity}")
    return run(parsed, kind, list(company.store.all(kind)))


def changes(company: Company, entities: str, since: str) -> list[Entity]:
    """What change data capture answers for some entities since a time; raises a Fault."""
    try:
        moment = datetime.fromisoformat(since)
    except ValueError as error:
        raise refuse("2010", f"Property Name:changedSince {since} is no time") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=company.clock.now().tzinfo)
    if moment < company.clock.now() - OLDEST_CHANGE:
        text = f"Operation cdc with changedSince date {since} which is older than fixed days is not supported."
        raise refuse("500", text)
    answers = []
    for name in entities.split(","):
        kind = kind_of(name.strip())
        changed = [
            entity
            for entity in company.store.all(kind)
            if datetime.fromisoformat(entity["MetaData"]["LastUpdatedTime"]) >= moment
        ]
        answer = {kind: changed, "startPosition": 1, "maxResults": len(changed)} if changed else {}
        answers.append(answer)
    return answers
