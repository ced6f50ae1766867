"""One company: its store, clock, switches, and the rules every entity shares."""

from __future__ import annotations

import threading
from typing import Any

from quickbooks_sandbox.clock import Clock
from quickbooks_sandbox.faults import refuse
from quickbooks_sandbox.store import Store

# Behaviour that Intuit does not document; each can be set through the control endpoint.
SWITCHES: dict[str, Any] = {
    "custom_transaction_numbers": False,
    "warn_duplicate_numbers": True,
    "request_id_retention_seconds": 24 * 3600,
    "request_id_other_body": "replay",
    "throttle_body": "json",
}

Entity = dict[str, Any]


class Company:
    """The state behind one realm; `lock` is held while a request is carried out."""

    def __init__(self, realm: str, store: Store) -> None:
        self.realm = realm
        self.store = store
        self.clock = Clock()
        self.switches = dict(SWITCHES) | (store.value("switches") or {})
        self.lock = threading.RLock()

    def next_id(self, family: str) -> str:
        """The next id; all transactions share one sequence, each name list has its own."""
        return str(self.store.next_number(f"Id/{family}"))

    def meta_data(self) -> Entity:
        """The MetaData of something made now."""
        stamp = self.clock.stamp()
        return {"CreateTime": stamp, "LastUpdatedTime": stamp}

    def touch(self, kind: str, entity: Entity) -> Entity:
        """Store a changed entity with the next SyncToken."""
        changed = {
            **entity,
            "SyncToken": str(int(entity["SyncToken"]) + 1),
            "MetaData": {**entity["MetaData"], "LastUpdatedTime": self.clock.stamp()},
        }
        self.store.put(kind, changed)
        return changed

    def check_sync_token(self, stored: Entity, body: Entity, kind: str) -> None:
        """An update must carry the newest SyncToken; raises a Fault."""
        given = body.get("SyncToken")
        if given is None:
            raise refuse("2020", "Required parameter SyncToken is missing in the request", "SyncToken")
        if str(given) != stored["SyncToken"]:
            text = "You and another user were working on this at the same time, so your work was not saved."
            raise refuse("5010", f"Stale Object Error : {text} Entity={kind}")
