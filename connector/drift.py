"""The nightly drift check: whether every database still has the design documents of the files, told loudly if not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import structlog

from connector.couch import CouchServer
from connector.design import Plan, PlannedChange, Project, history, plan
from connector.errors import RoadbookError
from connector.identifiers import OPS
from connector.reconciliation.nightly import AFTER_FAILURE, OFF, is_due
from connector.records import time_text

RECORD = "design_drift:nightly"
MOST = 200  # findings in the record; the rest is counted
TOLD = 10  # findings in the log
AHEAD = timedelta(hours=1)  # a record from further in the future was written under a wrong clock

Document = dict[str, Any]
log = structlog.get_logger()


@dataclass(frozen=True)
class LastDriftCheck:
    """The last check on record: when, how many design documents it compared, and what it found of how many."""

    at: str
    compared: int
    count: int
    findings: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether the server was as the files say."""
        return self.count == 0


class DriftCheck:
    """Runs in the connector, which calls `look` every minute; a night that was missed is made up for."""

    def __init__(
        self,
        at: str,
        project: Project,
        server: CouchServer,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._at = None if at == OFF else time.fromisoformat(at)
        self._project = project
        self._ops = server.database(OPS)
        self._clock = clock
        self._running_since = self._not_before = clock()

    def look(self) -> None:
        """Run it if it is due; what goes wrong is logged and tried again in an hour."""
        now = self._clock()
        if self._at is None or now < self._not_before:
            return
        try:
            record = self._ops.get(RECORD)
            last = datetime.fromisoformat(record["at"]) if record else None
            if is_due(now, self._at, last if last and last < now + AHEAD else None, self._running_since):
                self._run(now, record)
        except Exception as error:
            # Nothing that goes wrong here may end the scheduler's job.
            self._not_before = now + AFTER_FAILURE
            log.error("design.drift_check_failed", reason=str(error), exc_info=not isinstance(error, RoadbookError))

    def _run(self, now: datetime, record: Document | None) -> None:
        found = plan(self._project, history(self._project))
        findings = findings_of(found)
        body = {
            "_id": RECORD,
            "type": "design_drift",
            "schema": 1,
            "at": time_text(now),
            "compared": len(found.changes),
            "count": len(findings),
            "findings": findings[:MOST],
        }
        self._ops.put({**body, **({"_rev": record["_rev"]} if record else {})})
        if findings:
            log.error("design.drift", count=len(findings), findings=findings[:TOLD], look_with="roadbook design plan")
        else:
            log.info("design.as_the_files_say", compared=len(found.changes))


def findings_of(found: Plan) -> list[str]:
    """What is not as the files say, in words, one line a design document."""
    return [f"{one.database}/_design/{one.design} {_what(one)}" for one in found.changes if one.action != "unchanged"]


def _what(change: PlannedChange) -> str:
    if change.drift:
        return f"was {change.drift}"
    if change.action == "orphan":
        return "is not in the files"
    return "is missing" if change.before is None else "is not the version of the files"


def last_drift_check(server: CouchServer) -> LastDriftCheck | None:
    """What the last check found; None if there was none. Raises CouchError."""
    record = server.database(OPS).get(RECORD)
    if record is None:
        return None
    return LastDriftCheck(
        str(record.get("at")), int(record.get("compared", 0)), int(record.get("count", 0)), tuple(record["findings"])
    )
