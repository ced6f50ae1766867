"""Findings that a person took for meant, such as a total that the office wanted so; one document each in `ops`."""

from __future__ import annotations

from typing import Any

from connector.couch import CouchServer
from connector.errors import DocumentConflict
from connector.identifiers import OPS

PREFIX = "accepted_finding:"


class AcceptedFindings:
    """Keeps them by the finding's id, which changes when something new happens. Raises CouchError."""

    def __init__(self, server: CouchServer) -> None:
        self._database = server.database(OPS)

    def ids(self) -> frozenset[str]:
        """The ids of all findings that were accepted."""
        return frozenset(str(found["_id"]).removeprefix(PREFIX) for found in self._database.starting_with(PREFIX))

    def add(self, finding: dict[str, Any], at: str) -> None:
        """Accept a finding, given as documents carry it; safe to repeat."""
        document = {"_id": f"{PREFIX}{finding['id']}", "type": "accepted_finding", "schema": 1, "at": at}
        try:
            self._database.put({**document, "finding": {**finding, "serious": False, "accepted": True}})
        except DocumentConflict:
            return
