"""The ledger: one row per document a device handed in, written before anything is sent, kept for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from connector.check import Reason
from connector.couch import Database
from connector.errors import CouchError, DocumentConflict, LeaseLost
from connector.identifiers import ledger_id, order_number

TRAIL_LENGTH = 40  # events kept on a row; the first one and the newest

Document = dict[str, Any]
log = structlog.get_logger()


@dataclass(frozen=True)
class Row:
    """One ledger row. `work` says what is still to be done: post, receipt, or None.

    `suspect` stays set once an outcome was unknown: such a row is looked for in QuickBooks before it is sent again.
    `told` sums up what the newest receipt says. An order's row takes up what later documents change: `amendment` is the
    number of the last one, `changes` its content, `withdrawn_at` when a cancellation was captured. `news` is what
    QuickBooks shows differently. `repairs` counts how often the connector tried to settle a refusal by itself,
    `refusals` how often QuickBooks said no for certain: then another request id is used, as an old no may stick.
    `realm` is the company in QuickBooks of what no request of ours has made there: entered by hand, or found again.
    `links` are the products (and the customer) that the office means in the place of those of the document. `look` is
    the code of what somebody says is mended: QuickBooks is asked for what the document names before it is judged again.
    """

    rep: str
    database: str
    of: str
    ulid: str
    kind: str
    revision: str
    sha256: str
    content: Document
    state: str
    work: str | None
    received_at: str
    changed_at: str
    due_at: str
    fence: int = 0
    attempts: int = 0
    sent_at: str | None = None
    posted_at: str | None = None
    request: Document | None = None
    estimate: Document | None = None
    customer: Document | None = None
    reason: Document | None = None
    notice: Document | None = None
    accepted: tuple[str, ...] = ()
    suspect: bool = False
    amendment: int = 0
    changes: Document | None = None
    realm: str | None = None
    links: Document | None = None
    look: str | None = None
    withdrawn_at: str | None = None
    news: Document | None = None
    repairs: int = 0
    refusals: int = 0
    told: str | None = None
    receipt_revision: str | None = None
    trail: tuple[Document, ...] = ()
    ledger_revision: str | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        """The row's own document id."""
        return ledger_id(self.rep, self.key)

    @property
    def key(self) -> str:
        """What follows the kind in the document's id: the ULID, with `:amend:1` or `:cancel` for later changes."""
        return answer_key(self.of)

    @property
    def order_row(self) -> str:
        """The id of the row of the order that an amendment or a cancellation changes; an order's own id."""
        return ledger_id(self.rep, self.ulid)

    @property
    def doubtful(self) -> bool:
        """Whether something was sent whose outcome is not on record."""
        return self.sent_at is not None and self.posted_at is None

    @property
    def company(self) -> str | None:
        """The company (realm) that it was sent to or stands in; None where that is not on record."""
        return (self.request or {}).get("realm") or self.realm

    def step(self, at: str, event: str, **changes: Any) -> Row:
        """The row after an event: changed fields, and the event on its trail."""
        entry: Document = {"at": at, "event": event}
        reason = changes.get("reason")
        if reason:
            entry["reason"] = reason["code"]
        trail = (*self.trail, entry)
        if len(trail) > TRAIL_LENGTH:
            trail = (trail[0], *trail[-(TRAIL_LENGTH - 1) :])
        return replace(self, changed_at=at, trail=trail, **changes)

    def as_document(self) -> Document:
        """The row as it is stored."""
        document: Document = {
            "_id": self.id,
            "type": "ledger",
            "schema": 1,
            "number": order_number(self.ulid),
            **{name: getattr(self, name) for name in STORED},
            "accepted": list(self.accepted),
            "trail": list(self.trail),
        }
        if self.ledger_revision:
            document["_rev"] = self.ledger_revision
        return {name: value for name, value in document.items() if value is not None}


LATER = frozenset({"amendment", "cancellation"})  # kinds of documents that change an order
STORED = (
    "rep",
    "database",
    "of",
    "ulid",
    "kind",
    "revision",
    "sha256",
    "content",
    "state",
    "work",
    "received_at",
    "changed_at",
    "due_at",
    "fence",
    "attempts",
    "sent_at",
    "posted_at",
    "request",
    "estimate",
    "customer",
    "reason",
    "notice",
    "suspect",
    "amendment",
    "changes",
    "realm",
    "links",
    "look",
    "withdrawn_at",
    "news",
    "repairs",
    "refusals",
    "told",
    "receipt_revision",
)


def answer_key(document_id: str) -> str:
    """`order:X` -> `X`, `custreq:X` -> `X`, `amend:X:1` -> `X:amend:1`, `cancel:X` -> `X:cancel`."""
    prefix, _, rest = document_id.partition(":")
    if prefix in ("order", "custreq"):
        return rest
    ulid, _, number = rest.partition(":")
    return f"{ulid}:{prefix}:{number}" if number else f"{ulid}:{prefix}"


def row_of(document: Mapping[str, Any]) -> Row:
    """A stored row as a record."""
    fields: Document = {name: document[name] for name in STORED if name in document}
    fields.setdefault("work", None)
    return Row(
        **fields,
        accepted=tuple(document.get("accepted", ())),
        trail=tuple(document.get("trail", ())),
        ledger_revision=document.get("_rev"),
    )


def reason_document(reason: Reason | None) -> Document | None:
    """A reason as rows and receipts carry it."""
    return None if reason is None else dict(reason.as_document())


class Ledger:
    """Reads and writes rows; every write is a compare-and-swap and carries the lease's fence, where there is one."""

    def __init__(self, database: Database, fence: Callable[[], int] | None = None) -> None:
        self.database = database
        self._fence = fence

    def read(self, row_ids: Iterable[str]) -> dict[str, Row]:
        """Rows by their document id; those that do not exist are left out."""
        return self._rows(self.database.fetch(row_ids))

    def _rows(self, documents: Mapping[str, Document]) -> dict[str, Row]:
        rows = {}
        for key, document in documents.items():
            try:
                rows[key] = row_of(document)
            except (KeyError, TypeError) as error:
                log.error("ledger.row_damaged", row=key, error=str(error))
        return rows

    def write(self, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
        """Write rows in one request: (the rows as stored, the rows that somebody else wrote first).

        Raises LeaseLost if the guard found a higher fence on a row: another connector has taken over.
        """
        if self._fence is not None:
            rows = [replace(row, fence=self._fence()) for row in rows]
        stored: list[Row] = []
        conflicts: list[Row] = []
        for row, answer in zip(rows, self.database.bulk([row.as_document() for row in rows]), strict=True):
            if "error" not in answer:
                stored.append(replace(row, ledger_revision=answer["rev"]))
            elif answer.get("error") == "conflict":
                conflicts.append(row)
            elif "stale_fence" in str(answer.get("reason")):
                raise LeaseLost(f"{row.id}: another connector has written this row since")
            else:
                raise CouchError(f"{row.id} could not be written: {answer.get('error')} {answer.get('reason')}")
        return stored, conflicts

    def due(self, until: str, limit: int = 1000) -> list[tuple[str, str]]:
        """(due time, row id) of rows with work to do until a time, earliest first."""
        rows = self.database.view("ledger", "due", endkey=until, limit=limit)
        return [(row["key"], row["id"]) for row in rows if isinstance(row["key"], str)]

    def next_due(self) -> str | None:
        """When the next row has work to do; None if no row has."""
        rows = self.database.view("ledger", "due", limit=1)
        return str(rows[0]["key"]) if rows else None

    def find(self, key: str) -> Row | None:
        """The row of a document by ULID, document id or row id, whichever a person typed."""
        if key.startswith("ledger:"):
            return self.read([key]).get(key)
        wanted = answer_key(key) if ":" in key else key
        rows = self.database.view("ledger", "by_ulid", key=wanted.split(":", 1)[0], include_docs=True)
        # A row that an admin deletes in this moment comes without its document.
        found = [row_of(row["doc"]) for row in rows if row.get("doc")]
        return next((row for row in found if row.key == wanted), None)

    def listed(self, view: str, keys: Sequence[str]) -> list[Row]:
        """The rows under many keys of a view such as `by_estimate` or `by_ulid`, each once, in one request."""
        if not keys:
            return []
        path = f"_design/ledger/_view/{view}"
        found = self.database.call("POST", path, {"keys": list(keys)}, include_docs="true")["rows"]
        documents = {row["id"]: row["doc"] for row in found if row.get("doc")}
        return list(self._rows(documents).values())

    def in_state(self, state: str) -> list[Row]:
        """Every row in a state."""
        found = self.database.view(
            "ledger", "by_state", reduce=False, include_docs=True, startkey=[state], endkey=[state, {}]
        )
        return list(self._rows({row["id"]: row["doc"] for row in found if row.get("doc")}).values())

    def unposted(self) -> list[Row]:
        """Every order and quote that is not in QuickBooks yet and was not given up."""
        found = self.database.view("ledger", "unposted", include_docs=True)
        return list(self._rows({row["id"]: row["doc"] for row in found if row.get("doc")}).values())

    def under_way(self, orders: Iterable[Row]) -> dict[str, set[str]]:
        """Order row id -> ids of its amendments and cancellations that were sent and are not on record with it yet.

        What QuickBooks shows of such an order may be the rep's own change.
        """
        found: dict[str, set[str]] = {}
        for row in self.listed("by_ulid", sorted({row.ulid for row in orders})):
            if row.kind in LATER and row.work is not None and (row.sent_at is not None or row.posted_at is not None):
                found.setdefault(row.order_row, set()).add(row.id)
        return found

    def put(self, row: Row) -> Row:
        """Write one row; raises DocumentConflict if somebody else did first."""
        stored, conflicts = self.write([row])
        if conflicts:
            raise DocumentConflict(f"{row.id} was changed by somebody else just now; try again", status=409)
        return stored[0]
