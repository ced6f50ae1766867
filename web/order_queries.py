"""What the orders pages show: rows of the ledger, made ready to be read. Nothing here trusts a document's shape."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from connector.contents import later_change, readable
from connector.couch import Database
from connector.errors import MappingError
from connector.estimates import entity_of
from connector.identifiers import order_number
from connector.ledger import LATER, Ledger, Row, row_of
from connector.quickbooks import form_page
from connector.records import Amendment, Order, Unreadable
from web.wording import STATES, USUAL_STATES, duty_of, kind_of, state_of

INTUITS = ("sandbox", "production")  # environments whose companies have pages for people


@dataclass(frozen=True)
class Listed:
    """One line of the list."""

    row: Row
    key: str
    number: str
    kind: str
    rep: str
    customer: str
    total: str | None
    currency: str
    state: str
    duty: str


@dataclass(frozen=True)
class StateCount:
    """How many documents are in a state."""

    state: str
    label: str
    count: int


@dataclass(frozen=True)
class Detail:
    """Everything on record about one document."""

    listed: Listed
    content: dict[str, Any]
    readable: Order | Amendment | None
    order_key: str | None
    later: list[Listed] = field(default_factory=list)


def count_states(database: Database) -> list[StateCount]:
    """Every usual state, and each other one that occurs."""
    counts = {row["key"][0]: int(row["value"]) for row in database.view("ledger", "by_state", group_level=1)}
    shown = [*USUAL_STATES, *(state for state in STATES if state not in USUAL_STATES and counts.get(state))]
    shown += sorted(set(counts) - set(STATES))
    return [StateCount(state, STATES.get(state, state), counts.get(state, 0)) for state in shown]


def find_order(database: Database, key: str) -> Detail | None:
    """One document by `<rep id>:<what follows "ledger:<rep id>:">`, its ULID or its id."""
    ledger = Ledger(database)
    row_id = f"ledger:{key}"
    row = ledger.read([row_id]).get(row_id) or ledger.find(key)
    if row is None:
        return None
    names = account_names(database, {row.rep})
    kin = [
        row_of(found["doc"])
        for found in database.view("ledger", "by_ulid", key=row.ulid, include_docs=True)
        if found.get("doc") and found["doc"]["rep"] == row.rep and found["id"] != row.id
    ]
    first = next((other for other in kin if other.key == row.ulid), None)
    later = [listed(other, names) for other in kin if other.key != row.ulid] if first is None else []
    return Detail(listed(row, names), row.content, read(row), address(first) if first else None, later)


def read(row: Row) -> Order | Amendment | None:
    """The content with lines, an order's as its amendments left it; None where it has none or can't be read."""
    try:
        record = later_change(row) if row.kind in LATER else readable(row)
    except (Unreadable, MappingError):
        return None
    return record if isinstance(record, Order | Amendment) else None


def listed(row: Row, names: dict[str, str]) -> Listed:
    """A row as a line of the list."""
    total = (row.changes or row.content).get("total")
    return Listed(
        row=row,
        key=address(row),
        number=order_number(row.ulid),
        kind=kind_of(row.kind),
        rep=names.get(row.rep, row.rep),
        customer=customer_name(row),
        total=total if isinstance(total, str) else None,
        currency=text(row.content.get("currency")),
        state=state_of(row),
        duty=duty_of(row),
    )


def address(row: Row) -> str:
    """How a row is named in the console's addresses: its id without the kind."""
    return row.id.removeprefix("ledger:")


def customer_name(row: Row) -> str:
    """Whom a document is for, as the device wrote it."""
    if row.kind == "customer_request":
        return text(row.content.get("name"))
    customer = row.content.get("customer")
    return text(customer.get("name")) if isinstance(customer, dict) else ""


def quickbooks_page(environment: str, row: Row) -> str:
    """Where QuickBooks shows what a document became; empty where it became nothing, or QuickBooks is one for trying."""
    estimate = row.estimate or {}
    if not estimate.get("id") or environment not in INTUITS:
        return ""
    return form_page(environment, "", entity_of(estimate), str(estimate["id"]))


def text(value: Any) -> str:
    """A text, or nothing where a document holds something else."""
    return value if isinstance(value, str) else ""


def account_names(database: Database, reps: Iterable[str]) -> dict[str, str]:
    """Rep id -> the account name people know the rep by, for some reps, in one request."""
    found = database.fetch(f"rep:{rep}" for rep in sorted(set(reps)))
    return {str(document.get("rep")): str(document.get("account")) for document in found.values()}
