"""The results of reconciliations, one document a run in `ops`, written once the run has ended."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from connector.couch import CouchServer
from connector.identifiers import OPS
from connector.records import time_text

MOST_FINDINGS = 200  # in one document; the rest is counted
MOST_FORGOTTEN = 500  # results deleted at once

Document = dict[str, Any]
Trigger = Literal["nightly", "command"]


class ReconciliationResults:
    """Keeps them. Raises CouchError."""

    def __init__(self, server: CouchServer) -> None:
        self._database = server.database(OPS)

    def record(self, trigger: Trigger, result: Document, **further: Any) -> Document:
        """Store a run; more findings than fit are left out, the least serious first, and counted."""
        findings = result["findings"]
        document = {
            "_id": f"reconciliation:{trigger}:{result['started_at']}",
            "type": "reconciliation",
            "schema": 1,
            "trigger": trigger,
            **result,
            **further,
            "findings": findings[:MOST_FINDINGS],
            "left_out": max(0, len(findings) - MOST_FINDINGS),
        }
        self._database.put(document)
        return document

    def newest(self, trigger: Trigger, until: datetime | None = None) -> Document | None:
        """The last run of one kind; None if there was none. One that says it began after `until` is passed over."""
        prefix = f"reconciliation:{trigger}:"
        rows = self._database.call(
            "GET",
            "_all_docs",
            startkey=json.dumps(prefix + (time_text(until) if until else "\ufff0")),
            endkey=json.dumps(prefix),
            descending="true",
            include_docs="true",
            limit=1,
        )["rows"]
        found: Document | None = rows[0]["doc"] if rows else None
        return found

    def last(self, until: datetime | None = None) -> Document | None:
        """The last run of all; None if there was none. `until` as in `newest`."""
        found = [result for result in (self.newest("nightly", until), self.newest("command", until)) if result]
        return max(found, key=lambda result: str(result["started_at"]), default=None)

    def forget(self, trigger: Trigger, before: datetime) -> int:
        """Delete the runs of one kind from before a time, at most 500 and never the last one; returns how many."""
        prefix = f"reconciliation:{trigger}:"
        rows = self._database.call(
            "GET",
            "_all_docs",
            startkey=json.dumps(prefix),
            endkey=json.dumps(prefix + time_text(before)),
            limit=MOST_FORGOTTEN + 1,
        )["rows"]
        newest = self.newest(trigger) or {}
        old = [row for row in rows if row["id"] != newest.get("_id")][:MOST_FORGOTTEN]
        self._database.bulk([{"_id": row["id"], "_rev": row["value"]["rev"], "_deleted": True} for row in old])
        return len(old)
