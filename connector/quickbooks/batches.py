"""A batch as QuickBooks takes it: up to 30 independent items, each answered on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from connector.errors import QuickBooksError, UnknownOutcome
from connector.quickbooks.bodies import canonical_json
from connector.quickbooks.faults import details_in, error_from

MOST_ITEMS = 30
REQUEST_ID_LENGTH = 36  # characters; 50 outside batches
BID_LENGTH = 10  # characters, once a request id is given


@dataclass(frozen=True)
class BatchItem:
    """One item. Its identity at QuickBooks is the batch's request id and `bid` ("" stands for its position)."""

    operation: Literal["create", "update", "delete", "query"]
    entity: str = ""
    body: bytes = b""
    bid: str = ""

    @classmethod
    def query(cls, statement: str, bid: str = "") -> BatchItem:
        """An item that reads."""
        return cls("query", body=statement.encode(), bid=bid)


@dataclass(frozen=True)
class BatchOutcome:
    """What became of one item: an entity, the rows of a query, or the error that `result` raises."""

    bid: str
    entity: dict[str, Any] | None = None
    rows: list[dict[str, Any]] = field(default_factory=list)
    error: QuickBooksError | None = None

    def result(self) -> dict[str, Any]:
        """The entity that was written; raises the item's error."""
        if self.error is not None:
            raise self.error
        if self.entity is None:
            raise TypeError(f"batch item {self.bid} was a query: it has rows")
        return self.entity


def batch_body(items: Sequence[BatchItem], request_id: str) -> bytes:
    """The bytes of a batch; the same items in the same order give the same bytes.

    Raises ValueError for more than 30 items, twice the same bId, or ids that are too long for QuickBooks.
    """
    if not 1 <= len(items) <= MOST_ITEMS:
        raise ValueError(f"a batch holds 1 to {MOST_ITEMS} items, not {len(items)}")
    if not 1 <= len(request_id) <= REQUEST_ID_LENGTH:
        raise ValueError(f"a batch's request id has 1 to {REQUEST_ID_LENGTH} characters, not {len(request_id)}")
    names = bids(items)
    if len(set(names)) < len(names) or any(len(name) > BID_LENGTH for name in names):
        raise ValueError(f"bIds must differ and have at most {BID_LENGTH} characters: {', '.join(names)}")
    return b'{"BatchItemRequest":[' + b",".join(map(item_body, items, names)) + b"]}"


def bids(items: Sequence[BatchItem]) -> list[str]:
    """The bId of each item: its own, or its position from 1."""
    return [item.bid or str(position) for position, item in enumerate(items, start=1)]


def item_body(item: BatchItem, bid: str) -> bytes:
    """The bytes of one item; the entity's own bytes go in as they are."""
    if item.operation == "query":
        return canonical_json({"Query": item.body.decode(), "bId": bid})
    head = canonical_json({"bId": bid, "operation": item.operation})[:-1]
    return head + b"," + canonical_json({item.entity: None})[1:-5] + item.body + b"}"


def outcomes_of(answer: Mapping[str, Any], items: Sequence[BatchItem]) -> list[BatchOutcome]:
    """One outcome per item in the order of the items; an item that the answer leaves out is of unknown outcome."""
    rows = answer.get("BatchItemResponse")
    answered = {str(row.get("bId")): row for row in rows if isinstance(row, dict)} if isinstance(rows, list) else {}
    return [outcome_of(answered.get(bid), item, bid) for item, bid in zip(items, bids(items), strict=True)]


def outcome_of(row: Mapping[str, Any] | None, item: BatchItem, bid: str) -> BatchOutcome:
    """What one item's part of the answer says."""
    if row is None:
        return BatchOutcome(bid, error=UnknownOutcome(f"QuickBooks' batch answer has no item {bid}"))
    details = details_in(row)
    if details:
        return BatchOutcome(bid, error=error_from(200, details, writes=item.operation != "query"))
    if item.operation == "query":
        return BatchOutcome(bid, rows=rows_of(row.get("QueryResponse")))
    entity = row.get(item.entity)
    if not isinstance(entity, dict):
        return BatchOutcome(bid, error=UnknownOutcome(f"QuickBooks' batch answer has no {item.entity} for item {bid}"))
    return BatchOutcome(bid, entity=entity)


def rows_of(response: Any) -> list[dict[str, Any]]:
    """The rows of a QueryResponse, whatever the entity; empty past the last page."""
    if not isinstance(response, dict):
        return []
    return [row for value in response.values() if isinstance(value, list) for row in value if isinstance(row, dict)]
