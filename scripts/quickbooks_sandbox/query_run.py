"""Runs a parsed query over a company's entities."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from quickbooks_sandbox.faults import refuse
from quickbooks_sandbox.query_language import Condition, Query

NAME_LISTS = frozenset({"Customer", "Vendor", "Employee", "Item", "Account", "Term", "TaxCode"})
NOT_QUERYABLE = {
    "Estimate": frozenset({"totalamt", "privatenote", "line", "customermemo", "billaddr"}),
    "Item": frozenset({"parentref"}),
}

Entity = dict[str, Any]


def run(query: Query, kind: str, entities: Iterable[Entity]) -> Entity:
    """The `QueryResponse` of a query; raises a Fault 4001."""
    for condition in query.conditions:
        if condition.name.split(".")[0].lower() in NOT_QUERYABLE.get(kind, ()):
            raise refuse("4001", f"QueryValidationError: property '{condition.name}' is not queryable")
    rows = [entity for entity in entities if all(_holds(entity, condition) for condition in query.conditions)]
    mentions_active = any(condition.name.lower() == "active" for condition in query.conditions)
    if kind in NAME_LISTS and not mentions_active:
        rows = [entity for entity in rows if entity.get("Active", True)]
    if query.counts:
        return {"totalCount": len(rows)}
    if query.order_by:
        name = query.order_by
        rows.sort(key=lambda entity: _sortable(_read(entity, name)), reverse=query.descending)
    page = [_projected(entity, kind, query.columns) for entity in rows[query.start - 1 : query.start - 1 + query.limit]]
    if not page:
        return {}
    return {kind: page, "startPosition": query.start, "maxResults": len(page)}


def _projected(entity: Entity, kind: str, columns: tuple[str, ...]) -> Entity:
    wanted = {column.lower() for column in columns}
    if "*" in wanted:
        # `select *` leaves out an item's Sku unless it is named, as the real service does.
        hidden = {"Sku"} if kind == "Item" and "sku" not in wanted else set()
        return {name: value for name, value in entity.items() if name not in hidden}
    return {name: value for name, value in entity.items() if name.lower() in wanted | {"id"}}


def _read(entity: Any, path: str) -> Any:
    for part in path.split("."):
        if not isinstance(entity, dict):
            return None
        entity = next((value for name, value in entity.items() if name.lower() == part.lower()), None)
    if isinstance(entity, dict) and "value" in entity:
        return entity["value"]
    return entity


def _holds(entity: Entity, condition: Condition) -> bool:
    value = _read(entity, condition.name)
    if value is None and condition.name.lower() == "active":
        value = True
    if condition.operator == "IN":
        return any(_compare(value, wanted) == 0 for wanted in condition.values)
    wanted = condition.values[0]
    if condition.operator == "LIKE":
        pattern = ".*".join(re.escape(part) for part in wanted.lower().split("%"))
        return isinstance(value, str) and re.fullmatch(pattern, value.lower(), re.DOTALL) is not None
    order = _compare(value, wanted)
    if order is None:
        return condition.operator == "!="
    return {
        "=": order == 0,
        "!=": order != 0,
        "<": order < 0,
        ">": order > 0,
        "<=": order <= 0,
        ">=": order >= 0,
    }[condition.operator]


def _compare(value: Any, wanted: str) -> int | None:
    """-1, 0, 1, or None where the two can't be compared."""
    left: Any
    right: Any
    if value is None:
        return None
    if isinstance(value, bool):
        left, right = str(value).lower(), wanted.lower()
    elif isinstance(value, int | Decimal):
        try:
            left, right = Decimal(value), Decimal(wanted)
        except ArithmeticError:
            return None
    else:
        left, right = str(value).lower(), wanted.lower()
        if "t" in left and "t" in right:
            try:
                moments = datetime.fromisoformat(left.upper()), datetime.fromisoformat(right.upper())
                if moments[0].tzinfo and moments[1].tzinfo:
                    left, right = moments
            except ValueError:
                pass
    return int(left > right) - int(left < right)


def _sortable(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, "")
    if isinstance(value, int | Decimal):
        return (1, Decimal(value))
    return (2, str(value).lower())
