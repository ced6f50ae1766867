"""Tells the app of every change: signed requests to one address on loopback, repeated on Intuit's schedule.

Reference: https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from quickbooks_sandbox.clock import Clock
from quickbooks_sandbox.webhook_events import ENTITIES, Event
from quickbooks_sandbox.webhook_request import Answer, check_address, post

RETRY_MINUTES = (20, 30, 50)  # each counted from the attempt before it
RETRIED = frozenset({0, 408, 500, 502, 503, 504})  # 0: no answer
HELD = 2.0  # seconds after which a delivery goes out although no other came that could overtake it
REMEMBERED = 1000  # deliveries that are over


@dataclass(frozen=True)
class Endpoint:
    """Where the app listens; events of other entities are not told."""

    url: str
    verifier_token: str
    entities: frozenset[str] = ENTITIES

    @classmethod
    def read(cls, wish: dict[str, Any]) -> Endpoint:
        """An endpoint as the control endpoint is told of it; raises ValueError."""
        url = str(wish.get("url") or "")
        check_address(url)
        token = wish.get("verifier_token")
        if not isinstance(token, str) or not token:
            raise ValueError("verifier_token is missing: webhooks are signed with it")
        entities = frozenset(wish.get("entities") or ENTITIES)
        if not entities <= ENTITIES:
            raise ValueError(f"there are no webhooks for {', '.join(sorted(entities - ENTITIES))}")
        return cls(url, token, entities)


@dataclass
class Delivery:
    """One request and its repetitions. `due` is on the company's clock."""

    number: int
    events: list[Event]
    due: float
    state: str = "waiting"
    attempts: list[dict[str, Any]] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """For the control endpoint."""
        events = [
            {"id": event.id, "type": event.type, "realm": event.realm, "entity": event.entity_id}
            for event in self.events
        ]
        return {"state": self.state, "events": events, "attempts": self.attempts}


class Webhooks:
    """The deliveries of one app; `send` never waits for them."""

    def __init__(self, clock: Clock, switches: Callable[[], dict[str, Any]]) -> None:
        self.endpoint: Endpoint | None = None
        self.blacklisted = False
        self.untold = 0  # events since the endpoint was given up
        self._clock = clock
        self._switches = switches
        self._waiting: list[Delivery] = []
        self._over: deque[Delivery] = deque(maxlen=REMEMBERED)
        self._number = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def point(self, endpoint: Endpoint | None) -> None:
        """Tell this endpoint from now on, or nobody; what waits is forgotten."""
        with self._changed:
            self.endpoint = endpoint
            self.blacklisted = False
            self.untold = 0
            self._waiting.clear()
            self._over.clear()
            if endpoint is not None and self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def send(self, events: list[Event]) -> None:
        """Tell of what one request changed."""
        with self._changed:
            told = [event for event in events if self.endpoint and event.kind in self.endpoint.entities]
            if self.blacklisted:
                self.untold += len(told)
            if not told or self.blacklisted:
                return
            switches = self._switches()
            reordered = switches["webhook_order"] == "swapped"
            now = self._clock.seconds()
            due = now + switches["webhook_delay_seconds"]
            for _ in range(2 if switches["webhook_duplicates"] else 1):
                self._number += 1
                delivery = Delivery(self._number, list(reversed(told)) if reordered else told, due)
                held = next((each for each in self._waiting if each.state == "held"), None)
                if reordered and held is None:
                    delivery.state, delivery.due = "held", due + HELD
                elif reordered and held is not None:
                    # It leaves right after the one that overtook it.
                    held.state, held.number, held.due = "waiting", self._number + 1, due
                    self._number += 1
                self._waiting.append(delivery)
            self._changed.notify_all()

    def wake(self) -> None:
        """Look again what is due: the clock was set."""
        with self._changed:
            self._changed.notify_all()

    def shown(self) -> dict[str, Any]:
        """The endpoint without its token, and every delivery, oldest first."""
        with self._changed:
            deliveries = sorted([*self._over, *self._waiting], key=lambda delivery: delivery.number)
            return {
                "url": self.endpoint.url if self.endpoint else None,
                "entities": sorted(self.endpoint.entities) if self.endpoint else [],
                "blacklisted": self.blacklisted,
                "untold": self.untold,
                "waiting": len(self._waiting),
                "deliveries": [delivery.shown() for delivery in deliveries],
            }

    def _run(self) -> None:
        while True:
            with self._changed:
                delivery, endpoint = self._next()
            answer = post(endpoint.url, endpoint.verifier_token, delivery.events, self._switches())
            with self._changed:
                if delivery in self._waiting:  # and not forgotten meanwhile
                    self._settle(delivery, answer)

    def _next(self) -> tuple[Delivery, Endpoint]:
        """Wait for the next delivery that is due."""
        while True:
            first = min(self._waiting, key=lambda delivery: (delivery.due, delivery.number), default=None)
            wait = None if first is None else first.due - self._clock.seconds()
            if first is not None and self.endpoint is not None and wait is not None and wait <= 0:
                first.state = "waiting"
                return first, self.endpoint
            self._changed.wait(wait)

    def _settle(self, delivery: Delivery, answer: Answer) -> None:
        moment = datetime.fromtimestamp(self._clock.seconds(), UTC).isoformat(timespec="milliseconds")
        delivery.attempts.append({"at": moment, "status": answer.status, "error": answer.error})
        switches = self._switches()
        tried = len(delivery.attempts)
        if answer.status in RETRIED and tried <= len(RETRY_MINUTES):
            minutes = RETRY_MINUTES[tried - 1]
            delivery.due = self._clock.seconds() + minutes * switches["webhook_minute_seconds"]
            return
        delivery.state = "delivered" if 200 <= answer.status < 300 else "given up"
        self._waiting.remove(delivery)
        self._over.append(delivery)
        if answer.status in RETRIED and switches["webhook_blacklist"]:
            self.blacklisted = True
            for each in self._waiting:
                each.state = "given up"
            self._over.extend(self._waiting)
            self._waiting.clear()
