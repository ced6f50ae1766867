"""Sales forms: the facts of an estimate or invoice in QuickBooks that say which order it is and what it comes to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from connector.mapping import marker

ESTIMATE = "Estimate"
INVOICE = "Invoice"
ENTITIES = (ESTIMATE, INVOICE)

MARK = re.compile(r"Roadbook (order|quote) (\S+) \S+ of rep (\S+)")

FormKey = tuple[str, str]  # entity, id
OrderKey = tuple[str, str]  # rep id, ULID


@dataclass(frozen=True)
class SalesForm:
    """An Estimate or Invoice as QuickBooks has it. `made_from`: the order whose mark it carries; total includes tax."""

    entity: str
    id: str
    number: str
    status: str
    total: Decimal
    tax: Decimal
    version: str
    made_from: OrderKey | None = None
    estimates: tuple[str, ...] = ()

    @property
    def key(self) -> FormKey:
        """What tells it from every other form."""
        return self.entity, self.id

    @property
    def withdrawn(self) -> bool:
        """Whether nobody will act on it any more: a rejected estimate, or an invoice that was voided."""
        return self.status == "Rejected" if self.entity == ESTIMATE else self.total == 0


def form_of(entity: str, body: Mapping[str, Any]) -> SalesForm:
    """The facts of one entity as QuickBooks sent it; `estimates` are those that an invoice was made from.

    Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/most-commonly-used/estimate
    """
    linked = body.get("LinkedTxn") or ()
    return SalesForm(
        entity=entity,
        id=str(body["Id"]),
        number=str(body.get("DocNumber") or ""),
        status=str(body.get("TxnStatus") or ""),
        total=amount_of(body.get("TotalAmt")),
        tax=amount_of((body.get("TxnTaxDetail") or {}).get("TotalTax")),
        version=str(body.get("SyncToken") or "0"),
        made_from=order_marked(body.get("PrivateNote")),
        estimates=tuple(str(link.get("TxnId")) for link in linked if link.get("TxnType") == ESTIMATE),
    )


def amount_of(value: Any) -> Decimal:
    """An amount that may be missing, which is nothing."""
    try:
        return Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)


def order_marked(note: Any) -> OrderKey | None:
    """The order that a private note's first line names; None unless it is a mark exactly as we write it."""
    first = str(note or "").split("\n", 1)[0]
    found = MARK.fullmatch(first)
    if found is None:
        return None
    kind, ulid, rep = found.groups()
    return (rep, ulid) if marker(kind, ulid, rep) == first else None
