"""The nightly reconciliation: when it is due, how far back it reads, and what it tells of the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import structlog

from connector.couch import CouchServer
from connector.errors import RoadbookError
from connector.identifiers import CONNECTOR, ledger_id, ulid_of
from connector.quickbooks import Gateway
from connector.reconciliation.accepted import AcceptedFindings
from connector.reconciliation.form_reader import FormReader
from connector.reconciliation.recorded_orders import RecordedOrders
from connector.reconciliation.results import ReconciliationResults
from connector.reconciliation.run import NOTHING, Reconciled, Reconciliation, Subjects
from connector.records import time_text

OFF = "off"
OVERLAP = timedelta(hours=1)  # clocks differ, and QuickBooks may show a change late
KEPT = timedelta(days=90)  # how long the result of a night stays on record
WHOLE_EVERY = timedelta(days=6, hours=12)  # once a week, though no night begins at the very same second
AFTER_FAILURE = timedelta(hours=1)  # until a run that could not be done is tried again
TOLD = 10  # findings in the log

Document = Mapping[str, Any]
log = structlog.get_logger()


@dataclass(frozen=True)
class Plan:
    """How far back a run reads and what it looks at besides; `whole_at` is when everything was read last."""

    since: datetime
    besides: Subjects
    whole_at: datetime


def is_due(now: datetime, at: time, last: datetime | None, running_since: datetime) -> bool:
    """Whether the time of day has come since the last run; before the first one, since this connector has run."""
    moment = datetime.combine(now.date(), at, UTC)
    if moment > now:
        moment -= timedelta(days=1)
    return (last or running_since) < moment


def plan_of(now: datetime, last: Document | None, first_received: datetime) -> Plan:
    """What tonight's run reads: all once a week, else what changed since the last run and what that one found."""
    if last is None or last["left_out"] or now - datetime.fromisoformat(last["whole_at"]) > WHOLE_EVERY:
        return Plan(first_received - OVERLAP, NOTHING, now)
    since = datetime.fromisoformat(last["started_at"]) - OVERLAP
    return Plan(since, subjects_of(last["findings"]), datetime.fromisoformat(last["whole_at"]))


def subjects_of(findings: list[Document]) -> Subjects:
    """The rows and forms of an earlier run's findings, so that they stay on the list until they are settled."""
    rows = [ledger_id(finding["rep"], str(ulid_of(finding["document"]))) for finding in findings]
    forms = [(form["entity"], form["id"]) for finding in findings for form in finding["forms"]]
    return Subjects(tuple(rows), tuple(forms))


class Nightly:
    """Runs it in the connector, which calls `look` every minute; a night missed while nothing ran is made up for."""

    def __init__(
        self,
        at: str,
        server: CouchServer,
        gateway: Gateway,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._at = None if at == OFF else time.fromisoformat(at)
        self._server = server
        self._gateway = gateway
        self._clock = clock
        self._running_since = clock()
        self._not_before = self._running_since
        self._results = ReconciliationResults(server)
        self._accepted = AcceptedFindings(server)

    def look(self) -> None:
        """Run it if it is due; what goes wrong is logged and tried again in an hour."""
        now = self._clock()
        if self._at is None or now < self._not_before or not self._gateway.realm:
            return
        try:
            # A result from the future was recorded under a wrong clock; it must not switch the nights off until then.
            last = self._results.newest("nightly", now + OVERLAP)
            started = datetime.fromisoformat(last["started_at"]) if last else None
            if is_due(now, self._at, started, self._running_since):
                self._run(now, last)
        except Exception as error:
            # Nothing that goes wrong here may end the scheduler's job.
            self._not_before = now + AFTER_FAILURE
            log.error("reconciliation.failed", reason=str(error), exc_info=not isinstance(error, RoadbookError))

    def _run(self, now: datetime, last: Document | None) -> None:
        ledger = RecordedOrders(self._server.database(CONNECTOR))
        first_received = ledger.first_received()
        if first_received is None:
            return
        plan = plan_of(now, last, first_received)
        reconciliation = Reconciliation(ledger, FormReader(self._gateway), self._accepted.ids(), self._clock)
        result = reconciliation.run(plan.since, plan.besides)
        self._results.record("nightly", result.as_document(), whole_at=time_text(plan.whole_at))
        tell(result)
        self._results.forget("nightly", now - KEPT)


def tell(result: Reconciled) -> None:
    """One log line: an error if somebody must look at something."""
    facts = {"since": time_text(result.since), "orders": result.orders, "reads": result.reads, **result.counts}
    if result.clean:
        log.info("reconciliation.clean", **facts)
        return
    serious = [finding for finding in result.findings if finding.serious]
    told = [f"{finding.kind.value} {finding.number}: {finding.text}" for finding in serious[:TOLD]]
    log.error("reconciliation.findings", **facts, findings=told, list_them_with="roadbook reconcile")
