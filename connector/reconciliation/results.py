"""The results of reconciliations, one document a run in `ops`, written once the run has ended."""

from __future__ import annotations

import json
from typing import Any, Literal

from connector.couch import CouchServer
from connector.identifiers import OPS

MOST_FINDINGS = 200  # in one document; the rest is counted

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

    def newest(self, trigger: Trigger) -> Document | None:
        """The last run of one kind; None if there was none."""
        prefix = f"reconciliation:{trigger}:"
        rows = self._database.call(
            "GET",
            "_all_docs",
            startkey=json.dumps(prefix + "\ufff0"),
            endkey=json.dumps(prefix),
            descending="true",
            include_docs="true",
            limit=1,
        )["rows"]
        found: Document | None = rows[0]["doc"] if rows else None
        return found

    def last(self) -> Document | None:
        """The last run of all; None if there was none."""
        found = [result for result in (self.newest("nightly"), self.newest("command")) if result]
        return max(found, key=lambda result: str(result["started_at"]), default=None)
