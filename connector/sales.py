"""What the office does to orders' estimates and invoices in QuickBooks reaches their ledger rows, and so the reps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from connector.books import gone, is_gone, seen
from connector.errors import CouchError, QuickBooksFault, RoadbookError
from connector.estimates import is_invoice
from connector.ledger import Ledger, Row
from connector.quickbooks import Change, Gateway
from connector.records import time_text
from connector.watched import SALES

KINDS = SALES
OBJECT_GONE = "610"
TRIES = 5  # times rows are read again when somebody else writes them at the same moment
KEYS = 500  # ids in one question to the ledger

Entity = dict[str, Any]
log = structlog.get_logger()


@dataclass(frozen=True)
class Taken:
    """How many rows changed, how many wait until a change of their own is settled, and what could not be taken."""

    rows: int = 0
    waiting: int = 0
    problem: str | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing of it is left to do."""
        return not self.waiting and self.problem is None


class Sales:
    """Brings changes in QuickBooks to the rows of orders; what it writes is handed to `found` for its receipt."""

    def __init__(
        self,
        ledger: Ledger,
        gateway: Gateway,
        found: Callable[[Row], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ledger = ledger
        self._gateway = gateway
        self._found = found
        self._clock = clock

    def take(self, changes: Sequence[Change]) -> Taken:
        """Put on record what happened to orders; the same changes again, in any order, change nothing.

        An order that it fails on keeps no other from being taken. Raises LeaseLost, CouchError, and what reading from
        QuickBooks raises when it is away; then all of it is to be taken again.
        """
        ids = sorted({change.id for change in changes})
        news = {(change.kind, change.id): change for change in changes}
        parts = [self._take(ids[start : start + KEYS], news) for start in range(0, len(ids), KEYS)]
        problem = next((part.problem for part in parts if part.problem), None)
        return Taken(sum(part.rows for part in parts), sum(part.waiting for part in parts), problem)

    def _take(self, ids: Sequence[str], news: Mapping[tuple[str, str], Change]) -> Taken:
        written = 0
        for _ in range(TRIES):
            orders = [row for row in self._ledger.listed("by_estimate", ids) if self._is_ours(row)]
            after, problem = self._all_after(orders, news)
            busy = self._ledger.under_way(after)  # told now, a rep's change would be called the office's
            ready = [row for row in after if row.id not in busy]
            stored, conflicts = self._ledger.write(ready) if ready else ([], [])
            for row in stored:
                log.info("order.seen_in_quickbooks", document=row.of, rep=row.rep, state=row.state)
                if row.work is not None:
                    self._found(row)
            written += len(stored)
            if not conflicts:
                return Taken(written, len(busy), problem)
        raise CouchError(f"{conflicts[0].of} keeps changing while QuickBooks' news of it is put on record")

    def _is_ours(self, row: Row) -> bool:
        """Whether a row is an order of this company: another company's estimates may have the same ids."""
        realm = row.company or self._gateway.realm
        return row.kind in ("order", "quote") and row.posted_at is not None and realm == self._gateway.realm

    def _all_after(self, orders: Iterable[Row], news: Mapping[tuple[str, str], Change]) -> tuple[list[Row], str | None]:
        """The rows that change, and why one could not be told."""
        after: list[Row] = []
        problem = None
        for row in orders:
            try:
                changed = self._after(row, news)
            except QuickBooksFault as fault:
                log.warning("order.not_seen_in_quickbooks", document=row.of, rep=row.rep, reason=str(fault))
                problem = f"{row.of}: {fault}"
            except RoadbookError:
                raise
            except Exception as error:
                log.exception("order.not_seen_in_quickbooks", document=row.of, rep=row.rep)
                problem = f"{row.of}: Roadbook itself failed ({type(error).__name__}: {error})"
            else:
                after += [] if changed is None else [changed]
        return after, problem

    def _after(self, row: Row, news: Mapping[tuple[str, str], Change]) -> Row | None:
        """The order's row with what happened to its estimate or invoice; None if the row knows it all."""
        estimate = row.estimate or {}
        kind = "Invoice" if is_invoice(estimate) else "Estimate"
        change = news.get((kind, str(estimate.get("id"))))
        let_go = self._let_go(estimate, news)
        if change is None and not let_go:
            return None
        if (change is None or change.entity is None) and (is_gone(row) and not (let_go and row.state == "converted")):
            return None
        entity = None if change is None else change.entity
        if entity is None or is_gone(row):
            # A deletion is confirmed, and so is life after one: answers have been seen that were wrong or old.
            entity = self._read(kind, str(estimate["id"]))
        at = time_text(self._clock())
        if entity is not None:
            return seen(row, entity, at)
        invoice = estimate.get("invoice")
        return gone(row, at, invoiced=bool(invoice) and self._read("Invoice", str(invoice)) is not None)

    def _let_go(self, estimate: Entity, news: Mapping[tuple[str, str], Change]) -> bool:
        """Whether the invoice that an estimate was made into is deleted or is not linked to it any more."""
        change = news.get(("Invoice", str(estimate.get("invoice"))))
        if change is None:
            return False
        links = (change.entity or {}).get("LinkedTxn") or []
        return not any(str(link.get("TxnId")) == estimate["id"] for link in links)

    def _read(self, kind: str, id: str) -> Entity | None:
        """An estimate or invoice as it is now; None if it is deleted."""
        try:
            entity = self._gateway.read(kind, id)
        except QuickBooksFault as fault:
            if fault.code != OBJECT_GONE:
                raise
            return None
        return None if entity.get("status") == "Deleted" else entity
