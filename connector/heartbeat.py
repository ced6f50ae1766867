"""The heartbeat: what the active connector says of itself every few seconds, for the console and the command line."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from connector.couch import Database
from connector.errors import DocumentConflict

HEARTBEAT = "heartbeat:connector"
EVERY = 15  # seconds between two
SILENCE = 60  # seconds after which nobody can say that it is alive

Document = dict[str, Any]


@dataclass(frozen=True)
class Heartbeat:
    """One beat: since when it works, when the doorbell was heard, the last sweep, how much waits. None is unknown."""

    at: str
    fence: int = 0
    realm: str = ""
    began_at: str | None = None
    doorbell_at: str | None = None
    doorbell_missing: bool = False
    swept_at: str | None = None
    sweep_news: int | None = None
    sweep_problem: str = ""
    dirty: int = 0
    due: int = 0
    stopped: bool = False


class Heartbeats:
    """Writes and reads it in `ops`."""

    def __init__(self, ops: Database) -> None:
        self._ops = ops
        self._revision: str | None = None

    def beat(self, beat: Heartbeat) -> None:
        """Write a beat over the last one; raises CouchError."""
        body: Document = {"_id": HEARTBEAT, "type": "heartbeat", "schema": 1, **asdict(beat)}
        try:
            self._revision = self._ops.put(body | ({"_rev": self._revision} if self._revision else {}))
        except DocumentConflict:
            current = self._ops.get(HEARTBEAT) or {}
            self._revision = self._ops.put(body | ({"_rev": current["_rev"]} if current else {}))

    def last(self) -> Heartbeat | None:
        """The last beat; None if no connector ever ran here. Raises CouchError."""
        found = self._ops.get(HEARTBEAT)
        return None if found is None else beat_of(found)


def beat_of(document: Document) -> Heartbeat:
    """A stored beat as a record."""
    names = {each.name for each in fields(Heartbeat)}
    return Heartbeat(**{name: value for name, value in document.items() if name in names})
