"""Entered by hand: the office wrote the estimate itself; it is looked up in QuickBooks, verified and put on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from connector.contents import readable
from connector.errors import MappingError, RoadbookError
from connector.estimates import NOT_OURS, called, is_final, is_void, summary_of
from connector.facts import FactReader
from connector.ledger import Ledger, Row
from connector.looking import Looking, is_marked
from connector.mapping import carries
from connector.outcomes import posted
from connector.quickbooks import Gateway, literal
from connector.records import Order, Unreadable, time_text
from connector.totals import TOTAL_DIFFERS, difference

KINDS = ("order", "quote")
STATES = ("parked", "held", "waiting")
ENTITIES = ("Estimate", "Invoice")
NUMBER_LENGTH = 21  # characters of a DocNumber


@dataclass(frozen=True)
class Found:
    """An estimate or invoice that somebody says is the order, and whatever speaks against it."""

    entity: str
    form: Mapping[str, Any]
    doubts: tuple[str, ...]

    @property
    def name(self) -> str:
        """`Estimate 1042`."""
        return called(summary_of(self.form, self.entity))


class Doubtful(RoadbookError):
    """What was found differs from the order; a person may say that it is meant so."""


def why_not_by_hand(row: Row) -> str | None:
    """Why a document can't be put down as entered by hand; None if it can."""
    if row.kind not in KINDS:
        return f"{row.of} is no order and no quote; only those become estimates"
    if row.posted_at is not None or row.state not in STATES:
        return f"{row.of} is {row.state}; only what is parked, held or waiting can be entered by hand"
    if row.state == "waiting" and row.doubtful:
        # It may be on its way in this very moment, or is sent again without another word in the ledger.
        return f"{row.of} was sent, and the connector still finds out what came of it: a second one would be a twin"
    return None


class ByHand:
    """Looks up and records; at most four metered reads."""

    def __init__(self, ledger: Ledger, gateway: Gateway, facts: FactReader) -> None:
        self._ledger = ledger
        self._gateway = gateway
        self._facts = facts

    def find(self, row: Row, number: str) -> Found:
        """The estimate (else the invoice) with a number, compared with the order.

        Raises RoadbookError where it cannot be this order's at all, QuickBooksError, CouchError.
        """
        problem = why_not_by_hand(row)
        if problem:
            raise RoadbookError(problem)
        wanted = number.strip()
        if not 1 <= len(wanted) <= NUMBER_LENGTH or not wanted.isprintable():
            raise RoadbookError(f"a number in QuickBooks has 1 to {NUMBER_LENGTH} characters")
        self._refuse_if_ours(row)
        entity, forms = self._numbered(wanted)
        if not forms:
            raise RoadbookError(f"QuickBooks has no estimate and no invoice with the number {wanted}")
        if len(forms) > 1:
            ids = ", ".join(str(form["Id"]) for form in forms)
            raise RoadbookError(f"QuickBooks has {len(forms)} of the number {wanted} (ids {ids}): make it one first")
        form = forms[0]
        self._refuse_if_taken(row, entity, form)
        return Found(entity, form, tuple(self._doubts(row, entity, form)))

    def record(self, row: Row, found: Found, *, meant: bool = False) -> Row:
        """Put down that this is what the order became; its rep gets the number, and nothing is sent any more.

        Raises Doubtful where something speaks against it and nobody said that it is `meant`, DocumentConflict.
        """
        if found.doubts and not meant:
            raise Doubtful(f"{found.name} does not look like {row.of}: {' '.join(found.doubts)}")
        at = time_text(datetime.now(UTC))
        # No request of ours made it, and none is repeated.
        unsent = replace(row, request=None, sent_at=None, suspect=False, realm=self._gateway.realm)
        done = posted(unsent, dict(found.form), at, "entered_by_hand")
        if found.doubts:
            # What somebody meant to be otherwise is not overwritten by an amendment of the rep's unasked.
            done = replace(done, estimate={**(done.estimate or {}), "ours": NOT_OURS})
        return self._ledger.put(done)

    def _numbered(self, number: str) -> tuple[str, list[dict[str, Any]]]:
        for entity in ENTITIES:
            forms = self._gateway.query(f"select * from {entity} where DocNumber = {literal(number)}")
            if forms:
                return entity, forms
        return ENTITIES[0], []

    def _refuse_if_ours(self, row: Row) -> None:
        """What was sent before may be in QuickBooks: then that is the order's, and a second one would be a twin."""
        if not (row.doubtful or row.suspect):
            return
        made = Looking(self._gateway, self._facts).find(row)
        if made is not None:
            entity = str((row.request or {}).get("entity") or "Estimate")
            name = called(summary_of(made, entity))
            raise RoadbookError(f"QuickBooks has made {name} of {row.of} already: have it tried again, and it is taken")

    def _refuse_if_taken(self, row: Row, entity: str, form: Mapping[str, Any]) -> None:
        others = [
            each
            for each in self._ledger.listed("by_estimate", [str(form["Id"])])
            if each.id != row.id
            and each.kind in KINDS
            and (each.estimate or {}).get("kind") == entity.lower()
            # Another company's estimates may have the same ids.
            and each.company in (None, self._gateway.realm)
        ]
        name = called(summary_of(form, entity))
        if others:
            raise RoadbookError(f"{name} is what {others[0].of} of rep {others[0].rep} became")
        note = str(form.get("PrivateNote") or "").split("\n", 1)[0]
        if is_marked(form) and not carries(form, row.ulid, row.rep):
            raise RoadbookError(f"{name} bears the mark of another order: “{note}”")

    def _doubts(self, row: Row, entity: str, form: Mapping[str, Any]) -> list[str]:
        summary = summary_of(form, entity)
        doubts = []
        try:
            order = readable(row)
        except (MappingError, Unreadable):
            return ["The order itself cannot be read, so nothing can be compared."]
        if not isinstance(order, Order):
            return ["The order itself cannot be read, so nothing can be compared."]
        customer = self._facts.read([(row, order)])[0].customer
        theirs = form.get("CustomerRef") or {}
        if customer is None:
            doubts.append(f"Its customer is “{theirs.get('name', '')}”; the order's is not known to QuickBooks.")
        elif str(theirs.get("value")) != str(customer["quickbooks_id"]):
            doubts.append(f"Its customer is “{theirs.get('name', '')}”; the order's is “{order.customer.name}”.")
        told = difference(order, summary)
        if told is not None and told.code == TOTAL_DIFFERS:
            doubts.append(told.text)
        if is_void(summary) or (is_final(summary) and entity == "Estimate") or summary["status"] == "Rejected":
            doubts.append(f"It is {summary['status'] or 'void'} in QuickBooks, and not open any more.")
        return doubts
