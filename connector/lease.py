"""The lease: one connector posts at a time; a number that grows with every change of hands fences the old one off."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog

from connector.couch import Database
from connector.errors import CouchError, DocumentConflict, LeaseLost

LEASE = "lease:connector"
RENEWALS = 3  # renewals within the life of a lease
CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the machine is suspended
SAFETY = 0.8  # share of its life during which a lease counts as held

log = structlog.get_logger()


class Lease:
    """A lease document taken by compare-and-swap.

    No clocks are compared between machines: a lease may be taken over when its document has not changed for its whole
    life by the watcher's own clock. A holder stops counting on it earlier than that.
    """

    def __init__(
        self,
        database: Database,
        life: float,
        clock: Callable[[], float] = lambda: time.clock_gettime(CLOCK),
        holder: str | None = None,
        name: str = LEASE,
    ) -> None:
        self.name = name
        self.life = life
        self.holder = holder or secrets.token_hex(8)
        self.fence = 0
        self._database = database
        self._clock = clock
        self._revision: str | None = None
        self._held_until = 0.0
        self._seen: tuple[str, float] | None = None

    def try_take(self) -> bool:
        """Take the lease if it is free or its holder has been silent for a whole life; False if it is not ours."""
        now = self._clock()
        current = self._database.get(self.name)
        if current is not None and current.get("holder"):
            if self._seen is None or self._seen[0] != current["_rev"]:
                self._seen = (current["_rev"], now)
            if now - self._seen[1] < float(current.get("life", self.life)):
                return False
        document: dict[str, Any] = {
            "_id": self.name,
            "type": "lease",
            "schema": 1,
            "holder": self.holder,
            "life": self.life,
            "fence": int((current or {}).get("fence", 0)) + 1,
        }
        if current:
            document["_rev"] = current["_rev"]
        try:
            self._revision = self._database.put(document)
        except DocumentConflict:
            return False
        self.fence = document["fence"]
        self._held_until = now + self.life * SAFETY
        log.info("lease.taken", holder=self.holder, fence=self.fence)
        return True

    def renew(self) -> None:
        """Prolong the lease; raises LeaseLost if somebody else has it."""
        now = self._clock()
        try:
            self._revision = self._database.put(self._document(self.holder))
        except DocumentConflict as error:
            current = self._database.get(self.name) or {}
            if (current.get("holder"), current.get("fence")) != (self.holder, self.fence):
                self._held_until = 0.0
                raise LeaseLost("another connector has taken the lease") from error
            # The answer to an earlier renewal of our own was lost. Watchers count from that one, so it takes another.
            self._revision = current["_rev"]
            self._revision = self._database.put(self._document(self.holder))
        self._held_until = now + self.life * SAFETY

    def release(self) -> None:
        """Give the lease back, so that a standby need not wait for its end."""
        if self._revision is None:
            return
        self._held_until = 0.0
        try:
            self._database.put(self._document(None))
        except CouchError as error:
            log.info("lease.not_released", reason=str(error))
        self._revision = None

    def held(self) -> bool:
        """Whether this process may still act as the one connector."""
        return self._clock() < self._held_until

    def ensure(self) -> None:
        """Raise LeaseLost unless the lease is held; called right before anything is sent."""
        if not self.held():
            raise LeaseLost("the lease has run out without being renewed")

    def _document(self, holder: str | None) -> dict[str, Any]:
        document = {
            "_id": self.name,
            "_rev": self._revision,
            "type": "lease",
            "schema": 1,
            "holder": holder,
            "life": self.life,
            "fence": self.fence,
        }
        return {name: value for name, value in document.items() if value is not None}

    def keep(self, stop: threading.Event, lost: Callable[[], None]) -> None:
        """Renew until told to stop; calls `lost` once if the lease is gone. Runs in a thread of its own."""
        while not stop.wait(self.life / RENEWALS / 2):
            try:
                self.renew()
            except LeaseLost:
                log.error("lease.lost", holder=self.holder, fence=self.fence)
                lost()
                return
            except Exception as error:
                log.warning("lease.not_renewed", reason=str(error))
                if not self.held():
                    lost()
                    return
