"""What the connector settles by itself after a refusal: adopt what is there, change anew, name what is missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from connector.books import gone, seen
from connector.check import Reason
from connector.contents import later_change, names_of, readable
from connector.errors import QuickBooksFault, UnknownOutcome
from connector.estimates import entity_of
from connector.ledger import LATER, Document, Ledger, Row
from connector.looking import Looking
from connector.mapping import customer_mark
from connector.marks import bears
from connector.outcomes import ADOPTED, made_anew, parked, posted
from connector.quickbooks import Gateway, literal
from connector.records import time_text
from connector.retries import Action, Decision

NAME_TAKEN = "6240"
NUMBER_TAKEN = "6140"
SEEN_BEFORE = "600"
OBJECT_GONE = "610"
NAME_LISTS = ("Customer", "Vendor", "Employee")


class Repairing:
    """Settles refusals by reading in QuickBooks; a QuickBooksError means that nothing is settled."""

    def __init__(self, ledger: Ledger, gateway: Gateway, looking: Callable[[], Looking]) -> None:
        self._ledger = ledger
        self._gateway = gateway
        self._looking = looking

    def repair(self, row: Row, decision: Decision, now: datetime) -> Row | None:
        """The row once its conflict, duplicate or reference is settled; None if it can't be. Raises QuickBooksError."""
        if decision.action is Action.CONFLICT and row.kind in LATER:
            return self._read_again(row, now)
        if decision.action is Action.ADOPT:
            return self._adopt(row, decision, now)
        if decision.action is Action.HEAL:
            return self._name_what_is_missing(row, decision, now)
        return None

    def _read_again(self, row: Row, now: datetime) -> Row:
        """Somebody else changed the estimate: the order's row learns what it is now, and the change is made anew.

        Where the estimate bears the change already, an earlier answer was lost, and it is adopted.
        """
        order = self._ledger.read([row.order_row]).get(row.order_row)
        if order is None or not order.estimate:
            return made_anew(row, now)
        entity = self._now(order.estimate)
        if entity is not None and bears(entity, later_change(row)):
            return posted(row, entity, time_text(now), ADOPTED)
        self._learn(row, order, entity, now)
        return made_anew(row, now)

    def _now(self, estimate: Document) -> dict[str, Any] | None:
        """The estimate or invoice as it is now; None if it is deleted."""
        try:
            entity = self._gateway.read(entity_of(estimate), str(estimate["id"]))
        except QuickBooksFault as fault:
            if fault.code != OBJECT_GONE:
                raise
            return None
        return None if entity.get("status") == "Deleted" else entity

    def _learn(self, row: Row, order: Row, entity: dict[str, Any] | None, now: datetime) -> None:
        """Put on an order's row what QuickBooks has of it now, unless another change of the rep's is under way."""
        at = time_text(now)
        learned = gone(order, at) if entity is None else seen(order, entity, at)
        others = self._ledger.under_way([order]).get(order.id, set()) - {row.id}
        if learned is not None and not others:
            # Whoever wrote the row in between knows more; it is read again before the change is.
            self._ledger.write([learned])

    def _adopt(self, row: Row, decision: Decision, now: datetime) -> Row | None:
        at = time_text(now)
        if decision.code == NAME_TAKEN and row.kind == "customer_request":
            return self._ask_which(row, decision, at)
        found = self._looking().find(row)
        if found is not None:
            return posted(row, found, at, ADOPTED)
        if decision.code == SEEN_BEFORE:
            raise UnknownOutcome("QuickBooks knows the request and does not show yet what came of it")
        if decision.code == NUMBER_TAKEN:
            # A certain no: nothing of it is there, and the number may be free the next time.
            unsent = replace(row, sent_at=None, refusals=row.refusals + 1)
            return parked(unsent, Reason(NUMBER_TAKEN, decision.reason, "office", decision.detail), at)
        return None

    def _ask_which(self, row: Row, decision: Decision, at: str) -> Row:
        """The name is taken: ours is adopted, anything else is a question for the office, with the candidates."""
        name = str(getattr(readable(row), "name", ""))
        asked = [*names_of(row), *(f"{each} (deleted)" for each in names_of(row))]
        names = ", ".join(literal(each) for each in asked)
        where = f"DisplayName in ({names}) and Active in (true, false)"
        found = [
            (kind, entity)
            for kind in NAME_LISTS
            for entity in self._gateway.query(f"select * from {kind} where {where}")
        ]
        mark = customer_mark(row.ulid)
        ours = next((entity for kind, entity in found if kind == "Customer" and entity.get("Notes") == mark), None)
        if ours is not None:
            return posted(row, ours, at, ADOPTED)
        candidates = [candidate_of(kind, entity) for kind, entity in found]
        known = ", ".join(described(candidate) for candidate in candidates) or "somebody whom QuickBooks does not show"
        text = f"The name “{name}” is taken in QuickBooks by {known}. The office chooses whom the rep means."
        # None of them is ours, so nothing of this request is in QuickBooks and another name may be sent.
        unsent = replace(row, sent_at=None, suspect=False)
        return parked(unsent, Reason("name_taken", text, "office", decision.detail), at, candidates=candidates)

    def _name_what_is_missing(self, row: Row, decision: Decision, now: datetime) -> Row | None:
        """A reference points to nothing that is active: the reason names the product or customer."""
        order = self._ledger.read([row.order_row]).get(row.order_row) if row.kind in LATER else None
        if order is not None and order.estimate and self._now(order.estimate) is None:
            self._learn(row, order, None, now)
            return made_anew(row, now)
        body = json.loads(str((row.request or {}).get("body", "{}")))
        missing = [*self._inactive("Customer", customers_in(body)), *self._inactive("Item", products_in(body))]
        if not missing:
            return None
        text = f"In QuickBooks {' and '.join(missing)}. Make it active there, or change the order; then try again."
        return parked(row, Reason("inactive_reference", text, "office", decision.detail), time_text(now))

    def _inactive(self, kind: str, named: dict[str, str]) -> Iterable[str]:
        """Sentences about the references that are inactive or not there; one read for all of a kind."""
        if not named:
            return
        ids = ", ".join(literal(each) for each in named)
        rows = self._gateway.query(
            f"select * from {kind} where Id in ({ids}) and Active in (true, false) maxresults 1000"
        )
        found = {str(entity["Id"]): entity for entity in rows}
        word = "customer" if kind == "Customer" else "product"
        for each, name in named.items():
            entity = found.get(each)
            if entity is None:
                yield f"there is no {word} {f'“{name}” ' if name else ''}with id {each}"
            elif not entity.get("Active", True):
                known = entity.get("DisplayName") or entity.get("Name") or name
                yield f"the {word} “{known}” is inactive"


def candidate_of(kind: str, entity: dict[str, Any]) -> Document:
    """Somebody in QuickBooks who has the name, as the office sees the choice."""
    candidate: Document = {
        "kind": kind.lower(),
        "id": str(entity["Id"]),
        "name": str(entity.get("DisplayName", "")),
        "active": bool(entity.get("Active", True)),
        "email": (entity.get("PrimaryEmailAddr") or {}).get("Address"),
        "city": (entity.get("BillAddr") or entity.get("PrimaryAddr") or {}).get("City"),
    }
    return {name: value for name, value in candidate.items() if value is not None}


def described(candidate: Document) -> str:
    """`the inactive vendor “Blauer See” (id 12, Berlin)`."""
    active = "" if candidate["active"] else "inactive "
    place = ", ".join(["id " + candidate["id"], *([candidate["city"]] if candidate.get("city") else [])])
    return f"the {active}{candidate['kind']} “{candidate['name']}” ({place})"


def customers_in(body: Document) -> dict[str, str]:
    """The customer that a body refers to: id -> name, where the body says one."""
    reference = body.get("CustomerRef") or {}
    return {str(reference["value"]): str(reference.get("name", ""))} if reference.get("value") else {}


def products_in(body: Document) -> dict[str, str]:
    """The products that a body's lines refer to: id -> the line's own words."""
    found: dict[str, str] = {}
    for line in body.get("Line") or []:
        reference = (line.get("SalesItemLineDetail") or {}).get("ItemRef") or {}
        if reference.get("value"):
            found[str(reference["value"])] = str(line.get("Description", ""))
    return found
