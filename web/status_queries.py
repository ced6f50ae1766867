"""What the status page shows. What could not be found out is None, and a page says so; it is never taken for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector.catalog import State, States
from connector.company import CompanyRecord
from connector.couch import CouchServer, Database
from connector.cursors import Cursor, Cursors
from connector.drift import LastDriftCheck, last_drift_check
from connector.errors import CouchError
from connector.identifiers import CONNECTOR
from connector.ledger import row_of
from connector.letters.letter import OPEN, Letter
from connector.letters.store import Letters
from connector.quickbooks import MonthOfCalls, call_months, this_month
from connector.reconciliation.nightly import OVERLAP
from connector.reconciliation.results import ReconciliationResults
from connector.standing import Standing, standing_of
from connector.territories import NewCustomers
from web.order_queries import Listed, StateCount, account_names, count_states, listed
from web.unallocated import UNALLOCATED

DEAD_SHOWN = 50  # dead letters
LETTERS_SHOWN = 5  # that were given up


@dataclass(frozen=True)
class Company:
    """A company whose tokens are on record; `disconnected_at` once nothing can be posted to it, and why."""

    realm: str
    renewed_at: str | None
    sign_in_ends_at: str | None
    disconnected_at: str | None
    refused_at: str | None = None
    because: str = ""


@dataclass(frozen=True)
class DeadLetter:
    """A document that was set aside: why, and all that is stored of it, whatever that looks like."""

    text: str
    database: str
    at: Any
    document: dict[str, Any]


@dataclass(frozen=True)
class DeadLetterList:
    """The newest dead letters and how many there are in all."""

    newest: list[DeadLetter]
    count: int


@dataclass(frozen=True)
class LastReconciliation:
    """The newest comparison with QuickBooks, whoever started it; `wrong` counts what somebody must look at, by kind."""

    started_at: str
    since: str
    orders: int
    clean: bool
    wrong: dict[str, int]


@dataclass(frozen=True)
class LettersStanding:
    """Whether letters go out at all, how many are still to go, how many were given up, and the newest of those."""

    on: bool
    to_go: int
    given_up: int
    newest: list[Letter]


@dataclass(frozen=True)
class Overview:
    """The whole page."""

    couchdb: str
    demo_grade: bool
    counts: list[StateCount]
    oldest: Listed | None
    dead_letters: DeadLetterList
    letters: LettersStanding
    companies: list[Company]
    calls: list[MonthOfCalls]
    connector: Standing
    reconciliation: LastReconciliation | None
    looks: list[Cursor]
    copies: list[State]
    unallocated: int | None
    drift: LastDriftCheck | None


def overview(
    server: CouchServer, new_customers: NewCustomers, sweep_minutes: float, *, letters_on: bool = False
) -> Overview:
    """Everything at once; raises CouchError when CouchDB or the connector's database can't be read."""
    database = server.database(CONNECTOR)
    version, demo_grade = couchdb_version(server)
    return Overview(
        couchdb=version,
        demo_grade=demo_grade,
        counts=count_states(database),
        oldest=oldest_unposted(database),
        dead_letters=dead_letters(database),
        letters=letters_of(database, letters_on),
        companies=companies(database),
        calls=call_months(database, this_month()),
        connector=standing_of(server, datetime.now(UTC), sweep_minutes),
        reconciliation=last_reconciliation(server),
        looks=Cursors(database).list(),
        copies=States(database).list(),
        unallocated=UNALLOCATED.count(server, new_customers),
        drift=last_drift_check(server),
    )


def letters_of(database: Database, on: bool) -> LettersStanding:
    """Where letters stand."""
    letters = Letters(database)
    counts = letters.counts()
    stopped = letters.listed(("given_up",), LETTERS_SHOWN) if counts.get("given_up") else []
    return LettersStanding(on, sum(counts.get(state, 0) for state in OPEN), counts.get("given_up", 0), stopped)


def couchdb_version(server: CouchServer) -> tuple[str, bool]:
    """(version, whether it is the embedded server)."""
    try:
        welcome = server.call("GET", "")
    except CouchError:
        return "unknown", False
    return str(welcome.get("version", "unknown")), "embedded" in (welcome.get("features") or ())


def oldest_unposted(database: Database) -> Listed | None:
    """The order or quote that has been on the server for longest without being in QuickBooks; None if all are."""
    rows = database.view("ledger", "unposted", limit=1, include_docs=True)
    found = next((row["doc"] for row in rows if row.get("doc")), None)
    row = row_of(found) if found else None
    return listed(row, account_names(database, [row.rep])) if row else None


def dead_letters(database: Database) -> DeadLetterList:
    """The newest ones first."""
    answer = database.call(
        "GET", "_design/dead/_view/by_time", descending="true", include_docs="true", limit=DEAD_SHOWN
    )
    found = [dead_letter_of(row["doc"]) for row in answer["rows"] if row.get("doc")]
    return DeadLetterList(found, int(answer["total_rows"]))


def dead_letter_of(document: dict[str, Any]) -> DeadLetter:
    """A stored dead letter; what somebody has damaged of it is shown as it is."""
    reason = document.get("reason")
    text = str(reason.get("text", "")) if isinstance(reason, dict) else ""
    name = f"{document.get('document', document.get('_id'))}"
    return DeadLetter(
        text or f"Why {name} was set aside is not on record.",
        str(document.get("database", "")),
        document.get("at"),
        document,
    )


def companies(database: Database) -> list[Company]:
    """The company this Roadbook belongs to, if it was ever connected; the tokens themselves stay sealed."""
    pinned = CompanyRecord(database).load()
    return [
        Company(
            str(row.get("realm")),
            row.get("obtained_at"),
            row.get("refresh_expires_at"),
            row.get("disconnected_at"),
            row.get("refused_at"),
            str(row.get("because", "")),
        )
        for row in database.starting_with("token:")
        if pinned is None or row.get("realm") == pinned.realm
    ]


def last_reconciliation(server: CouchServer) -> LastReconciliation | None:
    """The newest result on record, but none that a wrong clock dated into the future; None if there is none."""
    result = ReconciliationResults(server).last(datetime.now(UTC) + OVERLAP)
    if result is None:
        return None
    counts: dict[str, int] = dict(result.get("counts") or {})
    counts["not posted for too long"] = counts.pop("late", 0)
    for harmless in ("unposted", "accepted"):
        counts.pop(harmless, None)
    return LastReconciliation(
        started_at=str(result.get("started_at")),
        since=str(result.get("since")),
        orders=int(result.get("orders", 0)),
        clean=result.get("clean") is True,
        wrong={kind: count for kind, count in counts.items() if count},
    )
