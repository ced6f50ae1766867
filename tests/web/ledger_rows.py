"""Ledger rows as the connector makes them: pinned, refused, failed and posted by its own functions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from connector.check import Reason, summary
from connector.couch import Database
from connector.errors import QuickBooksUnreachable
from connector.ledger import Ledger, Row
from connector.money import show
from connector.outcomes import failed, posted, refused
from connector.pinning import pin
from connector.records import time_text
from connector.retries import decide
from tests.connector.samples import REP, change, order

UNKNOWN_PRODUCT = "QuickBooks does not know the product “Queso “Cabrales””."
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def ulid(number: int) -> str:
    """A ULID of its own for each number."""
    return f"01JD8Q6Z5M3T0A7K9C{number:08d}"


def received(number: int, at: datetime = NOON, *, rep: str = REP, document_id: str = "", **changes: Any) -> Row:
    """An order that the connector has just pinned; `changes` are fields of the order."""
    document = order(**{"_id": document_id or f"order:{ulid(number)}", "rep": rep, **changes})
    return pinned(document, at)


def pinned(document: dict[str, Any], at: datetime = NOON) -> Row:
    """The row of any document, readable or not."""
    row = pin(f"orders-{document['rep']}", change(document), None, time_text(at)).row
    assert row is not None
    return row


def in_quickbooks(row: Row, estimate: str, status: str = "Accepted", after: float = 3.0) -> Row:
    """The row after QuickBooks took it, some seconds after it came."""
    at = time_text(datetime.fromisoformat(row.received_at) + timedelta(seconds=after))
    total = Decimal(row.content["total"])
    entity = {"Id": f"9{estimate}", "DocNumber": estimate, "TxnStatus": status, "TotalAmt": show(total)}
    request = {"entity": "Estimate", "operation": "create", "request_id": f"{int(estimate):032x}", "body": "{}"}
    return replace(posted(row.step(at, "sending", request=request, sent_at=at), entity, at), work=None)


def parked(row: Row, code: str, text: str, who: str = "office") -> Row:
    """The row after a check refused it."""
    at = datetime.fromisoformat(row.received_at) + timedelta(seconds=1)
    return replace(refused(row, summary([Reason(code, text, who)]), at), work=None)


def waiting(row: Row, attempts: int = 1) -> Row:
    """The row after QuickBooks could not be reached."""
    at = datetime.fromisoformat(row.received_at) + timedelta(seconds=2)
    error = QuickBooksUnreachable("connection refused")
    return failed(replace(row, attempts=attempts - 1), error, decide(error, attempts, jitter=0.5), at)


@dataclass(frozen=True)
class OnRecord:
    """A ledger that tests write rows into."""

    database: Database

    def write(self, *rows: Row) -> None:
        """Store rows; all of them must be new."""
        _, conflicts = Ledger(self.database).write(rows)
        assert not conflicts

    def read(self, row: Row) -> Row:
        """A row as it is stored now."""
        return Ledger(self.database).read([row.id])[row.id]


def key_of(row: Row) -> str:
    """How the console's addresses name a row."""
    return row.id.removeprefix("ledger:")


def stopped_by_a_product() -> Row:
    """An order that names a product which QuickBooks does not know."""
    return parked(received(1), "unknown_product", UNKNOWN_PRODUCT)
