"""What a ledger row holds, as typed records: an order as its amendments left it, a request, a later change. Pure."""

from __future__ import annotations

import json
from dataclasses import replace

from connector.errors import MappingError
from connector.ledger import LATER, Document, Row
from connector.records import (
    Amendment,
    Cancellation,
    CustomerRequest,
    Order,
    Readable,
    Unreadable,
    amended,
    read_document,
)


def readable(row: Row) -> Order | CustomerRequest:
    """What is to be in QuickBooks for an order or a customer request; it was readable when it was pinned."""
    record = _read(row)
    if isinstance(record, CustomerRequest):
        return record.model_copy(update={"name": str((row.changes or {}).get("name", record.name)).strip()})
    if not isinstance(record, Order):
        raise MappingError(f"{row.of} is no order and no customer request")
    whole = linked(record if row.changes is None else amended(record, amendment_in(row)), row.links)
    # An approved quote stays approved, whatever later amendments say or leave out.
    return whole if whole.kind == row.kind else whole.model_copy(update={"kind": row.kind})


def later_change(row: Row) -> Amendment | Cancellation:
    """The amendment or cancellation that a row holds."""
    record = _read(row)
    if not isinstance(record, Amendment | Cancellation):
        raise MappingError(f"{row.of} changes no order")
    return record


def whole_of(change: Row, order: Row | None) -> Order | None:
    """The order as an amendment would leave it, counted from what was submitted; None for anything but an amendment."""
    if order is None or change.kind != "amendment" or order.kind not in ("order", "quote"):
        return None
    try:
        submitted = readable(replace(order, changes=None))
    except Unreadable:
        return None
    record = later_change(change)
    if not isinstance(submitted, Order) or not isinstance(record, Amendment):
        return None
    return linked(amended(submitted, record), {**(order.links or {}), **(change.links or {})})


def linked(order: Order, links: Document | None) -> Order:
    """The order with the products and the customer that the office means in the place of those it names."""
    if not links:
        return order
    lines = [line.model_copy(update={"product": links.get(line.product, line.product)}) for line in order.lines]
    charges = [each.model_copy(update={"product": links.get(each.product, each.product)}) for each in order.charges]
    customer = order.customer.model_copy(update={"id": links.get(order.customer.id, order.customer.id)})
    return order.model_copy(update={"lines": lines, "charges": charges, "customer": customer})


def sells(row: Row) -> bool:
    """Whether a row's request says what is sold; a cancellation and a late approval only move the status."""
    return row.kind not in LATER or bool(json.loads((row.request or {}).get("body") or "{}").get("Line"))


def names_of(row: Row) -> list[str]:
    """The names under which a requested customer may be in QuickBooks: as it would be sent now, and as it was sent."""
    now = str(getattr(readable(row), "name", ""))
    sent = str(json.loads((row.request or {}).get("body") or "{}").get("DisplayName") or now)
    return list(dict.fromkeys((now, sent)))


def amendment_in(row: Row) -> Amendment:
    """The last amendment that an order's row has taken up."""
    return Amendment.model_validate(row.changes)


def _read(row: Row) -> Readable:
    return read_document({"_id": row.of, **row.content})
