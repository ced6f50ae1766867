"""The signal: one small document by which the console tells the connector that QuickBooks has news."""

from __future__ import annotations

from collections.abc import Iterable

from connector.couch import Database
from connector.errors import DocumentConflict

SIGNAL = "signal:quickbooks"
ANY = "any"  # the kind of an event that could not be understood
TRIES = 3  # times the signal is read again when somebody else rings at the same moment

Rings = dict[str, str]


class Signals:
    """Rings and hears. `rings` holds when each kind of entity rang last, so that one look shows all that rang."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ring(self, realm: str, kinds: Iterable[str], at: str) -> None:
        """Say that entities of some kinds (lower case) have changed in a company. Raises CouchError.

        When others keep ringing at the same moment it gives up: they have woken the connector, which looks anyway.
        """
        rung = dict.fromkeys(kinds, at)
        for _ in range(TRIES):
            document = self._database.get(SIGNAL) or {"_id": SIGNAL, "type": "signal", "schema": 1}
            known = document.get("rings", {}) if document.get("realm") == realm else {}
            try:
                self._database.put({**document, "realm": realm, "rings": {**known, **rung}})
            except DocumentConflict:
                continue
            return

    def rings(self, realm: str) -> Rings:
        """When each kind rang last in a company; raises CouchError."""
        document = self._database.get(SIGNAL) or {}
        return dict(document.get("rings", {})) if document.get("realm") == realm else {}
