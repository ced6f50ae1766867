"""Batches: up to 30 independent items, each with an answer of its own."""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox import money
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import Fault, refuse
from quickbooks_sandbox.operations import changes, kind_of, query, write
from quickbooks_sandbox.request_ids import LONGEST_ITEM, LONGEST_WITH_BATCH, check_length, once

MOST_ITEMS = 30
NOT_ENTITIES = frozenset({"bId", "operation", "optionsData", "Query", "CDCQuery"})


def run_batch(company: Company, body: Any, request_id: str | None) -> list[dict[str, Any]]:
    """The `BatchItemResponse` of a batch; raises a Fault for the batch as a whole."""
    items = body.get("BatchItemRequest") if isinstance(body, dict) else None
    if not isinstance(items, list) or not items:
        raise refuse("2020", "Required parameter BatchItemRequest is missing in the request", "BatchItemRequest")
    if len(items) > MOST_ITEMS:
        raise refuse("1040", f"Batch size {len(items)} exceeds the limit of {MOST_ITEMS}")
    check_length(request_id, LONGEST_WITH_BATCH)
    return [_item(company, item, request_id) for item in items]


def _item(company: Company, item: dict[str, Any], request_id: str | None) -> dict[str, Any]:
    item_id = str(item.get("bId", ""))
    try:
        if request_id is not None and len(item_id) > LONGEST_ITEM:
            raise refuse("2050", f"bId {item_id} is longer than {LONGEST_ITEM} characters", "bId")
        if "Query" in item:
            return {"QueryResponse": query(company, item["Query"]), "bId": item_id}
        if "CDCQuery" in item:
            asked = item["CDCQuery"]
            answers = changes(company, asked["Entities"], asked["ChangedSince"])
            return {"CDCResponse": [{"QueryResponse": answers}], "bId": item_id}
        name = next((name for name in item if name not in NOT_ENTITIES), "")
        kind = kind_of(name)
        key = None if request_id is None else f"{company.realm}/{request_id}/{item_id}"
        operation = str(item.get("operation", "create"))
        entity = once(company, key, money.write(item[name]), lambda: write(company, kind, item[name], operation))
        return {kind: entity, "bId": item_id}
    except Fault as fault:
        return {"Fault": fault.as_json(), "bId": item_id}
