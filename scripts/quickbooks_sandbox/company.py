"""One company: its store, clock, switches, sign-in and limits, and the rules every entity shares."""

from __future__ import annotations

import threading
from typing import Any

from quickbooks_sandbox.clock import Clock
from quickbooks_sandbox.effects import changed_lists
from quickbooks_sandbox.faults import INACTIVE, MESSAGES, Fault, missing, refuse
from quickbooks_sandbox.limits import Limits
from quickbooks_sandbox.oauth import App, OAuth
from quickbooks_sandbox.store import Store
from quickbooks_sandbox.switches import defaults
from quickbooks_sandbox.webhook_events import Event

Entity = dict[str, Any]


class Company:
    """The state behind one realm; `lock` is held while a request is carried out.

    Clock and lock are those of the `first` company, if this is another.
    """

    def __init__(self, realm: str, store: Store, app: App, first: Company | None = None) -> None:
        self.realm = realm
        self.store = store
        self.clock: Clock = first.clock if first else Clock()
        self.lock: threading.RLock = first.lock if first else threading.RLock()
        if first is None:
            self.clock.offset = float(store.value("clock", 0.0))
        self.switches: dict[str, Any] = defaults() | store.value("switches", {})
        self.oauth = OAuth(app, store, self.clock)
        self.limits = Limits(lambda: self.switches)
        self._events: list[Event] = []

    def begin_again(self, switches: dict[str, Any]) -> None:
        """Take up work with these switches after the store was cleared."""
        self.switches = switches
        self.oauth = OAuth(self.oauth.app, self.store, self.clock)
        self.limits = Limits(lambda: self.switches)

    def next_id(self, family: str) -> str:
        """The next id; all transactions share one sequence, each name list has its own."""
        return str(self.store.next_number(f"Id/{family}"))

    def set_clock(self, ahead: float) -> None:
        """Set the clock to this many seconds ahead of the machine's."""
        self.clock.offset = ahead
        self.store.set_value("clock", ahead)

    def today(self) -> str:
        """The date in the company's zone."""
        return self.clock.now().date().isoformat()

    @property
    def country(self) -> str:
        """Where the company is: a key of `countries.COUNTRIES`."""
        return str(self.store.value("country", "US"))

    @property
    def in_us(self) -> bool:
        """Whether the rules of the United States hold."""
        return self.country == "US"

    def head(self, entity_id: str) -> Entity:
        """What every new entity begins with."""
        return {"domain": "QBO", "sparse": False, "Id": entity_id, "SyncToken": "0", "MetaData": self.meta_data()}

    def inactive(self, element: str) -> Fault:
        """The fault of a reference to something that is inactive or not there."""
        code = self.switches["inactive_reference_code"]
        return refuse(code, f"{MESSAGES[code]} : {INACTIVE}", element)

    def meta_data(self) -> Entity:
        """The MetaData of something made now."""
        stamp = self.clock.stamp()
        return {"CreateTime": stamp, "LastUpdatedTime": stamp}

    def add(self, kind: str, entity: Entity) -> Entity:
        """Store a new entity, and give it back."""
        self.store.put(kind, entity)
        self._follow(kind, None, entity)
        self.tell(kind, entity["Id"], "created")
        return entity

    def touch(self, kind: str, entity: Entity, operation: str = "updated") -> Entity:
        """Store a changed entity with the next SyncToken, and give it back; webhooks tell it as `operation`."""
        changed = {
            **entity,
            "SyncToken": str(int(entity["SyncToken"]) + 1),
            "MetaData": {**entity["MetaData"], "LastUpdatedTime": self.clock.stamp()},
        }
        before = self.store.find(kind, changed["Id"])
        self.store.put(kind, changed)
        self._follow(kind, before, changed)
        self.tell(kind, changed["Id"], operation)
        return changed

    def remove(self, kind: str, entity_id: str) -> None:
        """Delete an entity for good."""
        self._follow(kind, self.store.find(kind, entity_id), None)
        self.store.remove(kind, entity_id, self.clock.stamp())
        self.tell(kind, entity_id, "deleted")

    def _follow(self, kind: str, before: Entity | None, after: Entity | None) -> None:
        """Let lists follow a changed transaction."""
        for list_kind, changed in changed_lists(self.store, kind, before, after):
            if self.switches["balances_change_lists"]:
                self.touch(list_kind, changed)
            else:
                self.store.put(list_kind, changed)

    def tell(self, kind: str, entity_id: str, operation: str) -> None:
        """Note a change for the webhooks."""
        self._events.append(Event(self.realm, kind, entity_id, operation, self.clock.now()))

    def take_events(self) -> list[Event]:
        """What changed since the last time."""
        events, self._events = self._events, []
        return events

    def put_events_back(self, events: list[Event]) -> None:
        """Tell these after all."""
        self._events = [*events, *self._events]

    def check_sync_token(self, stored: Entity, body: Entity, kind: str) -> None:
        """An update must carry the newest SyncToken; raises a Fault."""
        given = body.get("SyncToken")
        if given in (None, ""):
            raise missing("SyncToken")
        if str(given) != stored["SyncToken"]:
            at_once = "You and Olivia Owner were working on this at the same time"
            text = f"{at_once}. Olivia Owner finished before you did, so your work was not saved."
            raise refuse("5010", f"Stale Object Error : {text} Entity={kind}")
