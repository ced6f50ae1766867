"""Look before create: what a row's earlier request made in QuickBooks, if it made anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from connector.contents import later_change, names_of, readable
from connector.errors import QuickBooksFault
from connector.estimates import entity_of
from connector.facts import FactReader
from connector.ledger import LATER, Document, Row
from connector.mapping import carries, customer_mark
from connector.marks import bears
from connector.quickbooks import Gateway, literal
from connector.records import CustomerRequest, Order

NOT_THERE = frozenset({"610", "2030"})  # no such object, no such id


class Looking:
    """Finds the estimates and customers of a group of rows by the marks that only we write.

    Each customer's day is read once for the whole group, since reads are metered; so one instance serves one group.
    """

    def __init__(self, gateway: Gateway, facts: FactReader) -> None:
        self._gateway = gateway
        self._facts = facts
        self.blind: set[str] = set()  # rows that could not be looked for: their customer is not known yet
        # By a row's receipt: whether the invoice stands of an estimate that is deleted, and rows whose estimate nothing
        # but its id says to be theirs.
        self.vanished: dict[str, bool] = {}
        self.unlike: set[str] = set()
        self._days: dict[tuple[str, str, date], list[dict[str, Any]]] = {}

    def find(self, row: Row) -> dict[str, Any] | None:
        """The entity made from a row's document, or None. Costs one read, rarely two; raises QuickBooksError."""
        if row.kind in LATER:
            return self._changed(row)
        record = readable(row)
        if isinstance(record, CustomerRequest):
            names = ", ".join(literal(name) for name in names_of(row))
            customers = self._gateway.query(f"select * from Customer where DisplayName in ({names})")
            return next((found for found in customers if found.get("Notes") == customer_mark(row.ulid)), None)
        if row.request is None and row.estimate:
            known = self._read(entity_of(row.estimate), str(row.estimate.get("id")))
            if known is not None and (carries(known, row.ulid, row.rep) or is_named(known, row.estimate)):
                return known
            if known is None:
                self.vanished[row.id] = self._is_invoiced(row.estimate)
            elif not is_marked(known):
                self.unlike.add(row.id)
        customer = self._customer(row, record)
        if customer is None:
            self.blind.add(row.id)
            return None
        # Without a request on record (a ledger that was set back) it may have been either.
        kinds = [row.request["entity"]] if row.request else ["Estimate", "Invoice"]
        sold = (found for kind in kinds for found in self._sold(kind, customer, record.captured_on))
        return next((found for found in sold if carries(found, row.ulid, row.rep)), None)

    def _sold(self, kind: str, customer: str, day: date) -> list[dict[str, Any]]:
        asked = kind, customer, day
        if asked not in self._days:
            self._days[asked] = self._gateway.find_sales(*asked)
        return self._days[asked]

    def _changed(self, row: Row) -> dict[str, Any] | None:
        """The estimate or invoice as it is now, if it has taken the change."""
        request = row.request
        if request is None:
            return None  # the ledger was set back: what the estimate shows is seen when the change is prepared
        entity = self._read(request["entity"], str(json.loads(request["body"])["Id"]))
        return entity if entity is not None and bears(entity, later_change(row)) else None

    def _read(self, kind: str, id: str) -> dict[str, Any] | None:
        """An estimate or invoice by its id; None where there is none (any more)."""
        try:
            entity = self._gateway.read(kind, id)
        except QuickBooksFault as fault:
            if fault.code not in NOT_THERE:
                raise
            return None
        return None if entity.get("status") == "Deleted" else entity

    def _is_invoiced(self, estimate: Document) -> bool:
        invoice = estimate.get("invoice")
        return bool(invoice) and self._read("Invoice", str(invoice)) is not None

    def _customer(self, row: Row, order: Order) -> str | None:
        """The QuickBooks customer in the recorded request; without a request, the one the order names now."""
        if row.request:
            return str(json.loads(row.request["body"])["CustomerRef"]["value"])
        known = self._facts.read([(row, order)])[0].customer
        return None if known is None else str(known["quickbooks_id"])


def is_named(entity: dict[str, Any], estimate: Document) -> bool:
    """Whether an entity that lost our mark is the one that a receipt names: its number too, and nobody else's mark."""
    number = str(entity.get("DocNumber") or "")
    return bool(number) and number == estimate.get("number") and not is_marked(entity)


def is_marked(entity: Mapping[str, Any]) -> bool:
    """Whether an entity bears the mark of some order."""
    return str(entity.get("PrivateNote") or "").startswith("Roadbook ")
