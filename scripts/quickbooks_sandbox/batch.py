"""Batches: up to 30 independent items, each with an answer of its own.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/batch
"""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox import money
from quickbooks_sandbox.changes import changes
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import Fault, missing, refuse, throttled_item, too_long
from quickbooks_sandbox.kinds import kind_of
from quickbooks_sandbox.operations import query, write
from quickbooks_sandbox.request_ids import LONGEST_ITEM, LONGEST_WITH_BATCH, check_length, identity, once

MOST_ITEMS = 30
NOT_ENTITIES = frozenset({"bId", "operation", "optionsData", "Query", "CDCQuery"})


def run_batch(company: Company, body: Any, request_id: str | None, throttled_items: int = 0) -> bytes:
    """The `BatchItemResponse` list of a batch as JSON; raises a Fault for the batch as a whole."""
    items = body.get("BatchItemRequest") if isinstance(body, dict) else None
    if not isinstance(items, list) or not items:
        raise missing("BatchItemRequest")
    if not all(isinstance(item, dict) for item in items):
        raise refuse("2010", "Property Name:Can not deserialize BatchItemRequest", "BatchItemRequest")
    if len(items) > MOST_ITEMS:
        raise refuse("1040", f"Batch size {len(items)} exceeds the limit of {MOST_ITEMS}")
    check_length(request_id, LONGEST_WITH_BATCH)
    first_throttled = len(items) - throttled_items
    answers = [
        _item(company, item, request_id) if position < first_throttled else _refused(item, throttled_item())
        for position, item in enumerate(items)
    ]
    if company.switches["batch_answers"] == "reversed":
        answers.reverse()
    return b"[" + b",".join(answers) + b"]"


def _item(company: Company, item: dict[str, Any], request_id: str | None) -> bytes:
    item_id = str(item.get("bId", ""))
    try:
        if request_id and len(item_id) > LONGEST_ITEM:
            raise too_long("bId", item_id, LONGEST_ITEM)
        if "Query" in item:
            return money.write({"QueryResponse": query(company, str(item["Query"])), "bId": item_id})
        if "CDCQuery" in item:
            asked = item["CDCQuery"] if isinstance(item["CDCQuery"], dict) else {}
            answers = changes(company, asked.get("Entities"), asked.get("ChangedSince"))
            return money.write({"CDCResponse": [{"QueryResponse": answers}], "bId": item_id})
        key = identity(company, request_id, item_id)
        return once(company, key, money.write(item), lambda: _written(company, item, item_id))
    except Fault as fault:
        return _refused(item, fault)


def _refused(item: dict[str, Any], fault: Fault) -> bytes:
    return money.write({"Fault": fault.as_json(), "bId": str(item.get("bId", ""))})


def _written(company: Company, item: dict[str, Any], item_id: str) -> bytes:
    name = next((name for name in item if name not in NOT_ENTITIES), "")
    kind = kind_of(name)
    operation = str(item.get("operation") or "create").lower()
    entity = write(company, kind, item[name], operation, str(item.get("optionsData") or ""))
    return money.write({kind: entity, "bId": item_id})
