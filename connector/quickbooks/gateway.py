"""The verbs that Roadbook has for QuickBooks: dicts in, dicts out, money as Decimal, errors of our own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from quickbooks.exceptions import QuickbooksException

from connector.errors import QuickBooksUnreachable, Throttled, UnknownOutcome
from connector.quickbooks.batches import BatchItem, BatchOutcome, batch_body, outcomes_of, rows_of
from connector.quickbooks.changes import ChangeReader, Changes, time_of
from connector.quickbooks.queries import PAGE, count_of, literal, page_of
from connector.quickbooks.transport import Transport

REQUEST_ID_LENGTH = 50  # characters


class Gateway:
    """One realm's books. Every verb waits in the realm's pace, may be called from any thread, and raises

    QuickBooksFault, Throttled, QuickBooksUnreachable, Disconnected, Misconfigured (nothing was written in all of
    these), CouchError when the token row cannot be read, and, from writes only, UnknownOutcome.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def realm(self) -> str:
        """The company's id at QuickBooks."""
        return self._transport.realm

    def resting_for(self) -> float:
        """Seconds that the realm still rests after a 429; 0 when it does not."""
        return self._transport.pace.frozen_for()

    def create(self, entity: str, body: bytes, request_id: str) -> dict[str, Any]:
        """Create an entity from canonical bytes; the same request id and bytes again give the same answer."""
        with translated(writes=True):
            answer = self._transport.client.create_object(entity, body, request_id=checked_id(request_id))
            return member(answer, entity, writes=True)

    def update(self, entity: str, body: bytes, request_id: str) -> dict[str, Any]:
        """Update an entity; the body carries Id and SyncToken, and `"sparse": true` to leave the rest alone."""
        with translated(writes=True):
            answer = self._transport.client.update_object(entity, body, request_id=checked_id(request_id))
            return member(answer, entity, writes=True)

    def void(self, entity: str, body: bytes, request_id: str) -> dict[str, Any]:
        """Void an invoice: QuickBooks keeps it, worth nothing; the body carries Id and SyncToken."""
        with translated(writes=True):
            answer = self._transport.post(entity.lower(), body, checked_id(request_id), operation="void")
            return member(answer, entity, writes=True)

    def read(self, entity: str, id: str) -> dict[str, Any]:
        """Read one entity; a missing one is a QuickBooksFault with code 610."""
        with translated(writes=False):
            return member(self._transport.client.get_single_object(entity, quote(id, safe="")), entity, writes=False)

    def query(self, statement: str) -> list[dict[str, Any]]:
        """The rows of one statement (at most 100 unless it says MAXRESULTS); put texts in with `literal`."""
        return rows_of(self._query(statement))

    def query_all(self, entity: str, where: str = "") -> Iterator[dict[str, Any]]:
        """All rows of an entity, each id once, in pages of 1000 until a page brings nothing new."""
        seen: set[str] = set()
        start = 1
        while True:
            rows = self.query(page_of(entity, where, start))
            fresh = [row for row in rows if row.get("Id") not in seen]
            if not fresh:
                return
            seen.update(row["Id"] for row in fresh)
            yield from fresh
            # Tax codes come with pseudo rows on top of a full page: never step further than was asked for.
            start += min(len(rows), PAGE)

    def count(self, entity: str, where: str = "") -> int:
        """How many rows match."""
        return self._counted(entity, where)[0]

    def count_at(self, entity: str, where: str = "") -> tuple[int, datetime]:
        """How many rows match, and when that was by QuickBooks' clock."""
        total, answer = self._counted(entity, where)
        return total, time_of(answer)

    def _counted(self, entity: str, where: str) -> tuple[int, dict[str, Any]]:
        answer = self._asked(count_of(entity, where))
        total = member(answer, "QueryResponse", writes=False).get("totalCount")
        if not isinstance(total, int):
            raise QuickBooksUnreachable(f"QuickBooks did not count {entity}")
        return total, answer

    def batch(self, items: Sequence[BatchItem], request_id: str) -> list[BatchOutcome]:
        """Send up to 30 independent items in one request; one outcome per item, in the order of the items.

        Raises as the other verbs when the batch as a whole failed; then every item shares that fate.
        """
        body = batch_body(items, request_id)
        with translated(writes=any(item.operation != "query" for item in items)):
            outcomes = outcomes_of(self._transport.post("batch", body, request_id), items)
        self._transport.calls.items(items, outcomes)
        if any(isinstance(outcome.error, Throttled) for outcome in outcomes):
            self._transport.freeze()
        return outcomes

    def preferences(self) -> dict[str, Any]:
        """The company's preferences (sales forms, tax, currency)."""
        with translated(writes=False):
            return member(self._transport.get("preferences"), "Preferences", writes=False)

    def company(self) -> dict[str, Any]:
        """The company's name, country and subscription."""
        with translated(writes=False):
            return member(self._transport.get(f"companyinfo/{self.realm}"), "CompanyInfo", writes=False)

    def find_sales(self, entity: str, customer_id: str, txn_date: date | str) -> list[dict[str, Any]]:
        """All estimates or invoices of a customer of one day: where to look before an order is sent a second time."""
        day = txn_date if isinstance(txn_date, str) else txn_date.isoformat()
        return list(self.query_all(entity, f"CustomerRef = {literal(customer_id)} AND TxnDate = {literal(day)}"))

    def changes(self, kinds: Sequence[str], since: datetime) -> Changes:
        """What was made, changed or deleted since a moment, all of it: one call, unless that was long ago or much."""
        return ChangeReader(self._capture, self._asked).read(kinds, since)

    def _capture(self, entities: str, since: str) -> dict[str, Any]:
        with translated(writes=False):
            return self._transport.checked(self._transport.client.change_data_capture(entities, since))

    def _asked(self, statement: str) -> dict[str, Any]:
        with translated(writes=False):
            return self._transport.checked(self._transport.client.query(statement.encode()))

    def _query(self, statement: str) -> dict[str, Any]:
        return member(self._asked(statement), "QueryResponse", writes=False)


@contextmanager
def translated(*, writes: bool) -> Iterator[None]:
    """Turn what the library itself makes of an unexpected answer into an error of ours."""
    try:
        yield
    except UnknownOutcome as error:
        if writes:
            raise
        raise QuickBooksUnreachable(str(error)) from error
    except QuickbooksException as error:
        message = f"QuickBooks' answer could not be read ({type(error).__name__})"
        raise (UnknownOutcome(message) if writes else QuickBooksUnreachable(message)) from error


def member(answer: Any, name: str, *, writes: bool) -> dict[str, Any]:
    """The entity inside an answer; an answer without it does not say what happened."""
    found = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, dict):
        message = f"QuickBooks answered without {name}"
        raise UnknownOutcome(message) if writes else QuickBooksUnreachable(message)
    return found


def checked_id(request_id: str) -> str:
    """A request id QuickBooks takes; raises ValueError for an empty or too long one."""
    if not 1 <= len(request_id) <= REQUEST_ID_LENGTH:
        raise ValueError(f"a request id has 1 to {REQUEST_ID_LENGTH} characters, not {len(request_id)}")
    return request_id
