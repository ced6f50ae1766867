"""What Roadbook does with QuickBooks: calls by kind, its pace, what was refused last, and the last reconciliation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.couch import CouchServer, Database
from connector.identifiers import CONNECTOR, order_number, ulid_of
from connector.quickbooks import MonthOfCalls, call_months, form_page, this_month
from connector.reconciliation.nightly import OVERLAP
from connector.reconciliation.results import ReconciliationResults
from connector.retries import RULES
from web.display import moment_of
from web.order_queries import INTUITS

FAULTS_SHOWN = 10
FINDINGS_SHOWN = 50
CLAIM_LASTS = timedelta(seconds=70)  # after it was written last; then nothing sent under it counts any more
OTHER_FAULTS = {
    "retry": "QuickBooks could not be reached, or gave no clear answer",
    "throttle": "QuickBooks takes no more requests for a minute",
    "reauthorize": "QuickBooks is disconnected",
    "configure": "The connector's QuickBooks settings are wrong",
    "park": "QuickBooks refused it",
    "pause": "The company takes no writes",
}


@dataclass(frozen=True)
class Pace:
    """How many requests all processes together have claimed, and until when QuickBooks wants none."""

    processes: int
    per_minute: int
    per_second: int
    frozen_until: str


@dataclass(frozen=True)
class Fault:
    """Something that QuickBooks, or the way there, said no with."""

    at: str
    code: str
    text: str
    key: str
    number: str


@dataclass(frozen=True)
class FormLink:
    """An estimate or invoice: how people call it, and its page in QuickBooks where it has one."""

    name: str
    address: str


@dataclass(frozen=True)
class FindingShown:
    """What a reconciliation found about one order."""

    kind: str
    text: str
    number: str
    key: str
    forms: list[FormLink]
    serious: bool


@dataclass(frozen=True)
class Reconciled:
    """The newest comparison on record."""

    started_at: str
    since: str
    orders: int
    clean: bool
    trigger: str
    findings: list[FindingShown]
    more: int


@dataclass(frozen=True)
class Use:
    """All of it."""

    calls: list[MonthOfCalls]
    pace: Pace | None
    faults: list[Fault]
    reconciled: Reconciled | None


def use(server: CouchServer, realm: str, environment: str, now: datetime) -> Use:
    """Everything at once, without asking QuickBooks anything; raises CouchError."""
    database = server.database(CONNECTOR)
    return Use(
        calls=[each for each in call_months(database, this_month()) if each.realm == realm],
        pace=pace_of(database.get(f"pace:{realm}") if realm else None, now),
        faults=faults(database),
        reconciled=reconciled(server, environment),
    )


def pace_of(document: Mapping[str, Any] | None, now: datetime) -> Pace | None:
    """The claims that still count by this machine's clock; None where nobody has ever claimed anything."""
    if not document:
        return None
    holders = document.get("holders") or {}
    alive = [each for each in holders.values() if (at := moment_of(each.get("written_at"))) and now - at < CLAIM_LASTS]
    frozen = document.get("frozen") or {}
    begun = moment_of(frozen.get("at"))
    ends = begun + timedelta(seconds=float(frozen.get("seconds", 0))) if begun else None
    return Pace(
        len(alive),
        sum(int(each.get("per_minute", 0)) for each in alive),
        sum(int(each.get("per_second", 0)) for each in alive),
        ends.isoformat() if ends and ends > now else "",
    )


def faults(database: Database) -> list[Fault]:
    """The newest refusals, whatever became of their documents since."""
    rows = database.view("office", "faults", descending=True, limit=FAULTS_SHOWN)
    return [fault_of(row) for row in rows]


def fault_of(row: Mapping[str, Any]) -> Fault:
    """A row of the view in words."""
    code = str(row["value"]["code"])
    text = OTHER_FAULTS.get(code) or (RULES[code].reason if code in RULES else "QuickBooks refused it")
    key = str(row["id"]).removeprefix("ledger:")
    return Fault(str(row["key"]), code, text.rstrip("."), key, order_number(key.split(":")[1]))


def reconciled(server: CouchServer, environment: str) -> Reconciled | None:
    """The newest result, but none that a wrong clock dated into the future."""
    result = ReconciliationResults(server).last(datetime.now(UTC) + OVERLAP)
    if result is None:
        return None
    findings = [found for found in result.get("findings") or [] if not found.get("accepted")]
    return Reconciled(
        started_at=str(result.get("started_at")),
        since=str(result.get("since")),
        orders=int(result.get("orders", 0)),
        clean=result.get("clean") is True,
        trigger=str(result.get("trigger")),
        findings=[finding_of(found, environment) for found in findings[:FINDINGS_SHOWN]],
        more=max(0, len(findings) - FINDINGS_SHOWN) + int(result.get("left_out", 0)),
    )


def finding_of(found: Mapping[str, Any], environment: str) -> FindingShown:
    """A finding with where to look at it."""
    ulid = ulid_of(str(found.get("document", "")))
    return FindingShown(
        kind=str(found.get("kind")),
        text=str(found.get("text")),
        number=str(found.get("order", "")),
        key=f"{found.get('rep')}:{ulid}" if ulid and found.get("rep") else "",
        forms=[form_link(form, environment) for form in found.get("forms") or []],
        serious=found.get("serious") is True,
    )


def form_link(form: Mapping[str, Any], environment: str) -> FormLink:
    """An estimate or invoice that a finding is about."""
    entity, id, number = (str(form.get(name, "")) for name in ("entity", "id", "number"))
    name = f"{entity} {number}" if number else f"{entity} with id {id}"
    return FormLink(name, form_page(environment, "", entity, id) if environment in INTUITS else "")
