"""The company in QuickBooks that this Roadbook belongs to: one document, changed by compare-and-swap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from connector.records import time_text

COMPANY = "company"
EVENTS = 30  # what happened to the connection, the newest of it


class Documents(Protocol):
    """The part of `connector.couch.Database` that the record needs."""

    def get(self, document_id: str) -> dict[str, Any] | None:
        """Read a document; None when it does not exist."""

    def put(self, document: Mapping[str, Any]) -> str:
        """Write a document and return its new revision; raises DocumentConflict."""


@dataclass(frozen=True)
class Event:
    """One thing that a person did with the connection."""

    at: str
    by: str
    text: str


@dataclass(frozen=True)
class Company:
    """The company everything on record belongs to; connecting another one is a change that a person confirms."""

    realm: str
    name: str
    environment: str
    connected_at: str
    connected_by: str
    events: tuple[Event, ...] = ()
    revision: str = ""

    @property
    def title(self) -> str:
        """Its name with its id, for messages."""
        return f"{self.name} ({self.realm})" if self.name else self.realm


class CompanyRecord:
    """Reads and writes that document."""

    def __init__(self, database: Documents) -> None:
        self._database = database

    def load(self) -> Company | None:
        """The company; None before the first was connected."""
        found = self._database.get(COMPANY)
        return None if found is None else company_of(found)

    def save(self, company: Company, at: datetime, by: str, text: str) -> None:
        """Write the company with what a person just did; raises DocumentConflict when somebody was faster."""
        events = (*company.events, Event(time_text(at), by, text))[-EVENTS:]
        document: dict[str, Any] = {
            "_id": COMPANY,
            "type": "company",
            "schema": 1,
            "realm": company.realm,
            "name": company.name,
            "environment": company.environment,
            "connected_at": company.connected_at,
            "connected_by": company.connected_by,
            "events": [{"at": event.at, "by": event.by, "text": event.text} for event in events],
        }
        if company.revision:
            document["_rev"] = company.revision
        self._database.put(document)


def company_of(document: Mapping[str, Any]) -> Company:
    """The document as a record."""
    return Company(
        realm=str(document["realm"]),
        name=str(document.get("name", "")),
        environment=str(document.get("environment", "")),
        connected_at=str(document.get("connected_at", "")),
        connected_by=str(document.get("connected_by", "")),
        events=tuple(Event(**event) for event in document.get("events", ())),
        revision=str(document["_rev"]),
    )
