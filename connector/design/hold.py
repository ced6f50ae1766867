"""The hold: one deployment at a time, by one document that its holder renews; no clocks are compared."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from types import TracebackType
from typing import Any

from connector.design.live import LiveServer
from connector.design.reports import Progress
from connector.design.state_documents import StateDocuments
from connector.errors import CouchError, DesignError

HOLD = "deploy_hold"
BEAT = 2.0  # seconds between renewals
FRESH = 0.75  # of the patience; a renewal that is older proves nothing
SHORTEST = 1.0  # seconds that CouchDB has for an answer at least
PATIENCE = 12.0  # seconds without a renewal after which the holder is taken for dead

Document = dict[str, Any]
OnProgress = Callable[[Progress], None]


class Interrupted(BaseException):
    """Ends a process's work as a kill would: nothing is put back and the hold is not released."""


class TakenOver(DesignError):
    """Another process goes on with what this one had begun; this one must not write any more."""


class Hold:
    """Held inside `with`; renewed by a thread of its own. Raises DesignError if another process holds it."""

    def __init__(self, url: str, database: str, by: str, patience: float = PATIENCE) -> None:
        self._url = url
        self._database = database
        self._patience = patience
        self._beat = min(BEAT, patience / 4)
        self._body: Document = {"holder": secrets.token_hex(8), "by": by, "host": socket.gethostname()}
        self._progress: Progress | None = None
        self._revision: str | None = None
        self._renewed = time.monotonic()
        self._moved = threading.Condition()
        self._over = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="hold", daemon=True)

    def __enter__(self) -> Hold:
        documents = StateDocuments(LiveServer(self._url), self._database)
        documents.create_database()
        current = documents.read(HOLD)
        if current is not None and current.get("holder"):
            current = self._wait_for(documents, current)
        revision = documents.write(self._document(current["_rev"] if current else None))
        if revision is None:
            raise DesignError("somebody else began to deploy at the same moment; see `roadbook design status`")
        self._revision, self._renewed = revision, time.monotonic()
        self._thread.start()
        return self

    def _wait_for(self, documents: StateDocuments, current: Document) -> Document:
        """Watch a hold that somebody has; returns it once its holder must be dead."""
        until = time.monotonic() + self._patience
        seen: Document | None = current
        while time.monotonic() < until:
            time.sleep(self._beat / 2)
            seen = documents.read(HOLD)
            if seen is None or not seen.get("holder"):
                return seen or {"_rev": None}
            if seen["_rev"] != current["_rev"]:
                raise DesignError(
                    f"{seen.get('by')} is deploying from {seen.get('host')} right now; see `roadbook design status`"
                )
        return current

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        if isinstance(error, Interrupted) or self._lost.is_set():
            return
        try:
            documents = StateDocuments(LiveServer(self._url), self._database)
            documents.write({"_id": HOLD, "_rev": self._revision, "type": "deploy_hold", "schema": 1, "holder": None})
        except CouchError:
            return  # it is taken over once it has been silent for long enough

    def ensure(self) -> None:
        """Raise DesignError if another process has taken the hold over, or may have.

        After a pause in which it could not be renewed (a process that was stopped, CouchDB away) this waits until a
        renewal tells that it is still held.
        """
        with self._moved:
            held = self._moved.wait_for(lambda: self._lost.is_set() or self._is_fresh(), self._patience)
        if self._lost.is_set() or not held:
            raise TakenOver("another process took this deployment over; see `roadbook design status`")

    def _is_fresh(self) -> bool:
        return time.monotonic() - self._renewed < self._patience * FRESH

    def tell(self, progress: Progress) -> None:
        """Let others know how far it is; written with the next renewal."""
        self._progress = progress

    def _document(self, revision: str | None) -> Document:
        progress = asdict(self._progress) if self._progress else None
        body = {"_id": HOLD, "type": "deploy_hold", "schema": 1, **self._body, "progress": progress}
        return {**body, **({"_rev": revision} if revision else {})}

    def _renew(self) -> None:
        documents: StateDocuments | None = None
        while not self._over.wait(self._beat) and not self._lost.is_set():
            began = time.monotonic()
            try:
                documents = documents or self._connect()
                revision = documents.write(self._document(self._revision)) or self._own_revision(documents)
            except CouchError:
                documents = None
                if not self._is_fresh():
                    self._lost.set()
            else:
                if revision is None:
                    self._lost.set()
                else:
                    self._revision, self._renewed = revision, began
            with self._moved:
                self._moved.notify_all()

    def _connect(self) -> StateDocuments:
        server = LiveServer(self._url, timeout=max(SHORTEST, self._patience / 4))
        return StateDocuments(server, self._database)

    def _own_revision(self, documents: StateDocuments) -> str | None:
        """The revision of a renewal whose answer did not arrive; None if somebody else has the hold."""
        found = documents.read(HOLD)
        return str(found["_rev"]) if found and found.get("holder") == self._body["holder"] else None


def progress_of(documents: StateDocuments) -> Progress | None:
    """How far a deployment is, as its holder told last, dead or alive; None if nobody has the hold."""
    return _progress_in(documents.read(HOLD))


class HoldWatch:
    """Tells a holder that is alive from a dead one by looking again and again: its document moves, or stands still."""

    def __init__(self, patience: float = PATIENCE, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._clock = clock
        self._seen: tuple[str, float] = ("", 0.0)

    def look(self, documents: StateDocuments) -> tuple[Progress | None, bool]:
        """How far a deployment is, and whether it was left in the middle: the hold has not moved for too long."""
        found = documents.read(HOLD)
        progress = _progress_in(found)
        if found is None or progress is None:
            return None, False
        if found["_rev"] != self._seen[0]:
            self._seen = (found["_rev"], self._clock())
        return progress, self._clock() - self._seen[1] >= self._patience


def _progress_in(found: Document | None) -> Progress | None:
    held = found and found.get("holder") and found.get("progress")
    return Progress(**held) if held else None
