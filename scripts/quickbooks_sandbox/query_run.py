"""Runs a parsed query over a company's entities."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from quickbooks_sandbox.clock import PACIFIC
from quickbooks_sandbox.faults import refuse
from quickbooks_sandbox.name_lists import KINDS as NAME_LISTS
from quickbooks_sandbox.query_language import Condition, Query
from quickbooks_sandbox.query_properties import column, path_to_ask

# What a reference, an e-mail address, a telephone number or a web address is compared by.
INSIDE = ("value", "Address", "FreeFormNumber", "URI")

# What `select *` leaves out unless it is named: the real service does so with Sku, and rates have no ids.
HIDDEN = {"Item": "Sku", "ExchangeRate": "Id"}

Entity = dict[str, Any]
Test = Callable[[Entity], bool]


def run(query: Query, kind: str, entities: Iterable[Entity], *, by_id: bool = False, pages: str = "exact") -> Entity:
    """The `QueryResponse` of a query; raises Fault 4001. `by_id` allows to sort by Id, `pages` says how pages are."""
    columns = {column(kind, name) for name in query.columns if name != "*"} if not query.counts else set()
    tests = [_test(kind, condition) for condition in query.conditions]
    if kind in NAME_LISTS and not any(condition.name.lower() == "active" for condition in query.conditions):
        tests.append(lambda entity: entity.get("Active") is not False)
    rows = [entity for entity in entities if all(test(entity) for test in tests)]
    if query.counts:
        return {"totalCount": len(rows)}
    if query.order_by:
        path = path_to_ask(kind, query.order_by)
        if path == ("Id",) and not by_id:
            raise refuse("4001", "QueryValidationError: property 'Id' is not sortable")
        rows.sort(key=lambda entity: _sortable(_read(entity, path)), reverse=query.descending)
    first = query.start - 1
    page = _unusual(rows, first, query.limit, pages)
    if kind == "TaxCode":
        page = _with_pseudo_codes(rows, query)
    if not page:
        return {}
    whole = "*" in query.columns
    shown = [_projected(entity, kind, columns, whole=whole) for entity in page]
    return {kind: shown, "startPosition": query.start, "maxResults": len(shown)}


def _unusual(rows: list[Entity], first: int, limit: int, pages: str) -> list[Entity]:
    """The rows of a page: one more or one less than was asked for when it is full, or each row twice."""
    page = rows[first : first + limit]
    if pages == "row_more":
        return rows[first : first + limit + 1]
    if pages == "row_less" and len(page) == limit > 1:
        return page[:-1]
    return [row for row in page for _ in range(2)] if pages == "doubled" else page


def _with_pseudo_codes(rows: list[Entity], query: Query) -> list[Entity]:
    """The first page of tax codes begins with the codes that are none, on top of what was asked for."""
    pseudo = [row for row in rows if not row["Id"].isdigit()]
    real = [row for row in rows if row["Id"].isdigit()]
    page = real[query.start - 1 : query.start - 1 + query.limit]
    return [*pseudo, *page] if query.start == 1 else page


def _projected(entity: Entity, kind: str, columns: set[str], *, whole: bool) -> Entity:
    if whole:
        hidden = HIDDEN.get(kind, "")
        return {name: value for name, value in entity.items() if name != hidden or name in columns}
    wanted = columns | {"Id", "domain", "sparse"}
    return {name: value for name, value in entity.items() if name in wanted}


def _read(entity: Entity, path: tuple[str, ...]) -> Any:
    value: Any = entity
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, dict):
        return next((value[name] for name in INSIDE if name in value), value)
    return value


def _test(kind: str, condition: Condition) -> Test:
    path = path_to_ask(kind, condition.name, condition.operator)
    absent = True if path == ("Active",) else None

    def value_of(entity: Entity) -> Any:
        value = _read(entity, path)
        return absent if value is None else value

    if condition.operator == "IN":
        return lambda entity: any(_compare(value_of(entity), wanted) == 0 for wanted in condition.values)
    wanted = condition.values[0]
    if condition.operator == "LIKE":
        pattern = re.compile(".*".join(re.escape(part) for part in wanted.lower().split("%")), re.DOTALL)
        return lambda entity: (
            pattern.fullmatch(str(value_of(entity)).lower()) is not None if value_of(entity) else False
        )
    holds = HOLDS[condition.operator]
    return lambda entity: holds(_compare(value_of(entity), wanted))


HOLDS: dict[str, Callable[[int | None], bool]] = {
    "=": lambda order: order == 0,
    "!=": lambda order: order != 0,
    "<": lambda order: order is not None and order < 0,
    ">": lambda order: order is not None and order > 0,
    "<=": lambda order: order is not None and order <= 0,
    ">=": lambda order: order is not None and order >= 0,
}


def _compare(value: Any, wanted: str) -> int | None:
    """-1, 0, 1, or None where the two can't be compared; texts whatever their case."""
    left: Any
    right: Any
    if value is None:
        return None
    left, right = str(value).lower(), wanted.lower()
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        try:
            left, right = Decimal(value), Decimal(wanted)
        except ArithmeticError:
            return None
    elif left != right and len(left) > 10 and left[10] == "t":
        moments = _moment(left), _moment(right)
        if moments[0] is not None and moments[1] is not None:
            left, right = moments
    return int(left > right) - int(left < right)


def _moment(text: str) -> datetime | None:
    """A time with its offset; one without an offset, or a date, is the company's."""
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=PACIFIC)


def _sortable(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, "")
    if isinstance(value, int | Decimal):
        return (1, Decimal(value))
    text = str(value)
    moment = _moment(text) if len(text) > 10 and text[10] == "T" else None
    return (2, text.lower()) if moment is None else (1, moment.timestamp())
