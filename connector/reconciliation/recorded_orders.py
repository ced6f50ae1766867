"""What the ledger says about orders, as far as it can be compared with QuickBooks; other rows are left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import structlog

from connector.couch import Database
from connector.identifiers import ledger_id, order_number
from connector.money import decimal_of
from connector.records import time_text

KINDS = ("order", "quote")
PAGE = 500  # rows read in one request
LAST: dict[str, Any] = {}  # sorts after every text in a key of a view
ENTITIES = {"estimate": "Estimate", "invoice": "Invoice"}

Document = Mapping[str, Any]
log = structlog.get_logger()


@dataclass(frozen=True)
class RecordedForm:
    """The estimate or invoice that a row points to, as it was when we wrote it last. `total` includes tax."""

    entity: str
    id: str
    number: str
    total: Decimal | None
    version: str

    @property
    def key(self) -> tuple[str, str]:
        """Entity and id."""
        return self.entity, self.id


@dataclass(frozen=True)
class RecordedOrder:
    """An order or quote on record; `total` is the rep's first, before tax, and None where it can't be read."""

    rep: str
    ulid: str
    state: str
    working: bool
    received_at: datetime
    total: Decimal | None = None
    form: RecordedForm | None = None
    amended: bool = False
    reason: str = ""
    notice: str = ""
    revision: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Rep and ULID: what an estimate's mark names."""
        return self.rep, self.ulid

    @property
    def row(self) -> str:
        """The row's document id."""
        return ledger_id(self.rep, self.ulid)

    @property
    def number(self) -> str:
        """The order number people know."""
        return order_number(self.ulid)

    @property
    def document(self) -> str:
        """The id of the rep's document."""
        return f"order:{self.ulid}"


def recorded_order(document: Document) -> RecordedOrder | None:
    """A ledger row as far as it matters here; None for anything that is no order or quote.

    Raises KeyError, TypeError, ValueError for a damaged row.
    """
    if document.get("type") != "ledger" or document.get("kind") not in KINDS:
        return None
    return RecordedOrder(
        rep=str(document["rep"]),
        ulid=str(document["ulid"]),
        state=str(document["state"]),
        working=document.get("work") == "post",
        received_at=datetime.fromisoformat(document["received_at"]),
        total=amount_or_none((document.get("content") or {}).get("total")),
        form=recorded_form(document.get("estimate") or {}),
        amended=any("amend" in str(entry.get("event")) for entry in document.get("trail") or ()),
        reason=str((document.get("reason") or {}).get("text") or ""),
        notice=str((document.get("notice") or {}).get("text") or ""),
        revision=str(document.get("_rev") or ""),
    )


def recorded_form(estimate: Document) -> RecordedForm | None:
    """The form a row points to; None if it points to none."""
    if not estimate.get("id"):
        return None
    kind = str(estimate.get("kind") or "estimate")
    return RecordedForm(
        entity=ENTITIES.get(kind, kind),
        id=str(estimate["id"]),
        number=str(estimate.get("number") or ""),
        total=amount_or_none(estimate.get("total")),
        version=str(estimate.get("sync_token") or "0"),
    )


def amount_or_none(text: Any) -> Decimal | None:
    """A decimal string as a number; None where a document holds something else."""
    try:
        return decimal_of(text)
    except ValueError:
        return None


class RecordedOrders:
    """Reads them. Raises CouchError; a damaged row is logged and left out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def first_received(self) -> datetime | None:
        """When the first document of all reached the ledger."""
        rows = self._database.view("ledger", "by_received", limit=1)
        return datetime.fromisoformat(rows[0]["key"]) if rows else None

    def changed_since(self, moment: datetime) -> Iterator[RecordedOrder]:
        """Orders whose row took a step since a moment, so also everything received since."""
        states = [row["key"][0] for row in self._database.view("ledger", "by_state", group_level=1)]
        for state in states:
            yield from self._span("by_state", [state, time_text(moment)], [state, LAST], reduce=False)

    def unposted(self) -> Iterator[RecordedOrder]:
        """Every order that is not in QuickBooks yet, however old."""
        yield from self._span("unposted", "", LAST)

    def named(self, rows: Iterable[str]) -> Iterator[RecordedOrder]:
        """Orders by the ids of their rows; those that do not exist are left out."""
        for some in chunks(rows):
            yield from self._readable(self._database.fetch(some).values())

    def pointing_to(self, form_ids: Iterable[str]) -> Iterator[RecordedOrder]:
        """Orders whose row points to one of these ids, whatever mark the form carries."""
        for some in chunks(form_ids):
            answer = self._database.call(
                "POST", "_design/ledger/_view/by_estimate", {"keys": list(some)}, include_docs="true"
            )
            yield from self._readable(row["doc"] for row in answer["rows"] if row.get("doc"))

    def _span(self, view: str, first: Any, last: Any, **options: Any) -> Iterator[RecordedOrder]:
        """The rows of a view between two keys, in pages; a page begins behind those already seen at its first key."""
        start, skip = first, 0
        while True:
            rows = self._database.view(
                "ledger", view, startkey=start, endkey=last, skip=skip, limit=PAGE, include_docs=True, **options
            )
            yield from self._readable(row["doc"] for row in rows if row.get("doc"))
            if len(rows) < PAGE:
                return
            at_the_end = sum(row["key"] == rows[-1]["key"] for row in rows)
            skip = skip + at_the_end if rows[-1]["key"] == start else at_the_end
            start = rows[-1]["key"]

    def _readable(self, documents: Iterable[Document]) -> Iterator[RecordedOrder]:
        for document in documents:
            try:
                order = recorded_order(document)
            except (KeyError, TypeError, ValueError) as error:
                log.error("ledger.row_damaged", row=document.get("_id"), error=str(error))
                continue
            if order is not None:
                yield order


def chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """Each id once, in groups that fit into one request."""
    rest = iter(dict.fromkeys(ids))
    while some := list(islice(rest, PAGE)):
        yield some
